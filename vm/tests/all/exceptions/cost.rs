//! Cost of exceptions where none is thrown: no instruction. `benches/throw.rs` measures times.

use crate::support::{engines, instantiate, machine_code, throwing, wat};
use iced_x86::{FlowControl, Instruction};
use wassay_vm::{Config, Engine};

/// Returns the code between the target of the function's first backward branch and that branch. Code of handlers comes after it.
fn loop_of(code: &[Instruction]) -> &[Instruction] {
    let is_backward =
        |i: &Instruction| i.flow_control() == FlowControl::ConditionalBranch && i.near_branch_target() <= i.ip();
    let end = code.iter().position(is_backward).unwrap();
    let branch = &code[end];
    let start = code.iter().position(|i| i.ip() == branch.near_branch_target()).unwrap();
    &code[start..=end]
}

#[test]
fn a_loop_has_the_same_code_with_a_handler_as_without() {
    let engine = Engine::new(Config::new().cpu("x86-64-v3")).unwrap();
    let functions = machine_code::functions(&engine, &wat(&throwing::loops()));
    let [plain, around, inside] = [1, 2, 3].map(|index| loop_of(&functions[index]));
    let mnemonics = |code: &[Instruction]| code.iter().map(Instruction::mnemonic).collect::<Vec<_>>();
    let text = |code: &[Instruction]| code.iter().map(machine_code::text).collect::<Vec<_>>().join("; ");
    for code in [plain, around, inside] {
        assert!(text(code).contains("call"), "the loop calls a function that could throw: {}", text(code));
    }
    assert_eq!(mnemonics(plain), mnemonics(around), "\n{}\n{}", text(plain), text(around));
    assert_eq!(mnemonics(plain), mnemonics(inside), "\n{}\n{}", text(plain), text(inside));
}

#[test]
fn benchmark_modules_throw_as_often_as_told() {
    for (mode, engine) in engines() {
        let (mut store, instance) = instantiate(&engine, throwing::THROW);
        let run = instance.get_typed_func::<(i32, i32), i32>(&mut store, "run").unwrap();
        let leave = instance.get_typed_func::<(i32, i32), i32>(&mut store, "leave").unwrap();
        for depth in [1, 10, 100] {
            assert_eq!(run.call(&mut store, (7, depth)).unwrap(), 7, "{mode}");
            assert_eq!(leave.call(&mut store, (7, depth)).unwrap(), 0, "{mode}");
        }
        let (mut store, instance) = instantiate(&engine, &throwing::loops());
        for name in throwing::LOOPS {
            let f = instance.get_typed_func::<i32, i32>(&mut store, name).unwrap();
            assert_eq!(f.call(&mut store, 3).unwrap(), (3 ^ 5) + (2 ^ 5) + (1 ^ 5), "{name} {mode}");
        }
    }
}
