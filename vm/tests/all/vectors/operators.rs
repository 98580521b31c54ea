//! Vector operators, beyond the tests of the official suite.
//!
//! They cover every operator on every CPU level, signalling NaNs with constants, vectors as arguments and results of host
//! functions, and traps.

use crate::support::{engines, instantiate, trap, wat};
use std::fmt::Write;
use wassay_vm::{
    Caller, Config, Engine, Extern, Func, FuncType, Instance, MemoryMode, Module, OptLevel, Store, Trap, Val, ValType,
};

/// Returns operators without immediates: the name in the text format, and the number of operands.
fn operators() -> Vec<(String, usize)> {
    macro_rules! names {
        ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident (arity $($arity:tt)*) )*) => {
            vec![$((stringify!($visit), names!(@ $({ $($arg)* })? $($arity)*))),*]
        };
        (@ { $($arg:ident)* } $($rest:tt)*) => { None };
        (@ $operands:literal -> $results:literal) => { Some($operands) };
    }
    let all: Vec<(&str, Option<usize>)> = wasmparser::for_each_visit_simd_operator!(names);
    let text = |name: &str| name.trim_start_matches("visit_").replacen('_', ".", 1);
    all.into_iter().filter_map(|(name, operands)| Some((text(name), operands?))).collect()
}

/// Returns a module that exports each operator as a function of three vectors.
fn all_operators() -> String {
    let mut text = String::from("(module ");
    for (name, operands) in operators() {
        let shape = &name[..5];
        let sign = if matches!(shape, "i8x16" | "i16x8") { "_u" } else { "" };
        let arguments = match operands {
            1 if name.ends_with("splat") => format!("({shape}.extract_lane{sign} 0 (local.get 0))"),
            2 if name.contains(".sh") => "(local.get 0) (i32x4.extract_lane 1 (local.get 1))".into(),
            _ => (0..operands).fold(String::new(), |text, index| format!("{text}(local.get {index})")),
        };
        let call = format!("({name} {arguments})");
        let is_number = ["true", "bitmask"].iter().any(|end| name.ends_with(end));
        let call = if is_number { format!("(i32x4.splat {call})") } else { call };
        write!(text, "(func (export \"{name}\") (param v128 v128 v128) (result v128) {call})").unwrap();
    }
    text + ")"
}

/// Returns operands with edge cases: ends of ranges, shift distances, indices, NaNs of both kinds, zeros of both signs.
fn operands() -> Vec<u128> {
    let f32s = |lanes: [f32; 4]| lanes.iter().rev().fold(0, |bits, lane| bits << 32 | u128::from(lane.to_bits()));
    let f64s = |lanes: [f64; 2]| lanes.iter().rev().fold(0, |bits, lane| bits << 64 | u128::from(lane.to_bits()));
    vec![
        0,
        u128::MAX,
        0x8000_7fff_8001_00ff_80fe_7f81_1011_0f80,
        0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100,
        0x8080_8080_8080_8080_7f7f_7f7f_7f7f_7f7f,
        0x8000_8000_8000_8000_8000_0000_8000_0000_u128.rotate_left(64),
        0x7fa0_0001_ffc0_0000_7f80_0000_0000_0001,
        0x7ff0_0000_0000_0001_8000_0000_0000_0000,
        f32s([0.0, -0.0, 1.5, -2.5]),
        f32s([2_147_483_648.0, -2_147_483_648.0, 4_294_967_296.0, -1.0]),
        f32s([2_147_483_520.0, -2_147_483_904.0, 4_294_967_040.0, -0.5]),
        f32s([-0.0, 0.0, 1e38, -1e-45]),
        f64s([2_147_483_647.5, -2_147_483_648.9]),
        f64s([4_294_967_295.9, -0.9]),
        f64s([1e300, f64::NEG_INFINITY]),
        f64s([-0.0, 1.0]),
    ]
}

/// Replaces every NaN by the same one, as the specification does not say which NaN results.
fn without_payloads(name: &str, bits: u128) -> u128 {
    let (width, exponent) = match &name[..5] {
        "f32x4" => (32, 0x7f80_0000_u128),
        "f64x2" => (64, 0x7ff0_0000_0000_0000),
        _ => return bits,
    };
    let lane_mask = (1 << width) - 1;
    (0..128 / width).fold(0, |result, lane| {
        let value = bits >> (lane * width) & lane_mask;
        let is_nan = value & (lane_mask >> 1) > exponent;
        result | (if is_nan { lane_mask } else { value }) << (lane * width)
    })
}

