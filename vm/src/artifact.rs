//! The only thing that passes from compiling to running: a module's description, its code image and what the image
//! was made for. Position-independent; it refers to the runtime only through the context pointer.

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
