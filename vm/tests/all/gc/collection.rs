//! Collection: reachable objects stay, and unreachable ones are freed.

use crate::support::{engines, instantiate, trap, wat};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use wassay_vm::{
    AnyRef, Caller, Error, Exception, ExternRef, Instance, Linker, Module, OwnedRooted, RootScope, Store, Trap,
};

/// A module with lists of numbers in every place that can hold a reference.
const ROOTS: &str = r#"(module
    (type $node (struct (field $number i64) (field $next (mut (ref null $node)))))
    (type $nodes (array (mut (ref null $node))))
    (type $pair (struct (field $a (mut (ref null $node))) (field $small i8) (field $b (mut (ref null $node)))
                        (field $wide v128) (field $any anyref) (field $extern externref)))
    (import "host" "pass" (func $pass (param anyref) (result anyref)))
    (import "host" "again" (func $again (param i32) (result i64)))
    (tag $thrown (param i32 (ref null $node)))
    (global $kept (mut (ref null $node)) (ref.null $node))
    (global $constant (ref $node) (struct.new $node (i64.const 41) (ref.null $node)))
    (table $table 10 (ref null $node))
    (table $pairs 10 anyref)
    (elem $segment (ref $node) (item (struct.new $node (i64.const 4) (global.get $constant)))
                               (item (struct.new $node (i64.const 5) (ref.null $node))))

    (func $list (export "list") (param $length i32) (result (ref null $node))
      (local $list (ref null $node))
      (loop $more
        (if (local.get $length) (then
          (local.set $list (struct.new $node (i64.extend_i32_u (local.get $length)) (local.get $list)))
          (local.set $length (i32.sub (local.get $length) (i32.const 1)))
          (br $more))))
      (local.get $list))

    (func $sum (export "sum") (param $list (ref null $node)) (result i64)
      (local $sum i64)
      (block $end
        (loop $more
          (br_if $end (ref.is_null (local.get $list)))
          (local.set $sum (i64.add (local.get $sum) (struct.get $node $number (local.get $list))))
          (local.set $list (struct.get $node $next (local.get $list)))
          (br $more)))
      (local.get $sum))

    (func (export "sum_any") (param anyref) (result i64)
      (call $sum (ref.cast (ref null $node) (local.get 0))))

    ;; More live references than there are registers.
    (func (export "locals") (result i64)
      (local $a (ref null $node)) (local $b (ref null $node)) (local $c (ref null $node)) (local $d (ref null $node))
      (local $e (ref null $node)) (local $f (ref null $node)) (local $g (ref null $node)) (local $h (ref null $node))
      (local.set $a (call $list (i32.const 10))) (local.set $b (call $list (i32.const 20)))
      (local.set $c (call $list (i32.const 30))) (local.set $d (call $list (i32.const 40)))
      (local.set $e (call $list (i32.const 50))) (local.set $f (call $list (i32.const 60)))
      (local.set $g (call $list (i32.const 70))) (local.set $h (call $list (i32.const 80)))
      (i64.add
        (i64.add (i64.add (call $sum (local.get $a)) (call $sum (local.get $b)))
                 (i64.add (call $sum (local.get $c)) (call $sum (local.get $d))))
        (i64.add (i64.add (call $sum (local.get $e)) (call $sum (local.get $f)))
                 (i64.add (call $sum (local.get $g)) (call $sum (local.get $h))))))

    ;; References on the operand stack, while more objects are allocated.
    (func (export "operands") (result i64)
      (i64.add (call $sum (call $list (i32.const 10)))
        (call $sum (struct.new $node (i64.const 100)
          (struct.new $node (i64.const 200)
            (struct.new $node (i64.const 300) (call $list (i32.const 20))))))))

    (func (export "global") (result i64)
      (global.set $kept (call $list (i32.const 10)))
      (drop (call $list (i32.const 20)))
      (i64.add (call $sum (global.get $kept)) (call $sum (global.get $constant))))

    (func (export "table") (result i64)
      (local $i i32) (local $sum i64)
      (loop $fill
        (table.set $table (local.get $i) (call $list (local.get $i)))
        (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10))))
      (drop (call $list (i32.const 30)))
      (loop $add
        (local.set $i (i32.sub (local.get $i) (i32.const 1)))
        (local.set $sum (i64.add (local.get $sum) (call $sum (table.get $table (local.get $i)))))
        (br_if $add (local.get $i)))
      (local.get $sum))

    (func (export "segment") (result i64)
      (drop (call $list (i32.const 30)))
      (table.init $table $segment (i32.const 0) (i32.const 0) (i32.const 2))
      (drop (call $list (i32.const 30)))
      (i64.add (call $sum (table.get $table (i32.const 0))) (call $sum (table.get $table (i32.const 1)))))

    (func (export "fields") (result i64)
      (local $pair (ref null $pair)) (local $swap (ref null $node))
      (local.set $pair
        (struct.new $pair (call $list (i32.const 10)) (i32.const 7) (call $list (i32.const 20))
          (v128.const i64x2 1 2) (call $list (i32.const 30)) (extern.convert_any (call $list (i32.const 40)))))
      (local.set $swap (struct.get $pair $a (local.get $pair)))
      (struct.set $pair $a (local.get $pair) (struct.get $pair $b (local.get $pair)))
      (drop (call $list (i32.const 5)))
      (struct.set $pair $b (local.get $pair) (local.get $swap))
      (table.set $pairs (i32.const 3) (local.get $pair))
      (local.set $pair (ref.null $pair))
      (drop (call $list (i32.const 50)))
      (local.set $pair (ref.cast (ref $pair) (table.get $pairs (i32.const 3))))
      (i64.add
        (i64.add (call $sum (struct.get $pair $a (local.get $pair))) (call $sum (struct.get $pair $b (local.get $pair))))
        (i64.add (call $sum (ref.cast (ref $node) (struct.get $pair $any (local.get $pair))))
          (call $sum (ref.cast (ref $node) (any.convert_extern (struct.get $pair $extern (local.get $pair))))))))

    ;; A loop over an array that calls: LLVM may turn the index into a pointer, which must not be the only reference left.
    (func (export "array") (param $length i32) (result i64)
      (local $array (ref $nodes)) (local $i i32) (local $sum i64)
      (local.set $array (array.new_default $nodes (local.get $length)))
      (loop $fill
        (array.set $nodes (local.get $array) (local.get $i) (call $list (i32.const 3)))
        (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $length))))
      (loop $add
        (local.set $i (i32.sub (local.get $i) (i32.const 1)))
        (local.set $sum (i64.add (local.get $sum)
          (call $sum (array.get $nodes (local.get $array) (local.get $i)))))
        (drop (call $list (i32.const 1)))
        (br_if $add (local.get $i)))
      (local.get $sum))

    (func $throw (param $list (ref null $node)) (throw $thrown (i32.const 1) (local.get $list)))

    (func (export "exception") (result i64)
      (local $exception exnref) (local $list (ref null $node))
      (block $caught (result i32 (ref null $node) exnref)
        (try_table (catch_ref $thrown $caught) (call $throw (call $list (i32.const 10))))
        unreachable)
      (local.set $exception) (drop) (drop)
      (drop (call $list (i32.const 20)))
      (block $again (result i32 (ref null $node))
        (try_table (catch $thrown $again) (throw_ref (local.get $exception)))
        unreachable)
      (local.set $list) (drop)
      (drop (call $list (i32.const 20)))
      (call $sum (local.get $list)))

    (func (export "host") (result i64)
      (local $list (ref null $node))
      (local.set $list (ref.cast (ref null $node) (call $pass (call $list (i32.const 10)))))
      (drop (call $list (i32.const 20)))
      (call $sum (local.get $list)))

    ;; Recursion through the host, with a live object in every frame.
    (func (export "nested") (param $depth i32) (result i64)
      (local $list (ref null $node)) (local $below i64)
      (local.set $list (call $list (local.get $depth)))
      (if (local.get $depth) (then
        (local.set $below (call $again (i32.sub (local.get $depth) (i32.const 1))))))
      (drop (call $list (i32.const 3)))
      (i64.add (local.get $below) (call $sum (local.get $list)))))"#;

