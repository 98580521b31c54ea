//! Many continuations, and deep ones.

use super::{call, common, in_every_mode};
use wassay_vm::Trap;

const MANY: &str = r#"(module
    (type $f (func (param i64) (result i64))) (type $k (cont $f))
    (type $s (func (result i64))) (type $ks (cont $s))
    (tag $t (param i64) (result i64))
    (table $all 0 (ref null $k))
    ;; Some frames, each with something to remember.
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
    ;; Backwards, so that the order is another.
    (func (export "end") (param $count i32) (result i64) (local $sum i64)
      (loop $next
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (local.set $sum (i64.add (local.get $sum)
          (resume $k (i64.const 3) (table.get $all (local.get $count)))))
        (table.set $all (local.get $count) (ref.null $k))
        (br_if $next (local.get $count)))
      (local.get $sum))
    ;; Never begun: these need no stack.
    (func (export "fresh") (param $count i32) (local $i i32)
      (drop (table.grow $all (ref.null $k) (local.get $count)))
      (loop $next
        (table.set $all (local.get $i) (cont.new $k (ref.func $run)))
        (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count)))))
    ;; One in the other.
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
fn a_hundred_thousand_at_once() {
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
fn a_hundred_thousand_in_one_another() {
    in_every_mode(MANY, |mode, mut store, instance| {
        assert_eq!(call::<_, i64>(&mut store, &instance, "nest", (100_000_i64,)).unwrap(), 100_000, "{mode}");
        assert_eq!(call::<_, i32>(&mut store, &instance, "throws", (10_000_i64,)).unwrap(), 1, "{mode}");
    });
}

/// More than a store may have: a trap, and all is given back.
#[test]
fn too_many_at_once() {
    in_every_mode(MANY, |mode, mut store, instance| {
        for limit in [1, 100, 5000] {
            store.set_continuation_limit(limit);
            let too_many = limit as i64 + 1;
            let result = call::<_, i64>(&mut store, &instance, "nest", (too_many,));
            assert_eq!(common::trap(result), Trap::AllocationFailed, "{mode}");
            let result = call::<_, i32>(&mut store, &instance, "throws", (too_many,));
            assert_eq!(common::trap(result), Trap::AllocationFailed, "{mode}");
            let nested: i64 = call(&mut store, &instance, "nest", (too_many - 1,)).unwrap();
            assert_eq!(nested, too_many - 1, "{mode}");
        }
    });
}
