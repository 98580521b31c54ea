//! State of a task over all workers that it takes: which directives have been judged, run now, or killed a worker.
//!
//! This is bookkeeping without processes. It ensures that no directive is lost and none is counted twice.

use crate::model::{Directive, Outcome};
use crate::protocol::Event;
use crate::task::{DirectiveResult, NO_SCRIPT, SCRIPT};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// How many workers may die between two directives before the next directive is blamed.
const IDLE_DEATHS: u32 = 2;

/// The death of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WorkerDeath {
    /// `crash` or `timeout`.
    pub(super) outcome: Outcome,
    /// The signal, or the time limit.
    pub(super) detail: String,
}

/// The state of one task.
#[derive(Debug, Default)]
pub(super) struct TaskState {
    plan: Option<Vec<Directive>>,
    judged: Vec<bool>,
    deadly: BTreeSet<u32>,
    /// Directives that have begun and not ended, with their features. There are several if the script has threads.
    running: Vec<(u32, String)>,
    replaying: Option<u32>,
    /// Deaths since the last directive began or ended.
    idle_deaths: u32,
    refused: Option<String>,
    finished: bool,
}

impl TaskState {
    /// Whether every directive has been judged.
    pub(super) fn finished(&self) -> bool {
        self.finished
    }

    /// Whether the script is known to run as a whole.
    pub(super) fn is_whole(&self) -> bool {
        self.plan.as_ref().is_some_and(|plan| matches!(&plan[..], [directive] if directive.kind == SCRIPT))
    }

    /// Numbers of the directives that a worker must not report again.
    pub(super) fn judged(&self) -> Vec<u32> {
        (0..).zip(&self.judged).filter(|(at, judged)| **judged && !self.deadly.contains(at)).map(|(at, _)| at).collect()
    }

    /// Numbers of the directives that a worker must not run again.
    pub(super) fn deadly(&self) -> Vec<u32> {
        self.deadly.iter().copied().collect()
    }

