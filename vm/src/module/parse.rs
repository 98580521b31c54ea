//! From bytes to a [`Description`] and function bodies: everything is validated here, before any code is made.
//! Spec: <https://webassembly.github.io/spec/core/binary/modules.html>

use super::convert;
use super::description::{
    ActiveData, ConstExpr, ConstOp, DataSegment, Description, ElementItems, ElementMode, ElementSegment, Entity,
    Export, FunctionNames, Import,
};
use super::hints::BranchHints;
use super::survey::{Survey, survey};
use super::unsupported::unsupported;
use crate::config::{Config, Limits};
use crate::error::{Error, Result};
use std::ops::Range;
use wasmparser::{FunctionBody, Operator, Parser, Payload, TypeRef, ValidPayload, Validator};

/// What the parser gives: the description, and the code that is still to be compiled.
pub(crate) struct Parsed<'a> {
    pub(crate) description: Description,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    pub(crate) hints: BranchHints,
}

impl Parsed<'_> {
    /// What body `index` contains.
    pub(crate) fn survey(&self, index: usize) -> Result<Survey> {
        let function = self.description.func_imports as usize + index;
        let ty = self.description.signature(self.description.functions[function]);
        survey(&self.description, ty, &self.bodies[index])
    }
}

/// Checks that `bytes` are a valid module under `features`, and nothing more.
pub(crate) fn validate(bytes: &[u8], config: &Config) -> Result<()> {
    walk(bytes, config, |_| Ok(()))
}

/// Parses and validates `bytes`. A valid module that uses what the VM does not run is [`Error::Unsupported`], a
/// verdict that is only given once all of the module is known to be valid.
pub(crate) fn parse<'a>(bytes: &'a [u8], config: &Config) -> Result<Parsed<'a>> {
    let parsed = Parsed { description: Description::default(), bodies: Vec::new(), hints: BranchHints::default() };
    let mut reader = Reader { parsed };
    let mut refused = None;
    walk(bytes, config, |payload| {
        if refused.is_none() {
            match reader.payload(payload) {
                Err(error @ (Error::Unsupported { .. } | Error::Limit(_))) => refused = Some(error),
                other => return other,
            }
        }
        Ok(())
    })?;
    match refused {
        Some(error) => Err(error),
        None => {
            reader.collect_func_refs();
            Ok(reader.parsed)
        }
    }
}

fn walk<'a>(bytes: &'a [u8], config: &Config, mut see: impl FnMut(Payload<'a>) -> Result<()>) -> Result<()> {
    let Config { features, limits, .. } = *config;
    if bytes.len() as u64 > limits.module_size {
        let Limits { module_size, .. } = limits;
        return Err(Error::Limit(format!("a module of {} bytes, where {module_size} are the most", bytes.len())));
    }
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut allocations = wasmparser::FuncValidatorAllocations::default();
    let mut functions = Vec::new();
    for payload in parser.parse_all(bytes) {
        let payload = payload?;
        if let Payload::Version { encoding: wasmparser::Encoding::Component, .. } = payload {
            return Err(Error::Invalid { message: "a component, not a module".into(), offset: 0 });
        }
        if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
            functions.push((function, body));
        }
        see(payload)?;
    }
    // Bodies last: data and element counts that they refer to may come after them in the bytes.
    for (function, body) in functions {
        check_size(function.index, &body, &limits)?;
        let mut validator = function.into_validator(allocations);
        validator.validate(&body)?;
        allocations = validator.into_allocations();
    }
    Ok(())
}

/// Whether a body is within the limits that are asked for.
fn check_size(function: u32, body: &FunctionBody<'_>, limits: &Limits) -> Result<()> {
    let exceeds = |what: &str, count: u64, most: u32| {
        Err(Error::Limit(format!("function {function} has {count} {what}, where {most} are the most")))
    };
    let Range { start, end } = body.range();
    if end - start > limits.function_size.into() {
        return exceeds("bytes of code", end - start, limits.function_size);
    }
    let mut locals = 0;
    for declaration in body.get_locals_reader()? {
        locals += u64::from(declaration?.0);
    }
    // More than there can be anywhere are for validation to refuse, which says where they are.
    if locals > limits.locals.into() && locals <= Limits::default().locals.into() {
        return exceeds("locals", locals, limits.locals);
    }
    Ok(())
}

struct Reader<'a> {
    parsed: Parsed<'a>,
}

