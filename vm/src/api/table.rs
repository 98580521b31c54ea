//! Tables.

use super::checks;
use super::store::{AsContext, AsContextMut, StoreContext};
use super::values::Ref;
use crate::error::{Error, Result};
use crate::runtime::storage::table::TableInstance;
use crate::runtime::store::handle::Handle;
use crate::trap::Trap;
use crate::types::{TableType, ValType};

/// A table in a store.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#table-instances>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Table(pub(crate) Handle<TableInstance>);

impl Table {
    /// A table all of whose elements are `init`.
    ///
    /// # Errors
    /// [`Error::Limit`] when the store's tables would have more than they may
    /// ([`Config::max_table_elements`](crate::Config::max_table_elements)); [`Error::Resources`] when the host has no room;
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] for a type that is not valid, and for an element
    /// that is not of it or belongs to another store.
    pub fn new(mut store: impl AsContextMut, ty: TableType, init: Ref) -> Result<Self> {
        checks::limits(ty.limits)?;
        let opaque = &mut store.as_context_mut().0.opaque;
        opaque.keep_named_type(ValType::Ref(ty.element))?;
        let at = opaque.add_table(ty, init.to_raw(ty.element, opaque)?)?;
        // SAFETY: the store keeps it.
        Ok(Self(unsafe { Handle::new(opaque, at) }))
    }

    fn instance<'a, T>(&self, store: &StoreContext<'a, T>) -> &'a TableInstance {
        // SAFETY: a handle of this store gives what is alive, and nobody changes it while the store is borrowed.
        unsafe { self.0.expect(&store.0.opaque).as_ref() }
    }

    /// Its type, as it was made.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn ty(&self, store: impl AsContext) -> TableType {
        self.instance(&store.as_context()).ty
    }

    /// Its number of elements.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.instance(&store.as_context()).vm.length
    }

    /// The element at `index`, if there is one.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn get(&self, store: impl AsContext, index: u64) -> Option<Ref> {
        let context = store.as_context();
        let table = self.instance(&context);
        let raw = table.element(index)?;
        // SAFETY: elements of a table of this store are references of its type and store.
        Some(unsafe { Ref::from_raw(raw, table.ty.element.heap, &context.0.opaque) })
    }

    /// Sets the element at `index`.
    ///
    /// # Errors
    /// [`Trap::TableOutOfBounds`] when there is none; [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] when the value is not of the table's type, or
    /// something belongs to another store.
    pub fn set(&self, mut store: impl AsContextMut, index: u64, value: Ref) -> Result<()> {
        let opaque = &mut store.as_context_mut().0.opaque;
        // SAFETY: a handle of this store gives what is alive; the store is borrowed exclusively.
        let table = unsafe { &mut *self.0.resolve(opaque)?.as_ptr() };
        let raw = value.to_raw(table.ty.element, opaque)?;
        table.range(index, 1).ok_or(Trap::TableOutOfBounds)?.fill(raw);
        Ok(())
    }

    /// Sets `length` elements from `index` on.
    ///
    /// # Errors
    /// [`Trap::TableOutOfBounds`], and nothing set, when they are not all there; else as [`Table::set`].
    pub fn fill(&self, mut store: impl AsContextMut, index: u64, value: Ref, length: u64) -> Result<()> {
        let opaque = &mut store.as_context_mut().0.opaque;
        // SAFETY: as in `set`.
        let table = unsafe { &mut *self.0.resolve(opaque)?.as_ptr() };
        let raw = value.to_raw(table.ty.element, opaque)?;
        table.range(index, length).ok_or(Trap::TableOutOfBounds)?.fill(raw);
        Ok(())
    }

    /// Copies `length` elements of `source`, from `from` on, to `to` and on in this table, as if all were read before any is
    /// written. The two may be one table.
    ///
    /// # Errors
    /// [`Trap::TableOutOfBounds`], and nothing copied, when they are not all there; [`Error::TypeMismatch`] when not all
    /// elements of the source's type are of this table's; [`Error::ForeignStore`].
    pub fn copy(&self, mut store: impl AsContextMut, to: u64, source: Self, from: u64, length: u64) -> Result<()> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let (target, source) = (self.0.resolve(opaque)?.as_ptr(), source.0.resolve(opaque)?.as_ptr());
        // SAFETY: handles of this store give what is alive; nobody changes it meanwhile.
        let (expected, found) = unsafe { ((*target).ty.element, (*source).ty.element) };
        if !opaque.engine.value_matches(ValType::Ref(found), ValType::Ref(expected)) {
            let (expected, found) = (format!("elements of type {expected}"), format!("some of {found}"));
            return Err(Error::TypeMismatch { expected, found });
        }
        // SAFETY: both are tables of this store, which is borrowed exclusively.
        unsafe { TableInstance::copy(target, to, source, from, length) }.ok_or(Trap::TableOutOfBounds)?;
        Ok(())
    }

    /// Adds `delta` elements, all of them `init`, and returns how many there were.
    ///
    /// # Errors
    /// [`Error::Resources`], and nothing changed, when they are too many for its type, its store, this VM or the host;
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] as for [`Table::set`].
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64, init: Ref) -> Result<u64> {
        let opaque = &mut store.as_context_mut().0.opaque;
        // SAFETY: as in `set`.
        let table = unsafe { &mut *self.0.resolve(opaque)?.as_ptr() };
        let raw = init.to_raw(table.ty.element, opaque)?;
        table.grow(delta, raw).ok_or_else(|| Error::Resources(format!("can't grow a table by {delta} elements")))
    }
}
