//! `wassay suites`: lists suites and where the scripts of each proposal come from.

use super::error::Error;
use super::output::output;
use crate::escape::{self, write_line};
use crate::suite;
use clap::Args;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// The option `--suites`, which several subcommands share.
#[derive(Args, Debug)]
pub(super) struct SuitesArgs {
    /// Folder of scripts, or of folders of scripts, in addition to the built-in suites. Repeatable.
    #[arg(long, value_name = "DIR", env = "WASSAY_SUITES", value_delimiter = ':')]
    pub(super) suites: Vec<PathBuf>,
}

/// Runs `wassay suites`.
pub(super) fn suites(args: &SuitesArgs) -> Result<ExitCode, Error> {
    let suites = suite::load(&args.suites)?;
    let subjects = suite::subjects()?;
    output(None, |out| write(out, &suites, subjects))?;
    Ok(ExitCode::SUCCESS)
}

fn write(out: &mut dyn Write, suites: &[suite::Suite], subjects: &[suite::Subject]) -> io::Result<()> {
    for suite in suites {
        write_line!(out, "{} {} ({}): {} scripts", suite.name, suite.revision, origin(suite), suite.scripts.len())?;
        let mut parts: BTreeMap<&str, (Option<u8>, usize)> = BTreeMap::new();
        for script in &suite.scripts {
            parts.entry(&script.proposal).or_insert((script.phase, 0)).1 += 1;
        }
        for (name, (phase, count)) in parts {
            let phase = phase.map_or_else(String::new, |phase| format!("phase {phase}"));
            write_line!(out, "  {name:<28} {count:>4} scripts  {phase}")?;
        }
    }
    writeln!(out, "\nSources of the scripts of each proposal:")?;
    for subject in subjects.iter().filter(|subject| subject.kind == suite::SubjectKind::Proposal) {
        let from = sources(suites, &subject.name);
        let from = if from.is_empty() { format!("none: {}", subject.no_scripts) } else { from.join(", ") };
        write_line!(out, "  {:<28} {from}", subject.name)?;
    }
    Ok(())
}

fn origin(suite: &suite::Suite) -> String {
    match &suite.origin {
        suite::Origin::Embedded => "built in, official".to_owned(),
        suite::Origin::Own => "built in, our own".to_owned(),
        suite::Origin::Folder(path) if suite.official => format!("official, {}", escape::path(path)),
        suite::Origin::Folder(path) => escape::path(path),
    }
}

/// Lists the suites that have scripts of a proposal, each with its number of scripts.
fn sources(suites: &[suite::Suite], proposal: &str) -> Vec<String> {
    let count = |suite: &suite::Suite| suite.scripts.iter().filter(|script| script.proposal == proposal).count();
    let kind = |suite: &suite::Suite| match &suite.origin {
        suite::Origin::Embedded => "built in",
        suite::Origin::Own => "our own",
        suite::Origin::Folder(_) if suite.official => "official folder",
        suite::Origin::Folder(_) => "folder",
    };
    let counted = suites.iter().map(|suite| (suite, count(suite))).filter(|(_, count)| *count > 0);
    counted.map(|(suite, count)| format!("{} ({}) {count}", suite.name, kind(suite))).collect()
}
