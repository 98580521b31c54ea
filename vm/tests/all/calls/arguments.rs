//! Calls between wasm and the host, with any number of parameters and results.

use crate::support::{engines, instantiate, wat};
use std::fmt::Write;
use wassay_vm::{Caller, Extern, Func, FuncType, Instance, Linker, Module, Store, Val, ValType};

const TYPES: [ValType; 4] = [ValType::I32, ValType::F64, ValType::I64, ValType::F32];

/// Returns the n-th value of a list whose types repeat.
fn value(n: usize) -> Val {
    let n = i32::try_from(n).unwrap();
    match n % 4 {
        0 => Val::I32(n),
        1 => Val::F64((f64::from(n) + 0.5).to_bits()),
        2 => Val::I64(i64::from(n) << 40),
        _ => Val::F32((n as f32 * 2.0).to_bits()),
    }
}

fn types(count: usize) -> Vec<ValType> {
    (0..count).map(|n| TYPES[n % 4]).collect()
}

fn bits(values: &[Val]) -> Vec<String> {
    values.iter().map(|v| format!("{v:?}")).collect()
}

/// Returns a module in which `$first` returns its parameters, `second` calls it, `third` calls it through a table, and `fourth`
/// calls the host.
fn identity(count: usize) -> String {
    let names: Vec<_> = types(count).iter().map(ToString::to_string).collect();
    let list = names.join(" ");
    let gets = (0..count).fold(String::new(), |mut text, n| {
        write!(text, "local.get {n} ").unwrap();
        text
    });
    format!(
        "(module (type $t (func (param {list}) (result {list})))
           (import \"host\" \"f\" (func $host (type $t)))
           (table funcref (elem $first))
           (func $first (export \"first\") (type $t) {gets})
           (func (export \"second\") (type $t) {gets} call $first)
           (func (export \"third\") (type $t) {gets} (call_indirect (type $t) (i32.const 0)))
           (func (export \"fourth\") (type $t) {gets} call $host))"
    )
}

#[test]
fn any_number_of_values_is_passed_and_returned() {
    for (mode, engine) in engines() {
        for count in [0, 1, 2, 3, 5, 6, 9, 11, 23, 64, 200, 999] {
            let module = Module::new(&engine, wat(&identity(count))).unwrap();
            let mut store = Store::new(&engine, ());
            let ty = FuncType::new(types(count), types(count));
            let host = Func::new(&mut store, ty, |_: Caller<'_, ()>, parameters: &[Val], results: &mut [Val]| {
                results.copy_from_slice(parameters);
                Ok(())
            })
            .unwrap();
            let instance = Instance::new(&mut store, &module, &[Extern::Func(host)]).unwrap();
            let sent: Vec<_> = (0..count).map(value).collect();
            for name in ["first", "second", "third", "fourth"] {
                let mut received = vec![Val::I32(0); count];
                instance.get_func(&mut store, name).unwrap().call(&mut store, &sent, &mut received).unwrap();
                assert_eq!(bits(&sent), bits(&received), "{name} with {count} values at {mode}");
            }
        }
    }
}

#[test]
fn typed_calls_check_types() {
    for (_, engine) in engines() {
        let (mut store, instance) = instantiate(
            &engine,
            r#"(module
                (func (export "mix") (param i32 i64 f32 f64) (result f64 i64 i32)
                  (f64.add (f64.promote_f32 (local.get 2)) (local.get 3)) (local.get 1) (local.get 0)))"#,
        );
        let mix = instance.get_typed_func::<(i32, i64, f32, f64), (f64, i64, i32)>(&mut store, "mix").unwrap();
        assert_eq!(mix.call(&mut store, (7, -1, 0.5, 0.25)).unwrap(), (0.75, -1, 7));
        assert!(instance.get_typed_func::<(i32, i64), ()>(&mut store, "mix").is_err());
    }
}

#[test]
fn host_functions_call_wasm_that_calls_the_host() {
    for (_, engine) in engines() {
        let module = Module::new(
            &engine,
            wat(r#"(module
                (import "host" "again" (func $again (param i32) (result i32)))
                (memory (export "memory") 1)
                (func (export "down") (param i32) (result i32)
                  (if (result i32) (i32.eqz (local.get 0))
                    (then (i32.const 0))
                    (else (i32.add (i32.const 1) (call $again (i32.sub (local.get 0) (i32.const 1))))))))"#),
        )
        .unwrap();
        let mut store = Store::new(&engine, 0u32);
        let mut linker = Linker::new(&engine);
        linker
            .func_wrap("host", "again", |mut caller: Caller<'_, u32>, n: i32| -> wassay_vm::Result<i32> {
                *caller.data_mut() += 1;
                let down = caller.get_export("down").and_then(Extern::into_func).unwrap();
                down.typed::<i32, i32>(&mut caller)?.call(&mut caller, n)
            })
            .unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let down = instance.get_typed_func::<i32, i32>(&mut store, "down").unwrap();
        assert_eq!(down.call(&mut store, 50).unwrap(), 50);
        assert_eq!(*store.data(), 50);
    }
}

#[test]
fn errors_of_host_functions_are_returned_unchanged() {
    #[derive(Debug, thiserror::Error)]
    #[error("number {0}")]
    struct Mine(i32);

    for (_, engine) in engines() {
        let module = Module::new(
            &engine,
            wat(r#"(module (import "host" "fail" (func $fail (param i32)))
                (func (export "f") (call $fail (i32.const 3))))"#),
        )
        .unwrap();
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        linker
            .func_wrap("host", "fail", |_: Caller<'_, ()>, n: i32| -> wassay_vm::Result<()> {
                Err(wassay_vm::Error::host(Mine(n)))
            })
            .unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
        for _ in 0..3 {
            let error = f.call(&mut store, ()).unwrap_err();
            assert!(
                matches!(&error, wassay_vm::Error::Host { source, .. } if source.to_string() == "number 3"),
                "{error:?}"
            );
        }
    }
}

#[test]
fn panics_of_host_functions_continue_in_the_caller() {
    for (_, engine) in engines() {
        let module =
            Module::new(&engine, wat(r#"(module (import "" "p" (func $p)) (func (export "f") (call $p)))"#)).unwrap();
        let mut store = Store::new(&engine, ());
        let panicking = Func::wrap(&mut store, |_: Caller<'_, ()>| -> wassay_vm::Result<()> {
            std::panic::resume_unwind(Box::new("on purpose"));
        });
        let instance = Instance::new(&mut store, &module, &[Extern::Func(panicking)]).unwrap();
        let f = instance.get_typed_func::<(), ()>(&mut store, "f").unwrap();
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f.call(&mut store, ()))).unwrap_err();
        assert_eq!(caught.downcast_ref::<&str>(), Some(&"on purpose"));
    }
}
