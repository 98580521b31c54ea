//! Propagation of exceptions between functions, modules and the host.

use crate::support::{self, engines, instantiate, wat};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use wassay_vm::{
    Caller, Config, Engine, Error, Exception, Extern, Func, FuncType, Instance, Linker, Module, OptLevel, Store, Tag,
    Val, ValType,
};

/// Returns the exception that a call ended with.
fn exception<T: std::fmt::Debug>(result: wassay_vm::Result<T>) -> Exception {
    match result {
        Err(Error::Exception(exception)) => exception,
        other => panic!("no exception, but {other:?}"),
    }
}

#[test]
fn every_kind_of_value_arrives() {
    let text = r#"(module
        (tag $t (param i32 f32 i64 f64 funcref externref i32))
        (func $throw (param i32) (throw $t (local.get 0) (f32.const 0.5) (i64.const -1) (f64.const 2.5)
                                           (ref.func $throw) (ref.null extern) (i32.const 3)))
        (func (export "run") (param i32) (result i32 f32 i64 f64 funcref externref i32)
          (block $h (result i32 f32 i64 f64 funcref externref i32)
            (try_table (catch $t $h) (call $throw (local.get 0)))
            unreachable))
        (elem declare func $throw))"#;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        let run = instance.get_func(&mut store, "run").unwrap();
        let mut results = vec![Val::I32(0); 7];
        for n in 0..3 {
            run.call(&mut store, &[Val::I32(n)], &mut results).unwrap();
            let expected = [Val::I32(n), 0.5_f32.into(), Val::I64(-1), 2.5_f64.into()];
            assert_eq!(results[..4], expected, "{mode}");
            assert!(matches!(results[4], Val::FuncRef(Some(_))) && results[5] == Val::ExternRef(None), "{mode}");
            assert_eq!(results[6], Val::I32(3), "{mode}");
        }
    }
}

/// The exception is thrown many frames below, by a function that was tail-called, and passes calls that handle other tags. It is
/// thrown 200,000 times, which also shows that exceptions caught by value are freed.
#[test]
fn exceptions_pass_calls_and_tail_calls() {
    let text = r#"(module
        (tag $mine (param i64)) (tag $other)
        (type $t (func (param i64 i32)))
        (table funcref (elem $deep))
        (func $throw (param i64) (throw $mine (local.get 0)))
        (func $jump (param i64 i32 f64 f64 i32 i32 i32 i32) (return_call $throw (local.get 0)))
        (func $deep (type $t)
          (if (i32.eqz (local.get 1))
            (then (return_call $jump (local.get 0) (i32.const 1) (f64.const 1) (f64.const 1)
                                     (i32.const 1) (i32.const 1) (i32.const 1) (i32.const 1))))
          (block $h
            (try_table (catch $other $h)
              (call_indirect (type $t) (local.get 0) (i32.sub (local.get 1) (i32.const 1)) (i32.const 0)))
            (return))
          unreachable)
        (func (export "run") (param $turns i64) (param $depth i32) (result i64) (local $sum i64)
          (loop $again
            (block $h (result i64)
              (try_table (catch $mine $h) (call $deep (local.get $turns) (local.get $depth)))
              unreachable)
            (local.set $sum (i64.add (local.get $sum)))
            (local.set $turns (i64.sub (local.get $turns) (i64.const 1)))
            (br_if $again (i64.ne (local.get $turns) (i64.const 0))))
          (local.get $sum)))"#;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        let run = instance.get_typed_func::<(i64, i32), i64>(&mut store, "run").unwrap();
        assert_eq!(run.call(&mut store, (200_000, 0)).unwrap(), 200_000 * 200_001 / 2, "{mode}");
        assert_eq!(run.call(&mut store, (1_000, 50)).unwrap(), 1_000 * 1_001 / 2, "{mode}");
        assert_eq!(run.call(&mut store, (1, 5_000)).unwrap(), 1, "{mode}");
    }
}

