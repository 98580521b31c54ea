//! Operators that each directive of a script uses.

use super::names::{number, table};
use crate::script::{Lines, Tokens, kind};
use std::collections::HashMap;
use std::rc::Rc;
use wasmparser::{ConstExpr, ElementItems, ElementKind, ExternalKind, Operator, Parser, Payload, TableInit, TypeRef};
use wast::token::Id;
use wast::{WastDirective, WastExecute, WastInvoke};

/// A bit set of operators.
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

/// Operators by line and kind of directive.
pub(super) type UsageByDirective = HashMap<(u32, String), OperatorSet>;

/// Returns the operators that the directives of a script use, or `None` if the script cannot be parsed.
pub(super) fn of_script(text: &str) -> Option<UsageByDirective> {
    let tokens = Tokens::new(text).ok()?;
    let mut script = tokens.parse().ok()?;
    let (lines, directives) = script.parts();
    let mut found = UsageCollector { lines, uses: UsageByDirective::new() };
    found.all(directives, Scope::default());
    Some(found.uses)
}

/// Call graph of a module, with the operators of its functions.
#[derive(Debug)]
struct Module {
    /// All operators of the module.
    whole: OperatorSet,
    functions: Vec<Function>,
    exports: HashMap<String, usize>,
    /// Functions whose references the module takes, which an indirect call may reach.
    referenced: Vec<usize>,
}

/// A function of a module.
#[derive(Debug)]
struct Function {
    operators: OperatorSet,
    /// Functions that it calls directly.
    calls: Vec<usize>,
    /// Whether it calls through a table, a reference or a continuation.
    indirect: bool,
}

/// Instances and module definitions that are in scope at a place in a script.
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

/// Collects the operators of a script's directives.
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

/// Returns the operators that a call can reach.
fn call(invoke: &WastInvoke<'_>, scope: &Scope) -> Option<OperatorSet> {
    let module = scope.get(invoke.module)?;
    let mut work_list = vec![*module.exports.get(invoke.name)?];
    let mut seen = vec![false; module.functions.len()];
    let mut set = OperatorSet::new();
    let mut indirect = false;
    while let Some(index) = work_list.pop() {
        let Some(function) = module.functions.get(index) else { continue };
        if std::mem::replace(&mut seen[index], true) {
            continue;
        }
        set.merge(&function.operators);
        work_list.extend(&function.calls);
        if function.indirect && !std::mem::replace(&mut indirect, true) {
            work_list.extend(&module.referenced);
        }
    }
    Some(set)
}

/// Reads a module. Returns `None` if the module is malformed.
fn read(wasm: &[u8]) -> Option<Module> {
    let mut module =
        Module { whole: OperatorSet::new(), functions: Vec::new(), exports: HashMap::new(), referenced: Vec::new() };
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
                                module.referenced.push(item.ok()? as usize);
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
    /// Adds the operators of a constant expression.
    fn constant(&mut self, expression: &ConstExpr<'_>) -> Option<()> {
        let mut function = Function { operators: OperatorSet::new(), calls: Vec::new(), indirect: false };
        for operator in expression.get_operators_reader() {
            self.note(&operator.ok()?, &mut function);
        }
        self.whole.merge(&function.operators);
        Some(())
    }

    /// Adds an operator to a function, with the calls and references that it makes.
    fn note(&mut self, operator: &Operator<'_>, function: &mut Function) {
        if let Some(number) = number(operator) {
            function.operators.insert(number);
        }
        match operator {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                function.calls.push(*function_index as usize);
            }
            Operator::RefFunc { function_index } => self.referenced.push(*function_index as usize),
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
