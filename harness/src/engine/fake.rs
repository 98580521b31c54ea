//! An engine that runs nothing and behaves as its mode says: it shows that the harness can go red.
//!
//! A mode is a list of deeds, joined by `+`. Each is `DEED`, for every directive, or `DEED@N`, for the N-th directive
//! of each script (from 1), or `DEED@rN`, for that directive when it is replayed after a worker died. The first that
//! fits is done; where none fits, the engine does what the script expects.
//!
//! `pass`, `fail`, `trap`, `unsupported`: answers. `crash` (aborts), `segfault`, `panic`, `exit` (leaves quietly), `hang`,
//! `eat` (takes memory until something stops it): deaths. `print`: writes to standard output, then passes. `flaky`: fails
//! as long as there is no file of the directive's number in the folder that `WASSAY_FAKE_FOLDER` names, and makes it.

use super::error::{Error, SessionError, SessionResult};
use super::interface::{
    DirectiveInfo, Engine, Expected, InstanceId, Mode, ModuleId, Session, ThreadSession, unknown_mode,
};
use super::value::Value;
use rustix::process::{Signal, getpid, kill_process};
use std::time::Duration;
use wasmparser::WasmFeatures;

/// The engine; all it is lies in its modes.
#[derive(Debug)]
pub struct Fake;

/// What to do instead of running wasm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Pass,
    Fail,
    Trap,
    Unsupported,
    Crash,
    Segfault,
    Panic,
    Exit,
    Hang,
    Eat,
    Print,
    Flaky,
}

/// A deed and when to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    deed: Deed,
    /// Number of the directive; none for every one.
    number: Option<usize>,
    /// Whether it is for the replay of that directive.
    replayed: bool,
}

impl Plan {
    fn parse(text: &str) -> Option<Self> {
        let (deed, when) = match text.split_once('@') {
            Some((deed, when)) => (deed, Some(when)),
            None => (text, None),
        };
        let deed = match deed {
            "pass" => Deed::Pass,
            "fail" => Deed::Fail,
            "trap" => Deed::Trap,
            "unsupported" => Deed::Unsupported,
            "crash" => Deed::Crash,
            "segfault" => Deed::Segfault,
            "panic" => Deed::Panic,
            "exit" => Deed::Exit,
            "hang" => Deed::Hang,
            "eat" => Deed::Eat,
            "print" => Deed::Print,
            "flaky" => Deed::Flaky,
            _ => return None,
        };
        let Some(when) = when else { return Some(Self { deed, number: None, replayed: false }) };
        let (replayed, number) = match when.strip_prefix('r') {
            Some(number) => (true, number),
            None => (false, when),
        };
        Some(Self { deed, number: Some(number.parse().ok()?), replayed })
    }

    fn parse_mode(mode: &str) -> Option<Vec<Self>> {
        mode.split('+').map(Self::parse).collect()
    }

    fn fits(self, directive: &DirectiveInfo<'_>) -> bool {
        self.replayed == directive.replayed && self.number.is_none_or(|number| number == directive.number)
    }
}

impl Engine for Fake {
    fn name(&self) -> &'static str {
        "fake"
    }

    fn version(&self) -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }

    fn about(&self) -> &'static str {
        "runs nothing; passes, fails, traps, crashes, hangs or eats memory as its mode says (`crash@7+fail`)"
    }

    fn modes(&self) -> Vec<Mode> {
        vec![Mode { name: "pass", about: "answers what the script expects" }]
    }

    fn has_mode(&self, mode: &str) -> bool {
        Plan::parse_mode(mode).is_some()
    }

    fn missing(&self) -> Vec<String> {
        Vec::new()
    }

    fn session(&self, mode: &str, _features: WasmFeatures) -> Result<Box<dyn Session>, Error> {
        let plans = Plan::parse_mode(mode).ok_or_else(|| unknown_mode(self, mode))?;
        Ok(Box::new(FakeSession::new(plans)))
    }
}

/// One script's fake modules: numbers.
struct FakeSession {
    plans: Vec<Plan>,
    made: usize,
    now: Deed,
    expected: Expected,
}

impl FakeSession {
    fn new(plans: Vec<Plan>) -> Self {
        Self { plans, made: 0, now: Deed::Pass, expected: Expected::Success }
    }

    fn next(&mut self) -> usize {
        self.made += 1;
        self.made
    }

    /// Ends a call that would make something: as the script expects, or not, on demand.
    fn make(&mut self, expected: impl Fn(&SessionError) -> bool) -> SessionResult<usize> {
        match (self.now, &self.expected) {
            (Deed::Fail, Expected::Error(stop)) if expected(stop) => Ok(self.next()),
            (Deed::Fail, Expected::Success | Expected::Values(_)) => {
                Err(SessionError::Other("fails on demand".to_owned()))
            }
            (Deed::Trap, Expected::Success | Expected::Values(_)) => {
                Err(SessionError::Trap("traps on demand".to_owned()))
            }
            (Deed::Unsupported, _) => Err(unsupported()),
            (_, Expected::Error(stop)) if expected(stop) => Err(stop.clone()),
            _ => Ok(self.next()),
        }
    }

