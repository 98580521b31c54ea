//! Tests that run whole scripts on a mock session.

use super::*;
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::interface::{InstanceId, ModuleId, Session, ThreadSession};
use crate::engine::value::Value;
use crate::model::{Directive, Verdict};
use std::collections::HashMap;
use std::sync::Mutex;
use wasmparser::WasmFeatures;

/// Results of calls, by the name of the export. Other calls return nothing.
type Answers = HashMap<&'static str, SessionResult<Vec<Value>>>;

/// A mock session: it compiles modules that `wasmparser` accepts, links modules that import from registered names only, and
/// returns the results that it was given.
#[derive(Clone, Default)]
struct MockSession {
    answers: Answers,
    registered: Vec<String>,
    modules: Vec<Vec<String>>,
    instances: usize,
    threads: bool,
}

impl Session for MockSession {
    fn compile(&mut self, wasm: &[u8]) -> SessionResult<ModuleId> {
        self.validate(wasm)?;
        if let Some(feature) = crate::features::required(wasm, WasmFeatures::all()).unwrap_or_default().first() {
            return Err(SessionError::Unsupported { feature: (*feature).to_owned(), what: "all of it".to_owned() });
        }
        self.modules.push(symbols::imports(wasm));
        Ok(ModuleId(self.modules.len() - 1))
    }

    fn validate(&mut self, wasm: &[u8]) -> SessionResult<()> {
        let mut validator = wasmparser::Validator::new_with_features(WasmFeatures::all());
        validator.validate_all(wasm).map(|_| ()).map_err(|error| SessionError::Invalid(error.message().to_owned()))
    }

    fn instantiate(&mut self, module: ModuleId) -> SessionResult<InstanceId> {
        match self.modules[module.0].iter().find(|import| !self.registered.contains(import)) {
            Some(import) if import == "trap" => Err(SessionError::Trap("unreachable".to_owned())),
            Some(import) => Err(SessionError::Unlinkable(format!("unknown import {import}"))),
            None => {
                self.instances += 1;
                Ok(InstanceId(self.instances - 1))
            }
        }
    }

    fn register(&mut self, name: &str, _instance: InstanceId) -> SessionResult<()> {
        self.registered.push(name.to_owned());
        Ok(())
    }

    fn invoke(&mut self, _instance: InstanceId, name: &str, _args: &[Value]) -> SessionResult<Vec<Value>> {
        self.answers.get(name).cloned().unwrap_or(Ok(Vec::new()))
    }

    fn get(&mut self, _instance: InstanceId, name: &str) -> SessionResult<Value> {
        let values = self.invoke(InstanceId(0), name, &[])?;
        values.first().copied().ok_or_else(|| SessionError::Other("no such global".to_owned()))
    }

    fn thread(&mut self, shared: Option<InstanceId>) -> SessionResult<ThreadSession> {
        if self.threads {
            return Ok((Box::new(self.clone()), shared));
        }
        Err(SessionError::Unsupported { feature: "threads".to_owned(), what: String::new() })
    }
}

/// Records events.
#[derive(Default)]
struct Recorder {
    begun: Mutex<Vec<(u32, String)>>,
    replayed: Mutex<Vec<u32>>,
    ended: Mutex<Vec<(u32, Verdict)>>,
}

impl Sink for Recorder {
    fn begin(&self, at: u32, features: &str) {
        self.begun.lock().expect("no panic").push((at, features.to_owned()));
    }
    fn replay(&self, at: u32) {
        self.replayed.lock().expect("no panic").push(at);
    }
    fn end(&self, at: u32, verdict: Verdict, _micros: u64) {
        self.ended.lock().expect("no panic").push((at, verdict));
    }
}

fn run_resumed(text: &str, session: MockSession, resume: &ResumePlan) -> (Vec<Directive>, Recorder) {
    let tokens = Tokens::new(text).expect("lexes");
    let mut script = tokens.parse().expect("parses");
    let directives = script.directives();
    let recorder = Recorder::default();
    run(&mut script, Box::new(session), &Context { features: WasmFeatures::all(), resume, sink: &recorder });
    (directives, recorder)
}

/// Runs a script and returns line, kind, outcome and detail of each directive. Checks that each begins and ends once.
fn judge(text: &str, session: MockSession) -> Vec<String> {
    let (directives, recorder) = run_resumed(text, session, &ResumePlan::default());
    let mut ended = recorder.ended.into_inner().expect("no panic");
    ended.sort_by_key(|(at, _)| *at);
    let mut begun = recorder.begun.into_inner().expect("no panic");
    begun.sort();
    let count = u32::try_from(directives.len()).expect("few");
    assert!(ended.iter().map(|(at, _)| *at).eq(0..count), "{ended:?}");
    assert!(begun.iter().map(|(at, _)| *at).eq(0..count), "{begun:?}");
    let show = |(directive, (_, verdict)): (&Directive, (u32, Verdict))| {
        let Verdict { outcome, detail } = verdict;
        format!("{} {} {outcome} {detail}", directive.line, directive.kind).trim_end().to_owned()
    };
    directives.iter().zip(ended).map(show).collect()
}

