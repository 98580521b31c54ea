//! The only thing that passes from compiling to running: a module's description, its code image and what the image
//! was made for. Position-independent; it refers to the runtime only through the context pointer.

use crate::abi::fingerprint::fingerprint;
use crate::config::{Config, MemoryMode, RelaxedSimd};
use crate::error::{Error, Result};
use crate::module::description::Description;
use serde::{Deserialize, Serialize};
use std::fmt::Debug;
use std::ops::Range;

/// First bytes of a serialized artifact.
const MAGIC: &[u8; 8] = b"\x7fwassay\0";

/// A compiled module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Artifact {
    /// The [`fingerprint`] it was made for.
    pub fingerprint: u64,
    /// What the code runs on.
    pub target: Target,
    /// The module without its code.
    pub description: Description,
    /// The code.
    pub image: Image,
}

/// What code was made for, and by what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Architecture as `std::env::consts::ARCH` names it.
    pub arch: String,
    /// Names of the CPU features that the code may use, as LLVM spells them (`avx2`, `bmi2`, ...).
    pub features: Vec<String>,
    /// What its relaxed vector operators give: the same for all modules of an engine.
    pub relaxed_simd: RelaxedSimd,
    /// What its accesses out of bounds leave behind.
    pub memory_mode: MemoryMode,
    /// Version of the LLVM that made the code; none if it was not made by LLVM.
    pub llvm: Option<String>,
}

/// Code and what belongs to it, as it is mapped: `bytes` is text, then read-only data.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Image {
    /// Text first, from a page boundary; then, from a page boundary, everything that is only read.
    pub bytes: Vec<u8>,
    /// Bytes of text. The read-only part starts at the next multiple of [`Image::PAGE`].
    pub text: u32,
    /// The `.eh_frame` records inside `bytes`, closed by a zero terminator. Empty when there is no code.
    pub eh_frame: Range<u32>,
    /// Where the code of each function that the module defines lies in the text, by defined-function index.
    pub functions: Vec<Range<u32>>,
    /// DWARF of each codegen unit; addresses in it are offsets in the text, lines are offsets in the module's bytes.
    pub debug: Vec<DebugUnit>,
    /// Where, in the read-only part, addresses of the runtime belong, 8 bytes each. They are zero here, so that an image
    /// is the same wherever it is mapped.
    pub slots: Vec<RuntimeSlot>,
}

/// A place in an image that is filled when the image is mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeSlot {
    /// Offset in the image's bytes.
    pub at: u32,
    /// What belongs there.
    pub symbol: RuntimeSymbol,
}

/// What an image may refer to by address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuntimeSymbol {
    /// The personality routine of functions that catch exceptions.
    Personality,
}

impl Image {
    /// Alignment of the parts, in bytes: the page size of x86-64, the one target so far.
    pub const PAGE: u32 = 0x1000;
}

/// DWARF sections of one codegen unit, relocated.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct DebugUnit {
    /// Part of the text that the unit covers.
    pub text: Range<u32>,
    /// Section name (`.debug_line`, ...) and contents.
    pub sections: Vec<(String, Vec<u8>)>,
}

impl Artifact {
    /// As bytes, for a file or a cache.
    ///
    /// # Errors
    /// [`Error::Artifact`] when it can't be encoded.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        postcard::to_extend(self, MAGIC.to_vec()).map_err(|e| Error::Artifact(e.to_string()))
    }

    /// From bytes that [`Artifact::to_bytes`] gave. Checks form and version, not the code: that must be trusted.
    ///
    /// # Errors
    /// [`Error::Artifact`] when the bytes are something else, or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let body = bytes.strip_prefix(MAGIC).ok_or_else(|| Error::Artifact("wrong magic number".into()))?;
        let (made, _) = postcard::take_from_bytes::<u64>(body).map_err(|e| Error::Artifact(e.to_string()))?;
        check_fingerprint(made)?;
        postcard::from_bytes(body).map_err(|e| Error::Artifact(e.to_string()))
    }
}

impl Target {
    /// Whether code made so is what an engine of these settings promises. (How well it is optimised changes no result.)
    ///
    /// # Errors
    /// [`Error::Artifact`] that says what is different.
    pub(crate) fn check_settings(&self, config: &Config) -> Result<()> {
        let differ = |what: &str, made: &dyn Debug, asked: &dyn Debug| {
            Err(Error::Artifact(format!("its {what} are {made:?}, those of the engine {asked:?}")))
        };
        if self.relaxed_simd != config.relaxed_simd {
            return differ("relaxed vector operators", &self.relaxed_simd, &config.relaxed_simd);
        }
        if self.memory_mode != config.memory_mode {
            return differ("memory accesses", &self.memory_mode, &config.memory_mode);
        }
        #[cfg(feature = "compiler")]
        if let Some(made) = self.llvm.as_ref().filter(|made| **made != crate::llvm_version()) {
            return Err(Error::Artifact(format!("made with LLVM {made}, this is LLVM {}", crate::llvm_version())));
        }
        Ok(())
    }
}

/// # Errors
/// [`Error::Artifact`] when an artifact of the fingerprint `made` is one of another build.
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
