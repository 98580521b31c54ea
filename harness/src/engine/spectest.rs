//! The host module `spectest` that official scripts import from, as data: each engine builds its own from it.
//!
//! Described in the reference interpreter's notes on its scripts:
//! <https://github.com/WebAssembly/spec/tree/main/interpreter#spectest-host-module>.

use super::value::Value;

/// Name under which scripts import it.
pub const NAME: &str = "spectest";

/// Number types: all that the host functions take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Num {
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
pub enum Item {
    /// A function that takes these, prints nothing and returns nothing.
    Func(&'static [Num]),
    /// An immutable global.
    Global(Value),
    /// A table of `funcref`, all null.
    Table {
        /// Entries at first.
        min: u64,
        /// Most entries.
        max: u64,
        /// Whether it is indexed with `i64` (memory64).
        table64: bool,
    },
    /// A memory; sizes in pages of 64 KiB.
    Memory {
        /// Pages at first.
        min: u64,
        /// Most pages.
        max: u64,
        /// Whether threads share it (threads).
        shared: bool,
    },
}

/// Every export, in the order of the notes.
pub const ITEMS: &[(&str, Item)] = &[
    ("global_i32", Item::Global(Value::I32(666))),
    ("global_i64", Item::Global(Value::I64(666))),
    ("global_f32", Item::Global(Value::F32(666.6f32.to_bits()))),
    ("global_f64", Item::Global(Value::F64(666.6f64.to_bits()))),
    ("table", Item::Table { min: 10, max: 20, table64: false }),
    ("table64", Item::Table { min: 10, max: 20, table64: true }),
    ("memory", Item::Memory { min: 1, max: 2, shared: false }),
    ("shared_memory", Item::Memory { min: 1, max: 2, shared: true }),
    ("print", Item::Func(&[])),
    ("print_i32", Item::Func(&[Num::I32])),
    ("print_i64", Item::Func(&[Num::I64])),
    ("print_f32", Item::Func(&[Num::F32])),
    ("print_f64", Item::Func(&[Num::F64])),
    ("print_i32_f32", Item::Func(&[Num::I32, Num::F32])),
    ("print_f64_f64", Item::Func(&[Num::F64, Num::F64])),
];
