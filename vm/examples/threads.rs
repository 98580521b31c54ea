//! Threads: one module on several threads, each with a store of its own, that share a memory.
//!
//! `cargo run -p wassay-vm --example threads`

use std::thread;
use std::time::Duration;
use wassay_vm::{Engine, Linker, MemoryType, Module, Result, SharedMemory, Store, WaitResult};

const TEXT: &str = r#"
(module
    (memory (import "host" "memory") 1 1 shared)

    ;; Adds one to the counter at 0, `times` times. Then adds one to the word at 4, and wakes the threads that wait on it.
    (func (export "work") (param $times i32)
        (loop $again
            (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
            (br_if $again (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
        (drop (i32.atomic.rmw.add (i32.const 4) (i32.const 1)))
        (drop (memory.atomic.notify (i32.const 4) (i32.const -1)))))
"#;

const THREADS: u32 = 4;
const TIMES: i32 = 10_000;

fn word(memory: &SharedMemory, offset: u64) -> Result<u32> {
    let mut bytes = [0; 4];
    memory.read(offset, &mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn main() -> Result<()> {
    // Engines, modules, linkers and shared memories can be used by all threads at once.
    let engine = Engine::default();
    let module = Module::new(&engine, TEXT)?;
    let memory = SharedMemory::new(&engine, MemoryType { shared: true, ..MemoryType::new(1, Some(1)) })?;
    let mut linker = Linker::new(&engine);
    linker.define_shared("host", "memory", &memory)?;

    thread::scope(|scope| {
        let run = || -> Result<()> {
            // A store belongs to one thread at a time.
            let mut store = Store::new(&engine, ());
            let instance = linker.instantiate(&mut store, &module)?;
            instance.get_typed_func::<i32, ()>(&mut store, "work")?.call(&mut store, TIMES)
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(run)).collect();

        // The host waits as `memory.atomic.wait32` does: until the word at 4 is no longer what was read.
        loop {
            let finished = word(&memory, 4)?;
            if finished == THREADS {
                break;
            }
            let result = memory.atomic_wait32(4, finished, Some(Duration::from_secs(60)))?;
            assert_ne!(result, WaitResult::TimedOut);
        }
        threads.into_iter().try_for_each(|thread| thread.join().expect("no thread panicked"))
    })?;

    assert_eq!(word(&memory, 0)?, THREADS * TIMES.unsigned_abs());
    println!("{THREADS} threads added up to {}", word(&memory, 0)?);
    Ok(())
}
