//! The only thing that passes from compiling to running: a module's description, its code image and what the image
//! was made for. Position-independent; it refers to the runtime only through the context pointer.

use crate::abi;
use crate::config::RelaxedSimd;
use crate::error::{Error, Result};
use crate::module::description::Description;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// First bytes of a serialized artifact.
const MAGIC: &[u8; 8] = b"\x7fwassay\0";

/// A compiled module.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Artifact {
    /// [`abi::VERSION`] it was made for.
    pub abi: u32,
    /// What the code runs on.
    pub target: Target,
    /// The module without its code.
    pub description: Description,
    /// The code.
    pub image: Image,
}

/// What code runs on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Architecture as `std::env::consts::ARCH` names it.
    pub arch: String,
    /// Names of the CPU features that the code may use, as LLVM spells them (`avx2`, `bmi2`, ...).
    pub features: Vec<String>,
    /// What its relaxed vector operators give: the same for all modules of an engine.
    pub relaxed_simd: RelaxedSimd,
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
        let (version, _) = postcard::take_from_bytes::<u32>(body).map_err(|e| Error::Artifact(e.to_string()))?;
        if version != abi::VERSION {
            return Err(Error::Artifact(format!("made for version {version}, this is version {}", abi::VERSION)));
        }
        postcard::from_bytes(body).map_err(|e| Error::Artifact(e.to_string()))
    }
}
