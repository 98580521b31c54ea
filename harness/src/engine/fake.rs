//! A fake engine, which runs nothing and behaves as its mode says. With it, tests show that the harness can go red.
//!
//! A mode is a list of rules, joined with `+`. A rule is a behaviour for every directive (`crash`), for the N-th directive
//! of each script, from 1 (`crash@N`), or for that directive when it is replayed after the death of a worker (`crash@rN`).
//! The first matching rule applies. If none matches, the engine does what the script expects.
//!
//! - Results: `pass`, `fail`, `trap`, `unsupported`.
//! - Deaths: `crash` (aborts), `segfault`, `panic`, `exit` (exits with code 0), `hang`, `eat` (allocates memory until it is
//!   stopped).
//! - `print` writes to standard output, then passes.
//! - `flaky` fails and creates a file with the directive's number in the folder that `WASSAY_FAKE_FOLDER` names. If the file
//!   exists, it passes.

use super::error::{Error, SessionError, SessionResult};
use super::interface::{
    DirectiveInfo, Engine, Expected, InstanceId, Mode, ModuleId, Session, ThreadSession, unknown_mode,
};
use super::value::Value;
use rustix::process::{Signal, getpid, kill_process};
use std::time::Duration;
use wasmparser::WasmFeatures;

/// The engine.
#[derive(Debug)]
pub struct Fake;

/// What the engine does with a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Behaviour {
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

/// A behaviour and the directives that it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Rule {
    behaviour: Behaviour,
    /// Number of the directive; `None` for every directive.
    number: Option<usize>,
    /// Whether the rule is for the replay of that directive.
    replayed: bool,
}

impl Rule {
    fn parse(text: &str) -> Option<Self> {
        let (behaviour, when) = match text.split_once('@') {
            Some((behaviour, when)) => (behaviour, Some(when)),
            None => (text, None),
        };
        let behaviour = match behaviour {
            "pass" => Behaviour::Pass,
            "fail" => Behaviour::Fail,
            "trap" => Behaviour::Trap,
            "unsupported" => Behaviour::Unsupported,
            "crash" => Behaviour::Crash,
            "segfault" => Behaviour::Segfault,
            "panic" => Behaviour::Panic,
            "exit" => Behaviour::Exit,
            "hang" => Behaviour::Hang,
            "eat" => Behaviour::Eat,
            "print" => Behaviour::Print,
            "flaky" => Behaviour::Flaky,
            _ => return None,
        };
        let Some(when) = when else { return Some(Self { behaviour, number: None, replayed: false }) };
        let (replayed, number) = match when.strip_prefix('r') {
            Some(number) => (true, number),
            None => (false, when),
        };
        Some(Self { behaviour, number: Some(number.parse().ok()?), replayed })
    }

    fn parse_mode(mode: &str) -> Option<Vec<Self>> {
        mode.split('+').map(Self::parse).collect()
    }

    fn matches(self, directive: &DirectiveInfo<'_>) -> bool {
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
        Rule::parse_mode(mode).is_some()
    }

    fn missing(&self) -> Vec<String> {
        Vec::new()
    }

    fn session(&self, mode: &str, _features: WasmFeatures) -> Result<Box<dyn Session>, Error> {
        let rules = Rule::parse_mode(mode).ok_or_else(|| unknown_mode(self, mode))?;
        Ok(Box::new(FakeSession::new(rules)))
    }
}

/// A session, whose modules and instances are numbers.
struct FakeSession {
    rules: Vec<Rule>,
    made: usize,
    now: Behaviour,
    expected: Expected,
}

impl FakeSession {
    fn new(rules: Vec<Rule>) -> Self {
        Self { rules, made: 0, now: Behaviour::Pass, expected: Expected::Success }
    }

    fn next(&mut self) -> usize {
        self.made += 1;
        self.made
    }

    /// The result of an operation that creates a module or instance. `expected` selects the errors that the operation can
    /// have.
    fn create(&mut self, expected: impl Fn(&SessionError) -> bool) -> SessionResult<usize> {
        match (self.now, &self.expected) {
            (Behaviour::Fail, Expected::Error(stop)) if expected(stop) => Ok(self.next()),
            (Behaviour::Fail, Expected::Success | Expected::Values(_)) => {
                Err(SessionError::Other("fails on demand".to_owned()))
            }
            (Behaviour::Trap, Expected::Success | Expected::Values(_)) => {
                Err(SessionError::Trap("traps on demand".to_owned()))
            }
            (Behaviour::Unsupported, _) => Err(unsupported()),
            (_, Expected::Error(stop)) if expected(stop) => Err(stop.clone()),
            _ => Ok(self.next()),
        }
    }

