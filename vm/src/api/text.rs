//! Text format for [`Module::new`](super::Module::new).
//! Spec: <https://webassembly.github.io/spec/core/text/index.html>

use crate::engine::Engine;
use crate::error::{Error, Result};
use std::borrow::Cow;

/// Maximum size of a text, in bytes. The parser's tree takes up to some hundred times as much memory.
const MOST: u64 = 8 << 20;
/// The first bytes of every module in the binary format. No text begins with them.
const MAGIC: &[u8] = b"\0asm";

/// Returns a module in the binary format: the bytes themselves, or the encoding of a text.
///
/// # Errors
/// [`Error::Limit`] if the text is too long; [`Error::Invalid`] if the bytes are no module in either format.
pub(super) fn binary<'a>(engine: &Engine, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>> {
    // Bytes that begin with a zero are meant to be binary, because text contains no zeros.
    if bytes.starts_with(MAGIC) || bytes.first().is_none_or(|&first| first == 0) {
        return Ok(bytes.into());
    }
    let most = engine.config().limits.module_size.min(MOST);
    if bytes.len() as u64 > most {
        return Err(Error::Limit(format!("{} bytes of text, with a maximum of {most}", bytes.len())));
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
