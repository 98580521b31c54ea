//! Wide arithmetic: 128-bit operators compared with Rust's, with constant and with unknown operands.

use crate::support;

const INTERESTING: [i64; 9] = [0, 1, -1, 2, i64::MIN, i64::MAX, 0x1_0000_0000, -0x1_0000_0001, 0x0123_4567_89ab_cdef];

const TEXT: &str = r#"(module
    (func (export "add") (param i64 i64 i64 i64) (result i64 i64)
      (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
    (func (export "sub") (param i64 i64 i64 i64) (result i64 i64)
      (i64.sub128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
    (func (export "mul_s") (param i64 i64) (result i64 i64) (i64.mul_wide_s (local.get 0) (local.get 1)))
    (func (export "mul_u") (param i64 i64) (result i64 i64) (i64.mul_wide_u (local.get 0) (local.get 1))))"#;

fn join(low: i64, high: i64) -> u128 {
    u128::from(low.cast_unsigned()) | u128::from(high.cast_unsigned()) << 64
}

#[test]
fn wide_operators_agree_with_rust() {
    for (mode, engine) in support::engines_with_all_features() {
        let (mut store, instance) = support::instantiate(&engine, TEXT);
        let four =
            |store: &mut _, name| instance.get_typed_func::<(i64, i64, i64, i64), (i64, i64)>(store, name).unwrap();
        let (add, sub) = (four(&mut store, "add"), four(&mut store, "sub"));
        let mul_s = instance.get_typed_func::<(i64, i64), (i64, i64)>(&mut store, "mul_s").unwrap();
        let mul_u = instance.get_typed_func::<(i64, i64), (i64, i64)>(&mut store, "mul_u").unwrap();
        for a in INTERESTING {
            for b in INTERESTING {
                let (low, high) = mul_s.call(&mut store, (a, b)).unwrap();
                assert_eq!(join(low, high).cast_signed(), i128::from(a) * i128::from(b), "{a} * {b} at {mode}");
                let (low, high) = mul_u.call(&mut store, (a, b)).unwrap();
                let product = u128::from(a.cast_unsigned()) * u128::from(b.cast_unsigned());
                assert_eq!(join(low, high), product, "{a} * {b} at {mode}");
                for c in INTERESTING {
                    for d in INTERESTING {
                        let (left, right) = (join(a, b), join(c, d));
                        let (low, high) = add.call(&mut store, (a, b, c, d)).unwrap();
                        assert_eq!(join(low, high), left.wrapping_add(right), "{left} + {right} at {mode}");
                        let (low, high) = sub.call(&mut store, (a, b, c, d)).unwrap();
                        assert_eq!(join(low, high), left.wrapping_sub(right), "{left} - {right} at {mode}");
                    }
                }
            }
        }
    }
}

#[test]
fn wide_operators_on_constants_agree_with_rust() {
    let mut text = "(module".to_owned();
    for a in INTERESTING {
        for b in INTERESTING {
            text += &format!(
                r#"(func (export "{a} {b}") (result i64 i64 i64 i64)
                    (i64.mul_wide_s (i64.const {a}) (i64.const {b}))
                    (i64.sub128 (i64.const {a}) (i64.const {b}) (i64.const {b}) (i64.const {a})))"#
            );
        }
    }
    text += ")";
    for (mode, engine) in support::engines_with_all_features() {
        let (mut store, instance) = support::instantiate(&engine, &text);
        for a in INTERESTING {
            for b in INTERESTING {
                let name = format!("{a} {b}");
                let f = instance.get_typed_func::<(), (i64, i64, i64, i64)>(&mut store, &name).unwrap();
                let (low, high, low2, high2) = f.call(&mut store, ()).unwrap();
                assert_eq!(join(low, high).cast_signed(), i128::from(a) * i128::from(b), "{name} at {mode}");
                assert_eq!(join(low2, high2), join(a, b).wrapping_sub(join(b, a)), "{name} at {mode}");
            }
        }
    }
}
