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
    (@gc $($rest:tt)*) => { lower!(@built $($rest)*) };
    (@custom_descriptors $($rest:tt)*) => { lower!(@built $($rest)*) };
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
