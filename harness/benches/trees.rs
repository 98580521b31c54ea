//! Allocating and collecting: the VM and Wasmtime's collectors on the same module, in one run.
//!
//! `cargo bench -p wassay --features wasmtime --bench trees`. The module is the VM's own benchmark: binary trees that live for a
//! while and garbage that does not, each call returning how many objects it made. So criterion's throughput is objects a second.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;
use wast::Wat;
use wast::parser::{ParseBuffer, parse};

/// Functions of the module and what they are called with: small trees, some that fill the caches, some that don't fit
/// them, and ten million objects that nobody keeps.
const CASES: [(&str, u32); 4] = [("trees", 10), ("trees", 14), ("trees", 18), ("churn", 10_000_000)];

fn module() -> Vec<u8> {
    let text = include_str!("../../vm/benches/trees.wat");
    let buffer = ParseBuffer::new(text).expect("the module's text");
    parse::<Wat<'_>>(&buffer).and_then(|mut wat| wat.encode()).expect("the module")
}

/// The VM, optimising.
fn ours(wasm: &[u8]) -> impl FnMut(&str, u32) -> u32 {
    let engine = wassay_vm::Engine::default();
    let module = wassay_vm::Module::new(&engine, wasm).expect("compiles");
    let mut store = wassay_vm::Store::new(&engine, ());
    let instance = wassay_vm::Instance::new(&mut store, &module, &[]).expect("instantiates");
    move |name, n| {
        let function = instance.get_typed_func::<u32, u32>(&mut store, name).expect("is exported");
        function.call(&mut store, n).expect("returns")
    }
}

/// Wasmtime with Cranelift and a collector. Without one nothing is taken back: then each call has a store of its own.
fn theirs(wasm: &[u8], collector: wasmtime::Collector) -> impl FnMut(&str, u32) -> u32 {
    let mut config = wasmtime::Config::new();
    config.strategy(wasmtime::Strategy::Cranelift).wasm_gc(true).wasm_function_references(true).collector(collector);
    config.cranelift_opt_level(wasmtime::OptLevel::Speed);
    let engine = wasmtime::Engine::new(&config).expect("starts");
    let module = wasmtime::Module::new(&engine, wasm).expect("compiles");
    let fresh = move || {
        let mut store = wasmtime::Store::new(&engine, ());
        let instance = wasmtime::Instance::new(&mut store, &module, &[]).expect("instantiates");
        (store, instance)
    };
    let mut kept = fresh();
    move |name, n| {
        if matches!(collector, wasmtime::Collector::Null) {
            kept = fresh();
        }
        let (store, instance) = &mut kept;
        let function = instance.get_typed_func::<u32, u32>(&mut *store, name).expect("is exported");
        function.call(store, n).expect("returns")
    }
}

/// Calls an export by its name with a number.
type Call<'a> = Box<dyn FnMut(&str, u32) -> u32 + 'a>;

fn collectors(c: &mut Criterion) {
    let wasm = module();
    let engines: [(&str, Call<'_>); 4] = [
        ("wassay o3", Box::new(ours(&wasm))),
        ("wasmtime copying", Box::new(theirs(&wasm, wasmtime::Collector::Copying))),
        ("wasmtime null", Box::new(theirs(&wasm, wasmtime::Collector::Null))),
        ("wasmtime drc", Box::new(theirs(&wasm, wasmtime::Collector::DeferredReferenceCounting))),
    ];
    for (who, mut run) in engines {
        let mut group = c.benchmark_group("collect");
        group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
        for (name, n) in CASES {
            // What is counted by reference takes minutes for what others do in seconds.
            if who == "wasmtime drc" && n > 14 {
                continue;
            }
            group.throughput(Throughput::Elements(run(name, n).into()));
            group.bench_function(format!("{name} {n}/{who}"), |b| b.iter(|| run(name, n)));
        }
        group.finish();
    }
}

criterion_group!(benches, collectors);
criterion_main!(benches);
