//! Traps and exceptions on the stacks of continuations.

use super::{call, in_every_mode};
use crate::support;
use wassay_vm::{Error, Trap};

const TRAPS: &str = r#"(module $m
    (type $f (func)) (type $k (cont $f))
    (tag $t) (tag $e (param i32))
    (memory 1)
    (global $depth (mut i32) (i32.const 0))
    (global $kept (mut (ref null $k)) (ref.null $k))
    (func $fine (suspend $t))
    (func $recurse (global.set $depth (i32.add (global.get $depth) (i32.const 1))) (call $recurse) (call $nothing))
    (func $nothing)
    (func $fault (drop (i32.load (i32.const -4))))
    (func $unreachable unreachable)
    (func $divide (drop (i32.div_u (i32.const 1) (i32.load (i32.const 0)))))
    (func $throw (throw $e (i32.const 42)))
    (table funcref (elem $fine $recurse $fault $unreachable $divide $throw))
    (global $which (mut i32) (i32.const 0))
    (func $third (call_indirect (global.get $which)))
    (func $second (resume $k (cont.new $k (ref.func $third))))
    (func $first (resume $k (cont.new $k (ref.func $second))))
    (func (export "nested") (param i32)
      (global.set $which (local.get 0))
      (resume $k (cont.new $k (ref.func $first))))
    (func (export "works") (result i32)
      (global.set $which (i32.const 0))
      (block $on (result (ref $k))
        (resume $k (on $t $on) (cont.new $k (ref.func $first)))
        (return (i32.const 0)))
      (call $end) (i32.const 1))
    (func $end (param (ref $k)) (resume $k (local.get 0)))
    (func (export "caught") (result i32)
      (global.set $which (i32.const 5))
      (block $h (result i32)
        (try_table (catch $e $h) (resume $k (cont.new $k (ref.func $first))))
        (i32.const 0)))
    (func (export "depth") (result i32) (global.get $depth))
    (func $keeps
      (block $on (result (ref $k))
        (resume $k (on $t $on) (cont.new $k (ref.func $fine)))
        (return))
      (global.set $kept) unreachable)
    (func (export "keep") (resume $k (cont.new $k (ref.func $keeps))))
    (func (export "kept") (resume $k (global.get $kept)))
    (elem declare func $first $second $third $keeps))"#;

#[test]
fn traps_end_all_stacks_and_the_store_stays_usable() {
    in_every_mode(TRAPS, |mode, mut store, instance| {
        for _ in 0..100 {
            for (which, expected) in [
                (0, Trap::UnhandledTag),
                (2, Trap::MemoryOutOfBounds),
                (3, Trap::Unreachable),
                (4, Trap::IntegerDivideByZero),
                (1, Trap::CallStackExhausted),
            ] {
                let result = call::<_, ()>(&mut store, &instance, "nested", (which,));
                assert_eq!(support::trap(result), expected, "{mode}");
                assert_eq!(call::<_, i32>(&mut store, &instance, "works", ()).unwrap(), 1, "{mode}");
            }
        }
        // The stack has room for some calls, and its end is a trap.
        let depth: i32 = call(&mut store, &instance, "depth", ()).unwrap();
        assert!((100 * 1000..100 * 100_000).contains(&depth), "{mode}: {depth}");
    });
}

#[test]
fn exceptions_propagate_to_the_resume() {
    in_every_mode(TRAPS, |mode, mut store, instance| {
        for _ in 0..1000 {
            assert_eq!(call::<_, i32>(&mut store, &instance, "caught", ()).unwrap(), 42, "{mode}");
        }
        let Err(Error::Exception(exception)) = call::<_, ()>(&mut store, &instance, "nested", (5_i32,)) else {
            panic!("{mode}: no exception");
        };
        assert_eq!(exception.fields(&store), [42.into()], "{mode}");
        assert_eq!(call::<_, i32>(&mut store, &instance, "works", ()).unwrap(), 1, "{mode}");
    });
}

/// A trap does not end continuations that were suspended before it.
#[test]
fn suspended_continuations_outlive_a_trap() {
    in_every_mode(TRAPS, |mode, mut store, instance| {
        for _ in 0..100 {
            assert_eq!(support::trap(call::<_, ()>(&mut store, &instance, "keep", ())), Trap::Unreachable, "{mode}");
            call::<_, ()>(&mut store, &instance, "kept", ()).unwrap();
            let again = call::<_, ()>(&mut store, &instance, "kept", ());
            assert_eq!(support::trap(again), Trap::ContinuationConsumed, "{mode}");
        }
    });
}

