//! What has to be known of a function body before its first operator is lowered, found in one pass over its operators:
//! what it needs of its frame, and how much there will be to compile.

use super::description::Description;
use crate::abi;
use crate::error::Result;
use crate::types::{CompositeType, FuncType};
use std::ops::AddAssign;
use wasmparser::{BlockType, FunctionBody, Operator};

/// What a body contains.
#[derive(Default)]
pub(crate) struct Survey {
    /// Whether it contains tail calls.
    pub(crate) tail_calls: bool,
    /// Most clauses of a `resume`.
    pub(crate) clauses: u32,
    /// The locals that it uses, parameters among them, in order. Others need no place: a body of ten bytes may declare
    /// 50,000 locals and have a type of 1,000 parameters.
    pub(crate) locals: Vec<u32>,
    pub(crate) counts: Counts,
}

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

/// An entry of the control stack.
struct Frame {
    /// Values that a branch to it brings along.
    values: u64,
    /// Branches to its label so far.
    branches: u64,
    /// How often locals had been set when it began.
    sets: u64,
    is_loop: bool,
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

struct Surveyor<'m> {
    description: &'m Description,
    survey: Survey,
    frames: Vec<Frame>,
    used: Vec<u64>,
    /// How many different locals are used.
    locals: u64,
    /// How often locals were set.
    sets: u64,
    /// Instructions when control last might have gone elsewhere.
    straight: u64,
    /// Whether what comes is never executed, which nothing is made of.
    dead: bool,
    /// Blocks opened since.
    dead_depth: u32,
}

/// Surveys a valid body of a function of type `ty`.
pub(crate) fn survey(description: &Description, ty: &FuncType, body: &FunctionBody<'_>) -> Result<Survey> {
    let mut surveyor = Surveyor {
        description,
        survey: Survey::default(),
        frames: Vec::new(),
        used: Vec::new(),
        locals: 0,
        sets: 0,
        straight: 0,
        dead: false,
        dead_depth: 0,
    };
    surveyor.open(ty.results.len() as u64, false);
    for operator in body.get_operators_reader()? {
        surveyor.next(&operator?)?;
    }
    let Surveyor { mut survey, used, .. } = surveyor;
    let words = (0..).zip(&used);
    survey.locals = words
        .flat_map(|(at, word)| (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit))
        .collect();
    survey.counts.bytes = body.range().end - body.range().start;
    survey.counts.instructions += 4 * survey.locals.len() as u64;
    survey.counts.blocks += 1;
    Ok(survey)
}

