//! Traps that compiled code raises by itself.

use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::instruction::set_metadata;
use crate::trap::Trap;
use inkwell::attributes::AttributeLoc;
use inkwell::values::IntValue;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Ends the block with a trap instruction that carries the trap code, which the signal handler decodes.
    pub(crate) fn trap(&mut self, trap: Trap) -> Result<()> {
        self.set_location();
        let intrinsic = self.unit.intrinsic("llvm.ubsantrap", &[])?;
        let code = self.unit.types.i8.const_int(trap as u64, false);
        let call = self.builder.build_call(intrinsic, &[code.into()], "")?;
        // LLVM would merge the traps of several places, and the backtrace would name none of them.
        call.add_attribute(AttributeLoc::Function, self.unit.no_merge);
        self.builder.build_unreachable()?;
        Ok(())
    }

    /// Traps if `condition` holds, and continues in a new block otherwise.
    pub(crate) fn trap_if(&mut self, condition: IntValue<'ctx>, trap: Trap) -> Result<()> {
        let trapping = self.unit.context.append_basic_block(self.function, "");
        let going_on = self.unit.context.append_basic_block(self.function, "");
        let branch = self.builder.build_conditional_branch(condition, trapping, going_on)?;
        if self.unit.options.optimize {
            set_metadata(branch, self.unit.cold_weights, self.unit.prof_kind);
        }
        self.builder.position_at_end(trapping);
        self.trap(trap)?;
        self.builder.position_at_end(going_on);
        Ok(())
    }
}