    /// The result of a call.
    fn answer(&self) -> SessionResult<Vec<Value>> {
        match (self.now, &self.expected) {
            (Behaviour::Unsupported, _) => Err(unsupported()),
            (Behaviour::Trap, _) => Err(SessionError::Trap("traps on demand".to_owned())),
            (Behaviour::Fail, Expected::Success) => Err(SessionError::Other("fails on demand".to_owned())),
            (Behaviour::Fail, Expected::Error(_)) | (_, Expected::Success) => Ok(Vec::new()),
            (Behaviour::Fail, Expected::Values(values)) => {
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
        let rule = self.rules.iter().find(|rule| rule.matches(directive));
        self.now = rule.map_or(Behaviour::Pass, |rule| rule.behaviour);
        if self.now == Behaviour::Flaky {
            self.now = if is_first(directive.number) { Behaviour::Fail } else { Behaviour::Pass };
        }
        match self.now {
            Behaviour::Crash => std::process::abort(),
            // In a loop, because Rust's handler returns from the first signal after it has found no stack overflow.
            Behaviour::Segfault => loop {
                let _ = kill_process(getpid(), Signal::SEGV);
            },
            Behaviour::Panic => panic!("on demand"),
            Behaviour::Exit => std::process::exit(0),
            Behaviour::Hang => loop {
                std::thread::sleep(Duration::from_secs(3600));
            },
            Behaviour::Eat => {
                let mut eaten: Vec<Vec<u8>> = Vec::new();
                loop {
                    eaten.push(vec![1; 1 << 20]);
                    std::hint::black_box(&eaten);
                }
            }
            Behaviour::Print => {
                println!(
                    "{{\"end\":{{\"at\":0,\"outcome\":\"fail\",\"detail\":\"not the worker's words\",\"micros\":0}}}}"
                );
            }
            Behaviour::Pass | Behaviour::Fail | Behaviour::Trap | Behaviour::Unsupported | Behaviour::Flaky => {}
        }
    }

    fn compile(&mut self, _wasm: &[u8]) -> SessionResult<ModuleId> {
        self.create(|stop| matches!(stop, SessionError::Invalid(_))).map(ModuleId)
    }

    fn validate(&mut self, _wasm: &[u8]) -> SessionResult<()> {
        self.create(|stop| matches!(stop, SessionError::Invalid(_))).map(|_| ())
    }

    fn instantiate(&mut self, _module: ModuleId) -> SessionResult<InstanceId> {
        self.create(|stop| !matches!(stop, SessionError::Invalid(_))).map(InstanceId)
    }

    fn register(&mut self, _name: &str, _instance: InstanceId) -> SessionResult<()> {
        self.create(|_| true).map(|_| ())
    }

    fn invoke(&mut self, _instance: InstanceId, _name: &str, _args: &[Value]) -> SessionResult<Vec<Value>> {
        self.answer()
    }

    fn get(&mut self, _instance: InstanceId, _name: &str) -> SessionResult<Value> {
        let values = self.answer()?;
        values.first().copied().ok_or_else(|| SessionError::Other("no value is expected".to_owned()))
    }

    fn thread(&mut self, shared: Option<InstanceId>) -> SessionResult<ThreadSession> {
        if self.now == Behaviour::Unsupported {
            return Err(unsupported());
        }
        Ok((Box::new(Self::new(self.rules.clone())), shared))
    }
}

/// Whether no process that shares the folder has run this directive before.
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
    fn modes_are_lists_of_rules() {
        assert_eq!(
            Rule::parse_mode("crash@7+fail"),
            Some(vec![
                Rule { behaviour: Behaviour::Crash, number: Some(7), replayed: false },
                Rule { behaviour: Behaviour::Fail, number: None, replayed: false },
            ])
        );
        assert_eq!(Rule::parse("hang@r3"), Some(Rule { behaviour: Behaviour::Hang, number: Some(3), replayed: true }));
        assert_eq!(Rule::parse_mode("crash@"), None);
        assert_eq!(Rule::parse_mode("dance"), None);
        assert!(!Fake.has_mode(""));
    }
}