impl Surveyor<'_> {
    /// As lowering goes through a body: what is never executed is passed over.
    fn next(&mut self, operator: &Operator<'_>) -> Result<()> {
        if self.dead {
            match operator {
                Operator::Block { .. }
                | Operator::Loop { .. }
                | Operator::If { .. }
                | Operator::TryTable { .. }
                | Operator::Try { .. } => self.dead_depth += 1,
                Operator::End | Operator::Delegate { .. } if self.dead_depth > 0 => self.dead_depth -= 1,
                Operator::Else | Operator::Catch { .. } | Operator::CatchAll if self.dead_depth == 0 => {
                    self.dead = false;
                }
                Operator::End => {
                    // What goes on behind it is what branched there.
                    let reached = self.frames.last().is_some_and(|frame| frame.branches > 0);
                    self.close();
                    self.dead = !reached;
                }
                Operator::Delegate { .. } => {
                    self.close();
                    self.dead = false;
                }
                _ => {}
            }
            return Ok(());
        }
        self.operator(operator)?;
        self.dead = matches!(
            operator,
            Operator::Unreachable
                | Operator::Br { .. }
                | Operator::BrTable { .. }
                | Operator::Return
                | Operator::ReturnCall { .. }
                | Operator::ReturnCallIndirect { .. }
                | Operator::ReturnCallRef { .. }
                | Operator::Throw { .. }
                | Operator::ThrowRef
                | Operator::Rethrow { .. }
        );
        self.dead_depth = 0;
        Ok(())
    }

    fn open(&mut self, values: u64, is_loop: bool) {
        self.frames.push(Frame { values, branches: 0, sets: self.sets, is_loop });
        self.survey.counts.blocks += 1;
        if is_loop {
            self.branch(0);
        }
    }

    fn block(&mut self, ty: BlockType, is_loop: bool) {
        let (parameters, results) = match ty {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => {
                let ty = self.description.signature(index);
                (ty.params.len() as u64, ty.results.len() as u64)
            }
        };
        self.open(if is_loop { parameters } else { results }, is_loop);
    }

    fn close(&mut self) {
        if !self.dead && self.frames.last().is_some_and(|frame| !frame.is_loop) {
            self.branch(0);
        }
        let Some(frame) = self.frames.pop() else { return };
        let set = (self.sets - frame.sets).min(self.locals);
        let counts = &mut self.survey.counts;
        counts.met += (frame.branches + 1) * (set + 1);
        if frame.is_loop {
            counts.latches = counts.latches.max(frame.branches);
        }
    }

    fn branch(&mut self, depth: u32) {
        let Some(at) = self.frames.len().checked_sub(1 + depth as usize) else { return };
        let frame = &mut self.frames[at];
        frame.branches += 1;
        if frame.branches == 1 {
            // A phi each.
            self.survey.counts.instructions += frame.values;
        }
        self.survey.counts.brought += frame.values;
        self.survey.counts.blocks += 1;
    }

    fn use_local(&mut self, index: u32) {
        let (word, bit) = (index as usize / 64, index % 64);
        if self.used.len() <= word {
            self.used.resize(word + 1, 0);
        }
        if self.used[word] >> bit & 1 == 0 {
            self.used[word] |= 1 << bit;
            self.locals += 1;
        }
    }

    fn call(&mut self, type_index: u32) {
        let ty = self.description.signature(type_index);
        self.survey.counts.calls += 1;
        self.survey.counts.instructions += passed(ty);
    }

    fn operator(&mut self, operator: &Operator<'_>) -> Result<()> {
        let (instructions, checks) = size(operator);
        self.survey.counts.instructions += instructions;
        let straight = self.survey.counts.instructions - self.straight;
        self.survey.counts.straight = self.survey.counts.straight.max(straight);
        if checks > 0 || is_control(operator) {
            self.straight = self.survey.counts.instructions;
        }
        self.survey.counts.checks += checks;
        self.survey.counts.blocks += 2 * checks;
        match *operator {
            Operator::LocalGet { local_index } => self.use_local(local_index),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                self.use_local(local_index);
                self.sets += 1;
            }
            Operator::Block { blockty } => self.block(blockty, false),
            Operator::If { blockty } | Operator::Try { blockty } => {
                self.survey.counts.blocks += 2;
                self.block(blockty, false);
                // An `if` without `else` goes to its end, and what a `try` catches may.
                self.branch(0);
            }
            Operator::Loop { blockty } => {
                self.survey.counts.loops += 1;
                self.block(blockty, true);
            }
            Operator::TryTable { ref try_table } => {
                self.survey.counts.blocks += 4 * (1 + try_table.catches.len() as u64);
                self.survey.counts.instructions += 12 * try_table.catches.len() as u64;
                for catch in &try_table.catches {
                    let (wasmparser::Catch::One { label, .. }
                    | wasmparser::Catch::OneRef { label, .. }
                    | wasmparser::Catch::All { label }
                    | wasmparser::Catch::AllRef { label }) = *catch;
                    self.branch(label);
                }
                self.block(try_table.ty, false);
            }
            Operator::Else => self.branch(0),
            Operator::End | Operator::Delegate { .. } => self.close(),
            Operator::Br { relative_depth }
            | Operator::BrIf { relative_depth }
            | Operator::BrOnNull { relative_depth }
            | Operator::BrOnNonNull { relative_depth }
            | Operator::BrOnCast { relative_depth, .. }
            | Operator::BrOnCastFail { relative_depth, .. }
            | Operator::BrOnCastDescEq { relative_depth, .. }
            | Operator::BrOnCastDescEqFail { relative_depth, .. } => self.branch(relative_depth),
            Operator::BrTable { ref targets } => {
                let mut depths = targets.targets().collect::<Result<Vec<_>, _>>()?;
                self.survey.counts.instructions += depths.len() as u64;
                depths.push(targets.default());
                depths.sort_unstable();
                depths.dedup();
                self.survey.counts.targets += depths.len() as u64;
                for depth in depths {
                    self.branch(depth);
                }
            }
            Operator::Call { function_index } => self.call(self.description.functions[function_index as usize]),
            Operator::CallIndirect { type_index, .. } | Operator::CallRef { type_index } => self.call(type_index),
            Operator::ReturnCall { function_index } => {
                self.survey.tail_calls = true;
                self.call(self.description.functions[function_index as usize]);
            }
            Operator::ReturnCallIndirect { type_index, .. } | Operator::ReturnCallRef { type_index } => {
                self.survey.tail_calls = true;
                self.call(type_index);
            }
            Operator::Return => self.survey.counts.brought += self.frames.first().map_or(0, |frame| frame.values),
            Operator::Resume { cont_type_index, ref resume_table }
            | Operator::ResumeThrow { cont_type_index, ref resume_table, .. }
            | Operator::ResumeThrowRef { cont_type_index, ref resume_table } => {
                let clauses = u32::try_from(resume_table.len()).unwrap_or(u32::MAX);
                self.survey.clauses = self.survey.clauses.max(clauses);
                self.survey.counts.instructions +=
                    16 * u64::from(clauses) + passed(self.description.continuation(cont_type_index));
                for handle in &resume_table.handlers {
                    if let wasmparser::Handle::OnLabel { label, .. } = *handle {
                        self.branch(label);
                    }
                }
            }
            Operator::Suspend { tag_index } | Operator::Throw { tag_index } => {
                let ty = self.description.signature(self.description.tags[tag_index as usize]);
                self.survey.counts.instructions += passed(ty);
            }
            Operator::ContNew { cont_type_index } | Operator::Switch { cont_type_index, .. } => {
                self.survey.counts.instructions += passed(self.description.continuation(cont_type_index));
            }
            Operator::ContBind { argument_index, .. } => {
                self.survey.counts.instructions += passed(self.description.continuation(argument_index));
            }
            // Those without initial values are cleared by the runtime when they are many.
            Operator::StructNew { struct_type_index } | Operator::StructNewDesc { struct_type_index } => {
                if let CompositeType::Struct(fields) = &self.description.types[struct_type_index as usize].composite {
                    self.survey.counts.instructions += 3 * fields.len() as u64;
                }
            }
            Operator::ArrayNewFixed { array_size, .. } => self.survey.counts.instructions += 3 * u64::from(array_size),
            _ => {}
        }
        Ok(())
    }
}

