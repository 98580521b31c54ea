//! From one LLVM module to one ELF object.

use super::effort::Effort;
use super::hold::hold_loads;
use super::{pipeline, quiet};
use crate::config::MemoryMode;
use crate::error::{Error, Result};
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::basic_block::BasicBlock;
use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::targets::{FileType, TargetMachine};

/// Functions with a basic block of more instructions than this, after the passes, are not optimised when machine code is
/// made: instruction selection and scheduling take quadratic time in the size of a block. A block of this size takes a
/// few seconds.
const LARGEST_OPTIMIZED_BLOCK: usize = 5_000;

/// Optimises an LLVM module and compiles it to an object. `checkpoint` is called between passes; an error of it ends the
/// work.
pub(crate) fn generate<'ctx>(
    module: &Module<'ctx>,
    context: &'ctx Context,
    machine: &TargetMachine,
    effort: Effort,
    memory_mode: MemoryMode,
    checkpoint: &dyn Fn() -> Result<()>,
) -> Result<Vec<u8>> {
    pipeline::run(module, context, machine, effort, checkpoint)?;
    if effort != Effort::Plain {
        bound_code_generation(module, context);
    }
    quiet::remove(module, context)?;
    if memory_mode == MemoryMode::Precise {
        hold_loads(module, context, effort != Effort::Plain)?;
    }
    checkpoint()?;
    let object = machine.write_to_memory_buffer(module, FileType::Object).map_err(|e| Error::Codegen(e.to_string()))?;
    Ok(object.as_slice().to_vec())
}

/// Keeps the time that machine code takes in proportion to the size of a module, whatever the module is.
fn bound_code_generation(module: &Module<'_>, context: &Context) {
    let attributes =
        ["optnone", "noinline"].map(|name| context.create_enum_attribute(Attribute::get_named_enum_kind_id(name), 0));
    for function in module.get_functions() {
        let large = |block: BasicBlock<'_>| block.get_instructions().nth(LARGEST_OPTIMIZED_BLOCK).is_some();
        if function.get_basic_block_iter().any(large) {
            for attribute in attributes {
                function.add_attribute(AttributeLoc::Function, attribute);
            }
        }
    }
}
