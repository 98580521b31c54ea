//! Runs a script on a session, directive by directive, and reports a verdict on each.

use super::parse::{Lines, ParsedScript, size};
use super::symbols::{self, Binding, Definition, SymbolTable, Unavailable};
use super::{judge, pattern};
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::interface::{DirectiveInfo, InstanceId, ModuleId, Session};
use crate::engine::value::Value;
use crate::features;
use crate::model::Verdict;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::thread::{Scope, ScopedJoinHandle};
use std::time::Instant;
use wasmparser::WasmFeatures;
use wast::token::Id;
use wast::{QuoteWat, WastDirective, WastExecute, WastInvoke, WastThread, Wat};

/// Stack size of each thread that a script starts.
const THREAD_STACK: usize = 8 << 20;

/// Receives the events of a run, from all threads of the script.
pub trait Sink: Sync {
    /// A directive is about to run. `features` are those that its module needs.
    fn begin(&self, at: u32, features: &str);
    /// A directive that has been judged is about to be replayed.
    fn replay(&self, at: u32);
    /// A directive has run.
    fn end(&self, at: u32, verdict: Verdict, micros: u64);
}

/// How to resume a script after the death of a worker. Empty for the first run.
#[derive(Clone, Debug, Default)]
pub struct ResumePlan {
    /// Directives that have been judged. They are replayed for their effects and not reported.
    pub judged: HashSet<u32>,
    /// Directives that killed a worker. They do not run again.
    pub deadly: HashSet<u32>,
}

/// Data that all threads of a script share.
pub struct Context<'a> {
    /// Features that the script's modules may use.
    pub features: WasmFeatures,
    /// How to resume the script.
    pub resume: &'a ResumePlan,
    /// Receiver of the events.
    pub sink: &'a dyn Sink,
}

/// Runs a script.
pub fn run(script: &mut ParsedScript<'_>, session: Box<dyn Session>, context: &Context<'_>) {
    let (lines, directives) = script.parts();
    std::thread::scope(|threads| {
        let mut runner =
            Runner { session, context, lines, threads, symbols: SymbolTable::new(), running: HashMap::new() };
        runner.all(directives, 0);
    });
}

/// A thread of the script, or why it does not exist.
type Running<'scope> = Result<ScopedJoinHandle<'scope, ()>, Unavailable>;

struct Runner<'scope, 'env> {
    session: Box<dyn Session>,
    context: &'env Context<'env>,
    lines: &'env Lines,
    threads: &'scope Scope<'scope, 'env>,
    symbols: SymbolTable,
    running: HashMap<String, Running<'scope>>,
}

/// The module of a directive in binary form, or the error of the parser of the text format.
pub(crate) type Wasm = Result<Vec<u8>, String>;

