//! References that the host holds, as plain data: what they mean is the business of the store that they belong to.

use std::fmt;

/// Identity of a store: never used twice in a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoreId(pub(crate) u64);

/// A reference that the host holds. It is valid until its scope ends. Two valid ones are equal if they refer to the same object.
#[derive(Clone, Copy)]
pub struct Rooted {
    pub(crate) store: StoreId,
    pub(crate) raw: u64,
    /// Slot among the store's handles; [`NO_SLOT`] for a reference that needs none.
    pub(crate) slot: usize,
    /// Number of scopes that had ended when the slot was taken.
    pub(crate) stamp: u64,
}

/// The slot of a reference that needs none.
pub(crate) const NO_SLOT: usize = usize::MAX;

impl PartialEq for Rooted {
    fn eq(&self, other: &Self) -> bool {
        (self.store, self.raw) == (other.store, other.raw)
    }
}

impl fmt::Debug for Rooted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x} of {:?}", self.raw, self.store)
    }
}

/// An exception in a store. Good as [`RootScope`](crate::RootScope) says.
///
/// It comes as [`Error::Exception`](crate::Error::Exception) from a call in which wasm did not catch it, and a host function throws it (on) by
/// returning that error.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#exception-instances>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exception(pub(crate) Rooted);
