//! Tests of every kind of trap, on threads with stacks of several sizes.

use super::code::{Builder, add, call, code, grow, load, overflow, trap};
use crate::types::{FuncType, ValType};
use crate::{Engine, Error, Instance, Store, Trap, TypedFunc, Val};

fn nothing() -> FuncType {
    FuncType::new([], [])
}

fn store_with(builder: Builder) -> (Store<()>, Instance) {
    let engine = Engine::default();
    let module = builder.module(&engine);
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    (store, instance)
}

/// Returns the indices of the functions in a trap's backtrace.
fn functions(error: &Error) -> Vec<u32> {
    let Error::Trap { backtrace, .. } = error else { panic!("{error}") };
    backtrace.frames.iter().map(|frame| frame.function).collect()
}

#[test]
fn arguments_and_results_are_passed() {
    let mut module = Builder::new();
    module.function("add", FuncType::new([ValType::I32; 2], [ValType::I32]), add);
    module.function("seventh", FuncType::new([ValType::I64; 8], [ValType::I64]), overflow(1));
    // movaps xmm0, xmm7
    let floats = FuncType::new([ValType::F64; 8], [ValType::F64]);
    module.function("eighth", floats, |_, _| code!({ 0x0f 0x28 0xc7 }));
    let (mut store, instance) = store_with(module);

    let sum: TypedFunc<(i32, i32), i32> = instance.get_typed_func(&store, "add").unwrap();
    assert_eq!(sum.call(&mut store, (i32::MAX, 2)).unwrap(), i32::MIN + 1);
    let seventh = instance.get_func(&store, "seventh").unwrap();
    let mut results = [Val::I64(0)];
    seventh.call(&mut store, &(0..8).map(Val::I64).collect::<Vec<_>>(), &mut results).unwrap();
    assert_eq!(results, [Val::I64(6)]);
    let eighth = instance.get_func(&store, "eighth").unwrap();
    let args: Vec<Val> = (0..8).map(|i| Val::from(f64::from(i))).collect();
    eighth.call(&mut store, &args, &mut results).unwrap();
    assert_eq!(results, [Val::from(7.0_f64)]);
    type Eight = (f64, f64, f64, f64, f64, f64, f64, f64);
    let eighth: TypedFunc<Eight, f64> = eighth.typed(&store).unwrap();
    assert_eq!(eighth.call(&mut store, (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5)).unwrap(), 0.5);
}

#[test]
fn calls_that_do_not_fit_are_refused() {
    let mut module = Builder::new();
    module.function("add", FuncType::new([ValType::I32; 2], [ValType::I32]), add);
    let (mut store, instance) = store_with(module);
    let add = instance.get_func(&store, "add").unwrap();
    let usage = |result: Result<(), Error>| assert!(result.as_ref().is_err_and(Error::is_misuse), "{result:?}");
    usage(add.call(&mut store, &[Val::I32(1)], &mut [Val::I32(0)]));
    usage(add.call(&mut store, &[Val::I32(1), Val::I64(1)], &mut [Val::I32(0)]));
    usage(add.call(&mut store, &[Val::I32(1), Val::I32(1)], &mut []));
    usage(add.typed::<(i32, i64), i32>(&store).map(|_| ()));
    usage(add.typed::<(i32, i32), ()>(&store).map(|_| ()));
    let typed = add.typed::<(i32, i32), i32>(&store).unwrap();
    let mut other = Store::new(store.engine(), ());
    usage(typed.call(&mut other, (1, 2)).map(|_| ()));
    usage(add.call(&mut other, &[Val::I32(1), Val::I32(1)], &mut [Val::I32(0)]));
}

#[test]
fn explicit_traps_carry_their_number_and_calls() {
    for &which in Trap::ALL {
        let mut module = Builder::new();
        let inner = module.function("inner", nothing(), trap(which as u8));
        let target = module.start(inner);
        module.function("outer", nothing(), call(target));
        let (mut store, instance) = store_with(module);
        let outer: TypedFunc<(), ()> = instance.get_typed_func(&store, "outer").unwrap();
        for _ in 0..3 {
            let error = outer.call(&mut store, ()).unwrap_err();
            assert_eq!(error.trap(), Some(which));
            assert_eq!(functions(&error), [0, 1]);
        }
    }
}

