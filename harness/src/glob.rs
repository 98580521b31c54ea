//! Patterns of names in selectors and filters: `*`, `?`, `[ab]`, `{ab,cd}`.

use globset::{GlobBuilder, GlobSet};

/// Longest pattern in bytes: it is typed by people, and must not overflow a stack or fill the memory.
const LONGEST: usize = 1000;

/// A pattern that has been read.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    set: GlobSet,
    is_path: bool,
}

impl Glob {
    /// Reads a pattern. `of_files`: `*` and `?` stand for no `/`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn new(text: &str, of_files: bool) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("it has more than {LONGEST} bytes"));
        }
        let glob = GlobBuilder::new(text).literal_separator(of_files).build();
        let glob = glob.map_err(|error| error.kind().to_string())?;
        // As a set of one: a glob alone panics where what it becomes is too large.
        let set = GlobSet::builder().add(glob).build().map_err(|error| error.kind().to_string())?;
        Ok(Self { set, is_path: text.contains('/') })
    }

    pub(crate) fn is_match(&self, name: &str) -> bool {
        self.set.is_match(name)
    }

    /// Whether it is one of paths, not of names.
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
            // Whatever comes of it, it comes.
            let _ = Glob::new(large, false).map(|pattern| pattern.is_match("a"));
        }
        assert!(Glob::new("simd_*.wast", true).unwrap().is_match("simd_a.wast"));
    }
}
