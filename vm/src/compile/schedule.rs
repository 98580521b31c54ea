//! Scheduler: runs work on all codegen units of a module in parallel, within bounds of time and memory.

use super::budget;
use super::contained::contained;
use super::deadline::Deadline;
use super::memory_semaphore::MemorySemaphore;
use super::partition::{CodegenUnit, partition};
use super::unit::Settings;
use crate::codegen::target::CodeTarget;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::module::parsed::Parsed;
use rayon::ThreadPool;
use rayon::prelude::*;

/// Runs `work` for every codegen unit on the threads of `pool`.
///
/// First it counts what each function contains, refuses what is beyond the limits, and cuts the functions into units.
/// A unit waits until there is memory for it.
pub(super) fn each_unit<T: Send>(
    config: &Config,
    target: &CodeTarget,
    pool: &ThreadPool,
    parsed: &Parsed<'_>,
    work: impl Fn(&Settings<'_>, &CodegenUnit) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let deadline = Deadline::after(config.limits.compile_time);
    let memory = MemorySemaphore::new(config.limits.compile_memory);
    let settings = Settings {
        description: &parsed.description,
        bodies: &parsed.bodies,
        deadline: &deadline,
        hints: &parsed.hints,
        target,
        memory_mode: config.memory_mode,
        relaxed_simd: config.relaxed_simd,
    };
    let done = pool.install(|| {
        let counts = (0..parsed.bodies.len())
            .into_par_iter()
            .map(|index| {
                let during = || format!("surveying function {}", parsed.description.func_imports as usize + index);
                contained(during, || Ok(parsed.survey(index)?.counts))
            })
            .collect::<Vec<Result<_>>>();
        let counts = counts.into_iter().collect::<Result<Vec<_>>>()?;
        budget::check(&parsed.description, config.opt_level, &counts, config.limits.compile_memory)?;
        let compiled = |unit: &CodegenUnit| {
            let during = || format!("compiling {}", unit.functions(parsed.description.func_imports));
            contained(during, || memory.with(unit.memory(), || work(&settings, unit)))
        };
        // All units run to their end before the first error is chosen: which error is reported must not depend on
        // timing.
        Ok::<_, Error>(partition(config.opt_level, &counts).par_iter().map(compiled).collect::<Vec<Result<_>>>())
    })?;
    done.into_iter().collect()
}
