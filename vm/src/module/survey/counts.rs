//! Counts of what a function body contains.

use std::ops::AddAssign;

/// How much a body is to compile. Of all that grows faster than the bytes of a module in LLVM, something here grows
/// with it. None is exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Bytes of the body.
    pub(crate) bytes: u64,
    /// Instructions of LLVM before its passes.
    pub(crate) instructions: u64,
    /// Basic blocks.
    pub(crate) blocks: u64,
    /// Values that branches bring along: inputs of phis that lowering makes.
    pub(crate) brought: u64,
    /// Inputs of phis once locals are values: for each place where branches meet, their number times the locals that
    /// are set on the way.
    pub(crate) met: u64,
    /// Loops.
    pub(crate) loops: u64,
    /// Places that call other functions of wasm.
    pub(crate) calls: u64,
    /// Checks that branch within an operator: of divisors, casts, indices, lengths.
    pub(crate) checks: u64,
    /// Different targets of one `br_table`, all added up.
    pub(crate) targets: u64,
    /// Most branches back to one loop.
    pub(crate) latches: u64,
    /// Most instructions between two places where control may go elsewhere.
    pub(crate) straight: u64,
}

/// Of a unit: sums, and of what is the most of one function the most.
impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.instructions += other.instructions;
        self.blocks += other.blocks;
        self.brought += other.brought;
        self.met += other.met;
        self.loops += other.loops;
        self.calls += other.calls;
        self.checks += other.checks;
        self.targets += other.targets;
        self.latches = self.latches.max(other.latches);
        self.straight = self.straight.max(other.straight);
    }
}
