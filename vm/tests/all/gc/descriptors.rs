//! Custom descriptors and exact references, between modules, with the host, and during collections.

use crate::support::{engines_with, trap, wat};
use wasmparser::WasmFeatures;
use wassay_vm::{
    Engine, Error, Extern, Func, FuncType, HeapType, Instance, Module, RefType, Store, StructRef, StructType, Trap,
    Val, ValType,
};

/// Returns an engine for each shipped mode that accepts custom descriptors.
fn engines() -> Vec<(&'static str, Engine)> {
    engines_with(WasmFeatures::default() | WasmFeatures::CUSTOM_DESCRIPTORS)
}

fn link(store: &mut Store<()>, text: &str, imports: &[Extern]) -> wassay_vm::Result<Instance> {
    let module = Module::new(&store.engine().clone(), wat(text))?;
    Instance::new(store, &module, imports)
}

fn call(store: &mut Store<()>, instance: Instance, name: &str, params: &[Val]) -> wassay_vm::Result<Option<Val>> {
    let function = instance.get_func(&mut *store, name).unwrap();
    let mut results: Vec<Val> = function.ty(&*store).results.iter().map(|ty| Val::default_of(*ty)).collect();
    function.call(store, params, &mut results)?;
    Ok(results.first().copied())
}

const FUNCTIONS: &str = "(type $super (sub (func (result i32)))) (type $sub (sub $super (func (result i32))))";

#[test]
fn exact_imports_refuse_subtypes() {
    for (mode, engine) in engines() {
        let mut store = Store::new(&engine, ());
        let text = format!(
            r#"(module (type (func (param i64))) {FUNCTIONS}
            (func (export "super") (type $super) (i32.const 1)) (func (export "sub") (type $sub) (i32.const 2)))"#
        );
        let exporter = link(&mut store, &text, &[]).unwrap();
        for (given, wanted, fits) in
            [("super", "super", true), ("sub", "sub", true), ("sub", "super", false), ("super", "sub", false)]
        {
            let text = format!(
                r#"(module {FUNCTIONS} (import "m" "{given}" (func $f (exact (type ${wanted}))))
                (global $g (ref (exact ${wanted})) (ref.func $f))
                (func (export "call") (result i32) (call_ref ${wanted} (global.get $g))))"#
            );
            let import = exporter.get_export(&mut store, given).unwrap();
            let what = format!("{mode}: {given} as exactly {wanted}");
            match link(&mut store, &text, &[import]) {
                Ok(instance) => {
                    let expected = Val::I32(if given == "sub" { 2 } else { 1 });
                    assert_eq!(call(&mut store, instance, "call", &[]).unwrap(), Some(expected), "{what}");
                    assert!(fits, "{what}");
                }
                Err(error @ Error::IncompatibleImport { .. }) => {
                    assert!(!fits && error.to_string().contains("exact func"), "{what}: {error}");
                }
                Err(error) => panic!("{what}: {error}"),
            }
        }
    }
}

