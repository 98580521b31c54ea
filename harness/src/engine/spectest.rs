//! The host module `spectest` that official scripts import from, as data. Each engine creates its own from it.
//!
//! The documentation of the reference interpreter describes it:
//! <https://github.com/WebAssembly/spec/tree/main/interpreter#spectest-host-module>.

use super::value::Value;
use wast::Wat;
use wast::parser::{ParseBuffer, parse};

/// The module name that scripts import from.
pub const NAME: &str = "spectest";

/// A number type. Host functions have parameters of these types only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumType {
    /// `i32`.
    I32,
    /// `i64`.
    I64,
    /// `f32`.
    F32,
    /// `f64`.
    F64,
}

/// One export of the host module.
#[derive(Clone, Copy, Debug)]
pub enum HostItem {
    /// A function with these parameters, which does nothing.
    Func(&'static [NumType]),
    /// An immutable global.
    Global(Value),
    /// A table of `funcref`, filled with nulls.
    Table {
        /// Initial number of elements.
        min: u64,
        /// Maximum number of elements.
        max: u64,
        /// Whether its index type is `i64` (proposal memory64).
        table64: bool,
    },
    /// A memory.
    Memory {
        /// Initial size in pages of 64 KiB.
        min: u64,
        /// Maximum size in pages of 64 KiB.
        max: u64,
        /// Whether it is shared (proposal threads).
        shared: bool,
    },
}

/// Every export, in the order of that documentation.
pub const ITEMS: &[(&str, HostItem)] = &[
    ("global_i32", HostItem::Global(Value::I32(666))),
    ("global_i64", HostItem::Global(Value::I64(666))),
    ("global_f32", HostItem::Global(Value::F32(666.6f32.to_bits()))),
    ("global_f64", HostItem::Global(Value::F64(666.6f64.to_bits()))),
    ("table", HostItem::Table { min: 10, max: 20, table64: false }),
    ("table64", HostItem::Table { min: 10, max: 20, table64: true }),
    ("memory", HostItem::Memory { min: 1, max: 2, shared: false }),
    ("shared_memory", HostItem::Memory { min: 1, max: 2, shared: true }),
    ("print", HostItem::Func(&[])),
    ("print_i32", HostItem::Func(&[NumType::I32])),
    ("print_i64", HostItem::Func(&[NumType::I64])),
    ("print_f32", HostItem::Func(&[NumType::F32])),
    ("print_f64", HostItem::Func(&[NumType::F64])),
    ("print_i32_f32", HostItem::Func(&[NumType::I32, NumType::F32])),
    ("print_f64_f64", HostItem::Func(&[NumType::F64, NumType::F64])),
];

/// Encodes the host module as wasm, for engines that have no other way to create one. The first module has every export,
/// the others leave out what some engines lack. The functions do nothing.
#[must_use]
pub fn modules() -> Vec<Vec<u8>> {
    let without = [&[][..], &["shared_memory"], &["table64"], &["shared_memory", "table64"]];
    without.iter().filter_map(|left_out| encode(&text(left_out))).collect()
}

fn text(left_out: &[&str]) -> String {
    let mut text = String::from("(module");
    for (name, item) in ITEMS.iter().filter(|(name, _)| !left_out.contains(name)) {
        text += &match item {
            HostItem::Func(params) => {
                let params: Vec<&str> = params.iter().map(|param| num(*param)).collect();
                format!(" (func (export \"{name}\") (param {}))", params.join(" "))
            }
            HostItem::Global(value) => {
                let ty = name.trim_start_matches("global_");
                format!(" (global (export \"{name}\") {ty} {value})")
            }
            HostItem::Table { min, max, table64 } => {
                let index = if *table64 { "i64 " } else { "" };
                format!(" (table (export \"{name}\") {index}{min} {max} funcref)")
            }
            HostItem::Memory { min, max, shared } => {
                let shared = if *shared { " shared" } else { "" };
                format!(" (memory (export \"{name}\") {min} {max}{shared})")
            }
        };
    }
    text + ")"
}

fn num(ty: NumType) -> &'static str {
    match ty {
        NumType::I32 => "i32",
        NumType::I64 => "i64",
        NumType::F32 => "f32",
        NumType::F64 => "f64",
    }
}

/// Encodes a module in the text format as a binary module.
pub(crate) fn encode(text: &str) -> Option<Vec<u8>> {
    let buffer = ParseBuffer::new(text).ok()?;
    parse::<Wat<'_>>(&buffer).ok()?.encode().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_has_everything_that_the_list_has() {
        let modules = modules();
        assert_eq!(modules.len(), 4, "each variant is a module");
        wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all()).validate_all(&modules[0]).unwrap();
        let mut names = Vec::new();
        for payload in wasmparser::Parser::new(0).parse_all(&modules[0]) {
            if let wasmparser::Payload::ExportSection(section) = payload.unwrap() {
                names.extend(section.into_iter().map(|export| export.unwrap().name));
            }
        }
        assert!(ITEMS.iter().all(|(name, _)| names.contains(name)), "{names:?}");
    }
}
