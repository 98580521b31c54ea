//! Host functions: Rust closures that a module imports and calls.
//!
//! `cargo run -p wassay-vm --example host_functions`

use wassay_vm::{Caller, Engine, Error, Extern, Func, FuncType, Linker, Module, Result, Store, Val, ValType};

const TEXT: &str = r#"
(module
    (import "host" "log" (func $log (param i32)))
    (import "host" "min_max" (func $min_max (param f64 f64) (result f64 f64)))
    (import "host" "sum" (func $sum (param i32 i32 i32) (result i32)))
    (import "host" "call_back" (func $call_back (param i32) (result i32)))

    (func (export "double") (param i32) (result i32)
        (i32.mul (local.get 0) (i32.const 2)))

    (func (export "run") (result f64)
        (call $log (call $sum (i32.const 1) (i32.const 2) (i32.const 3)))
        (call $log (call $call_back (i32.const 21)))
        (call $min_max (f64.const 8) (f64.const 5))
        f64.sub))
"#;

fn main() -> Result<()> {
    let engine = Engine::default();
    let module = Module::new(&engine, TEXT)?;
    // A store has a value of the embedder's choice: here, all logged numbers.
    let mut store = Store::new(&engine, Vec::<i32>::new());
    let mut linker = Linker::new(&engine);

    // The types of a closure's parameters and results are its WebAssembly type. A `Caller` in front of them is optional: it
    // gives access to the store, and to the exports of the instance that calls.
    linker.func_wrap("host", "log", |mut caller: Caller<'_, Vec<i32>>, number: i32| {
        println!("log: {number}");
        caller.data_mut().push(number);
    })?;

    // Several results are a tuple.
    linker.func_wrap("host", "min_max", |a: f64, b: f64| (a.min(b), a.max(b)))?;

    // A host function can call wasm again. It returns a `Result` if it can fail.
    linker.func_wrap("host", "call_back", |mut caller: Caller<'_, Vec<i32>>, number: i32| -> Result<i32> {
        let double = caller.get_export("double").and_then(Extern::into_func);
        let double = double.ok_or_else(|| Error::host("the caller exports no function `double`"))?;
        double.typed::<i32, i32>(&caller)?.call(&mut caller, number)
    })?;

    // A type that is only known when the program runs is a `FuncType`; arguments and results are then slices of values.
    let ty = FuncType::new([ValType::I32; 3], [ValType::I32]);
    let sum = Func::new(&mut store, ty, |_, arguments, results| {
        results[0] = Val::I32(arguments.iter().filter_map(Val::i32).sum());
        Ok(())
    })?;
    linker.define(&store, "host", "sum", sum)?;

    let instance = linker.instantiate(&mut store, &module)?;
    let run = instance.get_typed_func::<(), f64>(&mut store, "run")?;
    assert_eq!(run.call(&mut store, ())?, 5.0 - 8.0);
    assert_eq!(store.data(), &[6, 42]);

    // A missing import is found when the module is instantiated, before anything of it runs.
    match Linker::new(&engine).instantiate(&mut store, &module) {
        Err(Error::UnknownImport { module, name }) => assert_eq!((&*module, &*name), ("host", "log")),
        other => panic!("expected an unknown import, found {other:?}"),
    }
    Ok(())
}