#[test]
fn reexports_keep_the_exact_type() {
    let engine = &engines()[1].1;
    let mut store = Store::new(engine, ());
    let text = format!(r#"(module {FUNCTIONS} (func (export "f") (type $sub) (i32.const 2)))"#);
    let first = link(&mut store, &text, &[]).unwrap();
    let import = first.get_export(&mut store, "f").unwrap();
    let text = format!(r#"(module {FUNCTIONS} (import "m" "f" (func (type $super))) (export "f" (func 0)))"#);
    let second = link(&mut store, &text, &[import]).unwrap();
    let import = second.get_export(&mut store, "f").unwrap();
    let text = format!(r#"(module {FUNCTIONS} (import "m" "f" (func (exact (type $sub)))))"#);
    link(&mut store, &text, &[import]).unwrap();
}

#[test]
fn functions_of_the_host_are_exact() {
    for (mode, engine) in engines() {
        let mut store = Store::new(&engine, ());
        let host = Func::wrap(&mut store, || 7_i32);
        let text = r#"(module (type $f (func (result i32))) (import "m" "f" (func $f (exact (type $f))))
            (elem declare func $f)
            (func (export "call") (result i32)
                (call_ref $f (ref.cast (ref (exact $f)) (block (result funcref) (ref.func $f))))))"#;
        let instance = link(&mut store, text, &[host.into()]).unwrap();
        assert_eq!(call(&mut store, instance, "call", &[]).unwrap(), Some(Val::I32(7)), "{mode}");
        // The type of a host function is final, so it is not a type that can have subtypes.
        let text = r#"(module (type $f (sub (func (result i32)))) (import "m" "f" (func (exact (type $f)))))"#;
        let refused = link(&mut store, text, &[host.into()]);
        assert!(matches!(refused, Err(Error::IncompatibleImport { .. })), "{mode}: {refused:?}");
    }
}

#[test]
fn the_host_passes_exact_functions() {
    for (mode, engine) in engines() {
        let mut store = Store::new(&engine, ());
        let text = format!(
            r#"(module {FUNCTIONS}
            (func (export "super") (type $super) (i32.const 1)) (func (export "sub") (type $sub) (i32.const 2))
            (func (export "call") (param (ref null (exact $super))) (result i32)
                (if (ref.is_null (local.get 0)) (then (return (i32.const 0))))
                (call_ref $super (local.get 0)))
            (func (export "is") (param (ref null $super)) (result i32) (ref.test (ref (exact $super)) (local.get 0)))
            (func (export "cast") (param (ref null $super)) (result (ref null (exact $sub)))
                (ref.cast (ref null (exact $sub)) (local.get 0)))
            (func (export "branch") (param (ref null $super)) (result i32)
                (block $sub (result (ref (exact $sub)))
                    (br_on_cast $sub (ref null $super) (ref (exact $sub)) (local.get 0))
                    (drop) (return (i32.const 0)))
                (call_ref $sub)))"#
        );
        let instance = link(&mut store, &text, &[]).unwrap();
        let [sup, sub] = ["super", "sub"].map(|name| Val::from(instance.get_func(&mut store, name).unwrap()));
        let null = Val::FuncRef(None);
        let mut run = |name: &str, param: Val| call(&mut store, instance, name, &[param]).map(Option::unwrap);
        assert_eq!(run("call", sup).unwrap(), Val::I32(1), "{mode}");
        assert_eq!(run("call", null).unwrap(), Val::I32(0), "{mode}");
        let refused = run("call", sub).unwrap_err();
        assert!(refused.to_string().contains("(ref null (exact "), "{mode}: {refused}");
        for (param, is, branch) in [(sup, 1, 0), (sub, 0, 2), (null, 0, 0)] {
            assert_eq!(run("is", param).unwrap(), Val::I32(is), "{mode}");
            assert_eq!(run("branch", param).unwrap(), Val::I32(branch), "{mode}");
        }
        assert_eq!(run("cast", sub).unwrap(), sub, "{mode}");
        assert_eq!(run("cast", null).unwrap(), null, "{mode}");
        assert_eq!(trap(run("cast", sup)), Trap::CastFailure, "{mode}");
    }
}

#[test]
fn exact_types_are_displayed() {
    let engine = &engines()[0].1;
    let text = r#"(module (type (func)) (rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))
        (import "m" "f" (func (exact (type 0)))) (import "m" "g" (func (type 0)))
        (func (export "f") (param (ref (exact $a)) (ref null (exact $b)) (ref null $a))))"#;
    let module = Module::new(engine, wat(text)).unwrap();
    assert_eq!(module.imports().map(|import| import.is_exact()).collect::<Vec<_>>(), [true, false]);
    let export = module.exports().next().unwrap().ty();
    let wassay_vm::ExternType::Func(FuncType { params, .. }) = &export else { panic!("{export}") };
    let [ValType::Ref(a), ValType::Ref(b), ValType::Ref(c)] = params[..] else { panic!("{params:?}") };
    let HeapType::Exact(number) = a.heap else { panic!("{a}") };
    assert_eq!(a, RefType { nullable: false, heap: HeapType::Exact(number) });
    assert_eq!(b, RefType { nullable: true, heap: HeapType::Exact(number + 1) });
    assert_eq!(c, RefType { nullable: true, heap: HeapType::Concrete(number) });
    assert_eq!(
        export.to_string(),
        format!("func [(ref (exact {number})) (ref null (exact {})) (ref null {number})] -> []", number + 1)
    );
}

