//! Shared memories: linear memories that several threads access.

use super::checks;
use super::memory::Memory;
use super::store::{AsContext, AsContextMut};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runtime::storage::memory::MemoryInstance;
use crate::runtime::storage::quota::Quota;
use crate::runtime::storage::wait::WaitResult;
use crate::runtime::store::handle::Handle;
use crate::trap::Trap;
use crate::types::MemoryType;
use std::cell::UnsafeCell;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A linear memory that several stores, and so several threads, use at the same time. A clone is the same memory.
///
/// [`Memory::from_shared`] puts it into a store, and so does a [`Linker`](super::Linker::define_shared).
/// Spec: [shared memories](https://webassembly.github.io/threads/core/syntax/types.html#memory-types)
#[derive(Clone)]
pub struct SharedMemory {
    engine: Engine,
    memory: Arc<MemoryInstance>,
}

impl SharedMemory {
    /// Creates a shared memory filled with zeros.
    ///
    /// # Errors
    /// [`Error::InvalidType`] if the type is not shared, has no maximum or is not valid; [`Error::Limit`] if the memory exceeds
    /// [`Config::max_memory_size`](crate::Config::max_memory_size); [`Error::Resources`] if the host has no memory or address
    /// space.
    pub fn new(engine: &Engine, ty: MemoryType) -> Result<Self> {
        if !ty.shared {
            return Err(Error::InvalidType("the type of a shared memory must be shared".into()));
        }
        checks::limits(ty.limits)?;
        Ok(Self {
            engine: engine.clone(),
            memory: Arc::new(MemoryInstance::new(ty, Quota::new(engine.config().limits.memory_size))?),
        })
    }

    /// Returns the engine whose stores can use the memory.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Returns the type that the memory was created with.
    #[must_use]
    pub fn ty(&self) -> MemoryType {
        self.memory.ty
    }

    /// Returns the current size, in pages. Other threads may grow the memory at any time.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.memory.pages()
    }

    /// Returns the current size, in bytes.
    #[must_use]
    pub fn data_size(&self) -> usize {
        usize::try_from(self.memory.length()).unwrap_or(0)
    }

    /// Borrows the bytes that the memory has now. They never move. Other threads may access them at any time, so a plain access
    /// by the host is a data race unless the program prevents it by other means.
    #[must_use]
    pub fn data(&self) -> &[UnsafeCell<u8>] {
        // SAFETY: a memory never shrinks, so these bytes stay accessible as long as it lives.
        unsafe { std::slice::from_raw_parts(self.memory.vm.base.cast(), self.data_size()) }
    }

    /// Grows the memory by `delta` pages of zeros. Returns the size before, in pages.
    ///
    /// # Errors
    /// [`Error::Resources`], and the memory is unchanged, if the pages exceed the maximum of the type, this VM's limit or the
    /// memory of the host.
    pub fn grow(&self, delta: u64) -> Result<u64> {
        let grown = self.memory.grow(delta);
        grown.ok_or_else(|| Error::Resources(format!("can't grow a memory by {delta} pages")))
    }

    /// Copies `bytes.len()` bytes at `offset` out of the memory. Each byte is read atomically, in no particular order.
    ///
    /// # Errors
    /// [`Trap::MemoryOutOfBounds`], and nothing is copied, if some bytes are out of bounds.
    pub fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), Trap> {
        // SAFETY: the memory is shared.
        unsafe { self.memory.read(offset, bytes) }
    }

    /// Copies bytes into the memory, to `offset`. Each byte is written atomically, in no particular order.
    ///
    /// # Errors
    /// As for [`SharedMemory::read`].
    pub fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), Trap> {
        // SAFETY: the memory is shared.
        unsafe { self.memory.write(offset, bytes) }
    }

    /// Wakes up to `count` threads that wait at `offset`, as `memory.atomic.notify` does. Returns the number of threads woken.
    ///
    /// # Errors
    /// [`Trap::UnalignedAtomic`] if `offset` is not a multiple of 4; [`Trap::MemoryOutOfBounds`] if it is out of bounds.
    pub fn atomic_notify(&self, offset: u64, count: u32) -> Result<u32, Trap> {
        self.memory.notify(offset, count)
    }

    /// Blocks this thread until it is notified at `offset`, if the 32-bit number there is `expected`, as
    /// `memory.atomic.wait32` does. Without a timeout, the thread may wait forever.
    ///
    /// # Errors
    /// As for [`SharedMemory::atomic_notify`].
    pub fn atomic_wait32(&self, offset: u64, expected: u32, timeout: Option<Duration>) -> Result<WaitResult, Trap> {
        self.memory.wait32(offset, expected, timeout)
    }

    /// Like [`SharedMemory::atomic_wait32`], with a 64-bit number, as `memory.atomic.wait64` does.
    ///
    /// # Errors
    /// [`Trap::UnalignedAtomic`] if `offset` is not a multiple of 8; [`Trap::MemoryOutOfBounds`] if it is out of bounds.
    pub fn atomic_wait64(&self, offset: u64, expected: u64, timeout: Option<Duration>) -> Result<WaitResult, Trap> {
        self.memory.wait64(offset, expected, timeout)
    }
}

impl fmt::Debug for SharedMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedMemory").field("ty", &self.ty()).field("size", &self.size()).finish_non_exhaustive()
    }
}

impl Memory {
    /// Puts a shared memory into a store. The same memory always gives the same handle.
    ///
    /// # Errors
    /// [`Error::ForeignEngine`] if the memory belongs to another engine.
    pub fn from_shared(mut store: impl AsContextMut, memory: &SharedMemory) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        checks::engine("a shared memory", &opaque.engine, &memory.engine)?;
        let at = opaque.add_shared_memory(&memory.memory);
        // SAFETY: the memory lives as long as the store.
        Ok(Self(unsafe { Handle::new(opaque, at) }))
    }

    /// Returns the memory for use in other stores and threads, or `None` if it is not shared.
    ///
    /// # Panics
    /// If the memory belongs to another store.
    #[must_use]
    pub fn as_shared(&self, store: impl AsContext) -> Option<SharedMemory> {
        let opaque = &store.as_context().0.opaque;
        let at = self.0.expect(opaque).as_ptr().cast_const();
        let memory = opaque.shared_memories.iter().find(|known| Arc::as_ptr(known) == at)?;
        Some(SharedMemory { engine: opaque.engine.clone(), memory: Arc::clone(memory) })
    }
}
