//! Integer operators. Where LLVM's operator is undefined for operands that WebAssembly defines, a check comes first.
//! Spec: <https://webassembly.github.io/spec/core/exec/numerics.html#integer-operations>

use crate::error::Result;
use crate::lower::function::Lowering;
use crate::trap::Trap;
use inkwell::IntPredicate;
use inkwell::builder::{Builder, BuilderError};
use inkwell::types::IntType;
use inkwell::values::IntValue;

macro_rules! binary {
    ($($i32:ident $i64:ident => $lower:expr;)*) => {
        $(
            pub(crate) fn $i32(&mut self) -> Result<()> { self.int_binary($lower) }
            pub(crate) fn $i64(&mut self) -> Result<()> { self.int_binary($lower) }
        )*
    };
}

macro_rules! compare {
    ($($i32:ident $i64:ident => $predicate:ident;)*) => {
        $(
            pub(crate) fn $i32(&mut self) -> Result<()> { self.int_compare(IntPredicate::$predicate) }
            pub(crate) fn $i64(&mut self) -> Result<()> { self.int_compare(IntPredicate::$predicate) }
        )*
    };
}

/// Masks a shift distance. WebAssembly takes distances modulo the width; LLVM returns poison for a distance beyond it.
fn masked<'ctx>(builder: &Builder<'ctx>, distance: IntValue<'ctx>) -> Result<IntValue<'ctx>, BuilderError> {
    let ty = distance.get_type();
    builder.build_and(distance, ty.const_int(u64::from(ty.get_bit_width() - 1), false), "")
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    binary! {
        visit_i32_add visit_i64_add => |b, l, r| b.build_int_add(l, r, "");
        visit_i32_sub visit_i64_sub => |b, l, r| b.build_int_sub(l, r, "");
        visit_i32_mul visit_i64_mul => |b, l, r| b.build_int_mul(l, r, "");
        visit_i32_and visit_i64_and => |b, l, r| b.build_and(l, r, "");
        visit_i32_or visit_i64_or => |b, l, r| b.build_or(l, r, "");
        visit_i32_xor visit_i64_xor => |b, l, r| b.build_xor(l, r, "");
        visit_i32_shl visit_i64_shl => |b, l, r| b.build_left_shift(l, masked(b, r)?, "");
        visit_i32_shr_s visit_i64_shr_s => |b, l, r| b.build_right_shift(l, masked(b, r)?, true, "");
        visit_i32_shr_u visit_i64_shr_u => |b, l, r| b.build_right_shift(l, masked(b, r)?, false, "");
    }

    compare! {
        visit_i32_eq visit_i64_eq => EQ;
        visit_i32_ne visit_i64_ne => NE;
        visit_i32_lt_s visit_i64_lt_s => SLT;
        visit_i32_lt_u visit_i64_lt_u => ULT;
        visit_i32_gt_s visit_i64_gt_s => SGT;
        visit_i32_gt_u visit_i64_gt_u => UGT;
        visit_i32_le_s visit_i64_le_s => SLE;
        visit_i32_le_u visit_i64_le_u => ULE;
        visit_i32_ge_s visit_i64_ge_s => SGE;
        visit_i32_ge_u visit_i64_ge_u => UGE;
    }

    family! {
        t;
        visit_i32_eqz => int_eqz();
        visit_i64_eqz => int_eqz();
        visit_i32_rotl => int_rotate("llvm.fshl");
        visit_i64_rotl => int_rotate("llvm.fshl");
        visit_i32_rotr => int_rotate("llvm.fshr");
        visit_i64_rotr => int_rotate("llvm.fshr");
        visit_i32_clz => int_count_zeros("llvm.ctlz");
        visit_i64_clz => int_count_zeros("llvm.ctlz");
        visit_i32_ctz => int_count_zeros("llvm.cttz");
        visit_i64_ctz => int_count_zeros("llvm.cttz");
        visit_i32_popcnt => int_popcnt();
        visit_i64_popcnt => int_popcnt();
        visit_i32_div_s => int_div_s();
        visit_i64_div_s => int_div_s();
        visit_i32_div_u => int_div_u();
        visit_i64_div_u => int_div_u();
        visit_i32_rem_s => int_rem_s();
        visit_i64_rem_s => int_rem_s();
        visit_i32_rem_u => int_rem_u();
        visit_i64_rem_u => int_rem_u();
        visit_i32_extend8_s => int_sign_extend(t.i8);
        visit_i32_extend16_s => int_sign_extend(t.i16);
        visit_i64_extend8_s => int_sign_extend(t.i8);
        visit_i64_extend16_s => int_sign_extend(t.i16);
        visit_i64_extend32_s => int_sign_extend(t.i32);
    }

    /// Pops two operands, and returns the left one first.
    fn pop_ints(&mut self) -> (IntValue<'ctx>, IntValue<'ctx>) {
        let right = self.pop_int();
        (self.pop_int(), right)
    }

    fn int_binary(
        &mut self,
        lower: impl FnOnce(&Builder<'ctx>, IntValue<'ctx>, IntValue<'ctx>) -> Result<IntValue<'ctx>, BuilderError>,
    ) -> Result<()> {
        let (left, right) = self.pop_ints();
        let value = lower(&self.builder, left, right)?;
        self.push(value);
        Ok(())
    }

    fn int_compare(&mut self, predicate: IntPredicate) -> Result<()> {
        let (left, right) = self.pop_ints();
        let condition = self.builder.build_int_compare(predicate, left, right, "")?;
        self.push_condition(condition)
    }

    fn int_eqz(&mut self) -> Result<()> {
        let condition = self.pop_condition()?;
        let condition = self.builder.build_not(condition, "")?;
        self.push_condition(condition)
    }

    /// Lowers a rotation to a funnel shift of a value with itself. LLVM takes its distance modulo the width, as
    /// WebAssembly does.
    fn int_rotate(&mut self, name: &str) -> Result<()> {
        let (value, distance) = self.pop_ints();
        let rotated =
            self.intrinsic(name, &[value.get_type().into()], &[value.into(), value.into(), distance.into()])?;
        self.push(rotated);
        Ok(())
    }

    fn int_count_zeros(&mut self, name: &str) -> Result<()> {
        let value = self.pop_int();
        let zero_is_poison = self.unit.types.i1.const_zero();
        let count = self.intrinsic(name, &[value.get_type().into()], &[value.into(), zero_is_poison.into()])?;
        self.push(count);
        Ok(())
    }

    fn int_popcnt(&mut self) -> Result<()> {
        let value = self.pop_int();
        let count = self.intrinsic("llvm.ctpop", &[value.get_type().into()], &[value.into()])?;
        self.push(count);
        Ok(())
    }

    fn trap_if_zero(&mut self, divisor: IntValue<'ctx>) -> Result<()> {
        let zero = divisor.get_type().const_zero();
        let is_zero = self.builder.build_int_compare(IntPredicate::EQ, divisor, zero, "")?;
        self.trap_if(is_zero, Trap::IntegerDivideByZero)
    }

    fn int_div_s(&mut self) -> Result<()> {
        let (left, right) = self.pop_ints();
        self.trap_if_zero(right)?;
        let ty = left.get_type();
        let smallest = ty.const_int(1 << (ty.get_bit_width() - 1), false);
        let is_smallest = self.builder.build_int_compare(IntPredicate::EQ, left, smallest, "")?;
        let is_minus_one = self.builder.build_int_compare(IntPredicate::EQ, right, ty.const_all_ones(), "")?;
        let overflows = self.builder.build_and(is_smallest, is_minus_one, "")?;
        self.trap_if(overflows, Trap::IntegerOverflow)?;
        let quotient = self.builder.build_int_signed_div(left, right, "")?;
        self.push(quotient);
        Ok(())
    }

    fn int_div_u(&mut self) -> Result<()> {
        let (left, right) = self.pop_ints();
        self.trap_if_zero(right)?;
        let quotient = self.builder.build_int_unsigned_div(left, right, "")?;
        self.push(quotient);
        Ok(())
    }

    /// Lowers a signed remainder. The remainder by -1 is 0 for every dividend. For the smallest number LLVM's `srem`
    /// is undefined, because the quotient overflows (<https://llvm.org/docs/LangRef.html#srem-instruction>). The
    /// remainder by 1 is 0 as well, so 1 replaces the divisor -1.
    fn int_rem_s(&mut self) -> Result<()> {
        let (left, right) = self.pop_ints();
        self.trap_if_zero(right)?;
        let ty = left.get_type();
        let is_minus_one = self.builder.build_int_compare(IntPredicate::EQ, right, ty.const_all_ones(), "")?;
        let divisor = self.builder.build_select(is_minus_one, ty.const_int(1, false), right, "")?.into_int_value();
        let remainder = self.builder.build_int_signed_rem(left, divisor, "")?;
        self.push(remainder);
        Ok(())
    }

    fn int_rem_u(&mut self) -> Result<()> {
        let (left, right) = self.pop_ints();
        self.trap_if_zero(right)?;
        let remainder = self.builder.build_int_unsigned_rem(left, right, "")?;
        self.push(remainder);
        Ok(())
    }

    fn int_sign_extend(&mut self, from: IntType<'ctx>) -> Result<()> {
        let value = self.pop_int();
        let narrow = self.builder.build_int_truncate(value, from, "")?;
        let wide = self.builder.build_int_s_extend(narrow, value.get_type(), "")?;
        self.push(wide);
        Ok(())
    }
}
