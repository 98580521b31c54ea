//! Legacy exceptions: `try` with its clauses inside, as browsers first shipped it. It is no part of the standard.
//! <https://github.com/WebAssembly/exception-handling/blob/main/proposals/exception-handling/legacy/Exceptions.md>

use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::function::frame::TryClauses;
use wasmparser::BlockType;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(crate) fn visit_try(&mut self, ty: BlockType) -> Result<()> {
        let handler = self.new_handler()?;
        self.visit_block(ty)?;
        let frame = self.frame();
        frame.handler = Some(handler);
        let exception = handler.exception.as_basic_value().into_pointer_value();
        frame.clauses = Some(TryClauses { exception, next_clause: Some(handler.dispatch) });
        Ok(())
    }

    /// Ends the code before a clause and continues in the block that tests the clause. Exceptions that are thrown from
    /// here on do not belong to this `try`.
    fn enter_clause(&mut self) -> Result<TryClauses<'ctx>> {
        self.close_part()?;
        let frame = self.frame();
        frame.handler = None;
        let clauses = frame.clauses.expect("validation requires a `try` before its clauses");
        self.continue_in(clauses.next_clause.expect("validation allows no clause after `catch_all`"));
        Ok(clauses)
    }

    pub(crate) fn visit_catch(&mut self, tag: u32) -> Result<()> {
        let clauses = self.enter_clause()?;
        let (caught, not_caught) = (self.new_block(), self.new_block());
        let matches = self.has_tag(clauses.exception, tag)?;
        self.builder.build_conditional_branch(matches, caught, not_caught)?;
        self.frame().clauses = Some(TryClauses { next_clause: Some(not_caught), ..clauses });
        self.continue_in(caught);
        self.push_values(clauses.exception, tag)
    }

    pub(crate) fn visit_catch_all(&mut self) -> Result<()> {
        let clauses = self.enter_clause()?;
        self.frame().clauses = Some(TryClauses { next_clause: None, ..clauses });
        Ok(())
    }

    pub(crate) fn visit_rethrow(&mut self, depth: u32) -> Result<()> {
        let caught = self.frames.iter().rev().nth(depth as usize).and_then(|frame| frame.clauses);
        let TryClauses { exception, .. } = caught.expect("validation allows `rethrow` in a clause only");
        let handler = self.handler(0);
        self.propagate(exception, handler)?;
        self.set_unreachable();
        Ok(())
    }

    /// Passes exceptions of this `try` to the handler of the block at `depth`, counted from outside of the `try`.
    pub(crate) fn visit_delegate(&mut self, depth: u32) -> Result<()> {
        self.dispatch_rest(1 + depth as usize)?;
        self.visit_end()
    }

    /// Passes exceptions that no clause caught to the enclosing handler. Called before the end of each block.
    pub(crate) fn end_clauses(&mut self) -> Result<()> {
        self.dispatch_rest(1)
    }

    /// Passes exceptions that no clause caught to the handler at a depth.
    fn dispatch_rest(&mut self, depth: usize) -> Result<()> {
        let frame = self.frame();
        frame.handler = None;
        let Some(TryClauses { exception, next_clause: Some(next_clause) }) = frame.clauses.take() else {
            return Ok(());
        };
        let before = self.current_block();
        self.builder.position_at_end(next_clause);
        let handler = self.handler(depth);
        self.propagate(exception, handler)?;
        self.builder.position_at_end(before);
        Ok(())
    }
}
