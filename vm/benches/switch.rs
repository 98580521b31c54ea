//! Cost of stack switching: a `suspend` with its `resume`, a `switch`, and a continuation from its start to its end.
//!
//! `cargo bench -p wassay-vm --bench switch [FILTER]`

#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::time::Duration;

/// Number of round trips in one call.
const TURNS: i64 = 10_000_000;

const TEXT: &str = r#"(module
    (rec (type $sf (func (param i64 (ref null $sk)) (result i64))) (type $sk (cont $sf)))
    (type $f (func (param i64) (result i64))) (type $k (cont $f))
    (type $r (func (result i64))) (type $kr (cont $r))
    (tag $yield (param i64)) (tag $swap (result i64))
    (func $generate (type $f)
      (loop $next
        (suspend $yield (local.get 0))
        (br_if $next (i64.ne (local.tee 0 (i64.sub (local.get 0) (i64.const 1))) (i64.const 0))))
      (i64.const 0))
    (func (export "generate") (param i64) (result i64) (local $sum i64) (local $k (ref null $kr))
      (local.set $k (cont.bind $k $kr (local.get 0) (cont.new $k (ref.func $generate))))
      (loop $next
        (block $on (result i64 (ref $kr))
          (resume $kr (on $yield $on) (local.get $k))
          (drop) (return (local.get $sum)))
        (local.set $k)
        (local.set $sum (i64.add (local.get $sum)))
        (br $next))
      unreachable)
    (func $partner (type $sf)
      (loop $next
        (if (i64.eqz (local.get 0)) (then (return (i64.const 0))))
        (switch $sk $swap (i64.sub (local.get 0) (i64.const 1)) (local.get 1))
        (local.set 1) (local.set 0)
        (br $next))
      unreachable)
    (func $starter (type $sf)
      (switch $sk $swap (local.get 0) (cont.new $sk (ref.func $partner)))
      (local.set 1) (local.set 0)
      (return_call $partner (local.get 0) (local.get 1)))
    (func (export "switch") (param i64) (result i64)
      (resume $sk (on $swap switch) (local.get 0) (ref.null $sk) (cont.new $sk (ref.func $starter))))
    (func $nothing (type $f) (local.get 0))
    (func (export "whole") (param i64) (result i64)
      (loop $next
        (drop (resume $k (local.get 0) (cont.new $k (ref.func $nothing))))
        (br_if $next (i64.ne (local.tee 0 (i64.sub (local.get 0) (i64.const 1))) (i64.const 0))))
      (i64.const 0))
    (elem declare func $generate $partner $starter $nothing))"#;

fn switches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("switch");
    group.sample_size(10).warm_up_time(Duration::from_millis(100)).measurement_time(Duration::from_secs(2));
    for (mode, engine) in support::engines_with_all_features() {
        let (mut store, instance) = support::instantiate(&engine, TEXT);
        for (name, turns) in [("generate", TURNS), ("switch", TURNS), ("whole", TURNS / 10)] {
            let run = instance.get_typed_func::<i64, i64>(&mut store, name).expect("its function");
            group.throughput(Throughput::Elements(turns.unsigned_abs()));
            group.bench_function(BenchmarkId::new(name, mode), |b| {
                b.iter(|| run.call(&mut store, turns).expect("no trap"));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, switches);
criterion_main!(benches);
