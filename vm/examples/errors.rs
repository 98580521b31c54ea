//! Errors: traps with backtraces, errors of host functions, invalid modules, and limits.
//!
//! `cargo run -p wassay-vm --example errors`

use wassay_vm::{Config, Engine, Error, Linker, Module, Result, Store, Trap};

const TEXT: &str = r#"
(module $bank
    (import "host" "pay" (func $pay (param i32)))
    (type $node (struct (field (ref null $node))))
    (global $list (mut (ref null $node)) (ref.null $node))

    (func $share (param i32 i32) (result i32) (i32.div_u (local.get 0) (local.get 1)))
    (func (export "share_out") (param i32) (drop (call $share (i32.const 100) (local.get 0))))
    (func (export "pay_out") (param i32) (call $pay (local.get 0)))
    (func $recurse (export "recurse") (param i32) (call $recurse (local.get 0)) (call $pay (local.get 0)))
    (func (export "hoard") (param i32)
        (loop $again
            (global.set $list (struct.new $node (global.get $list)))
            (br $again))))
"#;

/// An error of the embedder's own.
#[derive(Debug, thiserror::Error)]
#[error("{0} is more than there is")]
struct Overdrawn(i32);

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut linker = Linker::new(&engine);
    // A host function fails with an error of its own by `Error::host`.
    linker.func_wrap("host", "pay", |amount: i32| -> Result<()> {
        if amount > 1000 { Err(Error::host(Overdrawn(amount))) } else { Ok(()) }
    })?;
    let mut store = Store::new(&engine, ());
    let instance = linker.instantiate(&mut store, &Module::new(&engine, TEXT)?)?;

    // A trap comes with the wasm calls that were active, innermost first.
    let share_out = instance.get_typed_func::<i32, ()>(&mut store, "share_out")?;
    let error = share_out.call(&mut store, 0).unwrap_err();
    println!("{error}\n{}", error.backtrace().expect("a trap has one"));
    assert_eq!(error.trap(), Some(Trap::IntegerDivideByZero));
    let names: Vec<_> =
        error.backtrace().into_iter().flat_map(|trace| &trace.frames).map(|frame| frame.name.as_deref()).collect();
    assert_eq!(names, [Some("share"), Some("share_out")]);

    // Stack overflow is a trap too, and the store is as usable afterwards as before.
    let recurse = instance.get_typed_func::<i32, ()>(&mut store, "recurse")?;
    assert_eq!(recurse.call(&mut store, 0).unwrap_err().trap(), Some(Trap::CallStackExhausted));
    share_out.call(&mut store, 4)?;

    // The host's own error comes back as it was, with the wasm that called the host.
    let pay_out = instance.get_typed_func::<i32, ()>(&mut store, "pay_out")?;
    let error = pay_out.call(&mut store, 5000).unwrap_err();
    println!("{error}");
    assert!(matches!(error.downcast_ref(), Some(Overdrawn(5000))));
    assert_eq!(error.backtrace().map(|trace| trace.frames.len()), Some(1));

    // A module can't take more memory than the store allows: here, 1 MiB of objects.
    store.set_heap_limit(1 << 20);
    let hoard = instance.get_typed_func::<i32, ()>(&mut store, "hoard")?;
    assert_eq!(hoard.call(&mut store, 0).unwrap_err().trap(), Some(Trap::AllocationFailed));

    // Modules that are invalid, or larger than the engine's limits, are refused before anything is compiled.
    let invalid = Module::new(&engine, "(module (func (result i32) (i64.const 1)))").unwrap_err();
    println!("{invalid}");
    assert!(matches!(invalid, Error::Invalid { .. }));
    let strict = Engine::new(Config::new().max_module_size(64))?;
    assert!(matches!(Module::new(&strict, TEXT), Err(Error::Limit(_))));
    Ok(())
}
