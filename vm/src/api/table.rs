//! Tables of a store.

use super::checks;
use super::store::{AsContext, AsContextMut, StoreContext};
use super::values::Ref;
use crate::error::{Error, Result};
use crate::runtime::storage::table::TableInstance;
use crate::runtime::store::handle::Handle;
use crate::trap::Trap;
use crate::types::{TableType, ValType};

/// A table in a store. Two handles are equal if they refer to the same table.
/// Spec: [table instances](https://webassembly.github.io/spec/core/exec/runtime.html#table-instances)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Table(pub(crate) Handle<TableInstance>);

impl Table {
    /// Creates a table whose elements are all `init`.
    ///
    /// # Errors
    /// [`Error::Limit`] if the store's tables would exceed
    /// [`Config::max_table_elements`](crate::Config::max_table_elements); [`Error::Resources`] if the host has no memory or
    /// address space; [`Error::InvalidType`] or [`Error::UnknownType`] if the type is not valid; [`Error::TypeMismatch`] if
    /// `init` has another type; [`Error::ForeignStore`] or [`Error::Stale`] if it belongs to another store or its scope has
    /// ended.
    pub fn new(mut store: impl AsContextMut, ty: TableType, init: Ref) -> Result<Self> {
        checks::limits(ty.limits)?;
        let opaque = &mut store.as_context_mut().0.opaque;
        opaque.keep_named_type(ValType::Ref(ty.element))?;
        let at = opaque.add_table(ty, init.to_raw(ty.element, opaque)?)?;
        // SAFETY: the table lives as long as the store.
        Ok(Self(unsafe { Handle::new(opaque, at) }))
    }

    /// Follows the handle.
    ///
    /// # Panics
    /// If the table belongs to another store.
    fn instance<'a, T>(&self, store: &StoreContext<'a, T>) -> &'a TableInstance {
        // SAFETY: a valid handle of this store points to a live table, which does not change while the store is borrowed.
        unsafe { self.0.expect(&store.0.opaque).as_ref() }
    }

    /// Returns the type that the table was created with.
    ///
    /// # Panics
    /// If the table belongs to another store.
    #[must_use]
    pub fn ty(&self, store: impl AsContext) -> TableType {
        self.instance(&store.as_context()).ty
    }

    /// Returns the number of elements.
    ///
    /// # Panics
    /// If the table belongs to another store.
    #[must_use]
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.instance(&store.as_context()).vm.length
    }

    /// Returns the element at `index`, or `None` if it is out of bounds.
    ///
    /// # Panics
    /// If the table belongs to another store.
    #[must_use]
    pub fn get(&self, store: impl AsContext, index: u64) -> Option<Ref> {
        let context = store.as_context();
        let table = self.instance(&context);
        let raw = table.element(index)?;
        // SAFETY: elements of a table of this store are references of its type and store.
        Some(unsafe { Ref::from_raw(raw, table.ty.element.heap, &context.0.opaque) })
    }

    /// Sets the element at `index`, as `table.set` does.
    /// Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-table-set>
    ///
    /// # Errors
    /// [`Trap::TableOutOfBounds`] if `index` is out of bounds; [`Error::TypeMismatch`] if the value has another type;
    /// [`Error::ForeignStore`] or [`Error::Stale`] if the table or the value belongs to another store or its scope has ended.
    pub fn set(&self, mut store: impl AsContextMut, index: u64, value: Ref) -> Result<()> {
        let opaque = &mut store.as_context_mut().0.opaque;
        // SAFETY: a valid handle of this store points to a live table, and the store is borrowed exclusively.
        let table = unsafe { &mut *self.0.resolve(opaque)?.as_ptr() };
        let raw = value.to_raw(table.ty.element, opaque)?;
        table.range(index, 1).ok_or(Trap::TableOutOfBounds)?.fill(raw);
        Ok(())
    }

    /// Sets `length` elements from `index` on, as `table.fill` does.
    /// Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-table-fill>
    ///
    /// # Errors
    /// [`Trap::TableOutOfBounds`], and nothing is set, if some elements are out of bounds; otherwise as for [`Table::set`].
    pub fn fill(&self, mut store: impl AsContextMut, index: u64, value: Ref, length: u64) -> Result<()> {
        let opaque = &mut store.as_context_mut().0.opaque;
        // SAFETY: as in `set`.
        let table = unsafe { &mut *self.0.resolve(opaque)?.as_ptr() };
        let raw = value.to_raw(table.ty.element, opaque)?;
        table.range(index, length).ok_or(Trap::TableOutOfBounds)?.fill(raw);
        Ok(())
    }

    /// Copies `length` elements at `from` in `source` to `to` in this table, as `table.copy` does. The tables may be the same
    /// and the ranges may overlap.
    /// Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-table-copy>
    ///
    /// # Errors
    /// [`Trap::TableOutOfBounds`], and nothing is copied, if some elements are out of bounds; [`Error::TypeMismatch`] if the
    /// element type of `source` does not match; [`Error::ForeignStore`] if a table belongs to another store.
    pub fn copy(&self, mut store: impl AsContextMut, to: u64, source: Self, from: u64, length: u64) -> Result<()> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let (target, source) = (self.0.resolve(opaque)?.as_ptr(), source.0.resolve(opaque)?.as_ptr());
        // SAFETY: valid handles of this store point to live tables, which do not change while the store is borrowed.
        let (expected, found) = unsafe { ((*target).ty.element, (*source).ty.element) };
        if !opaque.engine.value_matches(ValType::Ref(found), ValType::Ref(expected)) {
            let (expected, found) = (format!("elements of type {expected}"), format!("elements of type {found}"));
            return Err(Error::TypeMismatch { expected, found });
        }
        // SAFETY: both are tables of this store, which is borrowed exclusively.
        unsafe { TableInstance::copy(target, to, source, from, length) }.ok_or(Trap::TableOutOfBounds)?;
        Ok(())
    }

    /// Grows the table by `delta` elements, all of them `init`, as `table.grow` does. Returns the size before, in elements.
    /// Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-table-grow>
    ///
    /// # Errors
    /// [`Error::Resources`], and the table is unchanged, if the elements exceed the maximum of the type, the store's limit,
    /// this VM's limit or the memory of the host; [`Error::TypeMismatch`], [`Error::ForeignStore`] and [`Error::Stale`] as for
    /// [`Table::set`].
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64, init: Ref) -> Result<u64> {
        let opaque = &mut store.as_context_mut().0.opaque;
        // SAFETY: as in `set`.
        let table = unsafe { &mut *self.0.resolve(opaque)?.as_ptr() };
        let raw = init.to_raw(table.ty.element, opaque)?;
        table.grow(delta, raw).ok_or_else(|| Error::Resources(format!("can't grow a table by {delta} elements")))
    }
}
