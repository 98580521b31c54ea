//! The way of one LLVM module: optimised, then compiled to an ELF object.

use super::effort::Effort;
use super::fold_barrier::insert_fold_barriers;
use super::{pipeline, quiet};
use crate::config::MemoryMode;
use crate::error::{Error, Result};
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::basic_block::BasicBlock;
use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::targets::{FileType, TargetMachine};

/// Functions with a basic block of more instructions than this, counted after the passes, are compiled without
/// optimisation: instruction selection and scheduling take quadratic time in the size of a block. A block of this size
/// takes a few seconds.
const LARGEST_OPTIMIZED_BLOCK: usize = 5_000;

/// Optimises an LLVM module and compiles it to an object.
///
/// `checkpoint` is called between passes. If it returns an error, the work ends with that error.
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
    quiet::remove_superfluous(module, context)?;
    if memory_mode == MemoryMode::Precise {
        insert_fold_barriers(module, context, effort != Effort::Plain)?;
    }
    checkpoint()?;
    let object = machine.write_to_memory_buffer(module, FileType::Object).map_err(|e| Error::Codegen(e.to_string()))?;
    Ok(object.as_slice().to_vec())
}

/// Turns optimisation off for functions with very large basic blocks, so that code generation takes time in proportion
/// to the size of a module.
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
