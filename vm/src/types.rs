//! Types of WebAssembly, as the embedding API and artifacts use them.
//! Spec: <https://webassembly.github.io/spec/core/syntax/types.html>

mod composite;

pub(crate) use composite::Renumber;
pub use composite::{CompositeType, FieldType, StorageType, SubType};

use serde::{Deserialize, Serialize};
use std::fmt;

/// Type of a value.
/// Spec: [value types](https://webassembly.github.io/spec/core/syntax/types.html#value-types)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ValType {
    /// 32-bit integer; operators decide whether it is signed.
    I32,
    /// 64-bit integer; operators decide whether it is signed.
    I64,
    /// IEEE 754 single-precision float.
    F32,
    /// IEEE 754 double-precision float.
    F64,
    /// 128-bit vector.
    V128,
    /// Reference.
    Ref(RefType),
}

impl ValType {
    /// `funcref`, that is `(ref null func)`.
    pub const FUNCREF: Self = Self::Ref(RefType::FUNCREF);
    /// `externref`, that is `(ref null extern)`.
    pub const EXTERNREF: Self = Self::Ref(RefType::EXTERNREF);
    /// `exnref`, that is `(ref null exn)`.
    pub const EXNREF: Self = Self::Ref(RefType::EXNREF);
}

/// Type of a reference.
/// Spec: [reference types](https://webassembly.github.io/spec/core/syntax/types.html#reference-types)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RefType {
    /// Whether the type includes null.
    pub nullable: bool,
    /// Type of the object that a reference points to.
    pub heap: HeapType,
}

impl RefType {
    /// `(ref null func)`
    pub const FUNCREF: Self = Self { nullable: true, heap: HeapType::Func };
    /// `(ref null extern)`
    pub const EXTERNREF: Self = Self { nullable: true, heap: HeapType::Extern };
    /// `(ref null any)`
    pub const ANYREF: Self = Self { nullable: true, heap: HeapType::Any };
    /// `(ref null exn)`
    pub const EXNREF: Self = Self { nullable: true, heap: HeapType::Exn };
}

/// Type of the object that a reference points to.
/// Spec: [heap types](https://webassembly.github.io/spec/core/syntax/types.html#heap-types)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum HeapType {
    /// Any function.
    Func,
    /// Any value of the host, or a value of `any` converted by `extern.convert_any`.
    Extern,
    /// Any value of `eq`, or a value of the host converted by `any.convert_extern`.
    Any,
    /// Any value that `ref.eq` compares: `i31`, `struct` or `array`.
    Eq,
    /// Integers of 31 bits.
    I31,
    /// Any structure.
    Struct,
    /// Any array.
    Array,
    /// No value; the bottom type of the `any` hierarchy.
    None,
    /// No value; the bottom type of the `func` hierarchy.
    NoFunc,
    /// No value; the bottom type of the `extern` hierarchy.
    NoExtern,
    /// Any exception.
    Exn,
    /// No value; the bottom type of the `exn` hierarchy.
    NoExn,
    /// Any continuation.
    Cont,
    /// No value; the bottom type of the `cont` hierarchy.
    NoCont,
    /// A type that a module or the host defines, by a number. In a module's description and code the number is an index into
    /// the module's types. Everywhere else it is the canonical number of the [`Engine`](crate::Engine), which is the same in
    /// all modules. The number does not keep the type alive. It is valid as long as a module, a handle or a store holds the
    /// type; afterwards the engine may give it to another type.
    Concrete(u32),
    /// An exact type: a defined type without its subtypes, `(exact x)` of the proposal custom-descriptors. Its number has the
    /// same meaning as in [`HeapType::Concrete`].
    Exact(u32),
}

/// Type of a function.
/// Spec: [function types](https://webassembly.github.io/spec/core/syntax/types.html#function-types)
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FuncType {
    /// Types of the parameters, in order.
    pub params: Box<[ValType]>,
    /// Types of the results, in order.
    pub results: Box<[ValType]>,
}

impl FuncType {
    /// Creates a function type from its parameters and results.
    pub fn new(params: impl IntoIterator<Item = ValType>, results: impl IntoIterator<Item = ValType>) -> Self {
        Self { params: params.into_iter().collect(), results: results.into_iter().collect() }
    }
}

/// Size limits of a memory (in pages) or table (in elements).
/// Spec: [limits](https://webassembly.github.io/spec/core/syntax/types.html#limits)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limits {
    /// Initial size.
    pub min: u64,
    /// Maximum size; `None` if the type gives none.
    pub max: Option<u64>,
}

