//! `wassay expect`

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

#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct ExpectArgs {
    /// Folders with the reports of the last run.
    #[arg(value_name = "DIR", default_value = "reports", requires = "update")]
    reports: Vec<PathBuf>,
    /// Propose changes, as a difference; writes nothing.
    #[arg(long)]
    update: bool,
    /// Write what is proposed.
    #[arg(long, requires = "update")]
    write: bool,
    /// Folder of the `expectations.csv` to list or update; those that are built in are listed if it is not given.
    #[arg(long, value_name = "DIR")]
    expectations: Option<PathBuf>,
    /// Reason for the new rows; they are refused as long as they have none.
    #[arg(long, value_name = "TEXT", requires = "update", default_value = "", hide_default_value = true)]
    reason: String,
    /// Where to read about it: the upstream issue.
    #[arg(long, value_name = "URL", requires = "update", default_value = "", hide_default_value = true, value_parser = link)]
    link: String,
    /// Look only at rows of the reports that this says.
    #[arg(long, short = 'E', value_name = "FILTER", requires = "update")]
    filter: Option<Filter>,
}

const AFTER: &str = "\
A row is proposed for each directive that failed, crashed or timed out and is not expected to: for all modes of its \
engine at once if they fare alike. A row goes when all that it speaks of passes, or when it speaks of no directive \
any more. Reason and link of new rows are yours to fill in; the file is refused until they are.

Exit codes: 0 nothing to change, or written; 1 something to change; 2 the call or its input is wrong.";

fn link(text: &str) -> Result<String, String> {
    if text.is_empty() || text.starts_with("https://") {
        return Ok(text.to_owned());
    }
    Err("not an https link".to_owned())
}

/// `wassay expect`
pub(super) fn expect(args: &ExpectArgs) -> Result<ExitCode, Error> {
    if args.update { update(args) } else { list(args) }
}

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

fn read(dir: &std::path::Path) -> Result<(PathBuf, String), Error> {
    let path = dir.join(expect::FILE);
    match crate::regular_file::text(&path) {
        Ok(text) => Ok((path, text)),
        Err(source) => Err(expect::Error::Read { path, source }.into()),
    }
}

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
        rows.iter().filter(wanted).for_each(|row| update.see(row));
        Ok(())
    })?;
    let (after, remarks) = update.after(&args.reason, &args.link);
    for remark in remarks {
        note(format_args!("note: {remark}"));
    }
    // A file that is not there yet is new as a whole, if there is anything to be in it.
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
        note(format_args!("nothing is written; `--write` does that"));
        return Ok(ExitCode::FAILURE);
    }
    report::atomic_file::write_atomically(&path, |out| out.write_all(after.as_bytes()))?;
    if args.reason.is_empty() || args.link.is_empty() {
        note(format_args!("written; fill in reason and link of each new row, or the file is refused"));
    }
    Ok(ExitCode::SUCCESS)
}