impl<'scope, 'env: 'scope> Runner<'scope, 'env> {
    fn all<'a: 'env>(&mut self, directives: &'env mut [WastDirective<'a>], first: u32) {
        let mut at = first;
        for directive in directives {
            let next = at + size(directive);
            self.one(directive, at);
            at = next;
        }
    }

    fn one<'a: 'env>(&mut self, directive: &'env mut WastDirective<'a>, at: u32) {
        let resume = self.context.resume;
        let line = self.lines.of(directive.span().offset());
        if resume.deadly.contains(&at) {
            return self.skip(directive, at, line);
        }
        let replayed = resume.judged.contains(&at);
        if replayed && !has_effects(directive) {
            return;
        }
        // The harness does its own work before `begin`, so that a crash after it is the engine's.
        let wasm = encode(directive);
        let features = self.required_features(directive, wasm.as_ref());
        if replayed {
            self.context.sink.replay(at);
        } else {
            self.context.sink.begin(at, &features);
        }
        let start = Instant::now();
        self.session.begin_directive(&DirectiveInfo {
            number: at as usize + 1,
            replayed,
            expected: &|| judge::expected(directive),
        });
        let verdict = match directive {
            WastDirective::Thread(thread) => self.thread(thread, at, line),
            other => self.judge(other, wasm, features, line),
        };
        if !replayed {
            let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.context.sink.end(at, verdict, micros);
        }
    }

    /// Skips a directive that must not run again: records that its module or instance does not exist.
    fn skip<'a: 'env>(&mut self, directive: &'env mut WastDirective<'a>, at: u32, line: u32) {
        match directive {
            WastDirective::Module(module) => {
                self.symbols.set_module(module.name(), Err(Unavailable::Failed(line)));
                self.symbols.set_instance(module.name(), Err(Unavailable::Failed(line)));
            }
            WastDirective::ModuleDefinition(module) => {
                self.symbols.set_module(module.name(), Err(Unavailable::Failed(line)));
            }
            WastDirective::ModuleInstance { instance, .. } => {
                self.symbols.set_instance(*instance, Err(Unavailable::Failed(line)));
            }
            WastDirective::Register { name, .. } => self.symbols.register(name, Err(Unavailable::Failed(line))),
            WastDirective::Thread(thread) => {
                self.judge_all(&thread.directives, at + 1, &Unavailable::Failed(line).verdict());
                self.running.insert(thread.name.name().to_owned(), Err(Unavailable::Failed(line)));
            }
            _ => {}
        }
    }

    /// The features that the directive's module needs; empty for a module that must be rejected.
    fn required_features(&self, directive: &WastDirective<'_>, wasm: Option<&Wasm>) -> Arc<str> {
        let of = |slot: Binding<InstanceId>| slot.map_or_else(|_| Arc::from(""), |known| known.features);
        match directive {
            WastDirective::AssertMalformed { .. }
            | WastDirective::AssertMalformedCustom { .. }
            | WastDirective::AssertInvalid { .. }
            | WastDirective::AssertInvalidCustom { .. }
            | WastDirective::Thread(_)
            | WastDirective::Wait { .. } => Arc::from(""),
            WastDirective::ModuleInstance { module, .. } => {
                self.symbols.module(*module).map_or_else(|_| Arc::from(""), |known| known.features)
            }
            WastDirective::Register { module, .. } => of(self.symbols.instance(*module)),
            _ => match (wasm, target(directive)) {
                (Some(Ok(wasm)), _) => {
                    features::required(wasm, self.context.features).unwrap_or_default().join("+").into()
                }
                (None, Some(instance)) => of(self.symbols.instance(instance)),
                _ => Arc::from(""),
            },
        }
    }

    fn judge(&mut self, directive: &WastDirective<'_>, wasm: Option<Wasm>, features: Arc<str>, line: u32) -> Verdict {
        let wasm = wasm.unwrap_or_else(|| Err("there is no module".to_owned()));
        match directive {
            WastDirective::Module(module) => {
                let (verdict, compiled) = self.define(wasm, features, line);
                self.symbols.set_module(module.name(), compiled.clone());
                let (verdict, instance) = match compiled {
                    Ok(compiled) => self.instantiate(compiled, line),
                    Err(why) => (verdict, Err(why)),
                };
                self.symbols.set_instance(module.name(), instance);
                verdict
            }
            WastDirective::ModuleDefinition(module) => {
                let (verdict, compiled) = self.define(wasm, features, line);
                self.symbols.set_module(module.name(), compiled);
                verdict
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let (verdict, slot) = match self.symbols.module(*module) {
                    Ok(compiled) => self.instantiate(compiled, line),
                    Err(why) => (why.verdict(), Err(why)),
                };
                self.symbols.set_instance(*instance, slot);
                verdict
            }
            WastDirective::Register { name, module, .. } => self.register(name, self.symbols.instance(*module), line),
            WastDirective::AssertMalformed { message, .. }
            | WastDirective::AssertMalformedCustom { message, .. }
            | WastDirective::AssertInvalid { message, .. }
            | WastDirective::AssertInvalidCustom { message, .. } => match wasm {
                Ok(wasm) => judge::rejection(Ok(&self.session.validate(&wasm)), message),
                Err(text) => judge::rejection(Err(&text), message),
            },
            WastDirective::AssertUnlinkable { message, .. } => match self.run_module(wasm) {
                // The message is not compared here either.
                Ok(Err(SessionError::Unlinkable(_))) => Verdict::pass(),
                Ok(Ok(_)) => Verdict::fail(format!("linked a module with `{message}`")),
                Ok(Err(error)) => judge::unexpected(&format!("unlinkable: {message}"), &error),
                Err(verdict) => verdict,
            },
            WastDirective::Invoke(invoke) => match self.invoke(invoke) {
                Ok(done) => {
                    // A call without an assertion has an effect on the instance. Without the effect, later directives would
                    // find a state that the script does not expect.
                    if let Err(error @ SessionError::Unsupported { .. }) = &done {
                        self.symbols.remove(invoke.module, &Unavailable::of(error, line));
                    }
                    judge::success(&done)
                }
                Err(verdict) => verdict,
            },
            WastDirective::AssertReturn { exec, results, .. } => match self.execute(exec, wasm) {
                Ok(done) => judge::values(&done, results),
                Err(verdict) => verdict,
            },
            WastDirective::AssertTrap { exec, message, .. } => {
                let done = self.execute(exec, wasm);
                judge::error(done, "trap", message, |error| match error {
                    SessionError::Trap(message) => Some(message),
                    _ => None,
                })
            }
            WastDirective::AssertExhaustion { call, message, .. } => {
                let done = self.invoke(call);
                judge::error(done, "exhaustion", message, |error| match error {
                    SessionError::Exhaustion(message) => Some(message),
                    _ => None,
                })
            }
            WastDirective::AssertException { exec, .. } => {
                let done = self.execute(exec, wasm);
                judge::error(done, "exception", "", |error| match error {
                    SessionError::Exception(message) => Some(message),
                    _ => None,
                })
            }
            WastDirective::AssertSuspension { exec, message, .. } => {
                let done = self.execute(exec, wasm);
                judge::error(done, "suspension", message, |error| match error {
                    SessionError::Suspension(message) => Some(message),
                    _ => None,
                })
            }
            WastDirective::Wait { thread, .. } => match self.running.remove(thread.name()) {
                Some(Ok(handle)) => match handle.join() {
                    Ok(()) => Verdict::pass(),
                    Err(_) => Verdict::fail("the thread panicked"),
                },
                Some(Err(why)) => why.verdict(),
                None => Unavailable::Missing.verdict(),
            },
            // `one` handles threads, because it must pass on the directives.
            WastDirective::Thread(_) => Verdict::fail("a thread cannot be judged by itself"),
        }
    }

    fn define(&mut self, wasm: Wasm, features: Arc<str>, line: u32) -> (Verdict, Binding<ModuleId>) {
        let wasm = match wasm {
            Ok(wasm) => wasm,
            Err(text) => return (text_verdict(&text), Err(Unavailable::Failed(line))),
        };
        let done = self.session.compile(&wasm);
        let verdict = judge::success(&done);
        let slot = match done {
            Ok(id) => Ok(Definition { id, features, imports: symbols::imports(&wasm).into() }),
            Err(error) => Err(Unavailable::of(&error, line)),
        };
        (verdict, slot)
    }

    fn instantiate(&mut self, module: Definition<ModuleId>, line: u32) -> (Verdict, Binding<InstanceId>) {
        if let Some(why) = self.symbols.broken_import(&module.imports) {
            return (why.verdict(), Err(why));
        }
        let done = self.session.instantiate(module.id);
        let verdict = judge::success(&done);
        let slot = match done {
            Ok(id) => Ok(Definition { id, features: module.features, imports: module.imports }),
            Err(error) => Err(Unavailable::of(&error, line)),
        };
        (verdict, slot)
    }

    fn register(&mut self, name: &str, instance: Binding<InstanceId>, line: u32) -> Verdict {
        let (verdict, result) = match instance {
            Ok(known) => {
                let done = self.session.register(name, known.id);
                (judge::success(&done), done.map_err(|error| Unavailable::of(&error, line)))
            }
            Err(why) => (why.verdict(), Err(why)),
        };
        self.symbols.register(name, result);
        verdict
    }

    /// Executes an action. Returns a verdict if a module or instance that it needs does not exist.
    fn execute(&mut self, execute: &WastExecute<'_>, wasm: Wasm) -> Result<SessionResult<Vec<Value>>, Verdict> {
        match execute {
            WastExecute::Invoke(invoke) => self.invoke(invoke),
            WastExecute::Wat(_) => self.run_module(wasm),
            WastExecute::Get { module, global, .. } => {
                let instance = self.symbols.instance(*module).map_err(|why| why.verdict())?;
                Ok(self.session.get(instance.id, global).map(|value| vec![value]))
            }
        }
    }

    fn invoke(&mut self, invoke: &WastInvoke<'_>) -> Result<SessionResult<Vec<Value>>, Verdict> {
        let instance = self.symbols.instance(invoke.module).map_err(|why| why.verdict())?;
        let args: Option<Vec<Value>> = invoke.args.iter().map(pattern::argument).collect();
        let args = args.ok_or_else(|| Verdict::fail("an argument is not of core wasm"))?;
        Ok(self.session.invoke(instance.id, invoke.name, &args))
    }

    /// Compiles and instantiates a module that no later directive refers to.
    fn run_module(&mut self, wasm: Wasm) -> Result<SessionResult<Vec<Value>>, Verdict> {
        let wasm = wasm.map_err(|text| text_verdict(&text))?;
        let module = match self.session.compile(&wasm) {
            Ok(module) => module,
            Err(error) => return Ok(Err(error)),
        };
        match self.symbols.broken_import(&symbols::imports(&wasm)) {
            Some(why) => Err(why.verdict()),
            None => Ok(self.session.instantiate(module).map(|_| Vec::new())),
        }
    }

    /// Starts a thread with a session of its own, where its directives run and are judged.
    fn thread<'a: 'env>(&mut self, thread: &'env mut WastThread<'a>, at: u32, line: u32) -> Verdict {
        let name = thread.name.name().to_owned();
        let (verdict, running) = match self.start(thread, at, line) {
            Ok(handle) => (Verdict::pass(), Ok(handle)),
            Err((verdict, why)) => (verdict, Err(why)),
        };
        self.running.insert(name, running);
        verdict
    }

    fn start<'a: 'env>(
        &mut self,
        thread: &'env mut WastThread<'a>,
        at: u32,
        line: u32,
    ) -> Result<ScopedJoinHandle<'scope, ()>, (Verdict, Unavailable)> {
        let shared = match thread.shared_module.map(|name| self.symbols.instance(Some(name))).transpose() {
            Ok(shared) => shared,
            Err(why) => {
                self.judge_all(&thread.directives, at + 1, &why.verdict());
                return Err((why.verdict(), why));
            }
        };
        let (session, id) = match self.session.thread(shared.as_ref().map(|known| known.id)) {
            Ok(made) => made,
            Err(error) => {
                let why = Unavailable::of(&error, line);
                self.judge_all(&thread.directives, at + 1, &why.verdict());
                // The effects of the thread on the shared instance are missing.
                if thread.shared_module.is_some() {
                    self.symbols.remove(thread.shared_module, &why);
                }
                return Err((judge::unexpected("success", &error), why));
            }
        };
        let mut symbols = SymbolTable::new();
        if let (Some(name), Some(known), Some(id)) = (thread.shared_module, shared, id) {
            symbols.bind(name, Ok(Definition { id, ..known }));
        }
        let (context, lines, threads) = (self.context, self.lines, self.threads);
        let directives = &mut thread.directives;
        std::thread::Builder::new()
            .stack_size(THREAD_STACK)
            .spawn_scoped(threads, move || {
                let mut runner = Runner { session, context, lines, threads, symbols, running: HashMap::new() };
                runner.all(directives, at + 1);
            })
            .map_err(|error| (Verdict::fail(format!("the thread does not start: {error}")), Unavailable::Failed(line)))
    }

    /// Reports the same verdict for all directives of a thread that did not start.
    fn judge_all(&self, directives: &[WastDirective<'_>], first: u32, verdict: &Verdict) {
        let count: u32 = directives.iter().map(size).sum();
        for at in first..first + count {
            if !self.context.resume.judged.contains(&at) && !self.context.resume.deadly.contains(&at) {
                self.context.sink.begin(at, "");
                self.context.sink.end(at, verdict.clone(), 0);
            }
        }
    }
}

