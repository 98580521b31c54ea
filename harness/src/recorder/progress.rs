//! Progress of a run on standard error: a bar on a terminal, lines elsewhere, and unexpected outcomes as they arrive.

use crate::escape::write_line;
use crate::model::Row;
use crate::report::one_line::line;
use crate::script::is_consequence;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// Interval between progress lines if there is no terminal.
const INTERVAL: Duration = Duration::from_secs(10);

/// Maximum number of directives to name while the run goes on.
const NAMED: usize = 50;

/// Progress of a run.
pub struct Progress {
    bar: Option<ProgressBar>,
    scripts: usize,
    finished: usize,
    /// Total and finished work, by weight of scripts. Numbers of scripts would mislead, as the longest come first.
    work: u64,
    done: u64,
    directives: usize,
    red: usize,
    /// Number of red directives that were named, and its maximum.
    named: usize,
    most: usize,
    begun: Instant,
    said: Instant,
}

impl Progress {
    /// Starts to show the progress of a number of scripts with a total weight.
    ///
    /// With `plain` there is no bar, even on a terminal. With `quiet`, unexpected outcomes are not named.
    #[must_use]
    pub fn new((scripts, work): (usize, u64), plain: bool, quiet: bool) -> Self {
        let bar = (!plain && std::io::stderr().is_terminal()).then(|| bar(scripts));
        let now = Instant::now();
        let most = if quiet { 0 } else { NAMED };
        Self { bar, scripts, finished: 0, work, done: 0, directives: 0, red: 0, named: 0, most, begun: now, said: now }
    }

    /// Counts judged directives.
    pub fn judged(&mut self, directives: usize) {
        self.directives += directives;
    }

    /// Counts a directive with an unexpected outcome, and names it unless its outcome only follows from another one.
    pub fn red(&mut self, row: &Row) {
        self.red += 1;
        if self.most == 0 || is_consequence(&row.detail) {
            return;
        }
        self.named += 1;
        match self.named {
            n if n <= self.most => self.say(&line(row)),
            n if n == self.most + 1 => self.say("... further unexpected outcomes are only counted"),
            _ => {}
        }
    }

    /// Counts a finished script by its weight.
    pub fn finished(&mut self, weight: u64) {
        self.finished += 1;
        self.done += weight;
    }

    /// Updates the bar, or prints a line if the interval has passed.
    pub fn tick(&mut self) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.finished as u64);
            let left = self.left().map_or("?".to_owned(), |left| left.as_secs().to_string());
            bar.set_message(format!("{left} s left, {:.0} directives/s, {} not as expected", self.rate(), self.red));
        } else if self.said.elapsed() >= INTERVAL {
            self.said = Instant::now();
            let left = self.left().map_or(String::new(), |left| format!(", {} s left", left.as_secs()));
            self.say(&format!("{} of {} scripts{left}, {}", self.finished, self.scripts, self.figures()));
        }
    }

    /// Removes the bar.
    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    /// Prints a line above the bar.
    fn say(&self, line: &str) {
        let say = || {
            // A closed standard error must not stop the run.
            let _ = write_line!(&mut std::io::stderr(), "{line}");
        };
        match &self.bar {
            Some(bar) => bar.suspend(say),
            None => say(),
        }
    }

    /// Estimates the remaining time from the finished share of the work.
    fn left(&self) -> Option<Duration> {
        #[expect(clippy::cast_precision_loss, reason = "it is a guess")]
        let share = (self.work - self.done.min(self.work)) as f64 / self.done as f64;
        Duration::try_from_secs_f64(self.begun.elapsed().as_secs_f64() * share).ok()
    }

    /// Returns the number of directives per second.
    #[expect(clippy::cast_precision_loss, reason = "there are not 2^53 directives")]
    fn rate(&self) -> f64 {
        self.directives as f64 / self.begun.elapsed().as_secs_f64().max(0.001)
    }

    fn figures(&self) -> String {
        format!("{} directives ({:.0}/s), {} not as expected", self.directives, self.rate(), self.red)
    }
}

/// Returns whether colours are allowed: <https://no-color.org>.
fn colours() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn bar(scripts: usize) -> ProgressBar {
    // The whole line has to fit in 80 columns.
    let style = if colours() { "{bar:8.cyan}" } else { "{bar:8}" };
    let template = format!("{style} {{pos}}/{{len}} scripts, {{msg}}");
    let bar = ProgressBar::with_draw_target(Some(scripts as u64), ProgressDrawTarget::stderr_with_hz(10));
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}
