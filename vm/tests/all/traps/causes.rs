//! Traps: their causes and codes, their backtraces, and the state that they leave.

use crate::support::{self, engines, instantiate, trap};
use wassay_vm::{Error, Instance, Store, Trap};

fn run(store: &mut Store<()>, instance: &Instance, name: &str) -> wassay_vm::Result<()> {
    instance.get_typed_func::<(), ()>(&mut *store, name).unwrap().call(store, ())
}

#[test]
fn each_trap_has_its_code() {
    let text = r#"(module
        (type $i (func (param i32)))
        (memory 1) (table 3 funcref) (elem (i32.const 1) $ok)
        (func $ok)
        (func (export "unreachable") unreachable)
        (func (export "load") (drop (i32.load (i32.const -4))))
        (func (export "store") (i64.store offset=65530 (i32.const 0) (i64.const 1)))
        (func (export "far") (drop (i64.load offset=0xffffffff (i32.const -1))))
        (func (export "fill") (memory.fill (i32.const 65535) (i32.const 0) (i32.const 2)))
        (func (export "table") (drop (table.get (i32.const 3))))
        (func (export "undefined") (call_indirect (i32.const 3)))
        (func (export "null") (call_indirect (i32.const 0)))
        (func (export "mismatch") (call_indirect (type $i) (i32.const 1) (i32.const 1)))
        (func (export "zero") (drop (i32.div_u (i32.const 1) (i32.const 0))))
        (func (export "overflow") (drop (i64.div_s (i64.const 0x8000000000000000) (i64.const -1))))
        (func (export "nan") (drop (i32.trunc_f32_s (f32.const nan))))
        (func (export "large") (drop (i32.trunc_f64_u (f64.const 4294967296))))
        (func $endless (export "endless") (call $endless)))"#;
    let expected = [
        ("unreachable", Trap::Unreachable),
        ("load", Trap::MemoryOutOfBounds),
        ("store", Trap::MemoryOutOfBounds),
        ("far", Trap::MemoryOutOfBounds),
        ("fill", Trap::MemoryOutOfBounds),
        ("table", Trap::TableOutOfBounds),
        ("undefined", Trap::UndefinedElement),
        ("null", Trap::UninitializedElement),
        ("mismatch", Trap::IndirectCallTypeMismatch),
        ("zero", Trap::IntegerDivideByZero),
        ("overflow", Trap::IntegerOverflow),
        ("nan", Trap::InvalidConversionToInteger),
        ("large", Trap::IntegerOverflow),
        ("endless", Trap::CallStackExhausted),
    ];
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        for (name, code) in expected {
            // Twice: after a trap, the thread must be able to handle the next one.
            for _ in 0..2 {
                assert_eq!(trap(run(&mut store, &instance, name)), code, "{name} at {mode}");
            }
        }
    }
}

#[test]
fn frames_name_functions_and_offsets() {
    let text = r#"(module $m
        (memory 1)
        (func $leaf (param i32) (result i32)
          (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
          (i32.div_u (i32.const 1) (i32.sub (local.get 0) (i32.const 7))))
        (func $middle (param i32) (result i32) (i32.add (i32.const 1) (call $leaf (local.get 0))))
        (func $outer (export "outer") (drop (call $middle (i32.const 7)))))"#;
    let bytes = support::wat(text);
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        let Err(Error::Trap { trap, backtrace }) = run(&mut store, &instance, "outer") else { panic!("no trap") };
        assert_eq!(trap, Trap::IntegerDivideByZero);
        let names: Vec<_> = backtrace.frames.iter().map(|f| f.name.as_deref().unwrap_or("?")).collect();
        assert_eq!(names, ["leaf", "middle", "outer"], "{mode}");
        println!("{mode} {backtrace}");
        let opcodes: Vec<_> = backtrace.frames.iter().map(|f| bytes[f.offset.unwrap() as usize]).collect();
        assert_eq!(opcodes, [0x6e, 0x10, 0x10], "{mode}: i32.div_u, call, call");
        assert_eq!(backtrace.frames[0].module.as_deref(), Some("m"));
    }
}

