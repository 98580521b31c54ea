//! Linear memories that several threads have.

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

/// A linear memory that any number of stores, each run by a thread, can have at once. Cloning it gives the same memory.
///
/// A store gets it with [`Memory::from_shared`], or from a [`Linker`](super::Linker::define_shared).
/// Spec: <https://webassembly.github.io/threads/core/syntax/types.html#memory-types>
#[derive(Clone)]
pub struct SharedMemory {
    engine: Engine,
    memory: Arc<MemoryInstance>,
}

impl SharedMemory {
    /// A memory of zeros.
    ///
    /// # Errors
    /// [`Error::InvalidType`] for a type that is not shared, has no maximum or is not valid; [`Error::Limit`] for one of more
    /// bytes than [`Config::max_memory_size`](crate::Config::max_memory_size); [`Error::Resources`] when the host has no room.
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

    /// The engine whose stores can have it.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Its type, as it was made.
    #[must_use]
    pub fn ty(&self) -> MemoryType {
        self.memory.ty
    }

    /// Its size in pages. Other threads may grow it at any time.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.memory.pages()
    }

    /// Its size in bytes.
    #[must_use]
    pub fn data_size(&self) -> usize {
        usize::try_from(self.memory.length()).unwrap_or(0)
    }

    /// The bytes that it has now. They never move. Other threads may access them at any time: a plain access by the host is a
    /// data race unless the program itself sees to it that there is none.
    #[must_use]
    pub fn data(&self) -> &[UnsafeCell<u8>] {
        // SAFETY: these bytes stay accessible as long as the memory lives.
        unsafe { std::slice::from_raw_parts(self.memory.vm.base.cast(), self.data_size()) }
    }

    /// Adds `delta` pages of zeros and returns how many there were.
    ///
    /// # Errors
    /// [`Error::Resources`], and nothing changed, when they are too many for its type, this VM or the host.
    pub fn grow(&self, delta: u64) -> Result<u64> {
        let grown = self.memory.grow(delta);
        grown.ok_or_else(|| Error::Resources(format!("can't grow a memory by {delta} pages")))
    }

    /// Copies bytes from `offset` on out of the memory. Each byte is read atomically, in no order.
    ///
    /// # Errors
    /// [`Trap::MemoryOutOfBounds`], and nothing copied, when they are not all inside.
    pub fn read(&self, offset: u64, bytes: &mut [u8]) -> Result<(), Trap> {
        // SAFETY: the memory is shared.
        unsafe { self.memory.read(offset, bytes) }
    }

    /// Copies bytes into the memory, to `offset` and on. Each byte is written atomically, in no order.
    ///
    /// # Errors
    /// As [`SharedMemory::read`].
    pub fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), Trap> {
        // SAFETY: the memory is shared.
        unsafe { self.memory.write(offset, bytes) }
    }

    /// `memory.atomic.notify`: wakes up to `count` of the threads that wait at `offset`, and gives their number.
    ///
    /// # Errors
    /// [`Trap::UnalignedAtomic`] unless `offset` is a multiple of 4, [`Trap::MemoryOutOfBounds`] if it is not inside.
    pub fn atomic_notify(&self, offset: u64, count: u32) -> Result<u32, Trap> {
        self.memory.notify(offset, count)
    }

    /// `memory.atomic.wait32`: blocks this thread until it is notified at `offset`, if the number there is `expected`.
    /// Without a timeout that may be forever.
    ///
    /// # Errors
    /// As [`SharedMemory::atomic_notify`].
    pub fn atomic_wait32(&self, offset: u64, expected: u32, timeout: Option<Duration>) -> Result<WaitResult, Trap> {
        self.memory.wait32(offset, expected, timeout)
    }

    /// `memory.atomic.wait64`: as [`SharedMemory::atomic_wait32`], of a number of 64 bits.
    ///
    /// # Errors
    /// [`Trap::UnalignedAtomic`] unless `offset` is a multiple of 8, [`Trap::MemoryOutOfBounds`] if it is not inside.
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
    /// Makes a shared memory one of the store as well. It is the same for the same memory.
    ///
    /// # Errors
    /// [`Error::ForeignEngine`] if the memory belongs to another engine.
    pub fn from_shared(mut store: impl AsContextMut, memory: &SharedMemory) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        checks::engine("a shared memory", &opaque.engine, &memory.engine)?;
        let at = opaque.add_shared_memory(&memory.memory);
        // SAFETY: the store keeps it.
        Ok(Self(unsafe { Handle::new(opaque, at) }))
    }

    /// The memory for other stores and threads, if it is shared.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn as_shared(&self, store: impl AsContext) -> Option<SharedMemory> {
        let opaque = &store.as_context().0.opaque;
        let at = self.0.expect(opaque).as_ptr().cast_const();
        let memory = opaque.shared_memories.iter().find(|known| Arc::as_ptr(known) == at)?;
        Some(SharedMemory { engine: opaque.engine.clone(), memory: Arc::clone(memory) })
    }
}
