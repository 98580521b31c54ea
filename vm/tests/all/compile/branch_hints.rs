//! Branch hints: they become LLVM branch weights and determine the code layout; invalid sections are ignored.

use crate::support::{engines, instantiate, llvm_ir, machine_code, wat};
use iced_x86::{FlowControl, Instruction};
use wasm_encoder::{
    BlockType, BranchHint, BranchHints, CodeSection, CustomSection, ExportKind, ExportSection, Function,
    FunctionSection, TypeSection, ValType,
};
use wassay_vm::{Config, Engine, Instance, Module, OptLevel, Store};

fn engine(level: OptLevel) -> Engine {
    Engine::new(Config::new().opt_level(level).cpu("x86-64-v3")).unwrap()
}

/// Returns the branch weights in the first function.
fn weights(level: OptLevel, text: &str) -> Vec<String> {
    let ir = llvm_ir::functions(&engine(level), &wat(text));
    ir[0].lines().filter_map(|line| Some(line.split_once("!prof ")?.1.to_owned())).collect()
}

const LIKELY: &str = "i32 2000, i32 1";
const UNLIKELY: &str = "i32 1, i32 2000";

#[test]
fn hints_become_weights_of_their_branch() {
    let text = r#"(module (func (param i32 i32) (result i32) (local i64 f32)
        block (result i32)
          i32.const 7
          local.get 0
          (@metadata.code.branch_hint "\01") br_if 0
          local.get 1
          br_if 0
          local.get 0
          (@metadata.code.branch_hint "\00") br_if 0
          local.get 1
          (@metadata.code.branch_hint "\00") if i32.const 1 return end
          local.get 0
          (@metadata.code.branch_hint "\01") if i32.const 2 return end
        end))"#;
    assert_eq!(weights(OptLevel::Speed, text), [LIKELY, UNLIKELY, UNLIKELY, LIKELY]);
    assert!(weights(OptLevel::None, text).is_empty(), "no pass reads weights at this level");
    assert!(weights(OptLevel::Speed, &text.replace("(@metadata.code.branch_hint \"\\01\")", "")).len() == 2);
    assert!(weights(OptLevel::Speed, "(module (func (param i32) (if (local.get 0) (then (return)))))").is_empty());
}

#[test]
fn function_indices_count_imports() {
    let text = r#"(module (import "" "" (func)) (func (param i32)
        (@metadata.code.branch_hint "\00") (if (local.get 0) (then (call 0)))))"#;
    assert_eq!(weights(OptLevel::Speed, text), [UNLIKELY]);
}

#[test]
fn branches_to_traps_are_unlikely() {
    let text = "(module (func (param i32 i32) (result i32) (i32.div_u (local.get 0) (local.get 1))))";
    assert_eq!(weights(OptLevel::Speed, text), ["i32 1, i32 1048576"]);
}

const THEN: u32 = 11_111;
const ELSE: u32 = 22_222;

/// Returns a loop with an `if`. Each side passes a constant to a call, by which the test recognises it in the code.
fn branching_loop(hint: &str) -> String {
    format!(
        r#"(module (import "" "f" (func $f (param i32)))
          (func (param i32) (result i32)
            (loop $l
              {hint} (if (i32.and (local.get 0) (i32.const 5))
                (then (call $f (i32.const {THEN})))
                (else (call $f (i32.const {ELSE}))))
              (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
            (i32.const 9)))"#
    )
}

/// Returns the constant of the side that the first conditional branch falls through to.
fn fall_through_constant(hint: &str) -> u32 {
    let code = machine_code::functions(&engine(OptLevel::Speed), &wat(&branching_loop(hint)));
    let branch = code[0].iter().position(|i| i.flow_control() == FlowControl::ConditionalBranch).unwrap();
    code[0][branch..].iter().map(Instruction::immediate32).find(|value| [THEN, ELSE].contains(value)).unwrap()
}

#[test]
fn hints_determine_the_code_layout() {
    assert_eq!(fall_through_constant("(@metadata.code.branch_hint \"\\01\")"), THEN);
    assert_eq!(fall_through_constant("(@metadata.code.branch_hint \"\\00\")"), ELSE);
    let plain = machine_code::functions(&engine(OptLevel::Speed), &wat(&branching_loop("")));
    let hinted = machine_code::functions(
        &engine(OptLevel::Speed),
        &wat(&branching_loop("(@metadata.code.branch_hint \"\\00\")")),
    );
    assert_ne!(plain, hinted);
}

#[test]
fn hints_change_no_result() {
    for hint in ["\\00", "\\01"] {
        let text = format!(
            r#"(module (func (export "f") (param i32) (result i32)
                (@metadata.code.branch_hint "{hint}")
                (if (result i32) (local.get 0) (then (i32.const 3)) (else (i32.const 4)))))"#
        );
        for (mode, engine) in engines() {
            let (mut store, instance) = instantiate(&engine, &text);
            let f = instance.get_typed_func::<i32, i32>(&mut store, "f").unwrap();
            assert_eq!((f.call(&mut store, 5).unwrap(), f.call(&mut store, 0).unwrap()), (3, 4), "{hint} at {mode}");
        }
    }
}

