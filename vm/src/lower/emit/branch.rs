//! Basic blocks, and branches to labels.

use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::function::frame::{ControlFrame, Label};
use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValue, BasicValueEnum, IntValue};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Appends an empty basic block to the function.
    pub(crate) fn new_block(&self) -> BasicBlock<'ctx> {
        self.unit.context.append_basic_block(self.function, "")
    }

    /// Returns the basic block that code is appended to.
    pub(crate) fn current_block(&self) -> BasicBlock<'ctx> {
        self.builder.get_insert_block().expect("code is made in a block")
    }

    /// Continues in `block`, which is moved behind the blocks that exist: blocks are laid out in the order of the
    /// code, not in the order of their creation.
    pub(crate) fn continue_in(&self, block: BasicBlock<'ctx>) {
        if let Some(last) = self.function.get_last_basic_block()
            && last != block
        {
            block.move_after(last).expect("blocks of a function are moved in it");
        }
        self.builder.position_at_end(block);
    }

    /// Returns the innermost entry of the control stack.
    pub(crate) fn frame(&mut self) -> &mut ControlFrame<'ctx> {
        self.frames.last_mut().expect("a validated body ends with its outermost block")
    }

    /// Returns the type index that the last value of a label refers to, if the module defines that type.
    pub(crate) fn last_type(&self, depth: u32) -> Option<u32> {
        self.frames[self.frames.len() - 1 - depth as usize].label.last
    }

    /// Returns the label of the block at `depth`.
    pub(crate) fn label(&mut self, depth: u32) -> &mut Label<'ctx> {
        let index = self.frames.len() - 1 - depth as usize;
        &mut self.frames[index].label
    }

    /// Adds an edge from the current block to a label: the values on top of the stack become incoming values of its
    /// phis. Returns the block to branch to; the branch itself is left to the caller.
    pub(crate) fn add_branch_edge(&mut self, depth: u32) -> Result<BasicBlock<'ctx>> {
        let from = self.current_block();
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

    /// Branches to a label with the values on top of the stack.
    pub(crate) fn branch_to(&mut self, depth: u32) -> Result<()> {
        let block = self.add_branch_edge(depth)?;
        self.builder.build_unconditional_branch(block)?;
        Ok(())
    }

    /// Branches to a label if `condition` holds. The values on top of the stack go with the branch and also stay for
    /// the code that follows.
    pub(crate) fn branch_if(&mut self, condition: IntValue<'ctx>, depth: u32) -> Result<()> {
        let taken = self.add_branch_edge(depth)?;
        let not_taken = self.new_block();
        self.builder.build_conditional_branch(condition, taken, not_taken)?;
        self.continue_in(not_taken);
        Ok(())
    }

    /// Branches to `done` and continues there. Returns a phi: `value` if control came from here, or that of one of the
    /// `others`.
    pub(crate) fn join(
        &self,
        done: BasicBlock<'ctx>,
        others: &[(BasicBlock<'ctx>, IntValue<'ctx>)],
        value: IntValue<'ctx>,
    ) -> Result<IntValue<'ctx>> {
        let here = self.current_block();
        self.builder.build_unconditional_branch(done)?;
        self.continue_in(done);
        let phi = self.builder.build_phi(self.unit.types.i1, "")?;
        for (block, value) in others {
            phi.add_incoming(&[(value, *block)]);
        }
        phi.add_incoming(&[(&value, here)]);
        Ok(phi.as_basic_value().into_int_value())
    }

    /// Marks the code up to the end of the block as unreachable.
    pub(crate) fn set_unreachable(&mut self) {
        self.reachable = false;
        self.dead_depth = 0;
    }
}
