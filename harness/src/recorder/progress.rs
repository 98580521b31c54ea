//! Shows how far a run is: a bar on a terminal, a line now and then elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How often there is a line where there is no terminal.
const INTERVAL: Duration = Duration::from_secs(10);

/// How far a run is.
pub struct Progress {
    bar: Option<ProgressBar>,
    scripts: usize,
    finished: usize,
    directives: usize,
    red: usize,
    begun: Instant,
    said: Instant,
}

impl Progress {
    /// Begins to show the progress of so many scripts.
    #[must_use]
    pub fn new(scripts: usize) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| bar(scripts));
        let now = Instant::now();
        Self { bar, scripts, finished: 0, directives: 0, red: 0, begun: now, said: now }
    }

    /// Counts directives.
    pub fn judged(&mut self, directives: usize, red: usize) {
        self.directives += directives;
        self.red += red;
    }

    /// Counts a script.
    pub fn finished(&mut self) {
        self.finished += 1;
    }

    /// Shows the figures, if it is time to.
    pub fn tick(&mut self) {
        if let Some(bar) = &self.bar {
            bar.set_position(self.finished as u64);
            bar.set_message(self.figures());
        } else if self.said.elapsed() >= INTERVAL {
            self.said = Instant::now();
            eprintln!("{} of {} scripts, {}", self.finished, self.scripts, self.figures());
        }
    }

    /// Stops showing anything.
    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    fn figures(&self) -> String {
        let seconds = self.begun.elapsed().as_secs_f64().max(0.001);
        #[expect(clippy::cast_precision_loss, reason = "there are not 2^53 directives")]
        let rate = self.directives as f64 / seconds;
        format!("{} directives ({rate:.0}/s), {} not as their scripts say", self.directives, self.red)
    }
}

fn bar(scripts: usize) -> ProgressBar {
    let colours = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let style = if colours { "{bar:30.cyan}" } else { "{bar:30}" };
    let template = format!("{style} {{pos}}/{{len}} scripts, {{left}} left, {{msg}}");
    let bar = ProgressBar::with_draw_target(Some(scripts as u64), ProgressDrawTarget::stderr_with_hz(10));
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style.with_key("left", |state: &ProgressState, out: &mut dyn Write| {
            let _ = write!(out, "{:.0} s", state.eta().as_secs_f64().ceil());
        }));
    }
    bar
}
