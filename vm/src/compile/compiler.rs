//! The compiler of an engine: from the bytes of a module to an artifact.

use super::contained::contained;
use super::pool::CompilePool;
use super::schedule::each_unit;
use super::unit;
use crate::abi::fingerprint::fingerprint;
use crate::artifact::{Artifact, Image};
use crate::codegen::link;
use crate::codegen::target::CodeTarget;
use crate::config::Config;
use crate::error::Result;
use crate::module::parse;
use crate::module::parsed::Parsed;
use std::sync::OnceLock;

/// The compiler of an engine: its target and its threads, both created when they are first needed.
#[derive(Debug, Default)]
pub(crate) struct Compiler {
    target: OnceLock<CodeTarget>,
    pool: CompilePool,
}

impl Compiler {
    /// Returns the target that modules are compiled for.
    pub(crate) fn target(&self, config: &Config) -> Result<&CodeTarget> {
        if let Some(target) = self.target.get() {
            return Ok(target);
        }
        let target = CodeTarget::new(config.cpu.as_deref())?;
        Ok(self.target.get_or_init(|| target))
    }

    /// Compiles a module.
    ///
    /// Every compilation for the engine's own target comes through here. A cache of artifacts belongs here: its key is
    /// a hash of the bytes, the target, and the settings that artifacts record.
    pub(crate) fn compile(&self, config: &Config, bytes: &[u8]) -> Result<Artifact> {
        self.compile_for(config, self.target(config)?, bytes)
    }

    /// Compiles a module for a target, which may differ from that of the engine.
    pub(super) fn compile_for(&self, config: &Config, target: &CodeTarget, bytes: &[u8]) -> Result<Artifact> {
        contained(|| "compiling".into(), || self.to_artifact(config, target, bytes))
    }

    /// Parses, compiles and links a module.
    fn to_artifact(&self, config: &Config, target: &CodeTarget, bytes: &[u8]) -> Result<Artifact> {
        let parsed = parse::parse(bytes, config)?;
        let image = if parsed.bodies.is_empty() {
            Image::default()
        } else {
            let objects = self.to_objects(config, target, &parsed)?;
            #[expect(clippy::cast_possible_truncation, reason = "function indices are 32-bit")]
            link::link(&objects, parsed.description.func_imports, parsed.bodies.len() as u32)?
        };
        Ok(Artifact {
            fingerprint: fingerprint(),
            target: target.record(config),
            description: parsed.description,
            image,
        })
    }

    /// Compiles all codegen units of a parsed module to ELF objects.
    pub(super) fn to_objects(&self, config: &Config, target: &CodeTarget, parsed: &Parsed<'_>) -> Result<Vec<Vec<u8>>> {
        each_unit(config, target, self.pool.threads(config.compile_threads)?, parsed, unit::compile)
    }

    /// Returns the LLVM IR of each codegen unit, before any of LLVM's passes.
    pub(crate) fn llvm_ir(&self, config: &Config, bytes: &[u8]) -> Result<Vec<String>> {
        let target = self.target(config)?;
        contained(
            || "compiling".into(),
            || {
                let parsed = parse::parse(bytes, config)?;
                each_unit(config, target, self.pool.threads(config.compile_threads)?, &parsed, unit::print)
            },
        )
    }
}

/// Checks that `bytes` are a valid module under the features of `config`.
pub(crate) fn validate(config: &Config, bytes: &[u8]) -> Result<()> {
    contained(|| "validating".into(), || parse::validate(bytes, config))
}
