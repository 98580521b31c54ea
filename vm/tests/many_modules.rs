//! Mappings of many modules: they share them, and there is an error before the process has used up its mappings.
//!
//! This is a binary of its own because it counts the mappings of its process, uses them up, and forks.

mod support;

use support::wat;
use wassay_vm::{Engine, Error, Instance, Limits, Module, Ref, RefType, Store, Table, TableType, Trap, Val};

/// Returns the number of mappings of this process.
fn mappings() -> usize {
    std::fs::read_to_string("/proc/self/maps").unwrap().lines().count()
}

/// The only test of this binary, so that nothing else changes the mappings.
#[test]
fn mappings_are_shared_and_counted() {
    a_child_has_arenas_of_its_own();
    thirty_thousand_live_modules();
    an_error_comes_before_the_last_mapping();
}

fn thirty_thousand_live_modules() {
    const COUNT: usize = 30_000;
    let engine = Engine::default();
    let text = |number: usize| {
        let text = r#"(module $m (global $g (mut i32) (i32.const NUMBER)) (tag $t)
            (func $inner (param i32) (result i32)
                (if (i32.eq (local.get 0) (i32.const 1)) (then (unreachable)))
                (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $t)))
                (i32.add (global.get $g) (local.get 0)))
            (func (export "f") (param i32) (result i32)
                (block $caught (try_table (catch $t $caught) (return (call $inner (local.get 0)))))
                (i32.const -7)))"#;
        wat(&text.replace("NUMBER", &number.to_string()))
    };
    // Ten different modules, each loaded many times, as compiling all would take minutes.
    let artifacts: Vec<Vec<u8>> =
        (0..10).map(|number| engine.precompile_module(&text(number * 1000)).unwrap()).collect();
    // SAFETY: the bytes come from the compiler.
    let load = |number: usize| unsafe { Module::deserialize(&engine, &artifacts[number % 10]) }.unwrap();
    let before = mappings();
    let mut modules: Vec<Module> = (0..COUNT).map(load).collect();
    let with_modules = mappings();
    assert!(with_modules - before < 50, "{COUNT} modules take {} mappings", with_modules - before);

    let mut store = Store::new(&engine, ());
    let instances: Vec<Instance> =
        modules.iter().map(|module| Instance::new(&mut store, module, &[]).unwrap()).collect();
    let with_instances = mappings();
    assert!(with_instances - with_modules < 100, "{COUNT} instances take {}", with_instances - with_modules);
    for (number, instance) in instances.iter().enumerate().step_by(487) {
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f").unwrap();
        let constant = i32::try_from(number % 10 * 1000).unwrap();
        assert_eq!(f.call(&mut store, 10).unwrap(), constant + 10);
        assert_eq!(f.call(&mut store, 2).unwrap(), -7, "caught");
        let Err(Error::Trap { trap, backtrace }) = f.call(&mut store, 1) else { panic!("no trap") };
        assert_eq!((trap, backtrace.frames.len()), (Trap::Unreachable, 2));
        assert_eq!(backtrace.frames[0].name.as_deref(), Some("inner"));
    }
    println!("{COUNT} modules: {} mappings; instances: {}", with_modules - before, with_instances - with_modules);
    drop(store);

    // Every other module is dropped, and others take their places.
    let mut kept = false;
    modules.retain(|_| {
        kept = !kept;
        kept
    });
    assert!(mappings() - before < 50, "{}: those left take no more", mappings() - before);
    modules.extend((0..COUNT / 2).map(load));
    assert!(mappings() - before < 50, "{}: nor do those that came", mappings() - before);
    let mut store = Store::new(&engine, ());
    for module in modules.iter().step_by(1111) {
        let instance = Instance::new(&mut store, module, &[]).unwrap();
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f").unwrap();
        assert_eq!(f.call(&mut store, 10).unwrap() % 1000, 10);
        assert_eq!(f.call(&mut store, 1).unwrap_err().trap(), Some(Trap::Unreachable));
    }
}

fn an_error_comes_before_the_last_mapping() {
    let most: usize = std::fs::read_to_string("/proc/sys/vm/max_map_count").unwrap().trim().parse().unwrap();
    if most > 100_000 {
        // The limit is too high to reach it in a test.
        return;
    }
    let engine = Engine::default();
    let small = || Module::new(&engine, wat(r#"(module (func (export "f") (result i32) (i32.const 3)))"#));
    small().unwrap();
    let mut store = Store::new(&engine, ());
    // Each table takes two mappings: its elements, and reserved address space.
    let limits = Limits { min: 1, max: None };
    let ty = TableType { limits, element: RefType::FUNCREF, table64: false };
    let error = loop {
        match Table::new(&mut store, ty, Ref::Func(None)) {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(matches!(&error, Error::Limit(text) if text.contains("vm.max_map_count")), "{error}");
    assert!(mappings() < most - 4000, "{} of {most}", mappings());
    // The process can still start threads.
    let threads: Vec<_> = (0..50).map(|n| std::thread::Builder::new().spawn(move || n).unwrap()).collect();
    assert_eq!(threads.into_iter().map(|thread| thread.join().unwrap()).sum::<i32>(), 49 * 25);
    // Small modules can still be compiled, and tables made after the store is dropped.
    let module = small().unwrap();
    drop(store);
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let mut results = [Val::I32(0)];
    instance.get_func(&mut store, "f").unwrap().call(&mut store, &[], &mut results).unwrap();
    assert!(matches!(results, [Val::I32(3)]));
    Table::new(&mut store, ty, Ref::Func(None)).unwrap();
}

/// A forked child loads code at an address at which its parent then loads other code.
fn a_child_has_arenas_of_its_own() {
    let engine = Engine::default();
    let text = |number: i32| wat(&format!(r#"(module (func (export "f") (result i32) (i32.const {number})))"#));
    let artifacts = [1, 2].map(|number| engine.precompile_module(&text(number)).unwrap());
    let run = |artifact: &[u8]| {
        // SAFETY: the bytes come from the compiler.
        let module = unsafe { Module::deserialize(&engine, artifact) }.unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let f = instance.get_typed_func::<(), i32>(&mut store, "f").unwrap();
        std::iter::repeat_with(move || f.call(&mut store, ()).unwrap()).take(1000).sum::<i32>()
    };
    // SAFETY: no other thread holds a lock, as this is the only test of the process, and compiling is over.
    let child = unsafe { libc::fork() };
    if child == 0 {
        let right = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(&artifacts[1]) == 2000));
        // SAFETY: `_exit` runs no destructors, so nothing of the parent is cleaned up twice.
        unsafe { libc::_exit(i32::from(!right.unwrap_or(false))) };
    }
    assert!(child > 0);
    assert_eq!(run(&artifacts[0]), 1000);
    let mut status = 0;
    // SAFETY: the pointer is to a local variable.
    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
    assert_eq!(status, 0, "the child ran its own code");
    assert_eq!(run(&artifacts[0]), 1000);
}