/// Returns a result without NaN payloads, but for operators whose results are masks or moved bits.
fn result(name: &str, bits: u128) -> u128 {
    let is_mask = [".eq", ".ne", ".lt", ".gt", ".le", ".ge"].iter().any(|end| name.ends_with(end));
    let moves = ["splat", "abs", "neg", "pmin", "pmax"].iter().any(|end| name.ends_with(end));
    if is_mask || moves { bits } else { without_payloads(name, bits) }
}

#[test]
fn every_operator_agrees_on_all_cpus_and_levels() {
    let bytes = wat(&all_operators());
    let names: Vec<_> = operators().into_iter().map(|(name, _)| name).collect();
    assert!(names.len() > 200, "{} operators", names.len());
    let run = |engine: &Engine| {
        let module = Module::new(engine, &bytes).unwrap();
        let mut store = Store::new(engine, ());
        let instance = Instance::new(&mut store, &module, &[])?;
        let mut results = Vec::new();
        for name in &names {
            let f = instance.get_typed_func::<(u128, u128, u128), u128>(&mut store, name)?;
            for (index, &a) in operands().iter().enumerate() {
                for &b in &operands() {
                    let c = operands()[(index * 7 + 3) % operands().len()];
                    results.push((name, a, b, c, result(name, f.call(&mut store, (a, b, c))?)));
                }
            }
        }
        wassay_vm::Result::Ok(results)
    };
    let expected = run(&engines()[0].1).unwrap();
    for level in [OptLevel::None, OptLevel::Speed] {
        for cpu in ["x86-64-v2", "x86-64-v3", "x86-64-v4", "host"] {
            let mut config = Config::new();
            config.opt_level(level).memory_mode(MemoryMode::Precise);
            if cpu != "host" {
                config.cpu(cpu);
            }
            match run(&Engine::new(&config).unwrap()) {
                Ok(results) => {
                    for (expected, result) in expected.iter().zip(&results) {
                        assert_eq!(expected, result, "{level:?} {cpu}");
                    }
                }
                // The host does not support this CPU. The code was still compiled, so it calls no library.
                Err(wassay_vm::Error::Artifact(_)) => {}
                Err(other) => panic!("{level:?} {cpu}: {other}"),
            }
        }
    }
}

/// Operations that are identities, except that they quiet a signalling NaN, as in `numbers/arithmetic.rs`. `$x` is the operand.
const IDENTITIES: &[&str] = &[
    "(f32x4.mul (local.get $x) (v128.const f32x4 1 1 1 1))",
    "(f32x4.mul (v128.const f32x4 1 1 1 1) (local.get $x))",
    "(f32x4.div (local.get $x) (v128.const f32x4 1 1 1 1))",
    "(f32x4.sub (local.get $x) (v128.const f32x4 0 0 0 0))",
    "(f32x4.sub (local.get $x) (v128.const i64x2 0 0))",
    "(f32x4.add (local.get $x) (v128.const f32x4 -0 -0 -0 -0))",
    "(f32x4.neg (f32x4.mul (local.get $x) (v128.const f32x4 -1 -1 -1 -1)))",
    "(f32x4.neg (f32x4.sub (v128.const f32x4 -0 -0 -0 -0) (local.get $x)))",
    "(f32x4.mul (local.get $x) (f32x4.splat (f32.const 1)))",
    "(f32x4.mul (local.get $x) (i32x4.splat (i32.const 0x3f800000)))",
    "(f32x4.mul (local.get $x) (f32x4.replace_lane 2 (v128.const f32x4 1 1 7 1) (f32.const 1)))",
    "(f32x4.min (local.get $x) (local.get $x))",
    "(f32x4.max (local.get $x) (v128.const f32x4 -inf -inf -inf -inf))",
    "(f32x4.relaxed_madd (local.get $x) (v128.const f32x4 1 1 1 1) (v128.const f32x4 -0 -0 -0 -0))",
    // The constant comes from a local, from a local that was never set, or from an operation.
    "(local.set $y (v128.const f32x4 1 1 1 1)) (f32x4.mul (local.get $x) (local.get $y))",
    "(f32x4.sub (local.get $x) (local.get $y))",
    "(f32x4.mul (local.get $x) (call $one))",
    "(f32x4.mul (local.get $x) (block (result v128) (v128.const f32x4 1 1 1 1)))",
    "(f32x4.mul (local.get $x) (global.get $g))",
    "(f32x4.mul (local.get $x) (select (v128.const f32x4 1 1 1 1) (v128.const f32x4 1 1 1 1) (i32.const 1)))",
    "(f32x4.mul (local.get $x) (v128.and (v128.const f32x4 1 1 1 1) (v128.const i64x2 -1 -1)))",
    // Only one lane, or some, are used.
    "(f32x4.splat (f32x4.extract_lane 1 (f32x4.mul (local.get $x) (v128.const f32x4 7 1 7 7))))",
    "(f32x4.demote_f64x2_zero (f64x2.promote_low_f32x4 (local.get $x)))",
];

