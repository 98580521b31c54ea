//! Custom descriptors and exact references: what holds between modules, towards the host, and while objects are collected.

mod common;

use common::{trap, wat};
use wasmparser::WasmFeatures;
use wassay_vm::{
    Config, Engine, Error, Extern, Func, FuncType, HeapType, Instance, Level, MemoryMode, Module, RefType, Store, Trap,
    Val, ValType,
};

/// An engine for each mode that is shipped, with descriptors.
fn engines() -> Vec<(&'static str, Engine)> {
    let engine = |level, mode| {
        let features = WasmFeatures::default() | WasmFeatures::CUSTOM_DESCRIPTORS;
        Engine::new(Config::new().level(level).memory_mode(mode).features(features)).unwrap()
    };
    vec![
        ("o0", engine(Level::None, MemoryMode::Precise)),
        ("o3", engine(Level::Speed, MemoryMode::Precise)),
        ("o3-relaxed", engine(Level::Speed, MemoryMode::Relaxed)),
    ]
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
fn exact_imports_take_no_subtypes() {
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
fn a_module_on_the_way_does_not_widen_a_function() {
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
        // Types that can have subtypes are none that the host's functions are of.
        let text = r#"(module (type $f (sub (func (result i32)))) (import "m" "f" (func (exact (type $f)))))"#;
        let refused = link(&mut store, text, &[host.into()]);
        assert!(matches!(refused, Err(Error::IncompatibleImport { .. })), "{mode}: {refused:?}");
    }
}

#[test]
fn hosts_pass_exact_functions() {
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
fn exact_types_are_named() {
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
    for (mode, engine) in engines() {
        let here = Module::new(&engine, wat(text)).unwrap();
        let bytes = here.serialize().unwrap();
        // Where it is loaded, other modules came first, and the numbers are others.
        let (_, other) = engines().swap_remove(0);
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
