//! Linear memories.

use super::checks;
use super::store::{AsContext, AsContextMut, StoreContext, StoreContextMut};
use crate::error::{Error, Result};
use crate::runtime::storage::memory::MemoryInstance;
use crate::runtime::store::handle::Handle;
use crate::types::MemoryType;

const SHARED: &str = "the bytes of a shared memory can't be borrowed: other threads may change them";

/// A linear memory in a store.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#memory-instances>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory(pub(crate) Handle<MemoryInstance>);

impl Memory {
    /// A memory of zeros.
    ///
    /// # Errors
    /// [`Error::Limit`] when the store's memories would have more than they may
    /// ([`Config::max_memory_size`](crate::Config::max_memory_size)); [`Error::Resources`] when the host has no room;
    /// [`Error::InvalidType`] for a type that is not valid.
    pub fn new(mut store: impl AsContextMut, ty: MemoryType) -> Result<Self> {
        checks::limits(ty.limits)?;
        let opaque = &mut store.as_context_mut().0.opaque;
        let at = opaque.add_memory(ty)?;
        // SAFETY: the store keeps it.
        Ok(Self(unsafe { Handle::new(opaque, at) }))
    }

    /// # Panics
    /// If it belongs to another store.
    fn get<'a, T>(&self, store: &StoreContext<'a, T>) -> &'a MemoryInstance {
        // SAFETY: a handle of this store gives what is alive, and nobody changes it while the store is borrowed.
        unsafe { self.0.expect(&store.0.opaque).as_ref() }
    }

    /// Its type, as it was made.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn ty(&self, store: impl AsContext) -> MemoryType {
        self.get(&store.as_context()).ty
    }

    /// Its size in pages.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn size(&self, store: impl AsContext) -> u64 {
        self.get(&store.as_context()).pages()
    }

    /// Adds `delta` pages of zeros and returns how many there were.
    ///
    /// # Errors
    /// [`Error::Resources`], and nothing changed, when they are too many for its type, its store, this VM or the host;
    /// [`Error::ForeignStore`] if it belongs to another store.
    pub fn grow(&self, mut store: impl AsContextMut, delta: u64) -> Result<u64> {
        let at = self.0.resolve(&store.as_context_mut().0.opaque)?;
        // SAFETY: a handle of this store gives what is alive.
        let grown = unsafe { at.as_ref().grow(delta) };
        grown.ok_or_else(|| Error::Resources(format!("can't grow a memory by {delta} pages")))
    }

    /// Its bytes. Those of a shared memory are at [`SharedMemory::data`](super::SharedMemory::data).
    ///
    /// # Panics
    /// If it belongs to another store, or is shared.
    #[must_use]
    pub fn data<'a, T: 'static>(&self, store: impl Into<StoreContext<'a, T>>) -> &'a [u8] {
        let memory = self.get(&store.into());
        assert!(!memory.ty.shared, "{SHARED}");
        // SAFETY: these bytes are accessible, and nobody writes them while the store is borrowed.
        unsafe { std::slice::from_raw_parts(memory.vm.base, usize::try_from(memory.length()).unwrap_or(0)) }
    }

    /// Its bytes. Those of a shared memory are at [`SharedMemory::data`](super::SharedMemory::data).
    ///
    /// # Panics
    /// If it belongs to another store, or is shared.
    #[must_use]
    pub fn data_mut<'a, T: 'static>(&self, store: impl Into<StoreContextMut<'a, T>>) -> &'a mut [u8] {
        let memory = self.get(&StoreContext(store.into().0));
        assert!(!memory.ty.shared, "{SHARED}");
        // SAFETY: these bytes are accessible, and whoever could use them needs the store, which is borrowed exclusively.
        unsafe { std::slice::from_raw_parts_mut(memory.vm.base, usize::try_from(memory.length()).unwrap_or(0)) }
    }

    /// Its bytes, and the embedder's data of the store, both to be changed.
    ///
    /// # Panics
    /// If it belongs to another store, or is shared.
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
        // SAFETY: as in `data_mut`; the embedder's data is no part of it, and does not lead to the store.
        (unsafe { std::slice::from_raw_parts_mut(base, length) }, &mut inner.data)
    }

    /// Copies bytes from `offset` on out of the memory.
    ///
    /// # Errors
    /// [`Trap::MemoryOutOfBounds`](crate::Trap), and nothing copied, when they are not all inside; [`Error::ForeignStore`] if it belongs to
    /// another store.
    pub fn read(&self, store: impl AsContext, offset: u64, bytes: &mut [u8]) -> Result<()> {
        let memory = self.0.resolve(&store.as_context().0.opaque)?;
        // SAFETY: a handle of this store gives what is alive; no part of it is `bytes`: the borrow of a memory's bytes lasts
        // as long as that of its store.
        Ok(unsafe { memory.as_ref().read(offset, bytes) }?)
    }

    /// Copies bytes into the memory, to `offset` and on.
    ///
    /// # Errors
    /// As [`Memory::read`].
    pub fn write(&self, mut store: impl AsContextMut, offset: u64, bytes: &[u8]) -> Result<()> {
        let memory = self.0.resolve(&store.as_context_mut().0.opaque)?;
        // SAFETY: as in `read`, and the store is borrowed exclusively.
        Ok(unsafe { memory.as_ref().write(offset, bytes) }?)
    }
}
