//! Codegen units: functions that become one LLVM module and one object each.

use super::budget;
use crate::codegen::effort::Effort;
use crate::config::OptLevel;
use crate::module::survey::Counts;

/// Bytes of wasm code in a unit: enough that fixed costs vanish, and that what belongs together is inlined; few enough
/// that a module of some size keeps several cores busy.
const UNIT_BYTES: u64 = 48 << 10;

const UNIT_INSTRUCTIONS: u64 = 100_000;

const UNIT_FUNCTIONS: usize = 500;

/// A codegen unit: functions, by their places among those that a module defines, for which equally much is done.
#[derive(Debug)]
pub(super) struct CodegenUnit {
    pub(super) bodies: Vec<u32>,
    pub(super) effort: Effort,
    pub(super) counts: Counts,
}

impl CodegenUnit {
    /// Which functions they are, of a module that imports so many.
    pub(super) fn functions(&self, imports: u32) -> String {
        let [first, last] =
            [self.bodies.first(), self.bodies.last()].map(|index| imports + index.copied().unwrap_or(0));
        format!("functions {first} to {last}")
    }

    /// Bytes of memory that compiling it takes, about.
    pub(super) fn memory(&self) -> u64 {
        budget::memory(self.effort, &self.counts)
    }
}

/// Cuts the functions that a module defines into units.
pub(super) fn partition(level: OptLevel, counts: &[Counts]) -> Vec<CodegenUnit> {
    let (functions, bytes) = (counts.len(), counts.iter().map(|counts| counts.bytes).sum());
    let mut units = Vec::new();
    let mut open: [Option<CodegenUnit>; 3] = [None, None, None];
    for (index, counts) in (0..).zip(counts) {
        let effort = budget::effort_in_module(level, counts, functions, bytes);
        let slot = &mut open[effort as usize];
        let unit = slot.get_or_insert_with(|| CodegenUnit { bodies: Vec::new(), effort, counts: Counts::default() });
        unit.bodies.push(index);
        unit.counts += *counts;
        if unit.counts.bytes >= UNIT_BYTES
            || unit.counts.instructions >= UNIT_INSTRUCTIONS
            || unit.bodies.len() >= UNIT_FUNCTIONS
        {
            units.extend(slot.take());
        }
    }
    units.extend(open.into_iter().flatten());
    units
}
