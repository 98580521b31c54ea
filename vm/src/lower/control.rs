//! Structured control: blocks, branches, and the code that is never reached.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#control-instructions>

use super::exception::{Clauses, Handler};
use super::function::Lowering;
use crate::error::Result;
use crate::module::convert;
use crate::trap::Trap;
use crate::types::{HeapType, RefType, ValType};
use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValue, BasicValueEnum, IntValue, PhiValue};
use std::collections::HashMap;
use wasmparser::{BlockType, BrTable, Operator};

/// An entry of the control stack.
pub(super) struct Frame<'ctx> {
    kind: Kind<'ctx>,
    /// Where a branch to this frame goes: the end of a block, the start of a loop.
    label: Label<'ctx>,
    /// Operands below the block's own.
    height: usize,
    /// Where what is thrown in here is caught.
    pub(super) handler: Option<Handler<'ctx>>,
    /// Of a legacy `try`: its clauses.
    pub(super) clauses: Option<Clauses<'ctx>>,
}

enum Kind<'ctx> {
    Block,
    Loop,
    /// Until its `else` is seen: where the condition was false, and the block's parameters.
    If {
        otherwise: BasicBlock<'ctx>,
        parameters: Vec<BasicValueEnum<'ctx>>,
    },
}

/// A block that several places branch to, one phi for each value that they bring along.
struct Label<'ctx> {
    block: BasicBlock<'ctx>,
    /// How many these are.
    values: usize,
    /// Made when something first branches there: a function of a thousand results need not return.
    phis: Vec<PhiValue<'ctx>>,
    /// The last value's type, if it is a reference to one of a type that the module defines.
    last: Option<u32>,
    /// Whether anything branches there.
    used: bool,
}

/// What a block takes and gives. Of the last value of each, which type of the module's it refers to.
#[derive(Default)]
struct BlockValues {
    parameters: usize,
    last_parameter: Option<u32>,
    results: usize,
    last_result: Option<u32>,
}

