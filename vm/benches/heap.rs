//! Speed of allocation and pauses of collections: binary trees, and objects that are dropped at once.
//!
//! `cargo bench -p wassay-vm --bench heap`

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;
use wassay_vm::{AnyRef, Config, Engine, Instance, Module, OptLevel, RootScope, Store};

/// Size of a node in bytes: header and two references.
const NODE: u64 = 24;

fn module() -> Vec<u8> {
    let text = include_str!("trees.wat");
    let buffer = wast::parser::ParseBuffer::new(text).expect("tokens");
    wast::parser::parse::<wast::Wat<'_>>(&buffer).expect("a module").encode().expect("a module")
}

fn instance(level: OptLevel) -> (Store<()>, Instance) {
    let engine = Engine::new(Config::new().opt_level(level)).expect("an engine for the host");
    let module = Module::new(&engine, module()).expect("a valid module");
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).expect("an instance");
    (store, instance)
}

/// Returns the number of nodes that `trees` allocates.
fn nodes(most: u32) -> u64 {
    let tree = |depth: u32| (2_u64 << depth) - 1;
    let short: u64 = (4..=most).step_by(2).map(|depth| tree(depth) << (most - depth + 4)).sum();
    short + tree(most + 1) + tree(most)
}

fn report(what: &str, store: &Store<()>) {
    let stats = store.heap_stats();
    let collections = u32::try_from(stats.collections).unwrap_or(u32::MAX).max(1);
    println!(
        "{what}: {} collections, mean pause {:?}, longest {:?}, {} MB handed out, heap of {} MB",
        stats.collections,
        stats.total_pause / collections,
        stats.longest_pause,
        stats.allocated_bytes / 1_000_000,
        stats.bytes / 1_000_000,
    );
}

fn trees(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("trees");
    for most in [10, 14, 18] {
        for (level, name) in [(OptLevel::None, "o0"), (OptLevel::Speed, "o3")] {
            if level == OptLevel::None && most > 14 {
                continue;
            }
            let (mut store, instance) = instance(level);
            let run = instance.get_typed_func::<u32, u32>(&mut store, "trees").expect("its function");
            let made = nodes(most);
            group.throughput(Throughput::Elements(made));
            group.bench_function(BenchmarkId::new(name, most), |bencher| {
                bencher.iter(|| {
                    // The kept tree is counted once more at the end.
                    let counted = u64::from(run.call(&mut store, most).expect("no trap"));
                    assert_eq!(counted, made);
                });
            });
            report(&format!("{name}/{most}"), &store);
        }
    }
}

fn churn(criterion: &mut Criterion) {
    const TIMES: u32 = 10_000_000;
    let (mut store, instance) = instance(OptLevel::Speed);
    let run = instance.get_typed_func::<u32, u32>(&mut store, "churn").expect("its function");
    let mut group = criterion.benchmark_group("churn");
    group.throughput(Throughput::Bytes(NODE * u64::from(TIMES)));
    group.bench_function("o3", |bencher| bencher.iter(|| run.call(&mut store, TIMES).expect("no trap")));
    report("churn", &store);
}

/// Measures pauses: collections with a live tree of 2^21 nodes.
fn marking(criterion: &mut Criterion) {
    const DEPTH: u32 = 20;
    let (mut store, instance) = instance(OptLevel::Speed);
    let make = instance.get_typed_func::<u32, Option<AnyRef>>(&mut store, "make").expect("its function");
    let mut scope = RootScope::new(&mut store);
    let kept = make.call(&mut scope, DEPTH).expect("no trap");
    assert!(kept.is_some());
    let mut group = criterion.benchmark_group("marking");
    group.throughput(Throughput::Elements((2 << DEPTH) - 1));
    group.bench_function("tree", |bencher| bencher.iter(|| wassay_vm::AsContextMut::as_context_mut(&mut scope).gc()));
}

fn quick() -> Criterion {
    Criterion::default().sample_size(10).measurement_time(Duration::from_secs(3)).warm_up_time(Duration::from_secs(1))
}

criterion_group! { name = heap; config = quick(); targets = trees, churn, marking }
criterion_main!(heap);
