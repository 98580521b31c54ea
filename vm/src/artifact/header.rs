//! The header of an artifact: where its sections are, and their hashes.

use super::target::check_fingerprint;
use crate::error::{Error, Result};
use std::ops::Range;
use twox_hash::XxHash3_64;

const MAGIC: [u8; 8] = *b"\x7fwassay\x01";

/// Parts of an artifact's bytes, in their order.
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

    /// What is decoded or trusted when an artifact is loaded, and so is always hashed.
    pub(super) const DESCRIPTION: [Self; 2] = [Self::Meta, Self::Words];
}

/// Where a section is, and what its bytes hash to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    pub(super) start: u64,
    pub(super) length: u64,
    pub(super) hash: u64,
}

/// What an artifact begins with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(super) fingerprint: u64,
    /// Bytes of the whole artifact.
    pub(super) length: u64,
    pub(super) sections: [Entry; Section::ALL.len()],
}

pub(super) fn bad(what: impl Into<String>) -> Error {
    Error::Artifact(what.into())
}

impl Header {
    /// Bytes of a header: words of 8 bytes.
    pub(crate) const SIZE: usize = 8 * (4 + 3 * Section::ALL.len());
    /// The word that is the hash of the others.
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

    /// The header of an artifact of `length` bytes that begins with `bytes`.
    ///
    /// # Errors
    /// [`Error::Artifact`] for what is no artifact, or one of another build, or damaged.
    pub(crate) fn read(bytes: &[u8], length: u64) -> Result<Self> {
        let Some(bytes) = bytes.first_chunk::<{ Self::SIZE }>().filter(|bytes| bytes.starts_with(&MAGIC)) else {
            return Err(bad("its first bytes are not those of an artifact"));
        };
        let mut words = [0; Self::SIZE / 8];
        for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
            *word = u64::from_le_bytes(bytes.try_into().map_err(|_| bad("half a word"))?);
        }
        // First, so that what another build wrote is called by its name.
        check_fingerprint(words[1])?;
        let mut header = Self { fingerprint: words[1], length: words[2], sections: Default::default() };
        for (entry, words) in header.sections.iter_mut().zip(words[4..].chunks_exact(3)) {
            *entry = Entry { start: words[0], length: words[1], hash: words[2] };
        }
        if header.to_bytes() != *bytes {
            return Err(bad("its header is damaged"));
        }
        if header.length != length {
            return Err(bad(format!("it has {length} bytes, and should have {}", header.length)));
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

    /// Where a section is.
    pub(crate) fn range(&self, section: Section) -> Range<usize> {
        let entry = self.entry(section);
        // `read` checked that these are offsets in bytes that are in memory.
        entry.start as usize..(entry.start + entry.length) as usize
    }
}
