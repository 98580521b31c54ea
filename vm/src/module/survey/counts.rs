//! Counts of what a function body contains, by which the cost of compiling it is estimated.

use std::ops::AddAssign;

/// Counts of what a function body contains. Each quantity in which LLVM takes more than linear time is bounded by one
/// of them. None is exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Bytes of the body.
    pub(crate) bytes: u64,
    /// LLVM instructions before the passes.
    pub(crate) instructions: u64,
    /// Basic blocks.
    pub(crate) blocks: u64,
    /// Values that branches pass: inputs of the phis that lowering makes.
    pub(crate) branch_values: u64,
    /// Phi inputs once locals are SSA values: for each place where branches meet, their number times the number of
    /// locals that are set on the way.
    pub(crate) phi_inputs: u64,
    /// Loops.
    pub(crate) loops: u64,
    /// Calls of wasm functions.
    pub(crate) calls: u64,
    /// Checks that branch within an operator: of divisors, casts, indices and lengths.
    pub(crate) checks: u64,
    /// Different targets of each `br_table`, summed up.
    pub(crate) switch_targets: u64,
    /// Largest number of branches back to one loop.
    pub(crate) latches: u64,
    /// Largest number of instructions between two places where control may go elsewhere.
    pub(crate) straight_line: u64,
}

/// Adds the counts of another function: sums, and maxima where a count is a maximum.
impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.instructions += other.instructions;
        self.blocks += other.blocks;
        self.branch_values += other.branch_values;
        self.phi_inputs += other.phi_inputs;
        self.loops += other.loops;
        self.calls += other.calls;
        self.checks += other.checks;
        self.switch_targets += other.switch_targets;
        self.latches = self.latches.max(other.latches);
        self.straight_line = self.straight_line.max(other.straight_line);
    }
}