fn text_verdict(text: &str) -> Verdict {
    Verdict::fail(format!("the text is not accepted: {text}"))
}

/// Encodes the module in a directive, if there is one.
pub(crate) fn encode(directive: &mut WastDirective<'_>) -> Option<Wasm> {
    fn quoted(module: &mut QuoteWat<'_>) -> Wasm {
        module.encode().map_err(|error| error.message())
    }
    fn plain(module: &mut Wat<'_>) -> Wasm {
        module.encode().map_err(|error| error.message())
    }
    match directive {
        WastDirective::Module(module)
        | WastDirective::ModuleDefinition(module)
        | WastDirective::AssertMalformed { module, .. }
        | WastDirective::AssertMalformedCustom { module, .. }
        | WastDirective::AssertInvalid { module, .. }
        | WastDirective::AssertInvalidCustom { module, .. } => Some(quoted(module)),
        WastDirective::AssertUnlinkable { module, .. } => Some(plain(module)),
        WastDirective::AssertTrap { exec, .. }
        | WastDirective::AssertReturn { exec, .. }
        | WastDirective::AssertException { exec, .. }
        | WastDirective::AssertSuspension { exec, .. } => match exec {
            WastExecute::Wat(module) => Some(plain(module)),
            WastExecute::Invoke(_) | WastExecute::Get { .. } => None,
        },
        WastDirective::ModuleInstance { .. }
        | WastDirective::Register { .. }
        | WastDirective::Invoke(_)
        | WastDirective::AssertExhaustion { .. }
        | WastDirective::Thread(_)
        | WastDirective::Wait { .. } => None,
    }
}

/// The instance that a directive refers to. The inner `None` means the latest instance.
fn target<'a>(directive: &WastDirective<'a>) -> Option<Option<Id<'a>>> {
    match directive {
        WastDirective::Invoke(invoke) | WastDirective::AssertExhaustion { call: invoke, .. } => Some(invoke.module),
        WastDirective::AssertTrap { exec, .. }
        | WastDirective::AssertReturn { exec, .. }
        | WastDirective::AssertException { exec, .. }
        | WastDirective::AssertSuspension { exec, .. } => match exec {
            WastExecute::Invoke(invoke) => Some(invoke.module),
            WastExecute::Get { module, .. } => Some(*module),
            WastExecute::Wat(_) => None,
        },
        _ => None,
    }
}

/// Whether a directive can have effects that later ones see. A module that must not link writes nothing. A module that must
/// trap may write to its imports before.
fn has_effects(directive: &WastDirective<'_>) -> bool {
    !matches!(
        directive,
        WastDirective::AssertMalformed { .. }
            | WastDirective::AssertMalformedCustom { .. }
            | WastDirective::AssertInvalid { .. }
            | WastDirective::AssertInvalidCustom { .. }
            | WastDirective::AssertUnlinkable { .. }
    )
}
