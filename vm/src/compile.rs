//! Stand-in until the compiler lands.

use crate::artifact::Artifact;
use crate::engine::Engine;
use crate::error::{Error, Result};

pub(crate) fn compile(_engine: &Engine, _bytes: &[u8]) -> Result<Artifact> {
    Err(Error::Codegen("there is no compiler yet".into()))
}

pub(crate) fn validate(_engine: &Engine, _bytes: &[u8]) -> Result<()> {
    Err(Error::Codegen("there is no compiler yet".into()))
}