    /// Ends a call that returns values.
    fn answer(&self) -> SessionResult<Vec<Value>> {
        match (self.now, &self.expected) {
            (Deed::Unsupported, _) => Err(unsupported()),
            (Deed::Trap, _) => Err(SessionError::Trap("traps on demand".to_owned())),
            (Deed::Fail, Expected::Success) => Err(SessionError::Other("fails on demand".to_owned())),
            (Deed::Fail, Expected::Error(_)) | (_, Expected::Success) => Ok(Vec::new()),
            (Deed::Fail, Expected::Values(values)) => {
                let mut values = values.clone();
                if values.pop().is_none() {
                    values.push(Value::I32(0));
                }
                Ok(values)
            }
            (_, Expected::Values(values)) => Ok(values.clone()),
            (_, Expected::Error(stop)) => Err(stop.clone()),
        }
    }
}

impl Session for FakeSession {
    fn begin_directive(&mut self, directive: &DirectiveInfo<'_>) {
        self.expected = (directive.expected)();
        let plan = self.plans.iter().find(|plan| plan.fits(directive));
        self.now = plan.map_or(Deed::Pass, |plan| plan.deed);
        if self.now == Deed::Flaky {
            self.now = if is_first(directive.number) { Deed::Fail } else { Deed::Pass };
        }
        match self.now {
            Deed::Crash => std::process::abort(),
            // More than once, because Rust's runtime takes the first for a stack overflow that it does not find.
            Deed::Segfault => loop {
                let _ = kill_process(getpid(), Signal::SEGV);
            },
            Deed::Panic => panic!("on demand"),
            Deed::Exit => std::process::exit(0),
            Deed::Hang => loop {
                std::thread::sleep(Duration::from_secs(3600));
            },
            Deed::Eat => {
                let mut eaten: Vec<Vec<u8>> = Vec::new();
                loop {
                    eaten.push(vec![1; 1 << 20]);
                    std::hint::black_box(&eaten);
                }
            }
            Deed::Print => {
                println!(
                    "{{\"end\":{{\"at\":0,\"outcome\":\"fail\",\"detail\":\"not the worker's words\",\"micros\":0}}}}"
                );
            }
            Deed::Pass | Deed::Fail | Deed::Trap | Deed::Unsupported | Deed::Flaky => {}
        }
    }

    fn compile(&mut self, _wasm: &[u8]) -> SessionResult<ModuleId> {
        self.make(|stop| matches!(stop, SessionError::Invalid(_))).map(ModuleId)
    }

    fn validate(&mut self, _wasm: &[u8]) -> SessionResult<()> {
        self.make(|stop| matches!(stop, SessionError::Invalid(_))).map(|_| ())
    }

    fn instantiate(&mut self, _module: ModuleId) -> SessionResult<InstanceId> {
        self.make(|stop| !matches!(stop, SessionError::Invalid(_))).map(InstanceId)
    }

    fn register(&mut self, _name: &str, _instance: InstanceId) -> SessionResult<()> {
        self.make(|_| true).map(|_| ())
    }

    fn invoke(&mut self, _instance: InstanceId, _name: &str, _args: &[Value]) -> SessionResult<Vec<Value>> {
        self.answer()
    }

    fn get(&mut self, _instance: InstanceId, _name: &str) -> SessionResult<Value> {
        let values = self.answer()?;
        values.first().copied().ok_or_else(|| SessionError::Other("no value is expected".to_owned()))
    }

    fn thread(&mut self, shared: Option<InstanceId>) -> SessionResult<ThreadSession> {
        if self.now == Deed::Unsupported {
            return Err(unsupported());
        }
        Ok((Box::new(Self::new(self.plans.clone())), shared))
    }
}

/// Whether this is the first time, for all processes that share a folder.
fn is_first(number: usize) -> bool {
    let Some(folder) = std::env::var_os("WASSAY_FAKE_FOLDER") else { return true };
    std::fs::File::create_new(std::path::Path::new(&folder).join(number.to_string())).is_ok()
}

fn unsupported() -> SessionError {
    SessionError::Unsupported { feature: "everything".to_owned(), what: "nothing is supported on demand".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_lists_of_deeds() {
        assert_eq!(
            Plan::parse_mode("crash@7+fail"),
            Some(vec![
                Plan { deed: Deed::Crash, number: Some(7), replayed: false },
                Plan { deed: Deed::Fail, number: None, replayed: false },
            ])
        );
        assert_eq!(Plan::parse("hang@r3"), Some(Plan { deed: Deed::Hang, number: Some(3), replayed: true }));
        assert_eq!(Plan::parse_mode("crash@"), None);
        assert_eq!(Plan::parse_mode("dance"), None);
        assert!(!Fake.has_mode(""));
    }
}
