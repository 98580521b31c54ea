//! From bytes to an artifact: parse and validate, lower and compile units in parallel, link.

use crate::abi;
use crate::artifact::{Artifact, Image};
use crate::codegen::{CodeTarget, link, unit};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::module::parse;
use rayon::ThreadPool;
use rayon::prelude::*;
use std::num::NonZeroUsize;

/// Stack of a compiling thread. LLVM recurses on nested expressions and loops; this is address space, of which only
/// what is used takes memory.
const STACK_BYTES: usize = 256 << 20;

/// Threads that compile for an engine; LLVM's contexts and machines stay with them.
pub(crate) fn pool(threads: NonZeroUsize) -> Result<ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.get())
        .stack_size(STACK_BYTES)
        .thread_name(|index| format!("wassay-compile-{index}"))
        .build()
        .map_err(|e| Error::Resources(format!("can't start compiling threads: {e}")))
}

/// Version of LLVM that modules are compiled with, as `major.minor.patch`.
#[must_use]
pub fn llvm_version() -> String {
    let (major, minor, patch) = inkwell::support::get_llvm_version();
    format!("{major}.{minor}.{patch}")
}

/// Checks that `bytes` are a valid module under the engine's features.
pub(crate) fn validate(engine: &Engine, bytes: &[u8]) -> Result<()> {
    parse::validate(bytes, engine.config().features)
}

/// Compiles a module.
pub(crate) fn compile(engine: &Engine, bytes: &[u8]) -> Result<Artifact> {
    compile_for(engine, engine.code_target()?, bytes)
}

/// Compiles a module for a target that is not the engine's own, perhaps.
pub(crate) fn compile_for(engine: &Engine, target: &CodeTarget, bytes: &[u8]) -> Result<Artifact> {
    let config = engine.config();
    let parsed = parse::parse(bytes, config.features)?;
    let image = if parsed.bodies.is_empty() {
        Image::default()
    } else {
        let settings = unit::Settings {
            description: &parsed.description,
            target,
            level: config.level,
            memory_mode: config.memory_mode,
        };
        let first = parsed.description.func_imports;
        let objects = engine.compile_pool()?.install(|| {
            unit::partition(&parsed.bodies)
                .into_par_iter()
                .map(|range| {
                    let bodies = &parsed.bodies[range.clone()];
                    #[expect(clippy::cast_possible_truncation, reason = "function indices are 32-bit")]
                    unit::compile(&settings, first + range.start as u32, bodies)
                })
                // All of them, then the first error: which one is reported must not depend on timing.
                .collect::<Vec<Result<_>>>()
        });
        let objects = objects.into_iter().collect::<Result<Vec<_>>>()?;
        #[expect(clippy::cast_possible_truncation, reason = "function indices are 32-bit")]
        link::link(&objects, first, parsed.bodies.len() as u32)?
    };
    Ok(Artifact { abi: abi::VERSION, target: target.record(), description: parsed.description, image })
}
