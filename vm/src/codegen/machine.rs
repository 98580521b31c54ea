//! LLVM's objects that are costly to make and can be used again: one set for each thread that compiles.

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

/// A context keeps every type, constant and name it ever saw, so it is replaced after so many units and instructions.
const UNITS_OF_A_CONTEXT: u32 = 64;
const INSTRUCTIONS_OF_A_CONTEXT: u64 = 200_000;

/// What a thread compiles with.
struct Kit {
    context: Context,
    units: u32,
    instructions: u64,
    /// Machines for the target they were last made for: one for each effort.
    machines: [Option<(TargetMachine, CodeTarget)>; 3],
}

thread_local! {
    static KIT: Cell<Option<Kit>> = const { Cell::new(None) };
}

impl Kit {
    /// Counts a unit of so many instructions, and gives the memory back that units have left.
    fn used(&mut self, instructions: u64) {
        self.units += 1;
        self.instructions += instructions;
        if self.units >= UNITS_OF_A_CONTEXT || self.instructions >= INSTRUCTIONS_OF_A_CONTEXT {
            self.context = Context::create();
            (self.units, self.instructions) = (0, 0);
        }
    }
}

/// Runs `work`, on a unit of so many instructions, with this thread's context and a target machine for `target` and
/// `effort`.
pub(crate) fn with_machine<T>(
    target: &CodeTarget,
    effort: Effort,
    instructions: u64,
    work: impl FnOnce(&Context, &TargetMachine) -> Result<T>,
) -> Result<T> {
    // Taken out, so that what a panic leaves behind is not used again.
    let kit = KIT.take().unwrap_or_else(|| Kit {
        context: Context::create(),
        units: 0,
        instructions: 0,
        machines: [None, None, None],
    });
    let Kit { context, mut machines, .. } = kit;
    let slot = effort as usize;
    let machine = match machines[slot].take().filter(|(_, for_target)| for_target == target) {
        Some((machine, _)) => machine,
        None => new_machine(target, effort)?,
    };
    let done = work(&context, &machine);
    machines[slot] = Some((machine, target.clone()));
    let mut kit = Kit { context, machines, ..kit };
    kit.used(instructions);
    KIT.set(Some(kit));
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
