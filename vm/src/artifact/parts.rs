//! An artifact and its parts.

use super::debug::Debug;
use super::target::Target;
use crate::bulk::Bulk;
use crate::module::description::Description;
use serde::{Deserialize, Serialize};
use std::ops::Range;

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
