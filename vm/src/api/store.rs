//! Stores, and the traits for borrowing them.

use crate::engine::Engine;
use crate::runtime::builtins;
use crate::runtime::heap::HeapStats;
use crate::runtime::store::StoreOpaque;
use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// Contents of a store.
#[repr(C)]
pub(crate) struct StoreInner<T: 'static> {
    /// The runtime's part. It is the first field, so that a pointer to it is a pointer to the whole.
    pub(crate) opaque: StoreOpaque,
    /// The embedder's data.
    pub(crate) data: T,
    /// Makes `T` invariant: the runtime's part holds closures that take a `T`, although its type does not name `T`.
    invariant: PhantomData<fn(T) -> T>,
}

/// A store: the owner of instances, memories, tables, globals, functions and the heap, and of a value of the embedder.
///
/// What is put into a store lives as long as the store, except objects of the heap and values of the host, which the
/// collector frees when nothing refers to them. One thread at a time uses a store.
/// Spec: [store](https://webassembly.github.io/spec/core/exec/runtime.html#store)
pub struct Store<T: 'static> {
    inner: NonNull<StoreInner<T>>,
    owned: PhantomData<StoreInner<T>>,
}

// SAFETY: a store owns its contents like a box; `StoreOpaque` says why these may be sent.
unsafe impl<T: Send> Send for Store<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Store<T> {}

/// Moving a store does not move its contents, which must not move.
impl<T> Unpin for Store<T> {}

impl<T> Store<T> {
    /// Creates an empty store with a value of the embedder.
    pub fn new(engine: &Engine, data: T) -> Self {
        let inner = NonNull::from(Box::leak(Box::new(StoreInner {
            opaque: StoreOpaque::new(engine, &builtins::TABLE),
            data,
            invariant: PhantomData,
        })));
        // SAFETY: nothing else uses the store yet. The pointer covers the whole contents, because host functions reach the
        // data through it.
        unsafe { (*inner.as_ptr()).opaque.this = inner.as_ptr().cast() };
        Self { inner, owned: PhantomData }
    }

    /// Borrows the embedder's data.
    #[must_use]
    pub fn data(&self) -> &T {
        &self.as_context().0.data
    }

    /// Borrows the embedder's data mutably.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.as_context_mut().0.data
    }

    /// Drops the store and returns the embedder's data.
    #[must_use]
    pub fn into_data(self) -> T {
        let inner = std::mem::ManuallyDrop::new(self).inner;
        // SAFETY: the pointer came from a box, and the store that would free it is not dropped.
        let StoreInner { opaque, data, .. } = *unsafe { Box::from_raw(inner.as_ptr()) };
        drop(opaque);
        data
    }

    /// Returns the engine that the store was created for.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.as_context().0.opaque.engine
    }

    /// Runs a garbage collection: see [`StoreContextMut::gc`].
    pub fn gc(&mut self) {
        self.as_context_mut().gc();
    }

    /// Sets the heap limit: the maximum size of structures, arrays, exceptions and continuations, in bytes. Default: 4 GiB.
    ///
    /// When the limit is reached and a collection does not help, wasm traps with
    /// [`Trap::AllocationFailed`](crate::Trap::AllocationFailed), and the host gets
    /// [`Error::Resources`](crate::Error::Resources). Objects count in blocks of 64 KiB, each for objects of one size class. A
    /// limit above 4 GiB, up to 64 GiB, takes effect only before the store has its first object or a module with custom
    /// descriptors.
    ///
    /// Stacks of continuations and values bound to continuations count too. A new stack counts as 16 KiB. The memory that it
    /// has really touched is measured by collections, and now and then when it is suspended. The total may therefore exceed
    /// the limit by about a sixteenth for some time. Up to 8 MiB of stacks that are kept for reuse do not count.
    pub fn set_heap_limit(&mut self, bytes: u64) {
        self.as_context_mut().0.opaque.heap.set_limit(bytes);
    }

    /// Sets the maximum number of continuations that have started and not ended. Default: 131,072. Starting one more traps
    /// with [`Trap::AllocationFailed`](crate::Trap::AllocationFailed).
    ///
    /// Each started continuation has a stack of its own: 512 KiB of address space, of which touched pages take memory, 4 KiB
    /// at least.
    pub fn set_continuation_limit(&mut self, stacks: usize) {
        self.as_context_mut().0.opaque.fibers.set_limit(stacks);
    }

    /// Sets stress mode, which helps to find bugs: each allocation runs a collection first, and unused memory is overwritten.
    pub fn set_gc_stress(&mut self, stress: bool) {
        let opaque = &mut self.as_context_mut().0.opaque;
        opaque.heap.set_stress(stress);
        opaque.collect();
    }

    /// Returns statistics of the heap and its collections.
    #[must_use]
    pub fn heap_stats(&self) -> HeapStats {
        let opaque = &self.as_context().0.opaque;
        let (stats, continuation_bytes) = (opaque.heap.stats(), opaque.fibers.bytes() as u64);
        HeapStats { bytes: stats.bytes + continuation_bytes, continuation_bytes, ..stats }
    }
}