/// Returns the sum of the numbers up to `n`.
fn sum(n: i64) -> i64 {
    n * (n + 1) / 2
}

fn roots(engine: &wassay_vm::Engine) -> (Store<()>, Instance) {
    let module = Module::new(engine, wat(ROOTS)).unwrap();
    let mut linker = Linker::new(engine);
    linker
        .func_wrap("host", "pass", |mut caller: Caller<'_, ()>, value: Option<AnyRef>| {
            let list = caller.get_export("list").unwrap().into_func().unwrap();
            let list = list.typed::<i32, Option<AnyRef>>(&caller).unwrap();
            let other = list.call(&mut caller, 5).unwrap();
            assert_ne!(other, value);
            value
        })
        .unwrap();
    linker
        .func_wrap("host", "again", |mut caller: Caller<'_, ()>, depth: i32| {
            let nested = caller.get_export("nested").unwrap().into_func().unwrap();
            nested.typed::<i32, i64>(&caller).unwrap().call(&mut caller, depth)
        })
        .unwrap();
    let mut store = Store::new(engine, ());
    store.set_gc_stress(true);
    let instance = linker.instantiate(&mut store, &module).unwrap();
    (store, instance)
}

#[test]
fn reachable_objects_stay() {
    for (mode, engine) in engines() {
        let (mut store, instance) = roots(&engine);
        for round in 0..3 {
            if round == 2 {
                store.set_gc_stress(false);
            }
            for (name, expected) in [
                ("locals", (1..=8).map(|tens| sum(tens * 10)).sum()),
                ("operands", sum(10) + sum(20) + 600),
                ("global", sum(10) + 41),
                ("table", (0..10).map(sum).sum()),
                ("segment", 4 + 41 + 5),
                ("fields", (1..=4).map(|tens| sum(tens * 10)).sum()),
                ("exception", sum(10)),
                ("host", sum(10)),
            ] {
                let run = instance.get_typed_func::<(), i64>(&mut store, name).unwrap();
                assert_eq!(run.call(&mut store, ()).unwrap(), expected, "{mode} {name} {round}");
            }
            let array = instance.get_typed_func::<i32, i64>(&mut store, "array").unwrap();
            assert_eq!(array.call(&mut store, 100).unwrap(), 600, "{mode} {round}");
            let nested = instance.get_typed_func::<i32, i64>(&mut store, "nested").unwrap();
            assert_eq!(nested.call(&mut store, 20).unwrap(), (0..=20).map(sum).sum::<i64>(), "{mode} {round}");
            // Objects that the host holds.
            let list = instance.get_typed_func::<i32, Option<AnyRef>>(&mut store, "list").unwrap();
            let (made, owned) = {
                let made = list.call(&mut store, 7).unwrap();
                let mut scope = RootScope::new(&mut store);
                let other = list.call(&mut scope, 9).unwrap().unwrap();
                (made, OwnedRooted::new(&mut scope, other).unwrap())
            };
            list.call(&mut store, 50).unwrap();
            let other = owned.get(&store).unwrap();
            let sums = instance.get_typed_func::<Option<AnyRef>, i64>(&mut store, "sum_any").unwrap();
            assert_eq!(sums.call(&mut store, made).unwrap(), sum(7), "{mode} {round}");
            assert_eq!(sums.call(&mut store, Some(other)).unwrap(), sum(9), "{mode} {round}");
        }
    }
}

