//! Symbols of wasm functions in LLVM modules and ELF objects.

/// Returns the symbol of a function that a module defines, by its index in the function index space of the module.
pub(crate) fn symbol(function: u32) -> String {
    format!("f{function}")
}

/// Suffix of a symbol that is declared with the universal prototype. To LLVM a direct call by another type than that
/// of the declaration is undefined behaviour, so a function that is used with both prototypes needs two symbols. The
/// linker strips the suffix, since both are one function.
pub(crate) const UNIVERSAL_SUFFIX: &str = ".u";

/// Strips [`UNIVERSAL_SUFFIX`] from a symbol.
pub(crate) fn strip_universal_suffix(symbol: &str) -> &str {
    symbol.strip_suffix(UNIVERSAL_SUFFIX).unwrap_or(symbol)
}
