//! The only thing that passes from compiling to running: a module's description, its code image and what the image
//! was made for. Position-independent; it refers to the runtime only through the context pointer.

use crate::abi::fingerprint::fingerprint;
use crate::config::{Config, MemoryMode, RelaxedSimd};
use crate::error::{Error, Result};
use crate::module::description::Description;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;

mod bulk;
pub(crate) mod format;

pub use bulk::Bulk;
pub(crate) use bulk::Keeper;
pub(crate) use format::Header;

/// A compiled module.
#[derive(Clone, Debug)]
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

/// Code and what belongs to it. Addresses in it are counted from the begin of the text.
#[derive(Clone, Debug)]
pub struct Image {
    /// Machine code. It refers to the read-only part by its distance.
    pub text: Bulk<u8>,
    /// Everything that is only read: constants, unwind tables, and, on pages of their own, what `slots` says.
    pub read_only: Bulk<u8>,
    /// Address of the read-only part, a multiple of [`Image::PAGE`]: [`Image::SMALL_READ_ONLY`] if the image is small, so that
    /// many of them can lie in one mapping of text and one of read-only data, and right behind the text if it is not.
    pub read_only_at: u32,
    /// The `.eh_frame` records inside the read-only part, closed by a zero terminator. Empty when there is no code.
    pub eh_frame: Range<u32>,
    /// Where the code of each function that the module defines begins and ends in the text, by defined-function index.
    pub functions: Bulk<u32>,
    /// Where code comes from.
    pub debug: Debug,
    /// Where, in the read-only part, addresses of the runtime belong, 8 bytes each. They are zero here, so that an image
    /// is the same wherever it is mapped.
    pub slots: Vec<RuntimeSlot>,
}

/// A place in an image that is filled when the image is mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeSlot {
    /// Offset in the read-only part.
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

impl Default for Image {
    /// A small one, of nothing.
    fn default() -> Self {
        Self {
            text: Bulk::default(),
            read_only: Bulk::default(),
            read_only_at: Self::SMALL_READ_ONLY,
            eh_frame: 0..0,
            functions: Bulk::default(),
            debug: Debug::default(),
            slots: Vec::new(),
        }
    }
}

impl Image {
    /// Alignment of the parts, in bytes: the page size of x86-64, the one target so far.
    pub const PAGE: u32 = 0x1000;
    /// Address of the read-only part of small images.
    pub const SMALL_READ_ONLY: u32 = 64 << 20;
    /// Bytes that neither part of a small image outgrows.
    pub const SMALL: u32 = 1 << 20;

    /// Whether it is placed among other small ones.
    #[must_use]
    pub fn is_small(&self) -> bool {
        self.read_only_at == Self::SMALL_READ_ONLY
    }

    /// Where the code of the `index`-th function that the module defines lies in the text.
    #[must_use]
    pub fn function(&self, index: u32) -> Option<Range<u32>> {
        match self.functions.get(2 * index as usize..)? {
            [start, end, ..] => Some(*start..*end),
            _ => None,
        }
    }
}

/// DWARF of the codegen units: addresses in it are offsets in the text, lines are offsets in the module's bytes.
#[derive(Clone, Debug, Default)]
pub struct Debug {
    /// What units there are, encoded: [`Debug::units`].
    pub(crate) index: Bulk<u8>,
    /// The contents of their sections, one after the other.
    pub(crate) bytes: Bulk<u8>,
}

/// DWARF sections of one codegen unit, relocated.
#[derive(Clone, Debug, Default)]
pub struct DebugUnit {
    /// Part of the text that the unit covers.
    pub text: Range<u32>,
    /// Section name (`.debug_line`, ...) and contents.
    pub sections: Vec<(String, Bulk<u8>)>,
}

/// Text of a unit, and name and length of its sections.
type UnitIndex = (Range<u32>, Vec<(String, u32)>);

impl Debug {
    /// All units as they are stored.
    ///
    /// # Errors
    /// [`Error::Artifact`] when they can't be encoded.
    pub fn new(units: &[DebugUnit]) -> Result<Self> {
        let mut bytes = Vec::new();
        let mut index: Vec<UnitIndex> = Vec::new();
        for unit in units {
            let mut sections = Vec::new();
            for (name, contents) in &unit.sections {
                let length =
                    u32::try_from(contents.len()).map_err(|_| Error::Artifact("line tables of 4 GiB".into()))?;
                sections.push((name.clone(), length));
                bytes.extend_from_slice(contents);
            }
            index.push((unit.text.clone(), sections));
        }
        let index = postcard::to_stdvec(&index).map_err(|e| Error::Artifact(e.to_string()))?;
        Ok(Self { index: index.into(), bytes: bytes.into() })
    }

    /// The units, as far as they can be read: they are only a help.
    #[must_use]
    pub fn units(&self) -> Vec<DebugUnit> {
        let index: Vec<UnitIndex> = postcard::from_bytes(&self.index).unwrap_or_default();
        let mut at = 0;
        let mut read = |(text, sections): UnitIndex| {
            let sections = sections.into_iter().map(|(name, length)| {
                let start = at;
                at += length as usize;
                Some((name, self.bytes.slice(start..at)?))
            });
            Some(DebugUnit { text, sections: sections.collect::<Option<_>>()? })
        };
        index.into_iter().map_while(&mut read).collect()
    }
}

impl Artifact {
    /// As bytes, for a file or a cache.
    ///
    /// # Errors
    /// [`Error::Artifact`] when it can't be encoded.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        format::encode(self)
    }

    /// From bytes that [`Artifact::to_bytes`] gave, copied. Damage is noticed; whoever makes bytes on purpose makes code,
    /// which must be trusted.
    ///
    /// # Errors
    /// [`Error::Artifact`] when the bytes are something else, of another build, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let header = Header::read(bytes, bytes.len() as u64)?;
        format::decode(&header, |section| copied(&bytes[header.range(section)]), true)
    }
}

/// A copy of an artifact's bytes.
fn copied(bytes: &[u8]) -> Bulk<u8> {
    // In words, because there are words in it that are read as such.
    let mut words = vec![0_u64; bytes.len().div_ceil(size_of::<u64>())];
    // SAFETY: there are as many bytes, and any are a word.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), words.as_mut_ptr().cast(), bytes.len()) };
    let words = Arc::new(words);
    let copy = std::ptr::slice_from_raw_parts(words.as_ptr().cast(), bytes.len());
    // SAFETY: they were written just now, and nobody writes them again.
    unsafe { Bulk::part(copy, words) }
}

impl Target {
    /// Whether code made so is what an engine of these settings promises. (How well it is optimised changes no result.)
    ///
    /// # Errors
    /// [`Error::Artifact`] that says what is different.
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
