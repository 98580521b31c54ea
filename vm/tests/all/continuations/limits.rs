//! Limits: many continuations, deeply nested ones, and how they count against the limits of a store.

use super::{call, in_every_mode};
use crate::support;
use wassay_vm::Trap;

const MANY: &str = r#"(module
    (type $f (func (param i64) (result i64))) (type $k (cont $f))
    (type $s (func (result i64))) (type $ks (cont $s))
    (tag $t (param i64) (result i64))
    (table $all 0 (ref null $k))
    ;; Some frames, each with a live local.
    (func $deep (param $n i64) (param $more i32) (result i64)
      (if (result i64) (local.get $more)
        (then (i64.add (call $deep (local.get $n) (i32.sub (local.get $more) (i32.const 1))) (i64.const 1)))
        (else (suspend $t (local.get $n)))))
    (func $run (type $f)
      (i64.add (local.get 0) (call $deep (local.get 0) (i32.const 10))))
    (func (export "begin") (param $count i32) (result i64) (local $i i32) (local $sum i64) (local $k (ref null $k))
      (drop (table.grow $all (ref.null $k) (local.get $count)))
      (loop $next
        (block $on (result i64 (ref $k))
          (resume $k (on $t $on) (i64.extend_i32_u (local.get $i)) (cont.new $k (ref.func $run)))
          unreachable)
        (local.set $k)
        (local.set $sum (i64.add (local.get $sum)))
        (table.set $all (local.get $i) (local.get $k))
        (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))))
      (local.get $sum))
    ;; Backwards, in another order than they began.
    (func (export "end") (param $count i32) (result i64) (local $sum i64)
      (loop $next
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (local.set $sum (i64.add (local.get $sum)
          (resume $k (i64.const 3) (table.get $all (local.get $count)))))
        (table.set $all (local.get $count) (ref.null $k))
        (br_if $next (local.get $count)))
      (local.get $sum))
    ;; These never begin, so they need no stack.
    (func (export "fresh") (param $count i32) (local $i i32)
      (drop (table.grow $all (ref.null $k) (local.get $count)))
      (loop $next
        (table.set $all (local.get $i) (cont.new $k (ref.func $run)))
        (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count)))))
    ;; Each resumes the next.
    (func $nest (param $more i64) (result i64)
      (if (i64.eqz (local.get $more)) (then (return (i64.const 0))))
      (i64.add (i64.const 1)
        (resume $k (i64.sub (local.get $more) (i64.const 1)) (cont.new $k (ref.func $nest)))))
    (func (export "nest") (param i64) (result i64) (call $nest (local.get 0)))
    (func $throws (param $more i64) (result i64)
      (if (i64.eqz (local.get $more)) (then (throw $e)))
      (resume $k (i64.sub (local.get $more) (i64.const 1)) (cont.new $k (ref.func $throws))))
    (tag $e)
    (func (export "throws") (param i64) (result i32)
      (block $h (try_table (catch $e $h) (drop (call $throws (local.get 0)))) (return (i32.const 0)))
      (i32.const 1))
    (elem declare func $run $nest $throws))"#;

#[test]
fn a_hundred_thousand_can_be_suspended() {
    const COUNT: i32 = 100_000;
    let numbers = i64::from(COUNT) * i64::from(COUNT - 1) / 2;
    in_every_mode(MANY, |mode, mut store, instance| {
        for _ in 0..2 {
            assert_eq!(call::<_, i64>(&mut store, &instance, "begin", (COUNT,)).unwrap(), numbers, "{mode}");
            let sum: i64 = call(&mut store, &instance, "end", (COUNT,)).unwrap();
            assert_eq!(sum, numbers + i64::from(COUNT) * 13, "{mode}");
        }
        call::<_, ()>(&mut store, &instance, "fresh", (COUNT,)).unwrap();
    });
}

#[test]
fn a_hundred_thousand_can_be_nested() {
    in_every_mode(MANY, |mode, mut store, instance| {
        assert_eq!(call::<_, i64>(&mut store, &instance, "nest", (100_000_i64,)).unwrap(), 100_000, "{mode}");
        assert_eq!(call::<_, i32>(&mut store, &instance, "throws", (10_000_i64,)).unwrap(), 1, "{mode}");
    });
}

/// More continuations than a store may have are a trap, after which all of their stacks are freed.
#[test]
fn too_many_are_a_trap() {
    in_every_mode(MANY, |mode, mut store, instance| {
        for limit in [1, 100, 5000] {
            store.set_continuation_limit(limit);
            let too_many = limit as i64 + 1;
            let result = call::<_, i64>(&mut store, &instance, "nest", (too_many,));
            assert_eq!(support::trap(result), Trap::AllocationFailed, "{mode}");
            let result = call::<_, i32>(&mut store, &instance, "throws", (too_many,));
            assert_eq!(support::trap(result), Trap::AllocationFailed, "{mode}");
            let nested: i64 = call(&mut store, &instance, "nest", (too_many - 1,)).unwrap();
            assert_eq!(nested, too_many - 1, "{mode}");
        }
    });
}

