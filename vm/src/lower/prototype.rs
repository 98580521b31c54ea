//! Function types as LLVM sees them: the natural prototype, in which every argument is in a register.

use super::unit::Unit;
use crate::abi::{self, Place};
use crate::types::{FuncType, ValType};
use inkwell::types::{BasicMetadataTypeEnum, BasicType, BasicTypeEnum, FunctionType};

/// A function type, and where its values travel.
pub(super) struct Prototype<'ctx> {
    /// The context, then those parameters that have a register; returns those results that have one: nothing, the
    /// value itself, or a structure that LLVM spreads over the registers of both classes.
    pub(super) ty: FunctionType<'ctx>,
    pub(super) params: Vec<(Place, BasicTypeEnum<'ctx>)>,
    pub(super) results: Vec<(Place, BasicTypeEnum<'ctx>)>,
}

impl<'ctx> Prototype<'ctx> {
    pub(super) fn new(unit: &Unit<'ctx, '_>, ty: &FuncType) -> Self {
        let (params, results) = abi::assign(ty);
        let typed = |places: Vec<Place>, types: &[ValType]| -> Vec<_> {
            places.into_iter().zip(types.iter().map(|&ty| unit.value_type(ty))).collect()
        };
        let (params, results) = (typed(params, &ty.params), typed(results, &ty.results));
        let mut arguments: Vec<BasicMetadataTypeEnum<'ctx>> = vec![unit.types.ptr.into()];
        arguments.extend(in_registers(&params).map(BasicMetadataTypeEnum::from));
        let returned: Vec<_> = in_registers(&results).collect();
        let ty = match returned[..] {
            [] => unit.context.void_type().fn_type(&arguments, false),
            [one] => one.fn_type(&arguments, false),
            _ => unit.context.struct_type(&returned, false).fn_type(&arguments, false),
        };
        Self { ty, params, results }
    }
}

fn in_registers<'a, 'ctx>(
    values: &'a [(Place, BasicTypeEnum<'ctx>)],
) -> impl Iterator<Item = BasicTypeEnum<'ctx>> + 'a {
    values.iter().filter(|(place, _)| !matches!(place, Place::Overflow(_))).map(|&(_, ty)| ty)
}
