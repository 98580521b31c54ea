//! Reads files that a call names. What is no file, such as a pipe that nobody writes or a device without an end, is an
//! error: reading it might never end.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Opens a file to read it.
///
/// # Errors
/// It can't be opened, or is something else.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    // Without this, a pipe would not even open as long as nobody writes it.
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() {
        return Ok(file);
    }
    Err(if kind.is_dir() { io::ErrorKind::IsADirectory.into() } else { io::Error::other("not a regular file") })
}

/// All of a file.
///
/// # Errors
/// It can't be read, or is something else.
pub(crate) fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// All of a file of text.
///
/// # Errors
/// It can't be read, is something else, or is not UTF-8.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(path)?.read_to_string(&mut text)?;
    Ok(text)
}
