//! `wassay expect`: lists expectations, or proposes changes to them.

use super::error::Error;
use super::output::{note, output};
use crate::escape::{self, write_line};
use crate::expect::update::Update;
use crate::expect::{self, COLUMNS};
use crate::filter::Filter;
use crate::model::Row;
use crate::report::{self, Reports};
use clap::Args;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `wassay expect`.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct ExpectArgs {
    /// Folder with a report to update from. Repeatable.
    #[arg(value_name = "DIR", default_value = "reports", requires = "update")]
    reports: Vec<PathBuf>,
    /// Propose changes as a unified diff, without writing them.
    #[arg(long)]
    update: bool,
    /// Write the proposed changes.
    #[arg(long, requires = "update")]
    write: bool,
    /// Folder of the `expectations.csv` to list or update [default: list the built-in ones, update the current folder].
    #[arg(long, value_name = "DIR")]
    expectations: Option<PathBuf>,
    /// Reason of the new rows. `wassay test` refuses rows without one.
    #[arg(long, value_name = "TEXT", requires = "update", default_value = "", hide_default_value = true)]
    reason: String,
    /// Link of the new rows, such as the upstream issue; `https` only.
    #[arg(long, value_name = "URL", requires = "update", default_value = "", hide_default_value = true, value_parser = link)]
    link: String,
    /// Filter of rows of the reports, such as 'engine(vm)'.
    #[arg(long, short = 'E', value_name = "FILTER", requires = "update")]
    filter: Option<Filter>,
}

const AFTER: &str = "\
Updates:
  A row is added for each directive that failed, crashed or timed out unexpectedly: one row for all
  modes of an engine if they have the same outcome. A row is removed if all directives that it
  matches pass, or if it matches none. Fill in the reason and the link of new rows: `wassay test`
  refuses the file until they are there.

Exit codes:
  0    nothing to change, or the changes are written
  1    changes are proposed
  2    the command line or its input is wrong";

/// Parses `--link`.
fn link(text: &str) -> Result<String, String> {
    if text.is_empty() || text.starts_with("https://") {
        return Ok(text.to_owned());
    }
    Err("not an https link".to_owned())
}

/// Runs `wassay expect`.
pub(super) fn expect(args: &ExpectArgs) -> Result<ExitCode, Error> {
    if args.update { update(args) } else { list(args) }
}

/// Lists the expectations of one file, or the built-in ones.
fn list(args: &ExpectArgs) -> Result<ExitCode, Error> {
    let text = match &args.expectations {
        Some(dir) => read(dir)?.1,
        None => expect::built_in().to_owned(),
    };
    output(None, |out| {
        writeln!(out, "{}", COLUMNS.join(","))?;
        let rows = text.split_once('\n').map_or("", |(_, rows)| rows);
        out.write_all(rows.as_bytes())
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Reads the file of expectations in a folder; returns its path too.
fn read(dir: &std::path::Path) -> Result<(PathBuf, String), Error> {
    let path = dir.join(expect::FILE);
    match crate::regular_file::text(&path) {
        Ok(text) => Ok((path, text)),
        Err(source) => Err(expect::Error::Read { path, source }.into()),
    }
}

/// Proposes or writes changes to a file of expectations.
fn update(args: &ExpectArgs) -> Result<ExitCode, Error> {
    let dir = args.expectations.clone().unwrap_or_else(|| PathBuf::from("."));
    let (path, text) = match read(&dir) {
        Err(Error::Expectations(expect::Error::Read { path, source })) if source.kind() == io::ErrorKind::NotFound => {
            (path, String::new())
        }
        other => other?,
    };
    let mut update = Update::new(&escape::path(&path), &text)?;
    Reports::open(&args.reports)?.each::<Error>(|rows| {
        let wanted = |row: &&Row| args.filter.as_ref().is_none_or(|filter| filter.row(row));
        rows.iter().filter(wanted).for_each(|row| update.record(row));
        Ok(())
    })?;
    let (after, remarks) = update.after(&args.reason, &args.link);
    for remark in remarks {
        note(format_args!("note: {remark}"));
    }
    // For a file that does not exist yet, the diff adds all of it, unless it would stay empty.
    let before = if text.is_empty() && after != update.before() { "" } else { update.before() };
    if before == after {
        output(None, |out| write_line!(out, "nothing to change in {}", escape::path(&path)))?;
        return Ok(ExitCode::SUCCESS);
    }
    let names = [if before.is_empty() { "/dev/null".to_owned() } else { escape::path(&path) }, escape::path(&path)];
    let difference = similar::TextDiff::from_lines(before, &after);
    let difference = difference.unified_diff().header(&names[0], &names[1]).to_string();
    output(None, |out| write!(out, "{}", escape::lines(&difference)))?;
    if !args.write {
        note(format_args!("nothing is written; `--write` writes the changes"));
        return Ok(ExitCode::FAILURE);
    }
    report::atomic_file::write_atomically(&path, |out| out.write_all(after.as_bytes()))?;
    if args.reason.is_empty() || args.link.is_empty() {
        note(format_args!("written; fill in the reason and link of each new row, or `wassay test` refuses the file"));
    }
    Ok(ExitCode::SUCCESS)
}
