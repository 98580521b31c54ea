//! Function types as LLVM sees them: the natural prototype, in which every argument is in a register, and the universal
//! one, which names all registers and so is the same for every function type.
//!
//! At the machine level the two are one: integers and vectors are numbered apart, so a value travels in the same register
//! under both.

use super::types::Types;
use crate::abi::{self, Place};
use crate::types::{FuncType, ValType};
use inkwell::context::Context;
use inkwell::types::{BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FunctionType, StructType, VectorType};

/// Under which prototype a function is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::lower) enum Convention {
    /// That of its own type.
    Natural,
    /// The one that all functions with a tail call share.
    Universal,
}

/// The universal prototype. LLVM guarantees a tail call under the C convention between functions of equal prototypes
/// (<https://llvm.org/docs/LangRef.html#call-instruction>, `musttail`), and this makes them equal.
pub(in crate::lower) struct Universal<'ctx> {
    pub(in crate::lower) ty: FunctionType<'ctx>,
    pub(in crate::lower) results: StructType<'ctx>,
    /// What is in a vector register.
    pub(in crate::lower) vector: VectorType<'ctx>,
}

impl<'ctx> Universal<'ctx> {
    pub(in crate::lower) fn new(types: &Types<'ctx>, context: &'ctx Context) -> Self {
        let vector = types.i8.vec_type(abi::SLOT);
        let mut params: Vec<BasicMetadataTypeEnum<'ctx>> = vec![types.ptr.into()];
        params.extend([BasicMetadataTypeEnum::from(types.i64); abi::INT_PARAMS]);
        params.extend([BasicMetadataTypeEnum::from(vector); abi::VEC_PARAMS]);
        let mut results: Vec<BasicTypeEnum<'ctx>> = vec![types.i64.into(); abi::INT_RESULTS];
        results.extend([BasicTypeEnum::from(vector); abi::VEC_RESULTS]);
        let results = context.struct_type(&results, false);
        Self { ty: results.fn_type(&params, false), results, vector }
    }

    /// Which parameter of the prototype a place is.
    pub(in crate::lower) fn param(place: Place) -> Option<u32> {
        match place {
            Place::Int(n) => Some(1 + u32::from(n)),
            Place::Vec(n) => Some(1 + abi::INT_PARAMS as u32 + u32::from(n)),
            Place::Overflow(_) => None,
        }
    }

    /// Which field of the results a place is.
    pub(in crate::lower) fn result(place: Place) -> Option<u32> {
        match place {
            Place::Int(n) => Some(u32::from(n)),
            Place::Vec(n) => Some(abi::INT_RESULTS as u32 + u32::from(n)),
            Place::Overflow(_) => None,
        }
    }
}

/// A function type, and where its values travel.
pub(in crate::lower) struct Prototype<'ctx> {
    /// The context, then those parameters that have a register; returns those results that have one: nothing, the
    /// value itself, or a structure that LLVM spreads over the registers of both classes.
    pub(in crate::lower) ty: FunctionType<'ctx>,
    pub(in crate::lower) params: Vec<(Place, BasicTypeEnum<'ctx>)>,
    pub(in crate::lower) results: Vec<(Place, BasicTypeEnum<'ctx>)>,
}

impl<'ctx> Prototype<'ctx> {
    pub(in crate::lower) fn new(context: &'ctx Context, types: &Types<'ctx>, ty: &FuncType) -> Self {
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
