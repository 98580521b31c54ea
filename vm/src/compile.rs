//! From bytes to an artifact: parse and validate, lower and compile units in parallel, link.

use crate::abi::fingerprint::fingerprint;
use crate::artifact::{Artifact, Image};
use crate::codegen::{CodeTarget, link, unit};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::module::parse::{self, Parsed};
use rayon::ThreadPool;
use rayon::prelude::*;
use std::num::NonZeroUsize;
use wasmparser::FunctionBody;

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
    let parsed = parse::parse(bytes, engine.config().features)?;
    let image = if parsed.bodies.is_empty() {
        Image::default()
    } else {
        let objects = each_unit(engine, target, &parsed, unit::compile)?;
        #[expect(clippy::cast_possible_truncation, reason = "function indices are 32-bit")]
        link::link(&objects, parsed.description.func_imports, parsed.bodies.len() as u32)?
    };
    Ok(Artifact {
        fingerprint: fingerprint(),
        target: target.record(engine.config()),
        description: parsed.description,
        image,
    })
}

/// Does `work` for every codegen unit, on the engine's threads.
fn each_unit<T: Send>(
    engine: &Engine,
    target: &CodeTarget,
    parsed: &Parsed<'_>,
    work: impl Fn(&unit::Settings<'_>, u32, &[FunctionBody<'_>]) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let config = engine.config();
    let settings = unit::Settings {
        description: &parsed.description,
        hints: &parsed.hints,
        target,
        level: config.level,
        memory_mode: config.memory_mode,
        relaxed_simd: config.relaxed_simd,
    };
    let first = parsed.description.func_imports;
    let done = engine.compile_pool()?.install(|| {
        unit::partition(&parsed.bodies)
            .into_par_iter()
            .map(|range| {
                let bodies = &parsed.bodies[range.clone()];
                #[expect(clippy::cast_possible_truncation, reason = "function indices are 32-bit")]
                work(&settings, first + range.start as u32, bodies)
            })
            // All of them, then the first error: which one is reported must not depend on timing.
            .collect::<Vec<Result<_>>>()
    });
    done.into_iter().collect()
}

impl Engine {
    /// Compiles a module to the bytes that [`Module::deserialize`](crate::Module::deserialize) takes, without loading
    /// it: the CPU that the engine compiles for ([`Config::cpu`](crate::Config::cpu)) need not be this one.
    ///
    /// # Errors
    /// As [`Module::new`](crate::Module::new).
    pub fn precompile_module(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        compile(self, bytes)?.to_bytes()
    }

    /// The LLVM IR that a module's functions are lowered to, before any of LLVM's passes: one text of an LLVM module for
    /// each run of functions that are compiled together. Function `n` of the module's index space is `@fn`; its type says
    /// which registers its values travel in (`abi`), and its first parameter is the instance's context.
    ///
    /// For people and tests: what it looks like may change with every version.
    ///
    /// # Errors
    /// As [`Module::new`](crate::Module::new).
    pub fn llvm_ir(&self, bytes: &[u8]) -> Result<Vec<String>> {
        let parsed = parse::parse(bytes, self.config().features)?;
        each_unit(self, self.code_target()?, &parsed, unit::print)
    }
}
