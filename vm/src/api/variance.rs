//! Doc tests for variance: programs that must not compile.
//!
//! Stores, callers and linkers hold closures that take a `T`, although the closures' types do not name it. These types must
//! therefore be invariant in `T`. Each program converts one of them to another `T`. The first two programs convert an
//! ordinary type in the same way, and must compile.

macro_rules! programs {
    ($($name:ident $how:literal $from:literal $to:literal;)*) => {$(
        #[doc = concat!("```", $how)]
        /// #![allow(dead_code)]
        /// use wassay_vm::*;
        /// type Any = for<'a> fn(&'a str);
        /// type Static = fn(&'static str);
        /// type Takes<T> = fn(T);
        #[doc = concat!("fn f<'s>(it: ", $from, ") -> ", $to, " { it }")]
        /// ```
        struct $name;
    )*};
}

programs! {
    Covariant "" "Option<Any>" "Option<Static>";
    Contravariant "" "Takes<Static>" "Takes<Any>";
    StoreNarrowed "compile_fail,E0308" "Store<Any>" "Store<Static>";
    StoreWidened "compile_fail,E0308" "Store<Static>" "Store<Any>";
    ContextNarrowed "compile_fail,E0308" "StoreContext<'s, Any>" "StoreContext<'s, Static>";
    ContextWidened "compile_fail,E0308" "StoreContext<'s, Static>" "StoreContext<'s, Any>";
    ContextMutNarrowed "compile_fail,E0308" "StoreContextMut<'s, Any>" "StoreContextMut<'s, Static>";
    ContextMutWidened "compile_fail,E0308" "StoreContextMut<'s, Static>" "StoreContextMut<'s, Any>";
    CallerNarrowed "compile_fail,E0308" "Caller<'s, Any>" "Caller<'s, Static>";
    CallerWidened "compile_fail,E0308" "Caller<'s, Static>" "Caller<'s, Any>";
    LinkerNarrowed "compile_fail,E0308" "Linker<Any>" "Linker<Static>";
    LinkerWidened "compile_fail,E0308" "Linker<Static>" "Linker<Any>";
    InstancePreNarrowed "compile_fail,E0308" "InstancePre<Any>" "InstancePre<Static>";
    InstancePreWidened "compile_fail,E0308" "InstancePre<Static>" "InstancePre<Any>";
}