const SPACE: &str = r#"(module
    (type $node (struct (field i32) (field $next (ref null $node))))
    (type $numbers (array (mut i64)))
    (type $bytes (array (mut i8)))
    (type $vectors (array (mut v128)))
    (global $list (mut (ref null $node)) (ref.null $node))

    (func (export "short_lived") (param $times i32)
      (loop $more
        (drop (array.new_default $numbers (i32.const 12)))
        (drop (struct.new $node (local.get $times) (ref.null $node)))
        (br_if $more (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))

    (func (export "grow") (param $times i32)
      (loop $more
        (global.set $list (struct.new $node (local.get $times) (global.get $list)))
        (br_if $more (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))

    (func (export "length") (result i32)
      (local $list (ref null $node)) (local $length i32)
      (local.set $list (global.get $list))
      (block $end
        (loop $more
          (br_if $end (ref.is_null (local.get $list)))
          (local.set $length (i32.add (local.get $length) (i32.const 1)))
          (local.set $list (struct.get $node $next (local.get $list)))
          (br $more)))
      (local.get $length))

    ;; Puts objects that are in no list into a table until the heap is full. Others count and drop them.
    (table $all 200000 (ref null $node))
    (func (export "fill") (param $times i32)
      (loop $more
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (table.set $all (local.get $times) (struct.new $node (local.get $times) (ref.null $node)))
        (br_if $more (local.get $times))))
    (func (export "filled") (result i32)
      (local $at i32) (local $count i32)
      (loop $more
        (if (i32.eqz (ref.is_null (table.get $all (local.get $at))))
          (then (local.set $count (i32.add (local.get $count) (i32.const 1)))))
        (br_if $more (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 200000))))
      (local.get $count))
    (func (export "drop") (table.fill $all (i32.const 0) (ref.null $node) (i32.const 200000)))

    (func (export "numbers") (param i32) (result i32)
      (array.len (array.new_default $numbers (local.get 0))))
    (func (export "bytes") (param i32) (result i32)
      (array.len (array.new $bytes (i32.const 1) (local.get 0))))
    (func (export "vectors") (param i32) (result i32)
      (array.len (array.new_default $vectors (local.get 0)))))"#;

#[test]
fn short_lived_objects_fit_a_small_heap() {
    const LIMIT: u64 = 1 << 20;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, SPACE);
        store.set_heap_limit(LIMIT);
        let run = instance.get_typed_func::<i32, ()>(&mut store, "short_lived").unwrap();
        // Each iteration allocates 136 bytes.
        run.call(&mut store, 1_000_000).unwrap();
        let stats = store.heap_stats();
        assert!(stats.bytes <= LIMIT && stats.allocated_bytes >= 100 * LIMIT, "{mode} {stats:?}");
    }
}