fn fails_with(name: &'static str, error: SessionError) -> MockSession {
    MockSession { answers: HashMap::from([(name, Err(error))]), ..MockSession::default() }
}

#[test]
fn every_kind_of_directive() {
    let answers = HashMap::from([
        ("one", Ok(vec![Value::I32(1)])),
        ("trap", Err(SessionError::Trap("integer divide by zero".to_owned()))),
        ("deep", Err(SessionError::Exhaustion("call stack exhausted".to_owned()))),
        ("throw", Err(SessionError::Exception("tag 0".to_owned()))),
        ("suspend", Err(SessionError::Suspension("unhandled tag".to_owned()))),
    ]);
    let text = r#"(module $m)
(module definition $d (func (export "one") (result i32) i32.const 1))
(module instance $i $d)
(module quote "(func)")
(module binary "\00asm\01\00\00\00")
(register "i" $i)
(invoke $i "one")
(assert_return (invoke $i "one") (i32.const 1))
(assert_return (get $i "one") (either (i32.const 3) (i32.const 1)))
(assert_return (invoke "nothing"))
(assert_trap (invoke "trap") "integer divide by zero")
(assert_trap (module (import "trap" "f" (func))) "unreachable")
(assert_exhaustion (invoke "deep") "call stack exhausted")
(assert_exception (invoke "throw"))
(assert_suspension (invoke "suspend") "unhandled")
(assert_invalid (module (func (result i32))) "type mismatch")
(assert_malformed (module quote "(func (result i33))") "unknown type")
(assert_malformed (module binary "\00asm") "unexpected end")
(assert_malformed_custom (module quote "(@name 1)(module)") "malformed")
(assert_invalid_custom (module quote "(func (result i32))") "type mismatch")
(assert_unlinkable (module (import "x" "y" (func))) "unknown import")
(thread $t (shared (module $m))
  (invoke $m "nothing"))
(wait $t)"#;
    let verdicts = judge(text, MockSession { answers, threads: true, ..MockSession::default() });
    let bad: Vec<&String> = verdicts.iter().filter(|verdict| !verdict.ends_with("pass")).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(verdicts.len(), 24);
    assert_eq!(verdicts[1], "2 module_definition pass");
    assert_eq!(verdicts[22], "23 invoke pass", "what is in a thread follows it");
}

#[test]
fn other_outcomes_than_expected() {
    let text = "(module)\n(assert_return (invoke \"f\") (i32.const 1))\n(assert_trap (invoke \"f\") \"overflow\")\n\
                (assert_exhaustion (invoke \"f\") \"\")\n(assert_exception (invoke \"f\"))\n(invoke \"f\")";
    let mock = fails_with("f", SessionError::Trap("unreachable".to_owned()));
    assert_eq!(
        judge(text, mock),
        [
            "1 module pass",
            "2 assert_return fail expected (i32.const 1), got trap: unreachable",
            "3 assert_trap fail expected trap: overflow, got trap: unreachable",
            "4 assert_exhaustion fail expected exhaustion: , got trap: unreachable",
            "5 assert_exception fail expected exception: , got trap: unreachable",
            "6 invoke fail expected success, got trap: unreachable",
        ]
    );
    let mock = MockSession {
        answers: HashMap::from([("f", Ok(vec![Value::I32(2), Value::I32(3)]))]),
        ..MockSession::default()
    };
    assert_eq!(judge(text, mock)[1], "2 assert_return fail expected (i32.const 1), got (i32.const 2) (i32.const 3)");
}

#[test]
fn messages_need_only_begin_alike() {
    let trap = |expected: &str, actual: &str| {
        let text = format!("(module)\n(assert_trap (invoke \"f\") \"{expected}\")");
        judge(&text, fails_with("f", SessionError::Trap(actual.to_owned())))[1] == "2 assert_trap pass"
    };
    assert!(trap("uninitialized element 2", "uninitialized element"));
    assert!(trap("out of bounds", "out of bounds memory access"));
    assert!(!trap("unreachable", ""));
    assert!(!trap("out of bounds table access", "out of bounds memory access"));
}

#[test]
fn a_script_goes_on_and_what_depends_on_a_failure_says_so() {
    let text = "(module $a (import \"nowhere\" \"f\" (func)))\n(register \"a\")\n(invoke $a \"f\")\n\
                (module $b (import \"a\" \"f\" (func)))\n(module $c)\n(invoke \"f\")\n(invoke $a \"f\")\n(invoke $x \"f\")\n\
                (register \"a\" $c)\n(module (import \"a\" \"f\" (func)))\n(module quote \"(fun)\")\n(invoke \"f\")";
    let lost = "fail depends on line 1, which did not pass";
    let verdicts = judge(text, MockSession::default());
    assert_eq!(verdicts[0], "1 module fail expected success, got unlinkable: unknown import nowhere");
    assert_eq!(verdicts[1..4], [format!("2 register {lost}"), format!("3 invoke {lost}"), format!("4 module {lost}")]);
    assert_eq!(verdicts[4..6], ["5 module pass", "6 invoke pass"]);
    assert_eq!(verdicts[6], format!("7 invoke {lost}"));
    assert_eq!(verdicts[7], "8 invoke fail depends on what the script has not defined");
    assert_eq!(verdicts[8..10], ["9 register pass", "10 module pass"], "the name has something behind it now");
    assert!(verdicts[10].starts_with("11 module fail the text is not accepted: "), "{}", verdicts[10]);
    assert_eq!(verdicts[11], "12 invoke fail depends on line 11, which did not pass");
}

