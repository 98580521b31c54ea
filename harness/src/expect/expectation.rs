//! One expectation: a row of `expectations.csv`.

use super::error::Error;
use crate::model::Outcome;

/// Name of a file of expectations in a folder.
pub const FILE: &str = "expectations.csv";

/// Columns of a file of expectations, in order.
pub const COLUMNS: [&str; 9] = ["suite", "file", "line", "engine", "mode", "target", "outcome", "reason", "link"];

/// Number of columns, from the first, that say which directives are meant.
pub(super) const KEYS: usize = 6;

/// Separator of outcomes any of which may come.
pub(super) const ANY: &str = "|";

/// A parsed row.
#[derive(Clone, Debug)]
pub(super) struct Expectation {
    /// File and line of the row.
    pub(super) origin: (String, u64),
    /// The first [`KEYS`] columns; `None` for `*`.
    pub(super) keys: [Option<String>; KEYS],
    /// Outcomes any of which is expected; several if the outcome differs between runs or machines.
    pub(super) outcomes: Vec<Outcome>,
    pub(super) reason: String,
    /// Whether a directive has matched the row.
    pub(super) matched: bool,
}

/// Precedence of a row: the number of columns that are not `*`, then which they are. The earlier column decides a tie.
pub(super) type Specificity = (usize, [bool; KEYS]);

impl Expectation {
    /// Parses the fields of a row. An error says what is wrong.
    pub(super) fn new(file: &str, line: u64, fields: &[&str]) -> Result<Self, String> {
        let [suite, script, at, engine, mode, target, outcome, reason, link] = *fields else {
            return Err(format!("{} fields, not {}", fields.len(), COLUMNS.len()));
        };
        for (column, field) in COLUMNS.iter().zip(fields) {
            if field.trim().is_empty() {
                return Err(format!("`{column}` is empty"));
            }
        }
        if at != "*" && at.parse().map_or(true, |n: u32| n == 0 || n.to_string() != at) {
            return Err(format!("`{at}` is not a line number"));
        }
        let outcomes = outcome.split(ANY).map(str::parse).collect::<Result<Vec<Outcome>, _>>()?;
        if let Some(outcome) = outcomes.iter().find(|outcome| matches!(outcome, Outcome::Xfail | Outcome::Xpass)) {
            return Err(format!("`{outcome}` follows from an expectation; expect `fail` or `pass`"));
        }
        if !link.starts_with("https://") {
            return Err(format!("`{link}` is not an https link"));
        }
        let keys = [suite, script, at, engine, mode, target].map(|key| (key != "*").then(|| key.to_owned()));
        Ok(Self { origin: (file.to_owned(), line), keys, outcomes, reason: reason.to_owned(), matched: false })
    }

    /// Whether the row is about a directive with these keys.
    pub(super) fn covers(&self, keys: &[&str; KEYS]) -> bool {
        self.keys.iter().zip(keys).all(|(mine, its)| mine.as_ref().is_none_or(|mine| mine == its))
    }

    pub(super) fn specificity(&self) -> Specificity {
        let given = self.keys.each_ref().map(Option::is_some);
        (given.iter().filter(|g| **g).count(), given)
    }
}

/// Opens the text of a file of expectations and checks its columns.
pub(super) fn reader<'a>(file: &str, text: &'a str) -> Result<csv::Reader<&'a [u8]>, Error> {
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| Error::from_csv(file, &error))?;
    if !header.iter().eq(COLUMNS) {
        let what = format!("columns must be `{}`", COLUMNS.join(","));
        return Err(Error::Row { file: file.to_owned(), line: 1, what });
    }
    Ok(reader)
}
