//! Engines that are part of this build.

use super::fake::Fake;
use super::in_process;
use super::interface::Engine;

/// Every engine of this build.
pub(super) fn built_in() -> Vec<Box<dyn Engine>> {
    let mut engines = in_process::engines();
    engines.push(Box::new(Fake));
    engines
}

/// Version of LLVM that the VM compiles with.
pub(super) fn llvm_version() -> String {
    wassay_vm::llvm_version()
}