impl<T> Drop for Store<T> {
    fn drop(&mut self) {
        // SAFETY: the pointer came from a box and is freed once.
        drop(unsafe { Box::from_raw(self.inner.as_ptr()) });
    }
}

impl<T: fmt::Debug> fmt::Debug for Store<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("data", self.data()).finish_non_exhaustive()
    }
}

/// A shared borrow of a store.
pub struct StoreContext<'a, T: 'static>(pub(crate) &'a StoreInner<T>);

/// An exclusive borrow of a store.
pub struct StoreContextMut<'a, T: 'static>(pub(crate) &'a mut StoreInner<T>);

impl<T> Clone for StoreContext<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for StoreContext<'_, T> {}

impl<'a, T> StoreContext<'a, T> {
    /// Borrows the embedder's data.
    #[must_use]
    pub fn data(&self) -> &'a T {
        &self.0.data
    }

    /// Returns the engine that the store was created for.
    #[must_use]
    pub fn engine(&self) -> &'a Engine {
        &self.0.opaque.engine
    }
}

impl<T> StoreContextMut<'_, T> {
    /// Borrows the embedder's data.
    #[must_use]
    pub fn data(&self) -> &T {
        &self.0.data
    }

    /// Borrows the embedder's data mutably.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.0.data
    }

    /// Returns the engine that the store was created for.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.0.opaque.engine
    }

    /// Runs a garbage collection: frees objects, and drops values of the host, that nothing refers to any more.
    ///
    /// Collections also run automatically after enough allocation. Stacks are scanned conservatively, so an object may stay
    /// because an old word on a stack looks like a reference to it.
    pub fn gc(&mut self) {
        self.0.opaque.collect();
    }
}

/// Types that a store can be borrowed from: stores, borrows of stores, callers of host functions, and root scopes.
pub trait AsContext {
    /// Type of the embedder's data.
    type Data: 'static;
    /// Borrows the store.
    fn as_context(&self) -> StoreContext<'_, Self::Data>;
}

/// Types that a store can be borrowed from mutably: see [`AsContext`].
pub trait AsContextMut: AsContext {
    /// Borrows the store mutably.
    fn as_context_mut(&mut self) -> StoreContextMut<'_, Self::Data>;
}

impl<T> AsContext for Store<T> {
    type Data = T;
    #[inline]
    fn as_context(&self) -> StoreContext<'_, T> {
        // SAFETY: the store owns its contents, and is borrowed for the same time.
        StoreContext(unsafe { self.inner.as_ref() })
    }
}

impl<T> AsContextMut for Store<T> {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        // SAFETY: the store owns its contents, and is borrowed exclusively for the same time.
        StoreContextMut(unsafe { self.inner.as_mut() })
    }
}

impl<T> AsContext for StoreContext<'_, T> {
    type Data = T;
    fn as_context(&self) -> StoreContext<'_, T> {
        *self
    }
}

impl<T> AsContext for StoreContextMut<'_, T> {
    type Data = T;
    fn as_context(&self) -> StoreContext<'_, T> {
        StoreContext(self.0)
    }
}

impl<T> AsContextMut for StoreContextMut<'_, T> {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        StoreContextMut(self.0)
    }
}

impl<C: AsContext> AsContext for &C {
    type Data = C::Data;
    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContext> AsContext for &mut C {
    type Data = C::Data;
    fn as_context(&self) -> StoreContext<'_, C::Data> {
        C::as_context(self)
    }
}

impl<C: AsContextMut> AsContextMut for &mut C {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        C::as_context_mut(self)
    }
}

/// Implements the conversions from borrows of owners of a store to [`StoreContext`] and [`StoreContextMut`].
macro_rules! borrows {
    ($($owner:ty)*) => {$(
        impl<'a, T> From<&'a $owner> for StoreContext<'a, T> {
            fn from(store: &'a $owner) -> Self {
                store.as_context()
            }
        }
        impl<'a, T> From<&'a mut $owner> for StoreContext<'a, T> {
            fn from(store: &'a mut $owner) -> Self {
                AsContext::as_context(&*store)
            }
        }
        impl<'a, T> From<&'a mut $owner> for StoreContextMut<'a, T> {
            fn from(store: &'a mut $owner) -> Self {
                store.as_context_mut()
            }
        }
    )*};
}

pub(super) use borrows;

borrows!(Store<T> StoreContextMut<'_, T>);
