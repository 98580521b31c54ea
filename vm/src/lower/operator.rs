//! From an operator to the method that lowers it, derived from `wasmparser`'s own table of operators.

use super::function::Lowering;
use crate::error::Result;
use wasmparser::Operator;

/// One operator: those of a proposal that is built go to the method of their name, so a missing method does not
/// compile; all others are refused by name.
macro_rules! lower {
    (@built $self:ident $visit:ident $($arg:ident)*) => { $self.$visit($($arg.clone()),*) };
    (@mvp $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@sign_extension $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@saturating_float_to_int $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@bulk_memory $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@reference_types $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@simd $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@relaxed_simd $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@wide_arithmetic $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@acquire_release_atomics $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@threads $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@function_references $($rest:tt)*) => { lower!(@built $($rest)*) };
    // Of garbage collection, what needs no heap.
    (@gc $self:ident visit_ref_eq) => { lower!(@built $self visit_ref_eq) };
    (@gc $self:ident visit_ref_i31) => { lower!(@built $self visit_ref_i31) };
    (@gc $self:ident visit_i31_get_s) => { lower!(@built $self visit_i31_get_s) };
    (@gc $self:ident visit_i31_get_u) => { lower!(@built $self visit_i31_get_u) };
    (@gc $self:ident visit_any_convert_extern) => { lower!(@built $self visit_any_convert_extern) };
    (@gc $self:ident visit_extern_convert_any) => { lower!(@built $self visit_extern_convert_any) };
    (@gc $self:ident visit_ref_test_non_null $ty:ident) => { lower!(@built $self visit_ref_test_non_null $ty) };
    (@gc $self:ident visit_ref_test_nullable $ty:ident) => { lower!(@built $self visit_ref_test_nullable $ty) };
    (@gc $self:ident visit_ref_cast_non_null $ty:ident) => { lower!(@built $self visit_ref_cast_non_null $ty) };
    (@gc $self:ident visit_ref_cast_nullable $ty:ident) => { lower!(@built $self visit_ref_cast_nullable $ty) };
    (@gc $self:ident visit_br_on_cast $($arg:ident)*) => { lower!(@built $self visit_br_on_cast $($arg)*) };
    (@gc $self:ident visit_br_on_cast_fail $($arg:ident)*) => { lower!(@built $self visit_br_on_cast_fail $($arg)*) };
    (@exceptions $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@legacy_exceptions $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@tail_call $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@stack_switching $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@$proposal:ident $self:ident $visit:ident $($arg:ident)*) => {{
        $(let _ = $arg;)*
        Err($self.refuse(stringify!($proposal), stringify!($visit).trim_start_matches("visit_")))
    }};
}

impl Lowering<'_, '_, '_> {
    /// Lowers one operator, in reachable code.
    pub(super) fn operator(&mut self, operator: &Operator<'_>) -> Result<()> {
        macro_rules! arms {
            ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
                match operator {
                    $( Operator::$op $({ $($arg),* })? => lower!(@$proposal self $visit $($($arg)*)?), )*
                    _ => Err(self.refuse("unknown", "an operator newer than this VM")),
                }
            };
        }
        wasmparser::for_each_operator!(arms)
    }
}
