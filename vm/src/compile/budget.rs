//! Budgets: the effort for each function, and limits on modules, so that compiling takes time and memory in
//! proportion to the bytes of a module.

use crate::codegen::effort::Effort;
use crate::config::OptLevel;
use crate::error::{Error, Result};
use crate::module::description::Description;
use crate::module::survey::Counts;

/// The most that a function may contain to be compiled with an effort.
///
/// LLVM's passes take quadratic time, or worse, in one or another of these counts. Up to these limits, that is no more
/// than the time that is in proportion to the bytes.
struct EffortLimits {
    effort: Effort,
    instructions: u64,
    blocks: u64,
    loops: u64,
    latches: u64,
    checks: u64,
    calls: u64,
    switch_targets: u64,
    straight_line: u64,
    /// Phi inputs; `phi_inputs_per_byte` more are allowed for each byte of the body.
    phi_inputs: u64,
    phi_inputs_per_byte: u64,
}

/// Limits by effort, the most expensive first. A function beyond all of them is compiled as [`Effort::Plain`].
const LIMITS: [EffortLimits; 2] = [
    EffortLimits {
        effort: Effort::Full,
        instructions: 40_000,
        blocks: 4_000,
        loops: 120,
        latches: 200,
        checks: 300,
        calls: 2_000,
        switch_targets: 800,
        straight_line: 5_000,
        phi_inputs: 20_000,
        phi_inputs_per_byte: 4,
    },
    EffortLimits {
        effort: Effort::Light,
        instructions: 250_000,
        blocks: 20_000,
        loops: 1_000,
        latches: 600,
        checks: 2_400,
        calls: 10_000,
        switch_targets: 3_000,
        straight_line: 8_000,
        phi_inputs: 40_000,
        phi_inputs_per_byte: 8,
    },
];

impl EffortLimits {
    fn allow(&self, counts: &Counts) -> bool {
        counts.instructions <= self.instructions
            && counts.blocks <= self.blocks
            && counts.loops <= self.loops
            && counts.latches <= self.latches
            && counts.checks <= self.checks
            && counts.calls <= self.calls
            && counts.switch_targets <= self.switch_targets
            && counts.straight_line <= self.straight_line
            && counts.phi_inputs + counts.branch_values <= self.phi_inputs + self.phi_inputs_per_byte * counts.bytes
    }
}

/// Chooses the effort for a function of a module, of which the number of functions and the bytes of code are given.
///
/// LLVM takes a third of a millisecond to optimise an empty function. In modules with thousands of functions of a few
/// bytes, such functions are not optimised.
pub(super) fn effort_in_module(level: OptLevel, counts: &Counts, functions: usize, bytes: u64) -> Effort {
    const MANY: usize = 5_000;
    const FEW_BYTES: u64 = 24;
    let tiny = functions > MANY && bytes < FEW_BYTES * functions as u64 && counts.bytes < FEW_BYTES;
    if tiny { Effort::Plain } else { effort(level, counts) }
}

/// Chooses the effort for a function by its counts.
fn effort(level: OptLevel, counts: &Counts) -> Effort {
    match level {
        OptLevel::None => Effort::Plain,
        OptLevel::Speed => {
            LIMITS.iter().find(|limits| limits.allow(counts)).map_or(Effort::Plain, |limits| limits.effort)
        }
    }
}

/// Estimates the memory in bytes that LLVM takes to compile a function with these counts. The factors were measured;
/// the estimate is within a third on nearly all families of `tests/all/hostile/families.rs`.
pub(super) fn memory(effort: Effort, counts: &Counts) -> u64 {
    let plain = 560 * counts.instructions + 500 * counts.blocks + 2_500 * counts.checks + 64 * counts.branch_values;
    match effort {
        Effort::Plain => plain,
        Effort::Light | Effort::Full => 4 * plain,
    }
}

/// LLVM instructions that a module may become for each of its bytes, and a constant that is added. A module beyond
/// that has operators that stand for many instructions: calls with a thousand arguments, branches with a thousand
/// values.
const INSTRUCTIONS_PER_BYTE: u64 = 16;
const MORE_INSTRUCTIONS: u64 = 2_000_000;

