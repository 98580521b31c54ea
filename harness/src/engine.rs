//! Engines: everything that runs WebAssembly for the harness, behind one trait.
//!
//! An [`Engine`] creates a [`Session`] for each script: a store in which the script's modules live, with the host module
//! `spectest` ready for import. An operation of a session returns a value or a [`SessionError`].
//!
//! There are three kinds of engine:
//!
//! - [`in_process`]: engines that are linked into this program, the VM among them.
//! - [`driver`]: engines in other programs, which answer requests one by one.
//! - [`runner`]: engines in other programs, which run a whole script at once.
//!
//! [`catalogue`] describes all of them, and [`registry`] finds one by its name.

pub mod built_in;
pub mod catalogue;
pub mod driver;
pub mod error;
pub mod fake;
pub mod in_process;
pub mod interface;
mod program_version;
pub mod registry;
pub mod runner;
pub mod spectest;
pub mod value;

pub use error::{Error, MESSAGE_SEPARATOR, SessionError, SessionResult};
pub use interface::{Engine, InstanceId, Mode, ModuleId, Session, unknown_mode};
pub use registry::{DEFAULT, all, find, llvm};
