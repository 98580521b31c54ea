//! Typed references: how the host sees them, and type equality between modules.

use crate::support::{engines, instantiate, trap, wat};
use wassay_vm::{
    AnyRef, Engine, Error, ExternRef, Func, HeapType, Instance, Module, RefType, Store, Trap, Val, ValType,
};

/// Returns a module that declares `padding` other types before the tested ones, which shifts their indices.
fn padded(padding: usize, rest: &str) -> String {
    let types = (0..padding).map(|i| format!("(type (func (param{})))", " i32".repeat(i + 1)));
    format!("(module {} {rest})", types.collect::<String>())
}

const CHAIN: &str = "(rec
    (type $a (sub (func (param (ref null $b)) (result (ref null func)))))
    (type $b (sub $a (func (param (ref null $b)) (result (ref null $a)))))
    (type $c (sub final $b (func (param (ref null $a)) (result (ref null $a))))))";

/// Returns a module that exports functions of the three types, a table of them, and globals that refer to them.
fn exporter(padding: usize) -> String {
    padded(
        padding,
        &format!(
            r#"{CHAIN}
        (func $f (export "a") (type $a) (ref.null $c)) (func $g (export "b") (type $b) (ref.null $c))
        (func $h (export "c") (type $c) (ref.null nofunc))
        (table (export "table") 3 3 (ref null $a)) (elem (i32.const 0) (ref null $a) (ref.func $f) (ref.func $g) (ref.func $h))
        (global (export "ga") (ref $a) (ref.func $f)) (global (export "gb") (ref $b) (ref.func $g))
        (global (export "gc") (ref $c) (ref.func $h))"#
        ),
    )
}

#[test]
fn subtypes_are_called_indirectly() {
    let calls = ["a", "b", "c"].map(|ty| {
        format!(
            r#"(func (export "call_{ty}") (param i32) (drop (call_indirect (type ${ty}) (ref.null nofunc) (local.get 0))))
            (func (export "test_{ty}") (param i32) (result i32) (ref.test (ref ${ty}) (table.get (local.get 0))))
            (func (export "cast_{ty}") (param i32) (drop (call_ref ${ty} (ref.null nofunc)
                (ref.cast (ref null ${ty}) (table.get (local.get 0))))))"#
        )
    });
    let text = format!(
        r#"(module {CHAIN} {}
        (func $f (type $a) (ref.null func)) (func $g (type $b) (ref.null $a)) (func $h (type $c) (ref.null $a))
        (func $other) (table funcref (elem $f $g $h $other)))"#,
        calls.join("\n")
    );
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, &text);
        for (wanted, name) in ["a", "b", "c"].into_iter().enumerate() {
            let get = |store: &mut Store<()>, kind| instance.get_func(store, &format!("{kind}_{name}")).unwrap();
            let [call, cast, test] = ["call", "cast", "test"].map(|kind| get(&mut store, kind));
            for given in 0..4 {
                let (param, what) = ([Val::I32(given)], format!("{mode}: {given} as {name}"));
                let fits = given < 3 && given as usize >= wanted;
                for (func, failure) in [(call, Trap::IndirectCallTypeMismatch), (cast, Trap::CastFailure)] {
                    let done = func.call(&mut store, &param, &mut []);
                    if fits { done.expect(&what) } else { assert_eq!(trap(done), failure, "{what}") }
                }
                let mut result = [Val::I32(7)];
                test.call(&mut store, &param, &mut result).unwrap();
                assert_eq!(result, [Val::I32(fits.into())], "{what}");
            }
        }
    }
}

