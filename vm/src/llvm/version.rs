//! The version of LLVM that this crate is linked with.

/// Version of LLVM that modules are compiled with, as `major.minor.patch`.
#[must_use]
pub fn llvm_version() -> String {
    let (major, minor, patch) = inkwell::support::get_llvm_version();
    format!("{major}.{minor}.{patch}")
}
