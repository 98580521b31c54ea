//! External references: values of the host that wasm refers to by numbers.

use crate::abi::{TAG_HOST, TAG_I31};
use std::any::Any;

type Value = Box<dyn Any + Send + Sync>;

/// Values of the host. Each has a number as long as it is referred to.
#[derive(Default)]
pub(crate) struct Externs {
    values: Vec<Option<Value>>,
    free: Vec<usize>,
    /// One mark bit for each value.
    marks: Vec<u64>,
}

impl Externs {
    /// Adds a value and returns the reference that wasm sees.
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

    /// Returns the value behind a reference, if the reference is to a value of the host.
    pub(super) fn get(&self, reference: u64) -> Option<&(dyn Any + Send + Sync)> {
        self.values.get(index(reference)?)?.as_deref()
    }

    /// Clears all mark bits. To be called before marking.
    pub(super) fn clear_marks(&mut self) {
        self.marks.clear();
        self.marks.resize(self.values.len().div_ceil(64), 0);
    }

    /// Marks the value behind a reference, if there is one.
    pub(super) fn mark(&mut self, reference: u64) {
        let Some(at) = index(reference) else { return };
        if let Some(word) = self.marks.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    /// Moves unmarked values to `taken`, and returns the number of those that stay.
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