#[test]
fn uncaught_exceptions_are_errors_of_the_host() {
    let text = r#"(module
        (tag $t (export "t") (param i32 f64)) (tag $u (export "u") (param i32 f64))
        (func (export "throw") (param i32) (throw $t (local.get 0) (f64.const 1.5)))
        (func (export "same") (param exnref) (throw_ref (local.get 0)))
        (func (export "catch") (param exnref) (result i32)
          (block $h (result i32 f64)
            (try_table (catch $t $h) (throw_ref (local.get 0)))
            unreachable)
          drop))"#;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        let throw = instance.get_typed_func::<i32, ()>(&mut store, "throw").unwrap();
        let thrown = exception(throw.call(&mut store, 7));
        assert_eq!(thrown.fields(&store), [Val::I32(7), 1.5_f64.into()], "{mode}");
        assert_eq!(thrown.tag(&store), instance.get_tag(&store, "t").unwrap());
        assert_ne!(thrown.tag(&store), instance.get_tag(&store, "u").unwrap());
        // An exception is a value: wasm gets it and throws the same one.
        let same = instance.get_typed_func::<Option<Exception>, ()>(&mut store, "same").unwrap();
        let other = exception(throw.call(&mut store, 8));
        assert_eq!(exception(same.call(&mut store, Some(thrown))), thrown, "{mode}");
        assert_ne!(other, thrown);
        assert_eq!(support::trap(same.call(&mut store, None)), wassay_vm::Trap::NullReference);
        let catch = instance.get_typed_func::<Option<Exception>, i32>(&mut store, "catch").unwrap();
        assert_eq!(catch.call(&mut store, Some(other)).unwrap(), 8);
        let u = instance.get_tag(&store, "u").unwrap();
        let from_host = Exception::new(&mut store, u, &[Val::I32(1), 0.5_f64.into()]).unwrap();
        assert_eq!(exception(catch.call(&mut store, Some(from_host))), from_host);
        assert!(matches!(Exception::new(&mut store, u, &[Val::I32(1)]), Err(Error::Count { .. })));
        // A tag of one store is an error in another.
        let mut foreign = Store::new(&engine, ());
        assert!(matches!(Exception::new(&mut foreign, u, &[Val::I32(1), 0.5_f64.into()]), Err(Error::ForeignStore)));
    }
}

/// Wasm calls the host, which calls wasm, which throws. The host function returns the error, and the outer wasm function
/// catches it. Values of the host function are dropped.
#[test]
fn exceptions_pass_the_host() {
    struct Counted(Arc<AtomicU32>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }
    let text = r#"(module
        (import "host" "again" (func $again (param i32)))
        (tag $t (param i32)) (tag $end)
        (func $down (export "down") (param i32)
          (if (i32.eqz (local.get 0)) (then (throw $t (i32.const 42))))
          (block $h
            (try_table (catch $end $h) (call $again (i32.sub (local.get 0) (i32.const 1))))))
        (func (export "run") (param i32) (result i32)
          (block $h (result i32)
            (try_table (catch $t $h) (call $again (local.get 0)))
            (i32.const 0)))
        (func (export "tail") (param i32) (return_call $again (local.get 0))))"#;
    for (mode, engine) in engines() {
        let module = Module::new(&engine, wat(text)).unwrap();
        let dropped = Arc::new(AtomicU32::new(0));
        let mut store = Store::new(&engine, ());
        let mut linker = Linker::new(&engine);
        let counter = Arc::clone(&dropped);
        linker
            .func_wrap("host", "again", move |mut caller: Caller<'_, ()>, n: i32| -> wassay_vm::Result<()> {
                let _counted = Counted(Arc::clone(&counter));
                let down = caller.get_export("down").and_then(Extern::into_func).unwrap();
                down.typed::<i32, ()>(&mut caller)?.call(&mut caller, n)
            })
            .unwrap();
        let instance = linker.instantiate(&mut store, &module).unwrap();
        let run = instance.get_typed_func::<i32, i32>(&mut store, "run").unwrap();
        for _ in 0..100 {
            assert_eq!(run.call(&mut store, 20).unwrap(), 42, "{mode}");
        }
        assert_eq!(dropped.load(Relaxed), 2_100, "{mode}");
        let tail = instance.get_typed_func::<i32, ()>(&mut store, "tail").unwrap();
        assert_eq!(exception(tail.call(&mut store, 2)).fields(&store), [Val::I32(42)], "{mode}");
    }
}

