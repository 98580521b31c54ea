//! Tail calls: they use no stack, for all types and all places of the callee.

use crate::support::{self, engines, instantiate, wat};
use wassay_vm::{Caller, Error, Extern, Func, FuncType, Instance, Module, Store, Trap, Val, ValType};

const TURNS: i64 = 10_000_000;

/// Runs the export `run`, whose argument is the number of tail calls.
fn run(store: &mut Store<()>, instance: Instance) -> i64 {
    let run = instance.get_typed_func::<i64, i64>(&mut *store, "run").unwrap();
    run.call(store, TURNS).unwrap()
}

#[test]
fn a_function_tail_calls_itself() {
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(
            &engine,
            r#"(module
                (func (export "run") (param i64) (result i64) (return_call $loop (local.get 0) (i64.const 0)))
                (func $loop (param $n i64) (param $sum i64) (result i64)
                  (if (i64.eqz (local.get $n)) (then (return (local.get $sum))))
                  (return_call $loop (i64.sub (local.get $n) (i64.const 1)) (i64.add (local.get $sum) (local.get $n)))))"#,
        );
        assert_eq!(run(&mut store, instance), TURNS * (TURNS + 1) / 2, "{mode}");
    }
}

/// The callee has more values of every class than there are registers, the caller next to none. Calls with more and with fewer
/// arguments alternate: direct ones, through a table and through references.
#[test]
fn functions_of_different_types_tail_call_each_other() {
    let wide = "(param $n i64) (param i32 i64 i32 i64 i32 i64 f32 f64 f32 f64 f32 f64 f32 f64 f32 f64) \
                (result i64 i32 f32 f64 i64 f64)";
    let narrow = "(param $n i64) (result i64 i32 f32 f64 i64 f64)";
    let arguments = "(i32.const 1) (i64.const 2) (i32.const 3) (i64.const 4) (i32.const 5) (i64.const 6) \
                     (f32.const 7) (f64.const 8) (f32.const 9) (f64.const 10) (f32.const 11) (f64.const 12) \
                     (f32.const 13) (f64.const 14) (f32.const 15) (f64.const 16)";
    for (to_wide, to_narrow) in [
        ("return_call $wide", "return_call $narrow"),
        ("return_call_indirect (type $wide)", "return_call_indirect (type $narrow)"),
        ("return_call_ref $wide", "return_call_ref $narrow"),
    ] {
        let callee = |index: u32| {
            if to_wide.contains("indirect") {
                format!("(i32.const {index})")
            } else if to_wide.contains("ref") {
                ["(ref.func $wide)", "(ref.func $narrow)"][index as usize].into()
            } else {
                String::new()
            }
        };
        let text = format!(
            r#"(module
                (type $wide (func {wide}))
                (type $narrow (func {narrow}))
                (table funcref (elem $wide $narrow))
                (func $narrow (type $narrow)
                  ({to_wide} (i64.sub (local.get 0) (i64.const 1)) {arguments} {}))
                (func $wide (type $wide)
                  (if (i64.le_s (local.get 0) (i64.const 0))
                    (then (return (i64.add (local.get 4) (local.get 6)) (local.get 5) (local.get 7) (local.get 16)
                                  (i64.extend_i32_s (local.get 1)) (local.get 10))))
                  ({to_narrow} (i64.sub (local.get 0) (i64.const 1)) {}))
                (func (export "run") (param i64) (result i64) (local i64 f64 i64 f64 f32 i32)
                  (call $narrow (local.get 0))
                  local.set 2 local.set 3 local.set 4 local.set 5 local.set 6 local.set 1
                  (if (i32.ne (local.get 6) (i32.const 5)) (then unreachable))
                  (if (f32.ne (local.get 5) (f32.const 7)) (then unreachable))
                  (if (f64.ne (local.get 4) (f64.const 16)) (then unreachable))
                  (if (i64.ne (local.get 3) (i64.const 1)) (then unreachable))
                  (if (f64.ne (local.get 2) (f64.const 10)) (then unreachable))
                  (local.get 1)))"#,
            callee(0),
            callee(1),
        );
        for (mode, engine) in engines() {
            let (mut store, instance) = instantiate(&engine, &text);
            assert_eq!(run(&mut store, instance), 4 + 6, "{mode}");
        }
    }
}

#[test]
fn functions_of_two_modules_tail_call_each_other() {
    let even = r#"(module
        (table (export "table") 1 funcref)
        (type $t (func (param i64 f32) (result i64)))
        (func $even (export "even") (type $t)
          (if (i64.eqz (local.get 0)) (then (return (i64.const 1))))
          (return_call_indirect (type $t) (i64.sub (local.get 0) (i64.const 1)) (local.get 1) (i32.const 0)))
        (func (export "run") (param i64) (result i64) (return_call $even (local.get 0) (f32.const 0.5))))"#;
    let odd = r#"(module
        (import "even" "table" (table 1 funcref))
        (import "even" "even" (func $even (param i64 f32) (result i64)))
        (elem (i32.const 0) $odd)
        (func $odd (param i64 f32) (result i64)
          (if (i64.eqz (local.get 0)) (then (return (i64.const 0))))
          (if (f32.ne (local.get 1) (f32.const 0.5)) (then unreachable))
          (return_call $even (i64.sub (local.get 0) (i64.const 1)) (local.get 1))))"#;
    for (mode, engine) in engines() {
        let (mut store, first) = instantiate(&engine, even);
        let second = Module::new(&engine, wat(odd)).unwrap();
        let imports = ["table", "even"].map(|name| first.get_export(&mut store, name).unwrap());
        Instance::new(&mut store, &second, &imports).unwrap();
        assert_eq!(run(&mut store, first), 1, "{mode}");
    }
}