#[test]
fn long_lists_are_marked_without_recursion() {
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, SPACE);
        let grow = instance.get_typed_func::<i32, ()>(&mut store, "grow").unwrap();
        grow.call(&mut store, 5_000_000).unwrap();
        store.gc();
        assert!(store.heap_stats().objects >= 5_000_000, "{mode}");
        let length = instance.get_typed_func::<(), i32>(&mut store, "length").unwrap();
        assert_eq!(length.call(&mut store, ()).unwrap(), 5_000_000, "{mode}");
    }
}

#[test]
fn a_full_heap_is_a_trap() {
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, SPACE);
        store.set_heap_limit(4 << 20);
        let fill = instance.get_typed_func::<i32, ()>(&mut store, "fill").unwrap();
        let filled = instance.get_typed_func::<(), i32>(&mut store, "filled").unwrap();
        let clear = instance.get_typed_func::<(), ()>(&mut store, "drop").unwrap();
        for _ in 0..3 {
            assert_eq!(trap(fill.call(&mut store, 200_000)), Trap::AllocationFailed, "{mode}");
            // Nearly as many objects as fit. Stack scanning is conservative, so stale words on the stack may keep some that
            // were dropped. (A list would be kept whole, so these objects are in none.)
            let most = (4 << 20) / 32;
            let count = filled.call(&mut store, ()).unwrap();
            assert!((most - 100..=most).contains(&count), "{mode} {count}");
            clear.call(&mut store, ()).unwrap();
            fill.call(&mut store, 1000).unwrap();
            assert_eq!(filled.call(&mut store, ()).unwrap(), 1000, "{mode}");
            clear.call(&mut store, ()).unwrap();
        }
    }
}

