//! Structures and arrays of the largest sizes that validation allows.

use super::build;
use super::isolated::hostile;
use std::fmt::Write as _;
use wassay_vm::Val;

/// The limit of fields of a structure, and of operands of `array.new_fixed`.
const MOST: usize = 10_000;

/// Returns the concatenation of a text for each number.
fn each(mut write: impl FnMut(&mut String, usize)) -> String {
    let mut text = String::new();
    for number in 0..MOST {
        write(&mut text, number);
    }
    text
}

hostile! {
    fn ten_thousand_fields() {
        let fields = each(|text, _| text.push_str("(field (mut i32))"));
        let values = each(|text, at| write!(text, "(i32.add (local.get 0) (i32.const {at}))").unwrap());
        let sum = each(|text, at| {
            write!(text, "(local.set 0 (i32.add (i32.mul (local.get 0) (i32.const 3)) (struct.get $large {at} (local.get 1))))")
                .unwrap();
        });
        let wasm = build::wat(&format!(
            "(module (type $large (struct {fields}))
               (func (export \"run\") (param i32) (result i32) (local (ref null $large))
                 (local.set 1 (struct.new $large {values}))
                 (local.set 0 (i32.const 0))
                 {sum}
                 (local.get 0)))"
        ));
        let expected = (0..10_000_i32).fold(0, |sum: i32, at| sum.wrapping_mul(3).wrapping_add(5 + at));
        build::at_each_level(|engine| {
            assert_eq!(build::only_i32(build::run(engine, &wasm, &[Val::I32(5)])), expected);
        });
    }

    fn ten_thousand_operands() {
        let values = each(|text, at| write!(text, "(i32.add (local.get 0) (i32.const {at}))").unwrap());
        let wasm = build::wat(&format!(
            "(module (type $large (array i32))
               (func (export \"run\") (param i32) (result i32)
                 (array.get $large (array.new_fixed $large {MOST} {values}) (i32.const 9876))))"
        ));
        build::at_each_level(|engine| {
            assert_eq!(build::only_i32(build::run(engine, &wasm, &[Val::I32(5)])), 9881);
        });
    }

    fn ten_thousand_objects_in_one_function() {
        let code = each(|text, _| text.push_str("(local.set 1 (struct.new $node (local.get 0) (local.get 1)))"));
        let wasm = build::wat(&format!(
            "(module (type $node (struct (field i32) (field (ref null $node))))
               (func (export \"run\") (param i32) (result i32) (local (ref null $node))
                 {code}
                 (struct.get $node 0 (local.get 1))))"
        ));
        build::at_each_level(|engine| {
            assert_eq!(build::only_i32(build::run(engine, &wasm, &[Val::I32(5)])), 5);
        });
    }

    fn ten_thousand_objects_in_a_constant() {
        let (opening, closing) =
            (each(|text, _| text.push_str("(struct.new $node ")), each(|text, _| text.push(')')));
        let wasm = build::wat(&format!(
            "(module (type $node (struct (field (ref null $node))))
               (global $chain (ref $node) {opening} (ref.null $node) {closing})
               (func (export \"run\") (result i32) (local $at (ref null $node)) (local $count i32)
                 (local.set $at (global.get $chain))
                 (block $end (loop $more
                   (br_if $end (ref.is_null (local.get $at)))
                   (local.set $at (struct.get $node 0 (local.get $at)))
                   (local.set $count (i32.add (local.get $count) (i32.const 1)))
                   (br $more)))
                 (local.get $count)))"
        ));
        build::at_each_level(|engine| {
            assert_eq!(build::only_i32(build::run(engine, &wasm, &[])), 10_000);
        });
    }
}
