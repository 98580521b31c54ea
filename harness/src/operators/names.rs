//! Table of operators with their names in the text format, derived from the table of `wasmparser`.

use std::collections::HashMap;
use std::sync::LazyLock;
use wasmparser::Operator;

macro_rules! list {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
        /// Operators of `wasmparser`: the name of the visitor function, and the proposal.
        const WASMPARSER_OPERATORS: &[(&str, &str)] = &[$((stringify!($visit), stringify!($proposal))),*];

        #[derive(Clone, Copy)]
        enum Number { $($op),* }

        /// Returns the operator's index in [`WASMPARSER_OPERATORS`].
        fn wasmparser_index(operator: &Operator<'_>) -> Option<usize> {
            match operator {
                $(Operator::$op { .. } => Some(Number::$op as usize),)*
                _ => None,
            }
        }
    };
}
wasmparser::for_each_operator!(list);

/// Table of operators, and the index in it of each entry of [`WASMPARSER_OPERATORS`].
struct Operators {
    /// Name and proposal.
    table: Vec<(String, String)>,
    numbers: Vec<Option<usize>>,
}

static OPERATORS: LazyLock<Operators> = LazyLock::new(|| {
    let mut table: Vec<(String, String)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let number = |(visit, proposal): &(&str, &str)| {
        let name = name(visit)?;
        Some(*known.entry(name.clone()).or_insert_with(|| {
            table.push((name, proposal.replace('_', "-")));
            table.len() - 1
        }))
    };
    let numbers = WASMPARSER_OPERATORS.iter().map(number).collect();
    Operators { table, numbers }
});

/// Returns every operator with its proposal, roughly in the order of opcodes.
pub(super) fn table() -> &'static [(String, String)] {
    &OPERATORS.table
}

/// Returns the index of an operator in [`table`]. `end` and `else` have none.
pub(super) fn number(operator: &Operator<'_>) -> Option<usize> {
    OPERATORS.numbers[wasmparser_index(operator)?]
}

/// Prefixes of names in the text format, before the first `.`.
const PREFIXES: [&str; 21] = [
    "i32", "i64", "f32", "f64", "v128", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2", "local", "global",
    "table", "memory", "elem", "data", "ref", "struct", "array", "i31",
];

/// Names of `wasmparser` that differ from the text format, where several may have one name.
const RENAMED: [(&str, &str); 12] = [
    ("typed_select", "select"),
    ("typed_select_multi", "select"),
    ("ref_test_non_null", "ref.test"),
    ("ref_test_nullable", "ref.test"),
    ("ref_cast_non_null", "ref.cast"),
    ("ref_cast_nullable", "ref.cast"),
    ("ref_cast_desc_eq_non_null", "ref.cast_desc_eq"),
    ("ref_cast_desc_eq_nullable", "ref.cast_desc_eq"),
    ("any_convert_extern", "any.convert_extern"),
    ("extern_convert_any", "extern.convert_any"),
    ("cont_new", "cont.new"),
    ("cont_bind", "cont.bind"),
];

/// Returns the name in the text format of a visitor function.
fn name(visit: &str) -> Option<String> {
    let visit = visit.strip_prefix("visit_").unwrap_or(visit);
    if matches!(visit, "end" | "else") {
        return None;
    }
    if let Some((_, name)) = RENAMED.iter().find(|(theirs, _)| *theirs == visit) {
        return Some((*name).to_owned());
    }
    let is_prefix = |prefix: &str| prefix == "atomic" || PREFIXES.contains(&prefix);
    let Some((prefix, rest)) = visit.split_once('_').filter(|(prefix, _)| is_prefix(prefix)) else {
        return Some(visit.to_owned());
    };
    let rest = match rest.strip_prefix("atomic_") {
        Some(rest) => match rest.strip_prefix("rmw") {
            // In `rmw8_add_u`, the width is part of the first word.
            Some(rest) => format!("atomic.rmw{}", rest.replacen('_', ".", 1)),
            None => format!("atomic.{rest}"),
        },
        None => rest.to_owned(),
    };
    Some(format!("{prefix}.{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wast::core::Instruction;
    use wast::parser::{self, ParseBuffer};

    #[test]
    fn names_are_those_of_the_text_format() {
        for (operator, _) in table() {
            let buffer = ParseBuffer::new(operator).unwrap();
            // Operands are missing, which is another error.
            if let Err(error) = parser::parse::<Instruction<'_>>(&buffer) {
                let unknown = error.message().contains("unknown operator");
                // `wast` does not know the name `ref.i31_shared`.
                assert!(!unknown || operator == "ref.i31_shared", "{operator}: {error}");
            }
        }
    }

    #[test]
    fn operators_of_one_name_have_one_number() {
        let names: Vec<&str> = table().iter().map(|(name, _)| name.as_str()).collect();
        for name in ["select", "ref.cast", "i32.atomic.rmw8.add_u", "memory.atomic.wait32", "atomic.fence", "call_ref"]
        {
            assert_eq!(names.iter().filter(|n| **n == name).count(), 1, "{name}");
        }
        assert!(!names.contains(&"end"));
        assert_eq!(number(&Operator::I32Add).map(|n| table()[n].clone()), Some(("i32.add".into(), "mvp".into())));
        assert_eq!(number(&Operator::End), None);
    }
}