/// Checks that functions can be compiled within the limits. `counts` are those of the functions that the module
/// defines.
///
/// # Errors
/// [`Error::Limit`] with the name of the function that is too large.
pub(super) fn check(description: &Description, level: OptLevel, counts: &[Counts], most_memory: u64) -> Result<()> {
    let name = |index: usize| {
        let index = description.func_imports + u32::try_from(index).unwrap_or(u32::MAX);
        let name = description.function_name(index).map(|name| format!(" ({name})")).unwrap_or_default();
        format!("function {index}{name}")
    };
    let bytes = counts.iter().map(|counts| counts.bytes).sum::<u64>();
    let all = counts.iter().map(weight).sum::<u64>();
    let most = bytes * INSTRUCTIONS_PER_BYTE + MORE_INSTRUCTIONS;
    if all > most
        && let Some((largest, part)) = counts.iter().enumerate().max_by_key(|(_, counts)| weight(counts))
    {
        return Err(Error::Limit(format!(
            "the code would become about {all} LLVM instructions, {} of them in {}; the limit is {most}",
            weight(part),
            name(largest)
        )));
    }
    for (index, counts) in counts.iter().enumerate() {
        let memory = memory(effort(level, counts), counts);
        if memory > most_memory {
            return Err(Error::Limit(format!(
                "{} would become about {} LLVM instructions, and compiling it would take {} MiB of memory; the limit is {} MiB",
                name(index),
                counts.instructions,
                memory >> 20,
                most_memory >> 20
            )));
        }
    }
    Ok(())
}

/// Returns the number of instructions, with values of branches as the fraction of an instruction that they cost in
/// time.
fn weight(counts: &Counts) -> u64 {
    counts.instructions + counts.branch_values / 8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::module::parse;
    use std::path::Path;

    /// The kernels of the benchmarks, and 640 functions that are made to be compiled.
    #[test]
    fn ordinary_functions_get_all_passes() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../bench-suites/kernels/wasm");
        let mut functions = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let wasm = std::fs::read(&path).unwrap();
            let parsed = parse::parse(&wasm, &Config::new()).unwrap();
            for index in 0..parsed.bodies.len() {
                let counts = parsed.survey(index).unwrap().counts;
                assert_eq!(effort(OptLevel::Speed, &counts), Effort::Full, "{} {index}: {counts:?}", path.display());
                functions += 1;
            }
        }
        assert!(functions > 640, "{functions} functions");
    }

    #[test]
    fn too_much_of_anything_is_done_less_for() {
        let over: [fn(&mut Counts, &EffortLimits); 9] = [
            |c, most| c.instructions = most.instructions + 1,
            |c, most| c.blocks = most.blocks + 1,
            |c, most| c.loops = most.loops + 1,
            |c, most| c.latches = most.latches + 1,
            |c, most| c.checks = most.checks + 1,
            |c, most| c.calls = most.calls + 1,
            |c, most| c.switch_targets = most.switch_targets + 1,
            |c, most| c.straight_line = most.straight_line + 1,
            |c, most| c.phi_inputs = most.phi_inputs + most.phi_inputs_per_byte * c.bytes + 1,
        ];
        for over in over {
            let mut counts = Counts { bytes: 10_000, ..Counts::default() };
            assert_eq!(effort(OptLevel::Speed, &counts), Effort::Full);
            for (most, less) in LIMITS.iter().zip([Effort::Light, Effort::Plain]) {
                over(&mut counts, most);
                assert_eq!(effort(OptLevel::Speed, &counts), less, "{counts:?}");
                assert_eq!(effort(OptLevel::None, &counts), Effort::Plain);
            }
        }
    }

    #[test]
    fn thousands_of_tiny_functions_are_left_as_they_are() {
        let [tiny, small] = [10, 30].map(|bytes| Counts { bytes, instructions: 3, ..Counts::default() });
        let of = |counts, functions, bytes| effort_in_module(OptLevel::Speed, counts, functions, bytes);
        assert_eq!(
            [of(&tiny, 1_000, 10_000), of(&tiny, 10_000, 1_000_000), of(&small, 10_000, 100_000)],
            [Effort::Full; 3]
        );
        assert_eq!(of(&tiny, 10_000, 100_000), Effort::Plain);
    }

    #[test]
    fn what_is_too_much_is_named() {
        let description = Description { func_imports: 3, ..Description::default() };
        let small = Counts { bytes: 100, instructions: 200, ..Counts::default() };
        let check = |counts: &[Counts], memory| check(&description, OptLevel::None, counts, memory);
        assert!(check(&[small; 10], 1 << 20).is_ok());
        let error = check(&[small, small], 100_000).unwrap_err().to_string();
        assert!(error.contains("function 3 would become about 200 LLVM instructions"), "{error}");
        let large = Counts { instructions: MORE_INSTRUCTIONS + 1_000_000, ..small };
        let error = check(&[small, large], u64::MAX).unwrap_err().to_string();
        assert!(error.contains("of them in function 4"), "{error}");
    }
}
