//! Header of an artifact: the places of its sections, and their hashes.

use super::target::check_fingerprint;
use crate::error::{Error, Result};
use std::ops::Range;
use twox_hash::XxHash3_64;

/// Magic number.
const MAGIC: [u8; 8] = *b"\x7fwassay\x01";

/// Sections of an artifact, in their order in the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    Meta,
    Words,
    Text,
    ReadOnly,
    Bytes,
}

impl Section {
    pub(super) const ALL: [Self; 5] = [Self::Meta, Self::Words, Self::Text, Self::ReadOnly, Self::Bytes];

    /// Sections that are decoded or trusted when an artifact is loaded. Their hashes are always checked.
    pub(super) const DESCRIPTION: [Self; 2] = [Self::Meta, Self::Words];
}

/// Place and hash of a section.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    pub(super) start: u64,
    pub(super) length: u64,
    pub(super) hash: u64,
}

/// The header of an artifact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(super) fingerprint: u64,
    /// Length of the whole artifact in bytes.
    pub(super) length: u64,
    pub(super) sections: [Entry; Section::ALL.len()],
}

/// Returns the error for a damaged or foreign artifact.
pub(super) fn bad(what: impl Into<String>) -> Error {
    Error::Artifact(what.into())
}

impl Header {
    /// Size of a header in bytes; it consists of words of 8 bytes.
    pub(crate) const SIZE: usize = 8 * (4 + 3 * Section::ALL.len());
    /// Index of the word that is the hash of the others.
    const HASH: usize = 3;

    fn to_words(self) -> [u64; Self::SIZE / 8] {
        let mut words = [0; Self::SIZE / 8];
        words[..3].copy_from_slice(&[u64::from_le_bytes(MAGIC), self.fingerprint, self.length]);
        for (words, entry) in words[4..].chunks_exact_mut(3).zip(self.sections) {
            words.copy_from_slice(&[entry.start, entry.length, entry.hash]);
        }
        words
    }

    pub(super) fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        for (bytes, word) in bytes.chunks_exact_mut(8).zip(self.to_words()) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        let hash = XxHash3_64::oneshot(&bytes);
        bytes[Self::HASH * 8..][..8].copy_from_slice(&hash.to_le_bytes());
        bytes
    }

    /// Reads the header of an artifact of `length` bytes that begins with `bytes`.
    ///
    /// # Errors
    /// [`Error::Artifact`] if this is no artifact, an artifact of another build, or damaged.
    pub(crate) fn read(bytes: &[u8], length: u64) -> Result<Self> {
        let Some(bytes) = bytes.first_chunk::<{ Self::SIZE }>().filter(|bytes| bytes.starts_with(&MAGIC)) else {
            return Err(bad("its first bytes are not the magic number of an artifact"));
        };
        let mut words = [0; Self::SIZE / 8];
        for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = u64::from_le_bytes(bytes.try_into().map_err(|_| bad("half a word"))?);
        }
        // Checked first, so that an artifact of another build is reported as such.
        check_fingerprint(words[1])?;
        let mut header = Self { fingerprint: words[1], length: words[2], sections: Default::default() };
        for (entry, words) in header.sections.iter_mut().zip(words[4..].chunks_exact(3)) {
            *entry = Entry { start: words[0], length: words[1], hash: words[2] };
        }
        if header.to_bytes() != *bytes {
            return Err(bad("its header is damaged"));
        }
        if header.length != length {
            return Err(bad(format!("it has {length} bytes, but should have {}", header.length)));
        }
        let mut end = Self::SIZE as u64;
        for entry in header.sections {
            let next = entry.start.checked_add(entry.length).filter(|&next| entry.start >= end && next <= length);
            end = next.ok_or_else(|| bad("its sections overlap"))?;
        }
        Ok(header)
    }

    pub(super) fn entry(&self, section: Section) -> Entry {
        self.sections[section as usize]
    }

    /// Returns the range of a section.
    pub(crate) fn range(&self, section: Section) -> Range<usize> {
        let entry = self.entry(section);
        // `read` has checked that the section is inside of the bytes, which are in memory.
        entry.start as usize..(entry.start + entry.length) as usize
    }
}
