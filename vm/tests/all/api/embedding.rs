//! Tests of the API as embedders use it.
//!
//! They cover errors and their sources, modules from text and files, linkers, tables, and host functions and tags whose types
//! are in recursion groups.

use std::error::Error as _;
use std::fmt;
use wassay_vm::{
    Config, Engine, Error, ExternType, Func, Instance, Linker, Memory, MemoryType, Module, Ref, RefType, Store, Table,
    TableType, Tag, Trap, Val,
};

#[derive(Debug, PartialEq)]
struct Mine(i32);

impl fmt::Display for Mine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mine {}", self.0)
    }
}

impl std::error::Error for Mine {}

const CALLS: &str = r#"(module $m (import "host" "f" (func $f (param i32)))
    (func $inner (param i32) (call $f (local.get 0)))
    (func (export "run") (param i32) (call $inner (local.get 0))))"#;

fn run(linker: &Linker<()>, text: &str, argument: i32) -> wassay_vm::Result<()> {
    let mut store = Store::new(linker.engine(), ());
    let instance = linker.instantiate(&mut store, &Module::new(linker.engine(), text)?)?;
    instance.get_typed_func::<i32, ()>(&store, "run")?.call(&mut store, argument)
}

#[test]
fn errors_of_the_host_can_be_downcast_and_have_a_backtrace() {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    // A host function may return any error type, without a conversion to the error of this crate.
    linker.func_wrap("host", "f", |n: i32| -> Result<(), Mine> { Err(Mine(n)) }).unwrap();
    let error = run(&linker, CALLS, 7).unwrap_err();
    assert_eq!(error.downcast_ref::<Mine>(), Some(&Mine(7)));
    assert_eq!(error.source().unwrap().downcast_ref::<Mine>(), Some(&Mine(7)));
    let names: Vec<_> = error.backtrace().unwrap().frames.iter().map(|frame| frame.name.as_deref()).collect();
    assert_eq!(names, [Some("inner"), Some("run")]);
    assert!(error.trap().is_none() && !error.is_misuse());

    let error = anyhow::Error::new(error).context("while running");
    assert_eq!(error.chain().find_map(|error| error.downcast_ref::<Mine>()), Some(&Mine(7)));
    assert!(error.downcast_ref::<Error>().unwrap().backtrace().is_some());

    // A string is an error too. Traps and errors of wasm stay what they are, whatever type returns them.
    linker.allow_shadowing(true);
    linker.func_wrap("host", "f", |n: i32| if n == 0 { Ok(()) } else { Err("no") }).unwrap();
    assert_eq!(run(&linker, CALLS, 1).unwrap_err().source().unwrap().to_string(), "no");
    run(&linker, CALLS, 0).unwrap();
    linker.func_wrap("host", "f", |_: i32| -> Result<(), Trap> { Err(Trap::IntegerOverflow) }).unwrap();
    assert_eq!(run(&linker, CALLS, 1).unwrap_err().trap(), Some(Trap::IntegerOverflow));
    let boxed = |_: i32| -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Err(Box::new(Error::from(Trap::IntegerOverflow)))
    };
    linker.func_wrap("host", "f", boxed).unwrap();
    assert_eq!(run(&linker, CALLS, 1).unwrap_err().trap(), Some(Trap::IntegerOverflow));
}

#[cfg(feature = "anyhow")]
#[test]
fn errors_inside_anyhow_can_be_downcast() {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    linker.allow_shadowing(true);
    linker.func_wrap("host", "f", |n: i32| -> anyhow::Result<()> { Err(Mine(n).into()) }).unwrap();
    assert_eq!(run(&linker, CALLS, 7).unwrap_err().downcast_ref::<Mine>(), Some(&Mine(7)));
    let with_context = |n: i32| -> anyhow::Result<()> { Err(anyhow::Error::new(Mine(n)).context("in the host")) };
    linker.func_wrap("host", "f", with_context).unwrap();
    assert_eq!(run(&linker, CALLS, 7).unwrap_err().downcast_ref::<Mine>(), Some(&Mine(7)));
    linker.func_wrap("host", "f", |_: i32| -> anyhow::Result<()> { Err(Trap::Unreachable.into()) }).unwrap();
    assert_eq!(run(&linker, CALLS, 7).unwrap_err().trap(), Some(Trap::Unreachable));
}

