//! Subtype checks of references, for casts and indirect calls.

use crate::abi;
use crate::abi::heap::{HEADER_ARRAY, OBJECT_TYPE, TYPE_DISPLAY, TYPE_SIZE, TYPE_SUPERTYPES};
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::unit::alias::AliasClass;
use crate::types::{CompositeType, HeapType, RefType};
use inkwell::IntPredicate;
use inkwell::values::{IntValue, PointerValue};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Tests whether a reference has a type of the same hierarchy.
    pub(crate) fn has_type(&mut self, value: PointerValue<'ctx>, ty: RefType) -> Result<IntValue<'ctx>> {
        let always = |value| self.unit.types.i1.const_int(u64::from(value), false);
        let is_null = self.builder.build_is_null(value, "")?;
        // The header of an object is loaded only if the reference is not null.
        let here = self.current_block();
        let (not_null, done) = (self.new_block(), self.new_block());
        self.builder.build_conditional_branch(is_null, done, not_null)?;
        self.continue_in(not_null);
        let matches = match ty.heap {
            HeapType::Func | HeapType::Extern | HeapType::Any | HeapType::Exn | HeapType::Cont => always(true),
            HeapType::None | HeapType::NoFunc | HeapType::NoExtern | HeapType::NoExn | HeapType::NoCont => {
                always(false)
            }
            HeapType::I31 => self.has_tag_bits(value, abi::TAG_I31, abi::TAG_I31)?,
            HeapType::Eq => {
                let host = self.has_tag_bits(value, abi::TAG_I31 | abi::TAG_HOST, abi::TAG_HOST)?;
                self.builder.build_not(host, "")?
            }
            HeapType::Concrete(index) => match self.unit.description.types[index as usize].composite {
                CompositeType::Func(_) => self.func_has_type(value, index)?,
                CompositeType::Struct(_) => {
                    self.test_header(value, |this, header| this.header_has_type(header, index, 0))?
                }
                CompositeType::Array(_) => {
                    self.test_header(value, |this, header| this.header_has_type(header, index, HEADER_ARRAY))?
                }
                CompositeType::Cont(_) => unreachable!("validation allows no cast of continuations"),
            },
            HeapType::Exact(index) => match self.unit.description.types[index as usize].composite {
                CompositeType::Func(_) => self.func_has_exact_type(value, self.type_id(index)?)?,
                CompositeType::Struct(_) => {
                    self.test_header(value, |this, header| this.header_has_exact_type(header, index, 0))?
                }
                CompositeType::Array(_) => {
                    self.test_header(value, |this, header| this.header_has_exact_type(header, index, HEADER_ARRAY))?
                }
                CompositeType::Cont(_) => unreachable!("validation allows no cast of continuations"),
            },
            HeapType::Struct => self.test_header(value, |this, header| this.header_is_array(header, false))?,
            HeapType::Array => self.test_header(value, |this, header| this.header_is_array(header, true))?,
        };
        self.join(done, &[(here, always(ty.nullable))], matches)
    }

    /// Tests whether a non-null reference is to an object whose first header word passes a test.
    fn test_header(
        &self,
        value: PointerValue<'ctx>,
        test: impl FnOnce(&Self, IntValue<'ctx>) -> Result<IntValue<'ctx>>,
    ) -> Result<IntValue<'ctx>> {
        let is_object = self.has_tag_bits(value, abi::TAG_I31 | abi::TAG_HOST, 0)?;
        let start = self.current_block();
        let (object, done) = (self.new_block(), self.new_block());
        self.builder.build_conditional_branch(is_object, object, done)?;
        self.continue_in(object);
        let header = self.field(value, OBJECT_TYPE)?;
        let header = self.load(self.unit.types.i32, header, AliasClass::Header)?.into_int_value();
        let matches = test(self, header)?;
        self.join(done, &[(start, self.unit.types.i1.const_zero())], matches)
    }

    /// Tests whether an object with this header is an array, or whether it is a structure.
    fn header_is_array(&self, header: IntValue<'ctx>, wanted: bool) -> Result<IntValue<'ctx>> {
        let types = &self.unit.types;
        let bit = self.builder.build_and(header, types.i32.const_int(HEADER_ARRAY.into(), false), "")?;
        let predicate = if wanted { IntPredicate::NE } else { IntPredicate::EQ };
        Ok(self.builder.build_int_compare(predicate, bit, types.i32.const_zero(), "")?)
    }

    /// Tests whether an object with this header has a type of this module, and no subtype of it. `kind` is the bit
    /// that says whether it is an array.
    fn header_has_exact_type(&self, header: IntValue<'ctx>, type_index: u32, kind: u32) -> Result<IntValue<'ctx>> {
        let expected = self.type_id(type_index)?;
        let kind = self.unit.types.i32.const_int(kind.into(), false);
        let expected = self.builder.build_or(expected, kind, "")?;
        Ok(self.builder.build_int_compare(IntPredicate::EQ, header, expected, "")?)
    }

    /// Tests whether an object with this header has a type of this module or a subtype of it. `kind` is the bit that
    /// says whether it is an array.
    fn header_has_type(&self, header: IntValue<'ctx>, type_index: u32, kind: u32) -> Result<IntValue<'ctx>> {
        let types = &self.unit.types;
        let expected = self.type_id(type_index)?;
        let exact = self.header_has_exact_type(header, type_index, kind)?;
        self.or_subtype(exact, type_index, expected, |this| {
            let number = types.i32.const_int((!HEADER_ARRAY).into(), false);
            let number = this.builder.build_and(header, number, "")?;
            let number = this.builder.build_int_z_extend(number, types.i64, "")?;
            let bytes = types.i64.const_int(TYPE_SIZE.into(), false);
            let bytes = this.builder.build_int_nuw_mul(number, bytes, "")?;
            let table = this.context_pointer(abi::CONTEXT_TYPES)?;
            Ok((this.offset_by(table, bytes)?, TYPE_SUPERTYPES, TYPE_DISPLAY))
        })
    }

    /// Tests whether the bits of a reference under `mask` are `tag`.
    pub(crate) fn has_tag_bits(&self, value: PointerValue<'ctx>, mask: u64, tag: u64) -> Result<IntValue<'ctx>> {
        let i64 = self.unit.types.i64;
        let bits = self.builder.build_ptr_to_int(value, i64, "")?;
        let bits = self.builder.build_and(bits, i64.const_int(mask, false), "")?;
        Ok(self.builder.build_int_compare(IntPredicate::EQ, bits, i64.const_int(tag, false), "")?)
    }

    /// Tests whether a non-null function reference has the type numbered `expected`, and no subtype of it.
    fn func_has_exact_type(&self, func_ref: PointerValue<'ctx>, expected: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        let actual = self.field(func_ref, abi::FUNC_REF_TYPE)?;
        let actual = self.load(self.unit.types.i32, actual, AliasClass::Invariant)?.into_int_value();
        Ok(self.builder.build_int_compare(IntPredicate::EQ, actual, expected, "")?)
    }

    /// Tests whether a non-null function reference has a type of this module or a subtype of it. Nearly always it has
    /// exactly that type. Its supertypes are loaded only if it does not and the type can have subtypes.
    pub(crate) fn func_has_type(&self, func_ref: PointerValue<'ctx>, type_index: u32) -> Result<IntValue<'ctx>> {
        let expected = self.type_id(type_index)?;
        let exact = self.func_has_exact_type(func_ref, expected)?;
        self.or_subtype(exact, type_index, expected, |_| {
            Ok((func_ref, abi::FUNC_REF_SUPERTYPES, abi::FUNC_REF_DISPLAY))
        })
    }

    /// Tests whether a value has the type numbered `expected`, or else a subtype of it. `exact` is the result of the
    /// first test. `record` returns the record with the display of the type of the value, and the offsets of the
    /// number of its supertypes and of the display.
    fn or_subtype(
        &self,
        exact: IntValue<'ctx>,
        type_index: u32,
        expected: IntValue<'ctx>,
        record: impl FnOnce(&Self) -> Result<(PointerValue<'ctx>, u32, u32)>,
    ) -> Result<IntValue<'ctx>> {
        let types = &self.unit.types;
        let description = self.unit.description;
        let start = self.current_block();
        if description.types[type_index as usize].is_final {
            return Ok(exact);
        }
        let (differs, inside, done) = (self.new_block(), self.new_block(), self.new_block());
        self.builder.build_conditional_branch(exact, done, differs)?;

        self.continue_in(differs);
        let (record, supertypes, display) = record(self)?;
        let depth = description.supertypes(type_index);
        let length = self.field(record, supertypes)?;
        let length = self.load(types.i32, length, AliasClass::Invariant)?.into_int_value();
        let depth_value = types.i32.const_int(depth.into(), false);
        let deeper = self.builder.build_int_compare(IntPredicate::UGT, length, depth_value, "")?;
        self.builder.build_conditional_branch(deeper, inside, done)?;

        self.continue_in(inside);
        let display = self.field(record, display)?;
        let display = self.load(types.ptr, display, AliasClass::Invariant)?.into_pointer_value();
        let entry = self.field(display, depth * 4)?;
        let entry = self.load(types.i32, entry, AliasClass::Invariant)?.into_int_value();
        let matches = self.builder.build_int_compare(IntPredicate::EQ, entry, expected, "")?;
        let constant = |value: u64| types.i1.const_int(value, false);
        self.join(done, &[(start, constant(1)), (differs, constant(0))], matches)
    }
}
