//! Continuations and the host: host functions on their stacks, and references that the host holds.

use super::{call, engine_of, in_every_mode};
use crate::support;
use std::hint::black_box;
use wassay_vm::{
    Caller, Continuation, Error, Exception, Func, FuncType, HeapType, Instance, Linker, Module, RefType, Store, Tag,
    Trap, Val, ValType,
};

const CONT: ValType = ValType::Ref(RefType { nullable: true, heap: HeapType::Cont });

/// Calls wasm from a host function that a continuation called. The wasm nests continuations `deeper` times. Unless the test wants
/// to exhaust the stack, this also uses more stack than a continuation has.
fn busy(mut caller: Caller<'_, ()>, deeper: i32) -> wassay_vm::Result<i32> {
    #[inline(never)]
    fn use_stack() -> i32 {
        let mut large = [0_u8; 600 << 10];
        black_box(&mut large)[4096] = 1;
        i32::from(black_box(&large)[4096])
    }
    let used = if deeper < 10 { use_stack() } else { 1 };
    let nested = caller.get_export("nested").and_then(wassay_vm::Extern::into_func).unwrap();
    let nested = nested.typed::<i32, i32>(&caller)?;
    Ok(nested.call(&mut caller, deeper)? + used)
}

const BUSY: &str = r#"(module
    (import "host" "busy" (func $busy (param i32) (result i32)))
    (type $f (func (param i32) (result i32))) (type $k (cont $f))
    (type $g (func (param i32) (result i32)))
    (tag $t (param i32) (result i32))
    (func $run (type $f)
      (i32.add (suspend $t (local.get 0)) (call $busy (local.get 0))))
    (func (export "nested") (param i32) (result i32) (local $k (ref null $k))
      (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
      (block $on (result i32 (ref $k))
        (resume $k (on $t $on) (i32.sub (local.get 0) (i32.const 1)) (cont.new $k (ref.func $run)))
        unreachable)
      (local.set $k) (drop)
      (resume $k (i32.const 100) (local.get $k)))
    (func (export "suspends") (param i32) (result i32) (suspend $t (local.get 0)))
    (elem declare func $run))"#;

#[test]
fn host_functions_run_on_the_stack_of_the_host() {
    for (mode, engine) in support::engines_with_all_features() {
        let module = Module::new(&engine, support::wat(BUSY)).unwrap();
        let mut linker = Linker::new(&engine);
        linker.func_wrap("host", "busy", busy).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &module).unwrap();
        for depth in [1, 2, 5, 50] {
            for _ in 0..20 {
                let sum: i32 = call(&mut store, &instance, "nested", (depth,)).unwrap();
                assert_eq!(sum, depth * 101, "{mode}");
            }
        }
        // Deep enough to exhaust the stack of the host, which is a trap too.
        std::thread::scope(|scope| {
            let (store, instance) = (&mut store, &instance);
            let deep = std::thread::Builder::new().stack_size(4 << 20);
            let deep =
                deep.spawn_scoped(scope, move || support::trap(call::<_, i32>(store, instance, "nested", (100_000,))));
            assert_eq!(deep.unwrap().join().unwrap(), Trap::CallStackExhausted, "{mode}");
        });
        assert_eq!(call::<_, i32>(&mut store, &instance, "nested", (2,)).unwrap(), 202, "{mode}");
    }
}

/// A tag that wasm suspends with below a host function is not handled by a `resume` above it.
#[test]
fn nothing_suspends_across_the_host() {
    let text = r#"(module
        (import "host" "again" (func $again))
        (type $f (func)) (type $k (cont $f))
        (tag $t)
        (func $run (call $again))
        (func (export "suspends") (suspend $t))
        (func (export "run")
          (block $on (result (ref $k))
            (resume $k (on $t $on) (cont.new $k (ref.func $run)))
            (return))
          unreachable)
        (elem declare func $run))"#;
    for (mode, engine) in support::engines_with_all_features() {
        let module = Module::new(&engine, support::wat(text)).unwrap();
        let mut linker = Linker::new(&engine);
        let again = |mut caller: Caller<'_, ()>| {
            let suspends = caller.get_export("suspends").and_then(wassay_vm::Extern::into_func).unwrap();
            suspends.call(&mut caller, &[], &mut [])
        };
        linker.func_wrap("host", "again", again).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &module).unwrap();
        for _ in 0..10 {
            assert_eq!(support::trap(call::<_, ()>(&mut store, &instance, "run", ())), Trap::UnhandledTag, "{mode}");
        }
    }
}

/// Errors, exceptions and panics of a host function that a continuation called reach the caller.
#[test]
fn failures_of_host_functions_pass_continuations() {
    let text = r#"(module
        (import "host" "fail" (func $fail (param i32)))
        (import "host" "e" (tag $e))
        (type $f (func (param i32))) (type $k (cont $f))
        (func $run (type $f) (call $fail (local.get 0)))
        (func $outer (type $f) (resume $k (local.get 0) (cont.new $k (ref.func $run))))
        (func (export "run") (param i32) (resume $k (local.get 0) (cont.new $k (ref.func $outer))))
        (func (export "caught") (param i32) (result i32)
          (block $h (try_table (catch $e $h) (resume $k (local.get 0) (cont.new $k (ref.func $outer)))) (return (i32.const 0)))
          (i32.const 1))
        (elem declare func $run $outer))"#;
    for (mode, engine) in support::engines_with_all_features() {
        let module = Module::new(&engine, support::wat(text)).unwrap();
        let mut store = Store::new(&engine, ());
        let tag = Tag::new(&mut store, &FuncType::new([], [])).unwrap();
        let fail = Func::wrap(&mut store, move |mut caller: Caller<'_, ()>, how: i32| match how {
            0 => Err::<(), _>(Error::host("on purpose")),
            1 => Err(Error::Exception(Exception::new(&mut caller, tag, &[])?)),
            _ => panic!("on purpose"),
        });
        let instance = Instance::new(&mut store, &module, &[fail.into(), tag.into()]).unwrap();
        for _ in 0..10 {
            let error = call::<_, ()>(&mut store, &instance, "run", (0,)).unwrap_err();
            assert!(matches!(error, Error::Host { .. }), "{mode}: {error}");
            let error = call::<_, ()>(&mut store, &instance, "run", (1,)).unwrap_err();
            assert!(matches!(error, Error::Exception(_)), "{mode}: {error}");
            assert_eq!(call::<_, i32>(&mut store, &instance, "caught", (1,)).unwrap(), 1, "{mode}");
        }
        let panics = std::panic::AssertUnwindSafe(|| call::<_, ()>(&mut store, &instance, "run", (2,)));
        assert!(std::panic::catch_unwind(panics).is_err(), "{mode}");
        assert_eq!(call::<_, i32>(&mut store, &instance, "caught", (1,)).unwrap(), 1, "{mode}");
    }
}