#[test]
fn backtraces_include_all_stacks() {
    in_every_mode(TRAPS, |mode, mut store, instance| {
        for (which, innermost) in [(2, "fault"), (3, "unreachable"), (0, "fine")] {
            let Err(Error::Trap { backtrace, .. }) = call::<_, ()>(&mut store, &instance, "nested", (which,)) else {
                panic!("{mode}: no trap");
            };
            let names: Vec<_> = backtrace.frames.iter().map(|frame| frame.name.as_deref().unwrap_or("?")).collect();
            assert_eq!(names, [innermost, "third", "second", "first", "nested"], "{mode}");
        }
    });
}

/// `resume_throw` throws into a continuation that catches the exception, into one that does not, and into some that have not begun.
#[test]
fn exceptions_are_thrown_into_continuations() {
    let text = r#"(module
        (type $f (func (result i32))) (type $k (cont $f))
        (type $m (func (param (ref $k)) (result i32))) (type $km (cont $m))
        (type $v (func (param i32) (result i32))) (type $kv (cont $v))
        (tag $t) (tag $e (param i32))
        (func $catches (type $f)
          (block $h (result i32)
            (try_table (catch $e $h) (call $deeper) )
            unreachable)
          (i32.const 100) i32.add)
        (func $deeper (call $deepest) (call $deepest))
        (func $deepest (suspend $t))
        (func $lets (type $f) (call $deeper) (i32.const 0))
        (func $begin (param (ref $f)) (result (ref $k))
          (block $on (result (ref $k))
            (resume $k (on $t $on) (cont.new $k (local.get 0)))
            unreachable))
        ;; Two fibers are suspended together; the outer one catches.
        (func $around (param (ref $k)) (result i32)
          (block $h (result i32)
            (try_table (result i32) (catch $e $h) (resume $k (local.get 0)))
            (return))
          (i32.const 1000) i32.add)
        (func (export "inside") (param i32) (result i32)
          (resume_throw $k $e (local.get 0) (call $begin (ref.func $catches))))
        (func (export "outside") (param i32) (result i32)
          (block $h (result i32)
            (try_table (result i32) (catch $e $h)
              (resume_throw $k $e (local.get 0) (call $begin (ref.func $lets))))
            (return))
          (i32.const 10) i32.add)
        (func (export "fresh") (param i32) (result i32)
          (block $h (result i32)
            (try_table (result i32) (catch $e $h)
              (resume_throw $k $e (local.get 0)
                (cont.bind $kv $k (i32.const 5) (cont.new $kv (ref.func $never)))))
            (return))
          (i32.const 20) i32.add)
        (func $never (type $v) unreachable)
        (func (export "two") (param i32) (result i32) (local $k (ref null $k))
          (block $on (result (ref $k))
            (resume $km (on $t $on) (cont.new $k (ref.func $lets)) (cont.new $km (ref.func $around)))
            unreachable)
          (local.set $k)
          (resume_throw $k $e (local.get 0) (local.get $k)))
        (func (export "reference") (param i32) (result i32) (local $x exnref)
          (block $h (result exnref)
            (try_table (result exnref) (catch_all_ref $h) (throw $e (local.get 0))))
          (local.set $x)
          (resume_throw_ref $k (local.get $x) (call $begin (ref.func $catches))))
        (func (export "null") (result i32)
          (resume_throw_ref $k (ref.null exn) (call $begin (ref.func $catches))))
        (elem declare func $catches $lets $around $never))"#;
    in_every_mode(text, |mode, mut store, instance| {
        for n in 0..200 {
            for (name, more) in [("inside", 100), ("outside", 10), ("fresh", 20), ("two", 1000), ("reference", 100)] {
                let result: i32 = call(&mut store, &instance, name, (n,)).unwrap();
                assert_eq!(result, n + more, "{mode} {name}");
            }
        }
        assert_eq!(support::trap(call::<_, i32>(&mut store, &instance, "null", ())), Trap::NullReference, "{mode}");
    });
}
