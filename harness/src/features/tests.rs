//! Tests of measured features: what modules need, and what probes need.

use super::*;

fn wasm(text: &str) -> Vec<u8> {
    let buffer = wast::parser::ParseBuffer::new(text).unwrap();
    wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap()
}

/// The needed features of a module in the text format, with all features allowed.
fn of(text: &str) -> String {
    required(&wasm(text), WasmFeatures::all()).map_or("invalid".to_owned(), |names| names.join("+"))
}

#[test]
fn features_that_an_invalid_module_mentions() {
    let of = |text: &str| mentioned(&wasm(text), WasmFeatures::WASM3).join("+");
    assert_eq!(of("(module (func (param v128) (result i32)))"), "simd");
    assert_eq!(of("(module (func (result i32)) (func (param v128)))"), "simd");
    assert_eq!(of("(module (func (param v128)))"), "simd");
    assert_eq!(of("(module (memory 1 (pagesize 1)))"), "", "not allowed");
}

#[test]
fn each_feature_is_found() {
    let table = [
        ("(module)", ""),
        ("(module (memory 1) (func (result i32) i32.const 0 i32.load))", ""),
        ("(module (import \"m\" \"g\" (global (mut i32))))", "mutable_global"),
        ("(module (func (param i32) (result i32) local.get 0 i32.extend8_s))", "sign_extension"),
        ("(module (func (param f32) (result i32) local.get 0 i32.trunc_sat_f32_s))", "saturating_float_to_int"),
        ("(module (func (result i32 i32) i32.const 0 i32.const 1))", "multi_value"),
        ("(module (func (param externref)))", "reference_types"),
        ("(module (table 1 funcref) (table 1 funcref))", "reference_types"),
        ("(module (memory 1) (func i32.const 0 i32.const 0 i32.const 0 memory.copy))", "bulk_memory"),
        ("(module (memory 1) (data \"x\") (func i32.const 0 i32.const 0 i32.const 0 memory.init 0))", "bulk_memory"),
        ("(module (func (result v128) v128.const i64x2 0 0))", "simd"),
        (
            "(module (func (param v128 v128) (result v128) local.get 0 local.get 1 i8x16.relaxed_swizzle))",
            "relaxed_simd+simd",
        ),
        ("(module (global i32 (i32.add (i32.const 1) (i32.const 2))))", "extended_const"),
        ("(module (func return_call 0))", "tail_call"),
        ("(module (memory 1) (memory 1))", "multi_memory"),
        ("(module (memory i64 1))", "memory64"),
        ("(module (tag) (func throw 0))", "exceptions"),
        ("(module (type (func)) (func (param (ref 0))))", "function_references+reference_types"),
        ("(module (type (struct)))", "gc"),
        ("(module (memory 1 1 shared))", "threads"),
        ("(module (memory 1 (pagesize 1)))", "custom_page_sizes"),
        (
            "(module (func (param i64 i64) (result i64 i64) local.get 0 local.get 1 i64.mul_wide_u))",
            "multi_value+wide_arithmetic",
        ),
        ("(module (func try catch_all end))", "legacy_exceptions"),
        (
            "(module (rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct))))",
            "custom_descriptors+gc",
        ),
        ("(module (type $f (func)) (import \"m\" \"f\" (func (exact (type $f)))))", "custom_descriptors"),
        ("(module (type $f (func)) (func (param (ref (exact $f)))))", "custom_descriptors+reference_types"),
        ("(module (type $f (func)) (type (cont $f)))", "stack_switching"),
    ];
    let wrong: Vec<_> = table.iter().map(|(text, needed)| (text, *needed, of(text))).filter(|t| t.1 != t.2).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_answer_suffices_and_nothing_can_be_left_out() {
    let text = "(module (type $s (struct (field v128))) (memory i64 1) (func (param (ref null $s)) unreachable))";
    let module = wasm(text);
    let needed = required(&module, WasmFeatures::all()).unwrap();
    let flags: Vec<WasmFeatures> =
        needed.iter().map(|name| WasmFeatures::from_name(&name.to_uppercase()).unwrap()).collect();
    let all = flags.iter().fold(WasmFeatures::MVP, |all, flag| all | *flag);
    assert!(accepts(&module, all));
    for flag in flags {
        assert!(!accepts(&module, all.difference(flag)), "{flag:?}");
    }
}

#[test]
fn invalid_is_invalid() {
    assert_eq!(of("(module (func (result i32)))"), "invalid");
    assert_eq!(required(b"", WasmFeatures::all()), None);
    assert_eq!(required(b"\0asm\x01\0\0\0\x01", WasmFeatures::all()), None);
    let simd = wasm("(module (func (result v128) v128.const i64x2 0 0))");
    assert_eq!(required(&simd, WasmFeatures::WASM1), None);
    assert_eq!(required(&simd, WasmFeatures::WASM2), Some(vec!["simd"]));
}

#[test]
fn upwards_and_downwards_agree() {
    for text in ["(module (memory i64 1))", "(module (func return_call 0))", "(module)"] {
        let module = wasm(text);
        let grown = minimal_upwards(&module, WasmFeatures::all()).unwrap();
        assert_eq!(names(minimal_downwards(&module, WasmFeatures::all()).unwrap()), names(grown), "{text}");
    }
    // `wasmparser` does not say which feature more than one memory would take.
    let module = wasm("(module (memory i64 1) (memory 1))");
    assert_eq!(minimal_upwards(&module, WasmFeatures::all()), None);
    assert_eq!(required(&module, WasmFeatures::all()), Some(vec!["memory64", "multi_memory"]));
    assert_eq!(minimal_downwards(b"", WasmFeatures::all()), None);
}

#[test]
fn names_are_those_of_proposals() {
    assert_eq!(names(WasmFeatures::MVP), [""; 0]);
    assert_eq!(names(WasmFeatures::BULK_MEMORY_OPT), ["bulk_memory"]);
    assert_eq!(names(WasmFeatures::CALL_INDIRECT_OVERLONG), ["reference_types"]);
    let all = names(WasmFeatures::all());
    assert!(all.is_sorted() && all.contains(&"gc") && !all.contains(&"bulk_memory_opt") && !all.contains(&"floats"));
}
