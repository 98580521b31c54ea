//! Endless recursion of every kind: it traps, and the VM stays usable.

use super::build::{self, Code};
use super::isolated::hostile;
use wasm_encoder::ValType;
use wassay_vm::{Caller, Engine, Error, Extern, Instance, Linker, Module, Result, Store, Trap};

/// Number of repetitions, enough to notice a leak of stack, handlers or memory.
const TIMES: usize = 20;

fn exhausts(engine: &Engine, wasm: &[u8]) {
    let module = Module::new(engine, wasm).expect("a valid module");
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("an instance");
    for _ in 0..TIMES {
        let result = build::call(&mut store, instance, &[]);
        assert_eq!(result.as_ref().err().and_then(Error::trap), Some(Trap::CallStackExhausted), "{result:?}");
    }
}

fn exhausts_in_each_mode(text: &str) {
    let wasm = build::wat(text);
    build::in_each_mode(|engine| exhausts(engine, &wasm));
}

/// A host function that calls `run` of its caller.
fn call_back(mut caller: Caller<'_, ()>) -> Result<()> {
    let run = caller.get_export("run").and_then(Extern::into_func);
    let run = run.ok_or_else(|| Error::host("no `run`"))?;
    run.call(&mut caller, &[], &mut [])
}

hostile! {
    fn direct_recursion_traps() {
        // The addition after the call, whose result is used, keeps LLVM from turning the recursion into a loop.
        exhausts_in_each_mode(
            r#"(module (func $f (export "run") (result i32) (i32.add (i32.const 1) (call $f))))"#,
        );
    }

    fn mutual_recursion_traps() {
        exhausts_in_each_mode(
            r#"(module
                (global $count (mut i64) (i64.const 0))
                (func $even (param i64) (result i64)
                    (global.set $count (i64.add (global.get $count) (i64.const 1)))
                    (i64.xor (call $odd (i64.add (local.get 0) (i64.const 1))) (local.get 0)))
                (func $odd (param i64) (result i64)
                    (i64.rotl (call $even (i64.mul (local.get 0) (i64.const 3))) (local.get 0)))
                (func (export "run") (drop (call $even (i64.const 1)))))"#,
        );
    }

    fn indirect_recursion_traps() {
        exhausts_in_each_mode(
            r#"(module
                (type $t (func (param i32) (result i32)))
                (table 2 2 funcref)
                (elem (i32.const 0) $a $b)
                (func $a (type $t)
                    (i32.add (local.get 0) (call_indirect (type $t) (i32.const 7) (i32.const 1))))
                (func $b (type $t)
                    (i32.sub (local.get 0) (call_indirect (type $t) (i32.const 8) (i32.const 0))))
                (func (export "run") (drop (call $a (i32.const 0)))))"#,
        );
    }

    fn recursion_in_a_start_function_traps() {
        let wasm = build::wat("(module (func $f (result i32) (i32.add (call $f) (i32.const 1)))
            (func $start (drop (call $f))) (start $start))");
        build::in_each_mode(|engine| {
            for _ in 0..TIMES {
                let result = build::run(engine, &wasm, &[]);
                assert_eq!(result.as_ref().err().and_then(Error::trap), Some(Trap::CallStackExhausted), "{result:?}");
            }
        });
    }

    /// Arguments beyond the registers are in the overflow area, which is finite too.
    fn recursion_with_many_arguments_traps() {
        let kinds = [ValType::I64, ValType::F64, ValType::I32, ValType::F32].repeat(25);
        let function = Code::new(&kinds, &[ValType::I64], &[], |sink| {
            for i in 0..100 {
                sink.local_get(i);
            }
            sink.call(0).local_get(0).i64_add();
        });
        let start = Code::new(&[], &[], &[], |sink| {
            for _ in 0..25 {
                sink.i64_const(1).f64_const(2.0.into()).i32_const(3).f32_const(4.0.into());
            }
            sink.call(0).drop();
        });
        let wasm = build::module(&[function, start]);
        build::in_each_mode(|engine| exhausts(engine, &wasm));
    }

    /// A frame of hundreds of kilobytes would skip the guard page, unless the prologue touches each page.
    fn recursion_with_giant_frames_traps() {
        let locals = 40_000;
        let function = Code::new(&[ValType::I64], &[ValType::I64], &[(locals, ValType::I64)], |sink| {
            // Each local has an unknown value and is used after the call, so it must be in the frame.
            for i in 1..=locals {
                sink.local_get(0).i64_const(i64::from(i)).i64_mul().local_set(i);
            }
            sink.local_get(0).i64_const(1).i64_add().call(0);
            for i in 1..=locals {
                sink.local_get(i).i64_xor();
            }
        });
        let start = Code::new(&[], &[], &[], |sink| {
            sink.i64_const(1).call(0).drop();
        });
        let wasm = build::module(&[function, start]);
        build::in_each_mode(|engine| {
            let Some(module) = build::assert_works_or_refused(Module::new(engine, &wasm)) else { return };
            let mut store = Store::new(engine, ());
            let instance = Instance::new(&mut store, &module, &[]).expect("an instance");
            for _ in 0..TIMES {
                let result = build::call(&mut store, instance, &[]);
                assert_eq!(result.as_ref().err().and_then(Error::trap), Some(Trap::CallStackExhausted), "{result:?}");
            }
        });
    }

    /// Frames of wasm and of the host alternate. Stack overflow must not happen in a frame of the host.
    fn recursion_through_the_host_traps() {
        let wasm = build::wat(
            r#"(module
                (import "host" "again" (func $again))
                (func (export "run") (call $again)))"#,
        );
        build::in_each_mode(|engine| {
            let module = Module::new(engine, &wasm).expect("a valid module");
            let mut store = Store::new(engine, ());
            let mut linker = Linker::new(engine);
            linker.func_wrap("host", "again", call_back).expect("a new name");
            let instance = linker.instantiate(&mut store, &module).expect("an instance");
            for _ in 0..TIMES {
                let result = build::call(&mut store, instance, &[]);
                assert_eq!(result.as_ref().err().and_then(Error::trap), Some(Trap::CallStackExhausted), "{result:?}");
            }
        });
    }

    /// Wasm uses nearly all of the stack, then calls the host, which needs stack itself.
    fn host_functions_have_stack_at_any_depth() {
        let wasm = build::wat(
            r#"(module
                (import "host" "work" (func $work (param i32) (result i32)))
                (func $down (export "run") (result i32)
                    (i32.add (call $work (i32.const 1)) (call $down))))"#,
        );
        build::in_each_mode(|engine| {
            let module = Module::new(engine, &wasm).expect("a valid module");
            let mut store = Store::new(engine, ());
            let mut linker = Linker::new(engine);
            let work = |x: i32| -> i32 {
                // Formatting needs stack, as most host functions do.
                let text = format!("{:?}", [x; 64]);
                i32::try_from(std::hint::black_box(text).len()).expect("short")
            };
            linker.func_wrap("host", "work", work).expect("a new name");
            let instance = linker.instantiate(&mut store, &module).expect("an instance");
            for _ in 0..TIMES {
                let result = build::call(&mut store, instance, &[]);
                assert_eq!(result.as_ref().err().and_then(Error::trap), Some(Trap::CallStackExhausted), "{result:?}");
            }
        });
    }

    /// Builtins of the runtime are in Rust and need stack too. Wasm may call them at any depth.
    fn builtins_have_stack_at_any_depth() {
        exhausts_in_each_mode(
            r#"(module
                (memory 1) (table $t 10 funcref)
                (func $down (export "run") (result i32)
                    (drop (memory.grow (i32.const 0)))
                    (drop (table.grow $t (ref.null func) (i32.const 0)))
                    (table.fill $t (i32.const 0) (ref.null func) (i32.const 10))
                    (memory.fill (i32.const 0) (i32.const 1) (i32.const 100))
                    (i32.add (i32.const 1) (call $down))))"#,
        );
    }

    /// Threads with stacks of other sizes.
    fn recursion_traps_on_threads_of_all_sizes() {
        let wasm = build::wat(r#"(module (func $f (export "run") (result i32) (i32.add (i32.const 1) (call $f))))"#);
        build::in_each_mode(|engine| {
            for kib in [256, 1024, 16 << 10] {
                std::thread::scope(|scope| {
                    let thread =
                        std::thread::Builder::new().stack_size(kib << 10).spawn_scoped(scope, || exhausts(engine, &wasm));
                    thread.expect("a thread").join().expect("no panic");
                });
            }
        });
    }
}
