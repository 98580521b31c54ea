//! Output of subcommands: results on standard output or into a file, notes and errors on standard error.

use super::error::Error;
use crate::engine;
use crate::escape::{self, write_line};
use crate::report::atomic_file;
use std::fmt;
use std::io::{self, BufWriter, StdoutLock, Write};
use std::path::Path;

/// Standard output that keeps its first error, since writers such as `csv` wrap errors in their own.
struct ErrorKeepingStdout {
    out: StdoutLock<'static>,
    fault: Option<io::Error>,
}

impl ErrorKeepingStdout {
    fn watch<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.fault.get_or_insert(error);
            }
            kind.into()
        })
    }
}

impl Write for ErrorKeepingStdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.watch(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.watch(flushed)
    }
}

/// Writes to a file, whole or not at all, or to standard output.
///
/// A reader of standard output may close it early (`wassay compare base head | head`). Then writing ends without an
/// error, and the exit code of the command stays the same.
pub(super) fn output(path: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    if let Some(path) = path {
        return Ok(atomic_file::write_to(path, write)?);
    }
    let mut out = BufWriter::new(ErrorKeepingStdout { out: io::stdout().lock(), fault: None });
    let result = write(&mut out).and_then(|()| out.flush());
    match (result, out.get_mut().fault.take()) {
        (Err(_), Some(fault)) if fault.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        (Err(_), Some(fault)) => Err(Error::Stdout(fault)),
        (result, _) => Ok(result?),
    }
}

/// Prints a note on standard error. A closed standard error is ignored.
pub(super) fn note(text: fmt::Arguments<'_>) {
    let _ = write_line!(&mut io::stderr(), "{text}");
}

/// Prints the error of a subcommand on standard error: one line, or one line per fault of the catalogue of engines.
pub(super) fn print_error(error: &Error) {
    match error {
        Error::Engine(several @ (engine::Error::Several(_) | engine::Error::Catalogue(_))) => {
            let _ = writeln!(io::stderr(), "{}", escape::lines(&format!("error: {several}")));
        }
        error => note(format_args!("error: {error}")),
    }
}