fn concrete(ty: Option<&ValType>) -> Option<u32> {
    match ty {
        Some(ValType::Ref(RefType { heap: HeapType::Concrete(index), .. })) => Some(*index),
        _ => None,
    }
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// The function itself is a block whose results are returned at its end.
    pub(super) fn open_function(&mut self) -> Result<()> {
        let results = self.unit.prototype(self.ty).results.len();
        let last = concrete(self.unit.description.signature(self.ty).results.last());
        self.open(Kind::Block, results, last, 0);
        Ok(())
    }

    pub(super) fn new_block(&self) -> BasicBlock<'ctx> {
        self.unit.context.append_basic_block(self.function, "")
    }

    /// Goes on in `block`, which is laid out where the code comes from and not where it was announced.
    pub(super) fn go_on_in(&self, block: BasicBlock<'ctx>) {
        if let Some(last) = self.function.get_last_basic_block()
            && last != block
        {
            block.move_after(last).expect("blocks of a function are moved in it");
        }
        self.builder.position_at_end(block);
    }

    fn open(&mut self, kind: Kind<'ctx>, values: usize, last: Option<u32>, height: usize) {
        let label = Label { block: self.new_block(), values, phis: Vec::new(), last, used: false };
        self.frames.push(Frame { kind, label, height, handler: None, clauses: None });
    }

    /// The type that the last value of a label refers to, if it is one that the module defines.
    pub(super) fn last_type(&self, depth: u32) -> Option<u32> {
        self.frames[self.frames.len() - 1 - depth as usize].label.last
    }

    fn block_type(&self, ty: BlockType) -> Result<BlockValues> {
        Ok(match ty {
            BlockType::Empty => BlockValues::default(),
            BlockType::Type(ty) => {
                let ty = convert::val_type(ty, 0)?;
                let (results, last_result) = (1, concrete(Some(&ty)));
                BlockValues { results, last_result, ..BlockValues::default() }
            }
            BlockType::FuncType(index) => {
                let ty = self.unit.description.signature(index);
                BlockValues {
                    parameters: ty.params.len(),
                    last_parameter: concrete(ty.params.last()),
                    results: ty.results.len(),
                    last_result: concrete(ty.results.last()),
                }
            }
        })
    }

    pub(super) fn visit_block(&mut self, ty: BlockType) -> Result<()> {
        let BlockValues { parameters, results, last_result, .. } = self.block_type(ty)?;
        self.open(Kind::Block, results, last_result, self.stack.len() - parameters);
        Ok(())
    }

    pub(super) fn visit_loop(&mut self, ty: BlockType) -> Result<()> {
        let BlockValues { parameters, last_parameter, .. } = self.block_type(ty)?;
        let height = self.stack.len() - parameters;
        self.open(Kind::Loop, parameters, last_parameter, height);
        self.branch_to(0)?;
        self.enter_label();
        Ok(())
    }

    pub(super) fn visit_if(&mut self, ty: BlockType) -> Result<()> {
        let condition = self.pop_condition()?;
        let BlockValues { parameters, results, last_result, .. } = self.block_type(ty)?;
        let height = self.stack.len() - parameters;
        let (then, otherwise) = (self.new_block(), self.new_block());
        let branch = self.builder.build_conditional_branch(condition, then, otherwise)?;
        self.pass_hint_on(branch);
        self.builder.position_at_end(then);
        let parameters = self.stack[height..].to_vec();
        self.open(Kind::If { otherwise, parameters }, results, last_result, height);
        Ok(())
    }

    pub(super) fn visit_else(&mut self) -> Result<()> {
        if self.reachable {
            self.branch_to(0)?;
        }
        self.enter_else();
        Ok(())
    }

    /// Turns an `if` into a block whose code goes on where the condition was false. Whether it was an `if`.
    fn enter_else(&mut self) -> bool {
        let frame = self.frame();
        let Kind::If { otherwise, parameters } = std::mem::replace(&mut frame.kind, Kind::Block) else {
            return false;
        };
        let height = frame.height;
        self.stack.truncate(height);
        self.stack.extend(parameters);
        self.reachable = true;
        self.go_on_in(otherwise);
        true
    }

    /// Ends the innermost block's code so far, and drops its operands: a clause of it begins.
    pub(super) fn close_part(&mut self) -> Result<()> {
        if self.reachable {
            self.branch_to(0)?;
        }
        let height = self.frame().height;
        self.stack.truncate(height);
        self.reachable = true;
        Ok(())
    }

    pub(super) fn visit_end(&mut self) -> Result<()> {
        self.end_clauses()?;
        if matches!(self.frame().kind, Kind::Loop) {
            return self.close_frame();
        }
        if matches!(self.frame().kind, Kind::If { .. }) {
            // Without an `else`, what would go there goes to the end as it is.
            self.visit_else()?;
        }
        if self.frame().label.used {
            if self.reachable {
                self.branch_to(0)?;
            }
            self.enter_label();
            self.reachable = true;
        }
        self.close_frame()
    }

    fn close_frame(&mut self) -> Result<()> {
        let frame = self.frames.pop().expect("a validated body ends no block twice");
        if !self.reachable {
            self.stack.truncate(frame.height);
        }
        if !frame.label.used {
            // SAFETY: nothing branches to the block, which is empty.
            unsafe { frame.label.block.delete() }.expect("labels are blocks of the function");
        }
        if self.frames.is_empty() && self.reachable {
            self.emit_return()?;
        }
        Ok(())
    }

    /// Goes on at the innermost label, with the values that its branches bring.
    fn enter_label(&mut self) {
        let frame = self.frames.last().expect("a validated body goes on in a block");
        self.stack.truncate(frame.height);
        self.stack.extend(frame.label.phis.iter().map(|phi| phi.as_basic_value()));
        self.go_on_in(frame.label.block);
    }

    fn label(&mut self, depth: u32) -> &mut Label<'ctx> {
        let index = self.frames.len() - 1 - depth as usize;
        &mut self.frames[index].label
    }

    /// Announces a branch from the block at hand to a label: the values on top of the stack go with it.
    pub(super) fn announce(&mut self, depth: u32) -> Result<BasicBlock<'ctx>> {
        let from = self.here();
        let label = self.frames.len() - 1 - depth as usize;
        let label = &mut self.frames[label].label;
        let values = &self.stack[self.stack.len() - label.values..];
        if !label.used {
            label.used = true;
            self.builder.position_at_end(label.block);
            let phi = |value: &BasicValueEnum<'ctx>| self.builder.build_phi(value.get_type(), "");
            label.phis = values.iter().map(phi).collect::<Result<_, _>>()?;
            self.builder.position_at_end(from);
        }
        for (phi, value) in label.phis.iter().zip(values) {
            phi.add_incoming(&[(value as &dyn BasicValue<'ctx>, from)]);
        }
        Ok(label.block)
    }

    pub(super) fn branch_to(&mut self, depth: u32) -> Result<()> {
        let block = self.announce(depth)?;
        self.builder.build_unconditional_branch(block)?;
        Ok(())
    }

    /// What follows, up to the end of the block, is never executed.
    pub(super) fn transfer(&mut self) {
        self.reachable = false;
        self.dead_depth = 0;
    }

    pub(super) fn visit_unreachable(&mut self) -> Result<()> {
        self.trap(Trap::Unreachable)?;
        self.transfer();
        Ok(())
    }

    pub(super) fn visit_br(&mut self, depth: u32) -> Result<()> {
        self.branch_to(depth)?;
        self.transfer();
        Ok(())
    }

    pub(super) fn visit_br_if(&mut self, depth: u32) -> Result<()> {
        let condition = self.pop_condition()?;
        let taken = self.announce(depth)?;
        let not_taken = self.new_block();
        let branch = self.builder.build_conditional_branch(condition, taken, not_taken)?;
        self.pass_hint_on(branch);
        self.go_on_in(not_taken);
        Ok(())
    }

    /// A phi wants one value for each edge, and a switch may have 100,000 edges to one label: labels that take values
    /// are reached through a block of their own.
    #[expect(clippy::needless_pass_by_value, reason = "operators hand their immediates over")]
    pub(super) fn visit_br_table(&mut self, targets: BrTable<'_>) -> Result<()> {
        let index = self.pop_int();
        let from = self.here();
        let mut entries: HashMap<u32, BasicBlock<'ctx>> = HashMap::new();
        let mut entry = |this: &mut Self, depth: u32| -> Result<BasicBlock<'ctx>> {
            if let Some(&block) = entries.get(&depth) {
                return Ok(block);
            }
            let block = if this.label(depth).values == 0 {
                this.announce(depth)?
            } else {
                let block = this.new_block();
                this.builder.position_at_end(block);
                this.branch_to(depth)?;
                block
            };
            entries.insert(depth, block);
            Ok(block)
        };
        let otherwise = entry(self, targets.default())?;
        let mut cases: Vec<(IntValue<'ctx>, BasicBlock<'ctx>)> = Vec::with_capacity(targets.len() as usize);
        for (value, depth) in (0u64..).zip(targets.targets()) {
            let block = entry(self, depth?)?;
            if block != otherwise {
                cases.push((index.get_type().const_int(value, false), block));
            }
        }
        self.builder.position_at_end(from);
        self.builder.build_switch(index, otherwise, &cases)?;
        self.transfer();
        Ok(())
    }

    pub(super) fn visit_return(&mut self) -> Result<()> {
        self.emit_return()?;
        self.transfer();
        Ok(())
    }

    /// Passes over an operator that is never executed: only the nesting of blocks matters.
    pub(super) fn skip(&mut self, operator: &Operator<'_>) -> Result<()> {
        match operator {
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::TryTable { .. }
            | Operator::Try { .. } => {
                self.dead_depth += 1;
                Ok(())
            }
            Operator::Else if self.dead_depth == 0 => self.visit_else(),
            Operator::End if self.dead_depth == 0 => self.visit_end(),
            Operator::Catch { tag_index } if self.dead_depth == 0 => self.visit_catch(*tag_index),
            Operator::CatchAll if self.dead_depth == 0 => self.visit_catch_all(),
            Operator::Delegate { relative_depth } if self.dead_depth == 0 => self.visit_delegate(*relative_depth),
            Operator::End | Operator::Delegate { .. } => {
                self.dead_depth -= 1;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
