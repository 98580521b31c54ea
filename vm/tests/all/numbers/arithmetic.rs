//! Arithmetic where LLVM's semantics differ from WebAssembly's, and the VM's own LLVM passes.

use crate::support::{engines, instantiate};

/// Operations that are identities, except that they quiet a signalling NaN.
const IDENTITIES: &[&str] = &[
    "(f64.mul (local.get 0) (f64.const 1))",
    "(f64.mul (f64.const 1) (local.get 0))",
    "(f64.div (local.get 0) (f64.const 1))",
    "(f64.sub (local.get 0) (f64.const 0))",
    "(f64.add (local.get 0) (f64.const -0))",
    "(f64.neg (f64.mul (local.get 0) (f64.const -1)))",
    "(f64.neg (f64.div (local.get 0) (f64.const -1)))",
    "(f64.neg (f64.sub (f64.const -0) (local.get 0)))",
    "(f64.min (local.get 0) (local.get 0))",
    "(f64.max (local.get 0) (f64.const -inf))",
    // The constant comes from a local, a call, and a local that was never set.
    "(local.set 1 (f64.const 1)) (f64.mul (local.get 0) (local.get 1))",
    "(f64.mul (local.get 0) (call $one))",
    "(f64.sub (local.get 0) (local.get 1))",
];

#[test]
fn signalling_nans_are_quieted() {
    for (mode, engine) in engines() {
        for body in IDENTITIES {
            let text = format!(
                r#"(module (func $one (result f64) (f64.const 1))
                    (func (export "f") (param f64) (result f64) (local f64) {body})
                    (func (export "bits") (param i64) (result i64)
                      (local f64 f64) (local.set 1 (f64.reinterpret_i64 (local.get 0)))
                      (i64.reinterpret_f64 (call 1 (local.get 1)))))"#
            );
            let (mut store, instance) = instantiate(&engine, &text);
            let bits = instance.get_typed_func::<i64, i64>(&mut store, "bits").unwrap();
            let quiet = 0x7ff8_0000_0000_0001_i64;
            assert_eq!(bits.call(&mut store, 0x7ff0_0000_0000_0001).unwrap() & i64::MAX, quiet, "{body} at {mode}");
            assert_eq!(
                bits.call(&mut store, 0x4009_21fb_5444_2d18).unwrap(),
                0x4009_21fb_5444_2d18,
                "{body} at {mode}"
            );
        }
    }
}

#[test]
fn demotion_after_promotion_quiets_nans() {
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(
            &engine,
            r#"(module (func (export "f") (param i32) (result i32)
                (i32.reinterpret_f32 (f32.demote_f64 (f64.promote_f32 (f32.reinterpret_i32 (local.get 0)))))))"#,
        );
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f").unwrap();
        assert_eq!(f.call(&mut store, 0x7fa0_0001).unwrap(), 0x7fe0_0001, "{mode}");
        assert_eq!(f.call(&mut store, 0x3f80_0000).unwrap(), 0x3f80_0000, "{mode}");
    }
}

/// Counters that run up to zero. The pass that rebases counters must handle all of their uses: sums, exit tests on the old and
/// the new value, other phis, and arithmetic that is not a sum.
#[test]
fn rebased_counters_keep_their_values() {
    let text = r#"(module (memory (export "memory") 2)
        (func (export "f") (param $k i32) (result i32)
          (local $i i32) (local $sum i32) (local $last i32) (local $times i32)
          (local.set $i (i32.const -400))
          (loop $l
            (i32.store (i32.add (local.get $i) (i32.const 1400)) (local.get $i))
            (i32.store offset=4 (i32.add (local.get $i) (i32.const 66400)) (i32.mul (local.get $i) (local.get $k)))
            (local.set $sum (i32.add (local.get $sum) (i32.xor (local.get $last) (local.get $i))))
            (local.set $last (local.get $i))
            (local.set $i (i32.add (local.get $i) (i32.const 4)))
            (local.set $times (i32.add (local.get $times) (i32.shr_u (local.get $i) (i32.const 31))))
            (br_if $l (local.get $i)))
          (i32.add (i32.mul (local.get $sum) (i32.const 31)) (i32.add (local.get $last) (local.get $times))))
        (func (export "g") (result i32) (local $i i32) (local $sum i32)
          (local.set $i (i32.const -64))
          (block $out (loop $l
            (br_if $out (i32.eqz (local.get $i)))
            (local.set $sum (i32.add (local.get $sum)
              (i32.load8_u offset=3 (i32.add (local.get $i) (i32.const 1064)))))
            (br_if $out (i32.gt_s (local.get $i) (i32.const -3)))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br $l)))
          (i32.add (local.get $sum) (local.get $i))))"#;
    let mut seen = Vec::new();
    for (_, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, text);
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f").unwrap().call(&mut store, 77).unwrap();
        let g = instance.get_typed_func::<(), i32>(&mut store, "g").unwrap().call(&mut store, ()).unwrap();
        let memory = instance.get_memory(&mut store, "memory").unwrap().data(&store).to_vec();
        seen.push((f, g, memory));
    }
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
    let stored = i32::from_le_bytes(seen[0].2[1000..1004].try_into().unwrap());
    assert_eq!(stored, -400);
}
