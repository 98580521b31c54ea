//! Proposed changes of a file of expectations after a run.
//!
//! A new row is proposed for each directive that failed unexpectedly. A row is removed if all its directives pass. A
//! person must fill in the reason of a new row; until then the file is refused.

use super::error::Error;
use super::expectation::{COLUMNS, KEYS, reader};
use crate::escape::csv::{guarded, unguarded};
use crate::model::{Outcome, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A row of the file as it is.
#[derive(Debug)]
struct ExistingRow {
    fields: Vec<String>,
    /// Byte range in the text.
    place: Range<usize>,
    /// Number of matching directives that did not become `xpass`.
    right: u64,
    /// Number of matching directives that became `xpass`.
    wrong: u64,
    /// Whether the run had the script on the engine, in the mode and on the target of the row.
    ran: bool,
}

/// Suite, file, line, engine and target of a failure.
type Failure = (String, String, u32, String, String);

/// Suite, file, line, engine, mode and outcome of a new row.
type NewRow<'a> = (&'a str, &'a str, u32, &'a str, String, Outcome);

/// Collects the rows of a run and proposes changes of a file of expectations.
#[derive(Debug)]
pub struct Update {
    text: String,
    existing: Vec<ExistingRow>,
    /// Outcome by mode.
    failures: BTreeMap<Failure, BTreeMap<String, Outcome>>,
    /// Modes that each engine ran in.
    modes: BTreeMap<String, BTreeSet<String>>,
    targets: BTreeSet<String>,
    /// Remarks for the person who reads the proposal.
    remarks: BTreeSet<String>,
}