#[test]
fn equal_recursion_groups_of_two_modules_are_one_type() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let exporter = Module::new(&engine, wat(&exporter(3))).unwrap();
    let exporter = Instance::new(&mut store, &exporter, &[]).unwrap();
    let mut link = |name: &str, what: &str| {
        let module =
            Module::new(&engine, wat(&padded(1, &format!(r#"{CHAIN} (import "m" "{name}" {what})"#)))).unwrap();
        let given = exporter.get_export(&store, name).unwrap();
        Instance::new(&mut store, &module, &[given])
    };
    for (name, what) in [
        ("a", "(func (type $a))"),
        ("b", "(func (type $a))"),
        ("c", "(func (type $b))"),
        ("ga", "(global (ref $a))"),
        ("gc", "(global (ref null $a))"),
        ("gc", "(global (ref func))"),
        ("table", "(table 1 (ref null $a))"),
    ] {
        link(name, what).unwrap_or_else(|error| panic!("{name} as {what}: {error}"));
    }
    for (name, what) in [
        ("a", "(func (type $b))"),
        ("b", "(func (type $c))"),
        ("ga", "(global (ref $b))"),
        ("ga", "(global (ref extern))"),
        ("ga", "(global (mut (ref $a)))"),
        ("table", "(table 1 (ref null $b))"),
        ("table", "(table 1 funcref)"),
    ] {
        let error = link(name, what).unwrap_err();
        assert!(matches!(error, Error::IncompatibleImport { .. }), "{name} as {what}: {error}");
    }
}

#[test]
fn types_survive_serialization() {
    let text = exporter(2);
    let bytes = Module::new(&Engine::default(), wat(&text)).unwrap().serialize().unwrap();
    let engine = Engine::default();
    // Types that take other numbers than in the first engine.
    Module::new(&engine, wat(&padded(5, ""))).unwrap();
    // SAFETY: the bytes come from `serialize`.
    let there = unsafe { Module::deserialize(&engine, &bytes) }.unwrap();
    let here = Module::new(&engine, wat(&text)).unwrap();
    for (there, here) in there.exports().zip(here.exports()) {
        assert_eq!((there.name(), there.ty()), (here.name(), here.ty()));
    }
    assert_eq!(there.serialize().unwrap(), bytes);
}

#[test]
fn the_host_passes_typed_functions() {
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(
            &engine,
            r#"(module (type $t (func (param i32) (result i32)))
            (func (export "null") (param (ref null $t)) (result (ref null $t)) (local.get 0))
            (func (export "call") (param (ref $t) i32) (result i32) (call_ref $t (local.get 1) (local.get 0)))
            (func (export "next") (type $t) (i32.add (local.get 0) (i32.const 1)))
            (func (export "other")))"#,
        );
        let get = |store: &mut Store<()>, name| instance.get_func(store, name).unwrap();
        let [null, call, next, other] = ["null", "call", "next", "other"].map(|name| get(&mut store, name));
        let host = Func::wrap(&mut store, |x: i32| x * 2);
        for (function, expected) in [(next, 42), (host, 82)] {
            let mut result = [Val::I32(0)];
            call.call(&mut store, &[function.into(), Val::I32(41)], &mut result).unwrap();
            assert_eq!(result, [Val::I32(expected)], "{mode}");
            null.call(&mut store, &[function.into()], &mut result).unwrap();
            assert_eq!(result, [Val::FuncRef(Some(function))], "{mode}");
        }
        let typed = null.ty(&store).params[0];
        assert!(matches!(typed, ValType::Ref(RefType { nullable: true, heap: HeapType::Concrete(_) })));
        assert!(Val::from(next).matches(&store, typed) && !Val::from(other).matches(&store, typed));
        let mut result = [Val::I32(0)];
        null.call(&mut store, &[Val::default_of(typed)], &mut result).unwrap();
        assert_eq!(result, [Val::FuncRef(None)], "{mode}");
        for wrong in [other.into(), Val::ExternRef(None), Val::I32(1), Val::FuncRef(None)] {
            let error = call.call(&mut store, &[wrong, Val::I32(1)], &mut result).unwrap_err();
            assert!(error.is_misuse(), "{mode}: {wrong:?}: {error}");
        }
        // The declared parameter is narrower than `funcref`, so this is refused. A declared result may be narrower than the type
        // in Rust.
        assert!(null.typed::<Option<Func>, Option<Func>>(&store).is_err());
    }
}

#[test]
fn null_function_references_trap() {
    let text = r#"(module (type $t (func)) (table $t 1 (ref null $t))
        (func (export "call_ref") (call_ref $t (ref.null $t)))
        (func (export "as_non_null") (drop (ref.as_non_null (ref.null extern))))
        (func (export "call_indirect") (call_indirect $t (type $t) (i32.const 0)))
        (func (export "i31") (drop (i31.get_s (ref.null i31))))
        (func (export "cast") (drop (ref.cast (ref any) (ref.null any)))))"#;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        for (name, expected) in [
            ("call_ref", Trap::NullFunctionReference),
            ("as_non_null", Trap::NullReference),
            ("call_indirect", Trap::UninitializedElement),
            ("i31", Trap::NullI31Reference),
            ("cast", Trap::CastFailure),
        ] {
            let func = instance.get_func(&mut store, name).unwrap();
            assert_eq!(trap(func.call(&mut store, &[], &mut [])), expected, "{mode}: {name}");
        }
    }
}

