//! LLVM's objects that are costly to make and can be used again: one set for each thread that compiles.

use super::target::CodeTarget;
use crate::Level;
use crate::error::{Error, Result};
use inkwell::OptimizationLevel;
use inkwell::context::Context;
use inkwell::targets::{
    CodeModel, InitializationConfig, RelocMode, Target, TargetMachine, TargetMachineOptions, TargetTriple,
};
use std::cell::RefCell;
use std::sync::Once;

/// A context keeps every type, constant and name it ever saw, so it is replaced from time to time.
const USES_OF_A_CONTEXT: u32 = 64;

/// What a thread compiles with.
struct Kit {
    context: Context,
    uses: u32,
    /// The machine, and what it was made for.
    machine: Option<(TargetMachine, Level, CodeTarget)>,
}

thread_local! {
    static KIT: RefCell<Kit> = RefCell::new(Kit { context: Context::create(), uses: 0, machine: None });
}

/// Runs `work` with this thread's context and a target machine for `target` and `level`.
pub(crate) fn with_machine<T>(
    target: &CodeTarget,
    level: Level,
    work: impl FnOnce(&Context, &TargetMachine) -> Result<T>,
) -> Result<T> {
    KIT.with_borrow_mut(|kit| {
        if kit.uses == USES_OF_A_CONTEXT {
            kit.context = Context::create();
            kit.uses = 0;
        }
        kit.uses += 1;
        if kit.machine.as_ref().is_none_or(|(_, for_level, for_target)| (*for_level, for_target) != (level, target)) {
            kit.machine = Some((new_machine(target, level)?, level, target.clone()));
        }
        match &kit.machine {
            Some((machine, ..)) => work(&kit.context, machine),
            None => Err(Error::Codegen("no target machine".into())),
        }
    })
}

fn new_machine(target: &CodeTarget, level: Level) -> Result<TargetMachine> {
    static INITIALIZED: Once = Once::new();
    INITIALIZED.call_once(|| Target::initialize_x86(&InitializationConfig::default()));
    let triple = TargetTriple::create(target.triple);
    let options = TargetMachineOptions::new()
        .set_cpu("x86-64")
        .set_features(&target.feature_string())
        .set_level(match level {
            Level::None => OptimizationLevel::None,
            Level::Speed => OptimizationLevel::Default,
        })
        .set_reloc_mode(RelocMode::PIC)
        .set_code_model(CodeModel::Small);
    Target::from_triple(&triple)
        .map_err(|e| Error::Codegen(e.to_string()))?
        .create_target_machine_from_options(&triple, options)
        .ok_or_else(|| Error::Codegen(format!("LLVM has no target machine for {}", target.triple)))
}
