//! LLVM's objects that are costly to make and can be used again: one set for each thread that compiles.

use super::target::CodeTarget;
use crate::Level;
use crate::error::{Error, Result};
use inkwell::OptimizationLevel;
use inkwell::context::Context;
use inkwell::targets::{
    CodeModel, InitializationConfig, RelocMode, Target, TargetMachine, TargetMachineOptions, TargetTriple,
};
use std::cell::Cell;
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
    static KIT: Cell<Option<Kit>> = const { Cell::new(None) };
}

/// Runs `work` with this thread's context and a target machine for `target` and `level`.
pub(crate) fn with_machine<T>(
    target: &CodeTarget,
    level: Level,
    work: impl FnOnce(&Context, &TargetMachine) -> Result<T>,
) -> Result<T> {
    // Taken out, so that what a panic leaves behind is not used again.
    let kit = KIT.take().filter(|kit| kit.uses < USES_OF_A_CONTEXT);
    let mut kit = kit.unwrap_or_else(|| Kit { context: Context::create(), uses: 0, machine: None });
    kit.uses += 1;
    let fits = |(_, for_level, for_target): &(_, Level, CodeTarget)| (*for_level, for_target) == (level, target);
    let machine = match kit.machine.take().filter(fits) {
        Some((machine, ..)) => machine,
        None => new_machine(target, level)?,
    };
    let done = work(&kit.context, &machine);
    kit.machine = Some((machine, level, target.clone()));
    KIT.set(Some(kit));
    done
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