const KEEPER: &str = r#"(module
    (type $f (func (result i32))) (type $k (cont $f)) (type $other (cont (func)))
    (tag $t)
    (global (export "k") (mut contref) (ref.null cont))
    (global $kept (export "kept") (mut (ref null $k)) (ref.null $k))
    (func $run (type $f) (suspend $t) (suspend $t) (i32.const 42))
    (func (export "begin") (result contref) (global.set $kept (cont.new $k (ref.func $run))) (global.get $kept))
    (func (export "step") (param (ref null $k)) (result (ref null $k) i32)
      (block $on (result (ref $k))
        (resume $k (on $t $on) (local.get 0))
        (return (ref.null $k)))
      (i32.const 0))
    (func (export "other") (param (ref null $other)))
    (elem declare func $run))"#;

fn keeper() -> String {
    // The text format allows no inline function type in a continuation type.
    KEEPER
        .replace("(type $other (cont (func)))", "(type $g (func)) (type $other (cont $g))")
        .replace("(return (ref.null $k)))", "(local.set 1) (return (ref.null $k) (local.get 1)))")
        .replace("(result (ref null $k) i32)\n", "(result (ref null $k) i32) (local i32)\n")
}

#[test]
fn the_host_holds_continuations() {
    in_every_mode(&keeper(), |mode, mut store, instance| {
        let begin = instance.get_func(&mut store, "begin").unwrap();
        let step = instance.get_func(&mut store, "step").unwrap();
        let other = instance.get_func(&mut store, "other").unwrap();
        assert_eq!(begin.ty(&store).results[0], CONT);
        let mut k = [Val::ContRef(None)];
        begin.call(&mut store, &[], &mut k).unwrap();
        let [Val::ContRef(Some(continuation))] = k else { panic!("{mode}: {k:?}") };
        let _: Continuation = continuation;
        assert_eq!(k[0].ty(), ValType::Ref(RefType { nullable: false, heap: HeapType::Cont }));
        let kept = instance.get_global(&mut store, "kept").unwrap();
        assert_eq!(kept.get(&mut store), k[0]);
        let any = instance.get_global(&mut store, "k").unwrap();
        any.set(&mut store, k[0]).unwrap();
        assert_eq!(any.get(&mut store), k[0]);
        any.set(&mut store, Val::ContRef(None)).unwrap();
        assert!(any.set(&mut store, Val::ExnRef(None)).is_err());
        // A continuation of another type, or of another store, is refused.
        assert!(matches!(other.call(&mut store, &k, &mut []), Err(Error::TypeMismatch { .. })), "{mode}");
        other.call(&mut store, &[Val::ContRef(None)], &mut []).unwrap();
        let (mut elsewhere, there) = support::instantiate(&engine_of(mode), &keeper());
        let foreign = there.get_func(&mut elsewhere, "step").unwrap();
        let mut results = [Val::ContRef(None), Val::I32(0)];
        assert!(matches!(foreign.call(&mut elsewhere, &k, &mut results), Err(Error::ForeignStore)), "{mode}");
        // Each step returns a new continuation, and consumes the old one.
        for left in [2, 1, 0] {
            step.call(&mut store, &k, &mut results).unwrap();
            let again = step.call(&mut store, &k, &mut [Val::I32(0), Val::I32(0)]);
            assert_eq!(support::trap(again), Trap::ContinuationConsumed, "{mode}");
            assert_ne!(results[0], k[0]);
            k[0] = results[0];
            assert_eq!(results[1], Val::I32(if left == 0 { 42 } else { 0 }), "{mode}");
        }
        assert_eq!(k[0], Val::ContRef(None));
        let null = step.call(&mut store, &k, &mut results);
        assert_eq!(support::trap(null), Trap::NullContinuationReference, "{mode}");
    });
}

/// A store with suspended continuations moves between threads.
#[test]
fn a_continuation_resumes_in_another_thread() {
    in_every_mode(&keeper(), |mode, mut store, instance| {
        let begin = instance.get_func(&mut store, "begin").unwrap();
        let step = instance.get_func(&mut store, "step").unwrap();
        let mut k = [Val::ContRef(None)];
        begin.call(&mut store, &[], &mut k).unwrap();
        let mut results = [k[0], Val::I32(0)];
        for _ in 0..3 {
            (store, results) = std::thread::spawn(move || {
                let params = [results[0]];
                step.call(&mut store, &params, &mut results).unwrap();
                (store, results)
            })
            .join()
            .unwrap();
        }
        assert_eq!(results, [Val::ContRef(None), Val::I32(42)], "{mode}");
    });
}