#[test]
fn signalling_nans_are_quieted_in_every_lane() {
    for (mode, engine) in engines() {
        for body in IDENTITIES {
            let text = format!(
                r#"(module (global $g v128 (v128.const f32x4 1 1 1 1))
                    (func $one (result v128) (v128.const f32x4 1 1 1 1))
                    (func (export "f") (param $x v128) (result v128) (local $y v128) {body}))"#
            );
            let (mut store, instance) = instantiate(&engine, &text);
            let f = instance.get_typed_func::<u128, u128>(&mut store, "f").unwrap();
            // A demotion sets two lanes and clears the others.
            let lanes = if body.contains("demote") { u128::from(u64::MAX) } else { u128::MAX };
            let splat = |lane: u32| (0..4).fold(0, |bits, _| bits << 32 | u128::from(lane)) & lanes;
            let sign = splat(0x8000_0000);
            let quieted = f.call(&mut store, splat(0x7fa0_0001)).unwrap() & !sign;
            assert_eq!(quieted, splat(0x7fe0_0001), "{body} at {mode}");
            assert_eq!(f.call(&mut store, splat(0x4049_0fdb)).unwrap(), splat(0x4049_0fdb), "{body} at {mode}");
        }
    }
}

#[test]
fn vectors_are_passed_in_registers_and_the_overflow_area() {
    const COUNT: usize = 23;
    let types: Vec<_> = (0..COUNT).map(|n| if n % 3 == 1 { ValType::I32 } else { ValType::V128 }).collect();
    let list: Vec<_> = types.iter().map(ToString::to_string).collect();
    let gets: Vec<_> = (0..COUNT).map(|n| format!("(local.get {n})")).collect();
    let (list, gets) = (list.join(" "), gets.join(" "));
    let text = format!(
        "(module (type $t (func (param {list}) (result {list}))) (import \"\" \"f\" (func $f (type $t)))
           (table funcref (elem $g)) (func $g (type $t) {gets} (call $f))
           (func (export \"h\") (type $t) {gets} (call_indirect (type $t) (i32.const 0))))"
    );
    let values: Vec<_> = types
        .iter()
        .zip(1_u128..)
        .map(|(ty, n)| if *ty == ValType::I32 { Val::I32(-7) } else { Val::V128(n << 120 | n << 64 | n) })
        .collect();
    for (mode, engine) in engines() {
        let module = Module::new(&engine, wat(&text)).unwrap();
        let mut store = Store::new(&engine, ());
        let ty = FuncType::new(types.clone(), types.clone());
        let host = Func::new(&mut store, ty, |_: Caller<'_, ()>, params: &[Val], results: &mut [Val]| {
            results.copy_from_slice(params);
            Ok(())
        })
        .unwrap();
        let instance = Instance::new(&mut store, &module, &[Extern::Func(host)]).unwrap();
        let mut results: Vec<_> = types.iter().map(|&ty| Val::default_of(ty)).collect();
        instance.get_func(&mut store, "h").unwrap().call(&mut store, &values, &mut results).unwrap();
        assert_eq!(format!("{results:?}"), format!("{values:?}"), "{mode}");
    }
}

#[test]
fn out_of_bounds_accesses_trap_without_effect() {
    let text = r#"(module (memory (export "m") 1)
        (func (export "load") (param i32) (drop (v128.load (local.get 0))))
        (func (export "widened") (param i32) (drop (v128.load16x4_u (local.get 0))))
        (func (export "splat") (param i32) (drop (v128.load64_splat (local.get 0))))
        (func (export "zero") (param i32) (drop (v128.load64_zero (local.get 0))))
        (func (export "lane") (param i32) (drop (v128.load64_lane 1 (local.get 0) (v128.const i64x2 1 2))))
        (func (export "store") (param i32) (v128.store (local.get 0) (v128.const i64x2 -1 -1)))
        (func (export "store lane") (param i32) (v128.store64_lane 1 (local.get 0) (v128.const i64x2 -1 -1))))"#;
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        for name in ["load", "widened", "splat", "zero", "lane", "store", "store lane"] {
            let f = instance.get_typed_func::<i32, ()>(&mut store, name).unwrap();
            f.call(&mut store, 65536 - 16).unwrap();
            let memory = instance.get_memory(&mut store, "m").unwrap();
            memory.write(&mut store, 65536 - 16, &[0; 16]).unwrap();
            for address in [65536 - 7, -1] {
                assert_eq!(trap(f.call(&mut store, address)), Trap::MemoryOutOfBounds, "{name} at {mode}");
            }
            assert!(memory.data(&store)[65536 - 16..].iter().all(|&byte| byte == 0), "{name} at {mode}");
        }
    }
}
