//! Tests of the compiler: broken invariants become errors, and intrinsics compute what generic operators do.

use super::compiler::Compiler;
use crate::codegen::target::CodeTarget;
use crate::error::Error;
use crate::module::parse;
use crate::module::parsed::Parsed;
use crate::system::host_cpu;
use crate::{CompositeType, Config, Engine, FuncType, Instance, Module, Store};

/// Returns the error of compiling a module that `spoil` has made invalid after its validation.
fn stops(text: &str, spoil: impl FnOnce(&mut Parsed<'_>)) -> String {
    let (compiler, config) = (Compiler::default(), Config::default());
    let target = compiler.target(&config).unwrap();
    let buffer = wast::parser::ParseBuffer::new(text).unwrap();
    let bytes = wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap();
    let mut parsed = parse::parse(&bytes, &config).unwrap();
    compiler.to_objects(&config, target, &parsed).expect("it is valid as it is");
    spoil(&mut parsed);
    let error = compiler.to_objects(&config, target, &parsed).unwrap_err();
    assert!(matches!(error, Error::Internal { .. }), "{error}");
    parse::parse(&bytes, &config)
        .and_then(|parsed| compiler.to_objects(&config, target, &parsed))
        .expect("the threads go on");
    error.to_string()
}

#[test]
fn a_broken_invariant_stops_compiling_and_nothing_else() {
    let error = stops("(module (type (func (param i32))) (func (type 1)) (type (func)) (func call 0))", |parsed| {
        parsed.description.functions.to_mut()[0] = 0;
    });
    assert!(error.contains("compiling functions 0 to 1: "), "{error}");

    let cast = "(module (type $s (struct)) (func (param anyref) (result i32) local.get 0 ref.test (ref $s)))";
    let error = stops(cast, |parsed| parsed.description.types[0].composite = CompositeType::Cont(1));
    assert!(error.contains("no cast of continuations"), "{error}");

    let fields = "(module (type $s (struct (field i32))) (func (result anyref) i32.const 1 struct.new $s))";
    let error =
        stops(fields, |parsed| parsed.description.types[0].composite = CompositeType::Func(FuncType::new([], [])));
    assert!(error.contains("requires a structure type"), "{error}");
}

/// Operators that are lowered to intrinsics where the target has any, with their number of operands.
const OPERATORS: [(&str, usize); 9] = [
    ("i8x16.swizzle", 2),
    ("i16x8.q15mulr_sat_s", 2),
    ("i16x8.extadd_pairwise_i8x16_s", 1),
    ("i16x8.extadd_pairwise_i8x16_u", 1),
    ("i32x4.extadd_pairwise_i16x8_s", 1),
    ("i32x4.trunc_sat_f32x4_s", 1),
    ("i32x4.trunc_sat_f32x4_u", 1),
    ("i32x4.trunc_sat_f64x2_s_zero", 1),
    ("i32x4.trunc_sat_f64x2_u_zero", 1),
];

/// Results do not depend on whether the target has intrinsics.
#[test]
fn intrinsics_of_the_target_do_as_generic_operators() {
    let function = |&(name, operands): &(&str, usize)| {
        let gets = ["(local.get 0)", "(local.get 1)"][..operands].concat();
        format!("(func (export \"{name}\") (param v128 v128) (result v128) ({name} {gets}))")
    };
    let text = format!("(module {})", OPERATORS.iter().map(function).collect::<String>());
    let buffer = wast::parser::ParseBuffer::new(&text).unwrap();
    let bytes = wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap();
    let engine = Engine::default();
    let f32s = |lanes: [f32; 4]| lanes.iter().rev().fold(0, |bits, lane| bits << 32 | u128::from(lane.to_bits()));
    let f64s = |lanes: [f64; 2]| lanes.iter().rev().fold(0, |bits, lane| bits << 64 | u128::from(lane.to_bits()));
    let vectors = [
        0x8000_7fff_0001_4000_ffff_1234_8000_c0de,
        0x8000_7f10_0f00_4001_fffe_0302_7fff_0908,
        u128::MAX,
        f32s([-1.5, 2_147_483_648.0, 4_294_967_296.0, f32::NAN]),
        f32s([2_147_483_520.0, 4_294_967_040.0, -2_147_483_648.0, f32::INFINITY]),
        f64s([2_147_483_647.9, -2_147_483_649.0]),
        f64s([4_294_967_295.9, -0.9]),
        f64s([f64::NAN, f64::NEG_INFINITY]),
        f64s([3_000_000_000.5, 5e300]),
    ];
    let run = |target: &CodeTarget| {
        let artifact = Compiler::default().compile_for(&Config::default(), target, &bytes).unwrap();
        // SAFETY: it comes from the compiler just now.
        let module = unsafe { Module::from_artifact(&engine, artifact) }.unwrap();
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let mut results = Vec::new();
        for (name, _) in OPERATORS {
            let f = instance.get_typed_func::<(u128, u128), u128>(&mut store, name).unwrap();
            for (left, right) in vectors.iter().flat_map(|&left| vectors.map(|right| (left, right))) {
                results.push((name, left, right, f.call(&mut store, (left, right)).unwrap()));
            }
        }
        results
    };
    let plain = CodeTarget::generic(vec!["sse4.1"]);
    let generic = run(&plain);
    let has = plain.vector_intrinsics();
    assert!(has.lookup.is_none() && has.multiply_q15.is_none() && has.truncate_f32_s.is_none());
    for level in [None, Some("x86-64-v2"), Some("x86-64-v3")] {
        let target = CodeTarget::new(level).unwrap();
        let record = target.record(&Config::default());
        if host_cpu::check(&record.arch, &record.features).is_ok() {
            assert!(target.vector_intrinsics().dot_words.is_some());
            assert_eq!(generic, run(&target), "{level:?}");
        }
    }
    let swizzled = generic.iter().find(|(_, left, right, _)| (*left, *right) == (vectors[0], vectors[1])).unwrap().3;
    assert_eq!(swizzled.to_be_bytes()[..6], [0, 0xde, 0, 0, 0x80, 0xde]);
}
