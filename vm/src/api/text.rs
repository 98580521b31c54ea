//! The text format, for [`Module::new`](super::Module::new).
//! Spec: <https://webassembly.github.io/spec/core/text/index.html>

use crate::engine::Engine;
use crate::error::{Error, Result};
use std::borrow::Cow;

/// Bytes of text that are read. Its tree takes up to some hundred times as much memory while it is encoded.
const MOST: u64 = 8 << 20;
/// What every module in the binary format begins with, and none in the text format.
const MAGIC: &[u8] = b"\0asm";

/// A module in the binary format, as it is given or encoded from text.
///
/// # Errors
/// [`Error::Limit`] for more text than is read; [`Error::Invalid`] for what is no module in either format.
pub(super) fn binary<'a>(engine: &Engine, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>> {
    // Whatever begins with a zero is meant to be binary: text has none.
    if bytes.starts_with(MAGIC) || bytes.first().is_none_or(|&first| first == 0) {
        return Ok(bytes.into());
    }
    let most = engine.config().limits.module_size.min(MOST);
    if bytes.len() as u64 > most {
        return Err(Error::Limit(format!("{} bytes of text, where {most} are the most", bytes.len())));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let message = "neither a binary module (unexpected magic) nor text in UTF-8".into();
            return Err(Error::Invalid { message, offset: error.valid_up_to() });
        }
    };
    match wat::parse_str(text) {
        Ok(binary) => Ok(binary.into()),
        Err(error) => Err(Error::Invalid { message: error.to_string(), offset: 0 }),
    }
}
