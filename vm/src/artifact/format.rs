//! Binary format of artifacts, laid out so that a file can be mapped as it is.
//!
//! ```text
//! header       magic number, fingerprint, length of the whole, hash of the header; place, length and hash of each
//! section
//! Meta         description and other short data, in postcard's encoding
//! Words        arrays of 32-bit numbers, one after the other
//! Text         machine code
//! ReadOnly     constants, unwind tables, words for the runtime to fill in
//! Bytes        names, data segments, line tables, one after the other
//! ```
//!
//! Numbers are little-endian. Text and read-only data of large images begin at page boundaries and are as far apart as
//! they will be in memory. Hashes detect damage, not forgery: XXH3, <https://xxhash.com>.

use super::debug::Debug;
use super::header::{Entry, Header, Section, bad};
use super::parts::{Artifact, Image, RuntimeSlot};
use super::target::Target;
use crate::bulk::Bulk;
use crate::error::Result;
use crate::module::description::Description;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::Arc;
use twox_hash::XxHash3_64;

/// The data of an artifact that is decoded when it is loaded.
#[derive(Serialize, Deserialize)]
struct Meta {
    target: Target,
    description: Description,
    read_only_at: u32,
    eh_frame: Range<u32>,
    slots: Vec<RuntimeSlot>,
    /// Length in elements of each array of words.
    words: Vec<u32>,
    /// Length of each array of bytes.
    bytes: Vec<u32>,
}

impl Artifact {
    /// Encodes the artifact for a file or a cache.
    ///
    /// # Errors
    /// [`Error::Artifact`] if it can't be encoded.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        encode(self)
    }

    /// Decodes a copy of the bytes that [`Artifact::to_bytes`] returned. Damage anywhere is detected. Bytes that are
    /// forged on purpose are code on purpose: they must be trusted.
    ///
    /// # Errors
    /// [`Error::Artifact`] if the bytes are no artifact, of another build, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let header = Header::read(bytes, bytes.len() as u64)?;
        decode(&header, |section| copied(&bytes[header.range(section)]), true)
    }
}

/// Copies the bytes of an artifact.
fn copied(bytes: &[u8]) -> Bulk<u8> {
    // Allocated as words, because some sections are read as words.
    let mut words = vec![0_u64; bytes.len().div_ceil(size_of::<u64>())];
    // SAFETY: the vector has at least as many bytes, and any bytes are valid words.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), words.as_mut_ptr().cast(), bytes.len()) };
    let words = Arc::new(words);
    let copy = std::ptr::slice_from_raw_parts(words.as_ptr().cast(), bytes.len());
    // SAFETY: the bytes were initialised just now, and are never written again.
    unsafe { Bulk::part(copy, words) }
}

/// Encodes an artifact.
fn encode(artifact: &Artifact) -> Result<Vec<u8>> {
    let Artifact { fingerprint, target, description, image } = artifact;
    let mut description = description.clone();
    let mut debug_index = image.debug.index.clone();
    let mut debug_bytes = image.debug.bytes.clone();
    let mut functions = image.functions.clone();
    let narrow = |length: usize| u32::try_from(length).map_err(|_| bad("one of its arrays is longer than 4 GiB"));

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

/// Decodes an artifact from its header and sections; its arrays are parts of the sections. The hashes of what is
/// decoded and of what code relies on are checked, and those of all sections if `whole`.
///
/// # Errors
/// [`Error::Artifact`] if it is damaged.
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
    let (meta, rest) = postcard::take_from_bytes::<Meta>(&meta.1).map_err(|e| bad(format!("its description can't be decoded: {e}")))?;
    if !rest.is_empty() {
        return Err(bad("its description has bytes left over"));
    }
    let Meta { target, mut description, read_only_at, eh_frame, slots, words, bytes } = meta;

    let disagree = || bad("its arrays do not match its description");
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

/// Cuts `all` into the arrays, one after the other; none if the lengths do not add up to all of it.
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
    use crate::error::Error;

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

    /// Returns the same artifact with a changed header and the right hash.
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

    /// Descriptions with changed lengths and right hashes are refused.
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
