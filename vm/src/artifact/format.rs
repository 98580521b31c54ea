//! Artifacts as bytes, laid out so that a file of them can be mapped as it is.
//!
//! ```text
//! header       magic number, fingerprint, length of the whole, hash of the header; for each section where it is, how
//!              long, and its hash
//! Meta         the description and what else is short, in postcard's encoding
//! Words        arrays of 32-bit numbers, one after the other
//! Text         machine code
//! ReadOnly     constants, unwind tables, words for the runtime to fill
//! Bytes        names, data segments, line tables, one after the other
//! ```
//!
//! Numbers are little-endian. Text and read-only data of large images begin at pages, as far from each other as they will
//! be in memory. Hashes are there for damage, not for forgery: XXH3, <https://xxhash.com>.

use super::{Artifact, Bulk, Debug, Image, RuntimeSlot, Target, check_fingerprint};
use crate::error::{Error, Result};
use crate::module::description::Description;
use serde::{Deserialize, Serialize};
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
    const ALL: [Self; 5] = [Self::Meta, Self::Words, Self::Text, Self::ReadOnly, Self::Bytes];

    /// What is decoded or trusted when an artifact is loaded, and so is always hashed.
    const DESCRIPTION: [Self; 2] = [Self::Meta, Self::Words];
}

/// Where a section is, and what its bytes hash to.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    start: u64,
    length: u64,
    hash: u64,
}

/// What an artifact begins with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    fingerprint: u64,
    /// Bytes of the whole artifact.
    length: u64,
    sections: [Entry; Section::ALL.len()],
}

/// What is decoded when an artifact is loaded.
#[derive(Serialize, Deserialize)]
struct Meta {
    target: Target,
    description: Description,
    read_only_at: u32,
    eh_frame: Range<u32>,
    slots: Vec<RuntimeSlot>,
    /// Length of each array of words, in elements.
    words: Vec<u32>,
    /// Length of each array of bytes.
    bytes: Vec<u32>,
}

