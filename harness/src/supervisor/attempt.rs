//! How far a script has come, over the lives of as many workers as it takes. No process in sight: this only keeps
//! books, so that no directive is lost and none counted twice.

use crate::model::Outcome;
use crate::protocol::Event;
use crate::script::Directive;
use crate::task::{Judged, NO_SCRIPT, SCRIPT};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How many workers may die between two directives before one is blamed.
const PATIENCE: u32 = 2;

/// Why a worker is no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cause {
    /// `crash` or `timeout`.
    pub(super) outcome: Outcome,
    /// The signal, or how long it was waited for.
    pub(super) detail: String,
}

/// One script on its way.
#[derive(Debug, Default)]
pub(super) struct Attempt {
    plan: Option<Vec<Directive>>,
    judged: Vec<bool>,
    deadly: BTreeSet<u32>,
    /// Directives that have begun and not ended, with their features: more than one where scripts have threads.
    running: Vec<(u32, String)>,
    replaying: Option<u32>,
    /// Deaths since something happened.
    idle_deaths: u32,
    refused: Option<String>,
    finished: bool,
}

impl Attempt {
    /// Whether there is nothing left to do.
    pub(super) fn finished(&self) -> bool {
        self.finished
    }

    /// Whether the script runs as a whole, as far as is known.
    pub(super) fn is_whole(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| matches!(&plan[..], [directive] if directive.kind == SCRIPT))
    }

    /// Directives that a worker must not report again.
    pub(super) fn judged(&self) -> Vec<u32> {
        (0..).zip(&self.judged).filter(|(at, judged)| **judged && !self.deadly.contains(at)).map(|(at, _)| at).collect()
    }

    /// Directives that a worker must not run again.
    pub(super) fn deadly(&self) -> Vec<u32> {
        self.deadly.iter().copied().collect()
    }

    /// Takes note of an event; returns what it settles.
    pub(super) fn hear(&mut self, event: Event) -> Vec<Judged> {
        match event {
            Event::Plan(plan) => {
                if self.plan.is_none() {
                    self.judged = vec![false; plan.len()];
                    self.plan = Some(plan);
                }
                Vec::new()
            }
            Event::Malformed { line, what } => {
                self.finished = true;
                vec![whole(line, Outcome::Fail, format!("{NO_SCRIPT}{what}"))]
            }
            Event::Refused(why) => {
                self.refused = Some(why);
                Vec::new()
            }
            Event::Begin(at, features) => {
                self.replaying = None;
                self.running.push((at, features));
                Vec::new()
            }
            Event::Replay(at) => {
                self.replaying = Some(at);
                Vec::new()
            }
            Event::End(at, outcome, detail, micros) => {
                self.idle_deaths = 0;
                let features = self.end(at);
                self.settle(at, features, outcome, detail, micros).into_iter().collect()
            }
            // The supervisor hears this one itself.
            Event::Memory(_) => Vec::new(),
            Event::Done => {
                self.finished = true;
                match self.refused.take() {
                    Some(why) if self.plan.is_none() => vec![whole(1, Outcome::Fail, why)],
                    Some(why) => self.settle_rest(Outcome::Fail, &why),
                    None => self.settle_rest(Outcome::Crash, "the worker passed over it"),
                }
            }
        }
    }

    /// Takes note that the worker died; returns what that settles.
    pub(super) fn bury(&mut self, cause: &Cause) -> Vec<Judged> {
        let mut settled = Vec::new();
        let running = std::mem::take(&mut self.running);
        if !running.is_empty() {
            self.idle_deaths = 0;
            for (at, features) in running {
                self.deadly.insert(at);
                settled.extend(self.settle(at, features, cause.outcome, cause.detail.clone(), 0));
            }
        } else if let Some(at) = self.replaying.take() {
            // It has its row. Without it the script's state may be another, but the script goes on.
            self.deadly.insert(at);
        } else {
            self.idle_deaths += 1;
            if self.idle_deaths > PATIENCE {
                self.idle_deaths = 0;
                settled.extend(self.blame(cause));
            }
        }
        if self.plan.is_some() && self.judged.iter().all(|judged| *judged) {
            self.finished = true;
        }
        settled
    }

    /// Settles the next directive, or the script as a whole, for a worker that dies before saying what it does.
    fn blame(&mut self, cause: &Cause) -> Option<Judged> {
        if self.plan.is_none() {
            self.finished = true;
            return Some(whole(1, cause.outcome, cause.detail.clone()));
        }
        let at = u32::try_from(self.judged.iter().position(|judged| !judged)?).ok()?;
        self.deadly.insert(at);
        self.settle(at, String::new(), cause.outcome, cause.detail.clone(), 0)
    }

    /// Removes a directive from those that run; returns its features.
    fn end(&mut self, at: u32) -> String {
        match self.running.iter().position(|(running, _)| *running == at) {
            Some(index) => self.running.swap_remove(index).1,
            None => String::new(),
        }
    }

    fn settle(&mut self, at: u32, features: String, outcome: Outcome, detail: String, micros: u64) -> Option<Judged> {
        let judged = self.judged.get_mut(at as usize)?;
        if std::mem::replace(judged, true) {
            return None;
        }
        let directive = self.plan.as_ref()?.get(at as usize)?.clone();
        Some(Judged { at, directive, features, outcome, detail, micros })
    }

    fn settle_rest(&mut self, outcome: Outcome, detail: &str) -> Vec<Judged> {
        let rest = (0..).zip(&self.judged).filter(|(_, judged)| !**judged).map(|(at, _)| at).collect::<Vec<u32>>();
        let settle = |at| self.settle(at, String::new(), outcome, detail.to_owned(), 0);
        rest.into_iter().filter_map(settle).collect()
    }
}