impl Update {
    /// Starts with the text of a file; empty if there is no file.
    ///
    /// # Errors
    /// The text is not a file of expectations.
    pub fn new(file: &str, text: &str) -> Result<Self, Error> {
        let mut existing = Vec::new();
        let mut text = text.to_owned();
        if text.trim().is_empty() {
            text = COLUMNS.join(",") + "\n";
        }
        let mut reader = reader(file, &text)?;
        let mut record = csv::StringRecord::new();
        loop {
            let start = offset(&reader);
            if !reader.read_record(&mut record).map_err(|error| Error::from_csv(file, &error))? {
                break;
            }
            let fields = record.iter().map(|cell| unguarded(cell).to_owned()).collect();
            let place = start..offset(&reader);
            existing.push(ExistingRow { fields, place, right: 0, wrong: 0, ran: false });
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Ok(Self {
            text,
            existing,
            failures: BTreeMap::new(),
            modes: BTreeMap::new(),
            targets: BTreeSet::new(),
            remarks: BTreeSet::new(),
        })
    }

    /// Records a row of the run.
    pub fn record(&mut self, row: &Row) {
        self.modes.entry(row.engine.clone()).or_default().insert(row.mode.clone());
        self.targets.insert(row.target.clone());
        let line = row.line.to_string();
        let keys = [&row.suite, &row.file, &line, &row.engine, &row.mode, &row.target];
        let fits = |n: usize, field: &String| field == "*" || field == keys[n];
        let mut covered = false;
        for existing in &mut self.existing {
            let whole = |n: &usize| fits(*n, &existing.fields[*n]);
            if [0, 1, 3, 4, 5].iter().all(whole) {
                existing.ran = true;
                if fits(2, &existing.fields[2]) {
                    covered = true;
                    match row.outcome {
                        Outcome::Xpass => existing.wrong += 1,
                        _ => existing.right += 1,
                    }
                }
            }
        }
        match row.outcome {
            Outcome::Fail | Outcome::Crash | Outcome::Timeout => {
                let failure = (row.suite.clone(), row.file.clone(), row.line, row.engine.clone(), row.target.clone());
                let seen = self.failures.entry(failure).or_default().entry(row.mode.clone()).or_insert(row.outcome);
                if *seen != row.outcome {
                    let place = format!("{}/{}:{}", row.suite, row.file, row.line);
                    self.remarks.insert(format!("{place}: directives on one line come out differently"));
                }
            }
            Outcome::Xpass if !covered => {
                let place = format!("{}/{}:{} on {} {}", row.suite, row.file, row.line, row.engine, row.mode);
                self.remarks.insert(format!("{place} passes, but the row that expects otherwise is in another file"));
            }
            _ => {}
        }
    }

    /// Returns the text as it was.
    #[must_use]
    pub fn before(&self) -> &str {
        &self.text
    }

    /// Returns the proposed text, and remarks. New rows get this reason and link, which may be empty.
    #[must_use]
    pub fn after(&self, reason: &str, link: &str) -> (String, Vec<String>) {
        let mut remarks: Vec<String> = self.remarks.iter().cloned().collect();
        let mut text = String::new();
        let mut end = 0;
        let mut kept: BTreeSet<Vec<String>> = BTreeSet::new();
        for existing in &self.existing {
            text.push_str(&self.text[end..existing.place.start]);
            end = existing.place.end;
            let keys = existing.fields[..KEYS].join(",");
            match (existing.right, existing.wrong) {
                (0, 0) if !existing.ran => {}
                // The row is stale, or all its directives pass: remove it.
                (0, _) => continue,
                (_, 0) => {}
                (right, wrong) => {
                    remarks.push(format!("`{keys}` is wrong about {wrong} of {} directives", right + wrong));
                }
            }
            kept.insert(existing.fields[..KEYS].to_vec());
            text.push_str(&self.text[existing.place.clone()]);
        }
        text.push_str(&self.text[end..]);
        for row in self.new_rows() {
            if kept.contains(&row[..KEYS]) {
                remarks.push(format!("`{}` is in the file with another outcome", row[..KEYS].join(",")));
                continue;
            }
            let mut writer = csv::Writer::from_writer(Vec::new());
            let fields = row.iter().map(String::as_str).chain([reason, link]).map(|cell| guarded(cell).into_owned());
            if writer.write_record(fields).is_ok() {
                let line = writer.into_inner().unwrap_or_default();
                text.push_str(&String::from_utf8_lossy(&line));
            }
        }
        (text, remarks)
    }

    /// Makes the new rows, without reason and link. One row covers all modes if the outcome is the same in all modes
    /// that the engine ran in, and all targets likewise.
    fn new_rows(&self) -> Vec<Vec<String>> {
        let mut by_target: BTreeMap<NewRow<'_>, BTreeSet<&str>> = BTreeMap::new();
        for ((suite, file, line, engine, target), modes) in &self.failures {
            let outcomes: BTreeSet<Outcome> = modes.values().copied().collect();
            let all = self.modes.get(engine).is_some_and(|all| all.len() == modes.len());
            let mut add = |mode: &str, outcome| {
                let key = (suite.as_str(), file.as_str(), *line, engine.as_str(), mode.to_owned(), outcome);
                by_target.entry(key).or_default().insert(target);
            };
            match outcomes.first() {
                Some(outcome) if all && outcomes.len() == 1 => add("*", *outcome),
                _ => modes.iter().for_each(|(mode, outcome)| add(mode, *outcome)),
            }
        }
        let mut rows = Vec::new();
        for ((suite, file, line, engine, mode, outcome), targets) in by_target {
            let everywhere = targets.len() == self.targets.len();
            for target in if everywhere { BTreeSet::from(["*"]) } else { targets } {
                let line = line.to_string();
                rows.push([suite, file, &line, engine, &mode, target, outcome.name()].map(str::to_owned).to_vec());
            }
        }
        rows
    }
}

/// Returns the reader's position in the text.
fn offset(reader: &csv::Reader<&[u8]>) -> usize {
    usize::try_from(reader.position().byte()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "suite,file,line,engine,mode,target,outcome,reason,link\n";

    fn row(line: u32, mode: &str, outcome: Outcome) -> Row {
        let text = |text: &str| text.to_owned();
        Row {
            run: text("r"),
            suite: text("s"),
            revision: text("1"),
            file: text("a.wast"),
            line,
            directive: text("invoke"),
            proposal: text("simd"),
            features: String::new(),
            engine: text("e"),
            engine_version: text("1"),
            mode: text(mode),
            target: text("x-linux"),
            outcome,
            detail: String::new(),
            micros: 0,
        }
    }

    fn update(file: &str, rows: &[Row]) -> (String, Vec<String>) {
        let mut update = Update::new("f", &format!("{HEAD}{file}")).unwrap();
        rows.iter().for_each(|row| update.record(row));
        let (text, remarks) = update.after("", "");
        (text.strip_prefix(HEAD).unwrap().to_owned(), remarks)
    }

    #[test]
    fn what_fails_gets_a_row() {
        use Outcome::{Crash, Fail, Pass};
        let rows = [row(1, "a", Fail), row(1, "b", Fail), row(2, "a", Fail), row(2, "b", Crash), row(3, "a", Pass)];
        let (text, remarks) = update("", &rows);
        assert_eq!(text, "s,a.wast,1,e,*,*,fail,,\ns,a.wast,2,e,a,*,fail,,\ns,a.wast,2,e,b,*,crash,,\n");
        assert!(remarks.is_empty());
    }

    #[test]
    fn what_passes_or_is_gone_loses_its_row() {
        use Outcome::{Pass, Xfail, Xpass};
        let file = "s,a.wast,1,e,*,*,fail,\"why,\nindeed\",https://x\n\
                    s,a.wast,2,e,*,*,fail,why,https://x\n\
                    s,a.wast,9,e,*,*,fail,why,https://x\n\
                    s,b.wast,1,e,*,*,fail,not run,https://x\n";
        let rows = [row(1, "a", Xfail), row(2, "a", Xpass), row(3, "a", Pass)];
        let (text, remarks) = update(file, &rows);
        let kept = "s,a.wast,1,e,*,*,fail,\"why,\nindeed\",https://x\ns,b.wast,1,e,*,*,fail,not run,https://x\n";
        assert_eq!(text, kept, "kept rows stay byte for byte");
        assert!(remarks.is_empty());
    }

    #[test]
    fn what_is_not_clear_is_said() {
        use Outcome::{Xfail, Xpass};
        let (text, remarks) =
            update("s,a.wast,*,e,*,*,fail,why,https://x\n", &[row(1, "a", Xfail), row(2, "a", Xpass)]);
        assert!(text.starts_with("s,a.wast,*"));
        assert_eq!(remarks, ["`s,a.wast,*,e,*,*` is wrong about 1 of 2 directives"]);
        let (_, remarks) = update("", &[row(1, "a", Xpass)]);
        assert!(remarks[0].contains("in another file"), "{remarks:?}");
    }

    #[test]
    fn a_proposal_is_refused_until_it_is_filled_in() {
        let (text, _) = update("", &[row(1, "a", Outcome::Fail)]);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(crate::expect::FILE);
        std::fs::write(&path, format!("{HEAD}{text}")).unwrap();
        let error = crate::expect::Expectations::from_file(&path).unwrap_err().to_string();
        assert!(error.ends_with(":2: `reason` is empty"), "{error}");
    }
}
