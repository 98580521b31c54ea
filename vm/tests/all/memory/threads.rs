//! Shared memories on several threads. Every wait has a timeout, so a lost wake-up fails the test and does not hang.

use crate::support::{self, engines, trap, wat};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use wassay_vm::{
    Engine, Error, Extern, Instance, Limits, Linker, Memory, MemoryType, Module, SharedMemory, Store, Trap, WaitResult,
};

fn shared(engine: &Engine, min: u64, max: u64) -> SharedMemory {
    SharedMemory::new(engine, MemoryType { shared: true, ..MemoryType::new(min, Some(max)) }).unwrap()
}

fn module(engine: &Engine, body: &str) -> Module {
    Module::new(engine, wat(&format!(r#"(module (memory (import "m" "m") 1 100 shared) {body})"#))).unwrap()
}

/// Instantiates the module with `memory`, in a new store.
fn instance(module: &Module, memory: &SharedMemory) -> (Store<()>, Instance) {
    let mut store = Store::new(memory.engine(), ());
    let memory = Memory::from_shared(&mut store, memory).unwrap();
    let instance = Instance::new(&mut store, module, &[memory.into()]).unwrap();
    (store, instance)
}

/// Calls `run` with the thread's number on several threads at once, and returns all results.
fn on_threads(module: &Module, memory: &SharedMemory, threads: i32) -> Vec<i32> {
    thread::scope(|scope| {
        let run = |number| {
            let (mut store, instance) = instance(module, memory);
            let run = instance.get_typed_func::<i32, i32>(&mut store, "run").unwrap();
            run.call(&mut store, number).unwrap()
        };
        let handles: Vec<_> = (0..threads).map(|number| scope.spawn(move || run(number))).collect();
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    })
}

fn word(memory: &SharedMemory, offset: u64) -> u32 {
    let mut bytes = [0; 4];
    memory.read(offset, &mut bytes).unwrap();
    u32::from_le_bytes(bytes)
}

#[test]
fn atomic_additions_are_not_lost() {
    for (mode, engine) in engines() {
        // Counters of each width are adjacent: a narrow access must not change its neighbours.
        let counting = module(
            &engine,
            r#"(func (export "run") (param i32) (result i32) (local $n i32)
                (loop $again
                  (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
                  (drop (i64.atomic.rmw.add (i32.const 8) (i64.const 0x100000001)))
                  (drop (i32.atomic.rmw8.add_u (i32.const 17) (i32.const 1)))
                  (drop (i64.atomic.rmw16.sub_u (i32.const 18) (i64.const 1)))
                  (local.set $n (i32.add (local.get $n) (i32.const 1)))
                  (br_if $again (i32.lt_u (local.get $n) (i32.const 20000))))
                (local.get $n))"#,
        );
        let memory = shared(&engine, 1, 100);
        on_threads(&counting, &memory, 4);
        assert_eq!(word(&memory, 0), 80_000, "{mode}");
        assert_eq!((word(&memory, 8), word(&memory, 12)), (80_000, 80_000), "{mode}");
        let [zero, byte, low, high] = word(&memory, 16).to_le_bytes();
        assert_eq!((zero, byte), (0, (80_000 % 256) as u8), "{mode}");
        assert_eq!(u16::from_le_bytes([low, high]), (80_000u32 as u16).wrapping_neg(), "{mode}");
    }
}

#[test]
fn a_spin_lock_guards_plain_accesses() {
    for (mode, engine) in engines() {
        let locking = module(
            &engine,
            r#"(func (export "run") (param i32) (result i32) (local $n i32)
                (loop $again
                  (loop $spin
                    (if (i32.atomic.rmw.cmpxchg (i32.const 0) (i32.const 0) (i32.const 1))
                      (then
                        (drop (memory.atomic.wait32 (i32.const 0) (i32.const 1) (i64.const 1000000)))
                        (br $spin))))
                  (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1)))
                  (i32.store (i32.const 4096) (i32.load (i32.const 64)))
                  (i32.atomic.store (i32.const 0) (i32.const 0))
                  (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
                  (local.set $n (i32.add (local.get $n) (i32.const 1)))
                  (br_if $again (i32.lt_u (local.get $n) (i32.const 2000))))
                (local.get $n))"#,
        );
        let memory = shared(&engine, 1, 100);
        on_threads(&locking, &memory, 4);
        assert_eq!((word(&memory, 64), word(&memory, 4096)), (8000, 8000), "{mode}");
    }
}

#[test]
fn two_threads_wake_each_other() {
    for (mode, engine) in engines() {
        // Each thread waits until the number has its parity, for 10 s at most.
        let ping_pong = module(
            &engine,
            r#"(func (export "run") (param $me i32) (result i32) (local $seen i32)
                (loop $again
                  (block $mine
                    (loop $wait
                      (local.set $seen (i32.atomic.load (i32.const 0)))
                      (br_if $mine (i32.eq (i32.and (local.get $seen) (i32.const 1)) (local.get $me)))
                      (if (i32.eq
                            (memory.atomic.wait32 (i32.const 0) (local.get $seen) (i64.const 10000000000))
                            (i32.const 2))
                        (then (return (i32.const -1))))
                      (br $wait)))
                  (i32.atomic.store (i32.const 0) (i32.add (local.get $seen) (i32.const 1)))
                  (drop (memory.atomic.notify (i32.const 0) (i32.const -1)))
                  (br_if $again (i32.lt_u (local.get $seen) (i32.const 2000))))
                (local.get $seen))"#,
        );
        let memory = shared(&engine, 1, 100);
        let mut last = on_threads(&ping_pong, &memory, 2);
        last.sort_unstable();
        assert_eq!(last, [2000, 2001], "{mode}");
    }
}

