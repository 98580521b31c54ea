//! Continuations and the collector: suspended ones are scanned for references, and unreachable ones are freed.

use super::{call, in_every_mode};
use crate::support;
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use wassay_vm::{AsContextMut, Caller, ExternRef, Instance, Linker, Module, Store, Trap, Val};

/// Continuations hold values of the host in locals, in bound values that are not passed yet, and in exceptions. The import `gc`
/// collects, and is called on all kinds of stacks.
const HOLDS: &str = r#"(module
    (import "host" "new" (func $new (param i32) (result externref)))
    (import "host" "gc" (func $gc))
    (import "host" "value" (func $value (param externref) (result i32)))
    (type $f (func (param externref) (result i32))) (type $k (cont $f))
    (type $s (func (result i32))) (type $ks (cont $s))
    (tag $t (param externref) (result externref)) (tag $e (param externref))
    (func $holds (type $f) (local $mine externref)
      (local.set $mine (call $new (i32.const 2)))
      (call $gc)
      (i32.add
        (i32.mul (call $value (call $waits (call $new (i32.const 3)))) (i32.const 100))
        (i32.add (i32.mul (call $value (local.get $mine)) (i32.const 10)) (call $value (local.get 0)))))
    (func $waits (param externref) (result externref)
      (drop (call $value (suspend $t (call $new (i32.const 4)))))
      (call $gc)
      (local.get 0))
    (func (export "run") (result i32) (local $k (ref null $k)) (local $s (ref null $ks)) (local $x externref)
      (local.set $s (cont.bind $k $ks (call $new (i32.const 1)) (cont.new $k (ref.func $holds))))
      (call $gc)
      (block $on (result externref (ref $k))
        (resume $ks (on $t $on) (local.get $s))
        (return (i32.const -1)))
      (local.set $k) (local.set $x)
      (call $gc)
      (if (i32.ne (call $value (local.get $x)) (i32.const 4)) (then (return (i32.const -2))))
      (local.set $s (cont.bind $k $ks (call $new (i32.const 5)) (local.get $k)))
      (local.set $k (ref.null $k))
      (call $gc)
      (call $nested (local.get $s)))
    ;; Resumes it two stacks further in.
    (type $n (func (param (ref null $ks)) (result i32))) (type $kn (cont $n))
    (func $nested (type $n) (resume $kn (local.get 0) (cont.new $kn (ref.func $inner))))
    (func $inner (type $n) (call $gc) (resume $ks (local.get 0)))
    (func $throws (type $f) (call $gc) (throw $e (local.get 0)))
    (func (export "thrown") (result i32)
      (block $h (result externref)
        (try_table (catch $e $h)
          (drop (resume $k (call $new (i32.const 6)) (cont.new $k (ref.func $throws)))))
        unreachable)
      (call $gc)
      (call $value))
    (elem declare func $holds $inner $throws))"#;

#[test]
fn suspended_continuations_keep_their_references() {
    for (mode, engine) in support::engines_with_all_features() {
        let module = Module::new(&engine, support::wat(HOLDS)).unwrap();
        let mut linker = Linker::new(&engine);
        let new = |mut caller: Caller<'_, ()>, n: i32| ExternRef::new(&mut caller, n).map(Some);
        linker.func_wrap("host", "new", new).unwrap();
        linker.func_wrap("host", "gc", |mut caller: Caller<'_, ()>| caller.as_context_mut().gc()).unwrap();
        let value = |caller: Caller<'_, ()>, value: Option<ExternRef>| -> wassay_vm::Result<i32> {
            Ok(*value.unwrap().data(&caller)?.downcast_ref().unwrap())
        };
        linker.func_wrap("host", "value", value).unwrap();
        for stress in [false, true] {
            let mut store = Store::new(&engine, ());
            store.set_gc_stress(stress);
            let instance = linker.instantiate(&mut store, &module).unwrap();
            for _ in 0..20 {
                assert_eq!(call::<_, i32>(&mut store, &instance, "run", ()).unwrap(), 321, "{mode} {stress}");
                assert_eq!(call::<_, i32>(&mut store, &instance, "thrown", ()).unwrap(), 6, "{mode} {stress}");
            }
            store.gc();
            assert!(store.heap_stats().host_values < 20, "{mode}: {:?}", store.heap_stats());
        }
    }
}

