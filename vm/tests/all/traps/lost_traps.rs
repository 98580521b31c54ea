//! Lost traps: an access out of bounds traps, however the loaded value is used.
//!
//! The matrix has every kind of load with every conditional or partial use, on every CPU level. The specification says that the
//! address alone decides about the trap. The memory afterwards is compared with `OptLevel::None`, which keeps every access.

mod cells;

use crate::support::wat;
use cells::{Cell, STORAGE, cells};
use wassay_vm::{Config, Engine, Instance, Memory, Module, OptLevel, Store, Trap, TypedFunc};

/// Bytes of the memory: one page.
const LENGTH: u32 = 0x1_0000;
/// Bytes at the start of the memory that the functions write to.
const WRITTEN: usize = 64;

type Function = TypedFunc<(i32, i32, u128, u128), ()>;

struct Run {
    store: Store<()>,
    memory: Memory,
    functions: Vec<Function>,
}

impl Run {
    fn new(level: OptLevel, cpu: Option<&str>, module: &[u8], cells: &[Cell]) -> Self {
        let mut config = Config::new();
        config.opt_level(level);
        if let Some(cpu) = cpu {
            config.cpu(cpu);
        }
        let engine = Engine::new(&config).unwrap();
        let module = Module::new(&engine, module).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        let get = |cell: &Cell| instance.get_typed_func(&mut store, &cell.name).unwrap();
        let functions = cells.iter().map(get).collect();
        Self { store, memory, functions }
    }

    /// Calls a cell. Returns whether it trapped as out of bounds, and the written part of the memory.
    fn call(&mut self, index: usize, address: u32, condition: i32, vectors: (u128, u128)) -> (bool, [u8; WRITTEN]) {
        self.memory.data_mut(&mut self.store)[..WRITTEN].fill(0);
        let arguments = (address.cast_signed(), condition, vectors.0, vectors.1);
        let trapped = match self.functions[index].call(&mut self.store, arguments) {
            Ok(()) => false,
            Err(e) => {
                assert!(matches!(e.trap(), Some(Trap::MemoryOutOfBounds | Trap::TableOutOfBounds)), "{e}");
                true
            }
        };
        (trapped, self.memory.data(&self.store)[..WRITTEN].try_into().unwrap())
    }
}

/// Compares cells at `OptLevel::Speed` with `OptLevel::None`, and returns descriptions of differences.
fn differing(cpu: Option<&str>, cells: &[Cell]) -> Vec<String> {
    let functions: String = cells.iter().map(|cell| cell.function.as_str()).collect();
    let module = wat(&format!("(module {STORAGE} {functions})"));
    let mut reference = Run::new(OptLevel::None, cpu, &module, cells);
    let mut optimized = Run::new(OptLevel::Speed, cpu, &module, cells);
    let vectors = [(1, 2), (0x3f80_0000_3f80_0000_3f80_0000_3f80_0000, 0x3f80_0000_0000_0000_3f80_0000)];
    let mut wrong = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        // Addresses within bounds, partly out of bounds by each number of bytes, and out of bounds.
        let addresses =
            [128, LENGTH - cell.width].into_iter().chain(LENGTH - cell.width + 1..=LENGTH).chain([u32::MAX]);
        let addresses = addresses.filter(|address| !cell.aligned || address % cell.width == 0);
        let mut calls = addresses.flat_map(|address| {
            [0, 1].into_iter().flat_map(move |condition| vectors.map(|vectors| (address, condition, vectors)))
        });
        wrong.extend(calls.find_map(|(address, condition, vectors)| {
            let outside = u64::from(address) + u64::from(cell.width) > u64::from(LENGTH);
            let plain = reference.call(index, address, condition, vectors);
            let fast = optimized.call(index, address, condition, vectors);
            let what = match (plain.0 == outside, fast.0 == outside) {
                (false, _) => "`None` is wrong about the trap",
                (_, false) => "`Speed` is wrong about the trap",
                _ if plain.1 != fast.1 => "`Speed` leaves other bytes in memory",
                _ => return None,
            };
            Some(format!("{what}: {} at {address}, condition {condition}", cell.name))
        }));
    }
    wrong
}

fn check(cpu: Option<&str>, present: bool) {
    if !present {
        println!("skipped: this machine does not support {}", cpu.unwrap_or("host"));
        return;
    }
    let cells = cells();
    let wrong: Vec<_> = cells.chunks(200).flat_map(|part| differing(cpu, part)).collect();
    assert!(wrong.is_empty(), "{} of {} cells lose a trap or a store:\n{}", wrong.len(), cells.len(), wrong.join("\n"));
}

#[test]
fn no_trap_is_lost_on_x86_64_v2() {
    check(Some("x86-64-v2"), is_x86_feature_detected!("sse4.2"));
}

#[test]
fn no_trap_is_lost_on_x86_64_v3() {
    check(Some("x86-64-v3"), is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2"));
}

#[test]
fn no_trap_is_lost_on_x86_64_v4() {
    check(Some("x86-64-v4"), is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512bw"));
}

#[test]
fn no_trap_is_lost_on_the_host() {
    check(None, true);
}
