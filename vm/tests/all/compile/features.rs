//! Features: for each one of `wasmparser`, a module that needs it is compiled, or refused with the feature's name.

use crate::support::wat;
use bitflags::Flags;
use std::collections::BTreeSet;
use wasmparser::WasmFeatures;
use wassay_vm::{Config, Engine, Error, Module, NOT_BUILT, OptLevel};

/// For each feature, the smallest module that is invalid if only that feature is off. Features of components are left out.
const MODULES: &[(&str, &str)] = &[
    ("ACQUIRE_RELEASE_ATOMICS", "(func (atomic.fence acqrel) (pause))"),
    ("BULK_MEMORY", "(memory 1) (data $d \"\") (func (data.drop $d))"),
    ("BULK_MEMORY_OPT", "(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))"),
    ("COMPACT_IMPORTS", "(import \"a\" (item \"b\" (func)) (item \"c\" (func)))"),
    ("CUSTOM_DESCRIPTORS", "(rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))"),
    ("CUSTOM_PAGE_SIZES", "(memory 1 (pagesize 1))"),
    ("EXCEPTIONS", "(func (try_table))"),
    ("EXTENDED_CONST", "(global i32 (i32.add (i32.const 1) (i32.const 2)))"),
    ("FLOATS", "(func (param f32))"),
    ("FUNCTION_REFERENCES", "(func (param (ref func)) (drop (ref.as_non_null (local.get 0))))"),
    ("GC", "(func (param i32) (drop (ref.i31 (local.get 0))))"),
    ("GC_TYPES", "(func (param externref))"),
    ("LEGACY_EXCEPTIONS", "(func try catch_all end)"),
    ("MEMORY64", "(memory i64 1)"),
    ("MEMORY_CONTROL", "(memory 1) (func (memory.discard (i32.const 0) (i32.const 0)))"),
    (
        "MULTIBYTE_ARRAY_ACCESS",
        "(type $a (array i8)) (func (param (ref $a)) (drop (i32.load (type $a) (local.get 0) (i32.const 0))))",
    ),
    ("MULTI_MEMORY", "(memory 1) (memory 1)"),
    ("MULTI_VALUE", "(func (result i32 i32) (i32.const 0) (i32.const 0))"),
    ("MUTABLE_GLOBAL", "(global (export \"g\") (mut i32) (i32.const 0))"),
    ("REFERENCE_TYPES", "(table 1 externref)"),
    ("RELAXED_SIMD", "(func (param v128) (drop (i8x16.relaxed_swizzle (local.get 0) (local.get 0))))"),
    ("SATURATING_FLOAT_TO_INT", "(func (param f32) (drop (i32.trunc_sat_f32_s (local.get 0))))"),
    ("SHARED_EVERYTHING_THREADS", "(type (shared (func)))"),
    ("SIGN_EXTENSION", "(func (param i32) (drop (i32.extend8_s (local.get 0))))"),
    ("SIMD", "(func (param v128))"),
    ("STACK_SWITCHING", "(type $f (func)) (type (cont $f))"),
    ("TAIL_CALL", "(func $f (return_call $f))"),
    ("THREADS", "(memory 1 1 shared)"),
    ("WIDE_ARITHMETIC", "(func (param i64) (result i64 i64) (i64.mul_wide_s (local.get 0) (local.get 0)))"),
];

/// The smallest component.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";

/// Returns a module with a `call_indirect` whose table index takes more bytes than needed. Encoders of text never write that.
fn overlong() -> Vec<u8> {
    let mut module = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x04\x04\x01\x70\0\0".to_vec();
    module.extend(b"\x0a\x0a\x01\x08\0\x41\0\x11\0\x80\0\x0b");
    module
}

fn module(feature: &str) -> Option<Vec<u8>> {
    if feature == "CALL_INDIRECT_OVERLONG" {
        return Some(overlong());
    }
    let (_, text) = MODULES.iter().find(|(name, _)| *name == feature)?;
    Some(wat(&format!("(module {text})")))
}

