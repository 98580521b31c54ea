//! What can be imported and exported.

use super::{AsContext, Func, Global, Memory, Table, Tag};
use crate::error::Result;
use crate::runtime::store::StoreOpaque;
use crate::types::ExternType;

/// A thing that can be imported or exported.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#external-values>
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Extern {
    /// A function.
    Func(Func),
    /// A table.
    Table(Table),
    /// A linear memory.
    Memory(Memory),
    /// A global.
    Global(Global),
    /// A tag.
    Tag(Tag),
}

impl Extern {
    /// Whether it is a thing of the store.
    ///
    /// # Errors
    /// [`Error::ForeignStore`](crate::Error::ForeignStore) if not.
    pub(super) fn check(&self, store: &StoreOpaque) -> Result<()> {
        match self {
            Self::Func(func) => func.0.of(store).map(drop),
            Self::Table(table) => table.0.of(store).map(drop),
            Self::Memory(memory) => memory.0.of(store).map(drop),
            Self::Global(global) => global.cell.of(store).map(drop),
            Self::Tag(tag) => tag.0.of(store).map(drop),
        }
    }

    /// Its type.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn ty(&self, store: impl AsContext) -> ExternType {
        match self {
            Self::Func(func) => ExternType::Func(func.ty(store)),
            Self::Table(table) => ExternType::Table(table.ty(store)),
            Self::Memory(memory) => ExternType::Memory(memory.ty(store)),
            Self::Global(global) => ExternType::Global(global.ty(store)),
            Self::Tag(tag) => ExternType::Tag(tag.ty(store)),
        }
    }
}

macro_rules! kinds {
    ($($kind:ident $into:ident $what:literal;)*) => {$(
        impl From<$kind> for Extern {
            fn from(it: $kind) -> Self {
                Self::$kind(it)
            }
        }

        impl Extern {
            #[doc = concat!("The ", $what, ", if it is one.")]
            #[must_use]
            pub fn $into(self) -> Option<$kind> {
                if let Self::$kind(it) = self { Some(it) } else { None }
            }
        }
    )*};
}

kinds! {
    Func into_func "function";
    Table into_table "table";
    Memory into_memory "memory";
    Global into_global "global";
    Tag into_tag "tag";
}
