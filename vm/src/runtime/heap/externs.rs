//! Values of the host that wasm refers to by numbers.

use crate::abi::{TAG_HOST, TAG_I31};
use std::any::Any;

type Value = Box<dyn Any + Send + Sync>;

/// Values of the host. Each has a number as long as something refers to it.
#[derive(Default)]
pub(crate) struct Externs {
    values: Vec<Option<Value>>,
    free: Vec<usize>,
    /// A bit for each, set while something was found that refers to it.
    marks: Vec<u64>,
}

impl Externs {
    /// Keeps a value and gives the reference that wasm sees.
    pub(super) fn add(&mut self, value: Value) -> u64 {
        let at = if let Some(at) = self.free.pop() {
            self.values[at] = Some(value);
            at
        } else {
            self.values.push(Some(value));
            self.values.len() - 1
        };
        (at as u64 + 1) << 3 | TAG_HOST
    }

    /// The value behind a reference, if it is to one.
    pub(super) fn get(&self, reference: u64) -> Option<&(dyn Any + Send + Sync)> {
        self.values.get(index(reference)?)?.as_deref()
    }

    /// Call before marking.
    pub(super) fn clear_marks(&mut self) {
        self.marks.clear();
        self.marks.resize(self.values.len().div_ceil(64), 0);
    }

    /// Notes that something may refer to a value.
    pub(super) fn mark(&mut self, reference: u64) {
        let Some(at) = index(reference) else { return };
        if let Some(word) = self.marks.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    /// Takes those out that nothing refers to, and gives the number of those that stay.
    pub(super) fn take_unmarked(&mut self, taken: &mut Vec<Value>) -> usize {
        let mut kept = 0;
        for (at, value) in self.values.iter_mut().enumerate() {
            if self.marks[at / 64] >> (at % 64) & 1 != 0 {
                kept += usize::from(value.is_some());
            } else if let Some(value) = value.take() {
                taken.push(value);
                self.free.push(at);
            }
        }
        kept
    }
}

fn index(reference: u64) -> Option<usize> {
    if reference & (TAG_HOST | TAG_I31) != TAG_HOST {
        return None;
    }
    usize::try_from(reference >> 3).ok()?.checked_sub(1)
}