#[test]
fn a_memory_grows_while_others_read_it() {
    for (mode, engine) in engines() {
        // Thread 0 grows the memory page by page. The others access its last words, by `memory.size`.
        let growing = module(
            &engine,
            r#"(func (export "run") (param $me i32) (result i32) (local $size i32)
                (if (i32.eqz (local.get $me))
                  (then
                    (loop $grow
                      (br_if $grow (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
                    (return (memory.size))))
                (loop $read
                  (local.set $size (memory.size))
                  (drop (i32.load (i32.sub (i32.mul (local.get $size) (i32.const 65536)) (i32.const 4))))
                  (drop (i32.atomic.rmw.add
                    (i32.sub (i32.mul (local.get $size) (i32.const 65536)) (i32.const 8)) (i32.const 1)))
                  (br_if $read (i32.lt_u (local.get $size) (i32.const 100))))
                (local.get $size))"#,
        );
        let memory = shared(&engine, 1, 100);
        let base = memory.data().as_ptr();
        assert_eq!(on_threads(&growing, &memory, 4), [100; 4], "{mode}");
        assert_eq!((memory.size(), memory.data_size(), memory.data().as_ptr()), (100, 100 << 16, base));
        assert!(matches!(memory.grow(1), Err(Error::Resources(_))));
    }
}

#[test]
fn concurrent_growth_adds_up() {
    let engine = Engine::default();
    let memory = shared(&engine, 1, 100);
    let before: Vec<u64> = thread::scope(|scope| {
        let grow = || (0..10).map(|_| memory.grow(2).unwrap()).collect::<Vec<_>>();
        let handles: Vec<_> = (0..4).map(|_| scope.spawn(grow)).collect();
        handles.into_iter().flat_map(|handle| handle.join().unwrap()).collect()
    });
    let mut sorted = before;
    sorted.sort_unstable();
    assert!(sorted.iter().copied().eq((0..40).map(|n| 1 + 2 * n)));
    assert_eq!(memory.size(), 81);
}

const WAITING: &str = r#"
    (func (export "wait") (param i32 i64) (result i32)
      (memory.atomic.wait32 offset=4 (local.get 0) (i32.const 0) (local.get 1)))
    (func (export "wait64") (param i32 i64) (result i32)
      (memory.atomic.wait64 (local.get 0) (i64.const 0) (local.get 1)))
    (func (export "notify") (param i32) (result i32) (memory.atomic.notify (local.get 0) (i32.const 1)))
    (func (export "trap") unreachable)"#;

#[test]
fn the_host_wakes_a_thread_after_another_trapped() {
    for (_, engine) in engines() {
        let module = module(&engine, WAITING);
        let memory = shared(&engine, 1, 100);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let (mut store, instance) = instance(&module, &memory);
                let wait = instance.get_typed_func::<(i32, i64), i32>(&mut store, "wait").unwrap();
                wait.call(&mut store, (60, 20_000_000_000)).unwrap()
            });
            scope.spawn(|| {
                let (mut store, instance) = instance(&module, &memory);
                let stop = instance.get_typed_func::<(), ()>(&mut store, "trap").unwrap();
                assert_eq!(trap(stop.call(&mut store, ())), Trap::Unreachable);
            });
            let start = Instant::now();
            while memory.atomic_notify(64, 1).unwrap() == 0 {
                assert!(start.elapsed() < Duration::from_secs(20));
                thread::yield_now();
            }
            assert_eq!(waiting.join().unwrap(), 0);
        });
    }
}

