//! External values: everything that can be imported and exported.

use super::exception::Tag;
use super::func::Func;
use super::global::Global;
use super::memory::Memory;
use super::store::AsContext;
use super::table::Table;
use crate::error::Result;
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::handle::Handle;
use crate::runtime::store::instance::ExternAddress;
use crate::types::ExternType;

/// An external value: an object of a store that can be imported or exported.
/// Spec: [external values](https://webassembly.github.io/spec/core/exec/runtime.html#external-values)
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
    /// Makes the handle of the object at an address in a store.
    ///
    /// # Safety
    /// The address must be in `store`, and valid until the store is dropped.
    pub(super) unsafe fn of(store: &StoreOpaque, address: ExternAddress) -> Self {
        // SAFETY: the caller's promise.
        unsafe {
            match address {
                ExternAddress::Func(at) => Self::Func(Func(Handle::new(store, at))),
                ExternAddress::Table(at) => Self::Table(Table(Handle::new(store, at))),
                ExternAddress::Memory(at) => Self::Memory(Memory(Handle::new(store, at))),
                ExternAddress::Global(at, ty) => Self::Global(Global { cell: Handle::new(store, at), ty }),
                ExternAddress::Tag(at) => Self::Tag(Tag(Handle::new(store, at))),
            }
        }
    }

    /// Returns the object's address in the store.
    ///
    /// # Errors
    /// [`Error::ForeignStore`](crate::Error::ForeignStore) if the object belongs to another store.
    pub(super) fn address(&self, store: &StoreOpaque) -> Result<ExternAddress> {
        Ok(match self {
            Self::Func(func) => ExternAddress::Func(func.0.resolve(store)?),
            Self::Table(table) => ExternAddress::Table(table.0.resolve(store)?),
            Self::Memory(memory) => ExternAddress::Memory(memory.0.resolve(store)?),
            Self::Global(global) => ExternAddress::Global(global.cell.resolve(store)?, global.ty),
            Self::Tag(tag) => ExternAddress::Tag(tag.0.resolve(store)?),
        })
    }

    /// Returns the object's type.
    ///
    /// # Panics
    /// If the object belongs to another store.
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
            #[doc = concat!("Returns the ", $what, ", or `None` if it is another kind of object.")]
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
