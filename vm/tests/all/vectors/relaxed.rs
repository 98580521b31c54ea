//! Relaxed vector operators with the target's own choices (`RelaxedSimd::Fast`).
//!
//! The tests check which choices those are, that LLVM and the CPU make the same ones, and that artifacts with other choices are
//! refused. The official scripts test that results are among the allowed ones.

use crate::support::wat;
use std::fmt::Write;
use wassay_vm::{Config, Engine, Error, Instance, Module, OptLevel, RelaxedSimd, Store};

const UNARY: &[&str] = &[
    "i32x4.relaxed_trunc_f32x4_s",
    "i32x4.relaxed_trunc_f32x4_u",
    "i32x4.relaxed_trunc_f64x2_s_zero",
    "i32x4.relaxed_trunc_f64x2_u_zero",
];
const BINARY: &[&str] = &[
    "i8x16.relaxed_swizzle",
    "f32x4.relaxed_min",
    "f32x4.relaxed_max",
    "f64x2.relaxed_min",
    "f64x2.relaxed_max",
    "i16x8.relaxed_q15mulr_s",
    "i16x8.relaxed_dot_i8x16_i7x16_s",
];
const TERNARY: &[&str] = &[
    "f32x4.relaxed_madd",
    "f32x4.relaxed_nmadd",
    "f64x2.relaxed_madd",
    "f64x2.relaxed_nmadd",
    "i8x16.relaxed_laneselect",
    "i16x8.relaxed_laneselect",
    "i32x4.relaxed_laneselect",
    "i64x2.relaxed_laneselect",
    "i32x4.relaxed_dot_i8x16_i7x16_add_s",
];

fn operators() -> impl Iterator<Item = (&'static str, usize)> {
    [UNARY, BINARY, TERNARY]
        .into_iter()
        .zip(1..)
        .flat_map(|(names, count)| names.iter().map(move |&name| (name, count)))
}

fn f32s(lanes: [f32; 4]) -> u128 {
    lanes.iter().rev().fold(0, |bits, lane| bits << 32 | u128::from(lane.to_bits()))
}

fn f64s(lanes: [f64; 2]) -> u128 {
    lanes.iter().rev().fold(0, |bits, lane| bits << 64 | u128::from(lane.to_bits()))
}

/// Returns operands for which the choices differ: indices and numbers out of range, mixed masks, zeros, rounded products.
fn operands() -> Vec<u128> {
    vec![
        0,
        0x80ff_1710_0f00_7f81_fe02_1133_4455_8001,
        0x8000_8000_7fff_8000_8000_0001_8080_7f7f,
        0x00ff_8000_0080_ff00_ffff_0000_8000_0001,
        f32s([3e9, -3e9, 5e9, -0.5]),
        f32s([-0.0, 0.0, 16_777_217.0, 1.000_000_1]),
        f64s([3e9, -1.0]),
        f64s([1.000_000_000_000_000_2, -0.0]),
    ]
}

fn engine(level: OptLevel, cpu: &str, choice: RelaxedSimd) -> Engine {
    Engine::new(Config::new().opt_level(level).cpu(cpu).relaxed_simd(choice)).unwrap()
}

/// Calls the exports `0`, `1`, ... with three vectors each, and returns their results. Returns `None` if the host does not support
/// the engine's CPU.
fn results(engine: &Engine, text: &str, arguments: &[[u128; 3]]) -> Option<Vec<u128>> {
    let module = match Module::new(engine, wat(text)) {
        Err(Error::Artifact(_)) => return None,
        other => other.unwrap(),
    };
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let call = |(index, arguments): (usize, &[u128; 3])| {
        let f = instance.get_typed_func::<(u128, u128, u128), u128>(&mut store, &index.to_string()).unwrap();
        f.call(&mut store, (*arguments).into()).unwrap()
    };
    Some(arguments.iter().enumerate().map(call).collect())
}

