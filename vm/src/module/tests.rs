//! Tests of the survey of function bodies.

use super::parse;
use super::survey::{Survey, size};
use crate::config::Config;
use wasmparser::Operator;

fn of(text: &str) -> Survey {
    let buffer = wast::parser::ParseBuffer::new(text).unwrap();
    let wasm = wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap();
    parse::parse(&wasm, &Config::new()).unwrap().survey(0).unwrap()
}

#[test]
fn only_locals_that_are_used_are_listed() {
    let survey = of("(module (func (param i32 i64) (local i32 f32 i32)
        local.get 4 local.set 2 return local.get 3 drop local.get 1 drop))");
    assert_eq!(survey.locals, [2, 4]);
}

#[test]
fn what_is_never_executed_does_not_count() {
    let alive = of("(module (func block end))").counts;
    let dead = of(
        "(module (func block br 0 (block (loop (call 0) (br 0))) (i32.div_u (i32.const 1) (i32.const 0)) drop end))",
    );
    assert_eq!((dead.counts.calls, dead.counts.loops, dead.counts.checks), (0, 0, 0));
    assert_eq!(dead.counts.instructions, alive.instructions + size(&Operator::Br { relative_depth: 0 }).0);
    // The end of a block that nothing branches to is as unreachable as the code before; code after an `if` is
    // reachable.
    assert_eq!(of("(module (func block unreachable end call 0))").counts.calls, 0);
    assert_eq!(of("(module (func i32.const 0 if unreachable end call 0))").counts.calls, 1);
    assert_eq!(of("(module (func i32.const 0 if unreachable else end call 0))").counts.calls, 1);
    assert_eq!(of("(module (func block i32.const 0 br_if 0 unreachable end call 0))").counts.calls, 1);
}

#[test]
fn each_count_counts() {
    let counts = |code: &str| {
        of(&format!(
            "(module (type $two (func (result i32 i32))) (table 1 funcref) (memory 1)
        (func (param i32) {code}))"
        ))
        .counts
    };
    let none = counts("");
    assert_eq!(counts("loop local.get 0 br_if 0 local.get 0 br_if 0 end").latches, 3);
    assert_eq!(counts("loop end loop end").loops, 2);
    assert_eq!(counts("block block block local.get 0 br_table 0 1 2 1 0 end end end").switch_targets, 3);
    assert_eq!(counts("local.get 0 local.get 0 i32.div_u drop").checks, 1);
    assert!(counts("local.get 0 call_indirect").calls == 1 && counts("local.get 0 call_indirect").checks > 0);
    // The values of a block count for each branch that passes them.
    let two = "block (type $two) i32.const 1 i32.const 2 local.get 0 br_if 0 local.get 0 br_if 0 end drop drop";
    assert_eq!(counts(two).branch_values, none.branch_values + 6);
    let straight = counts(&"local.get 0 i32.const 3 i32.mul drop ".repeat(100)).straight_line;
    assert!((200..1_000).contains(&straight), "{straight}");
    let met = |sets: usize| counts(&format!("block {} end", "local.get 0 local.tee 0 br_if 0 ".repeat(sets))).phi_inputs;
    assert!(met(40) > met(20) && met(20) > none.phi_inputs);
}
