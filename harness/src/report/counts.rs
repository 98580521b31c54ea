//! Counts of outcomes.

use crate::model::Outcome;

/// Number of directives for each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; Outcome::ALL.len()]);

impl Counts {
    /// Adds a directive.
    pub fn add(&mut self, outcome: Outcome) {
        self.0[outcome as usize] += 1;
    }

    /// Adds a number of directives.
    pub(crate) fn add_many(&mut self, outcome: Outcome, count: u64) {
        self.0[outcome as usize] += count;
    }

    /// Adds the counts of another set of directives.
    pub fn merge(&mut self, other: &Self) {
        for (mine, its) in self.0.iter_mut().zip(other.0) {
            *mine += its;
        }
    }

    /// Returns the number of directives with an outcome.
    #[must_use]
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.0[outcome as usize]
    }

    /// Returns the number of all directives.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Returns whether a directive has an unexpected outcome.
    #[must_use]
    pub fn is_red(&self) -> bool {
        Outcome::ALL.into_iter().any(|outcome| outcome.is_red() && self.of(outcome) > 0)
    }

    /// Returns the share of directives that passed among those that were not skipped; `None` if all were skipped.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        let run = self.total() - self.of(Outcome::Skip);
        #[expect(clippy::cast_precision_loss, reason = "there are not 2^53 directives")]
        (run > 0).then(|| self.of(Outcome::Pass) as f64 / run as f64)
    }
}
