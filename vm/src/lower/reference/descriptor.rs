//! Custom descriptors: structures that name another object as the descriptor of their type.
//! Spec: <https://github.com/WebAssembly/custom-descriptors/blob/main/proposals/custom-descriptors/Overview.md>
//!
//! A structure stores the number of its descriptor: 32 bits that are computed from the address. The collector finds a
//! reference in a register or on the stack only by its address, but LLVM may keep the number and compute the address
//! again where it is needed. So an address that is computed from a number goes through [`Lowering::opaque`], and where
//! a number is computed from an address, [`Lowering::keep_alive`] keeps the address alive.

use crate::abi::heap::{DESCRIPTOR, HEADER_ARRAY, OBJECT_ALIGN};
use crate::abi::{self, CONTEXT_STORE, STORE_DESCRIPTOR_BASE};
use crate::error::{Error, Result};
use crate::llvm::opaque::empty_asm;
use crate::lower::function::Lowering;
use crate::lower::unit::alias::AliasClass;
use crate::trap::Trap;
use inkwell::IntPredicate;
use inkwell::attributes::{Attribute, AttributeLoc};
use inkwell::types::FunctionType;
use inkwell::values::{BasicValueEnum, CallSiteValue, IntValue, PointerValue};
use wasmparser::{HeapType, RefType};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(crate) fn visit_struct_new_desc(&mut self, type_index: u32) -> Result<()> {
        let descriptor = self.pop_descriptor()?;
        self.visit_struct_new(type_index)?;
        self.describe(descriptor)
    }

    pub(crate) fn visit_struct_new_default_desc(&mut self, type_index: u32) -> Result<()> {
        let descriptor = self.pop_descriptor()?;
        self.visit_struct_new_default(type_index)?;
        self.describe(descriptor)
    }

    pub(crate) fn visit_ref_get_desc(&mut self, _type_index: u32) -> Result<()> {
        let types = &self.unit.types;
        let object = self.pop_pointer();
        let is_null = self.builder.build_is_null(object, "")?;
        self.trap_if(is_null, Trap::NullReference)?;
        let number = self.field(object, DESCRIPTOR)?;
        let number = self.load(types.i32, number, AliasClass::Header)?.into_int_value();
        let number = self.builder.build_int_z_extend(number, types.i64, "")?;
        let size = types.i64.const_int(OBJECT_ALIGN.into(), false);
        let distance = self.builder.build_int_nuw_mul(number, size, "")?;
        let base = self.descriptor_base()?;
        let descriptor = self.offset_by(base, distance)?;
        let descriptor = self.opaque(descriptor)?;
        self.push(descriptor);
        Ok(())
    }

    pub(crate) fn visit_ref_cast_desc_eq_non_null(&mut self, _ty: HeapType) -> Result<()> {
        self.ref_cast_desc_eq(false)
    }

    pub(crate) fn visit_ref_cast_desc_eq_nullable(&mut self, _ty: HeapType) -> Result<()> {
        self.ref_cast_desc_eq(true)
    }

    fn ref_cast_desc_eq(&mut self, nullable: bool) -> Result<()> {
        let matches = self.top_is_described(nullable)?;
        let fails = self.builder.build_not(matches, "")?;
        self.trap_if(fails, Trap::DescriptorCastFailure)
    }

    pub(crate) fn visit_br_on_cast_desc_eq(&mut self, depth: u32, _from: RefType, to: RefType) -> Result<()> {
        let matches = self.top_is_described(to.is_nullable())?;
        self.branch_if(matches, depth)
    }

    pub(crate) fn visit_br_on_cast_desc_eq_fail(&mut self, depth: u32, _from: RefType, to: RefType) -> Result<()> {
        let matches = self.top_is_described(to.is_nullable())?;
        let fails = self.builder.build_not(matches, "")?;
        self.branch_if(fails, depth)
    }

    /// Pops a descriptor, and traps if it is null.
    fn pop_descriptor(&mut self) -> Result<PointerValue<'ctx>> {
        let descriptor = self.pop_pointer();
        let is_null = self.builder.build_is_null(descriptor, "")?;
        self.trap_if(is_null, Trap::NullDescriptor)?;
        Ok(descriptor)
    }

    /// Writes the descriptor into the new structure on top of the stack.
    fn describe(&mut self, descriptor: PointerValue<'ctx>) -> Result<()> {
        let types = &self.unit.types;
        let object = self.pop_pointer();
        let distance = self.distance(descriptor)?;
        let shift = types.i64.const_int(OBJECT_ALIGN.trailing_zeros().into(), false);
        let number = self.builder.build_right_shift(distance, shift, false, "")?;
        let number = self.builder.build_int_truncate(number, types.i32, "")?;
        let word = self.field(object, DESCRIPTOR)?;
        self.store(number.into(), word, AliasClass::Header)?;
        self.keep_alive(descriptor)?;
        self.push(object);
        Ok(())
    }

    /// Pops a descriptor, and tests whether the reference below, which stays on the stack, is to a structure with this
    /// descriptor.
    ///
    /// All other references fail the test: `i31`, values of the host, arrays (their length is in the place of the
    /// descriptor's number), and structures without descriptors (their number is 0, which no object has).
    fn top_is_described(&mut self, nullable: bool) -> Result<IntValue<'ctx>> {
        let types = &self.unit.types;
        let descriptor = self.pop_descriptor()?;
        let value = self.pop_pointer();
        self.push(value);
        let constant = |value: bool| types.i1.const_int(value.into(), false);
        let is_null = self.builder.build_is_null(value, "")?;
        let here = self.current_block();
        let (not_null, pointer, done) = (self.new_block(), self.new_block(), self.new_block());
        self.builder.build_conditional_branch(is_null, done, not_null)?;

        self.continue_in(not_null);
        let is_pointer = self.has_tag_bits(value, abi::TAG_I31 | abi::TAG_HOST, 0)?;
        self.builder.build_conditional_branch(is_pointer, pointer, done)?;

        self.continue_in(pointer);
        // Masks the type number out of the header, but not the bit of arrays beside it.
        let header = self.load(types.i64, value, AliasClass::Header)?.into_int_value();
        let mask = types.i64.const_int(!u64::from(HEADER_ARRAY - 1), false);
        let header = self.builder.build_and(header, mask, "")?;
        let distance = self.distance(descriptor)?;
        let shift = types.i64.const_int(u64::from(DESCRIPTOR * 8 - OBJECT_ALIGN.trailing_zeros()), false);
        let number = self.builder.build_left_shift(distance, shift, "")?;
        let equal = self.builder.build_int_compare(IntPredicate::EQ, header, number, "")?;
        self.keep_alive(descriptor)?;
        self.join(done, &[(here, constant(nullable)), (not_null, constant(false))], equal)
    }

    /// Computes the distance in bytes from the descriptor base to `descriptor`.
    fn distance(&self, descriptor: PointerValue<'ctx>) -> Result<IntValue<'ctx>> {
        let i64 = self.unit.types.i64;
        let base = self.descriptor_base()?;
        let base = self.builder.build_ptr_to_int(base, i64, "")?;
        let address = self.builder.build_ptr_to_int(descriptor, i64, "")?;
        Ok(self.builder.build_int_nuw_sub(address, base, "")?)
    }

    /// Loads the address from which descriptor numbers are counted.
    fn descriptor_base(&self) -> Result<PointerValue<'ctx>> {
        let store = self.context_pointer(CONTEXT_STORE)?;
        let base = self.field(store, STORE_DESCRIPTOR_BASE)?;
        Ok(self.load(self.unit.types.ptr, base, AliasClass::Invariant)?.into_pointer_value())
    }

    /// Returns the same non-null pointer, hiding from LLVM what it was computed from.
    fn opaque(&self, pointer: PointerValue<'ctx>) -> Result<PointerValue<'ctx>> {
        let ptr = self.unit.types.ptr;
        let same = self.empty_asm(ptr.fn_type(&[ptr.into()], false), "=r,0", pointer)?;
        let nonnull = Attribute::get_named_enum_kind_id("nonnull");
        same.add_attribute(AttributeLoc::Return, self.unit.context.create_enum_attribute(nonnull, 0));
        let value = same.try_as_basic_value().basic();
        value
            .map(BasicValueEnum::into_pointer_value)
            .ok_or_else(|| Error::Codegen("an empty `asm` returns no pointer".into()))
    }

    /// Keeps a reference itself, not only values computed from it, in a register or on the stack up to here. (LLVM has
    /// `llvm.fake.use` for that, but drops it in optimised code.)
    fn keep_alive(&self, reference: PointerValue<'ctx>) -> Result<()> {
        let ty = self.unit.context.void_type().fn_type(&[self.unit.types.ptr.into()], false);
        self.empty_asm(ty, "r", reference)?;
        Ok(())
    }

    /// Emits an empty `asm` with a pointer as its operand. It claims a side effect, or LLVM could move it past a call.
    /// It accesses no memory, so that loads and stores can move past it.
    fn empty_asm(
        &self,
        ty: FunctionType<'ctx>,
        constraints: &str,
        pointer: PointerValue<'ctx>,
    ) -> Result<CallSiteValue<'ctx>> {
        let context = self.unit.context;
        let call = empty_asm(context, &self.builder, ty, constraints, pointer, true)?;
        let memory = Attribute::get_named_enum_kind_id("memory");
        call.add_attribute(AttributeLoc::Function, context.create_enum_attribute(memory, 0));
        call.add_attribute(AttributeLoc::Function, self.unit.no_unwind);
        Ok(call)
    }
}
