//! Atomic files: written to a temporary file beside the target and renamed, so a file is there whole or not at all.

use super::error::Error;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// A file that replaces its target on [`Self::commit`]. A reader sees the old file or the new one, even if the disk is
/// full.
#[derive(Debug)]
pub(super) struct AtomicFile {
    path: PathBuf,
    out: BufWriter<NamedTempFile>,
}

impl AtomicFile {
    /// Creates the temporary file.
    pub(super) fn begin(path: &Path) -> Result<Self, Error> {
        // A rename would replace a device such as `/dev/null` by a file.
        match std::fs::metadata(path) {
            Ok(there) if !there.is_file() => {
                let kind = if there.is_dir() { io::ErrorKind::IsADirectory.into() } else { not_regular() };
                return Err(Error::Write { path: path.to_owned(), source: kind });
            }
            _ => {}
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::Builder::new().prefix(".wassay-").tempfile_in(folder);
        let file = file.map_err(|source| Error::Write { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), out: BufWriter::new(file) })
    }

    /// Renames the temporary file to the target.
    pub(super) fn commit(self) -> Result<(), Error> {
        let Self { path, out } = self;
        let commit = || -> io::Result<()> {
            let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
            readable(file.as_file())?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            Ok(())
        };
        commit().map_err(|source| Error::Write { path: path.clone(), source })
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn not_regular() -> io::Error {
    io::Error::other("not a regular file")
}

/// Writes a whole file atomically. An existing device or pipe is written to instead of being replaced.
pub(crate) fn write_to(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    match std::fs::metadata(path) {
        Ok(there) if !there.is_file() && !there.is_dir() => {
            let write = || -> io::Result<()> {
                // Without `O_NONBLOCK`, opening a pipe would block until it has a reader.
                let pipe = std::fs::OpenOptions::new().write(true).custom_flags(libc::O_NONBLOCK).open(path)?;
                let flags = rustix::fs::fcntl_getfl(&pipe)?;
                rustix::fs::fcntl_setfl(&pipe, flags - rustix::fs::OFlags::NONBLOCK)?;
                let mut out = BufWriter::new(pipe);
                fill(&mut out)?;
                out.flush()
            };
            write().map_err(|source| Error::Write { path: path.to_owned(), source })
        }
        _ => write_atomically(path, fill),
    }
}

/// Writes a whole file atomically.
pub(crate) fn write_atomically(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let mut file = AtomicFile::begin(path)?;
    fill(&mut file).map_err(|source| Error::Write { path: path.to_owned(), source })?;
    file.commit()
}

/// Makes a file readable for everybody. Temporary files are readable only for their owner.
#[cfg(unix)]
fn readable(file: &std::fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &std::fs::File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_write_leaves_the_old_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        write_atomically(&path, |out| out.write_all(b"old")).unwrap();
        let full = |out: &mut dyn Write| {
            out.write_all(b"new")?;
            Err(io::Error::from(io::ErrorKind::StorageFull))
        };
        let error = write_atomically(&path, full).unwrap_err();
        assert!(error.to_string().contains("a.csv"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file stays behind");
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("none/a.csv");
        assert!(matches!(write_atomically(&path, |_| Ok(())), Err(Error::Write { .. })));
    }
}