/// Replaces every NaN by the same one, as LLVM folds to another payload than the CPU computes, and both are allowed.
fn without_payloads(name: &str, bits: u128) -> u128 {
    let (width, exponent) = match &name[..5] {
        "f32x4" => (32, 0x7f80_0000_u128),
        "f64x2" => (64, 0x7ff0_0000_0000_0000),
        _ => return bits,
    };
    let mask = (1 << width) - 1;
    (0..128 / width).fold(0, |result, lane| {
        let value = bits >> (lane * width) & mask;
        result | (if value & (mask >> 1) > exponent { mask } else { value }) << (lane * width)
    })
}

#[test]
fn llvm_and_the_cpu_make_the_same_choices() {
    let (mut computed, mut folded) = (String::from("(module"), String::from("(module"));
    let (mut names, mut arguments) = (Vec::new(), Vec::new());
    for (name, count) in operators() {
        for (at, &a) in operands().iter().enumerate() {
            for (next, &b) in operands().iter().enumerate().skip(at % 2).step_by(2) {
                let triple = [a, b, operands()[(at + 3 * next) % operands().len()]];
                let gets: String = (0..count).map(|n| format!("(local.get {n})")).collect();
                #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
                let constant = |v: u128| format!("(v128.const i64x2 {:#x} {:#x})", v as u64, (v >> 64) as u64);
                let constants: String = triple[..count].iter().map(|&v| constant(v)).collect();
                for (text, operands) in [(&mut computed, gets), (&mut folded, constants)] {
                    let export = arguments.len();
                    write!(
                        text,
                        "(func (export \"{export}\") (param v128 v128 v128) (result v128) ({name} {operands}))"
                    )
                    .unwrap();
                }
                names.push(name);
                arguments.push(triple);
            }
        }
    }
    computed.push(')');
    folded.push(')');
    for cpu in ["x86-64-v2", "x86-64-v3", "x86-64-v4"] {
        let Some(expected) = results(&engine(OptLevel::None, cpu, RelaxedSimd::Fast), &computed, &arguments) else {
            continue;
        };
        for (level, text) in [(OptLevel::Speed, &computed), (OptLevel::Speed, &folded), (OptLevel::None, &folded)] {
            let found = results(&engine(level, cpu, RelaxedSimd::Fast), text, &arguments).unwrap();
            for (index, name) in names.iter().enumerate() {
                let (expected, found) = (expected[index], found[index]);
                let same = without_payloads(name, expected) == without_payloads(name, found);
                assert!(same, "{name} {:x?} {level:?} {cpu}: {expected:x}, {found:x}", arguments[index]);
            }
        }
    }
}

/// Returns the result of an operator for a choice and a CPU.
fn one(choice: RelaxedSimd, cpu: &str, name: &str, arguments: [u128; 3]) -> Option<u128> {
    let count = operators().find(|(known, _)| *known == name).unwrap().1;
    let gets: String = (0..count).map(|n| format!("(local.get {n})")).collect();
    let text = format!("(module (func (export \"0\") (param v128 v128 v128) (result v128) ({name} {gets})))");
    Some(results(&engine(OptLevel::Speed, cpu, choice), &text, &[arguments])?[0])
}

