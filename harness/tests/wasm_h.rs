//! Tests of the driver for engines with the C API `wasm.h`.
//!
//! This package has no such engine. Working calls are tested if `WASSAY_WASM_H` names a library.
#![cfg(target_os = "linux")]

mod common;

use common::{Place, code, stderr, wassay};
use std::process::Output;
use wassay::model::Outcome;

const SCRIPT: &str = r#"
(module $m
  (func (export "add") (param i32 i64) (result i64) (i64.add (i64.extend_i32_s (local.get 0)) (local.get 1)))
  (func (export "two") (param f32 f64) (result f64 f32) (local.get 1) (local.get 0))
  (func (export "trap") (unreachable))
  (func $deep (export "deep") (call $deep))
  (func (export "divide") (result i32) (i32.div_s (i32.const 1) (i32.const 0)))
  (global (export "g") (mut i64) (i64.const -7))
  (func (export "set") (global.set 0 (i64.const 8)))
  (memory (export "memory") 1)
)
(assert_return (invoke "add" (i32.const -1) (i64.const 0x7fffffffffffffff)) (i64.const 0x7ffffffffffffffe))
(assert_return (invoke "two" (f32.const nan:0x200001) (f64.const -nan:0x4000000000001))
  (f64.const -nan:0x4000000000001) (f32.const nan:0x200001))
(assert_trap (invoke "trap") "unreachable")
(assert_trap (invoke "divide") "integer divide by zero")
(assert_exhaustion (invoke "deep") "call stack exhausted")
(assert_return (get "g") (i64.const -7))
(invoke "set")
(assert_return (get "g") (i64.const 8))
(register "m" $m)
(module (import "m" "add" (func (param i32 i64) (result i64))) (import "m" "g" (global (mut i64)))
  (import "spectest" "print_i32" (func (param i32)))
  (func (export "both") (result i64) (call 1 (i32.const 1)) (call 0 (i32.const 1) (global.get 0))))
(assert_return (invoke "both") (i64.const 9))
(assert_unlinkable (module (import "m" "nothing" (func))) "unknown import")
(assert_unlinkable (module (import "m" "add" (func (param i64)))) "incompatible import type")
(assert_trap (module (func $f (unreachable)) (start $f)) "unreachable")
(assert_invalid (module (func (result i32) (i64.const 0))) "type mismatch")
(assert_malformed (module binary "\00asm\02\00\00\00") "unknown binary version")
"#;

fn run(place: &Place, library: &str) -> Output {
    let mut command = wassay();
    command.env("WASSAY_WASM_H", library).args(["test", "suite:suite", "--engine", "wasm-c-api", "--jobs", "1"]);
    command.arg("--out").arg(place.out()).arg("--suites").arg(place.suite()).output().expect("the binary runs")
}

#[test]
fn other_files_are_refused_as_libraries() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let text = place.path("text.so");
    std::fs::write(&text, "no library").expect("a file");
    for (library, words) in [
        ("/no/such/library.so", "it can't be loaded: /no/such/library.so: cannot open shared object file"),
        (text.to_str().expect("a path"), "it can't be loaded: "),
        ("libc.so.6", "`libc.so.6`: it has no `wasm_engine_new`"),
        ("", "`WASSAY_WASM_H` is not set"),
    ] {
        let output = run(&place, library);
        assert_eq!(code(&output), Some(2), "{library}: {}", stderr(&output));
        assert!(stderr(&output).contains(words), "{library}: {}", stderr(&output));
    }
}

#[test]
fn a_probe_needs_a_library() {
    let args = ["driver", "wasm-h", "--probe", "extern", "--library", "libc.so.6"];
    let output = wassay().args(args).output().expect("it runs");
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("`wasm_engine_new`"), "{}", stderr(&output));
}

#[test]
fn a_library_with_the_api_passes() {
    let Some(library) = std::env::var_os("WASSAY_WASM_H") else {
        eprintln!("WASSAY_WASM_H is not set: no library is tested");
        return;
    };
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let output = run(&place, library.to_str().expect("a path"));
    let rows = place.rows();
    let red: Vec<_> = rows.iter().filter(|row| row.outcome != Outcome::Pass).collect();
    assert!(red.is_empty() && rows.len() == 17, "{} rows, {red:#?} {}", rows.len(), stderr(&output));
}
