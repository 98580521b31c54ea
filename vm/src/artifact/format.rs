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

impl Artifact {
    /// As bytes, for a file or a cache.
    ///
    /// # Errors
    /// [`Error::Artifact`] when it can't be encoded.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        encode(self)
    }

    /// From bytes that [`Artifact::to_bytes`] gave, copied. Damage is noticed; whoever makes bytes on purpose makes code,
    /// which must be trusted.
    ///
    /// # Errors
    /// [`Error::Artifact`] when the bytes are something else, of another build, or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let header = Header::read(bytes, bytes.len() as u64)?;
        decode(&header, |section| copied(&bytes[header.range(section)]), true)
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

/// An artifact as bytes.
fn encode(artifact: &Artifact) -> Result<Vec<u8>> {
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
