//! Debug information of a code image: DWARF sections of its codegen units.

use crate::bulk::Bulk;
use crate::error::{Error, Result};
use std::ops::Range;

/// DWARF of the codegen units. Addresses are offsets in the text, lines are offsets in the bytes of the module.
#[derive(Clone, Debug, Default)]
pub struct Debug {
    /// The list of units, encoded; see [`Debug::units`].
    pub(crate) index: Bulk<u8>,
    /// Contents of the sections of all units, one after the other.
    pub(crate) bytes: Bulk<u8>,
}

/// Relocated DWARF sections of one codegen unit.
#[derive(Clone, Debug, Default)]
pub struct DebugUnit {
    /// Range of the text that the unit covers.
    pub text: Range<u32>,
    /// Name (`.debug_line`, ...) and contents of each section.
    pub sections: Vec<(String, Bulk<u8>)>,
}

/// Text range of a unit, and name and length of each section.
type UnitIndex = (Range<u32>, Vec<(String, u32)>);

impl Debug {
    /// Encodes all units.
    ///
    /// # Errors
    /// [`Error::Artifact`] if they can't be encoded.
    pub fn new(units: &[DebugUnit]) -> Result<Self> {
        let mut bytes = Vec::new();
        let mut index: Vec<UnitIndex> = Vec::new();
        for unit in units {
            let mut sections = Vec::new();
            for (name, contents) in &unit.sections {
                let length =
                    u32::try_from(contents.len()).map_err(|_| Error::Artifact("line tables of more than 4 GiB".into()))?;
                sections.push((name.clone(), length));
                bytes.extend_from_slice(contents);
            }
            index.push((unit.text.clone(), sections));
        }
        let index = postcard::to_stdvec(&index).map_err(|e| Error::Artifact(e.to_string()))?;
        Ok(Self { index: index.into(), bytes: bytes.into() })
    }

    /// Decodes the units, as far as they are readable: they only help people.
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
