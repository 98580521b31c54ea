//! Symbol table of a script: the modules and instances that its names stand for.
//!
//! A name may stand for a module that does not exist. Directives that depend on it are judged by the reason why.

use crate::engine::error::SessionError;
use crate::engine::interface::{InstanceId, ModuleId};
use crate::model::Verdict;
use std::collections::HashMap;
use std::sync::Arc;
use wasmparser::{Parser, Payload};
use wast::token::Id;

/// Beginning of the detail of a directive that failed because an earlier one did.
const DEPENDS: &str = "depends on line ";

/// Whether a failure is the consequence of an earlier one, by its detail.
#[must_use]
pub(crate) fn is_consequence(detail: &str) -> bool {
    detail.starts_with(DEPENDS)
}

/// The line of the directive that did not pass, if a failure is its consequence.
#[must_use]
pub(crate) fn cause(detail: &str) -> Option<&str> {
    detail.strip_prefix(DEPENDS)?.split(',').next()
}

/// Why a module or an instance does not exist.
#[derive(Clone, Debug)]
pub(super) enum Unavailable {
    /// The engine lacks this feature.
    Unsupported(String),
    /// The directive on this line failed.
    Failed(u32),
    /// The script does not define it.
    Missing,
}

impl Unavailable {
    /// The reason, when the directive on a line ended with this error.
    pub(super) fn of(error: &SessionError, line: u32) -> Self {
        match error {
            SessionError::Unsupported { feature, .. } => Self::Unsupported(feature.clone()),
            _ => Self::Failed(line),
        }
    }

    /// The verdict on a directive that needs it.
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::Unsupported(feature) => Verdict::unsupported(feature.clone()),
            Self::Failed(line) => Verdict::fail(format!("{DEPENDS}{line}, which did not pass")),
            Self::Missing => Verdict::fail("depends on what the script has not defined"),
        }
    }
}

/// A module or an instance.
#[derive(Clone, Debug)]
pub(super) struct Definition<T> {
    pub(super) id: T,
    /// Features that the module needs, joined with `+`.
    pub(super) features: Arc<str>,
    /// Names of the modules that the module imports from.
    pub(super) imports: Arc<[String]>,
}

/// The meaning of a name: a module or an instance, or why it does not exist.
pub(super) type Binding<T> = Result<Definition<T>, Unavailable>;

/// The bindings of one sort: by name, and the latest, which directives without a name mean.
#[derive(Debug)]
struct Bindings<T> {
    named: HashMap<String, Binding<T>>,
    latest: Binding<T>,
}

impl<T: Copy> Bindings<T> {
    fn new() -> Self {
        Self { named: HashMap::new(), latest: Err(Unavailable::Missing) }
    }

    fn set(&mut self, name: Option<Id<'_>>, slot: Binding<T>) {
        if let Some(name) = name {
            self.named.insert(name.name().to_owned(), slot.clone());
        }
        self.latest = slot;
    }

    fn get(&self, name: Option<Id<'_>>) -> Binding<T> {
        match name {
            Some(name) => self.named.get(name.name()).cloned().unwrap_or(Err(Unavailable::Missing)),
            None => self.latest.clone(),
        }
    }
}

/// The symbol table of a script, or of one of its threads.
#[derive(Debug)]
pub(super) struct SymbolTable {
    modules: Bindings<ModuleId>,
    instances: Bindings<InstanceId>,
    /// Registered module names whose instance does not exist.
    broken: HashMap<String, Unavailable>,
}

impl SymbolTable {
    pub(super) fn new() -> Self {
        Self { modules: Bindings::new(), instances: Bindings::new(), broken: HashMap::new() }
    }

    pub(super) fn module(&self, name: Option<Id<'_>>) -> Binding<ModuleId> {
        self.modules.get(name)
    }

    pub(super) fn set_module(&mut self, name: Option<Id<'_>>, slot: Binding<ModuleId>) {
        self.modules.set(name, slot);
    }

    pub(super) fn instance(&self, name: Option<Id<'_>>) -> Binding<InstanceId> {
        self.instances.get(name)
    }

    pub(super) fn set_instance(&mut self, name: Option<Id<'_>>, slot: Binding<InstanceId>) {
        self.instances.set(name, slot);
    }

    /// Removes an instance, under all its names.
    pub(super) fn remove(&mut self, name: Option<Id<'_>>, why: &Unavailable) {
        let Ok(lost) = self.instance(name) else { return };
        let slots = self.instances.named.values_mut().chain([&mut self.instances.latest]);
        for slot in slots.filter(|slot| slot.as_ref().is_ok_and(|known| known.id == lost.id)) {
            *slot = Err(why.clone());
        }
    }

    /// Binds a name to an instance, and leaves the latest instance as it is.
    pub(super) fn bind(&mut self, name: Id<'_>, slot: Binding<InstanceId>) {
        self.instances.named.insert(name.name().to_owned(), slot);
    }

    /// Records whether the instance of a registered name exists.
    pub(super) fn register(&mut self, name: &str, result: Result<(), Unavailable>) {
        match result {
            Ok(()) => self.broken.remove(name),
            Err(why) => self.broken.insert(name.to_owned(), why),
        };
    }

    /// The reason why a module that imports from these modules cannot be instantiated, whatever the engine does.
    pub(super) fn broken_import(&self, imports: &[String]) -> Option<Unavailable> {
        imports.iter().find_map(|module| self.broken.get(module)).cloned()
    }
}

/// Finds the names of the modules that a binary module imports from, each once.
pub(super) fn imports(wasm: &[u8]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload {
            Ok(Payload::ImportSection(section)) => {
                for import in section.into_imports().flatten() {
                    if !names.iter().any(|name| name == import.module) {
                        names.push(import.module.to_owned());
                    }
                }
                break;
            }
            Ok(Payload::FunctionSection(_) | Payload::CodeSectionStart { .. } | Payload::End(_)) | Err(_) => break,
            Ok(_) => {}
        }
    }
    names
}