#[test]
fn modules_catch_by_the_identity_of_the_tag() {
    let catcher = r#"(module
        (import "" "t" (tag $t (param i32)))
        (import "" "throw" (func $throw (param i32)))
        (tag $own (param i32))
        (func (export "run") (param i32) (result i32)
          (block $h (result i32)
            (block $no (result i32)
              (try_table (catch $own $no) (catch $t $h) (call $throw (local.get 0)))
              unreachable)
            unreachable)))"#;
    for (mode, engine) in engines() {
        let mut store = Store::new(&engine, ());
        let ty = FuncType::new([ValType::I32], []);
        let tag = Tag::new(&mut store, &ty).unwrap();
        let throw = Func::new(&mut store, ty.clone(), move |mut caller: Caller<'_, ()>, fields, _| {
            Err(Error::Exception(Exception::new(&mut caller, tag, fields)?))
        })
        .unwrap();
        let module = Module::new(&engine, wat(catcher)).unwrap();
        let instance = Instance::new(&mut store, &module, &[tag.into(), throw.into()]).unwrap();
        let run = instance.get_typed_func::<i32, i32>(&mut store, "run").unwrap();
        assert_eq!(run.call(&mut store, 5).unwrap(), 5, "{mode}");

        // Another tag of the same type satisfies the import, but is not the one that is thrown.
        let other = Tag::new(&mut store, &ty).unwrap();
        let instance = Instance::new(&mut store, &module, &[other.into(), throw.into()]).unwrap();
        let run = instance.get_typed_func::<i32, i32>(&mut store, "run").unwrap();
        assert_eq!(exception(run.call(&mut store, 5)).tag(&store), tag, "{mode}");

        let wrong = Tag::new(&mut store, &FuncType::new([ValType::I64], [])).unwrap();
        let refused = Instance::new(&mut store, &module, &[wrong.into(), throw.into()]);
        assert!(matches!(refused, Err(Error::IncompatibleImport { .. })), "{mode}");
        let with_results = Tag::new(&mut store, &FuncType::new([], [ValType::I64])).unwrap();
        assert!(Exception::new(&mut store, with_results, &[]).is_err());
    }
}

/// A trap is not an exception: `catch_all` does not catch it.
#[test]
fn traps_are_not_caught() {
    let text = r#"(module (memory 1)
        (func $recurse (call $recurse))
        (func (export "run") (param i32)
          (block $h
            (try_table (catch_all $h)
              (if (local.get 0) (then (call $recurse)) (else (drop (i32.load (i32.const -1)))))))))"#;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        let run = instance.get_typed_func::<i32, ()>(&mut store, "run").unwrap();
        assert_eq!(support::trap(run.call(&mut store, 0)), wassay_vm::Trap::MemoryOutOfBounds, "{mode}");
        assert_eq!(support::trap(run.call(&mut store, 1)), wassay_vm::Trap::CallStackExhausted, "{mode}");
    }
}

/// An artifact contains no address of the runtime, even after it was mapped.
#[test]
fn artifacts_catch_wherever_they_are_mapped() {
    let text = r#"(module
        (tag $t (param i32))
        (func $throw (param i32) (throw $t (local.get 0)))
        (func (export "run") (param i32) (result i32)
          (block $h (result i32) (try_table (catch $t $h) (call $throw (local.get 0))) (i32.const 0))))"#;
    for (mode, engine) in engines() {
        let bytes = Module::new(&engine, wat(text)).unwrap().serialize().unwrap();
        let artifact = wassay_vm::artifact::Artifact::from_bytes(&bytes).unwrap();
        assert!(!artifact.image.slots.is_empty(), "{mode}");
        for slot in &artifact.image.slots {
            assert_eq!(artifact.image.read_only[slot.at as usize..][..8], [0; 8], "{mode}");
        }
        // SAFETY: the bytes come from `serialize`.
        let module = unsafe { Module::deserialize(&engine, &bytes) }.unwrap();
        assert_eq!(module.serialize().unwrap(), bytes, "{mode}");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let run = instance.get_typed_func::<i32, i32>(&mut store, "run").unwrap();
        assert_eq!(run.call(&mut store, 3).unwrap(), 3, "{mode}");
    }
}