#[test]
fn modules_are_compiled_from_text_bytes_and_files() {
    let engine = Engine::default();
    let text = r#"(module (func (export "f") (param i32)) (memory (export "m") 1 2))"#;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("module");
    std::fs::write(&path, text).unwrap();
    for module in [Module::new(&engine, text).unwrap(), Module::from_file(&engine, &path).unwrap()] {
        assert!(matches!(module.get_export("f"), Some(ExternType::Func(ty)) if ty.params.len() == 1));
        assert_eq!(module.get_export("m"), Some(ExternType::Memory(MemoryType::new(1, Some(2)))));
        assert!(module.get_export("x").is_none());
    }
    assert!(matches!(Module::from_binary(&engine, text.as_bytes()), Err(Error::Invalid { .. })));
    assert!(matches!(Module::from_file(&engine, directory.path().join("none")), Err(Error::File { .. })));
    assert!(matches!(Module::from_file(&engine, directory.path()), Err(Error::File { .. })));
    let small = Engine::new(Config::new().max_module_size(10)).unwrap();
    assert!(matches!(Module::from_file(&small, &path), Err(Error::Limit(_))));
}

#[test]
fn hostile_text_is_refused() {
    let engine = Engine::default();
    let mut deep = "(module (func ".to_owned();
    deep.push_str(&"(block ".repeat(200_000));
    let broken: [&[u8]; 8] =
        [b"", b"\0", b"\0asm", b"(module", b"(module (func $x) (func $x))", b"\xff\xfe", b"\"", b"(;"];
    for bytes in broken.into_iter().chain([deep.as_bytes(), &*b"(".repeat(1_000_000), &*b"(;".repeat(1_000_000)]) {
        let start = &bytes[..bytes.len().min(30)];
        assert!(matches!(Module::new(&engine, bytes), Err(Error::Invalid { .. })), "{start:?}");
    }
    let long = format!("(module) {}", " ".repeat(9 << 20));
    assert!(matches!(Module::new(&engine, long), Err(Error::Limit(_))));
}

#[test]
fn a_wrong_cpu_is_refused_by_its_name() {
    let error = Engine::new(Config::new().cpu("abacus")).unwrap_err();
    assert!(matches!(&error, Error::Config(message) if message.contains("`abacus`")), "{error}");
}

