//! Calls of wasm on stacks other than the thread's own.

use crate::support;
use corosensei::stack::{DefaultStack, Stack, StackPointer};
use corosensei::{Coroutine, CoroutineResult, Yielder};
use wassay_vm::{AsContextMut, Caller, Error, Func, FuncType, Instance, Module, Store, Trap, Val, ValType};

const MODULE: &str = r#"(module
    (type $node (struct (field i64) (field (ref null $node))))
    (import "host" "f" (func $f (param i32) (result i32)))
    (tag $e (param i32))
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func $deep (export "deep") (param i32) (result i32) (i32.add (call $deep (local.get 0)) (i32.const 1)))
    (func (export "trap") unreachable)
    (func (export "host") (param i32) (result i32) (i32.add (call $f (local.get 0)) (i32.const 1)))
    (func $deep_host (export "deep_host") (param i32) (result i32)
      (i32.add (call $deep_host (call $f (local.get 0))) (i32.const 1)))
    (func (export "throw") (param i32) (throw $e (local.get 0)))
    (func (export "catch") (param i32) (result i32)
      (block $h (result i32) (try_table (catch $e $h) (throw $e (local.get 0))) (i32.const 0)))
    ;; Only this frame refers to the list, while the host collects.
    (func (export "list") (param $n i32) (result i64) (local $list (ref null $node)) (local $sum i64)
      (loop $more
        (local.set $list (struct.new $node (i64.extend_i32_u (local.get $n)) (local.get $list)))
        (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (drop (call $f (i32.const 0)))
      (loop $next
        (local.set $sum (i64.add (local.get $sum) (struct.get $node 0 (local.get $list))))
        (br_if $next (i32.eqz (ref.is_null (local.tee $list (struct.get $node 1 (local.get $list)))))))
      (local.get $sum)))"#;

/// Memory for a stack without a guard page, which is much too small for the calls on it.
struct Bare(Box<[u128]>);

impl Bare {
    fn new() -> Self {
        Self(vec![0; 16 << 10].into())
    }
}

// SAFETY: `Bare` owns the memory, which stays where it is. Tests use a part of it.
unsafe impl Stack for Bare {
    fn base(&self) -> StackPointer {
        StackPointer::new(self.0.as_ptr_range().end as usize).unwrap()
    }
    fn limit(&self) -> StackPointer {
        StackPointer::new(self.0.as_ptr() as usize).unwrap()
    }
}

fn on(stack: impl Stack + 'static, f: impl FnOnce() + 'static) {
    let mut coroutine = Coroutine::<(), (), (), _>::with_stack(stack, move |_: &Yielder<(), ()>, ()| f());
    assert!(matches!(coroutine.resume(()), CoroutineResult::Return(())));
}

/// Runs `f` on a stack with a guard page and on two without.
fn on_each(f: impl Fn() + Clone + 'static) {
    on(DefaultStack::new(1 << 20).unwrap(), f.clone());
    on(Bare::new(), f.clone());
    // A second time, since the memory of the first stack may be used again.
    on(Bare::new(), f);
}

fn instance(
    f: impl Fn(Caller<'_, ()>, i32) -> wassay_vm::Result<i32> + Send + Sync + Copy + 'static,
) -> Vec<(Store<()>, Instance)> {
    let each = |(_, engine): (&str, wassay_vm::Engine)| {
        let module = Module::new(&engine, support::wat(MODULE)).unwrap();
        let mut store = Store::new(&engine, ());
        let f = Func::wrap(&mut store, f);
        let instance = Instance::new(&mut store, &module, &[f.into()]).unwrap();
        (store, instance)
    };
    // Compiling needs more stack than the caller has.
    let all = || support::engines().into_iter().map(each).collect();
    std::thread::scope(|scope| scope.spawn(all).join().unwrap())
}

fn call(store: impl AsContextMut, instance: &Instance, name: &str, argument: i32) -> wassay_vm::Result<i32> {
    let mut store = store;
    instance.get_typed_func::<i32, i32>(&mut store, name)?.call(&mut store, argument)
}

#[test]
fn calls_traps_and_exceptions_work() {
    on_each(|| {
        for (mut store, instance) in instance(|_, n| Ok(2 * n)) {
            let add = instance.get_typed_func::<(i32, i32), i32>(&store, "add").unwrap();
            assert_eq!(add.call(&mut store, (1, 2)).unwrap(), 3);
            assert_eq!(call(&mut store, &instance, "host", 4).unwrap(), 9);
            assert_eq!(call(&mut store, &instance, "catch", 5).unwrap(), 5);
            let trap = instance.get_typed_func::<(), ()>(&store, "trap").unwrap();
            let Err(Error::Trap { trap, backtrace }) = trap.call(&mut store, ()) else { panic!("it traps") };
            assert_eq!((trap, backtrace.frames.len()), (Trap::Unreachable, 1));
            let throw = instance.get_typed_func::<i32, ()>(&store, "throw").unwrap();
            let Err(Error::Exception(exception)) = throw.call(&mut store, 6) else { panic!("it throws") };
            assert!(matches!(exception.fields(&store)[..], [Val::I32(6)]));
        }
    });
}

#[test]
fn endless_recursion_traps() {
    on_each(|| {
        // A host function that needs 16 KiB of stack.
        let host = |_: Caller<'_, ()>, n: i32| {
            let room = std::hint::black_box([1_u8; 16 << 10]);
            Ok(n + i32::from(room[n as usize % room.len()]))
        };
        for (mut store, instance) in instance(host) {
            for name in ["deep", "deep_host", "deep"] {
                let result = call(&mut store, &instance, name, 0);
                assert_eq!(support::trap(result), Trap::CallStackExhausted, "{name}");
            }
        }
    });
}

#[test]
fn host_functions_call_wasm_on_the_same_and_on_other_stacks() {
    on_each(|| {
        let again = |mut caller: Caller<'_, ()>, n: i32| -> wassay_vm::Result<i32> {
            let Some(host) = caller.get_export("host").and_then(wassay_vm::Extern::into_func) else { return Ok(0) };
            if n == 0 {
                return Ok(100);
            }
            let mut enter = move || {
                let mut results = [Val::I32(0)];
                host.call(&mut caller, &[Val::I32(n - 1)], &mut results)?;
                let [Val::I32(found)] = results else { panic!("an i32") };
                Ok(found)
            };
            if n % 2 == 0 { enter() } else { corosensei::on_stack(DefaultStack::new(64 << 10).unwrap(), enter) }
        };
        for (mut store, instance) in instance(again) {
            assert_eq!(call(&mut store, &instance, "host", 9).unwrap(), 110);
        }
    });
    // The same from the thread's own stack.
    let elsewhere = |mut caller: Caller<'_, ()>, n: i32| {
        let deep = caller.get_export("deep").and_then(wassay_vm::Extern::into_func).unwrap();
        corosensei::on_stack(DefaultStack::new(64 << 10).unwrap(), || {
            let result = deep.call(&mut caller, &[Val::I32(n)], &mut [Val::I32(0)]);
            assert_eq!(result.unwrap_err().trap(), Some(Trap::CallStackExhausted));
        });
        Ok(n)
    };
    for (mut store, instance) in instance(elsewhere) {
        assert_eq!(call(&mut store, &instance, "host", 9).unwrap(), 10);
        // The VM knows the end of the thread's stack again.
        assert_eq!(support::trap(call(&mut store, &instance, "deep", 1)), Trap::CallStackExhausted);
    }
}