/// Type of a linear memory.
/// Spec: [memory types](https://webassembly.github.io/spec/core/syntax/types.html#memory-types)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MemoryType {
    /// Size limits, in pages of `1 << page_size_log2` bytes.
    pub limits: Limits,
    /// Whether the memory is shared between threads (proposal threads).
    pub shared: bool,
    /// Whether addresses are `i64` in place of `i32`.
    pub memory64: bool,
    /// Binary logarithm of the page size in bytes: 16, or with the proposal custom-page-sizes also 0.
    pub page_size_log2: u32,
}

impl MemoryType {
    /// Creates the type of a memory with 32-bit addresses and pages of 64 KiB; `min` and `max` are in pages.
    #[must_use]
    pub fn new(min: u64, max: Option<u64>) -> Self {
        Self { limits: Limits { min, max }, shared: false, memory64: false, page_size_log2: 16 }
    }
}

/// Type of a table.
/// Spec: [table types](https://webassembly.github.io/spec/core/syntax/types.html#table-types)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TableType {
    /// Size limits, in elements.
    pub limits: Limits,
    /// Type of the elements.
    pub element: RefType,
    /// Whether indices are `i64` in place of `i32`.
    pub table64: bool,
}

/// Type of a global.
/// Spec: [global types](https://webassembly.github.io/spec/core/syntax/types.html#global-types)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GlobalType {
    /// Type of the value.
    pub content: ValType,
    /// Whether the value can be set.
    pub mutable: bool,
}

/// Type of an import or export.
/// Spec: [external types](https://webassembly.github.io/spec/core/syntax/types.html#external-types)
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ExternType {
    /// A function.
    Func(FuncType),
    /// A table.
    Table(TableType),
    /// A memory.
    Memory(MemoryType),
    /// A global.
    Global(GlobalType),
    /// A tag, as a function type. Its parameters are the values that exceptions and suspensions with the tag carry. Its
    /// results are the values that a suspension receives when it is resumed; tags of exceptions have none.
    Tag(FuncType),
}

impl fmt::Display for HeapType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Func => "func",
            Self::Extern => "extern",
            Self::Any => "any",
            Self::Eq => "eq",
            Self::I31 => "i31",
            Self::Struct => "struct",
            Self::Array => "array",
            Self::None => "none",
            Self::NoFunc => "nofunc",
            Self::NoExtern => "noextern",
            Self::Exn => "exn",
            Self::NoExn => "noexn",
            Self::Cont => "cont",
            Self::NoCont => "nocont",
            Self::Concrete(number) => return number.fmt(f),
            Self::Exact(number) => return write!(f, "(exact {number})"),
        })
    }
}

impl fmt::Display for RefType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { nullable, heap } = *self;
        match heap {
            HeapType::None if nullable => f.write_str("nullref"),
            HeapType::NoFunc if nullable => f.write_str("nullfuncref"),
            HeapType::NoExtern if nullable => f.write_str("nullexternref"),
            HeapType::NoExn if nullable => f.write_str("nullexnref"),
            HeapType::NoCont if nullable => f.write_str("nullcontref"),
            HeapType::Concrete(_) | HeapType::Exact(_) => {
                write!(f, "(ref {}{heap})", if nullable { "null " } else { "" })
            }
            _ if nullable => write!(f, "{heap}ref"),
            _ => write!(f, "(ref {heap})"),
        }
    }
}

impl fmt::Display for ValType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I32 => f.write_str("i32"),
            Self::I64 => f.write_str("i64"),
            Self::F32 => f.write_str("f32"),
            Self::F64 => f.write_str("f64"),
            Self::V128 => f.write_str("v128"),
            Self::Ref(ty) => ty.fmt(f),
        }
    }
}

impl fmt::Display for FuncType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, types: &[ValType]| {
            f.write_str("[")?;
            for (i, ty) in types.iter().enumerate() {
                write!(f, "{}{ty}", if i == 0 { "" } else { " " })?;
            }
            f.write_str("]")
        };
        list(f, &self.params)?;
        f.write_str(" -> ")?;
        list(f, &self.results)
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.min)?;
        self.max.map_or(Ok(()), |max| write!(f, " {max}"))
    }
}

impl fmt::Display for ExternType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wide = |wide| if wide { "i64 " } else { "" };
        match self {
            Self::Func(ty) => write!(f, "func {ty}"),
            Self::Table(ty) => write!(f, "table {}{} {}", wide(ty.table64), ty.limits, ty.element),
            Self::Memory(ty) => {
                write!(f, "memory {}{}", wide(ty.memory64), ty.limits)?;
                if ty.page_size_log2 != 16 {
                    write!(f, " (pagesize {})", 1_u64 << ty.page_size_log2.min(63))?;
                }
                f.write_str(if ty.shared { " shared" } else { "" })
            }
            Self::Tag(ty) => write!(f, "tag {ty}"),
            Self::Global(GlobalType { content, mutable: true }) => write!(f, "global (mut {content})"),
            Self::Global(GlobalType { content, .. }) => write!(f, "global {content}"),
        }
    }
}