#[test]
fn small_integers_and_values_of_the_host_share_a_hierarchy() {
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(
            &engine,
            r#"(module
            (func (export "kind") (param anyref) (result i32)
                (i32.add (ref.test (ref i31) (local.get 0)) (i32.mul (i32.const 2) (ref.test (ref eq) (local.get 0)))))
            (func (export "make") (param i32) (result anyref) (ref.i31 (local.get 0)))
            (func (export "get") (param (ref i31)) (result i32) (i31.get_s (local.get 0)))
            (func (export "out") (param anyref) (result externref) (extern.convert_any (local.get 0)))
            (func (export "in") (param externref) (result anyref) (any.convert_extern (local.get 0))))"#,
        );
        let call = |store: &mut Store<()>, name, value: Val| {
            let mut result = [Val::I32(0)];
            instance.get_func(&mut *store, name).unwrap().call(store, &[value], &mut result).map(|()| result[0])
        };
        for number in [0, 1, 2, 3, -1, -2, (1 << 30) - 1, -1 << 30] {
            let made = AnyRef::from_i31(&store, number);
            assert_eq!(made.as_i31(), Some(number));
            assert_eq!(call(&mut store, "make", Val::I32(number)).unwrap(), made.into(), "{mode}");
            assert_eq!(call(&mut store, "get", made.into()).unwrap(), Val::I32(number), "{mode}");
            assert_eq!(call(&mut store, "kind", made.into()).unwrap(), Val::I32(3), "{mode}: {number}");
            let out = call(&mut store, "out", made.into()).unwrap();
            assert_eq!(out, made.to_extern().into(), "{mode}");
            assert!(made.to_extern().data(&store).is_err());
            assert_eq!(call(&mut store, "in", out).unwrap(), made.into(), "{mode}");
        }
        // Eight values have every combination of the low bits.
        for number in 0..8_i32 {
            let value = ExternRef::new(&mut store, number).unwrap();
            let inside = call(&mut store, "in", value.into()).unwrap();
            assert_eq!(inside, AnyRef::from_extern(value).into());
            assert_eq!(call(&mut store, "kind", inside).unwrap(), Val::I32(0), "{mode}: {number}");
            assert!(matches!(call(&mut store, "get", inside), Err(Error::TypeMismatch { .. })));
            assert_eq!(value.data(&store).unwrap().downcast_ref(), Some(&number));
        }
        assert_eq!(call(&mut store, "kind", Val::AnyRef(None)).unwrap(), Val::I32(0), "{mode}");
        let foreign = AnyRef::from_i31(Store::new(&engine, ()), 1);
        assert!(matches!(call(&mut store, "get", foreign.into()), Err(Error::ForeignStore)));
    }
}

#[test]
fn types_are_displayed_in_the_text_format() {
    let reference = |nullable, heap| ValType::Ref(RefType { nullable, heap }).to_string();
    assert_eq!(reference(true, HeapType::Func), "funcref");
    assert_eq!(reference(false, HeapType::Func), "(ref func)");
    assert_eq!(reference(true, HeapType::I31), "i31ref");
    assert_eq!(reference(true, HeapType::None), "nullref");
    assert_eq!(reference(true, HeapType::NoExtern), "nullexternref");
    assert_eq!(reference(false, HeapType::Concrete(3)), "(ref 3)");
    assert_eq!(reference(true, HeapType::Concrete(3)), "(ref null 3)");
}
