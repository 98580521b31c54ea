//! The verbs that only list: `suites`, `engines`.

use super::{Error, SuitesArgs};
use crate::{engine, suite};
use std::collections::BTreeMap;
use std::io::{self, Write};
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

/// `wassay engines`
pub(super) fn engines() -> Result<ExitCode, Error> {
    let mut out = io::stdout().lock();
    for engine in engine::all() {
        writeln!(out, "{} {}: {}", engine.name(), engine.version(), engine.about())?;
        for mode in engine.modes() {
            writeln!(out, "  {:<12} {}", mode.name, mode.about)?;
        }
        let missing = engine.missing();
        if !missing.is_empty() {
            writeln!(out, "  without: {}", missing.join(", "))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
