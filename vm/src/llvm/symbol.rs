//! Symbols of the functions of a module in LLVM modules and ELF objects.

/// Name of the symbol of a function that a module defines, by index in the module's function index space.
pub(crate) fn symbol(function: u32) -> String {
    format!("f{function}")
}

/// What a symbol ends in when it is declared with the universal prototype. LLVM takes a direct call of another type than
/// the declared one for undefined behaviour, so that a function seen under both prototypes needs two symbols. They are
/// one function: the linker drops this.
pub(crate) const UNIVERSAL_SUFFIX: &str = ".u";

/// Strips [`UNIVERSAL_SUFFIX`] from a symbol.
pub(crate) fn without_suffix(symbol: &str) -> &str {
    symbol.strip_suffix(UNIVERSAL_SUFFIX).unwrap_or(symbol)
}
