//! Artifacts: a module is compiled once, and loaded by a program that has no compiler.
//!
//! With the cargo feature `compiler`, which is on by default, this writes an artifact to the file, and loads it:
//! `cargo run -p wassay-vm --example artifacts -- FILE`
//!
//! Without it the crate needs neither LLVM nor a parser, and this only loads the file:
//! `cargo run -p wassay-vm --no-default-features --example artifacts -- FILE`

use std::path::{Path, PathBuf};
use wassay_vm::{Engine, Error, Instance, Module, Result, Store};

#[cfg(feature = "wat")]
fn write(engine: &Engine, file: &Path) -> Result<()> {
    let text = r#"
    (module
        (func $fibonacci (export "fibonacci") (param i32) (result i32)
            (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
                (then (local.get 0))
                (else (i32.add
                    (call $fibonacci (i32.sub (local.get 0) (i32.const 1)))
                    (call $fibonacci (i32.sub (local.get 0) (i32.const 2))))))))"#;
    let bytes = Module::new(engine, text)?.serialize()?;
    println!("compiled: {} bytes", bytes.len());

    // Hashes in an artifact tell when it was damaged.
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    // SAFETY: the damaged artifact is refused, so nothing of it runs.
    let result = unsafe { Module::deserialize(engine, &damaged) };
    assert!(matches!(result, Err(Error::Artifact(_))));

    // A program that runs may have the file mapped. So it is replaced by renaming, never written into.
    let new = file.with_extension("new");
    std::fs::write(&new, bytes).and_then(|()| std::fs::rename(&new, file)).map_err(Error::host)
}

fn load(engine: &Engine, file: &Path) -> Result<()> {
    // SAFETY: an artifact contains machine code, so its origin must be trusted. `write` made this one, and nothing writes into
    // the file.
    let module = unsafe { Module::deserialize_file(engine, file)? };
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[])?;
    let fibonacci = instance.get_typed_func::<i32, i32>(&mut store, "fibonacci")?;
    assert_eq!(fibonacci.call(&mut store, 20)?, 6765);
    println!("loaded: fibonacci(20) = 6765");
    Ok(())
}

fn main() -> Result<()> {
    let file = std::env::args_os().nth(1).map(PathBuf::from).ok_or_else(|| Error::host("usage: artifacts FILE"))?;
    let engine = Engine::default();
    #[cfg(feature = "wat")]
    write(&engine, &file)?;
    load(&engine, &file)
}
