//! What a script's names stand for, the broken included: what depends on a module that is not there is judged by why
//! it is not there.

use crate::engine::error::SessionError;
use crate::engine::interface::{InstanceId, ModuleId};
use crate::model::Verdict;
use std::collections::HashMap;
use std::sync::Arc;
use wasmparser::{Parser, Payload};
use wast::token::Id;

/// How the detail begins of what failed because something before it did.
const DEPENDS: &str = "depends on line ";

/// Whether a failure only follows from an earlier one.
#[must_use]
pub(crate) fn is_consequence(detail: &str) -> bool {
    detail.starts_with(DEPENDS)
}

/// The line of what did not pass, if a failure only follows from it.
#[must_use]
pub(crate) fn cause(detail: &str) -> Option<&str> {
    detail.strip_prefix(DEPENDS)?.split(',').next()
}

/// Unavailable a module or an instance is not there.
#[derive(Clone, Debug)]
pub(super) enum Unavailable {
    /// The engine does not do this.
    Unsupported(String),
    /// The directive on this line did not do what it should.
    Failed(u32),
    /// The script never made it.
    Missing,
}

impl Unavailable {
    /// Unavailable a stop on some line leaves nothing behind.
    pub(super) fn of(stop: &SessionError, line: u32) -> Self {
        match stop {
            SessionError::Unsupported { feature, .. } => Self::Unsupported(feature.clone()),
            _ => Self::Failed(line),
        }
    }

    /// The verdict on a directive that needs what is not there.
    pub(super) fn verdict(&self) -> Verdict {
        match self {
            Self::Unsupported(feature) => Verdict::unsupported(feature.clone()),
            Self::Failed(line) => Verdict::fail(format!("{DEPENDS}{line}, which did not pass")),
            Self::Missing => Verdict::fail("depends on what the script has not defined"),
        }
    }
}

/// Something that is there, and what it takes.
#[derive(Clone, Debug)]
pub(super) struct Definition<T> {
    pub(super) id: T,
    /// Features that its module needs.
    pub(super) features: Arc<str>,
    /// SymbolTable of the modules that its module imports from.
    pub(super) imports: Arc<[String]>,
}

/// Something, or why it is not there.
pub(super) type Binding<T> = Result<Definition<T>, Unavailable>;

/// One kind of things: by name, and the latest.
#[derive(Debug)]
struct Table<T> {
    named: HashMap<String, Binding<T>>,
    latest: Binding<T>,
}

impl<T: Copy> Table<T> {
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

/// What the names of one script, or of one of its threads, stand for.
#[derive(Debug)]
pub(super) struct SymbolTable {
    modules: Table<ModuleId>,
    instances: Table<InstanceId>,
    /// Registered names with nothing behind them.
    broken: HashMap<String, Unavailable>,
}

impl SymbolTable {
    pub(super) fn new() -> Self {
        Self { modules: Table::new(), instances: Table::new(), broken: HashMap::new() }
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

    /// Forgets an instance, under all its names.
    pub(super) fn lose(&mut self, name: Option<Id<'_>>, why: &Unavailable) {
        let Ok(lost) = self.instance(name) else { return };
        let slots = self.instances.named.values_mut().chain([&mut self.instances.latest]);
        for slot in slots.filter(|slot| slot.as_ref().is_ok_and(|known| known.id == lost.id)) {
            *slot = Err(why.clone());
        }
    }

    /// Gives an instance a name and leaves the latest as it is.
    pub(super) fn share(&mut self, name: Id<'_>, slot: Binding<InstanceId>) {
        self.instances.named.insert(name.name().to_owned(), slot);
    }

    /// Notes whether there is something behind a registered name.
    pub(super) fn register(&mut self, name: &str, result: Result<(), Unavailable>) {
        match result {
            Ok(()) => self.broken.remove(name),
            Err(why) => self.broken.insert(name.to_owned(), why),
        };
    }

    /// Unavailable something that imports from these modules cannot be instantiated, whatever the engine does.
    pub(super) fn broken_import(&self, imports: &[String]) -> Option<Unavailable> {
        imports.iter().find_map(|module| self.broken.get(module)).cloned()
    }
}

/// SymbolTable of the modules that a binary module imports from.
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