/// Returns engines that accept the legacy instructions. The tests write them unfolded, as `wast` does not encode the folded form.
fn legacy_engines() -> Vec<Engine> {
    let features = wasmparser::WasmFeatures::default() | wasmparser::WasmFeatures::LEGACY_EXCEPTIONS;
    [OptLevel::None, OptLevel::Speed]
        .map(|level| {
            Engine::new(Config::new().opt_level(level).features(features.iter_names().map(|(name, _)| name))).unwrap()
        })
        .into_iter()
        .collect()
}

#[test]
fn legacy_clauses_catch_delegate_and_rethrow() {
    let text = r#"(module
        (tag $a (param i32)) (tag $b (param i32 i32)) (tag $c)
        (func $throw (param i32)
          (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $a (i32.const 10))))
          (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $b (i32.const 20) (i32.const 22))))
          (if (i32.eq (local.get 0) (i32.const 3)) (then (throw $c))))
        (func (export "catch") (param i32) (result i32)
          try (result i32)
            local.get 0
            call $throw
            i32.const -1
          catch $a
            i32.const 1
            i32.add
          catch $b
            i32.add
          catch_all
            i32.const 99
          end)
        (func (export "delegate") (param i32) (result i32)
          try $outer (result i32)
            try (result i32)
              try
                local.get 0
                call $throw
              delegate $outer
              i32.const -1
            catch_all
              i32.const -7
            end
          catch $a
          catch $b
            i32.sub
          end)
        (func $out (param i32) (result i32)
          block $b (result i32)
            try (result i32)
              try
                local.get 0
                call $throw
              delegate 2
              i32.const -1
            catch_all
              i32.const -2
            end
          end)
        (func (export "out") (param i32) (result i32)
          try (result i32)
            local.get 0
            call $out
          catch_all
            i32.const 5
          end)
        (func (export "rethrow") (param i32) (result i32)
          try (result i32)
            try $inner
              local.get 0
              call $throw
            catch $a
              drop
              try
                i32.const 2
                call $throw
              catch_all
                rethrow $inner
              end
            catch_all
              rethrow 0
            end
            i32.const -1
          catch $a
          catch $b
            i32.mul
          end)
        (func (export "none") (param i32) (result i32)
          try $plain
            local.get 0
            call $throw
          end
          i32.const -1)
        (func (export "dead") (param i32) (result i32)
          try (result i32)
            i32.const 1
            return
            try
              unreachable
            delegate 0
          catch $a
            unreachable
          catch_all
            i32.const 0
          end))"#;
    for engine in legacy_engines() {
        let (mut store, instance) = instantiate(&engine, text);
        let mut run = |name: &str, n: i32| {
            let run = instance.get_typed_func::<i32, i32>(&mut store, name).unwrap();
            match run.call(&mut store, n) {
                Ok(n) => Some(n),
                Err(Error::Exception(_)) => None,
                Err(other) => panic!("{name} {n}: {other}"),
            }
        };
        let mut all = |name| [0, 1, 2, 3].map(|n| run(name, n));
        assert_eq!(all("catch"), [Some(-1), Some(11), Some(42), Some(99)]);
        assert_eq!(all("delegate"), [Some(-1), Some(10), Some(-2), None]);
        assert_eq!(all("out"), [Some(-1), Some(5), Some(5), Some(5)]);
        assert_eq!(all("rethrow"), [Some(-1), Some(10), Some(440), None]);
        assert_eq!(all("none"), [Some(-1), None, None, None]);
        assert_eq!(all("dead"), [Some(1); 4]);
    }
}

