//! The LLVM types that stand for WebAssembly's value types.

use crate::types::ValType;
use inkwell::AddressSpace;
use inkwell::context::Context;
use inkwell::types::{BasicTypeEnum, FloatType, IntType, PointerType};

/// The LLVM types that stand for WebAssembly's value types.
pub(in crate::lower) struct Types<'ctx> {
    pub(in crate::lower) i1: IntType<'ctx>,
    pub(in crate::lower) i8: IntType<'ctx>,
    pub(in crate::lower) i16: IntType<'ctx>,
    pub(in crate::lower) i32: IntType<'ctx>,
    pub(in crate::lower) i64: IntType<'ctx>,
    pub(in crate::lower) f32: FloatType<'ctx>,
    pub(in crate::lower) f64: FloatType<'ctx>,
    pub(in crate::lower) ptr: PointerType<'ctx>,
}

impl<'ctx> Types<'ctx> {
    pub(in crate::lower) fn new(context: &'ctx Context) -> Self {
        Self {
            i1: context.bool_type(),
            i8: context.i8_type(),
            i16: context.i16_type(),
            i32: context.i32_type(),
            i64: context.i64_type(),
            f32: context.f32_type(),
            f64: context.f64_type(),
            ptr: context.ptr_type(AddressSpace::default()),
        }
    }

    /// Returns the LLVM type of a value type.
    pub(in crate::lower) fn value(&self, ty: ValType) -> BasicTypeEnum<'ctx> {
        match ty {
            ValType::I32 => self.i32.into(),
            ValType::I64 => self.i64.into(),
            ValType::F32 => self.f32.into(),
            ValType::F64 => self.f64.into(),
            ValType::V128 => self.i8.vec_type(16).into(),
            ValType::Ref(_) => self.ptr.into(),
        }
    }
}