#[test]
fn types_survive_serialization() {
    let text = r#"(module (type $f (func))
        (rec (type $a (sub (descriptor $b) (struct (field (ref (exact $b))))))
             (type $b (sub (describes $a) (descriptor $c) (struct))) (type $c (sub (describes $b) (struct))))
        (import "m" "f" (func (exact (type $f))))
        (global (export "g") (mut (ref null (exact $b))) (ref.null none))
        (func (export "f") (param (ref $a)) (result (ref null (exact $c))) (unreachable)))"#;
    for ((mode, engine), (_, other)) in engines().into_iter().zip(engines()) {
        let here = Module::new(&engine, wat(text)).unwrap();
        let bytes = here.serialize().unwrap();
        // The engine that loads has other modules already, so types have other numbers.
        Module::new(&other, wat("(module (type (struct)) (type (func (param i64))))")).unwrap();
        // SAFETY: the bytes come from `serialize`.
        let there = unsafe { Module::deserialize(&other, &bytes) }.unwrap();
        let again = Module::new(&other, wat(text)).unwrap();
        for (there, again) in there.exports().zip(again.exports()) {
            assert_eq!(there.ty(), again.ty(), "{mode}");
        }
        assert!(there.imports().all(|import| import.is_exact()), "{mode}");
        assert_eq!(there.serialize().unwrap(), bytes, "{mode}");
    }
}

/// A structure with a number, its descriptor with a number, and the descriptor of that. Then a subtype of each.
const OBJECTS: &str = "(rec
    (type $a (sub (descriptor $b) (struct (field (mut i32)))))
    (type $b (sub (describes $a) (descriptor $c) (struct (field (mut i32)))))
    (type $c (sub (describes $b) (struct (field (mut i32)))))
    (type $a2 (sub $a (descriptor $b2) (struct (field (mut i32)) (field i64))))
    (type $b2 (sub $b (describes $a2) (descriptor $c2) (struct (field (mut i32)) (field i64))))
    (type $c2 (sub $c (describes $b2) (struct (field (mut i32)) (field i64)))))";

/// Functions that make an `$a` with its descriptors. Their numbers are computed from the parameter.
const MAKE: &str =
    "(func $c (param i32) (result (ref (exact $c))) (struct.new $c (i32.mul (local.get 0) (i32.const 100))))
    (func $b (param i32) (result (ref (exact $b)))
        (struct.new_desc $b (i32.mul (local.get 0) (i32.const 10)) (call $c (local.get 0))))
    (func $a (param i32) (result (ref (exact $a))) (struct.new_desc $a (local.get 0) (call $b (local.get 0))))
    (func $sum (param (ref null $a)) (result i32)
        (i32.add (struct.get $a 0 (local.get 0))
            (i32.add (struct.get $b 0 (ref.get_desc $a (local.get 0)))
                (struct.get $c 0 (ref.get_desc $b (ref.get_desc $a (local.get 0)))))))";

fn as_number(value: wassay_vm::Result<Option<Val>>) -> i32 {
    value.unwrap().unwrap().i32().unwrap()
}

#[test]
fn descriptors_are_shared_between_modules() {
    for (mode, engine) in engines() {
        let mut store = Store::new(&engine, ());
        let text = format!(
            r#"(module {OBJECTS} {MAKE} (export "a" (func $a)) (export "sum" (func $sum))
            (global $mine (export "b") (ref (exact $b)) (struct.new_desc $b (i32.const 7) (struct.new_default $c)))
            (func (export "mine") (result (ref $a)) (struct.new_desc $a (i32.const 1) (global.get $mine))))"#
        );
        let first = link(&mut store, &text, &[]).unwrap();
        let text = format!(
            r#"(module (type (func (param f32))) (type (array i8)) {OBJECTS}
            (import "m" "b" (global $b (ref (exact $b)))) (import "m" "mine" (func $mine (result (ref $a))))
            (import "m" "a" (func $a (param i32) (result (ref (exact $a)))))
            (import "m" "sum" (func $sum (param (ref null $a)) (result i32)))
            (func $is (param anyref) (result i32)
                (block $yes (result (ref (exact $a)))
                    (drop (br_on_cast_desc_eq $yes anyref (ref (exact $a)) (local.get 0) (global.get $b)))
                    (return (i32.const 0)))
                (drop) (i32.const 1))
            (func (export "theirs") (result i32) (call $is (call $mine)))
            (func (export "ours") (result i32) (call $is (struct.new_default_desc $a (global.get $b))))
            (func (export "others") (result i32) (call $is (call $a (i32.const 3))))
            (func (export "any") (param anyref) (result i32) (call $is (local.get 0)))
            (func (export "sum") (result i32) (call $sum (call $a (i32.const 2))))
            (func (export "exact") (result i32) (ref.test (ref (exact $a)) (call $mine)))
            (func (export "sub") (result i32) (ref.test (ref $a2) (call $mine))))"#
        );
        let imports = ["b", "mine", "a", "sum"].map(|name| first.get_export(&mut store, name).unwrap());
        let second = link(&mut store, &text, &imports).unwrap();
        for (name, expected) in [("theirs", 1), ("ours", 1), ("others", 0), ("sum", 222), ("exact", 1), ("sub", 0)] {
            assert_eq!(as_number(call(&mut store, second, name, &[])), expected, "{mode}: {name}");
        }
        let object = call(&mut store, first, "mine", &[]).unwrap().unwrap();
        assert_eq!(as_number(call(&mut store, second, "any", &[object])), 1, "{mode}");
        assert_eq!(as_number(call(&mut store, second, "any", &[Val::AnyRef(None)])), 0, "{mode}");
    }
}

