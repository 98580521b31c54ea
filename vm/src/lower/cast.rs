//! What a reference is of: the check behind indirect calls, and the operators that test, cast and branch on it.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#reference-instructions>

use super::context::Alias;
use super::function::Lowering;
use crate::abi;
use crate::abi::heap::{HEADER_ARRAY, OBJECT_TYPE, TYPE_DISPLAY, TYPE_SIZE, TYPE_SUPERTYPES};
use crate::error::Result;
use crate::module::convert;
use crate::trap::Trap;
use crate::types::{CompositeType, HeapType, RefType};
use inkwell::IntPredicate;
use inkwell::basic_block::BasicBlock;
use inkwell::values::{IntValue, PointerValue};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(super) fn visit_ref_test_non_null(&mut self, ty: wasmparser::HeapType) -> Result<()> {
        self.ref_test(ty, false)
    }

    pub(super) fn visit_ref_test_nullable(&mut self, ty: wasmparser::HeapType) -> Result<()> {
        self.ref_test(ty, true)
    }

    pub(super) fn visit_ref_cast_non_null(&mut self, ty: wasmparser::HeapType) -> Result<()> {
        self.ref_cast(ty, false)
    }

    pub(super) fn visit_ref_cast_nullable(&mut self, ty: wasmparser::HeapType) -> Result<()> {
        self.ref_cast(ty, true)
    }

    fn ref_test(&mut self, ty: wasmparser::HeapType, nullable: bool) -> Result<()> {
        let value = self.pop_pointer();
        let matches = self.is_of(value, RefType { nullable, heap: convert::heap_type(ty, 0)? })?;
        self.push_condition(matches)
    }

    fn ref_cast(&mut self, ty: wasmparser::HeapType, nullable: bool) -> Result<()> {
        let value = self.pop_pointer();
        let matches = self.is_of(value, RefType { nullable, heap: convert::heap_type(ty, 0)? })?;
        let fails = self.builder.build_not(matches, "")?;
        self.trap_if(fails, Trap::CastFailure)?;
        self.push(value);
        Ok(())
    }

    /// Whether the reference on top of the stack, which stays there, is of a type.
    fn top_is_of(&mut self, ty: wasmparser::RefType) -> Result<IntValue<'ctx>> {
        let value = self.pop_pointer();
        let matches = self.is_of(value, convert::ref_type(ty, 0)?)?;
        self.push(value);
        Ok(matches)
    }

    pub(super) fn visit_br_on_cast(
        &mut self,
        depth: u32,
        _from: wasmparser::RefType,
        to: wasmparser::RefType,
    ) -> Result<()> {
        let matches = self.top_is_of(to)?;
        self.branch_if(matches, depth)
    }

    pub(super) fn visit_br_on_cast_fail(
        &mut self,
        depth: u32,
        _from: wasmparser::RefType,
        to: wasmparser::RefType,
    ) -> Result<()> {
        let matches = self.top_is_of(to)?;
        let fails = self.builder.build_not(matches, "")?;
        self.branch_if(fails, depth)
    }

    /// Branches to a label with the values on top of the stack, which stay there for the code that goes on.
    pub(super) fn branch_if(&mut self, condition: IntValue<'ctx>, depth: u32) -> Result<()> {
        let taken = self.announce(depth)?;
        let not_taken = self.new_block();
        self.builder.build_conditional_branch(condition, taken, not_taken)?;
        self.go_on_in(not_taken);
        Ok(())
    }

    /// Whether a reference of the same hierarchy is of a type.
    fn is_of(&mut self, value: PointerValue<'ctx>, ty: RefType) -> Result<IntValue<'ctx>> {
        let always = |value| self.unit.types.i1.const_int(u64::from(value), false);
        let is_null = self.builder.build_is_null(value, "")?;
        // What is not null is looked at only where it is not null.
        let here = self.here();
        let (not_null, done) = (self.new_block(), self.new_block());
        self.builder.build_conditional_branch(is_null, done, not_null)?;
        self.go_on_in(not_null);
        let matches = match ty.heap {
            HeapType::Func | HeapType::Extern | HeapType::Any | HeapType::Exn | HeapType::Cont => always(true),
            HeapType::None | HeapType::NoFunc | HeapType::NoExtern | HeapType::NoExn | HeapType::NoCont => {
                always(false)
            }
            HeapType::I31 => self.tag_is(value, abi::TAG_I31, abi::TAG_I31)?,
            HeapType::Eq => {
                let host = self.tag_is(value, abi::TAG_I31 | abi::TAG_HOST, abi::TAG_HOST)?;
                self.builder.build_not(host, "")?
            }
            HeapType::Concrete(index) => match self.unit.description.types[index as usize].composite {
                CompositeType::Func(_) => self.func_is_of(value, index)?,
                CompositeType::Struct(_) => {
                    self.object_is(value, |this, header| this.header_is_of(header, index, 0))?
                }
                CompositeType::Array(_) => {
                    self.object_is(value, |this, header| this.header_is_of(header, index, HEADER_ARRAY))?
                }
                CompositeType::Cont(_) => unreachable!("validation lets no cast of continuations through"),
            },
            HeapType::Exact(index) => match self.unit.description.types[index as usize].composite {
                CompositeType::Func(_) => self.func_is_exactly(value, self.type_id(index)?)?,
                CompositeType::Struct(_) => {
                    self.object_is(value, |this, header| this.header_is_exactly(header, index, 0))?
                }
                CompositeType::Array(_) => {
                    self.object_is(value, |this, header| this.header_is_exactly(header, index, HEADER_ARRAY))?
                }
                CompositeType::Cont(_) => unreachable!("validation lets no cast of continuations through"),
            },
            HeapType::Struct => self.object_is(value, |this, header| this.header_is_array(header, false))?,
            HeapType::Array => self.object_is(value, |this, header| this.header_is_array(header, true))?,
        };
        self.join(done, &[(here, always(ty.nullable))], matches)
    }

    /// Whether a reference, not null, is one to an object whose header's first word passes a test.
    fn object_is(
        &self,
        value: PointerValue<'ctx>,
        test: impl FnOnce(&Self, IntValue<'ctx>) -> Result<IntValue<'ctx>>,
    ) -> Result<IntValue<'ctx>> {
        let is_object = self.tag_is(value, abi::TAG_I31 | abi::TAG_HOST, 0)?;
        let start = self.here();
        let (object, done) = (self.new_block(), self.new_block());
        self.builder.build_conditional_branch(is_object, object, done)?;
        self.go_on_in(object);
        let header = self.field(value, OBJECT_TYPE)?;
        let header = self.load(self.unit.types.i32, header, Alias::Header)?.into_int_value();
        let matches = test(self, header)?;
        self.join(done, &[(start, self.unit.types.i1.const_zero())], matches)
    }

    fn header_is_array(&self, header: IntValue<'ctx>, wanted: bool) -> Result<IntValue<'ctx>> {
        let types = &self.unit.types;
        let bit = self.builder.build_and(header, types.i32.const_int(HEADER_ARRAY.into(), false), "")?;
        let predicate = if wanted { IntPredicate::NE } else { IntPredicate::EQ };
        Ok(self.builder.build_int_compare(predicate, bit, types.i32.const_zero(), "")?)
    }

    /// Whether an object with this header is of a type of this module and of no subtype of it. `kind` is the bit of its
    /// kind.
    fn header_is_exactly(&self, header: IntValue<'ctx>, type_index: u32, kind: u32) -> Result<IntValue<'ctx>> {
        let expected = self.type_id(type_index)?;
        let kind = self.unit.types.i32.const_int(kind.into(), false);
        let expected = self.builder.build_or(expected, kind, "")?;
        Ok(self.builder.build_int_compare(IntPredicate::EQ, header, expected, "")?)
    }

    /// Whether an object with this header is of a type of this module. `kind` is the bit of its kind.
    fn header_is_of(&self, header: IntValue<'ctx>, type_index: u32, kind: u32) -> Result<IntValue<'ctx>> {
        let types = &self.unit.types;
        let expected = self.type_id(type_index)?;
        let exact = self.header_is_exactly(header, type_index, kind)?;
        self.or_subtype(exact, type_index, expected, |this| {
            let number = types.i32.const_int((!HEADER_ARRAY).into(), false);
            let number = this.builder.build_and(header, number, "")?;
            let number = this.builder.build_int_z_extend(number, types.i64, "")?;
            let bytes = types.i64.const_int(TYPE_SIZE.into(), false);
            let bytes = this.builder.build_int_nuw_mul(number, bytes, "")?;
            let table = this.context_pointer(abi::CONTEXT_TYPES)?;
            Ok((this.displaced(table, bytes)?, TYPE_SUPERTYPES, TYPE_DISPLAY))
        })
    }

    /// Goes on in `done`, with the value of where the code came from: one of `others`, or here with `value`.
    pub(super) fn join(
        &self,
        done: BasicBlock<'ctx>,
        others: &[(BasicBlock<'ctx>, IntValue<'ctx>)],
        value: IntValue<'ctx>,
    ) -> Result<IntValue<'ctx>> {
        let here = self.here();
        self.builder.build_unconditional_branch(done)?;
        self.go_on_in(done);
        let phi = self.builder.build_phi(self.unit.types.i1, "")?;
        for (block, value) in others {
            phi.add_incoming(&[(value, *block)]);
        }
        phi.add_incoming(&[(&value, here)]);
        Ok(phi.as_basic_value().into_int_value())
    }

    pub(super) fn tag_is(&self, value: PointerValue<'ctx>, mask: u64, tag: u64) -> Result<IntValue<'ctx>> {
        let i64 = self.unit.types.i64;
        let bits = self.builder.build_ptr_to_int(value, i64, "")?;
        let bits = self.builder.build_and(bits, i64.const_int(mask, false), "")?;
        Ok(self.builder.build_int_compare(IntPredicate::EQ, bits, i64.const_int(tag, false), "")?)
    }

    /// Whether a function, not null, is of the type whose number is `expected`, and of no subtype of it.
    fn func_is_exactly(&self, func_ref: PointerValue<'ctx>, expected: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        let actual = self.field(func_ref, abi::FUNC_REF_TYPE)?;
        let actual = self.load(self.unit.types.i32, actual, Alias::Invariant)?.into_int_value();
        Ok(self.builder.build_int_compare(IntPredicate::EQ, actual, expected, "")?)
    }

    /// Whether a function, not null, is of a type of this module. Nearly always it is of that very type; only then, and
    /// if the type can have subtypes, its supertypes are looked at.
    pub(super) fn func_is_of(&self, func_ref: PointerValue<'ctx>, type_index: u32) -> Result<IntValue<'ctx>> {
        let expected = self.type_id(type_index)?;
        let exact = self.func_is_exactly(func_ref, expected)?;
        self.or_subtype(exact, type_index, expected, |_| {
            Ok((func_ref, abi::FUNC_REF_SUPERTYPES, abi::FUNC_REF_DISPLAY))
        })
    }

    /// Whether a value is exactly of a type, whose number is `expected`, or else of a subtype of it. `record` gives what
    /// says that of the value's own type: where, and at which offsets the number of its supertypes and their list are.
    fn or_subtype(
        &self,
        exact: IntValue<'ctx>,
        type_index: u32,
        expected: IntValue<'ctx>,
        record: impl FnOnce(&Self) -> Result<(PointerValue<'ctx>, u32, u32)>,
    ) -> Result<IntValue<'ctx>> {
        let types = &self.unit.types;
        let description = self.unit.description;
        let start = self.here();
        if description.types[type_index as usize].is_final {
            return Ok(exact);
        }
        let (differs, inside, done) = (self.new_block(), self.new_block(), self.new_block());
        self.builder.build_conditional_branch(exact, done, differs)?;

        self.go_on_in(differs);
        let (record, supertypes, display) = record(self)?;
        let depth = description.supertypes(type_index);
        let length = self.field(record, supertypes)?;
        let length = self.load(types.i32, length, Alias::Invariant)?.into_int_value();
        let depth_value = types.i32.const_int(depth.into(), false);
        let deeper = self.builder.build_int_compare(IntPredicate::UGT, length, depth_value, "")?;
        self.builder.build_conditional_branch(deeper, inside, done)?;

        self.go_on_in(inside);
        let display = self.field(record, display)?;
        let display = self.load(types.ptr, display, Alias::Invariant)?.into_pointer_value();
        let entry = self.field(display, depth * 4)?;
        let entry = self.load(types.i32, entry, Alias::Invariant)?.into_int_value();
        let matches = self.builder.build_int_compare(IntPredicate::EQ, entry, expected, "")?;
        let constant = |value: u64| types.i1.const_int(value, false);
        self.join(done, &[(start, constant(1)), (differs, constant(0))], matches)
    }
}