#[test]
fn accesses_beyond_a_memory_trap() {
    let mut module = Builder::new();
    module.memory(1, Some(2));
    module.function("load", FuncType::new([ValType::I32], [ValType::I32]), load);
    module.function("grow", FuncType::new([ValType::I32], [ValType::I32]), grow);
    let (mut store, instance) = store_with(module);
    let memory = instance.get_memory(&store, "memory").unwrap();
    memory.write(&mut store, 65532, &[1, 2, 3, 4]).unwrap();
    let load: TypedFunc<u32, u32> = instance.get_typed_func(&store, "load").unwrap();
    let grow: TypedFunc<u32, i32> = instance.get_typed_func(&store, "grow").unwrap();
    assert_eq!(load.call(&mut store, 65532).unwrap(), 0x0403_0201);
    for address in [65533, 65536, 1 << 31, u32::MAX] {
        let error = load.call(&mut store, address).unwrap_err();
        assert_eq!(error.trap(), Some(Trap::MemoryOutOfBounds));
        assert_eq!(functions(&error), [0]);
    }
    assert_eq!(grow.call(&mut store, 1).unwrap(), 1);
    assert_eq!(load.call(&mut store, 65536).unwrap(), 0);
    assert_eq!(grow.call(&mut store, 1).unwrap(), -1);
    assert_eq!(memory.size(&store), 2);
    assert_eq!(&memory.data(&store)[65532..65537], [1, 2, 3, 4, 0]);
}

/// A function that calls itself, and one that calls a builtin at each level first.
fn recursive() -> (Store<()>, Instance) {
    let mut module = Builder::new();
    module.memory(0, None);
    module.function("deep", nothing(), |module, at| call(at - 4)(module, at));
    // push rdi; push rdi; xor esi, esi; memory.grow; pop rdi; pop rdi; call itself
    module.function("busy", nothing(), |module, at| {
        let mut body = vec![0x57, 0x57, 0x31, 0xf6];
        body.extend(grow(module, at));
        body.extend([0x5f, 0x5f]);
        body.extend(call(at - 4)(module, at + u32::try_from(body.len()).unwrap()));
        body
    });
    store_with(module)
}

#[test]
fn endless_recursion_traps() {
    let (mut store, instance) = recursive();
    for name in ["deep", "busy", "deep"] {
        let deep: TypedFunc<(), ()> = instance.get_typed_func(&store, name).unwrap();
        for _ in 0..3 {
            let error = deep.call(&mut store, ()).unwrap_err();
            assert_eq!(error.trap(), Some(Trap::CallStackExhausted));
            assert_eq!(functions(&error).len(), crate::WasmBacktrace::LIMIT);
        }
    }
}

#[test]
fn every_thread_survives_its_own_traps() {
    let (mut store, instance) = recursive();
    for kilobytes in [256, 512, 8192] {
        let thread = std::thread::Builder::new().stack_size(kilobytes << 10);
        let thread = thread.spawn(move || {
            for name in ["deep", "busy"] {
                let deep: TypedFunc<(), ()> = instance.get_typed_func(&store, name).unwrap();
                assert_eq!(deep.call(&mut store, ()).unwrap_err().trap(), Some(Trap::CallStackExhausted));
            }
            store
        });
        store = thread.unwrap().join().unwrap();
    }
}

#[test]
fn foreign_faults_reach_the_previous_handler() {
    const NAME: &str = "runtime::tests::traps::foreign_faults_reach_the_previous_handler";
    if std::env::var_os("WASSAY_TEST_FAULT").is_some() {
        let (mut store, instance) = recursive();
        let deep: TypedFunc<(), ()> = instance.get_typed_func(&store, "deep").unwrap();
        deep.call(&mut store, ()).unwrap_err();
        // SAFETY: none: the fault is intended, and ends the process.
        unsafe { std::ptr::without_provenance_mut::<u8>(16).write_volatile(0) };
        return;
    }
    let mut again = std::process::Command::new(std::env::current_exe().unwrap());
    let status = again.args(["--exact", NAME]).env("WASSAY_TEST_FAULT", "1").output().unwrap().status;
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    assert_eq!(signal, Some(libc::SIGSEGV), "{status}");
}