impl<'a> Reader<'a> {
    fn payload(&mut self, payload: Payload<'a>) -> Result<()> {
        let module = &mut self.parsed.description;
        match payload {
            Payload::TypeSection(section) => {
                for group in section.into_iter_with_offsets() {
                    let (offset, group) = group?;
                    let first = module.types.len();
                    for ty in group.into_types() {
                        module.types.push(convert::sub_type(&ty, offset)?);
                    }
                    if module.types.len() > first + 1 {
                        let index = |at| u32::try_from(at).expect("validation bounds the number of types");
                        module.rec_groups.push(index(first)..index(module.types.len()));
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports_with_offsets() {
                    let (offset, import) = import?;
                    self.import(import, offset)?;
                }
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    module.functions.push(ty?);
                }
            }
            Payload::TableSection(section) => {
                for table in section.into_iter_with_offsets() {
                    let (offset, table) = table?;
                    module.tables.push(convert::table_type(table.ty, offset)?);
                    module.table_inits.push(match table.init {
                        wasmparser::TableInit::RefNull => None,
                        wasmparser::TableInit::Expr(expr) => Some(const_expr(&expr)?),
                    });
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    module.memories.push(convert::memory_type(memory?));
                }
            }
            Payload::TagSection(section) => {
                for tag in section {
                    module.tags.push(tag?.func_type_idx);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section.into_iter_with_offsets() {
                    let (offset, global) = global?;
                    module.globals.push(convert::global_type(global.ty, offset)?);
                    module.global_inits.push(const_expr(&global.init_expr)?);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    let entity = convert::entity(export.kind, export.index);
                    module.exports.push(Export { name: export.name.into(), entity });
                }
            }
            Payload::StartSection { func, .. } => module.start = Some(func),
            Payload::ElementSection(section) => {
                for segment in section.into_iter_with_offsets() {
                    let (offset, segment) = segment?;
                    module.elements.push(element_segment(segment, offset)?);
                }
            }
            Payload::DataSection(section) => {
                for segment in section {
                    let segment = segment?;
                    let active = match segment.kind {
                        wasmparser::DataKind::Passive => None,
                        wasmparser::DataKind::Active { memory_index, offset_expr } => {
                            Some(ActiveData { memory: memory_index, offset: const_expr(&offset_expr)? })
                        }
                    };
                    module.data.push(DataSegment { active, bytes: segment.data.to_vec().into() });
                }
            }
            Payload::CodeSectionEntry(body) => {
                let offset = u32::try_from(body.range().start)
                    .map_err(|_| Error::Limit("a module has at most 4 GiB of bytes".into()))?;
                module.code_offsets.push(offset);
                self.parsed.bodies.push(body);
            }
            Payload::CustomSection(section) => match section.as_known() {
                wasmparser::KnownCustom::Name(names) => self.names(names),
                wasmparser::KnownCustom::BranchHints(hints) => self.parsed.hints = BranchHints::read(hints),
                _ => {}
            },
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, import: wasmparser::Import<'_>, offset: u64) -> Result<()> {
        let module = &mut self.parsed.description;
        // Imports come first in every index space, so what has been seen so far are imports.
        let entity = match import.ty {
            TypeRef::Func(ty) | TypeRef::FuncExact(ty) => {
                module.functions.push(ty);
                module.func_imports += 1;
                Entity::Func(module.func_imports - 1)
            }
            TypeRef::Table(ty) => {
                module.tables.push(convert::table_type(ty, offset)?);
                module.table_imports += 1;
                Entity::Table(module.table_imports - 1)
            }
            TypeRef::Memory(ty) => {
                module.memories.push(convert::memory_type(ty));
                module.memory_imports += 1;
                Entity::Memory(module.memory_imports - 1)
            }
            TypeRef::Global(ty) => {
                module.globals.push(convert::global_type(ty, offset)?);
                module.global_imports += 1;
                Entity::Global(module.global_imports - 1)
            }
            TypeRef::Tag(ty) => {
                module.tags.push(ty.func_type_idx);
                module.tag_imports += 1;
                Entity::Tag(module.tag_imports - 1)
            }
        };
        let exact = matches!(import.ty, TypeRef::FuncExact(_));
        module.imports.push(Import { module: import.module.into(), name: import.name.into(), entity, exact });
        Ok(())
    }

    /// Names are a help for people: a broken section is not an error, and what is not broken of it is read. That order is
    /// not asked for is why the readers below are not those that ask for it.
    /// Spec: <https://webassembly.github.io/spec/core/appendix/custom.html#name-section>, and for the names of what is in
    /// no backtrace <https://github.com/WebAssembly/extended-name-section>.
    fn names(&mut self, names: wasmparser::NameSectionReader<'_>) {
        let module = &mut self.parsed.description;
        for name in names.sections {
            match name {
                Ok(wasmparser::Name::Module { name, .. }) => module.name = Some(name.into()),
                Ok(wasmparser::Name::Function(functions)) => {
                    let names = functions.names.map_while(Result::ok).map(|name| (name.index, name.name));
                    module.function_names = FunctionNames::new(names.collect());
                }
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    /// Validation has made sure that whatever `ref.func` names is declared by one of these.
    fn collect_func_refs(&mut self) {
        let module = &mut self.parsed.description;
        let exported = module.exports.iter().filter_map(|e| match e.entity {
            Entity::Func(index) => Some(index),
            _ => None,
        });
        let mut found: Vec<u32> = exported.collect();
        for segment in &module.elements {
            match &segment.items {
                ElementItems::Funcs(indices) => found.extend_from_slice(indices),
                ElementItems::Exprs(exprs) => found.extend(exprs.iter().flat_map(funcs_of)),
            }
        }
        found.extend(module.global_inits.iter().flat_map(funcs_of));
        found.extend(module.table_inits.iter().flatten().flat_map(funcs_of));
        found.retain(|&index| index >= module.func_imports);
        found.sort_unstable();
        found.dedup();
        module.func_refs = found.into();
    }
}

fn funcs_of(expr: &ConstExpr) -> impl Iterator<Item = u32> {
    expr.0.iter().filter_map(|op| match op {
        ConstOp::RefFunc(index) => Some(*index),
        _ => None,
    })
}

fn element_segment(segment: wasmparser::Element<'_>, offset: u64) -> Result<ElementSegment> {
    let mode = match segment.kind {
        wasmparser::ElementKind::Passive => ElementMode::Passive,
        wasmparser::ElementKind::Declared => ElementMode::Declared,
        wasmparser::ElementKind::Active { table_index, offset_expr } => {
            ElementMode::Active { table: table_index.unwrap_or(0), offset: const_expr(&offset_expr)? }
        }
    };
    let (ty, items) = match segment.items {
        wasmparser::ElementItems::Functions(indices) => {
            (crate::RefType::FUNCREF, ElementItems::Funcs(indices.into_iter().collect::<Result<_, _>>()?))
        }
        wasmparser::ElementItems::Expressions(ty, exprs) => {
            let exprs = exprs.into_iter().map(|expr| const_expr(&expr?)).collect::<Result<_>>()?;
            (convert::ref_type(ty, offset)?, ElementItems::Exprs(exprs))
        }
    };
    Ok(ElementSegment { mode, ty, items })
}

fn const_expr(expr: &wasmparser::ConstExpr<'_>) -> Result<ConstExpr> {
    let mut ops = Vec::with_capacity(1);
    for op in expr.get_operators_reader().into_iter_with_offsets() {
        let (op, offset) = op?;
        ops.push(match op {
            Operator::I32Const { value } => ConstOp::I32(value),
            Operator::I64Const { value } => ConstOp::I64(value),
            Operator::F32Const { value } => ConstOp::F32(value.bits()),
            Operator::F64Const { value } => ConstOp::F64(value.bits()),
            Operator::V128Const { value } => ConstOp::V128(u128::from_le_bytes(*value.bytes())),
            Operator::GlobalGet { global_index } => ConstOp::GlobalGet(global_index),
            Operator::RefNull { hty } => {
                convert::heap_type(hty, offset)?;
                ConstOp::RefNull
            }
            Operator::RefFunc { function_index } => ConstOp::RefFunc(function_index),
            Operator::I32Add => ConstOp::I32Add,
            Operator::I32Sub => ConstOp::I32Sub,
            Operator::I32Mul => ConstOp::I32Mul,
            Operator::I64Add => ConstOp::I64Add,
            Operator::I64Sub => ConstOp::I64Sub,
            Operator::I64Mul => ConstOp::I64Mul,
            Operator::RefI31 => ConstOp::RefI31,
            Operator::AnyConvertExtern | Operator::ExternConvertAny => ConstOp::Convert,
            Operator::StructNew { struct_type_index } => ConstOp::StructNew(struct_type_index),
            Operator::StructNewDefault { struct_type_index } => ConstOp::StructNewDefault(struct_type_index),
            Operator::StructNewDesc { struct_type_index } => ConstOp::StructNewDesc(struct_type_index),
            Operator::StructNewDefaultDesc { struct_type_index } => ConstOp::StructNewDefaultDesc(struct_type_index),
            Operator::ArrayNew { array_type_index } => ConstOp::ArrayNew(array_type_index),
            Operator::ArrayNewDefault { array_type_index } => ConstOp::ArrayNewDefault(array_type_index),
            Operator::ArrayNewFixed { array_type_index, array_size } => {
                ConstOp::ArrayNewFixed(array_type_index, array_size)
            }
            Operator::End => break,
            // Validation lets only constant operators through, and all others belong to this proposal.
            other => {
                return Err(unsupported("custom_descriptors", &format!("{other:?} in a constant expression"), offset));
            }
        });
    }
    Ok(ConstExpr(ops))
}

impl From<wasmparser::Error> for Error {
    fn from(error: wasmparser::Error) -> Self {
        Self::Invalid {
            message: error.message().to_string(),
            offset: usize::try_from(error.offset()).unwrap_or(usize::MAX),
        }
    }
}
