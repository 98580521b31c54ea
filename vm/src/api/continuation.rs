//! Continuations, as the host can hold them.

use crate::abi::stack::VMContinuation;
use crate::runtime::store::Handle;

/// A continuation in a store: what is left to be done of a function that runs on a stack of its own. The host can hold it
/// and pass it on; only wasm makes one, and goes on with it.
/// <https://github.com/WebAssembly/stack-switching/blob/main/proposals/stack-switching/Explainer.md>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Continuation(pub(crate) Handle<VMContinuation>);
