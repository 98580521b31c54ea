//! Branch hints: which way `br_if` and `if` mostly go, as the custom section `metadata.code.branch_hint` says.
//! Spec: <https://webassembly.github.io/branch-hinting/metadata/code/binary.html>

use std::collections::BTreeMap;
use wasmparser::BranchHintSectionReader;

/// The hints of a module: by function index and offset in the function's body, whether the branch is likely taken.
#[derive(Debug, Default)]
pub(crate) struct BranchHints(BTreeMap<(u32, u64), bool>);

impl BranchHints {
    /// Hints are a help and no part of the module's validity: a section that breaks a rule counts as if it were not
    /// there. Hints that name no branch are never asked for.
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
                // Both functions and offsets have to ascend.
                if hints.last_key_value().is_some_and(|(last, _)| *last >= place) {
                    return None;
                }
                hints.insert(place, hint.taken);
            }
        }
        Some(Self(hints))
    }

    /// Whether the branch at an offset in the body of a function is likely taken, if anything is known of it.
    pub(crate) fn get(&self, function: u32, offset: u64) -> Option<bool> {
        self.0.get(&(function, offset)).copied()
    }
}