/// What stands for a script whose directives are not known.
fn whole(line: u32, outcome: Outcome, detail: String) -> Judged {
    let directive = Directive { line, kind: Cow::Borrowed(SCRIPT) };
    Judged { at: 0, directive, features: String::new(), outcome, detail, micros: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause() -> Cause {
        Cause { outcome: Outcome::Crash, detail: "SIGSEGV".to_owned() }
    }

    fn planned(count: u32) -> Attempt {
        let mut attempt = Attempt::default();
        let directive = |line| Directive { line, kind: Cow::Borrowed("invoke") };
        assert_eq!(attempt.hear(Event::Plan((1..=count).map(directive).collect())), []);
        attempt
    }

    fn begin(at: u32) -> Event {
        Event::Begin(at, "simd".to_owned())
    }

    fn pass(at: u32) -> Event {
        Event::End(at, Outcome::Pass, String::new(), 1)
    }

    fn settled(judged: &[Judged]) -> Vec<(u32, Outcome)> {
        judged.iter().map(|judged| (judged.at, judged.outcome)).collect()
    }

    #[test]
    fn a_death_settles_what_was_running() {
        let mut attempt = planned(3);
        attempt.hear(begin(0));
        assert_eq!(settled(&attempt.hear(pass(0))), [(0, Outcome::Pass)]);
        attempt.hear(begin(1));
        let buried = attempt.bury(&cause());
        assert_eq!(settled(&buried), [(1, Outcome::Crash)]);
        assert_eq!((buried[0].features.as_str(), buried[0].directive.line), ("simd", 2));
        assert_eq!((attempt.judged(), attempt.deadly(), attempt.finished()), (vec![0], vec![1], false));
        attempt.hear(begin(2));
        attempt.bury(&cause());
        assert!(attempt.finished(), "the last one died too");
    }

    #[test]
    fn nothing_is_counted_twice() {
        let mut attempt = planned(1);
        attempt.hear(begin(0));
        attempt.hear(pass(0));
        assert_eq!(attempt.hear(pass(0)), []);
        assert_eq!(attempt.hear(pass(7)), [], "no such directive");
        attempt.hear(begin(0));
        assert_eq!(attempt.bury(&cause()), []);
    }

    #[test]
    fn a_death_in_replay_costs_no_row_and_does_not_loop() {
        let mut attempt = planned(2);
        attempt.hear(begin(0));
        attempt.hear(pass(0));
        attempt.hear(begin(1));
        attempt.bury(&cause());
        let mut attempt = Attempt { finished: false, judged: vec![true, false], ..attempt };
        attempt.hear(Event::Replay(0));
        assert_eq!(attempt.bury(&cause()), []);
        assert_eq!(attempt.deadly(), [0, 1]);
    }

    #[test]
    fn deaths_between_directives_are_forgiven_for_a_while() {
        let mut attempt = planned(2);
        for _ in 0..PATIENCE {
            assert_eq!(attempt.bury(&cause()), []);
        }
        assert_eq!(settled(&attempt.bury(&cause())), [(0, Outcome::Crash)]);

        let mut unknown = Attempt::default();
        for _ in 0..PATIENCE {
            assert_eq!(unknown.bury(&cause()), []);
        }
        assert_eq!(unknown.bury(&cause())[0].directive.kind, SCRIPT);
        assert!(unknown.finished());
    }

    #[test]
    fn threads_die_together() {
        let mut attempt = planned(3);
        attempt.hear(begin(0));
        attempt.hear(begin(1));
        attempt.hear(pass(0));
        attempt.hear(begin(2));
        assert_eq!(settled(&attempt.bury(&cause())), [(1, Outcome::Crash), (2, Outcome::Crash)]);
        assert!(attempt.finished());
    }

    #[test]
    fn what_is_left_at_the_end_is_not_lost() {
        let mut attempt = planned(2);
        attempt.hear(begin(0));
        attempt.hear(pass(0));
        assert_eq!(settled(&attempt.hear(Event::Done)), [(1, Outcome::Crash)]);
        let mut attempt = planned(2);
        attempt.hear(Event::Refused("no".to_owned()));
        assert_eq!(settled(&attempt.hear(Event::Done)), [(0, Outcome::Fail), (1, Outcome::Fail)]);
    }
}