fn bad(what: impl Into<String>) -> Error {
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

    fn to_bytes(self) -> [u8; Self::SIZE] {
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

    fn entry(&self, section: Section) -> Entry {
        self.sections[section as usize]
    }

    /// Where a section is.
    pub(crate) fn range(&self, section: Section) -> Range<usize> {
        let entry = self.entry(section);
        // `read` checked that these are offsets in bytes that are in memory.
        entry.start as usize..(entry.start + entry.length) as usize
    }
}

/// An artifact as bytes.
pub(super) fn encode(artifact: &Artifact) -> Result<Vec<u8>> {
    let Artifact { fingerprint, target, description, image } = artifact;
    let mut description = description.clone();
    let mut debug_index = image.debug.index.clone();
    let mut debug_bytes = image.debug.bytes.clone();
    let mut functions = image.functions.clone();
    let narrow = |length: usize| u32::try_from(length).map_err(|_| bad("an array of it is too long"));

    let (mut words, mut word_lengths) = (Vec::new(), Vec::new());
    for array in description.words().into_iter().chain([&mut functions]) {
        word_lengths.push(narrow(array.len())?);
        words.extend(array.iter().flat_map(|word| word.to_le_bytes()));
    }
    let (mut bytes, mut byte_lengths) = (Vec::new(), Vec::new());
    for array in description.bytes().into_iter().chain([&mut debug_index, &mut debug_bytes]) {
        byte_lengths.push(narrow(array.len())?);
        bytes.extend_from_slice(array);
    }
    let meta = Meta {
        target: target.clone(),
        description,
        read_only_at: image.read_only_at,
        eh_frame: image.eh_frame.clone(),
        slots: image.slots.clone(),
        words: word_lengths,
        bytes: byte_lengths,
    };
    let meta = postcard::to_stdvec(&meta).map_err(|e| bad(e.to_string()))?;

    let mut header = Header { fingerprint: *fingerprint, length: 0, sections: Default::default() };
    let mut all = vec![0; Header::SIZE];
    let align = if image.is_small() { size_of::<u32>() } else { Image::PAGE as usize };
    for section in Section::ALL {
        let (contents, align): (&[u8], usize) = match section {
            Section::Meta => (&meta, 1),
            Section::Words => (&words, size_of::<u32>()),
            Section::Text => (&image.text, align),
            Section::ReadOnly => (&image.read_only, align),
            Section::Bytes => (&bytes, 1),
        };
        all.resize(all.len().next_multiple_of(align), 0);
        let hash = XxHash3_64::oneshot(contents);
        header.sections[section as usize] = Entry { start: all.len() as u64, length: contents.len() as u64, hash };
        all.extend_from_slice(contents);
    }
    header.length = all.len() as u64;
    all[..Header::SIZE].copy_from_slice(&header.to_bytes());
    Ok(all)
}

/// The artifact of a header and the sections of the bytes that it belongs to, of which its arrays are parts. What is decoded and what
/// code relies on is checked to be undamaged, and everything if `whole`.
///
/// # Errors
/// [`Error::Artifact`] for one that is damaged.
pub(crate) fn decode(header: &Header, section: impl Fn(Section) -> Bulk<u8>, whole: bool) -> Result<Artifact> {
    let [meta, words, text, read_only, bytes] = Section::ALL.map(|which| (which, section(which)));
    for (which, bytes) in [&meta, &words, &text, &read_only, &bytes] {
        let checked = whole || Section::DESCRIPTION.contains(which);
        if bytes.len() as u64 != header.entry(*which).length
            || checked && XxHash3_64::oneshot(bytes) != header.entry(*which).hash
        {
            return Err(bad(format!("its section {which:?} is damaged")));
        }
    }
    let (all_words, all_bytes) = (words.1, bytes.1);
    let (meta, rest) = postcard::take_from_bytes::<Meta>(&meta.1).map_err(|e| bad(format!("its description: {e}")))?;
    if !rest.is_empty() {
        return Err(bad("its description is longer than what it says"));
    }
    let Meta { target, mut description, read_only_at, eh_frame, slots, words, bytes } = meta;

    let disagree = || bad("its arrays are not those of its description");
    let all_words = all_words.words().ok_or_else(disagree)?;
    let mut functions = Bulk::default();
    let arrays = description.words().into_iter().chain([&mut functions]);
    fill(arrays.collect(), &words, &all_words).ok_or_else(disagree)?;
    let (mut debug_index, mut debug_bytes) = (Bulk::default(), Bulk::default());
    let arrays = description.bytes().into_iter().chain([&mut debug_index, &mut debug_bytes]);
    fill(arrays.collect(), &bytes, &all_bytes).ok_or_else(disagree)?;

    let image = Image {
        text: text.1,
        read_only: read_only.1,
        read_only_at,
        eh_frame,
        functions,
        debug: Debug { index: debug_index, bytes: debug_bytes },
        slots,
    };
    Ok(Artifact { fingerprint: header.fingerprint, target, description, image })
}

/// Gives each array its part of what they all are, one after the other; none if that is more or less than there is.
fn fill<T: Clone>(arrays: Vec<&mut Bulk<T>>, lengths: &[u32], all: &Bulk<T>) -> Option<()> {
    if arrays.len() != lengths.len() {
        return None;
    }
    let mut start = 0;
    for (array, &length) in arrays.into_iter().zip(lengths) {
        let end = start + length as usize;
        *array = all.slice(start..end)?;
        start = end;
    }
    (start == all.len()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn artifact() -> Artifact {
        let description = Description { functions: vec![0, 0].into(), ..Description::default() };
        let image = Image {
            text: vec![0xc3; 32].into(),
            read_only: vec![1, 2, 3].into(),
            functions: vec![0, 16, 16, 32].into(),
            ..Image::default()
        };
        let fingerprint = crate::abi::fingerprint::fingerprint();
        Artifact { fingerprint, target: Target::default(), description, image }
    }

    fn read(bytes: &[u8]) -> Result<Artifact> {
        Artifact::from_bytes(bytes)
    }

    /// The same artifact with a header that says something else, and its right hash.
    fn with_header(bytes: &[u8], change: impl Fn(&mut Header)) -> Vec<u8> {
        let mut header = Header::read(bytes, bytes.len() as u64).unwrap();
        change(&mut header);
        [&header.to_bytes()[..], &bytes[Header::SIZE..]].concat()
    }

    #[test]
    fn what_is_written_is_read() {
        let (artifact, bytes) = (artifact(), artifact().to_bytes().unwrap());
        let again = read(&bytes).unwrap();
        assert_eq!((again.description, again.image.functions), (artifact.description, artifact.image.functions));
        assert_eq!((again.image.text, again.image.read_only), (artifact.image.text, artifact.image.read_only));
    }

    #[test]
    fn each_byte_counts_but_those_between_sections() {
        let bytes = artifact().to_bytes().unwrap();
        let header = Header::read(&bytes, bytes.len() as u64).unwrap();
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1;
            let belongs = at < Header::SIZE || Section::ALL.iter().any(|&section| header.range(section).contains(&at));
            assert_eq!(read(&damaged).is_err(), belongs, "byte {at}");
        }
    }

    #[test]
    fn sections_are_where_they_can_be() {
        let bytes = artifact().to_bytes().unwrap();
        read(&with_header(&bytes, |_| ())).unwrap();
        for section in Section::ALL {
            let refused = |change: fn(&mut Entry)| {
                let bytes = with_header(&bytes, |header| change(&mut header.sections[section as usize]));
                assert!(matches!(read(&bytes), Err(Error::Artifact(_))), "{section:?}");
            };
            refused(|entry| entry.start = 0);
            refused(|entry| entry.start = u64::MAX);
            refused(|entry| entry.start += 1);
            refused(|entry| entry.length = u64::MAX - entry.start);
            refused(|entry| entry.length = u64::MAX);
            refused(|entry| entry.length += 1);
            refused(|entry| entry.hash += 1);
        }
        assert!(read(&with_header(&bytes, |header| header.length += 1)).is_err());
    }

    /// A description that says more or less than there is, with hashes that are right.
    #[test]
    fn arrays_are_as_long_as_the_description_says() {
        let bytes = artifact().to_bytes().unwrap();
        let header = Header::read(&bytes, bytes.len() as u64).unwrap();
        let meta = header.range(Section::Meta);
        let mut refused = 0;
        for at in meta.clone() {
            for bit in 0..8 {
                let mut forged = bytes.clone();
                forged[at] ^= 1 << bit;
                let hash = XxHash3_64::oneshot(&forged[meta.clone()]);
                let forged = with_header(&forged, |header| header.sections[Section::Meta as usize].hash = hash);
                refused += usize::from(read(&forged).is_err());
            }
        }
        assert!(refused > 100, "{refused}");
    }
}
