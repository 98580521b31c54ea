//! Quieting: arithmetic returns a quiet NaN for a signalling one, even where the compiler finds that it is an identity.
//!
//! The matrix has every operator, each way to know the other operand, each origin of the NaN, in every mode and on every CPU level.
//! Spec: <https://webassembly.github.io/spec/core/exec/numerics.html#nan-propagation>

mod cells;

use crate::support::{engines, wat};
use cells::{Cell, Width, module, scalars, vectors};
use wassay_vm::{Config, Engine, Instance, Module, Store};

/// Runs all cells on one engine, and returns descriptions of failures.
fn wrong(engine: &Engine, mode: &str, cells: &[Cell]) -> Vec<String> {
    let module = Module::new(engine, wat(&module(cells))).unwrap();
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let mut wrong = Vec::new();
    for cell in cells {
        let f = instance.get_typed_func::<u64, u64>(&mut store, &cell.name).unwrap();
        let (signalling, number, quiet) = match cell.width {
            Width::F32 => (0x7fa0_0001, 3.25_f32.to_bits().into(), 0x7fe0_0001),
            Width::F64 => (0x7ff4_0000_0000_0001, 3.25_f64.to_bits(), 0x7ffc_0000_0000_0001),
        };
        let sign = match cell.width {
            Width::F32 => 1 << 31,
            Width::F64 => 1 << 63,
        };
        let nan = f.call(&mut store, signalling).unwrap() & !sign;
        if nan != quiet {
            wrong.push(format!("{mode}: {}: returns {nan:#x} for a signalling NaN", cell.name));
        }
        let same = f.call(&mut store, number).unwrap();
        if same & !sign != number || (same & sign != 0) != cell.negates {
            wrong.push(format!("{mode}: {}: returns {same:#x} for 3.25", cell.name));
        }
    }
    wrong
}

fn check(mode: &str, engine: &Engine) {
    let cells: Vec<_> = scalars().into_iter().chain(vectors()).collect();
    let wrong: Vec<_> = cells.chunks(400).flat_map(|part| wrong(engine, mode, part)).collect();
    assert!(wrong.is_empty(), "{} failures in {} cells:\n{}", wrong.len(), cells.len(), wrong.join("\n"));
}

#[test]
fn nans_are_quieted_in_every_mode() {
    for (mode, engine) in engines() {
        check(mode, &engine);
    }
}

fn check_cpu(cpu: &str, present: bool) {
    if present {
        check(cpu, &Engine::new(Config::new().cpu(cpu)).unwrap());
    } else {
        println!("skipped: this machine does not support {cpu}");
    }
}

#[test]
fn nans_are_quieted_on_x86_64_v2() {
    check_cpu("x86-64-v2", is_x86_feature_detected!("sse4.2"));
}

#[test]
fn nans_are_quieted_on_x86_64_v3() {
    check_cpu("x86-64-v3", is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi2"));
}

#[test]
fn nans_are_quieted_on_x86_64_v4() {
    check_cpu("x86-64-v4", is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("avx512bw"));
}