/// Instructions that pass the arguments and results of a call: those without a register go through memory.
fn passed(ty: &FuncType) -> u64 {
    let (parameters, results) = (ty.params.len() as u64, ty.results.len() as u64);
    let outside = |count: u64, registers: usize| count.saturating_sub(registers as u64);
    parameters.min(8) + results.min(4) + 4 * (outside(parameters, abi::INT_PARAMS) + outside(results, abi::INT_RESULTS))
}

/// Of an operator, without its arguments: about how many instructions and how many checks it becomes.
#[expect(unreachable_patterns, reason = "what is named one by one is in its proposal's group too")]
pub(crate) fn size(operator: &Operator<'_>) -> (u64, u64) {
    macro_rules! by_proposal {
        ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
            match operator {
                Operator::Nop | Operator::Drop | Operator::End | Operator::Else
                | Operator::Block { .. } | Operator::Loop { .. }
                | Operator::I32Const { .. } | Operator::I64Const { .. } | Operator::RefNull { .. } => (0, 0),
                Operator::LocalGet { .. } | Operator::LocalSet { .. } | Operator::LocalTee { .. } => (1, 0),
                Operator::I32DivS | Operator::I64DivS => (12, 2),
                Operator::I32DivU | Operator::I64DivU | Operator::I32RemS | Operator::I64RemS
                | Operator::I32RemU | Operator::I64RemU => (7, 1),
                Operator::I32TruncF32S | Operator::I32TruncF32U | Operator::I32TruncF64S | Operator::I32TruncF64U
                | Operator::I64TruncF32S | Operator::I64TruncF32U | Operator::I64TruncF64S | Operator::I64TruncF64U => (12, 2),
                Operator::Call { .. } => (4, 0),
                Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => (30, 4),
                Operator::CallRef { .. } | Operator::ReturnCallRef { .. } => (9, 1),
                Operator::Unreachable => (2, 0),
                Operator::TableGet { .. } | Operator::TableSet { .. } => (10, 1),
                Operator::MemoryGrow { .. } | Operator::MemorySize { .. } => (8, 0),
                Operator::StructGet { .. } | Operator::StructGetS { .. } | Operator::StructGetU { .. } | Operator::StructSet { .. } => (6, 1),
                Operator::ArrayGet { .. } | Operator::ArrayGetS { .. } | Operator::ArrayGetU { .. } | Operator::ArraySet { .. } => (12, 2),
                Operator::RefI31 | Operator::I31GetS | Operator::I31GetU => (5, 1),
                $( Operator::$op { .. } => match stringify!($proposal) {
                    "gc" | "custom_descriptors" => (30, 5),
                    "bulk_memory" | "stack_switching" | "exceptions" | "legacy_exceptions" => (16, 1),
                    "threads" => (10, 1),
                    "simd" | "relaxed_simd" | "wide_arithmetic" => (6, 0),
                    _ => (3, 0),
                }, )*
                _ => (3, 0),
            }
        };
    }
    wasmparser::for_each_operator!(by_proposal)
}

