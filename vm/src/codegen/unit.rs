//! Codegen units: runs of functions that become one LLVM module and one object each.

use super::budget::{self, Effort};
use super::hold::hold_loads;
use super::quiet;
use super::rebase::rebase_counters;
use super::target::{CodeTarget, SPIN_HINT};
use super::with_machine;
use crate::compile::Deadline;
use crate::error::{Error, Result};
use crate::lower::{Options, Unit, lower_function};
use crate::module::description::Description;
use crate::module::hints::BranchHints;
use crate::module::survey::Counts;
use crate::{MemoryMode, OptLevel, RelaxedSimd};
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::basic_block::BasicBlock;
use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::passes::PassBuilderOptions;
use inkwell::support::LLVMString;
use inkwell::targets::{FileType, TargetMachine};
use wasmparser::FunctionBody;

/// Bytes of wasm code in a unit: enough that fixed costs vanish, and that what belongs together is inlined; few enough
/// that a module of some size keeps several cores busy.
const UNIT_BYTES: u64 = 48 << 10;
const UNIT_INSTRUCTIONS: u64 = 100_000;
const UNIT_FUNCTIONS: usize = 500;

/// Functions with a basic block of more instructions than this, after the passes, are not optimised when machine code is
/// made: instruction selection and scheduling take quadratic time in the size of a block. A block of this size takes a
/// few seconds.
const LARGEST_OPTIMIZED_BLOCK: usize = 5_000;

/// The passes of [`OptLevel::Speed`] before [`rebase_counters`]: locals become registers, constants meet.
const EARLY: &str = "function(sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>)";

/// The passes of [`Effort::Light`].
const LIGHT: &str = "function(sroa,early-cse<memssa>,sccp,simplifycfg,early-cse,adce,simplifycfg)";

/// The first passes of [`OptLevel::Speed`] after [`rebase_counters`], with [`LATE`]: LLVM's default pipeline without what wasm code, optimised once already, has no use
/// for. `tailcallelim` must stay out, as recursion has to use up the stack, and so must `loop-idiom`, as a code image
/// has no `memcpy` to call.
const SPEED: &str = "cgscc(inline,function(\
    sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,\
    loop-mssa(loop-instsimplify,licm<allowspeculation>,loop-rotate<header-duplication>,licm<allowspeculation>,\
    simple-loop-unswitch),simplifycfg,instcombine<no-verify-fixpoint>,\
    loop(indvars,loop-deletion,loop-unroll-full),\
    sroa,gvn,sccp,bdce,instcombine<no-verify-fixpoint>,adce,dse,\
    loop-mssa(licm<allowspeculation>),simplifycfg,instcombine<no-verify-fixpoint>))";

/// The passes of functions that follow, and whether they go by the cost of instructions.
const LATE: [(&str, bool); 6] = [
    ("loop(loop-rotate),loop-vectorize", true),
    ("loop-load-elim,instcombine<no-verify-fixpoint>,simplifycfg", false),
    ("slp-vectorizer", true),
    ("vector-combine,instcombine<no-verify-fixpoint>", false),
    ("loop-unroll<O2>", true),
    ("sroa,instcombine<no-verify-fixpoint>,loop-mssa(licm<allowspeculation>),simplifycfg", false),
];

/// What every unit of a module is compiled with.
#[derive(Debug)]
pub(crate) struct Settings<'m> {
    pub(crate) description: &'m Description,
    pub(crate) bodies: &'m [FunctionBody<'m>],
    pub(crate) hints: &'m BranchHints,
    pub(crate) deadline: &'m Deadline,
    pub(crate) target: &'m CodeTarget,
    pub(crate) memory_mode: MemoryMode,
    pub(crate) relaxed_simd: RelaxedSimd,
}

/// A codegen unit: functions, by their places among those that a module defines, for which equally much is done.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) bodies: Vec<u32>,
    effort: Effort,
    counts: Counts,
}

impl Part {
    /// Which functions they are, of a module that imports so many.
    pub(crate) fn functions(&self, imports: u32) -> String {
        let [first, last] =
            [self.bodies.first(), self.bodies.last()].map(|index| imports + index.copied().unwrap_or(0));
        format!("functions {first} to {last}")
    }

    /// Bytes of memory that compiling it takes, about.
    pub(crate) fn memory(&self) -> u64 {
        budget::memory(self.effort, &self.counts)
    }
}

