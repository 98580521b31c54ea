//! Benchmark kernels: they compute what their native builds compute, at every optimisation level and in every memory mode.

use crate::support::kernels::{self, Run};
use wassay_vm::{Config, Engine, Instance, MemoryMode, Module, OptLevel, Store};

fn check(level: OptLevel, mode: MemoryMode) {
    let engine = Engine::new(Config::new().opt_level(level).memory_mode(mode)).unwrap();
    for kernel in kernels::all() {
        let module = Module::new(&engine, &kernel.wasm).unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let run = Run::of(&kernel, &mut store, instance).unwrap();
        // Twice: a kernel sets up its data again, so data of the first run must not matter.
        for _ in 0..2 {
            let found = run.call(&mut store, kernel.rounds).unwrap();
            assert!(found.agrees(kernel.checksum), "{}: expected {}, found {found}", kernel.name, kernel.checksum);
        }
    }
}

#[test]
fn kernels_agree_unoptimised() {
    check(OptLevel::None, MemoryMode::Precise);
}

#[test]
fn kernels_agree_unoptimised_relaxed() {
    check(OptLevel::None, MemoryMode::Relaxed);
}

#[test]
fn kernels_agree_optimised() {
    check(OptLevel::Speed, MemoryMode::Precise);
}

#[test]
fn kernels_agree_optimised_relaxed() {
    check(OptLevel::Speed, MemoryMode::Relaxed);
}