/// Whether an operator begins or ends a basic block.
fn is_control(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::BrTable { .. }
            | Operator::Return
            | Operator::Unreachable
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use crate::module::parse;

    fn of(text: &str) -> Survey {
        let buffer = wast::parser::ParseBuffer::new(text).unwrap();
        let wasm = wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap();
        parse::parse(&wasm, &Config::new()).unwrap().survey(0).unwrap()
    }

    #[test]
    fn only_locals_that_are_used_are_listed() {
        let survey = of("(module (func (param i32 i64) (local i32 f32 i32)
            local.get 4 local.set 2 return local.get 3 drop local.get 1 drop))");
        assert_eq!(survey.locals, [2, 4]);
    }

    #[test]
    fn what_is_never_executed_does_not_count() {
        let alive = of("(module (func block end))").counts;
        let dead = of(
            "(module (func block br 0 (block (loop (call 0) (br 0))) (i32.div_u (i32.const 1) (i32.const 0)) drop end))",
        );
        assert_eq!((dead.counts.calls, dead.counts.loops, dead.counts.checks), (0, 0, 0));
        assert_eq!(dead.counts.instructions, alive.instructions + size(&Operator::Br { relative_depth: 0 }).0);
        // The end of a block that nothing branches to is as dead as what is before it; behind an `if` code goes on.
        assert_eq!(of("(module (func block unreachable end call 0))").counts.calls, 0);
        assert_eq!(of("(module (func i32.const 0 if unreachable end call 0))").counts.calls, 1);
        assert_eq!(of("(module (func i32.const 0 if unreachable else end call 0))").counts.calls, 1);
        assert_eq!(of("(module (func block i32.const 0 br_if 0 unreachable end call 0))").counts.calls, 1);
    }

    #[test]
    fn each_count_counts() {
        let counts = |code: &str| {
            of(&format!(
                "(module (type $two (func (result i32 i32))) (table 1 funcref) (memory 1)
            (func (param i32) {code}))"
            ))
            .counts
        };
        let none = counts("");
        assert_eq!(counts("loop local.get 0 br_if 0 local.get 0 br_if 0 end").latches, 3);
        assert_eq!(counts("loop end loop end").loops, 2);
        assert_eq!(counts("block block block local.get 0 br_table 0 1 2 1 0 end end end").targets, 3);
        assert_eq!(counts("local.get 0 local.get 0 i32.div_u drop").checks, 1);
        assert!(counts("local.get 0 call_indirect").calls == 1 && counts("local.get 0 call_indirect").checks > 0);
        // The values of a block count for each branch that brings them.
        let two = "block (type $two) i32.const 1 i32.const 2 local.get 0 br_if 0 local.get 0 br_if 0 end drop drop";
        assert_eq!(counts(two).brought, none.brought + 6);
        let straight = counts(&"local.get 0 i32.const 3 i32.mul drop ".repeat(100)).straight;
        assert!((200..1_000).contains(&straight), "{straight}");
        let met = |sets: usize| counts(&format!("block {} end", "local.get 0 local.tee 0 br_if 0 ".repeat(sets))).met;
        assert!(met(40) > met(20) && met(20) > none.met);
    }
}
