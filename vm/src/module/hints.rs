//! Branch hints: which way `br_if` and `if` usually go, from the custom section `metadata.code.branch_hint`.
//! Spec: <https://webassembly.github.io/branch-hinting/metadata/code/binary.html>

use std::collections::BTreeMap;
use wasmparser::BranchHintSectionReader;

/// The branch hints of a module: whether a branch is likely taken, by function index and offset in the body of the
/// function.
#[derive(Debug, Default)]
pub(crate) struct BranchHints(BTreeMap<(u32, u64), bool>);

impl BranchHints {
    /// Reads the hints of a section. Hints are advice and no part of the validity of a module, so a malformed section
    /// counts as absent. Hints for places without a branch are never looked up.
    pub(crate) fn read(section: BranchHintSectionReader<'_>) -> Self {
        Self::read_well_formed(section).unwrap_or_default()
    }

    fn read_well_formed(section: BranchHintSectionReader<'_>) -> Option<Self> {
        let mut hints = BTreeMap::new();
        for function in section {
            let function = function.ok()?;
            for hint in function.hints {
                let hint = hint.ok()?;
                let place = (function.func, hint.func_offset.into());
                // Functions, and offsets in a function, have to ascend.
                if hints.last_key_value().is_some_and(|(last, _)| *last >= place) {
                    return None;
                }
                hints.insert(place, hint.taken);
            }
        }
        Some(Self(hints))
    }

    /// Returns whether the branch at an offset in the body of a function is likely taken, if there is a hint.
    pub(crate) fn get(&self, function: u32, offset: u64) -> Option<bool> {
        self.0.get(&(function, offset)).copied()
    }
}
