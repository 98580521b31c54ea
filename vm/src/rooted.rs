//! References that the host holds, as plain data.
//!
//! This floor knows no store. `runtime/store` registers and follows references; `api` adds their methods.

use std::fmt;

/// Identity of a store. No other store of the process ever has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StoreId(pub(crate) u64);

/// Handle of the host to a reference of wasm. It is valid until its scope ends. Two valid handles are equal if they refer to
/// the same object.
#[derive(Clone, Copy)]
pub struct Rooted {
    /// Store that the reference belongs to.
    pub(crate) store: StoreId,
    /// The reference as compiled code sees it.
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

/// A reference of type `any`: an `i31`, a structure, an array, or a value of the host that wasm converted with
/// `any.convert_extern`.
///
/// It is valid until its scope ends: see [`RootScope`](crate::RootScope).
/// Spec: [reference types](https://webassembly.github.io/spec/core/syntax/types.html#reference-types)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnyRef(pub(crate) Rooted);

/// A reference to a structure.
///
/// It is valid until its scope ends: see [`RootScope`](crate::RootScope).
/// Spec: [structure instances](https://webassembly.github.io/spec/core/exec/runtime.html#structure-instances)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StructRef(pub(crate) Rooted);

/// A reference to an array.
///
/// It is valid until its scope ends: see [`RootScope`](crate::RootScope).
/// Spec: [array instances](https://webassembly.github.io/spec/core/exec/runtime.html#array-instances)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArrayRef(pub(crate) Rooted);

/// A reference of type `extern`, usually to a value of the host. Wasm can store it and pass it on, but cannot look inside.
///
/// The value lives as long as something refers to it. The reference is valid until its scope ends: see
/// [`RootScope`](crate::RootScope).
/// Spec: [reference values](https://webassembly.github.io/spec/core/exec/runtime.html#values)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExternRef(pub(crate) Rooted);

/// An exception in a store.
///
/// A call in which wasm does not catch an exception returns it as [`Error::Exception`](crate::Error::Exception). A host
/// function throws an exception, or throws it again, by returning that error. The handle is valid until its scope ends:
/// see [`RootScope`](crate::RootScope).
/// Spec: [exception instances](https://webassembly.github.io/spec/core/exec/runtime.html#exception-instances)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exception(pub(crate) Rooted);

/// A continuation in a store: the suspended rest of a function that runs on a stack of its own.
///
/// The host can hold a continuation and pass it on. Only wasm creates and resumes one. The handle is valid until its scope
/// ends: see [`RootScope`](crate::RootScope). Proposal:
/// [stack switching](https://github.com/WebAssembly/stack-switching/blob/main/proposals/stack-switching/Explainer.md)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Continuation(pub(crate) Rooted);