#[test]
fn array_sizes_are_checked() {
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, SPACE);
        store.set_heap_limit(1 << 24);
        for (name, least) in [("numbers", 1 << 21), ("vectors", 1 << 20), ("bytes", 1 << 24)] {
            let run = instance.get_typed_func::<u32, u32>(&mut store, name).unwrap();
            // For some of these lengths, the size in bytes overflows 32 bits.
            for length in [least, 1 << 28, 1 << 29, 1 << 31, u32::MAX - 7, u32::MAX] {
                assert_eq!(trap(run.call(&mut store, length)), Trap::AllocationFailed, "{mode} {name} {length}");
            }
            for length in [0, 1, 15, 16, 255, 256, 4096, 100_000] {
                assert_eq!(run.call(&mut store, length).unwrap(), length, "{mode} {name}");
            }
        }
    }
}

/// A call of a host function is a scope of references: a loop of calls keeps no objects.
#[test]
fn calls_of_host_functions_keep_no_references() {
    struct Counted(Arc<AtomicUsize>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_sub(1, SeqCst);
        }
    }
    let text = r#"(module
        (import "host" "make" (func $make (result externref)))
        (import "host" "use" (func $use (param externref)))
        (func (export "run") (param $times i32)
          (loop $more
            (call $use (call $make))
            (br_if $more (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))))"#;
    for (mode, engine) in engines() {
        let made = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        let mut linker = Linker::new(&engine);
        let (counter, highest) = (Arc::clone(&made), Arc::clone(&most));
        linker
            .func_wrap("host", "make", move |mut caller: Caller<'_, ()>| {
                highest.fetch_max(counter.fetch_add(1, SeqCst), SeqCst);
                ExternRef::new(&mut caller, Counted(Arc::clone(&counter))).map(Some)
            })
            .unwrap();
        linker
            .func_wrap("host", "use", |caller: Caller<'_, ()>, value: Option<ExternRef>| {
                assert!(value.unwrap().data(&caller).is_ok());
            })
            .unwrap();
        let mut store = Store::new(&engine, ());
        let instance = linker.instantiate(&mut store, &Module::new(&engine, wat(text)).unwrap()).unwrap();
        let run = instance.get_typed_func::<i32, ()>(&mut store, "run").unwrap();
        run.call(&mut store, 1_000_000).unwrap();
        assert!(most.load(SeqCst) < 500_000, "{mode} {most:?}");
        drop(store);
        assert_eq!(made.load(SeqCst), 0, "{mode}");
    }
}

#[test]
fn thrown_exceptions_are_collected() {
    let text = r#"(module
        (tag $thrown (param i32 i64))
        (func $throw (param i32) (throw $thrown (local.get 0) (i64.const 1)))
        (func (export "run") (param $times i32)
          (loop $more
            (block $caught (result i32 i64)
              (try_table (catch $thrown $caught) (call $throw (local.get $times)))
              unreachable)
            (drop) (drop)
            (br_if $more (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))
        (func (export "leave") (throw $thrown (i32.const 7) (i64.const 8))))"#;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        store.set_heap_limit(256 << 10);
        instance.get_typed_func::<i32, ()>(&mut store, "run").unwrap().call(&mut store, 20_000).unwrap();
        assert!(store.heap_stats().collections > 1, "{mode}");
        let leave = instance.get_typed_func::<(), ()>(&mut store, "leave").unwrap();
        let mut kept: Option<OwnedRooted<Exception>> = None;
        for _ in 0..20_000 {
            let mut scope = RootScope::new(&mut store);
            let Err(Error::Exception(exception)) = leave.call(&mut scope, ()) else { panic!("{mode}") };
            kept.get_or_insert_with(|| OwnedRooted::new(&mut scope, exception).unwrap());
        }
        let exception = kept.unwrap().get(&store).unwrap();
        assert_eq!(exception.fields(&store), [7_i32.into(), 8_i64.into()], "{mode}");
    }
}