#[test]
fn what_comes_after_an_unsupported_change_is_unsupported_too() {
    let text = "(module $a (func (export \"f\")) (func (export \"g\")))\n(invoke \"f\")\n(invoke $a \"g\")\n\
                (invoke \"g\")\n(module $b (func (export \"g\")))\n(invoke \"g\")\n(invoke $a \"g\")";
    let error = SessionError::Unsupported { feature: "x".to_owned(), what: String::new() };
    let verdicts = judge(text, fails_with("f", error));
    assert_eq!(verdicts[1..4], ["2 invoke unsupported x", "3 invoke unsupported x", "4 invoke unsupported x"]);
    assert_eq!(verdicts[4..], ["5 module pass", "6 invoke pass", "7 invoke unsupported x"]);
}

#[test]
fn what_depends_on_the_unsupported_is_unsupported_too() {
    let text = "(module $a (func (param v128)))\n(register \"a\" $a)\n(assert_return (invoke \"f\") (i32.const 1))\n\
                (assert_trap (module (import \"a\" \"f\" (func))) \"x\")\n\
                (assert_unlinkable (module (import \"a\" \"f\" (func))) \"x\")\n\
                (assert_unlinkable (module (func (param v128))) \"x\")\n(assert_invalid (module (func (result v128))) \"x\")";
    assert_eq!(
        judge(text, MockSession::default()),
        [
            "1 module unsupported simd: all of it",
            "2 register unsupported simd",
            "3 assert_return unsupported simd",
            "4 assert_trap unsupported simd",
            "5 assert_unlinkable unsupported simd",
            "6 assert_unlinkable unsupported simd: all of it",
            "7 assert_invalid pass",
        ]
    );
}

#[test]
fn threads_that_an_engine_does_not_have() {
    let text = "(module $m)\n(thread $t (shared (module $m))\n(invoke $m \"f\")\n(thread $u (invoke \"f\"))\n(wait $u))\n\
                (wait $t)\n(wait $v)";
    assert_eq!(
        judge(text, MockSession::default()),
        [
            "1 module pass",
            "2 thread unsupported threads",
            "3 invoke unsupported threads",
            "4 thread unsupported threads",
            "4 invoke unsupported threads",
            "5 wait unsupported threads",
            "6 wait unsupported threads",
            "7 wait fail depends on what the script has not defined",
        ]
    );
}

#[test]
fn features_are_those_of_the_module_in_question() {
    let text = "(module $a)\n(module $b definition (func (param v128)))\n(invoke $a \"f\")\n\
                (assert_invalid (module (func (param v128) (result i32))) \"x\")\n\
                (assert_trap (module (func (param v128))) \"x\")";
    let text = text.replace("$b definition", "definition $b");
    let (_, recorder) = run_resumed(&text, MockSession::default(), &ResumePlan::default());
    let features: Vec<String> =
        recorder.begun.into_inner().expect("no panic").into_iter().map(|(_, features)| features).collect();
    assert_eq!(features, ["", "simd", "", "", "simd"]);
}

#[test]
fn what_was_judged_is_replayed_and_what_is_deadly_is_not_run() {
    let text = "(module $a)\n(module $b)\n(assert_invalid (module (func (result i32))) \"x\")\n(invoke $a \"f\")\n\
                (invoke $b \"f\")\n(invoke $a \"f\")";
    let resume = ResumePlan { judged: [0, 2, 3].into(), deadly: [1].into() };
    let (_, recorder) = run_resumed(text, MockSession::default(), &resume);
    assert_eq!(recorder.replayed.into_inner().expect("no panic"), [0, 3], "what leaves nothing behind is not replayed");
    let ended = recorder.ended.into_inner().expect("no panic");
    assert_eq!(ended, [(4, Verdict::fail("depends on line 2, which did not pass")), (5, Verdict::pass())]);
}

#[test]
fn scripts_of_unusual_form() {
    assert_eq!(judge("(func)\n(memory 1)", MockSession::default()), ["1 module pass"], "a module without `(module`");
    let confusing = "(module (func (export \"\u{202e}\")))\n(invoke \"\u{202e}\")";
    assert_eq!(judge(confusing, MockSession::default()), ["1 module pass", "2 invoke pass"]);
    let malformed = |text: &str| {
        let tokens = match Tokens::new(text) {
            Ok(tokens) => tokens,
            Err(error) => return error.to_string(),
        };
        tokens.parse().err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert!(malformed("(module)\n\n\"").starts_with("line 3: "), "{}", malformed("(module)\n\n\""));
    assert!(malformed("(module)\n(assert_nothing)").starts_with("line 2: "));
}
