//! Which operators each directive of a script uses.

use super::names::{number, table};
use crate::script::{Lines, Tokens, kind};
use std::collections::HashMap;
use std::rc::Rc;
use wasmparser::{ConstExpr, ElementItems, ElementKind, ExternalKind, Operator, Parser, Payload, TableInit, TypeRef};
use wast::token::Id;
use wast::{WastDirective, WastExecute, WastInvoke};

/// A set of operators.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OperatorSet(Vec<u64>);

impl OperatorSet {
    fn new() -> Self {
        Self(vec![0; table().len().div_ceil(64)])
    }

    fn insert(&mut self, operator: usize) {
        self.0[operator / 64] |= 1 << (operator % 64);
    }

    fn merge(&mut self, other: &Self) {
        for (mine, its) in self.0.iter_mut().zip(&other.0) {
            *mine |= its;
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        let bits = |(word, bits): (usize, &u64)| {
            let bits = *bits;
            (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit)
        };
        self.0.iter().enumerate().flat_map(bits)
    }
}

/// By line and kind of directive.
pub(super) type UsageByDirective = HashMap<(u32, String), OperatorSet>;

/// What the directives of a script use; `None` if it can't be parsed.
pub(super) fn of_script(text: &str) -> Option<UsageByDirective> {
    let tokens = Tokens::new(text).ok()?;
    let mut script = tokens.parse().ok()?;
    let (lines, directives) = script.parts();
    let mut found = UsageCollector { lines, uses: UsageByDirective::new() };
    found.all(directives, Scope::default());
    Some(found.uses)
}

/// A module as far as calls are concerned.
#[derive(Debug)]
struct Module {
    whole: OperatorSet,
    functions: Vec<Function>,
    exports: HashMap<String, usize>,
    /// Functions whose references are taken, which an indirect call may reach.
    taken: Vec<usize>,
}

#[derive(Debug)]
struct Function {
    operators: OperatorSet,
    calls: Vec<usize>,
    indirect: bool,
}

/// What names stand for at some place in a script.
#[derive(Clone, Default)]
struct Scope {
    latest: Option<Rc<Module>>,
    instances: HashMap<String, Option<Rc<Module>>>,
    definitions: HashMap<String, Option<Rc<Module>>>,
    defined: Option<Rc<Module>>,
}

impl Scope {
    fn set(&mut self, name: Option<Id<'_>>, module: Option<Rc<Module>>) {
        if let Some(name) = name {
            self.instances.insert(name.name().to_owned(), module.clone());
        }
        self.latest = module;
    }

    fn get(&self, name: Option<Id<'_>>) -> Option<Rc<Module>> {
        match name {
            Some(name) => self.instances.get(name.name()).cloned().flatten(),
            None => self.latest.clone(),
        }
    }
}

struct UsageCollector<'a> {
    lines: &'a Lines,
    uses: UsageByDirective,
}

impl UsageCollector<'_> {
    fn all(&mut self, directives: &mut [WastDirective<'_>], mut scope: Scope) {
        for directive in directives {
            let at = (self.lines.of(directive.span().offset()), kind(directive).to_owned());
            let used = self.one(directive, &mut scope);
            if let Some(used) = used {
                self.uses.entry(at).or_insert_with(OperatorSet::new).merge(&used);
            }
        }
    }

    fn one(&mut self, directive: &mut WastDirective<'_>, scope: &mut Scope) -> Option<OperatorSet> {
        match directive {
            WastDirective::Module(quoted) => {
                let name = quoted.name();
                let module = quoted.encode().ok().and_then(|wasm| read(&wasm)).map(Rc::new);
                scope.set(name, module.clone());
                module.map(|module| module.whole.clone())
            }
            WastDirective::ModuleDefinition(quoted) => {
                let name = quoted.name();
                let module = quoted.encode().ok().and_then(|wasm| read(&wasm)).map(Rc::new);
                if let Some(name) = name {
                    scope.definitions.insert(name.name().to_owned(), module.clone());
                }
                scope.defined.clone_from(&module);
                module.map(|module| module.whole.clone())
            }
            WastDirective::ModuleInstance { instance, module, .. } => {
                let defined = match module {
                    Some(name) => scope.definitions.get(name.name()).cloned().flatten(),
                    None => scope.defined.clone(),
                };
                scope.set(*instance, defined);
                None
            }
            WastDirective::Invoke(invoke) | WastDirective::AssertExhaustion { call: invoke, .. } => call(invoke, scope),
            WastDirective::AssertTrap { exec, .. }
            | WastDirective::AssertReturn { exec, .. }
            | WastDirective::AssertException { exec, .. }
            | WastDirective::AssertSuspension { exec, .. } => match exec {
                WastExecute::Invoke(invoke) => call(invoke, scope),
                WastExecute::Wat(module) => Some(read(&module.encode().ok()?)?.whole),
                WastExecute::Get { .. } => None,
            },
            WastDirective::Thread(thread) => {
                let mut inner = Scope::default();
                if let Some(shared) = thread.shared_module {
                    inner.set(Some(shared), scope.get(Some(shared)));
                }
                self.all(&mut thread.directives, inner);
                None
            }
            WastDirective::AssertMalformed { .. }
            | WastDirective::AssertInvalid { .. }
            | WastDirective::AssertMalformedCustom { .. }
            | WastDirective::AssertInvalidCustom { .. }
            | WastDirective::AssertUnlinkable { .. }
            | WastDirective::Register { .. }
            | WastDirective::Wait { .. } => None,
        }
    }
}