#[test]
fn objects_keep_their_descriptors() {
    let text = format!(
        r#"(module {OBJECTS} {MAKE}
        (table $t 64 (ref null $a)) (type $list (array (mut (ref null $a))))
        (global $g (mut (ref null $list)) (array.new_default $list (i32.const 64)))
        (func (export "fill") (local $i i32)
            (loop $next
                (table.set $t (local.get $i) (call $a (local.get $i)))
                (array.set $list (global.get $g) (local.get $i) (call $a (i32.add (local.get $i) (i32.const 1))))
                (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 64)))))
        (func (export "churn") (param i32)
            (loop $next
                (drop (call $a (i32.const -1)))
                (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "check") (result i32) (local $i i32) (local $sum i32)
            (loop $next
                (local.set $sum (i32.add (local.get $sum) (i32.add
                    (call $sum (table.get $t (local.get $i)))
                    (call $sum (array.get $list (global.get $g) (local.get $i))))))
                (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 64))))
            (local.get $sum)))"#
    );
    let expected = 111 * (0..64).map(|i| 2 * i + 1).sum::<i32>();
    for (mode, engine) in engines() {
        for stress in [false, true] {
            let mut store = Store::new(&engine, ());
            store.set_gc_stress(stress);
            let instance = link(&mut store, &text, &[]).unwrap();
            call(&mut store, instance, "fill", &[]).unwrap();
            for _ in 0..3 {
                call(&mut store, instance, "churn", &[Val::I32(if stress { 300 } else { 30_000 })]).unwrap();
                store.gc();
                assert_eq!(as_number(call(&mut store, instance, "check", &[])), expected, "{mode}, {stress}");
            }
        }
    }
}

