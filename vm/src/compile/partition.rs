//! Codegen units: groups of functions, each of which becomes one LLVM module and one ELF object.

use super::budget;
use crate::codegen::effort::Effort;
use crate::config::OptLevel;
use crate::module::survey::Counts;

/// Size of a unit in bytes of wasm code. It is large enough that fixed costs vanish and that functions are inlined
/// into their neighbours, and small enough that a module of some size keeps several cores busy.
const UNIT_BYTES: u64 = 48 << 10;

/// Size of a unit in LLVM instructions.
const UNIT_INSTRUCTIONS: u64 = 100_000;

/// Size of a unit in functions.
const UNIT_FUNCTIONS: usize = 500;

/// A codegen unit: functions with the same effort, by their positions among the functions that the module defines.
#[derive(Debug)]
pub(super) struct CodegenUnit {
    pub(super) bodies: Vec<u32>,
    pub(super) effort: Effort,
    pub(super) counts: Counts,
}

impl CodegenUnit {
    /// Describes the functions for messages; `imports` is the number of functions that the module imports.
    pub(super) fn functions(&self, imports: u32) -> String {
        let [first, last] =
            [self.bodies.first(), self.bodies.last()].map(|index| imports + index.copied().unwrap_or(0));
        format!("functions {first} to {last}")
    }

    /// Estimates the memory that compiling the unit takes, in bytes.
    pub(super) fn memory(&self) -> u64 {
        budget::memory(self.effort, &self.counts)
    }
}

/// Cuts the functions that a module defines into codegen units.
pub(super) fn partition(level: OptLevel, counts: &[Counts]) -> Vec<CodegenUnit> {
    let (functions, bytes) = (counts.len(), counts.iter().map(|counts| counts.bytes).sum());
    let mut units = Vec::new();
    let mut pending: [Option<CodegenUnit>; 3] = [None, None, None];
    for (index, counts) in (0..).zip(counts) {
        let effort = budget::effort_in_module(level, counts, functions, bytes);
        let slot = &mut pending[effort as usize];
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
    units.extend(pending.into_iter().flatten());
    units
}