/// What a call can reach.
fn call(invoke: &WastInvoke<'_>, scope: &Scope) -> Option<OperatorSet> {
    let module = scope.get(invoke.module)?;
    let mut todo = vec![*module.exports.get(invoke.name)?];
    let mut seen = vec![false; module.functions.len()];
    let mut set = OperatorSet::new();
    let mut indirect = false;
    while let Some(index) = todo.pop() {
        let Some(function) = module.functions.get(index) else { continue };
        if std::mem::replace(&mut seen[index], true) {
            continue;
        }
        set.merge(&function.operators);
        todo.extend(&function.calls);
        if function.indirect && !std::mem::replace(&mut indirect, true) {
            todo.extend(&module.taken);
        }
    }
    Some(set)
}

/// Reads a module; `None` if it can't be read, which only a malformed one can't.
fn read(wasm: &[u8]) -> Option<Module> {
    let mut module =
        Module { whole: OperatorSet::new(), functions: Vec::new(), exports: HashMap::new(), taken: Vec::new() };
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.ok()? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    if matches!(import.ok()?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                        let operators = OperatorSet::new();
                        module.functions.push(Function { operators, calls: Vec::new(), indirect: false });
                    }
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export.ok()?;
                    if matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact) {
                        module.exports.insert(export.name.to_owned(), export.index as usize);
                    }
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    if let TableInit::Expr(init) = table.ok()?.init {
                        module.constant(&init)?;
                    }
                }
            }
            Payload::GlobalSection(globals) => {
                for global in globals {
                    module.constant(&global.ok()?.init_expr)?;
                }
            }
            Payload::ElementSection(elements) => {
                for element in elements {
                    let element = element.ok()?;
                    if let ElementKind::Active { offset_expr, .. } = &element.kind {
                        module.constant(offset_expr)?;
                    }
                    match element.items {
                        ElementItems::Functions(items) => {
                            for item in items {
                                module.taken.push(item.ok()? as usize);
                            }
                        }
                        ElementItems::Expressions(_, items) => {
                            for item in items {
                                module.constant(&item.ok()?)?;
                            }
                        }
                    }
                }
            }
            Payload::DataSection(data) => {
                for data in data {
                    if let wasmparser::DataKind::Active { offset_expr, .. } = data.ok()?.kind {
                        module.constant(&offset_expr)?;
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let mut function = Function { operators: OperatorSet::new(), calls: Vec::new(), indirect: false };
                let mut reader = body.get_operators_reader().ok()?;
                while !reader.eof() {
                    let operator = reader.read().ok()?;
                    module.note(&operator, &mut function);
                }
                module.whole.merge(&function.operators);
                module.functions.push(function);
            }
            _ => {}
        }
    }
    Some(module)
}

impl Module {
    fn constant(&mut self, expression: &ConstExpr<'_>) -> Option<()> {
        let mut function = Function { operators: OperatorSet::new(), calls: Vec::new(), indirect: false };
        for operator in expression.get_operators_reader() {
            self.note(&operator.ok()?, &mut function);
        }
        self.whole.merge(&function.operators);
        Some(())
    }

    fn note(&mut self, operator: &Operator<'_>, function: &mut Function) {
        if let Some(number) = number(operator) {
            function.operators.insert(number);
        }
        match operator {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                function.calls.push(*function_index as usize);
            }
            Operator::RefFunc { function_index } => self.taken.push(*function_index as usize),
            Operator::CallIndirect { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::CallRef { .. }
            | Operator::ReturnCallRef { .. }
            | Operator::Resume { .. }
            | Operator::ResumeThrow { .. }
            | Operator::ResumeThrowRef { .. }
            | Operator::Switch { .. } => function.indirect = true,
            _ => {}
        }
    }
}
