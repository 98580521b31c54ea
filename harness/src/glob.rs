//! Globs in selectors and filters: `*`, `?`, `[ab]`, `{ab,cd}`.

use globset::{GlobBuilder, GlobSet};

/// Maximum length in bytes. People type globs; a longer one could overflow the stack or exhaust memory.
const LONGEST: usize = 1000;

/// A parsed glob.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    set: GlobSet,
    is_path: bool,
}

impl Glob {
    /// Parses a glob. If `of_files` is set, `*` and `?` do not match `/`.
    ///
    /// # Errors
    /// A message that says what is wrong with the glob.
    pub(crate) fn new(text: &str, of_files: bool) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("it has more than {LONGEST} bytes"));
        }
        let glob = GlobBuilder::new(text).literal_separator(of_files).build();
        let glob = glob.map_err(|error| error.kind().to_string())?;
        // A set of one glob: a glob by itself panics if its automaton is too large.
        let set = GlobSet::builder().add(glob).build().map_err(|error| error.kind().to_string())?;
        Ok(Self { set, is_path: text.contains('/') })
    }

    pub(crate) fn is_match(&self, name: &str) -> bool {
        self.set.is_match(name)
    }

    /// Whether the glob is about paths, not about file names.
    pub(crate) fn is_path(&self) -> bool {
        self.is_path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_is_an_error() {
        for wrong in ["[", "{a", &"{".repeat(100_000), &"{a,b}".repeat(20_000), &"*".repeat(100_000)] {
            assert!(Glob::new(wrong, true).is_err(), "{} bytes", wrong.len());
        }
        let nested = format!("{}a{}", "{".repeat(499), "}".repeat(499));
        let alternatives = "{a,b}".repeat(200);
        for large in [&nested, &alternatives, &"[a-\u{10ffff}]".repeat(100), &"*".repeat(1000)] {
            // The result does not matter, but there must be one: no panic, no endless loop.
            let _ = Glob::new(large, false).map(|pattern| pattern.is_match("a"));
        }
        assert!(Glob::new("simd_*.wast", true).unwrap().is_match("simd_a.wast"));
    }
}
