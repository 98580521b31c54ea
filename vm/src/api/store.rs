//! Stores, and borrowing them.

use crate::engine::Engine;
use crate::runtime::builtins;
use crate::runtime::heap::HeapStats;
use crate::runtime::store::StoreOpaque;
use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

#[repr(C)]
pub(crate) struct StoreInner<T: 'static> {
    /// First, so that a pointer to it is one to the whole.
    pub(crate) opaque: StoreOpaque,
    pub(crate) data: T,
    /// Closures that take a `T` are in the store, with that forgotten: it can be no other type, not even by a lifetime.
    invariant: PhantomData<fn(T) -> T>,
}

/// Instances, all they consist of, and data of the embedder. What is put into a store lives as long as it.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#store>
pub struct Store<T: 'static> {
    inner: NonNull<StoreInner<T>>,
    owned: PhantomData<StoreInner<T>>,
}

// SAFETY: it owns its contents like a box; `StoreOpaque` says why that may be sent.
unsafe impl<T: Send> Send for Store<T> {}
// SAFETY: as above.
unsafe impl<T: Sync> Sync for Store<T> {}

/// Moving the store does not move what it owns, which alone must stay where it is.
impl<T> Unpin for Store<T> {}

impl<T> Store<T> {
    /// An empty store.
    pub fn new(engine: &Engine, data: T) -> Self {
        let inner = NonNull::from(Box::leak(Box::new(StoreInner {
            opaque: StoreOpaque::new(engine, &builtins::TABLE),
            data,
            invariant: PhantomData,
        })));
        // SAFETY: nobody else has the store yet. The pointer is to the whole of it: host functions get at the data by it.
        unsafe { (*inner.as_ptr()).opaque.this = inner.as_ptr().cast() };
        Self { inner, owned: PhantomData }
    }

    /// The embedder's data.
    #[must_use]
    pub fn data(&self) -> &T {
        &self.as_context().0.data
    }

    /// The embedder's data.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.as_context_mut().0.data
    }

    /// Drops everything but the embedder's data.
    #[must_use]
    pub fn into_data(self) -> T {
        let inner = std::mem::ManuallyDrop::new(self).inner;
        // SAFETY: the pointer came from a box, and the store that would free it is forgotten.
        let StoreInner { opaque, data, .. } = *unsafe { Box::from_raw(inner.as_ptr()) };
        drop(opaque);
        data
    }

    /// The engine it was made for.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.as_context().0.opaque.engine
    }

    /// Collects: see [`StoreContextMut::gc`].
    pub fn gc(&mut self) {
        self.as_context_mut().gc();
    }

    /// Sets how many bytes the objects of wasm may take: structures, arrays, exceptions and continuations. Default: 4 GiB.
    /// When they are not enough, wasm traps with [`Trap::AllocationFailed`](crate::Trap::AllocationFailed), and the host gets
    /// [`Error::Resources`](crate::Error::Resources). They count in blocks of 64 KiB, each for objects of about one size. More
    /// than 4 GiB, and at most 64, can be had only as long as there was no object and no module with custom descriptors.
    ///
    /// Stacks of continuations count too, and values that are bound to them: a stack as 16 KiB from its beginning, and as what
    /// it has touched when that is found out, by collections and now and then when it is suspended. So they may take about a
    /// sixteenth of the limit more for some time, and 8 MiB of stacks that are kept to be used again do not count.
    pub fn set_heap_limit(&mut self, bytes: u64) {
        self.as_context_mut().0.opaque.heap.set_limit(bytes);
    }

    /// Sets how many continuations of wasm may have begun and not ended at a time: each has a stack of its own, of 512 KiB of
    /// address space, of which it takes the memory that it uses, 4 KiB at least. Default: 131,072. Those beyond trap with
    /// [`Trap::AllocationFailed`](crate::Trap::AllocationFailed).
    pub fn set_continuation_limit(&mut self, stacks: usize) {
        self.as_context_mut().0.opaque.fibers.set_limit(stacks);
    }

    /// Sets whether every allocation collects first, and what is found not to be in use is overwritten: to find mistakes.
    pub fn set_gc_stress(&mut self, stress: bool) {
        let opaque = &mut self.as_context_mut().0.opaque;
        opaque.heap.set_stress(stress);
        opaque.collect();
    }

    /// What the heap holds, and what collecting it took.
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
    /// The embedder's data.
    #[must_use]
    pub fn data(&self) -> &'a T {
        &self.0.data
    }

    /// The engine that the store was made for.
    #[must_use]
    pub fn engine(&self) -> &'a Engine {
        &self.0.opaque.engine
    }
}

impl<T> StoreContextMut<'_, T> {
    /// The embedder's data.
    #[must_use]
    pub fn data(&self) -> &T {
        &self.0.data
    }

    /// The embedder's data.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.0.data
    }

    /// The engine that the store was made for.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.0.opaque.engine
    }

    /// Takes back all objects, and drops all values of the host, that nothing refers to any more. This happens by itself
    /// when enough was allocated. What a stack may refer to stays, and stacks may still hold what was there before.
    pub fn gc(&mut self) {
        self.0.opaque.collect();
    }
}

/// What a shared borrow of a store can be had from.
pub trait AsContext {
    /// The embedder's data.
    type Data: 'static;
    /// Borrows the store.
    fn as_context(&self) -> StoreContext<'_, Self::Data>;
}

/// What an exclusive borrow of a store can be had from.
pub trait AsContextMut: AsContext {
    /// Borrows the store.
    fn as_context_mut(&mut self) -> StoreContextMut<'_, Self::Data>;
}

impl<T> AsContext for Store<T> {
    type Data = T;
    #[inline]
    fn as_context(&self) -> StoreContext<'_, T> {
        // SAFETY: the store owns it, and is borrowed as long.
        StoreContext(unsafe { self.inner.as_ref() })
    }
}

impl<T> AsContextMut for Store<T> {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        // SAFETY: the store owns it, and is borrowed exclusively as long.
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