    /// Handles an event and returns the directives that it settles.
    pub(super) fn handle(&mut self, event: Event) -> Vec<DirectiveResult> {
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
            // `Process` handles this event.
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

    /// Handles the death of the worker and returns the directives that it settles.
    pub(super) fn worker_died(&mut self, death: &WorkerDeath) -> Vec<DirectiveResult> {
        let mut settled = Vec::new();
        let running = std::mem::take(&mut self.running);
        if !running.is_empty() {
            self.idle_deaths = 0;
            for (at, features) in running {
                self.deadly.insert(at);
                settled.extend(self.settle(at, features, death.outcome, death.detail.clone(), 0));
            }
        } else if let Some(at) = self.replaying.take() {
            // Its row exists. Without its effects the state of the script may differ, but the script goes on.
            self.deadly.insert(at);
        } else {
            self.idle_deaths += 1;
            if self.idle_deaths > IDLE_DEATHS {
                self.idle_deaths = 0;
                settled.extend(self.blame(death));
            }
        }
        if self.plan.is_some() && self.judged.iter().all(|judged| *judged) {
            self.finished = true;
        }
        settled
    }

    /// Settles the next directive, or the whole script, for a worker that died before it began a directive.
    fn blame(&mut self, death: &WorkerDeath) -> Option<DirectiveResult> {
        if self.plan.is_none() {
            self.finished = true;
            return Some(whole(1, death.outcome, death.detail.clone()));
        }
        let at = u32::try_from(self.judged.iter().position(|judged| !judged)?).ok()?;
        self.deadly.insert(at);
        self.settle(at, String::new(), death.outcome, death.detail.clone(), 0)
    }

    /// Removes a directive from the running ones and returns its features.
    fn end(&mut self, at: u32) -> String {
        match self.running.iter().position(|(running, _)| *running == at) {
            Some(index) => self.running.swap_remove(index).1,
            None => String::new(),
        }
    }

    fn settle(
        &mut self,
        at: u32,
        features: String,
        outcome: Outcome,
        detail: String,
        micros: u64,
    ) -> Option<DirectiveResult> {
        let judged = self.judged.get_mut(at as usize)?;
        if std::mem::replace(judged, true) {
            return None;
        }
        let directive = self.plan.as_ref()?.get(at as usize)?.clone();
        Some(DirectiveResult { at, directive, features, outcome, detail, micros })
    }

    fn settle_rest(&mut self, outcome: Outcome, detail: &str) -> Vec<DirectiveResult> {
        let rest = (0..).zip(&self.judged).filter(|(_, judged)| !**judged).map(|(at, _)| at).collect::<Vec<u32>>();
        let settle = |at| self.settle(at, String::new(), outcome, detail.to_owned(), 0);
        rest.into_iter().filter_map(settle).collect()
    }
}

/// Creates the result of a whole script, whose directives are not known.
fn whole(line: u32, outcome: Outcome, detail: String) -> DirectiveResult {
    let directive = Directive { line, kind: Cow::Borrowed(SCRIPT) };
    DirectiveResult { at: 0, directive, features: String::new(), outcome, detail, micros: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn death() -> WorkerDeath {
        WorkerDeath { outcome: Outcome::Crash, detail: "SIGSEGV".to_owned() }
    }

    fn planned(count: u32) -> TaskState {
        let mut state = TaskState::default();
        let directive = |line| Directive { line, kind: Cow::Borrowed("invoke") };
        assert_eq!(state.handle(Event::Plan((1..=count).map(directive).collect())), []);
        state
    }

    fn begin(at: u32) -> Event {
        Event::Begin(at, "simd".to_owned())
    }

    fn pass(at: u32) -> Event {
        Event::End(at, Outcome::Pass, String::new(), 1)
    }

    fn settled(judged: &[DirectiveResult]) -> Vec<(u32, Outcome)> {
        judged.iter().map(|judged| (judged.at, judged.outcome)).collect()
    }

    #[test]
    fn a_death_settles_what_was_running() {
        let mut state = planned(3);
        state.handle(begin(0));
        assert_eq!(settled(&state.handle(pass(0))), [(0, Outcome::Pass)]);
        state.handle(begin(1));
        let settled_now = state.worker_died(&death());
        assert_eq!(settled(&settled_now), [(1, Outcome::Crash)]);
        assert_eq!((settled_now[0].features.as_str(), settled_now[0].directive.line), ("simd", 2));
        assert_eq!((state.judged(), state.deadly(), state.finished()), (vec![0], vec![1], false));
        state.handle(begin(2));
        state.worker_died(&death());
        assert!(state.finished(), "the last one died too");
    }

    #[test]
    fn nothing_is_counted_twice() {
        let mut state = planned(1);
        state.handle(begin(0));
        state.handle(pass(0));
        assert_eq!(state.handle(pass(0)), []);
        assert_eq!(state.handle(pass(7)), [], "no such directive");
        state.handle(begin(0));
        assert_eq!(state.worker_died(&death()), []);
    }

    #[test]
    fn a_death_in_replay_costs_no_row_and_does_not_loop() {
        let mut state = planned(2);
        state.handle(begin(0));
        state.handle(pass(0));
        state.handle(begin(1));
        state.worker_died(&death());
        let mut state = TaskState { finished: false, judged: vec![true, false], ..state };
        state.handle(Event::Replay(0));
        assert_eq!(state.worker_died(&death()), []);
        assert_eq!(state.deadly(), [0, 1]);
    }

    #[test]
    fn deaths_between_directives_are_forgiven_for_a_while() {
        let mut state = planned(2);
        for _ in 0..IDLE_DEATHS {
            assert_eq!(state.worker_died(&death()), []);
        }
        assert_eq!(settled(&state.worker_died(&death())), [(0, Outcome::Crash)]);

        let mut unknown = TaskState::default();
        for _ in 0..IDLE_DEATHS {
            assert_eq!(unknown.worker_died(&death()), []);
        }
        assert_eq!(unknown.worker_died(&death())[0].directive.kind, SCRIPT);
        assert!(unknown.finished());
    }

    #[test]
    fn threads_die_together() {
        let mut state = planned(3);
        state.handle(begin(0));
        state.handle(begin(1));
        state.handle(pass(0));
        state.handle(begin(2));
        assert_eq!(settled(&state.worker_died(&death())), [(1, Outcome::Crash), (2, Outcome::Crash)]);
        assert!(state.finished());
    }

    #[test]
    fn what_is_left_at_the_end_is_not_lost() {
        let mut state = planned(2);
        state.handle(begin(0));
        state.handle(pass(0));
        assert_eq!(settled(&state.handle(Event::Done)), [(1, Outcome::Crash)]);
        let mut state = planned(2);
        state.handle(Event::Refused("no".to_owned()));
        assert_eq!(settled(&state.handle(Event::Done)), [(0, Outcome::Fail), (1, Outcome::Fail)]);
    }
}
