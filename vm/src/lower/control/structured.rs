//! Structured control: blocks, branches, and unreachable code.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#control-instructions>

use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::function::frame::{BlockKind, ControlFrame, Label};
use crate::module::convert;
use crate::trap::Trap;
use crate::types::{HeapType, RefType, ValType};
use inkwell::basic_block::BasicBlock;
use inkwell::values::IntValue;
use std::collections::HashMap;
use wasmparser::{BlockType, BrTable, Operator};

/// The numbers of parameters and results of a block. For the last value of each, the type index if it is a reference
/// to a type of the module.
#[derive(Default)]
struct BlockValues {
    parameters: usize,
    last_parameter: Option<u32>,
    results: usize,
    last_result: Option<u32>,
}

/// Returns the type index of a reference to a type of the module.
fn concrete(ty: Option<&ValType>) -> Option<u32> {
    match ty {
        Some(ValType::Ref(RefType { heap: HeapType::Concrete(index), .. })) => Some(*index),
        _ => None,
    }
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Opens the outermost block, which is the function itself: its results are returned at its end.
    pub(crate) fn open_function(&mut self) -> Result<()> {
        let results = self.unit.prototype(self.ty).results.len();
        let last = concrete(self.unit.description.signature(self.ty).results.last());
        self.open(BlockKind::Block, results, last, 0);
        Ok(())
    }

    /// Pushes a frame with a new label.
    fn open(&mut self, kind: BlockKind<'ctx>, values: usize, last: Option<u32>, height: usize) {
        let label = Label { block: self.new_block(), values, phis: Vec::new(), last, used: false };
        self.frames.push(ControlFrame { kind, label, height, handler: None, clauses: None });
    }

    /// Returns the types of a block.
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

    pub(crate) fn visit_block(&mut self, ty: BlockType) -> Result<()> {
        let BlockValues { parameters, results, last_result, .. } = self.block_type(ty)?;
        self.open(BlockKind::Block, results, last_result, self.stack.len() - parameters);
        Ok(())
    }

    pub(crate) fn visit_loop(&mut self, ty: BlockType) -> Result<()> {
        let BlockValues { parameters, last_parameter, .. } = self.block_type(ty)?;
        let height = self.stack.len() - parameters;
        self.open(BlockKind::Loop, parameters, last_parameter, height);
        self.branch_to(0)?;
        self.enter_label();
        Ok(())
    }

    pub(crate) fn visit_if(&mut self, ty: BlockType) -> Result<()> {
        let condition = self.pop_condition()?;
        let BlockValues { parameters, results, last_result, .. } = self.block_type(ty)?;
        let height = self.stack.len() - parameters;
        let (then, otherwise) = (self.new_block(), self.new_block());
        let branch = self.builder.build_conditional_branch(condition, then, otherwise)?;
        self.apply_branch_hint(branch);
        self.builder.position_at_end(then);
        let parameters = self.stack[height..].to_vec();
        self.open(BlockKind::If { otherwise, parameters }, results, last_result, height);
        Ok(())
    }

    pub(crate) fn visit_else(&mut self) -> Result<()> {
        if self.reachable {
            self.branch_to(0)?;
        }
        self.enter_else();
        Ok(())
    }

    /// Continues an `if` in the code for a false condition. Returns whether the innermost block was an `if`.
    fn enter_else(&mut self) -> bool {
        let frame = self.frame();
        let BlockKind::If { otherwise, parameters } = std::mem::replace(&mut frame.kind, BlockKind::Block) else {
            return false;
        };
        let height = frame.height;
        self.stack.truncate(height);
        self.stack.extend(parameters);
        self.reachable = true;
        self.continue_in(otherwise);
        true
    }

    /// Ends the code of the innermost block so far and drops its operands: a clause of it follows.
    pub(crate) fn close_part(&mut self) -> Result<()> {
        if self.reachable {
            self.branch_to(0)?;
        }
        let height = self.frame().height;
        self.stack.truncate(height);
        self.reachable = true;
        Ok(())
    }

    pub(crate) fn visit_end(&mut self) -> Result<()> {
        self.end_clauses()?;
        if matches!(self.frame().kind, BlockKind::Loop) {
            return self.close_frame();
        }
        if matches!(self.frame().kind, BlockKind::If { .. }) {
            // Without an `else`, the parameters are the results.
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

    /// Pops the innermost frame. Its label is removed if nothing branches there.
    fn close_frame(&mut self) -> Result<()> {
        let frame = self.frames.pop().expect("a validated body ends each block once");
        if !self.reachable {
            self.stack.truncate(frame.height);
        }
        if !frame.label.used {
            // SAFETY: nothing branches to the block, and it is empty.
            unsafe { frame.label.block.delete() }.expect("a label is a block of the function");
        }
        if self.frames.is_empty() && self.reachable {
            self.emit_return()?;
        }
        Ok(())
    }

    /// Continues at the innermost label, with the values that branches pass to it.
    fn enter_label(&mut self) {
        let frame = self.frames.last().expect("a validated body is inside of a block");
        self.stack.truncate(frame.height);
        self.stack.extend(frame.label.phis.iter().map(|phi| phi.as_basic_value()));
        self.continue_in(frame.label.block);
    }

    pub(crate) fn visit_unreachable(&mut self) -> Result<()> {
        self.trap(Trap::Unreachable)?;
        self.set_unreachable();
        Ok(())
    }

    pub(crate) fn visit_br(&mut self, depth: u32) -> Result<()> {
        self.branch_to(depth)?;
        self.set_unreachable();
        Ok(())
    }

    pub(crate) fn visit_br_if(&mut self, depth: u32) -> Result<()> {
        let condition = self.pop_condition()?;
        let taken = self.add_branch_edge(depth)?;
        let not_taken = self.new_block();
        let branch = self.builder.build_conditional_branch(condition, taken, not_taken)?;
        self.apply_branch_hint(branch);
        self.continue_in(not_taken);
        Ok(())
    }

    /// A phi needs one value for each edge, and a switch may have 100,000 edges to one label. So a label that takes
    /// values is reached through a block of its own.
    #[expect(clippy::needless_pass_by_value, reason = "operators hand their immediates over")]
    pub(crate) fn visit_br_table(&mut self, targets: BrTable<'_>) -> Result<()> {
        let index = self.pop_int();
        let from = self.current_block();
        let mut entries: HashMap<u32, BasicBlock<'ctx>> = HashMap::new();
        let mut entry = |this: &mut Self, depth: u32| -> Result<BasicBlock<'ctx>> {
            if let Some(&block) = entries.get(&depth) {
                return Ok(block);
            }
            let block = if this.label(depth).values == 0 {
                this.add_branch_edge(depth)?
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
        self.set_unreachable();
        Ok(())
    }

    pub(crate) fn visit_return(&mut self) -> Result<()> {
        self.emit_return()?;
        self.set_unreachable();
        Ok(())
    }

    /// Skips an unreachable operator: only the nesting of blocks matters.
    pub(crate) fn skip(&mut self, operator: &Operator<'_>) -> Result<()> {
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