#[test]
fn backtraces_of_deep_stacks_are_cut() {
    for (_, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, r#"(module (func $f (export "f") (call $f)) (memory 1))"#);
        let Err(Error::Trap { backtrace, .. }) = run(&mut store, &instance, "f") else { panic!("no trap") };
        assert_eq!(backtrace.frames.len(), wassay_vm::WasmBacktrace::LIMIT);
    }
}

#[test]
fn stack_overflow_traps_on_threads_of_all_sizes() {
    let (_, engine) = engines().remove(1);
    for size in [512 << 10, 2 << 20, 64 << 20] {
        let engine = engine.clone();
        let thread = std::thread::Builder::new().stack_size(size).spawn(move || {
            let (mut store, instance) = instantiate(
                &engine,
                r#"(module (memory 1)
                    (func $f (export "f") (param i32) (result i32)
                      (i32.add (memory.grow (i32.const 0)) (call $f (i32.add (local.get 0) (i32.const 1))))))"#,
            );
            let f = instance.get_typed_func::<i32, i32>(&mut store, "f").unwrap();
            trap(f.call(&mut store, 0))
        });
        assert_eq!(thread.unwrap().join().unwrap(), Trap::CallStackExhausted);
    }
}

#[test]
fn frames_larger_than_the_guard_do_not_step_over_it() {
    let locals = "i64 ".repeat(40_000);
    let keep = (0..40_000).step_by(100).map(|n| format!("(local.set {n} (call $g))")).collect::<String>();
    let sum = (0..40_000).step_by(100).map(|n| format!("(call $h (local.get {n}))")).collect::<String>();
    let text = format!(
        r#"(module (global $n (mut i64) (i64.const 0))
            (func $g (result i64) (global.set $n (i64.add (global.get $n) (i64.const 1))) (global.get $n))
            (func $h (param i64) (global.set $n (i64.add (global.get $n) (local.get 0))))
            (func $f (export "f") (local {locals}) {keep} (call $f) {sum}))"#
    );
    for (_, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, &text);
        assert_eq!(trap(run(&mut store, &instance, "f")), Trap::CallStackExhausted);
    }
}

#[test]
fn stores_before_a_trap_stay_in_precise_mode() {
    for trapping in [
        "(drop (i32.load (i32.const 65536)))",
        "(i32.store (i32.const -1) (i32.const 0))",
        "(drop (i32.div_u (i32.const 1) (local.get 0)))",
        "(if (i32.eqz (local.get 0)) (then (unreachable)))",
    ] {
        let text = format!(
            r#"(module (memory (export "memory") 1) (global (export "global") (mut i32) (i32.const 0))
                (table (export "table") 1 funcref) (elem declare func $g) (func $g)
                (func (export "f") (local i32)
                  (i32.store (i32.const 8) (i32.const 1)) (global.set 0 (i32.const 1))
                  (i32.store (i32.const 8) (i32.const 2)) (global.set 0 (i32.const 2))
                  (table.set (i32.const 0) (ref.func $g))
                  {trapping}
                  (i32.store (i32.const 8) (i32.const 3)) (global.set 0 (i32.const 3))
                  (table.set (i32.const 0) (ref.null func))))"#
        );
        for (mode, engine) in engines().into_iter().filter(|(mode, _)| !mode.contains("relaxed")) {
            let (mut store, instance) = instantiate(&engine, &text);
            trap(run(&mut store, &instance, "f"));
            let memory = instance.get_memory(&mut store, "memory").unwrap();
            assert_eq!(memory.data(&store)[8], 2, "memory, {trapping} at {mode}");
            let global = instance.get_global(&mut store, "global").unwrap();
            assert!(matches!(global.get(&mut store), wassay_vm::Val::I32(2)), "global, {trapping} at {mode}");
            let table = instance.get_table(&mut store, "table").unwrap();
            let element = table.get(&mut store, 0);
            assert!(matches!(element, Some(wassay_vm::Ref::Func(Some(_)))), "table, {trapping} at {mode}");
        }
    }
}
