//! Artifacts: a module's description, its code image, and what the image was compiled for.
//!
//! An artifact is the only thing that passes from the compiler to the runtime. It is position-independent, and its
//! code refers to the runtime only through the context pointer.

mod debug;
pub(crate) mod format;
pub(crate) mod header;
mod parts;
mod target;

pub use crate::bulk::Bulk;
pub(crate) use crate::bulk::Keeper;
pub(crate) use header::Header;
pub use debug::{Debug, DebugUnit};
pub use parts::{Artifact, Image, RuntimeSlot, RuntimeSymbol};
pub use target::Target;
pub(crate) use target::check_fingerprint;