const FORGETS: &str = r#"(module
    (type $f (func)) (type $k (cont $f))
    (type $g (func (param (ref null $k)))) (type $kg (cont $g))
    (tag $t) (tag $give (result (ref null $k)))
    (global $last (mut (ref null $k)) (ref.null $k))
    (func $waits (suspend $t))
    (func $waits_further_in (resume $k (cont.new $k (ref.func $waits))))
    (func $begin (param (ref $f)) (result (ref $k))
      (block $on (result (ref $k))
        (resume $k (on $t $on) (cont.new $k (local.get 0)))
        unreachable))
    ;; Is suspended with another continuation in its frame.
    (func $keeps (local $other (ref null $k))
      (local.set $other (suspend $give))
      (suspend $t)
      (resume $k (local.get $other)))
    (func $begin_keeping (param $other (ref null $k)) (result (ref $k))
      (block $on (result (ref $kg))
        (resume $k (on $give $on) (cont.new $k (ref.func $keeps)))
        unreachable)
      (call $give_it (local.get $other)))
    (func $give_it (param $to (ref $kg)) (param $other (ref null $k)) (result (ref $k))
      (block $on (result (ref $k))
        (resume $kg (on $t $on) (local.get $other) (local.get $to))
        unreachable))
    (func (export "forget") (param $count i32)
      (loop $next
        (drop (call $begin (ref.func $waits)))
        (drop (call $begin (ref.func $waits_further_in)))
        (drop (cont.new $k (ref.func $waits)))
        (drop (call $begin_keeping (call $begin (ref.func $waits))))
        (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
    ;; A list of continuations, each in the frame of the next.
    (func (export "list") (param $count i32)
      (global.set $last (ref.null $k))
      (loop $next
        (global.set $last (call $begin_keeping (global.get $last)))
        (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
    ;; Resumes all of them. The first one resumes a null reference.
    (func (export "all") (resume $k (global.get $last)))
    (func (export "end")
      (block $h (try_table (catch $stop $h) (resume_throw $k $stop (global.get $last)))))
    (tag $stop)
    (func (export "drop") (global.set $last (ref.null $k)))
    (elem declare func $waits $waits_further_in $keeps))"#;

#[test]
fn unreachable_continuations_are_freed() {
    in_every_mode(FORGETS, |mode, mut store, instance| {
        // Each round abandons five stacks, in all more than a store may have at once.
        call::<_, ()>(&mut store, &instance, "forget", (40_000,)).unwrap();
        store.gc();
        assert!(store.heap_stats().objects < 100, "{mode}: {:?}", store.heap_stats());
    });
}

#[test]
fn a_long_list_of_continuations_is_traced() {
    in_every_mode(FORGETS, |mode, mut store, instance| {
        call::<_, ()>(&mut store, &instance, "list", (20_000,)).unwrap();
        store.gc();
        assert!(store.heap_stats().objects >= 20_000, "{mode}: {:?}", store.heap_stats());
        let all = call::<_, ()>(&mut store, &instance, "all", ());
        assert_eq!(support::trap(all), Trap::NullContinuationReference, "{mode}");
        call::<_, ()>(&mut store, &instance, "list", (20_000,)).unwrap();
        store.gc();
        call::<_, ()>(&mut store, &instance, "end", ()).unwrap();
        call::<_, ()>(&mut store, &instance, "drop", ()).unwrap();
        // The last continuation but one is still in the place where it was passed as an argument. This call overwrites that.
        call::<_, ()>(&mut store, &instance, "forget", (1,)).unwrap();
        store.gc();
        assert!(store.heap_stats().objects < 100, "{mode}: {:?}", store.heap_stats());
    });
}

/// The host holds a continuation that wasm does not refer to.
#[test]
fn references_of_the_host_keep_continuations() {
    let text = r#"(module
        (type $f (func (result i32))) (type $k (cont $f))
        (tag $t)
        (func $run (type $f) (suspend $t) (i32.const 7))
        (func (export "begin") (result contref)
          (block $on (result (ref $k))
            (resume $k (on $t $on) (cont.new $k (ref.func $run)))
            unreachable))
        (func (export "end") (param (ref $k)) (result i32) (resume $k (local.get 0)))
        (elem declare func $run))"#;
    in_every_mode(text, |mode, mut store: Store<()>, instance: Instance| {
        store.set_gc_stress(true);
        let (begin, end) = ["begin", "end"].map(|name| instance.get_func(&mut store, name).unwrap()).into();
        let mut k = [Val::ContRef(None)];
        begin.call(&mut store, &[], &mut k).unwrap();
        for _ in 0..3 {
            store.gc();
        }
        let mut result = [Val::I32(0)];
        end.call(&mut store, &k, &mut result).unwrap();
        assert_eq!(result, [Val::I32(7)], "{mode}");
    });
}

/// When a collection on a continuation's stack drops a value of the host, its `drop` runs on the stack of the host.
#[test]
fn values_of_the_host_are_dropped_on_its_stack() {
    static DROPPED: AtomicU32 = AtomicU32::new(0);
    struct Large;
    impl Drop for Large {
        fn drop(&mut self) {
            let mut large = [0_u8; 700 << 10];
            black_box(&mut large)[1] = 1;
            DROPPED.fetch_add(u32::from(black_box(&large)[1]), Relaxed);
        }
    }
    let text = r#"(module
        (import "host" "new" (func $new (result externref)))
        (type $f (func)) (type $k (cont $f))
        (func $nothing)
        (func $run (local $i i32)
          (loop $next
            (drop (call $new))
            (drop (cont.new $k (ref.func $nothing)))
            (drop (cont.new $k (ref.func $nothing)))
            (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20)))))
        (func (export "run") (resume $k (cont.new $k (ref.func $run))))
        (elem declare func $nothing $run))"#;
    for (mode, engine) in support::engines_with_all_features() {
        let module = Module::new(&engine, support::wat(text)).unwrap();
        let mut linker = Linker::new(&engine);
        let new = |mut caller: Caller<'_, ()>| ExternRef::new(&mut caller, Large).map(Some);
        linker.func_wrap("host", "new", new).unwrap();
        let mut store = Store::new(&engine, ());
        store.set_gc_stress(true);
        let instance = linker.instantiate(&mut store, &module).unwrap();
        DROPPED.store(0, Relaxed);
        call::<_, ()>(&mut store, &instance, "run", ()).unwrap();
        assert!(DROPPED.load(Relaxed) > 10, "{mode}");
        drop(store);
        assert_eq!(DROPPED.load(Relaxed), 20, "{mode}");
    }
}
