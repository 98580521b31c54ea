//! The verbs that only look: `suites`, `matrix`.

use super::{Error, SuitesArgs};
use crate::{report, suite};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// `wassay suites`
pub(super) fn suites(args: &SuitesArgs) -> Result<ExitCode, Error> {
    let mut out = io::stdout().lock();
    for suite in suite::load(&args.suites)? {
        let origin = match &suite.origin {
            suite::Origin::Embedded => "built in".to_owned(),
            suite::Origin::Folder(path) => path.display().to_string(),
        };
        writeln!(out, "{} {} ({origin}): {} scripts", suite.name, suite.revision, suite.scripts.len())?;
        let mut parts: BTreeMap<&str, (Option<u8>, usize)> = BTreeMap::new();
        for script in &suite.scripts {
            parts.entry(&script.proposal).or_insert((script.phase, 0)).1 += 1;
        }
        for (name, (phase, count)) in parts {
            let phase = phase.map_or_else(String::new, |phase| format!("phase {phase}"));
            writeln!(out, "  {name:<28} {count:>4} scripts  {phase}")?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `wassay matrix`
pub(super) fn matrix(reports: &[PathBuf]) -> Result<ExitCode, Error> {
    let mut rows = Vec::new();
    for dir in reports {
        rows.extend(report::read(dir)?);
    }
    writeln!(io::stdout().lock(), "{}", report::matrix(&rows).trim_end())?;
    Ok(ExitCode::SUCCESS)
}