#[test]
fn waits_end_with_their_timeout() {
    for (_, engine) in engines() {
        let memory = shared(&engine, 1, 100);
        let (mut store, instance) = instance(&module(&engine, WAITING), &memory);
        let wait = instance.get_typed_func::<(i32, i64), i32>(&mut store, "wait").unwrap();
        let start = Instant::now();
        assert_eq!(wait.call(&mut store, (0, 20_000_000)).unwrap(), 2);
        assert!(start.elapsed() >= Duration::from_millis(20));
        memory.write(4, &[1]).unwrap();
        assert_eq!(wait.call(&mut store, (0, -1)).unwrap(), 1);
        // The longest timeout must not overflow.
        assert_eq!(wait.call(&mut store, (0, i64::MAX)).unwrap(), 1);
        assert_eq!(memory.atomic_wait64(0, 0, Some(Duration::MAX)).unwrap(), WaitResult::Mismatch);
    }
}

#[test]
fn waits_and_notifications_check_their_address() {
    for (_, engine) in engines() {
        let memory = shared(&engine, 1, 100);
        let (mut store, instance) = instance(&module(&engine, WAITING), &memory);
        let notify = instance.get_typed_func::<i32, i32>(&mut store, "notify").unwrap();
        assert_eq!(notify.call(&mut store, 65532).unwrap(), 0);
        assert_eq!(trap(notify.call(&mut store, 2)), Trap::UnalignedAtomic);
        assert_eq!(trap(notify.call(&mut store, 65536)), Trap::MemoryOutOfBounds);
        assert_eq!(trap(notify.call(&mut store, -4)), Trap::MemoryOutOfBounds);
        let wait = instance.get_typed_func::<(i32, i64), i32>(&mut store, "wait").unwrap();
        assert_eq!(trap(wait.call(&mut store, (65532, 0))), Trap::MemoryOutOfBounds);
        assert_eq!(trap(wait.call(&mut store, (-4, 0))), Trap::MemoryOutOfBounds);
        let wait = instance.get_typed_func::<(i32, i64), i32>(&mut store, "wait64").unwrap();
        assert_eq!(trap(wait.call(&mut store, (65532, 0))), Trap::UnalignedAtomic);
        assert_eq!(memory.atomic_notify(2, 1), Err(Trap::UnalignedAtomic));
        assert_eq!(memory.atomic_wait32(65536, 0, None), Err(Trap::MemoryOutOfBounds));
    }
}

#[test]
fn atomic_accesses_with_unused_results_trap() {
    for (mode, engine) in engines() {
        for (access, of) in [
            ("(drop (i32.atomic.load (local.get 0)))", "shared"),
            ("(drop (i64.atomic.load8_u (local.get 0)))", ""),
            ("(drop (i32.atomic.rmw.add (local.get 0) (i32.const 0)))", ""),
            ("(drop (i32.atomic.rmw.or (local.get 0) (i32.const 0)))", "shared"),
            ("(drop (i64.atomic.rmw.and (local.get 0) (i64.const -1)))", ""),
            ("(drop (i64.atomic.rmw.cmpxchg (local.get 0) (i64.const 1) (i64.const 1)))", ""),
            ("(i64.atomic.store (local.get 0) (i64.const 1))", ""),
            ("(drop (i32.load (local.get 0)))", "shared"),
        ] {
            let text = format!(
                r#"(module (memory 1 1 {of})
                    (func (export "f") (param i32) (i32.atomic.store (i32.const 0) (i32.const 1)) {access})
                    (func (export "get") (result i32) (i32.load (i32.const 0))))"#
            );
            let (mut store, instance) = support::instantiate(&engine, &text);
            let f = instance.get_typed_func::<i32, ()>(&mut store, "f").unwrap();
            assert!(f.call(&mut store, 65528).is_ok(), "{access} at {mode}");
            assert_eq!(trap(f.call(&mut store, 65536)), Trap::MemoryOutOfBounds, "{access} at {mode}");
            assert_eq!(trap(f.call(&mut store, -8)), Trap::MemoryOutOfBounds, "{access} at {mode}");
            let get = instance.get_typed_func::<(), i32>(&mut store, "get").unwrap();
            assert_eq!(get.call(&mut store, ()).unwrap(), 1);
        }
    }
}