#[test]
fn fast_follows_the_cpu_and_deterministic_the_profile() {
    let splat8 = |byte: u8| u128::from_le_bytes([byte; 16]);
    let splat16 = |lane: u16| (0..8).fold(0, |bits, _| bits << 16 | u128::from(lane));
    let splat32 = |lane: u32| (0..4).fold(0, |bits, _| bits << 32 | u128::from(lane));
    let one_ulp = 1.0 + f32::EPSILON;
    // The product is 1 + 2e + e^2. The term e^2 survives only in a fused multiply-add.
    let product = f32s([-(1.0 + 2.0 * f32::EPSILON); 4]);
    let cases: &[(&str, [u128; 3], u128, u128)] = &[
        ("i8x16.relaxed_swizzle", [0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100, splat8(17), 0], 0, splat8(1)),
        ("i32x4.relaxed_trunc_f32x4_s", [f32s([3e9; 4]), 0, 0], splat32(0x7fff_ffff), splat32(0x8000_0000)),
        (
            "i32x4.relaxed_trunc_f64x2_s_zero",
            [f64s([f64::NAN, -1.0]), 0, 0],
            0xffff_ffff_0000_0000,
            0xffff_ffff_8000_0000,
        ),
        ("f32x4.relaxed_madd", [f32s([one_ulp; 4]), f32s([one_ulp; 4]), product], 0, f32s([f32::EPSILON.powi(2); 4])),
        ("i8x16.relaxed_laneselect", [splat8(0xff), 0, splat8(0x81)], splat8(0x81), splat8(0xff)),
        ("i16x8.relaxed_laneselect", [splat8(0xff), 0, splat16(0x0081)], splat16(0x0081), splat16(0x00ff)),
        ("i32x4.relaxed_laneselect", [splat8(0xff), 0, splat32(0x8000_0001)], splat32(0x8000_0001), splat8(0xff)),
        ("i64x2.relaxed_laneselect", [splat8(0xff), 0, 1 << 63 | 1], 1 << 63 | 1, u128::from(u64::MAX)),
        ("f32x4.relaxed_min", [f32s([-0.0; 4]), f32s([0.0; 4]), 0], f32s([-0.0; 4]), f32s([0.0; 4])),
        ("f64x2.relaxed_max", [f64s([f64::NAN; 2]), f64s([3.0; 2]), 0], f64s([f64::NAN; 2]), f64s([3.0; 2])),
        ("i16x8.relaxed_q15mulr_s", [splat16(0x8000), splat16(0x8000), 0], splat16(0x7fff), splat16(0x8000)),
        ("i16x8.relaxed_dot_i8x16_i7x16_s", [splat8(0x80), splat8(0x81), 0], splat16(32512), splat16(0x8000)),
    ];
    for &(name, arguments, deterministic, fast) in cases {
        for (choice, expected) in [(RelaxedSimd::Deterministic, deterministic), (RelaxedSimd::Fast, fast)] {
            let Some(found) = one(choice, "x86-64-v3", name, arguments) else { return };
            assert_eq!(without_payloads(name, found), without_payloads(name, expected), "{name} {choice:?}: {found:x}");
        }
    }
    let arguments = [f32s([one_ulp; 4]), f32s([one_ulp; 4]), product];
    assert_eq!(one(RelaxedSimd::Fast, "x86-64-v2", "f32x4.relaxed_madd", arguments), Some(0), "x86-64-v2 has no FMA");
    if let Some(found) = one(RelaxedSimd::Fast, "x86-64-v4", "i32x4.relaxed_trunc_f32x4_u", [f32s([-5.0; 4]), 0, 0]) {
        assert_eq!(found, u128::MAX);
    }
    for cpu in ["x86-64-v2", "x86-64-v3"] {
        let found = one(RelaxedSimd::Fast, cpu, "i32x4.relaxed_trunc_f32x4_u", [f32s([-5.0; 4]), 0, 0]);
        assert!(found.is_none_or(|found| found == 0), "{cpu}: {found:x?}");
    }
}

#[test]
fn artifacts_of_the_other_choice_are_refused() {
    let wasm = wat("(module (func (export \"f\")))");
    let with = |choice| Engine::new(Config::new().relaxed_simd(choice)).unwrap();
    let (deterministic, fast) = (with(RelaxedSimd::Deterministic), with(RelaxedSimd::Fast));
    let bytes = fast.precompile_module(&wasm).unwrap();
    // SAFETY: the bytes come from `precompile_module`.
    let refused = unsafe { Module::deserialize(&deterministic, &bytes) };
    let message = refused.unwrap_err().to_string();
    assert!(message.contains("Fast") && message.contains("Deterministic"), "{message}");
    // SAFETY: as above.
    assert!(unsafe { Module::deserialize(&fast, &bytes) }.is_ok());
}
