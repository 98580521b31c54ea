//! Prototypes: function types as LLVM sees them.
//!
//! The *natural* prototype has a parameter for each argument that is in a register. The *universal* prototype names
//! all argument and result registers, so it is the same for every function type.
//!
//! In machine code the two are one calling convention: integers and vectors are numbered apart, so a value is in the
//! same register under both.

use super::types::Types;
use crate::abi::{self, Place};
use crate::types::{FuncType, ValType};
use inkwell::context::Context;
use inkwell::types::{BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FunctionType, StructType, VectorType};

/// The prototype that a function is declared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Convention {
    /// The prototype of its own function type.
    Natural,
    /// The prototype that all functions with a tail call share.
    Universal,
}

/// The universal prototype. Under the C calling convention LLVM guarantees a tail call only between functions of equal
/// prototypes (<https://llvm.org/docs/LangRef.html#call-instruction>, `musttail`); this one makes them equal.
pub(crate) struct Universal<'ctx> {
    pub(crate) ty: FunctionType<'ctx>,
    pub(crate) results: StructType<'ctx>,
    /// Type of a vector register.
    pub(crate) vector: VectorType<'ctx>,
}

impl<'ctx> Universal<'ctx> {
    pub(crate) fn new(types: &Types<'ctx>, context: &'ctx Context) -> Self {
        let vector = types.i8.vec_type(abi::SLOT);
        let mut params: Vec<BasicMetadataTypeEnum<'ctx>> = vec![types.ptr.into()];
        params.extend([BasicMetadataTypeEnum::from(types.i64); abi::INT_PARAMS]);
        params.extend([BasicMetadataTypeEnum::from(vector); abi::VEC_PARAMS]);
        let mut results: Vec<BasicTypeEnum<'ctx>> = vec![types.i64.into(); abi::INT_RESULTS];
        results.extend([BasicTypeEnum::from(vector); abi::VEC_RESULTS]);
        let results = context.struct_type(&results, false);
        Self { ty: results.fn_type(&params, false), results, vector }
    }

    /// Returns the index of the parameter for a place; overflow slots have none.
    pub(crate) fn param(place: Place) -> Option<u32> {
        match place {
            Place::Int(n) => Some(1 + u32::from(n)),
            Place::Vec(n) => Some(1 + abi::INT_PARAMS as u32 + u32::from(n)),
            Place::Overflow(_) => None,
        }
    }

    /// Returns the index of the result field for a place; overflow slots have none.
    pub(crate) fn result(place: Place) -> Option<u32> {
        match place {
            Place::Int(n) => Some(u32::from(n)),
            Place::Vec(n) => Some(abi::INT_RESULTS as u32 + u32::from(n)),
            Place::Overflow(_) => None,
        }
    }
}

/// The natural prototype of a function type, and the places of its values.
pub(crate) struct Prototype<'ctx> {
    /// The parameters are the context and those parameters that have a register. The result is nothing, the one result
    /// in a register, or a structure of several, which LLVM spreads over the registers of both classes.
    pub(crate) ty: FunctionType<'ctx>,
    pub(crate) params: Vec<(Place, BasicTypeEnum<'ctx>)>,
    pub(crate) results: Vec<(Place, BasicTypeEnum<'ctx>)>,
}

impl<'ctx> Prototype<'ctx> {
    pub(crate) fn new(context: &'ctx Context, types: &Types<'ctx>, ty: &FuncType) -> Self {
        let (params, results) = abi::assign(ty);
        let typed = |places: Vec<Place>, of: &[ValType]| -> Vec<_> {
            places.into_iter().zip(of.iter().map(|&ty| types.value(ty))).collect()
        };
        let (params, results) = (typed(params, &ty.params), typed(results, &ty.results));
        let mut arguments: Vec<BasicMetadataTypeEnum<'ctx>> = vec![types.ptr.into()];
        arguments.extend(in_registers(&params).map(BasicMetadataTypeEnum::from));
        let returned: Vec<_> = in_registers(&results).collect();
        let ty = match returned[..] {
            [] => context.void_type().fn_type(&arguments, false),
            [one] => one.fn_type(&arguments, false),
            _ => context.struct_type(&returned, false).fn_type(&arguments, false),
        };
        Self { ty, params, results }
    }
}

fn in_registers<'a, 'ctx>(
    values: &'a [(Place, BasicTypeEnum<'ctx>)],
) -> impl Iterator<Item = BasicTypeEnum<'ctx>> + 'a {
    values.iter().filter(|(place, _)| !matches!(place, Place::Overflow(_))).map(|&(_, ty)| ty)
}
