//! Cost of exceptions: throwing and catching by the number of frames between, compared with returning through as many
//! frames; and a loop that never throws, with and without a handler.
//!
//! `cargo bench -p wassay-vm --bench throw [FILTER]`
//!
//! The time of an iteration is that of one throw, or one round of the loop. It is CPU time of the thread, because
//! criterion's own clock would include the time of other processes.

#[path = "../tests/support/mod.rs"]
mod support;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::time::Duration;
use support::{instantiate, throwing, wat};
use wassay_vm::{Engine, Module};

/// Maximum number of rounds in one call.
const ROUNDS: u64 = 1 << 30;

/// Calls `rounds(n)` until `total` rounds are done. Returns the CPU time that they took.
fn timed(total: u64, mut rounds: impl FnMut(i32)) -> Duration {
    let start = cpu_time();
    let mut left = total;
    while left > 0 {
        let now = left.min(ROUNDS);
        rounds(i32::try_from(now).expect("it is bounded"));
        left -= now;
    }
    cpu_time() - start
}

/// Returns the CPU time of this thread.
fn cpu_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the pointer is to a `timespec` that lives during the call.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(failed, 0, "the clock of this thread");
    let part = |number: i64| u64::try_from(number).expect("not negative");
    Duration::from_secs(part(time.tv_sec)) + Duration::from_nanos(part(time.tv_nsec))
}

fn throw(criterion: &mut Criterion) {
    let engine = Engine::default();
    let (mut store, instance) = instantiate(&engine, throwing::THROW);
    let mut group = criterion.benchmark_group("throw");
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for name in ["run", "leave"] {
        let what = if name == "run" { "caught" } else { "returned" };
        let f = instance.get_typed_func::<(i32, i32), i32>(&mut store, name).expect("an export");
        for depth in [1, 10, 100] {
            group.bench_function(BenchmarkId::new(what, depth), |b| {
                b.iter_custom(|total| {
                    timed(total, |rounds| {
                        f.call(&mut store, (rounds, depth)).expect("no trap");
                    })
                });
            });
        }
    }
    group.finish();
}

/// Measures throwing in a process that has loaded many modules, among which the unwinder must find the right one.
fn throw_among_many(criterion: &mut Criterion) {
    const MODULES: usize = 1000;
    let engine = Engine::default();
    let others: Vec<_> = (0..MODULES)
        .map(|n| Module::new(&engine, wat(&format!("(module (func (result i32) (i32.const {n})))"))).expect("valid"))
        .collect();
    let (mut store, instance) = instantiate(&engine, throwing::THROW);
    let run = instance.get_typed_func::<(i32, i32), i32>(&mut store, "run").expect("an export");
    let mut group = criterion.benchmark_group("throw among 1000 modules");
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    group.bench_function(BenchmarkId::new("caught", 10), |b| {
        b.iter_custom(|total| {
            timed(total, |rounds| {
                run.call(&mut store, (rounds, 10)).expect("no trap");
            })
        });
    });
    group.finish();
    drop(others);
}

fn never(criterion: &mut Criterion) {
    let engine = Engine::default();
    let (mut store, instance) = instantiate(&engine, &throwing::loops());
    let mut group = criterion.benchmark_group("never thrown");
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for name in throwing::LOOPS {
        let f = instance.get_typed_func::<i32, i32>(&mut store, name).expect("an export");
        group.bench_function(name, |b| {
            b.iter_custom(|total| {
                timed(total, |rounds| {
                    f.call(&mut store, rounds).expect("no trap");
                })
            });
        });
    }
    group.finish();
}

criterion_group!(benches, throw, throw_among_many, never);
criterion_main!(benches);