fn compile(bytes: &[u8], features: WasmFeatures) -> Result<Module, Error> {
    Module::new(
        &Engine::new(Config::new().opt_level(OptLevel::None).features(features.iter_names().map(|(name, _)| name)))?,
        bytes,
    )
}

#[test]
fn every_feature_is_supported_or_refused_by_name() {
    let all = WasmFeatures::all();
    let mut names = BTreeSet::new();
    for flag in WasmFeatures::FLAGS {
        let name = flag.name();
        let lower = name.to_lowercase();
        names.insert(lower.clone());
        let built = NOT_BUILT.iter().all(|(listed, _)| *listed != lower);
        if name.starts_with("CM") || name == "COMPONENT_MODEL" {
            assert!(!built, "{name}");
            continue;
        }
        let bytes = module(name).unwrap_or_else(|| panic!("{name}: MODULES has no module that needs it"));
        let without = compile(&bytes, all.difference(*flag.value()));
        assert!(matches!(without, Err(Error::Invalid { .. })), "{name}: the module does not need it: {without:?}");
        match compile(&bytes, all) {
            Ok(_) => assert!(built, "{name} is supported, but listed in NOT_BUILT"),
            Err(Error::Unsupported { feature, .. }) => {
                assert!(!built && feature == lower, "{name} is refused as {feature}, listed: {}", !built);
            }
            Err(other) => panic!("{name}: {other}"),
        }
    }
    let stale: Vec<_> = NOT_BUILT.iter().filter(|(name, _)| !names.contains(*name)).collect();
    assert!(stale.is_empty(), "not features of wasmparser: {stale:?}");
    let refused = compile(COMPONENT, all);
    assert!(matches!(&refused, Err(Error::Invalid { message, .. }) if message.contains("component")), "{refused:?}");
}

#[test]
fn types_and_immediates_of_missing_proposals_are_refused() {
    for text in [
        "(type (shared (struct)))",
        "(type (shared (array i8)))",
        "(global (shared i32) (i32.const 0))",
        "(import \"m\" \"g\" (global (shared mut i64)))",
        "(table shared 1 (ref null (shared func)))",
        "(import \"m\" \"t\" (table shared 1 (ref null (shared any))))",
        "(func (param (ref null (shared extern))))",
        "(func (local (ref null (shared eq))))",
        "(func (result (ref null (shared i31))) (ref.null (shared i31)))",
        "(func (block (result (ref null (shared any))) (ref.null (shared any))) drop)",
        "(global (ref null (shared any)) (ref.null (shared any)))",
        "(tag (param (ref null (shared any))))",
        "(elem (ref null (shared func)))",
        "(func (export \"f\") (param i32) (drop (ref.i31_shared (local.get 0))))",
    ] {
        let refused = compile(&wat(&format!("(module {text})")), WasmFeatures::all());
        let named = matches!(&refused, Err(Error::Unsupported { feature: "shared_everything_threads", .. }));
        assert!(named, "{text}: {refused:?}");
    }
    for access in [
        "(drop (i32.load (type $a) (local.get 0) (i32.const 0)))",
        "(drop (i64.load8_s (type $a) (local.get 0) (i32.const 0)))",
        "(drop (f32.load (type $a) offset=4 (local.get 0) (i32.const 0)))",
        "(drop (v128.load (type $a) (local.get 0) (i32.const 0)))",
        "(i32.store (type $a) (local.get 0) (i32.const 0) (i32.const 1))",
        "(i64.store16 (type $a) (local.get 0) (i32.const 0) (i64.const 1))",
        "(f64.store (type $a) (local.get 0) (i32.const 0) (f64.const 1))",
    ] {
        let text = format!("(module (type $a (array (mut i8))) (func (param (ref $a)) {access}))");
        let refused = compile(&wat(&text), WasmFeatures::all());
        let named = matches!(&refused, Err(Error::Unsupported { feature: "multibyte_array_access", .. }));
        assert!(named, "{access}: {refused:?}");
    }
}
