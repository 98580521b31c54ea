//! Reads regular files that the command line names.
//!
//! A pipe or device is an error, since reading it might never end.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Opens a regular file for reading.
///
/// # Errors
/// The file can't be opened, or is not a regular file.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    // Without `O_NONBLOCK`, opening a pipe blocks until there is a writer.
    let file = OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() {
        return Ok(file);
    }
    Err(if kind.is_dir() { io::ErrorKind::IsADirectory.into() } else { io::Error::other("not a regular file") })
}

/// Reads a whole regular file.
///
/// # Errors
/// The file can't be read, or is not a regular file.
pub(crate) fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a whole regular file as text.
///
/// # Errors
/// The file can't be read, is not a regular file, or is not UTF-8.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(path)?.read_to_string(&mut text)?;
    Ok(text)
}
