//! Continuations, as the host can hold them.

use crate::rooted::Rooted;

/// A continuation in a store: what is left to be done of a function that runs on a stack of its own. The host can hold it
/// and pass it on; only wasm makes one, and goes on with it. Good as [`RootScope`](super::RootScope) says.
/// <https://github.com/WebAssembly/stack-switching/blob/main/proposals/stack-switching/Explainer.md>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Continuation(pub(crate) Rooted);