#[test]
fn host_functions_return_to_the_caller() {
    let text = r#"(module
        (import "host" "f" (func $f (param i32 f64 i64 i64 i64 i64 i64) (result f64 i32 i64 i64)))
        (func $tail (param f64) (result f64 i32 i64 i64)
          (return_call $f (i32.const 1) (local.get 0) (i64.const 3) (i64.const 4) (i64.const 5) (i64.const 6) (i64.const 7)))
        (func (export "f") (param f64) (result f64 i32 i64 i64) (call $tail (local.get 0))))"#;
    for (mode, engine) in engines() {
        let module = Module::new(&engine, wat(text)).unwrap();
        let mut store = Store::new(&engine, ());
        let (i32, i64, f64) = (ValType::I32, ValType::I64, ValType::F64);
        let ty = FuncType::new([i32, f64, i64, i64, i64, i64, i64], [f64, i32, i64, i64]);
        let host = Func::new(&mut store, ty, |_: Caller<'_, ()>, parameters: &[Val], results: &mut [Val]| {
            results.copy_from_slice(&[parameters[1], parameters[0], parameters[6], parameters[5]]);
            Ok(())
        })
        .unwrap();
        let instance = Instance::new(&mut store, &module, &[Extern::Func(host)]).unwrap();
        let f = instance.get_typed_func::<f64, (f64, i32, i64, i64)>(&mut store, "f").unwrap();
        assert_eq!(f.call(&mut store, 2.5).unwrap(), (2.5, 1, 7, 6), "{mode}");
    }
}

/// A function that was left by a tail call is in no backtrace. A function that is still active is.
#[test]
fn backtraces_skip_functions_left_by_a_tail_call() {
    let text = r#"(module
        (func $stop (param i32) unreachable)
        (func $middle (return_call $stop (i32.const 1)))
        (func $outer (call $middle) (drop (i32.const 0)))
        (func (export "run") (param i64) (call $outer)))"#;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        let run = instance.get_typed_func::<i64, ()>(&mut store, "run").unwrap();
        let Err(Error::Trap { trap: Trap::Unreachable, backtrace }) = run.call(&mut store, 0) else {
            panic!("no trap at {mode}");
        };
        let functions: Vec<_> = backtrace.frames.iter().map(|frame| frame.function).collect();
        // After inlining, the function that made the tail call may show up as a frame.
        let functions: Vec<_> = functions.into_iter().filter(|&index| index != 1).collect();
        assert_eq!(functions, [0, 2, 3], "{mode}");
    }
}

#[test]
fn failed_checks_trap_before_the_tail_call() {
    let text = r#"(module
        (type $t (func))
        (type $u (func (param i32)))
        (table 2 funcref)
        (elem (i32.const 0) $u)
        (func $u (type $u))
        (func (export "run") (param i32) (return_call_indirect (type $t) (local.get 0)))
        (func (export "null") (return_call_ref $t (ref.null $t))))"#;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        let null = instance.get_typed_func::<(), ()>(&mut store, "null").unwrap();
        assert_eq!(support::trap(null.call(&mut store, ())), Trap::NullFunctionReference, "{mode}");
        let run = instance.get_typed_func::<i32, ()>(&mut store, "run").unwrap();
        let expected = [Trap::IndirectCallTypeMismatch, Trap::UninitializedElement, Trap::UndefinedElement];
        for (index, expected) in (0..).zip(expected) {
            assert_eq!(support::trap(run.call(&mut store, index)), expected, "{mode}");
        }
    }
}

/// In a table of a more general type the check compares supertypes, in basic blocks of its own. The jump stays a tail call.
#[test]
fn functions_of_subtypes_are_tail_called() {
    let text = r#"(module
        (type $general (sub (func (param i64 v128) (result i64))))
        (type $special (sub $general (func (param i64 v128) (result i64))))
        (type $alien (sub (func (param i64 i64) (result i64))))
        (table funcref (elem $loop $alien))
        (func $loop (type $special)
          (if (i64.eqz (local.get 0)) (then (return (i64x2.extract_lane 1 (local.get 1)))))
          (return_call_indirect (type $general)
            (i64.sub (local.get 0) (i64.const 1)) (i64x2.add (local.get 1) (v128.const i64x2 0 1)) (i32.const 0)))
        (func $alien (type $alien) (local.get 0))
        (func (export "run") (param i64) (result i64)
          (return_call $loop (local.get 0) (v128.const i64x2 0 0)))
        (func (export "alien") (result i64)
          (return_call_indirect (type $general) (i64.const 0) (v128.const i64x2 0 0) (i32.const 1))))"#;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        assert_eq!(run(&mut store, instance), TURNS, "{mode}");
        let alien = instance.get_typed_func::<(), i64>(&mut store, "alien").unwrap();
        assert_eq!(support::trap(alien.call(&mut store, ())), Trap::IndirectCallTypeMismatch, "{mode}");
    }
}