/// Stacks of continuations count against the heap limit, and so do bound values.
#[test]
fn stacks_count_against_the_heap_limit() {
    in_every_mode(MANY, |mode, mut store, instance| {
        store.set_heap_limit(64 << 20);
        for _ in 0..2 {
            let result = call::<_, i64>(&mut store, &instance, "begin", (100_000,));
            assert_eq!(support::trap(result), Trap::AllocationFailed, "{mode}");
            let stats = store.heap_stats();
            assert!(stats.bytes <= 64 << 20 && stats.continuation_bytes > 32 << 20, "{mode}: {stats:?}");
        }
        // Continuations that never begin take less, but still count.
        let result = call::<_, ()>(&mut store, &instance, "fresh", (1_000_000,));
        assert_eq!(support::trap(result), Trap::AllocationFailed, "{mode}");
    });
}

const BOUND: &str = r#"(module
    (type $f (func (param v128 v128 v128 v128 v128 v128 v128 v128 i64) (result i64))) (type $k (cont $f))
    (type $g (func (param i64) (result i64))) (type $kg (cont $g))
    (table $all 0 (ref null $kg))
    (func $run (type $f) (i64.add (local.get 8) (i64x2.extract_lane 0 (local.get 7))))
    (func $one (result (ref $kg)) (local $v v128)
      (local.set $v (i64x2.splat (i64.const 5)))
      (cont.bind $k $kg (local.get $v) (local.get $v) (local.get $v) (local.get $v)
        (local.get $v) (local.get $v) (local.get $v) (local.get $v) (cont.new $k (ref.func $run))))
    (func (export "bind") (param $count i32) (local $i i32)
      (drop (table.grow $all (ref.null $kg) (local.get $count)))
      (loop $next
        (table.set $all (local.get $i) (call $one))
        (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count)))))
    ;; Keeps none of them, so their memory is reused.
    (func (export "each") (param $count i32) (result i64) (local $sum i64)
      (loop $next
        (local.set $sum (i64.add (local.get $sum) (resume $kg (i64.const 2) (call $one))))
        (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
      (local.get $sum))
    (elem declare func $run))"#;

#[test]
fn bound_values_count_against_the_heap_limit() {
    in_every_mode(BOUND, |mode, mut store, instance| {
        store.set_heap_limit(16 << 20);
        assert_eq!(call::<_, i64>(&mut store, &instance, "each", (200_000,)).unwrap(), 1_400_000, "{mode}");
        call::<_, ()>(&mut store, &instance, "bind", (20_000,)).unwrap();
        let result = call::<_, ()>(&mut store, &instance, "bind", (100_000,));
        assert_eq!(support::trap(result), Trap::AllocationFailed, "{mode}");
    });
}

const DEEP: &str = r#"(module
    (type $f (func)) (type $k (cont $f)) (tag $t)
    (table $all 0 (ref null $k))
    (func $down (param i32) (result i32)
      (if (result i32) (local.get 0)
        (then (i32.add (call $down (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))
        (else (i32.const 0))))
    ;; Is suspended twice near the start of its stack. Only the second time it has touched more of it: at first it looks small.
    (func $run (suspend $t) (drop (call $down (i32.const 8000))) (suspend $t))
    (func (export "begin") (param $count i32) (local $i i32) (local $k (ref null $k))
      (drop (table.grow $all (ref.null $k) (local.get $count)))
      (loop $next
        (block $h (result (ref $k)) (resume $k (on $t $h) (cont.new $k (ref.func $run))) (return))
        (local.set $k)
        (table.set $all (local.get $i) (local.get $k))
        (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count)))))
    (func (export "deep") (param $count i32) (local $i i32) (local $k (ref null $k))
      (loop $next
        (block $h (result (ref $k)) (resume $k (on $t $h) (table.get $all (local.get $i))) (return))
        (local.set $k)
        (table.set $all (local.get $i) (local.get $k))
        (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count)))))
    (elem declare func $run))"#;

#[test]
fn touched_stack_counts_against_the_heap_limit() {
    in_every_mode(DEEP, |mode, mut store, instance| {
        // The limit has room for 3,000 that have touched little stack, or for 300 that were deep.
        store.set_heap_limit(64 << 20);
        call::<_, ()>(&mut store, &instance, "begin", (3000,)).unwrap();
        let result = call::<_, ()>(&mut store, &instance, "deep", (3000,));
        assert_eq!(support::trap(result), Trap::AllocationFailed, "{mode}");
        store.gc();
        let stats = store.heap_stats();
        assert!(stats.bytes < 80 << 20, "{mode}: {stats:?}");
    });
}
