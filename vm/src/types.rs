//! Types of WebAssembly, as the embedding API and artifacts name them.
//! Spec: <https://webassembly.github.io/spec/core/syntax/types.html>

mod composite;

pub(crate) use composite::Renumber;
pub use composite::{CompositeType, FieldType, StorageType, SubType};

use serde::{Deserialize, Serialize};
use std::fmt;

/// Type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ValType {
    /// 32-bit integer, without sign.
    I32,
    /// 64-bit integer, without sign.
    I64,
    /// IEEE 754 single.
    F32,
    /// IEEE 754 double.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RefType {
    /// Whether null belongs to the type.
    pub nullable: bool,
    /// What it points to.
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

/// What a reference points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum HeapType {
    /// Any function.
    Func,
    /// Any value of the host, or one of `any` made external.
    Extern,
    /// Any datum: `eq`, or a value of the host made internal.
    Any,
    /// Any datum that can be compared: `i31`, `struct` or `array`.
    Eq,
    /// Integers of 31 bits.
    I31,
    /// Any structure.
    Struct,
    /// Any array.
    Array,
    /// Nothing; the bottom of `any`.
    None,
    /// Nothing; the bottom of `func`.
    NoFunc,
    /// Nothing; the bottom of `extern`.
    NoExtern,
    /// Any exception.
    Exn,
    /// Nothing; the bottom of `exn`.
    NoExn,
    /// Any continuation.
    Cont,
    /// Nothing; the bottom of `cont`.
    NoCont,
    /// A type that a module defines. In a module's description and code this
    /// is its index among the module's types; everywhere else it is the number that the [`Engine`](crate::Engine) knows
    /// the type by, which is the same in all modules. The number holds nothing: it is good as long as a module, a handle or a
    /// store has the type, and may be that of another one afterwards.
    Concrete(u32),
    /// A type that a module defines, and none of its subtypes: the custom-descriptors proposal's `(exact x)`. Numbered as
    /// [`HeapType::Concrete`].
    Exact(u32),
}

/// Type of a function.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FuncType {
    /// Parameters, first one first.
    pub params: Box<[ValType]>,
    /// Results, first one first.
    pub results: Box<[ValType]>,
}

impl FuncType {
    /// A function type from its parts.
    pub fn new(params: impl IntoIterator<Item = ValType>, results: impl IntoIterator<Item = ValType>) -> Self {
        Self { params: params.into_iter().collect(), results: results.into_iter().collect() }
    }
}

/// Bounds of the size of a memory (in pages) or table (in elements).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Limits {
    /// Size at the start.
    pub min: u64,
    /// Size it may never pass.
    pub max: Option<u64>,
}

/// Type of a linear memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MemoryType {
    /// In pages of `1 << page_size_log2` bytes.
    pub limits: Limits,
    /// Whether threads may share it.
    pub shared: bool,
    /// Whether addresses are `i64`.
    pub memory64: bool,
    /// Logarithm of the page size; 16 unless the custom-page-sizes proposal says otherwise.
    pub page_size_log2: u32,
}

impl MemoryType {
    /// A 32-bit memory of 64 KiB pages.
    #[must_use]
    pub fn new(min: u64, max: Option<u64>) -> Self {
        Self { limits: Limits { min, max }, shared: false, memory64: false, page_size_log2: 16 }
    }
}

/// Type of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TableType {
    /// In elements.
    pub limits: Limits,
    /// Type of the elements.
    pub element: RefType,
    /// Whether indices are `i64`.
    pub table64: bool,
}

/// Type of a global.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GlobalType {
    /// Type of its value.
    pub content: ValType,
    /// Whether it can be set.
    pub mutable: bool,
}

/// Type of an import or export.
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
    /// A tag: a function type, whose parameters are what its exceptions and suspensions carry. Its results, which only
    /// suspensions have, are what these get back.
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
