//! Stand-in until the compiler lands.

use crate::artifact::Artifact;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runtime::host_cpu;

fn missing(engine: &Engine) -> Error {
    let config = engine.config();
    let settings = (config.level, config.memory_mode, &config.cpu, config.compile_threads, config.features);
    Error::Codegen(format!("there is no compiler yet for {settings:?} and {:?}", host_cpu::features()))
}

pub(crate) fn compile(engine: &Engine, _bytes: &[u8]) -> Result<Artifact> {
    Err(missing(engine))
}

pub(crate) fn validate(engine: &Engine, _bytes: &[u8]) -> Result<()> {
    Err(missing(engine))
}
