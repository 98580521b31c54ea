//! Survey of a function body: one pass that finds what lowering needs in advance, and how much there is to compile.

mod counts;
mod size;

pub(crate) use self::counts::Counts;
pub(crate) use self::size::size;
use self::size::{is_control, passed};
use super::description::Description;
use crate::error::Result;
use crate::types::{CompositeType, FuncType};
use wasmparser::{BlockType, FunctionBody, Operator};

/// What a function body contains.
#[derive(Default)]
pub(crate) struct Survey {
    /// Whether the body contains a tail call.
    pub(crate) tail_calls: bool,
    /// Largest number of handler clauses of a `resume`.
    pub(crate) resume_clauses: u32,
    /// The locals that the body uses, including parameters, in ascending order. Other locals need no place: a body of
    /// ten bytes may declare 50,000 locals and have a type with 1,000 parameters.
    pub(crate) locals: Vec<u32>,
    pub(crate) counts: Counts,
}

/// An entry of the control stack.
struct Frame {
    /// Number of values that a branch to the block passes.
    values: u64,
    /// Branches to the label of the block so far.
    branches: u64,
    /// Assignments to locals before the block began.
    sets: u64,
    is_loop: bool,
}

/// The state of a survey.
struct Surveyor<'m> {
    description: &'m Description,
    survey: Survey,
    frames: Vec<Frame>,
    used: Vec<u64>,
    /// Number of different locals that are used.
    locals: u64,
    /// Number of assignments to locals.
    sets: u64,
    /// Instruction count at the last place where control might go elsewhere.
    straight: u64,
    /// Whether the code is unreachable: nothing is made of it.
    dead: bool,
    /// Blocks opened since the code became unreachable.
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
    /// Passes over unreachable operators as lowering does.
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
                    // The code after the block is reachable if something branches to its end.
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
        counts.phi_inputs += (frame.branches + 1) * (set + 1);
        if frame.is_loop {
            counts.latches = counts.latches.max(frame.branches);
        }
    }

    fn branch(&mut self, depth: u32) {
        let Some(at) = self.frames.len().checked_sub(1 + depth as usize) else { return };
        let frame = &mut self.frames[at];
        frame.branches += 1;
        if frame.branches == 1 {
            // Each value is a phi.
            self.survey.counts.instructions += frame.values;
        }
        self.survey.counts.branch_values += frame.values;
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
        self.survey.counts.straight_line = self.survey.counts.straight_line.max(straight);
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
                // An `if` without `else` branches to its end, and so may an exception that a `try` catches.
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
                self.survey.counts.switch_targets += depths.len() as u64;
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
            Operator::Return => self.survey.counts.branch_values += self.frames.first().map_or(0, |frame| frame.values),
            Operator::Resume { cont_type_index, ref resume_table }
            | Operator::ResumeThrow { cont_type_index, ref resume_table, .. }
            | Operator::ResumeThrowRef { cont_type_index, ref resume_table } => {
                let clauses = u32::try_from(resume_table.len()).unwrap_or(u32::MAX);
                self.survey.resume_clauses = self.survey.resume_clauses.max(clauses);
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
            // Objects without initial values are cleared by the runtime if they are large.
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