/// Exceptions thrown through every kind of call are caught, with values of every reference hierarchy.
#[test]
fn exceptions_pass_every_kind_of_call() {
    let text = r#"(module
        (type $general (sub (func (param i32))))
        (type $special (sub $general (func (param i32))))
        (type $values (func (param i31ref (ref null $general) v128 exnref)))
        (tag $t (type $values))
        (table funcref (elem $throw))
        (func $throw (type $special)
          (throw $t (ref.i31 (local.get 0)) (ref.func $throw) (v128.const i64x2 7 -7) (ref.null noexn)))
        (func $jump (type $general) (return_call_ref $general (local.get 0) (ref.func $throw)))
        (func (export "run") (param i32) (result i32 (ref null $general) v128 exnref) (local v128 exnref (ref null $general))
          (block $h (type $values_of)
            (block $two
              (block $one
                (block $zero (br_table $zero $one $two (local.get 0)))
                (try_table (catch $t $h) (call_ref $special (i32.const 10) (ref.func $throw))) unreachable)
              (try_table (catch $t $h) (call_indirect (type $general) (i32.const 11) (i32.const 0))) unreachable)
            (try_table (catch $t $h) (call_ref $general (i32.const 12) (ref.func $jump))) unreachable)
          local.set 2 local.set 1 local.set 3
          (i31.get_s) (local.get 3) (local.get 1) (local.get 2))
        (type $values_of (func (result i31ref (ref null $general) v128 exnref)))
        (elem declare func $jump))"#;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        let run = instance.get_func(&mut store, "run").unwrap();
        let mut results = vec![Val::I32(0); 4];
        for way in 0..3 {
            run.call(&mut store, &[Val::I32(way)], &mut results).unwrap();
            assert_eq!(results[0], Val::I32(10 + way), "{mode}");
            assert!(matches!(results[1], Val::FuncRef(Some(_))) && results[3] == Val::ExnRef(None), "{mode}");
            assert_eq!(results[2], Val::V128(u128::from(7_u64) | u128::from(-7_i64 as u64) << 64), "{mode}");
        }
    }
}

/// The type of a tag is the engine's canonical type, so modules with other type indices agree on it.
#[test]
fn tags_have_canonical_types() {
    let exporter = r#"(module
        (type $f (func (param i32) (result i32)))
        (tag (export "t") (param (ref $f)))
        (func $double (type $f) (i32.shl (local.get 0) (i32.const 1)))
        (func (export "throw") (throw 0 (ref.func $double)))
        (elem declare func $double))"#;
    let importer = r#"(module
        (type $other (func (param f64)))
        (type $f (func (param i32) (result i32)))
        (import "" "t" (tag $t (param (ref $f))))
        (import "" "throw" (func $throw))
        (func (export "run") (param i32) (result i32)
          (local.get 0)
          (block $h (result (ref $f)) (try_table (catch $t $h) (call $throw)) unreachable)
          (call_ref $f)))"#;
    let wrong = r#"(module (type $f (func (param i64))) (import "" "t" (tag (param (ref $f)))))"#;
    for (mode, engine) in engines() {
        let (mut store, exports) = instantiate(&engine, exporter);
        let tag = exports.get_tag(&store, "t").unwrap();
        let throw = exports.get_func(&store, "throw").unwrap();
        let module = Module::new(&engine, wat(importer)).unwrap();
        let instance = Instance::new(&mut store, &module, &[tag.into(), throw.into()]).unwrap();
        let run = instance.get_typed_func::<i32, i32>(&mut store, "run").unwrap();
        assert_eq!(run.call(&mut store, 21).unwrap(), 42, "{mode}");

        // The host sees canonical types too.
        let caught = exception(throw.typed::<(), ()>(&store).unwrap().call(&mut store, ()));
        let fields = caught.fields(&store);
        assert!(matches!(fields[..], [Val::FuncRef(Some(_))]), "{mode}");
        let again = Exception::new(&mut store, tag, &fields).unwrap();
        assert_eq!(again.fields(&store), fields, "{mode}");
        assert!(Exception::new(&mut store, tag, &[throw.into()]).is_err(), "a value of another function type");
        assert!(Exception::new(&mut store, tag, &[Val::FuncRef(None)]).is_err(), "null");

        let wrong = Module::new(&engine, wat(wrong)).unwrap();
        let refused = Instance::new(&mut store, &wrong, &[tag.into()]);
        assert!(matches!(refused, Err(Error::IncompatibleImport { .. })), "{mode}");
    }
}
