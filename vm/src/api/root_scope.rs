//! Scopes and owners of references: how long references of the host are valid.

use super::store::{AsContext, AsContextMut, StoreContext, StoreContextMut};
use crate::error::Result;
use crate::rooted::{AnyRef, ArrayRef, Exception, ExternRef, Rooted, StructRef};
use crate::runtime::heap::handles::Handles;
use crate::runtime::store::OwnedRoot;
use std::marker::PhantomData;
use std::sync::PoisonError;

/// A scope of references. References obtained in a scope are valid until it is dropped.
///
/// References to objects of the heap and to values of the host ([`Reference`]) are roots: the collector keeps what they
/// refer to. The scope of a reference is the innermost one at the time when the host obtains it: a scope opened with this
/// type, the call of a host function (also for its arguments), or otherwise the whole life of the store.
///
/// A use after the end of the scope is [`Error::Stale`](crate::Error::Stale); a stale reference never refers to another
/// object. An [`OwnedRooted`] has no scope.
///
/// ```
/// # fn main() -> wassay_vm::Result<()> {
/// use wassay_vm::{Engine, ExternRef, OwnedRooted, RootScope, Store};
/// let mut store = Store::new(&Engine::default(), ());
/// let (stale, kept) = {
///     let mut scope = RootScope::new(&mut store);
///     let value = ExternRef::new(&mut scope, 42)?;
///     (value, OwnedRooted::new(&mut scope, value)?)
/// };
/// assert!(stale.data(&store).is_err());
/// let value = kept.get(&store)?;
/// assert_eq!(value.data(&store)?.downcast_ref(), Some(&42));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RootScope<C: AsContextMut> {
    store: C,
    height: usize,
}

/// Borrows the list of handles of a store.
fn handles(store: &mut impl AsContextMut) -> &mut Handles {
    let inner = store.as_context_mut().0;
    inner.opaque.handles.get_mut().unwrap_or_else(PoisonError::into_inner)
}

impl<C: AsContextMut> RootScope<C> {
    /// Opens a scope, which ends when the value is dropped. Use the scope in place of the store meanwhile.
    pub fn new(mut store: C) -> Self {
        let height = handles(&mut store).height();
        Self { store, height }
    }
}

impl<C: AsContextMut> Drop for RootScope<C> {
    fn drop(&mut self) {
        handles(&mut self.store).end_scope(self.height);
    }
}

impl<C: AsContextMut> AsContext for RootScope<C> {
    type Data = C::Data;
    fn as_context(&self) -> StoreContext<'_, C::Data> {
        self.store.as_context()
    }
}

impl<C: AsContextMut> AsContextMut for RootScope<C> {
    fn as_context_mut(&mut self) -> StoreContextMut<'_, C::Data> {
        self.store.as_context_mut()
    }
}

impl<'a, C: AsContextMut> From<&'a RootScope<C>> for StoreContext<'a, C::Data> {
    fn from(scope: &'a RootScope<C>) -> Self {
        scope.as_context()
    }
}

/// A reference that is valid until its scope ends: see [`RootScope`].
pub trait Reference: sealed::Reference {}
impl<R: sealed::Reference> Reference for R {}

pub(crate) mod sealed {
    use super::Rooted;

    pub trait Reference: Copy {
        fn rooted(self) -> Rooted;
        fn from_rooted(rooted: Rooted) -> Self;
    }
}

macro_rules! references {
    ($($ty:ident)*) => {$(
        impl sealed::Reference for $ty {
            fn rooted(self) -> Rooted {
                self.0
            }
            fn from_rooted(rooted: Rooted) -> Self {
                Self(rooted)
            }
        }
    )*};
}

references!(AnyRef StructRef ArrayRef ExternRef Exception);

/// A reference without scope: it is valid until it is dropped, as long as its store lives.
#[derive(Clone, Debug)]
pub struct OwnedRooted<R> {
    root: OwnedRoot,
    ty: PhantomData<fn() -> R>,
}

impl<R: Reference> OwnedRooted<R> {
    /// Makes an owned reference of one with a scope.
    ///
    /// # Errors
    /// [`Error::ForeignStore`](crate::Error::ForeignStore) if the reference belongs to another store;
    /// [`Error::Stale`](crate::Error::Stale) if its scope has ended.
    pub fn new(mut store: impl AsContextMut, reference: R) -> Result<Self> {
        let root = OwnedRoot::new(&mut store.as_context_mut().0.opaque, reference.rooted())?;
        Ok(Self { root, ty: PhantomData })
    }

    /// Returns the reference as one of the innermost scope.
    ///
    /// # Errors
    /// [`Error::ForeignStore`](crate::Error::ForeignStore) if it belongs to another store.
    pub fn get(&self, store: impl AsContext) -> Result<R> {
        self.root.root(&store.as_context().0.opaque).map(R::from_rooted)
    }
}
