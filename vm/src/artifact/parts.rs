//! The artifact, its code image, and the words in it that the runtime fills in.

use super::debug::Debug;
use super::target::Target;
use crate::bulk::Bulk;
use crate::module::description::Description;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A compiled module.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Fingerprint of the build that made the artifact.
    pub fingerprint: u64,
    /// What the code was compiled for.
    pub target: Target,
    /// The module without its code.
    pub description: Description,
    /// The code.
    pub image: Image,
}

/// A code image: machine code and the data that belongs to it. Addresses are counted from the beginning of the text.
#[derive(Clone, Debug)]
pub struct Image {
    /// Machine code. It refers to the read-only part by its distance.
    pub text: Bulk<u8>,
    /// Read-only data: constants, unwind tables, and, on pages of their own, the words that `slots` lists.
    pub read_only: Bulk<u8>,
    /// Address of the read-only part, a multiple of [`Image::PAGE`]. In a small image it is
    /// [`Image::SMALL_READ_ONLY`], so that many of them can share one mapping of text and one of read-only data. In a
    /// large image it follows the text.
    pub read_only_at: u32,
    /// Range of the `.eh_frame` records in the read-only part, closed by a zero terminator. Empty if there is no code.
    pub eh_frame: Range<u32>,
    /// Begin and end of the code of each function that the module defines, in the text, by position among these
    /// functions.
    pub functions: Bulk<u32>,
    /// Debug information.
    pub debug: Debug,
    /// Places in the read-only part for addresses of the runtime, 8 bytes each. They are zero here, so that an image
    /// is the same wherever it is mapped.
    pub slots: Vec<RuntimeSlot>,
}

/// A word of an image that is filled in when the image is mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuntimeSlot {
    /// Offset in the read-only part.
    pub at: u32,
    /// The symbol whose address belongs there.
    pub symbol: RuntimeSymbol,
}

/// A symbol of the runtime that an image may refer to by address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuntimeSymbol {
    /// The personality routine of functions that catch exceptions.
    Personality,
}

impl Default for Image {
    /// An empty small image.
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
    /// Size in bytes that neither part of a small image exceeds.
    pub const SMALL: u32 = 1 << 20;

    /// Returns whether the image is placed among other small ones.
    #[must_use]
    pub fn is_small(&self) -> bool {
        self.read_only_at == Self::SMALL_READ_ONLY
    }

    /// Returns the range in the text of the `index`-th function that the module defines.
    #[must_use]
    pub fn function(&self, index: u32) -> Option<Range<u32>> {
        match self.functions.get(2 * index as usize..)? {
            [start, end, ..] => Some(*start..*end),
            _ => None,
        }
    }
}
