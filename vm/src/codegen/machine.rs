//! LLVM contexts and target machines, which are costly to create: each compiling thread keeps its own for reuse.

use super::effort::Effort;
use super::target::CodeTarget;
use crate::error::{Error, Result};
use inkwell::OptimizationLevel;
use inkwell::context::Context;
use inkwell::targets::{
    CodeModel, InitializationConfig, RelocMode, Target, TargetMachine, TargetMachineOptions, TargetTriple,
};
use std::cell::Cell;
use std::sync::Once;

/// Numbers of units and instructions after which a context is replaced: a context keeps every type, constant and name
/// that it ever created.
const MAX_CONTEXT_UNITS: u32 = 64;
const MAX_CONTEXT_INSTRUCTIONS: u64 = 200_000;

/// The context and the target machines of a thread.
struct ThreadContext {
    context: Context,
    units: u32,
    instructions: u64,
    /// One target machine for each effort, with the target that it was created for.
    machines: [Option<(TargetMachine, CodeTarget)>; 3],
}

thread_local! {
    static THREAD_CONTEXT: Cell<Option<ThreadContext>> = const { Cell::new(None) };
}

impl ThreadContext {
    /// Counts a unit of so many instructions, and replaces the context if it has grown large.
    fn count_unit(&mut self, instructions: u64) {
        self.units += 1;
        self.instructions += instructions;
        if self.units >= MAX_CONTEXT_UNITS || self.instructions >= MAX_CONTEXT_INSTRUCTIONS {
            self.context = Context::create();
            (self.units, self.instructions) = (0, 0);
        }
    }
}

/// Runs `work` with the context of this thread and a target machine for `target` and `effort`. The unit at work has
/// about `instructions` instructions.
pub(crate) fn with_machine<T>(
    target: &CodeTarget,
    effort: Effort,
    instructions: u64,
    work: impl FnOnce(&Context, &TargetMachine) -> Result<T>,
) -> Result<T> {
    // Taken out of the cell, so that a context in which `work` panicked is not used again.
    let own = THREAD_CONTEXT.take().unwrap_or_else(|| ThreadContext {
        context: Context::create(),
        units: 0,
        instructions: 0,
        machines: [None, None, None],
    });
    let ThreadContext { context, mut machines, .. } = own;
    let slot = effort as usize;
    let machine = match machines[slot].take().filter(|(_, for_target)| for_target == target) {
        Some((machine, _)) => machine,
        None => new_machine(target, effort)?,
    };
    let done = work(&context, &machine);
    machines[slot] = Some((machine, target.clone()));
    let mut own = ThreadContext { context, machines, ..own };
    own.count_unit(instructions);
    THREAD_CONTEXT.set(Some(own));
    done
}

fn new_machine(target: &CodeTarget, effort: Effort) -> Result<TargetMachine> {
    static INITIALIZED: Once = Once::new();
    INITIALIZED.call_once(|| Target::initialize_x86(&InitializationConfig::default()));
    let triple = TargetTriple::create(target.triple);
    let options = TargetMachineOptions::new()
        .set_cpu("x86-64")
        .set_features(&target.feature_string())
        .set_level(match effort {
            Effort::Plain => OptimizationLevel::None,
            Effort::Light => OptimizationLevel::Less,
            Effort::Full => OptimizationLevel::Default,
        })
        .set_reloc_mode(RelocMode::PIC)
        .set_code_model(CodeModel::Small);
    Target::from_triple(&triple)
        .map_err(|e| Error::Codegen(e.to_string()))?
        .create_target_machine_from_options(&triple, options)
        .ok_or_else(|| Error::Codegen(format!("LLVM has no target machine for {}", target.triple)))
}
