//! Linear memory: the host reads, writes and grows the memory of a module, and makes one of its own.
//!
//! `cargo run -p wassay-vm --example memory`

use wassay_vm::{Engine, Instance, Memory, MemoryType, Module, Result, Store, Trap};

const TEXT: &str = r#"
(module
    (memory (export "memory") 1 3)
    (data (i32.const 0) "wasm")

    ;; Adds up `length` bytes at `address`.
    (func (export "sum") (param $address i32) (param $length i32) (result i32) (local $sum i32)
        (block $done
            (loop $next
                (br_if $done (i32.eqz (local.get $length)))
                (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $address))))
                (local.set $address (i32.add (local.get $address) (i32.const 1)))
                (local.set $length (i32.sub (local.get $length) (i32.const 1)))
                (br $next)))
        (local.get $sum)))
"#;

/// Bytes of a page, the unit of a memory's size.
const PAGE: usize = 65_536;

fn main() -> Result<()> {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &Module::new(&engine, TEXT)?, &[])?;
    let memory = instance.get_memory(&mut store, "memory").expect("the module exports it");
    let sum = instance.get_typed_func::<(i32, i32), i32>(&mut store, "sum")?;

    // `read` and `write` copy, and check the range.
    let mut bytes = [0; 4];
    memory.read(&store, 0, &mut bytes)?;
    assert_eq!(&bytes, b"wasm");
    memory.write(&mut store, 100, &[1, 2, 3])?;
    assert_eq!(sum.call(&mut store, (100, 3))?, 6);
    assert!(memory.write(&mut store, PAGE as u64 - 1, &[1, 2]).is_err());

    // `data` and `data_mut` lend the bytes themselves, as long as nothing else uses the store.
    memory.data_mut(&mut store)[200..210].fill(7);
    assert_eq!(sum.call(&mut store, (200, 10))?, 70);
    assert_eq!(memory.data(&store).len(), PAGE);

    // Wasm can't read past the end either.
    let trap = sum.call(&mut store, (PAGE as i32, 1)).unwrap_err().trap();
    assert_eq!(trap, Some(Trap::MemoryOutOfBounds));

    // Growing returns the old size in pages. New bytes are zero. This memory may have three pages at most.
    assert_eq!(memory.grow(&mut store, 2)?, 1);
    assert_eq!(memory.size(&store), 3);
    assert_eq!(sum.call(&mut store, (PAGE as i32, 1))?, 0);
    assert!(memory.grow(&mut store, 1).is_err());

    // A memory of the host is an import: this module only writes the answer into it.
    let answers = Module::new(
        &engine,
        r#"(module (memory (import "host" "memory") 1) (func (export "run") (i32.store (i32.const 8) (i32.const 42))))"#,
    )?;
    let shared = Memory::new(&mut store, MemoryType::new(1, None))?;
    let instance = Instance::new(&mut store, &answers, &[shared.into()])?;
    instance.get_typed_func::<(), ()>(&mut store, "run")?.call(&mut store, ())?;
    assert_eq!(shared.data(&store)[8..12], 42_i32.to_le_bytes());
    println!("wrote, read and grew memories of {} and {} pages", memory.size(&store), shared.size(&store));
    Ok(())
}