#[test]
fn panics_and_errors_of_the_host_pass_through() {
    on_each(|| {
        let host = |_: Caller<'_, ()>, n: i32| {
            assert!(n == 0, "of the host");
            Err(Error::from(Box::<dyn std::error::Error + Send + Sync>::from("an error of the host")))
        };
        for (mut store, instance) in instance(host) {
            let caught =
                std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| call(&mut store, &instance, "host", 1)));
            assert!(caught.is_err());
            assert!(call(&mut store, &instance, "host", 0).unwrap_err().trap().is_none());
        }
    });
}

#[test]
fn collections_find_references_on_waiting_stacks() {
    let here = |mut caller: Caller<'_, ()>, _: i32| {
        caller.as_context_mut().gc();
        Ok(0)
    };
    let elsewhere = |mut caller: Caller<'_, ()>, _: i32| {
        corosensei::on_stack(DefaultStack::new(256 << 10).unwrap(), || caller.as_context_mut().gc());
        Ok(0)
    };
    let check = |(mut store, instance): (Store<()>, Instance)| {
        store.set_gc_stress(true);
        let list = instance.get_typed_func::<i32, i64>(&store, "list").unwrap();
        assert_eq!(list.call(&mut store, 100).unwrap(), 5050);
    };
    on_each(move || instance(here).into_iter().for_each(check));
    on_each(move || instance(elsewhere).into_iter().for_each(check));
    instance(elsewhere).into_iter().for_each(check);
}

/// Coroutines wait in host functions, and end in another order than they began.
#[test]
fn coroutines_take_turns() {
    thread_local! {
        static YIELDER: std::cell::Cell<*const Yielder<(), ()>> = const { std::cell::Cell::new(std::ptr::null()) };
    }
    let waits = |_: Caller<'_, ()>, n: i32| {
        let yielder = YIELDER.get();
        // SAFETY: the coroutine that this runs on has set it, and waits for this call to return.
        unsafe { (*yielder).suspend(()) };
        Ok(n)
    };
    let mut all: Vec<_> = (0..3)
        .map(|number: usize| {
            Coroutine::<(), (), (), _>::with_stack(
                DefaultStack::new(1 << 20).unwrap(),
                move |yielder: &Yielder<(), ()>, ()| {
                    YIELDER.set(yielder);
                    let (mut store, instance) = instance(waits).swap_remove(number);
                    assert_eq!(call(&mut store, &instance, "host", 1).unwrap(), 2);
                    YIELDER.set(yielder);
                    assert_eq!(support::trap(call(&mut store, &instance, "deep", 1)), Trap::CallStackExhausted);
                    assert_eq!(call(&mut store, &instance, "host", 7).unwrap(), 8);
                    assert_eq!(support::trap(call(&mut store, &instance, "deep", 1)), Trap::CallStackExhausted);
                },
            )
        })
        .collect();
    for at in [0, 1, 2, 1, 0, 0, 2, 1, 2] {
        let done = matches!(all[at].resume(()), CoroutineResult::Return(()));
        assert_eq!(done, all[at].done());
    }
    assert!(all.iter().all(Coroutine::done));
}

#[test]
fn types_of_functions_are_checked() {
    on_each(|| {
        for (mut store, _) in instance(|_, n| Ok(n)) {
            let ty = FuncType::new([ValType::I32], []);
            let func = Func::new(&mut store, ty, |_, _, _| Ok(())).unwrap();
            assert!(func.call(&mut store, &[], &mut []).is_err());
            assert!(func.call(&mut store, &[Val::I32(1)], &mut []).is_ok());
        }
    });
}