/// Compiled code may hold a descriptor as a number computed from its address, which keeps nothing alive. So it must also hold the
/// reference.
#[test]
fn descriptors_outlive_the_objects_they_come_from() {
    let text = format!(
        r#"(module {OBJECTS} {MAKE}
        (func $churn (param i32)
            (loop $next
                (drop (call $a (i32.const -1)))
                (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
        ;; The object is dropped before its descriptor is read.
        (func (export "got") (param i32) (result i32) (local $b (ref null $b))
            (local.set $b (ref.get_desc $a (call $a (local.get 0))))
            (call $churn (i32.const 20))
            (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
            (struct.get $b 0 (local.get $b)))
        ;; The descriptor is compared repeatedly, with objects whose descriptors could get its address if it were freed.
        (func (export "compared") (param i32) (result i32) (local $b (ref null (exact $b))) (local $hits i32)
            (local.set $b (call $b (i32.const 1)))
            (loop $next
                (call $churn (i32.const 2))
                (block $other (result anyref)
                    (br_on_cast_desc_eq_fail $other anyref (ref $a) (call $a (i32.const 1)) (local.get $b))
                    (local.set $hits (i32.add (local.get $hits) (i32.const 1))))
                (drop)
                (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (local.get $hits))
        ;; The descriptor is used only to make objects, with other allocations in between.
        (func (export "used") (param i32) (result i32) (local $b (ref null (exact $b))) (local $sum i32)
            (local.set $b (call $b (i32.const 1)))
            (loop $next
                (call $churn (i32.const 2))
                (local.set $sum
                    (i32.add (local.get $sum) (call $sum (struct.new_desc $a (i32.const 1) (local.get $b)))))
                (br_if $next (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (local.get $sum)))"#
    );
    for (mode, engine) in engines() {
        let mut store = Store::new(&engine, ());
        store.set_gc_stress(true);
        let instance = link(&mut store, &text, &[]).unwrap();
        for (name, param, expected) in [("got", 5, 50), ("got", 0, 0), ("compared", 30, 0), ("used", 30, 30 * 111)] {
            assert_eq!(as_number(call(&mut store, instance, name, &[Val::I32(param)])), expected, "{mode}: {name}");
        }
    }
}

#[test]
fn an_array_is_never_taken_for_an_object_with_a_descriptor() {
    // An array's header has the length where that of an object with a descriptor has the descriptor.
    let text = format!(
        r#"(module {OBJECTS} (type $bytes (array (mut i8))) (type $plain (struct (field i32)))
        (global $b (ref (exact $b)) (struct.new_desc $b (i32.const 7) (struct.new_default $c)))
        (func $is (param anyref) (result i32)
            (block $no (result anyref)
                (br_on_cast_desc_eq_fail $no anyref (ref $a) (local.get 0) (global.get $b))
                (return (i32.const 1)))
            (drop) (i32.const 0))
        (func (export "lengths") (param i32) (result i32) (local $hits i32)
            (loop $next
                (local.set $hits (i32.add (local.get $hits)
                    (call $is (array.new_default $bytes (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
                (br_if $next (local.get 0)))
            (local.get $hits))
        (func (export "plain") (result i32) (call $is (struct.new $plain (i32.const 1))))
        (func (export "i31") (result i32) (call $is (ref.i31 (i32.const 1))))
        (func (export "given") (param externref) (result i32) (call $is (any.convert_extern (local.get 0))))
        (func (export "descriptor") (result i32) (call $is (global.get $b)))
        (func (export "object") (result i32) (call $is (struct.new_default_desc $a (global.get $b)))))"#
    );
    for (mode, engine) in engines() {
        let mut store = Store::new(&engine, ());
        let instance = link(&mut store, &text, &[]).unwrap();
        let host = Val::from(wassay_vm::ExternRef::new(&mut store, 5_u8).unwrap());
        assert_eq!(as_number(call(&mut store, instance, "lengths", &[Val::I32(5000)])), 0, "{mode}");
        assert_eq!(as_number(call(&mut store, instance, "given", &[host])), 0, "{mode}");
        for (name, expected) in [("plain", 0), ("i31", 0), ("descriptor", 0), ("object", 1)] {
            assert_eq!(as_number(call(&mut store, instance, name, &[])), expected, "{mode}: {name}");
        }
    }
}

#[test]
fn constant_expressions_make_objects_with_descriptors() {
    let text = format!(
        r#"(module {OBJECTS}
        (global $c (ref (exact $c)) (struct.new $c (i32.const 3)))
        (global $b (ref (exact $b)) (struct.new_desc $b (i32.const 2) (global.get $c)))
        (global $a (ref (exact $a)) (struct.new_desc $a (i32.const 1) (global.get $b)))
        (table $t 1 (ref null $a) (struct.new_desc $a (i32.const 4) (struct.new_default_desc $b (struct.new $c (i32.const 5)))))
        (elem $e (ref null $a) (item (struct.new_default_desc $a (global.get $b))) (item (global.get $a)))
        {MAKE}
        (func (export "run") (result i32)
            (table.init $t $e (i32.const 0) (i32.const 1) (i32.const 1))
            (call $sum (table.get $t (i32.const 0))))
        (func (export "before") (result i32) (call $sum (table.get $t (i32.const 0))))
        (func (export "segment") (result i32)
            (table.init $t $e (i32.const 0) (i32.const 0) (i32.const 1))
            (ref.eq (ref.get_desc $a (table.get $t (i32.const 0))) (global.get $b))))"#
    );
    for (mode, engine) in engines() {
        for stress in [false, true] {
            let mut store = Store::new(&engine, ());
            store.set_gc_stress(stress);
            let instance = link(&mut store, &text, &[]).unwrap();
            for (name, expected) in [("before", 9), ("segment", 1), ("run", 6)] {
                assert_eq!(as_number(call(&mut store, instance, name, &[])), expected, "{mode}, {stress}: {name}");
            }
            let null = format!("(module {OBJECTS} (global (ref $b) (struct.new_default_desc $b (ref.null none))))");
            assert_eq!(trap(link(&mut store, &null, &[]).map(drop)), Trap::NullDescriptor, "{mode}");
        }
    }
}

#[test]
fn the_host_passes_exact_objects() {
    let text = format!(
        r#"(module {OBJECTS} {MAKE}
        (func (export "base") (result anyref) (call $a (i32.const 1)))
        (func (export "sub") (result anyref)
            (struct.new_default_desc $a2 (struct.new_default_desc $b2 (struct.new_default $c2))))
        (func (export "any") (param (ref null $a)) (result i32) (i32.const 1))
        (func (export "exact") (param (ref null (exact $a))) (result i32) (i32.const 2)))"#
    );
    for (mode, engine) in engines() {
        let mut store = Store::new(&engine, ());
        let instance = link(&mut store, &text, &[]).unwrap();
        let base = call(&mut store, instance, "base", &[]).unwrap().unwrap();
        let sub = call(&mut store, instance, "sub", &[]).unwrap().unwrap();
        for (param, name, fits) in
            [(base, "any", true), (base, "exact", true), (sub, "any", true), (sub, "exact", false)]
        {
            let result = call(&mut store, instance, name, &[param]);
            assert!(result.is_ok() == fits, "{mode}: {name}: {result:?}");
        }
        assert_eq!(as_number(call(&mut store, instance, "exact", &[Val::AnyRef(None)])), 2, "{mode}");
    }
}

#[test]
fn the_host_makes_objects_with_descriptors() {
    let text = format!(
        r#"(module {OBJECTS} {MAKE} (export "sum" (func $sum))
        (func (export "types") (param (ref null $a) (ref null $b) (ref null $c) (ref null $b2)))
        (func (export "same") (param (ref $a) (ref $b)) (result i32)
            (ref.eq (ref.get_desc $a (local.get 0)) (local.get 1)))
        (func (export "make") (result (ref $a)) (call $a (i32.const 4))))"#
    );
    for (mode, engine) in engines() {
        let module = Module::new(&engine, wat(&text)).unwrap();
        let types = module.exports().find(|export| export.name() == "types").unwrap().ty();
        let wassay_vm::ExternType::Func(FuncType { params, .. }) = types else { panic!("{types}") };
        let [a, b, c, b2] = [0, 1, 2, 3].map(|at: usize| {
            let ValType::Ref(ty) = params[at] else { panic!("{:?}", params[at]) };
            StructType::from_heap_type(&engine, ty.heap).unwrap()
        });
        assert_eq!((a.descriptor(), a.describes()), (Some(b.clone()), None));
        assert_eq!((c.descriptor(), c.describes()), (None, Some(b.clone())));
        // The store has no objects with descriptors yet.
        let mut store = Store::new(&engine, ());
        store.set_gc_stress(true);
        let number = |n: i32| [Val::I32(n)];
        let meta = StructRef::new(&mut store, &c, &number(300)).unwrap();
        let descriptor = StructRef::with_descriptor(&mut store, &b, &number(20), meta).unwrap();
        let object = StructRef::with_descriptor(&mut store, &a, &number(1), descriptor).unwrap();
        assert_eq!(object.descriptor(&store).unwrap(), Some(descriptor), "{mode}");
        assert_eq!(meta.descriptor(&store).unwrap(), None, "{mode}");
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let sum = |store: &mut Store<()>, object: StructRef| call(store, instance, "sum", &[object.into()]);
        assert_eq!(as_number(sum(&mut store, object)), 321, "{mode}");
        let both = [object.into(), descriptor.into()];
        assert_eq!(as_number(call(&mut store, instance, "same", &both)), 1, "{mode}");
        let Some(Val::AnyRef(Some(theirs))) = call(&mut store, instance, "make", &[]).unwrap() else { panic!() };
        let theirs = theirs.as_struct(&store).unwrap().unwrap().descriptor(&store).unwrap().unwrap();
        assert_eq!(theirs.field(&store, 0).unwrap(), Val::I32(40), "{mode}");
        assert_eq!(theirs.ty(&store).unwrap(), b, "{mode}");
        // A missing descriptor, one of another type, and one for a type without descriptor.
        let other = StructRef::with_descriptor(&mut store, &b2, &[Val::I32(1), Val::I64(2)], meta);
        let refused = [
            StructRef::new(&mut store, &a, &number(1)),
            StructRef::with_descriptor(&mut store, &a, &number(1), meta),
            StructRef::with_descriptor(&mut store, &c, &number(1), meta),
            other,
        ];
        for (at, refused) in refused.into_iter().enumerate() {
            assert!(refused.as_ref().is_err_and(Error::is_misuse), "{mode}, {at}: {refused:?}");
        }
    }
}
