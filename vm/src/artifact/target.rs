//! Target of an artifact: what the code was compiled for, and by which LLVM.

use crate::abi::fingerprint::fingerprint;
use crate::config::{Config, MemoryMode, RelaxedSimd};
use crate::error::{Error, Result};
#[cfg(feature = "compiler")]
use crate::llvm::version::llvm_version;
use serde::{Deserialize, Serialize};

/// What code was compiled for, and by which LLVM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Architecture as `std::env::consts::ARCH` names it.
    pub arch: String,
    /// Names of the CPU features that the code may use, as LLVM spells them (`avx2`, `bmi2`, ...).
    pub features: Vec<String>,
    /// The choice of results of relaxed vector operators, which is the same for all modules of an engine.
    pub relaxed_simd: RelaxedSimd,
    /// Memory mode of its accesses.
    pub memory_mode: MemoryMode,
    /// Version of the LLVM that made the code; none if LLVM did not make it.
    pub llvm: Option<String>,
}

impl Target {
    /// Checks that the settings which change results are those of the engine. (The optimisation level changes none.)
    ///
    /// # Errors
    /// [`Error::Artifact`] that names the difference.
    pub(crate) fn check_settings(&self, config: &Config) -> Result<()> {
        let differ = |what: &str, made: &dyn std::fmt::Debug, asked: &dyn std::fmt::Debug| {
            Err(Error::Artifact(format!("its {what} are {made:?}, those of the engine {asked:?}")))
        };
        if self.relaxed_simd != config.relaxed_simd {
            return differ("relaxed vector operators", &self.relaxed_simd, &config.relaxed_simd);
        }
        if self.memory_mode != config.memory_mode {
            return differ("memory accesses", &self.memory_mode, &config.memory_mode);
        }
        #[cfg(feature = "compiler")]
        if let Some(made) = self.llvm.as_ref().filter(|made| **made != llvm_version()) {
            return Err(Error::Artifact(format!("made with LLVM {made}, this is LLVM {}", llvm_version())));
        }
        Ok(())
    }
}

/// Checks the fingerprint of an artifact.
///
/// # Errors
/// [`Error::Artifact`] if another build of this crate made the artifact.
pub(crate) fn check_fingerprint(made: u64) -> Result<()> {
    let own = fingerprint();
    if made == own {
        return Ok(());
    }
    Err(Error::Artifact(format!("made by another build of this crate: fingerprint {made:016x}, own {own:016x}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_settings_are_refused() {
        let config = Config::default();
        let refused = |change: &dyn Fn(&mut Target), what: &str| {
            let mut target = Target::default();
            target.check_settings(&config).unwrap();
            change(&mut target);
            let message = target.check_settings(&config).unwrap_err().to_string();
            assert!(message.contains(what), "{message}");
        };
        refused(&|target| target.relaxed_simd = RelaxedSimd::Fast, "relaxed vector operators are Fast");
        refused(&|target| target.memory_mode = MemoryMode::Relaxed, "memory accesses are Relaxed");
        #[cfg(feature = "compiler")]
        refused(&|target| target.llvm = Some("1.2.3".into()), "LLVM 1.2.3");
    }

    #[test]
    fn another_build_is_refused() {
        check_fingerprint(fingerprint()).unwrap();
        let message = check_fingerprint(fingerprint() ^ 1).unwrap_err().to_string();
        assert!(message.contains(&format!("{:016x}", fingerprint() ^ 1)), "{message}");
    }
}
