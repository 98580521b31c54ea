//! Operators by number, and what the text format calls them. The list is that of `wasmparser`, so it is never behind.

use std::collections::HashMap;
use std::sync::LazyLock;
use wasmparser::Operator;

macro_rules! list {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*) )*) => {
        /// What `wasmparser` knows: its name for the visiting function, and the proposal.
        const KNOWN: &[(&str, &str)] = &[$((stringify!($visit), stringify!($proposal))),*];

        #[derive(Clone, Copy)]
        enum Number { $($op),* }

        /// The operator's place in [`KNOWN`].
        fn place(operator: &Operator<'_>) -> Option<usize> {
            match operator {
                $(Operator::$op { .. } => Some(Number::$op as usize),)*
                _ => None,
            }
        }
    };
}
wasmparser::for_each_operator!(list);

/// Operators with a name and the proposal that brought them, and which of [`KNOWN`] is which of these.
struct Operators {
    table: Vec<(String, String)>,
    of: Vec<Option<usize>>,
}

static OPERATORS: LazyLock<Operators> = LazyLock::new(|| {
    let mut table: Vec<(String, String)> = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let number = |(visit, proposal): &(&str, &str)| {
        let name = name(visit)?;
        Some(*numbers.entry(name.clone()).or_insert_with(|| {
            table.push((name, proposal.replace('_', "-")));
            table.len() - 1
        }))
    };
    let of = KNOWN.iter().map(number).collect();
    Operators { table, of }
});

/// Every operator with the proposal that brought it, in the order of their opcodes by and large.
pub(super) fn table() -> &'static [(String, String)] {
    &OPERATORS.table
}

/// Place of an operator in [`table`]; none of what only ends or divides a block.
pub(super) fn number(operator: &Operator<'_>) -> Option<usize> {
    OPERATORS.of[place(operator)?]
}

/// What stands before a point: a type, or what is operated on.
const SPACES: [&str; 21] = [
    "i32", "i64", "f32", "f64", "v128", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2", "local", "global",
    "table", "memory", "elem", "data", "ref", "struct", "array", "i31",
];

/// Several of `wasmparser` that are one in the text format, or are called otherwise there.
const OTHERS: [(&str, &str); 12] = [
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

fn name(visit: &str) -> Option<String> {
    let visit = visit.strip_prefix("visit_").unwrap_or(visit);
    if matches!(visit, "end" | "else") {
        return None;
    }
    if let Some((_, name)) = OTHERS.iter().find(|(theirs, _)| *theirs == visit) {
        return Some((*name).to_owned());
    }
    let Some((space, rest)) = visit.split_once('_').filter(|(space, _)| *space == "atomic" || SPACES.contains(space))
    else {
        return Some(visit.to_owned());
    };
    let rest = match rest.strip_prefix("atomic_") {
        Some(rest) => match rest.strip_prefix("rmw") {
            // `rmw8_add_u`: the width belongs to the word before.
            Some(rest) => format!("atomic.rmw{}", rest.replacen('_', ".", 1)),
            None => format!("atomic.{rest}"),
        },
        None => rest.to_owned(),
    };
    Some(format!("{space}.{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use wast::core::Instruction;
    use wast::parser::{self, ParseBuffer};

    #[test]
    fn the_text_format_knows_the_names() {
        for (operator, _) in table() {
            let buffer = ParseBuffer::new(operator).unwrap();
            // What is missing after it is another matter.
            if let Err(error) = parser::parse::<Instruction<'_>>(&buffer) {
                let unknown = error.message().contains("unknown operator");
                // Of the legacy blocks, only their beginnings are instructions.
                assert!(!unknown || operator == "ref.i31_shared", "{operator}: {error}");
            }
        }
    }

    #[test]
    fn what_is_one_has_one_number() {
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
