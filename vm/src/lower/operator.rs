//! Dispatch from an operator to the method that lowers it, derived from `wasmparser`'s table of operators.

use super::function::Lowering;
use crate::error::Result;
use wasmparser::Operator;

/// Lowers or refuses one operator. An operator of a proposal that is built goes to the method of its name, so a
/// missing method does not compile; any other is refused with its name. With `probe` in place of `self` the macro says
/// which of the two it is.
macro_rules! lower {
    (@built probe $visit:ident $($arg:ident)*) => { true };
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
    (@$proposal:ident probe $visit:ident $($arg:ident)*) => { false };
    (@$proposal:ident $self:ident $visit:ident $($arg:ident)*) => {{
        $(let _ = $arg;)*
        Err($self.unsupported(stringify!($proposal), stringify!($visit).trim_start_matches("visit_")))
    }};
}

impl Lowering<'_, '_, '_> {
    /// Lowers one reachable operator.
    pub(super) fn operator(&mut self, operator: &Operator<'_>) -> Result<()> {
        macro_rules! arms {
            ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
                match operator {
                    $( Operator::$op $({ $($arg),* })? => lower!(@$proposal self $visit $($($arg)*)?), )*
                    _ => Err(self.unsupported("unknown", "operator that this VM does not know")),
                }
            };
        }
        wasmparser::for_each_operator!(arms)
    }
}

/// Features that this VM does not run, with the reason for each.
///
/// Names are those of `wasmparser` ([`WasmFeatures`](wasmparser::WasmFeatures) in lower case). If such a feature is
/// enabled, a module that needs it is valid, and compiling it is [`Error::Unsupported`](crate::Error::Unsupported).
/// Single operators of a listed proposal may be built nevertheless. Features of the component model occur only in
/// components, which are no modules: [`Error::Invalid`](crate::Error::Invalid).
pub const NOT_BUILT: &[(&str, &str)] = &[
    ("cm64", COMPONENTS),
    ("cm_accessors", COMPONENTS),
    ("cm_async", COMPONENTS),
    ("cm_async_stackful", COMPONENTS),
    ("cm_canon_names", COMPONENTS),
    ("cm_error_context", COMPONENTS),
    ("cm_fixed_length_lists", COMPONENTS),
    ("cm_forward", COMPONENTS),
    ("cm_gc", COMPONENTS),
    ("cm_implements", COMPONENTS),
    ("cm_map", COMPONENTS),
    ("cm_more_async_builtins", COMPONENTS),
    ("cm_nested_names", COMPONENTS),
    ("cm_threading", COMPONENTS),
    ("cm_values", COMPONENTS),
    ("component_model", COMPONENTS),
    ("memory_control", "phase 1: several designs compete, and `wasmparser` parses only `memory.discard`"),
    (
        "multibyte_array_access",
        "phase 2: loads and stores of numbers in arrays of bytes; there is an overview (December 2025), but neither formal \
         text nor a script",
    ),
    (
        "shared_everything_threads",
        "phase 1: functions, globals, tables and heap objects that threads share; there are an overview (June 2026) and 11 \
         scripts about validation, but a heap of this VM belongs to one store, and so to one thread at a time",
    ),
];

const COMPONENTS: &str = "part of the component model: this VM runs modules";

#[cfg(test)]
mod tests {
    use super::NOT_BUILT;
    use std::collections::BTreeSet;

    /// Returns every operator that `wasmparser` knows, with its proposal, and whether it is built.
    fn operators() -> Vec<(&'static str, &'static str, bool)> {
        macro_rules! probe {
            ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
                vec![$( (stringify!($proposal), stringify!($op), lower!(@$proposal probe $visit $($($arg)*)?)) ),*]
            };
        }
        wasmparser::for_each_operator!(probe)
    }

    #[test]
    fn every_operator_is_built_or_of_a_proposal_that_is_listed_as_not_built() {
        let operators = operators();
        assert!(operators.len() > 600, "{} operators", operators.len());
        let refused = operators.iter().filter(|(.., built)| !built);
        let unlisted: Vec<_> =
            refused.clone().filter(|(proposal, ..)| NOT_BUILT.iter().all(|(listed, _)| listed != proposal)).collect();
        assert!(unlisted.is_empty(), "refused operators whose proposals are not listed: {unlisted:?}");
        let refusing: BTreeSet<_> = refused.map(|(proposal, ..)| *proposal).collect();
        let known: BTreeSet<_> = operators.iter().map(|(proposal, ..)| *proposal).collect();
        let listed: BTreeSet<_> = NOT_BUILT.iter().map(|(proposal, _)| *proposal).collect();
        assert_eq!(listed.len(), NOT_BUILT.len(), "a proposal is listed twice");
        // Some proposals have no operators of their own: `tests/all/compile/features.rs` has a module for each.
        let stale: Vec<_> = listed.intersection(&known).filter(|listed| !refusing.contains(*listed)).collect();
        assert!(stale.is_empty(), "proposals that are listed although all their operators are built: {stale:?}");
        assert!(NOT_BUILT.iter().all(|(_, reason)| !reason.is_empty()), "no reason");
    }
}
