//! Tests of operator coverage.

use super::*;

const SCRIPT: &str = r#"(module $m
  (type $t (func (result i32)))
  (table funcref (elem $hidden))
  (func $hidden (result i32) (i32.popcnt (i32.const 1)))
  (func $helper (result i32) (i32.ctz (i32.const 1)))
  (func (export "direct") (result i32) (i32.clz (call $helper)))
  (func (export "indirect") (result i32) (call_indirect (type $t) (i32.const 0)))
  (global i64 (i64.const 0)))
(assert_return (invoke "direct") (i32.const 32))
(assert_return (invoke "indirect") (i32.const 1))
(assert_invalid (module (func (result i32) (f32.const 0))) "type mismatch")
(module (func (export "direct") (nop)))
(invoke "direct")
(invoke $m "direct")
(assert_trap (module (func $f (unreachable)) (start $f)) "unreachable")
"#;

fn used(uses: &UsageByDirective, line: u32, kind: &str) -> Vec<String> {
    let set = uses.get(&(line, kind.to_owned()));
    let mut names: Vec<String> = set.iter().flat_map(|set| set.iter()).map(|n| table()[n].0.clone()).collect();
    names.sort();
    names
}

#[test]
fn directives_use_the_operators_they_reach() {
    let uses = usage::of_script(SCRIPT).unwrap();
    let all = ["call", "call_indirect", "i32.clz", "i32.const", "i32.ctz", "i32.popcnt", "i64.const"];
    assert_eq!(used(&uses, 1, "module"), all);
    assert_eq!(used(&uses, 9, "assert_return"), ["call", "i32.clz", "i32.const", "i32.ctz"]);
    assert_eq!(used(&uses, 10, "assert_return"), ["call_indirect", "i32.const", "i32.popcnt"]);
    assert_eq!(used(&uses, 11, "assert_invalid"), [""; 0], "it never runs");
    assert_eq!(used(&uses, 13, "invoke"), ["nop"], "on the latest module");
    assert_eq!(used(&uses, 14, "invoke"), used(&uses, 9, "assert_return"));
    assert_eq!(used(&uses, 15, "assert_trap"), ["unreachable"]);
    assert!(usage::of_script("(module").is_none());
}
