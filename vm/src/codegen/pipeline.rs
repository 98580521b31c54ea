//! Pass pipelines: LLVM's passes and our own, by effort.

use super::effort::Effort;
use super::quiet;
use super::rebase::rebase_counters;
use crate::error::{Error, Result};
use inkwell::context::Context;
use inkwell::module::Module;
use inkwell::passes::PassBuilderOptions;
use inkwell::targets::TargetMachine;

/// The passes of [`Effort::Full`] before [`rebase_counters`]: locals become SSA values, constants are propagated.
const EARLY: &str = "function(sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>)";

/// The passes of [`Effort::Light`].
const LIGHT: &str = "function(sroa,early-cse<memssa>,sccp,simplifycfg,early-cse,adce,simplifycfg)";

/// The first passes of [`Effort::Full`] after [`rebase_counters`]; [`LATE`] follows.
///
/// Both together are LLVM's default pipeline without passes that gain nothing on wasm code, which was optimised once
/// already. `tailcallelim` must stay out, because recursion has to use up the stack, and so must `loop-idiom`, because
/// a code image has no `memcpy` to call.
const SPEED: &str = "cgscc(inline,function(\
    sroa,early-cse<memssa>,simplifycfg,instcombine<no-verify-fixpoint>,\
    loop-mssa(loop-instsimplify,licm<allowspeculation>,loop-rotate<header-duplication>,licm<allowspeculation>,\
    simple-loop-unswitch),simplifycfg,instcombine<no-verify-fixpoint>,\
    loop(indvars,loop-deletion,loop-unroll-full),\
    sroa,gvn,sccp,bdce,instcombine<no-verify-fixpoint>,adce,dse,\
    loop-mssa(licm<allowspeculation>),simplifycfg,instcombine<no-verify-fixpoint>))";

/// The last passes of [`Effort::Full`], and whether each decides by the cost of instructions.
const LATE: [(&str, bool); 6] = [
    ("loop(loop-rotate),loop-vectorize", true),
    ("loop-load-elim,instcombine<no-verify-fixpoint>,simplifycfg", false),
    ("slp-vectorizer", true),
    ("vector-combine,instcombine<no-verify-fixpoint>", false),
    ("loop-unroll<O2>", true),
    ("sroa,instcombine<no-verify-fixpoint>,loop-mssa(licm<allowspeculation>),simplifycfg", false),
];

/// Runs the passes of an effort. `checkpoint` is called before each; if it returns an error, no more are run.
pub(super) fn run<'ctx>(
    module: &Module<'ctx>,
    context: &'ctx Context,
    machine: &TargetMachine,
    effort: Effort,
    checkpoint: &dyn Fn() -> Result<()>,
) -> Result<()> {
    let run = |passes: &str| {
        checkpoint()?;
        module.run_passes(passes, machine, PassBuilderOptions::create()).map_err(|e| Error::Codegen(e.to_string()))
    };
    match effort {
        Effort::Plain => {}
        Effort::Light => run(LIGHT)?,
        Effort::Full => {
            run(EARLY)?;
            rebase_counters(module)?;
            run(SPEED)?;
            if quiet::is_present(module) {
                for (passes, by_cost) in LATE {
                    if by_cost {
                        quiet::suspend(module)?;
                    }
                    run(&format!("function({passes})"))?;
                    if by_cost {
                        quiet::restore(module, context)?;
                    }
                }
            } else {
                run(&format!("function({})", LATE.map(|(passes, _)| passes).join(",")))?;
            }
        }
    }
    Ok(())
}