#[test]
fn a_memory_outlives_the_store_it_came_from() {
    let engine = Engine::default();
    let text = r#"(module (memory (export "m") 1 2 shared) (data (i32.const 8) "\2a"))"#;
    let (mut store, instance) = support::instantiate(&engine, text);
    let memory = instance.get_memory(&mut store, "m").unwrap();
    let shared = memory.as_shared(&store).unwrap();
    assert_eq!(Memory::from_shared(&mut store, &shared).unwrap(), memory);
    assert_eq!(memory.ty(&store), shared.ty());
    drop(store);
    let (done, told) = mpsc::channel();
    thread::spawn(move || {
        let mut linker = Linker::new(shared.engine());
        linker.define_shared("m", "m", &shared).unwrap();
        let module = r#"(module (memory (import "m" "m") 1 2 shared)
            (func (export "get") (result i32) (i32.load (i32.const 8))))"#;
        let module = Module::new(shared.engine(), wat(module)).unwrap();
        let mut store = Store::new(shared.engine(), ());
        drop(shared);
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let get = instance.get_typed_func::<(), i32>(&mut store, "get").unwrap();
        done.send(get.call(&mut store, ()).unwrap()).unwrap();
    });
    assert_eq!(told.recv_timeout(Duration::from_secs(60)).unwrap(), 42);
}

#[test]
fn incompatible_memories_are_refused() {
    let engine = Engine::default();
    let ty = |shared, min, max| MemoryType { shared, ..MemoryType::new(min, max) };
    for wrong in [ty(false, 1, Some(2)), ty(true, 1, None), ty(true, 2, Some(1))] {
        assert!(matches!(SharedMemory::new(&engine, wrong), Err(Error::InvalidType(_))), "{wrong:?}");
    }
    let mut store = Store::new(&engine, ());
    assert!(Memory::new(&mut store, ty(true, 1, None)).is_err());
    let plain = Memory::new(&mut store, ty(false, 1, Some(1))).unwrap();
    assert!(plain.as_shared(&store).is_none());
    let memory = shared(&engine, 1, 100);
    assert!(Memory::from_shared(Store::new(&Engine::default(), ()), &memory).is_err());
    assert!(Linker::<()>::new(&Engine::default()).define_shared("m", "m", &memory).is_err());
    // Import and memory must agree on being shared, and on the limits.
    let given: Extern = Memory::from_shared(&mut store, &memory).unwrap().into();
    assert_eq!(memory.ty().limits, Limits { min: 1, max: Some(100) });
    for (wanted, given, fits) in [
        ("1 100 shared", given, true),
        ("1 200 shared", given, true),
        ("2 100 shared", given, false),
        ("1 99 shared", given, false),
        ("1 100", given, false),
        ("1 1 shared", plain.into(), false),
    ] {
        let text = format!(r#"(module (memory (import "m" "m") {wanted}))"#);
        let module = Module::new(&engine, wat(&text)).unwrap();
        let linked = Instance::new(&mut store, &module, &[given]);
        assert_eq!(linked.is_ok(), fits, "{wanted}");
        assert!(fits || matches!(linked, Err(Error::IncompatibleImport { .. })));
    }
}

#[test]
#[should_panic = "can't be borrowed"]
fn the_bytes_of_a_shared_memory_can_not_be_borrowed() {
    let engine = Engine::default();
    let mut store = Store::new(&engine, ());
    let memory = Memory::from_shared(&mut store, &shared(&engine, 1, 100)).unwrap();
    let _ = memory.data(&store);
}
