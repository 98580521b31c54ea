//! Linear memories of a store.

use super::checks;
use super::store::{AsContext, AsContextMut, StoreContext, StoreContextMut};
use crate::error::{Error, Result};
use crate::runtime::storage::memory::MemoryInstance;
use crate::runtime::store::handle::Handle;
use crate::types::MemoryType;

/// Message of the panic when the bytes of a shared memory are borrowed.
const SHARED: &str = "the bytes of a shared memory can't be borrowed: other threads may change them";

/// A linear memory in a store. Two handles are equal if they refer to the same memory.
/// Spec: [memory instances](https://webassembly.github.io/spec/core/exec/runtime.html#memory-instances)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory(pub(crate) Handle<MemoryInstance>);

impl Memory {
    /// Creates a memory filled with zeros.
    ///
    /// # Errors
    /// [`Error::Limit`] if the store's memories would exceed
    /// [`Config::max_memory_size`](crate::Config::max_memory_size); [`Error::Resources`] if the host has no memory or address
    /// space; [`Error::InvalidType`] if the type is not valid.
    pub fn new(mut store: impl AsContextMut, ty: MemoryType) -> Result<Self> {
        checks::limits(ty.limits)?;
        let opaque = &mut store.as_context_mut().0.opaque;
        let at = opaque.add_memory(ty)?;
        // SAFETY: the memory lives as long as the store.
        Ok(Self(unsafe { Handle::new(opaque, at) }))
    }

    /// Follows the handle.
    ///
    /// # Panics
    /// If the memory belongs to another store.
    fn get<'a, T>(&self, store: &StoreContext<'a, T>) -> &'a MemoryInstance {
        // SAFETY: a valid handle of this store points to a live memory, which does not change while the store is borrowed.
        unsafe { self.0.expect(&store.0.opaque).as_ref() }
    }

    /// Returns the type that the memory was created with.
    ///
    /// # Panics
    /// If the memory belongs to another store.
    #[must_use]
    pub fn ty(&self, store: impl AsContext) -> MemoryType {
        self.get(&store.as_context()).ty
    }

    /// Returns the size, in pages of the memory's type.
    ///
    /// # Panics
    /// If the memory belongs to another store.
    #[must_use]
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.get(&store.as_context()).pages()
    }

    /// Grows the memory by `delta` pages of zeros, as `memory.grow` does. Returns the size before, in pages.
    /// Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-memory-grow>
    ///
    /// # Errors
    /// [`Error::Resources`], and the memory is unchanged, if the pages exceed the maximum of the type, the store's limit, this
    /// VM's limit or the memory of the host; [`Error::ForeignStore`] if the memory belongs to another store.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64) -> Result<u64> {
        let at = self.0.resolve(&store.as_context_mut().0.opaque)?;
        // SAFETY: a valid handle of this store points to a live memory.
        let grown = unsafe { at.as_ref().grow(delta) };
        grown.ok_or_else(|| Error::Resources(format!("can't grow a memory by {delta} pages")))
    }

    /// Borrows the memory's bytes. For a shared memory, use [`SharedMemory::data`](super::SharedMemory::data).
    ///
    /// # Panics
    /// If the memory belongs to another store, or is shared.
    #[must_use]
    pub fn data<'a, T: 'static>(&self, store: impl Into<StoreContext<'a, T>>) -> &'a [u8] {
        let memory = self.get(&store.into());
        assert!(!memory.ty.shared, "{SHARED}");
        // SAFETY: these bytes are accessible, and nothing writes them while the store is borrowed.
        unsafe { std::slice::from_raw_parts(memory.vm.base, usize::try_from(memory.length()).unwrap_or(0)) }
    }

    /// Borrows the memory's bytes mutably. For a shared memory, use [`SharedMemory::data`](super::SharedMemory::data).
    ///
    /// # Panics
    /// If the memory belongs to another store, or is shared.
    #[must_use]
    pub fn data_mut<'a, T: 'static>(&self, store: impl Into<StoreContextMut<'a, T>>) -> &'a mut [u8] {
        let memory = self.get(&StoreContext(store.into().0));
        assert!(!memory.ty.shared, "{SHARED}");
        // SAFETY: these bytes are accessible. All other uses of them need the store, which is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(memory.vm.base, usize::try_from(memory.length()).unwrap_or(0)) }
    }

    /// Borrows the memory's bytes and the embedder's data of the store mutably, at the same time.
    ///
    /// # Panics
    /// If the memory belongs to another store, or is shared.
    ///
    /// ```
    /// # fn main() -> wassay_vm::Result<()> {
    /// use wassay_vm::{Engine, Memory, MemoryType, Store};
    /// let mut store = Store::new(&Engine::default(), 7_u8);
    /// let memory = Memory::new(&mut store, MemoryType::new(1, None))?;
    /// let (bytes, data) = memory.data_and_store_mut(&mut store);
    /// bytes[0] = *data;
    /// *data += 1;
    /// assert_eq!((memory.data(&store)[0], *store.data()), (7, 8));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn data_and_store_mut<'a, T: 'static>(
        &self,
        store: impl Into<StoreContextMut<'a, T>>,
    ) -> (&'a mut [u8], &'a mut T) {
        let inner = store.into().0;
        let memory = self.get(&StoreContext(inner));
        assert!(!memory.ty.shared, "{SHARED}");
        let (base, length) = (memory.vm.base, usize::try_from(memory.length()).unwrap_or(0));
        // SAFETY: as in `data_mut`. The embedder's data is no part of the memory, and the store cannot be reached from it.
        (unsafe { std::slice::from_raw_parts_mut(base, length) }, &mut inner.data)
    }

    /// Copies `bytes.len()` bytes at `offset` out of the memory.
    ///
    /// # Errors
    /// [`Trap::MemoryOutOfBounds`](crate::Trap), and nothing is copied, if some bytes are out of bounds;
    /// [`Error::ForeignStore`] if the memory belongs to another store.
    pub fn read(&self, store: impl AsContext, offset: u64, bytes: &mut [u8]) -> Result<()> {
        let memory = self.0.resolve(&store.as_context().0.opaque)?;
        // SAFETY: a valid handle of this store points to a live memory. `bytes` is no part of it, because a borrow of a
        // memory's bytes also borrows its store.
        Ok(unsafe { memory.as_ref().read(offset, bytes) }?)
    }

    /// Copies bytes into the memory, to `offset`.
    ///
    /// # Errors
    /// As for [`Memory::read`].
    pub fn write(&self, mut store: impl AsContextMut, offset: u64, bytes: &[u8]) -> Result<()> {
        let memory = self.0.resolve(&store.as_context_mut().0.opaque)?;
        // SAFETY: as in `read`, and the store is borrowed exclusively.
        Ok(unsafe { memory.as_ref().write(offset, bytes) }?)
    }
}