#[test]
fn linkers_alias_instantiate_and_fill_gaps() {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    let mut store = Store::new(&engine, ());
    linker.func_wrap("a", "f", || 3).unwrap();
    linker.alias("a", "f", "b", "g").unwrap();
    assert!(matches!(linker.alias("a", "f", "b", "g"), Err(Error::Duplicate { .. })));
    assert!(matches!(linker.alias("a", "none", "b", "h"), Err(Error::UnknownImport { .. })));
    let first = r#"(module (import "b" "g" (func $g (result i32))) (func (export "twice") (result i32)
        (i32.add (call $g) (call $g))))"#;
    linker.module(&mut store, "first", &Module::new(&engine, first).unwrap()).unwrap();
    let second = r#"(module
        (rec (type $a (func (param (ref null $b)))) (type $b (func (param (ref null $a)))))
        (import "first" "twice" (func $twice (result i32)))
        (import "gap" "one" (func $gap (result i32)))
        (import "gap" "two" (func (type $b)))
        (func (export "run") (result i32) (call $twice))
        (func (export "fall") (result i32) (call $gap)))"#;
    let second = Module::new(&engine, second).unwrap();
    assert!(matches!(linker.instantiate_pre(&second), Err(Error::UnknownImport { .. })));
    linker.define_unknown_imports_as_traps(&second).unwrap();
    let ready = linker.instantiate_pre(&second).unwrap();
    let instance = ready.clone().instantiate(&mut store).unwrap();
    let call =
        |store: &mut Store<()>, name: &str| instance.get_typed_func::<(), i32>(&*store, name).unwrap().call(store, ());
    assert_eq!(call(&mut store, "run").unwrap(), 6);
    assert_eq!(call(&mut store, "fall").unwrap_err().trap(), Some(Trap::Unreachable));
    assert!(matches!(instance.get_typed_func::<(), ()>(&store, "no"), Err(Error::UnknownExport { .. })));
    // `instantiate_pre` checks imports before there is a store.
    let wrong = Module::new(&engine, r#"(module (import "a" "f" (func (result i64))))"#).unwrap();
    assert!(matches!(linker.instantiate_pre(&wrong), Err(Error::IncompatibleImport { .. })));
    let wrong = Module::new(&engine, r#"(module (import "a" "f" (memory 1)))"#).unwrap();
    assert!(matches!(linker.instantiate_pre(&wrong), Err(Error::IncompatibleImport { .. })));
}

#[test]
fn functions_and_tags_of_the_host_can_have_types_in_recursion_groups() {
    let engine = Engine::default();
    let text = r#"(module
        (rec (type $f (func (param i32) (result i32))) (type $e (func (param (ref null $f) i32))))
        (import "host" "f" (func $f (type $f)))
        (import "host" "e" (tag $e (type $e)))
        (elem declare func $f)
        (func (export "run") (param i32) (result i32)
            (drop (ref.cast (ref $f) (ref.func $f)))
            (block $h (result (ref null $f) i32)
                (try_table (catch $e $h) (throw $e (ref.func $f) (call $f (local.get 0))))
                (unreachable))
            (return)))"#;
    let module = Module::new(&engine, text.replace("(return)", "(local.set 0) (drop) (local.get 0)")).unwrap();
    let mut store = Store::new(&engine, ());
    let types: Vec<_> = module.imports().map(|import| import.heap_type().unwrap()).collect();
    let double = Func::of_type(&mut store, types[0], |_, params, results| {
        results[0] = Val::I32(params[0].i32().unwrap() * 2);
        Ok(())
    });
    let double = double.unwrap();
    let tag = Tag::of_type(&mut store, types[1]).unwrap();
    assert_eq!((double.heap_type(&store), tag.heap_type(&store)), (types[0], types[1]));
    let instance = Instance::new(&mut store, &module, &[double.into(), tag.into()]).unwrap();
    let run = instance.get_typed_func::<i32, i32>(&store, "run").unwrap();
    assert_eq!(run.call(&mut store, 21).unwrap(), 42);
    // This type differs only in its recursion group, so it is another type.
    let plain = Func::wrap(&mut store, |n: i32| n);
    let refused = Instance::new(&mut store, &module, &[plain.into(), tag.into()]);
    assert!(matches!(refused, Err(Error::IncompatibleImport { .. })));
    let ty = tag.ty(&store);
    let alike = Tag::new(&mut store, &ty).unwrap();
    let refused = Instance::new(&mut store, &module, &[double.into(), alike.into()]);
    assert!(matches!(refused, Err(Error::IncompatibleImport { .. })));
}

#[test]
fn tables_are_filled_and_copied() {
    let mut store = Store::new(&Engine::default(), ());
    let ty = |element| TableType { limits: wassay_vm::Limits { min: 4, max: None }, element, table64: false };
    let [f, g] = [1, 2].map(|n| Func::wrap(&mut store, move || n));
    let one = Table::new(&mut store, ty(RefType::FUNCREF), Ref::Func(Some(f))).unwrap();
    let two = Table::new(&mut store, ty(RefType::FUNCREF), Ref::Func(None)).unwrap();
    one.fill(&mut store, 1, Ref::Func(Some(g)), 2).unwrap();
    two.copy(&mut store, 0, one, 1, 3).unwrap();
    one.copy(&mut store, 1, one, 0, 3).unwrap();
    let all = |table: Table| (0..4).map(|at| table.get(&store, at).unwrap()).collect::<Vec<_>>();
    let (f, g, none) = (Ref::Func(Some(f)), Ref::Func(Some(g)), Ref::Func(None));
    assert_eq!(all(one), [f, f, g, g]);
    assert_eq!(all(two), [g, g, f, none]);
}

#[test]
fn memory_and_store_data_are_borrowed_together() {
    let mut store = Store::new(&Engine::default(), 1_u8);
    let memory = Memory::new(&mut store, MemoryType::new(1, None)).unwrap();
    let (bytes, data) = memory.data_and_store_mut(&mut store);
    bytes[9] = *data;
    *data = 2;
    assert_eq!((memory.data(&store)[9], *store.data()), (1, 2));
}
