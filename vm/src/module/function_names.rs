//! Names of functions, from the name section.

use crate::bulk::Bulk;

/// Names of functions by index. Three arrays hold them, so that loading a hundred thousand of them takes no time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FunctionNames {
    /// Indices of the functions that have a name, ascending.
    pub(super) functions: Bulk<u32>,
    /// End of each name in `text`.
    pub(super) ends: Bulk<u32>,
    /// All names in UTF-8, one after the other.
    pub(super) text: Bulk<u8>,
}

impl FunctionNames {
    /// Creates the table from pairs of function index and name. If a function has several names, the first one counts.
    /// Names beyond 4 GiB of text are left out.
    #[must_use]
    pub fn new(mut names: Vec<(u32, &str)>) -> Self {
        names.sort_by_key(|(index, _)| *index);
        names.dedup_by_key(|(index, _)| *index);
        let (mut functions, mut ends, mut text) = (Vec::new(), Vec::new(), Vec::new());
        for (index, name) in names {
            let Ok(end) = u32::try_from(text.len() + name.len()) else { break };
            functions.push(index);
            ends.push(end);
            text.extend_from_slice(name.as_bytes());
        }
        Self { functions: functions.into(), ends: ends.into(), text: text.into() }
    }

    /// Returns the name of function `index`.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<&str> {
        let at = self.functions.binary_search(&index).ok()?;
        let start = at.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        std::str::from_utf8(self.text.get(start as usize..*self.ends.get(at)? as usize)?).ok()
    }
}