/// Returns a module with one `if`, and with the section that `section` adds. That gets the offset of the `if`.
fn module_with(section: impl FnOnce(&mut wasm_encoder::Module, u32)) -> Vec<u8> {
    let mut module = wasm_encoder::Module::new();
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32], [ValType::I32]);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut exports = ExportSection::new();
    exports.export("f", ExportKind::Func, 0);
    let mut body = Function::new([]);
    body.instructions().local_get(0);
    #[expect(clippy::cast_possible_truncation, reason = "two bytes")]
    let offset = body.byte_len() as u32;
    body.instructions().if_(BlockType::Result(ValType::I32)).i32_const(1).else_().i32_const(2).end().end();
    let mut code = CodeSection::new();
    code.function(&body);
    module.section(&types).section(&functions).section(&exports);
    section(&mut module, offset);
    module.section(&code);
    module.finish()
}

fn hints(list: &[(u32, &[(u32, u32)])]) -> impl Fn(&mut wasm_encoder::Module, u32) {
    move |module, at| {
        let mut hints = BranchHints::new();
        for (function, offsets) in list {
            let hint = |&(past, value): &(u32, u32)| BranchHint {
                branch_func_offset: at.wrapping_add(past),
                branch_hint_value: value,
            };
            hints.function_hints(*function, offsets.iter().map(hint).collect::<Vec<_>>());
        }
        module.section(&hints);
    }
}

#[test]
fn invalid_sections_are_ignored() {
    let raw = |data: &'static [u8]| {
        move |module: &mut wasm_encoder::Module, _| {
            module.section(&CustomSection { name: "metadata.code.branch_hint".into(), data: data.into() });
        }
    };
    let broken = [
        ("an offset twice", module_with(hints(&[(0, &[(0, 1), (0, 0)])]))),
        ("offsets that fall", module_with(hints(&[(0, &[(1, 1), (0, 0)])]))),
        ("a function twice", module_with(hints(&[(0, &[(0, 1)]), (0, &[(0, 1)])]))),
        ("functions that fall", module_with(hints(&[(3, &[(0, 1)]), (0, &[(0, 1)])]))),
        ("a value that is none", module_with(hints(&[(0, &[(0, 2)])]))),
        ("nothing", module_with(raw(&[]))),
        ("more functions than bytes", module_with(raw(&[0xff, 0xff, 0xff, 0xff, 0x0f]))),
        ("more hints than bytes", module_with(raw(&[1, 0, 0xff, 0xff, 0xff, 0xff, 0x0f, 2, 1, 1]))),
        ("a payload that is too long", module_with(raw(&[1, 0, 1, 2, 2, 1, 1]))),
        ("no such function", module_with(hints(&[(9, &[(0, 1)])]))),
        ("no branch there", module_with(hints(&[(0, &[(1, 1)])]))),
        ("no such offset", module_with(hints(&[(0, &[(u32::MAX, 1)])]))),
    ];
    let engine = engine(OptLevel::Speed);
    for (what, bytes) in &broken {
        let ir = llvm_ir::functions(&engine, bytes);
        assert!(!ir[0].contains("!prof"), "{what}");
        let host = Engine::default();
        let module = Module::new(&host, bytes).unwrap();
        let mut store = Store::new(&host, ());
        let instance = Instance::new(&mut store, &module, &[]).unwrap();
        let f = instance.get_typed_func::<i32, i32>(&mut store, "f").unwrap();
        assert_eq!(f.call(&mut store, 5).unwrap(), 1, "{what}");
    }
    let ir = llvm_ir::functions(&engine, &module_with(hints(&[(0, &[(0, 1)]), (9, &[(0, 1)])])));
    assert!(ir[0].contains(LIKELY), "a valid section, with a hint for a missing function");
}
