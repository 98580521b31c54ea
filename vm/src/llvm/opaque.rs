//! Empty inline assembly, which hides from LLVM where a value comes from.
//! <https://llvm.org/docs/LangRef.html#inline-assembler-expressions>

use crate::error::Result;
use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::types::FunctionType;
use inkwell::values::{BasicMetadataValueEnum, CallSiteValue};

/// Calls an empty `asm` of type `ty` on a value. `constraints` name the registers of its result and operand. With
/// `side_effect`, LLVM neither removes the `asm` nor moves it past calls.
pub(crate) fn empty_asm<'ctx>(
    context: &'ctx Context,
    builder: &Builder<'ctx>,
    ty: FunctionType<'ctx>,
    constraints: &str,
    value: impl Into<BasicMetadataValueEnum<'ctx>>,
    side_effect: bool,
) -> Result<CallSiteValue<'ctx>> {
    let asm = context.create_inline_asm(ty, String::new(), constraints.into(), side_effect, false, None, false);
    Ok(builder.build_indirect_call(ty, asm, &[value.into()], "")?)
}