/// Cuts the functions that a module defines into units.
pub(crate) fn partition(level: OptLevel, counts: &[Counts]) -> Vec<Part> {
    let (functions, bytes) = (counts.len(), counts.iter().map(|counts| counts.bytes).sum());
    let mut parts = Vec::new();
    let mut open: [Option<Part>; 3] = [None, None, None];
    for (index, counts) in (0..).zip(counts) {
        let effort = Effort::in_module(level, counts, functions, bytes);
        let slot = &mut open[effort as usize];
        let part = slot.get_or_insert_with(|| Part { bodies: Vec::new(), effort, counts: Counts::default() });
        part.bodies.push(index);
        part.counts += *counts;
        if part.counts.bytes >= UNIT_BYTES
            || part.counts.instructions >= UNIT_INSTRUCTIONS
            || part.bodies.len() >= UNIT_FUNCTIONS
        {
            parts.extend(slot.take());
        }
    }
    parts.extend(open.into_iter().flatten());
    parts
}

/// Compiles a unit to an object.
pub(crate) fn compile(settings: &Settings<'_>, part: &Part) -> Result<Vec<u8>> {
    lower(settings, part, |unit, machine| {
        if cfg!(debug_assertions) {
            verify(unit)?;
        }
        emit(unit, machine, part.effort, settings)
    })
}

/// The LLVM IR of functions as text, as it is before LLVM's passes.
pub(crate) fn print(settings: &Settings<'_>, part: &Part) -> Result<String> {
    lower(settings, part, |unit, _| {
        verify(unit)?;
        Ok(unit.module.print_to_string().to_string())
    })
}

fn verify(unit: &Unit<'_, '_>) -> Result<()> {
    unit.module.verify().map_err(|e| Error::Codegen(format!("invalid IR: {e}")))
}

/// Lowers a unit to an LLVM module and gives that to `then`.
fn lower<T>(
    settings: &Settings<'_>,
    part: &Part,
    then: impl FnOnce(&Unit<'_, '_>, &TargetMachine) -> Result<T>,
) -> Result<T> {
    let options = Options {
        optimize: part.effort != Effort::Plain,
        memory_mode: settings.memory_mode,
        relaxed_simd: settings.relaxed_simd,
        tune_cpu: settings.target.tune.clone(),
        vector_intrinsics: settings.target.vector_intrinsics(),
        spin_hint: SPIN_HINT,
    };
    with_machine(settings.target, part.effort, part.counts.instructions, |context, machine| {
        let unit = Unit::new(context, settings.description, &options)?;
        unit.module.set_triple(&machine.get_triple());
        unit.module.set_data_layout(&machine.get_target_data().get_data_layout());
        for &index in &part.bodies {
            settings.deadline.check()?;
            let body = &settings.bodies[index as usize];
            lower_function(&unit, settings.description.func_imports + index, body, settings.hints)?;
        }
        unit.finish();
        then(&unit, machine)
    })
}

fn emit(unit: &Unit<'_, '_>, machine: &TargetMachine, effort: Effort, settings: &Settings<'_>) -> Result<Vec<u8>> {
    let failed = |e: LLVMString| Error::Codegen(e.to_string());
    let run = |passes: &str| {
        settings.deadline.check()?;
        unit.module.run_passes(passes, machine, PassBuilderOptions::create()).map_err(failed)
    };
    match effort {
        Effort::Plain => {}
        Effort::Light => run(LIGHT)?,
        Effort::Full => {
            run(EARLY)?;
            rebase_counters(&unit.module)?;
            run(SPEED)?;
            if quiet::is_needed(&unit.module) {
                for (passes, by_cost) in LATE {
                    if by_cost {
                        quiet::take_out(&unit.module)?;
                    }
                    run(&format!("function({passes})"))?;
                    if by_cost {
                        quiet::put_back(&unit.module, unit.context)?;
                    }
                }
            } else {
                run(&format!("function({})", LATE.map(|(passes, _)| passes).join(",")))?;
            }
        }
    }
    if effort != Effort::Plain {
        bound_code_generation(&unit.module, unit.context);
    }
    quiet::remove(&unit.module, unit.context)?;
    if settings.memory_mode == MemoryMode::Precise {
        hold_loads(&unit.module, unit.context, effort != Effort::Plain)?;
    }
    settings.deadline.check()?;
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
