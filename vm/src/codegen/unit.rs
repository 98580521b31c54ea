//! Codegen units: runs of functions that become one LLVM module and one object each.

use super::hold::hold_loads;
use super::quiet::remove_superfluous;
use super::rebase::rebase_counters;
use super::target::{CodeTarget, SPIN_HINT};
use super::with_machine;
use crate::error::{Error, Result};
use crate::lower::{Options, Unit, lower_function};
use crate::module::description::Description;
use crate::module::hints::BranchHints;
use crate::{Level, MemoryMode, RelaxedSimd};
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::basic_block::BasicBlock;
use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::passes::PassBuilderOptions;
use inkwell::support::LLVMString;
use inkwell::targets::{FileType, TargetMachine};
use std::ops::Range;
use wasmparser::FunctionBody;

/// Bytes of wasm code in a unit: enough that fixed costs vanish, and that what belongs together is inlined; few enough
/// that a module of some size keeps several cores busy.
const UNIT_BYTES: u64 = 48 << 10;

/// Functions with a basic block of more instructions than this, after the passes, are not optimised when machine code is
/// made: instruction selection and scheduling take quadratic time in the size of a block. A block of this size takes a
/// few seconds.
const LARGEST_OPTIMIZED_BLOCK: usize = 5_000;

/// Bodies past this size are compiled without optimising: several of LLVM's passes take more than linear time in the
/// size of a function, and what generates functions of this size is not written by hand.
const LARGEST_OPTIMIZED_BODY: u64 = 512 << 10;

/// The passes of [`Level::Speed`] before [`rebase_counters`]: locals become registers, constants meet.
const EARLY: &str = "function(sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>)";

/// The passes of [`Level::Speed`]: LLVM's default pipeline without what wasm code, optimised once already, has no use
/// for. `tailcallelim` must stay out, as recursion has to use up the stack, and so must `loop-idiom`, as a code image
/// has no `memcpy` to call.
const SPEED: &str = "cgscc(inline,function(\
    sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,\
    loop-mssa(loop-instsimplify,licm<allowspeculation>,loop-rotate<header-duplication>,licm<allowspeculation>,\
    simple-loop-unswitch),simplifycfg,instcombine<no-verify-fixpoint>,\
    loop(indvars,loop-deletion,loop-unroll-full),\
    sroa,gvn,sccp,bdce,instcombine<no-verify-fixpoint>,adce,dse,\
    loop-mssa(licm<allowspeculation>),simplifycfg,instcombine<no-verify-fixpoint>)),\
    function(loop(loop-rotate),loop-vectorize,loop-load-elim,instcombine<no-verify-fixpoint>,simplifycfg,\
    slp-vectorizer,vector-combine,instcombine<no-verify-fixpoint>,loop-unroll<O2>,sroa,\
    instcombine<no-verify-fixpoint>,loop-mssa(licm<allowspeculation>),simplifycfg)";

/// What every unit of a module is compiled with.
#[derive(Debug)]
pub(crate) struct Settings<'m> {
    pub(crate) description: &'m Description,
    pub(crate) hints: &'m BranchHints,
    pub(crate) target: &'m CodeTarget,
    pub(crate) level: Level,
    pub(crate) memory_mode: MemoryMode,
    pub(crate) relaxed_simd: RelaxedSimd,
}

/// Cuts the functions that a module defines into units.
pub(crate) fn partition(bodies: &[FunctionBody<'_>]) -> Vec<Range<usize>> {
    let mut units = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, body) in bodies.iter().enumerate() {
        let range = body.range();
        bytes += range.end - range.start;
        if bytes >= UNIT_BYTES {
            units.push(start..index + 1);
            (start, bytes) = (index + 1, 0);
        }
    }
    if start < bodies.len() {
        units.push(start..bodies.len());
    }
    units
}

/// Compiles functions to an object. `first` is the function index of the first body.
pub(crate) fn compile(settings: &Settings<'_>, first: u32, bodies: &[FunctionBody<'_>]) -> Result<Vec<u8>> {
    lower(settings, first, bodies, |unit, machine, level| {
        if cfg!(debug_assertions) {
            verify(unit)?;
        }
        emit(unit, machine, level, settings.memory_mode)
    })
}

/// The LLVM IR of functions as text, as it is before LLVM's passes.
pub(crate) fn print(settings: &Settings<'_>, first: u32, bodies: &[FunctionBody<'_>]) -> Result<String> {
    lower(settings, first, bodies, |unit, _, _| {
        verify(unit)?;
        Ok(unit.module.print_to_string().to_string())
    })
}

fn verify(unit: &Unit<'_, '_>) -> Result<()> {
    unit.module.verify().map_err(|e| Error::Codegen(format!("invalid IR: {e}")))
}

/// Lowers functions to an LLVM module and gives that to `then`, with the level at which it is to be compiled.
fn lower<T>(
    settings: &Settings<'_>,
    first: u32,
    bodies: &[FunctionBody<'_>],
    then: impl FnOnce(&Unit<'_, '_>, &TargetMachine, Level) -> Result<T>,
) -> Result<T> {
    let too_large = |body: &FunctionBody<'_>| body.range().end - body.range().start > LARGEST_OPTIMIZED_BODY;
    let level = if bodies.iter().any(too_large) { Level::None } else { settings.level };
    let options = Options {
        optimize: level != Level::None,
        memory_mode: settings.memory_mode,
        relaxed_simd: settings.relaxed_simd,
        tune_cpu: settings.target.tune.clone(),
        vector_intrinsics: settings.target.vector_intrinsics(),
        spin_hint: SPIN_HINT,
    };
    with_machine(settings.target, level, |context, machine| {
        let unit = Unit::new(context, settings.description, &options)?;
        unit.module.set_triple(&machine.get_triple());
        unit.module.set_data_layout(&machine.get_target_data().get_data_layout());
        for (index, body) in (first..).zip(bodies) {
            lower_function(&unit, index, body, settings.hints)?;
        }
        unit.finish();
        then(&unit, machine, level)
    })
}

fn emit(unit: &Unit<'_, '_>, machine: &TargetMachine, level: Level, memory: MemoryMode) -> Result<Vec<u8>> {
    let failed = |e: LLVMString| Error::Codegen(e.to_string());
    if level != Level::None {
        let run = |passes| unit.module.run_passes(passes, machine, PassBuilderOptions::create()).map_err(failed);
        run(EARLY)?;
        rebase_counters(&unit.module)?;
        run(SPEED)?;
        bound_code_generation(&unit.module, unit.context);
    }
    remove_superfluous(&unit.module, unit.context)?;
    if memory == MemoryMode::Precise {
        hold_loads(&unit.module, unit.context, level != Level::None)?;
    }
    let object = machine.write_to_memory_buffer(&unit.module, FileType::Object).map_err(failed)?;
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
