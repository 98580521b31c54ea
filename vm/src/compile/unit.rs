//! Compilation of one codegen unit: lowers its functions to an LLVM module, and has an ELF object made of that.

use super::deadline::Deadline;
use super::partition::CodegenUnit;
use crate::codegen::effort::Effort;
use crate::codegen::machine::with_machine;
use crate::codegen::object;
use crate::codegen::target::{CodeTarget, SPIN_HINT};
use crate::config::{MemoryMode, RelaxedSimd};
use crate::error::{Error, Result};
use crate::lower::{Options, Unit, lower_function};
use crate::module::description::Description;
use crate::module::hints::BranchHints;
use inkwell::targets::TargetMachine;
use wasmparser::FunctionBody;

/// What all codegen units of a module are compiled with.
#[derive(Debug)]
pub(super) struct Settings<'m> {
    pub(super) description: &'m Description,
    pub(super) bodies: &'m [FunctionBody<'m>],
    pub(super) hints: &'m BranchHints,
    pub(super) deadline: &'m Deadline,
    pub(super) target: &'m CodeTarget,
    pub(super) memory_mode: MemoryMode,
    pub(super) relaxed_simd: RelaxedSimd,
}

/// Compiles a codegen unit to an ELF object.
pub(super) fn compile(settings: &Settings<'_>, codegen_unit: &CodegenUnit) -> Result<Vec<u8>> {
    lower(settings, codegen_unit, |unit, machine| {
        if cfg!(debug_assertions) {
            verify(unit)?;
        }
        object::generate(&unit.module, unit.context, machine, codegen_unit.effort, settings.memory_mode, &|| {
            settings.deadline.check()
        })
    })
}

/// Returns the LLVM IR of a codegen unit as text, before LLVM's passes.
pub(super) fn print(settings: &Settings<'_>, codegen_unit: &CodegenUnit) -> Result<String> {
    lower(settings, codegen_unit, |unit, _| {
        verify(unit)?;
        Ok(unit.module.print_to_string().to_string())
    })
}

/// Verifies the IR that lowering made.
fn verify(unit: &Unit<'_, '_>) -> Result<()> {
    unit.module.verify().map_err(|e| Error::Codegen(format!("invalid IR: {e}")))
}

/// Lowers a codegen unit to an LLVM module and passes that to `then`.
fn lower<T>(
    settings: &Settings<'_>,
    codegen_unit: &CodegenUnit,
    then: impl FnOnce(&Unit<'_, '_>, &TargetMachine) -> Result<T>,
) -> Result<T> {
    let options = Options {
        optimize: codegen_unit.effort != Effort::Plain,
        memory_mode: settings.memory_mode,
        relaxed_simd: settings.relaxed_simd,
        tune_cpu: settings.target.tune.clone(),
        vector_intrinsics: settings.target.vector_intrinsics(),
        spin_hint: SPIN_HINT,
    };
    with_machine(settings.target, codegen_unit.effort, codegen_unit.counts.instructions, |context, machine| {
        let unit = Unit::new(context, settings.description, &options)?;
        unit.module.set_triple(&machine.get_triple());
        unit.module.set_data_layout(&machine.get_target_data().get_data_layout());
        for &index in &codegen_unit.bodies {
            settings.deadline.check()?;
            let body = &settings.bodies[index as usize];
            lower_function(&unit, settings.description.func_imports + index, body, settings.hints)?;
        }
        unit.finish();
        then(&unit, machine)
    })
}
