//! Stores that move between threads, between calls and during them, and stores that several threads read.

use crate::support;
use std::thread;
use wassay_vm::{
    AsContextMut, Caller, Engine, Error, Extern, ExternRef, Func, Instance, Linker, Module, OwnedRooted, Store, Trap,
};

/// Keeps references across host calls, on the stack of the thread and on those of continuations.
const MODULE: &str = r#"(module
    (import "host" "away" (func $away (param i32) (result i32)))
    (type $s (struct (field (mut i32))))
    (type $f (func (param i32) (result i32))) (type $k (cont $f))
    (tag $t (param i32) (result i32))
    (tag $e (export "e") (param i32))
    (func $inner (export "inner") (param i32) (result i32) (local $s (ref $s))
      (local.set $s (struct.new $s (local.get 0)))
      (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
      (struct.set $s 0 (local.get $s)
        (i32.add (struct.get $s 0 (local.get $s)) (call $away (i32.sub (local.get 0) (i32.const 1)))))
      (struct.get $s 0 (local.get $s)))
    (func $run (type $f) (i32.add (suspend $t (local.get 0)) (call $inner (local.get 0))))
    (func (export "fiber") (param i32) (result i32) (local $k (ref null $k))
      (block $on (result i32 (ref $k))
        (resume $k (on $t $on) (local.get 0) (cont.new $k (ref.func $run)))
        (return))
      (local.set $k) (drop)
      (resume $k (i32.const 1) (local.get $k)))
    (func (export "trap") unreachable)
    (func (export "throw") (throw $e (i32.const 5)))
    (global $k (mut (ref null $k)) (ref.null $k))
    (func (export "begin") (param i32)
      (block $on (result i32 (ref $k))
        (resume $k (on $t $on) (local.get 0) (cont.new $k (ref.func $run)))
        unreachable)
      (global.set $k) (drop))
    (func (export "go_on") (result i32) (resume $k (i32.const 1) (global.get $k)))
    (elem declare func $run))"#;

/// Returns the result of the export `inner`.
fn inner(n: i32) -> i32 {
    if n == 0 { 0 } else { n + away(n - 1) }
}

/// Returns the result of the export `away`, which for even numbers is that of `fiber`.
fn away(n: i32) -> i32 {
    inner(n) + i32::from(n % 2 == 0)
}

/// Lends the store to another thread, while wasm of the store waits on this one.
fn elsewhere(mut caller: Caller<'_, u32>, n: i32) -> wassay_vm::Result<i32> {
    let names = ["trap", "throw", if n % 2 == 0 { "fiber" } else { "inner" }];
    let [trap, throw, next] = names.map(|name| caller.get_export(name).and_then(Extern::into_func).unwrap());
    *caller.data_mut() += 1;
    let mut store = caller.as_context_mut();
    let sum = thread::scope(|threads| {
        let thread = threads.spawn(move || {
            store.gc();
            let Err(Error::Trap { trap, backtrace }) = trap.call(&mut store, &[], &mut []) else { panic!("no trap") };
            assert_eq!((trap, backtrace.frames.len()), (Trap::Unreachable, 1), "the stack of this thread alone");
            assert!(matches!(throw.call(&mut store, &[], &mut []), Err(Error::Exception(_))));
            let sum = next.typed::<i32, i32>(&store)?.call(&mut store, n);
            store.gc();
            sum
        });
        thread.join().unwrap()
    });
    *caller.data_mut() += 1;
    sum
}

fn instantiate(engine: &Engine) -> (Store<u32>, Instance) {
    let module = Module::new(engine, support::wat(MODULE)).unwrap();
    let mut linker = Linker::<u32>::new(engine);
    linker.func_wrap("host", "away", elsewhere).unwrap();
    let mut store = Store::new(engine, 0);
    let instance = linker.instantiate(&mut store, &module).unwrap();
    (store, instance)
}

#[test]
fn host_functions_lend_the_store_to_another_thread() {
    for (mode, engine) in support::engines_with_all_features() {
        for stress in [false, true] {
            let (mut store, instance) = instantiate(&engine);
            store.set_gc_stress(stress);
            for n in [0, 1, 2, 3, 9] {
                for (name, expected) in [("inner", inner(n)), ("fiber", inner(n) + 1)] {
                    *store.data_mut() = 0;
                    let f = instance.get_typed_func::<i32, i32>(&store, name).unwrap();
                    assert_eq!(f.call(&mut store, n).unwrap(), expected, "{mode} {name} {n}");
                    assert_eq!(store.data().cast_signed(), 2 * n, "{mode} {name} {n}");
                }
            }
        }
    }
}

#[test]
fn continuations_resume_in_the_thread_that_has_the_store() {
    for (mode, engine) in support::engines_with_all_features() {
        let (mut store, instance) = instantiate(&engine);
        for n in 0..5 {
            store = thread::spawn(move || {
                let begin = instance.get_typed_func::<i32, ()>(&store, "begin").unwrap();
                begin.call(&mut store, n).unwrap();
                store.gc();
                store
            })
            .join()
            .unwrap();
            store.gc();
            let go_on = instance.get_typed_func::<(), i32>(&store, "go_on").unwrap();
            assert_eq!(go_on.call(&mut store, ()).unwrap(), 1 + inner(n), "{mode}");
        }
    }
}

/// The host also gets references through a shared borrow of the store, on several threads at once.
#[test]
fn several_threads_read_a_store() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, 7_u8);
    let owned: Vec<OwnedRooted<ExternRef>> = (0..50_usize)
        .map(|n| {
            let value = ExternRef::new(&mut store, n).unwrap();
            OwnedRooted::new(&mut store, value).unwrap()
        })
        .collect();
    let func = Func::wrap(&mut store, || 1);
    let references = thread::scope(|threads| {
        let (store, owned) = (&store, &owned);
        let read = move || {
            let mut kept = Vec::new();
            for turn in 0..2000 {
                let at = turn % owned.len();
                let value = owned[at].get(store).unwrap();
                assert_eq!(value.data(store).unwrap().downcast_ref(), Some(&at));
                assert_eq!(func.ty(store).results.len(), 1);
                assert_eq!(*store.data(), 7);
                kept.push((at, value));
            }
            kept
        };
        let readers: Vec<_> = (0..4).map(|_| threads.spawn(read)).collect();
        readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect::<Vec<_>>()
    });
    // All handles are valid, and each has a slot of its own.
    store.gc();
    assert_eq!(references.len(), 8000);
    for (at, value) in references {
        assert_eq!(value.data(&store).unwrap().downcast_ref(), Some(&at));
    }
}
