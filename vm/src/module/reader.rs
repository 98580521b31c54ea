//! Reading of sections into a [`Description`] and function bodies.

use super::convert;
use super::description::{ActiveData, ConstExpr, ConstOp, DataSegment, ElementItems, Entity, Export, FunctionNames, Import};
use super::hints::BranchHints;
use super::initializer::{const_expr, element_segment};
use super::parsed::Parsed;
use crate::error::{Error, Result};
use wasmparser::{Payload, TypeRef};

/// The module as read so far.
pub(super) struct Reader<'a> {
    pub(super) parsed: Parsed<'a>,
}

impl<'a> Reader<'a> {
    /// Reads one section or body.
    pub(super) fn payload(&mut self, payload: Payload<'a>) -> Result<()> {
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
                    .map_err(|_| Error::Limit("a module of more than 4 GiB".into()))?;
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

    /// Reads one import.
    fn import(&mut self, import: wasmparser::Import<'_>, offset: u64) -> Result<()> {
        let module = &mut self.parsed.description;
        // Imports come first in every index space, so all entries so far are imports.
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

    /// Reads the name section. Names only help people: a malformed section is not an error, and its readable part is
    /// used. The order of names is not checked, which is why this does not use the readers that check it.
    /// Spec: <https://webassembly.github.io/spec/core/appendix/custom.html#name-section>, and for names that appear in
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

    /// Collects the functions that can become references. Validation has checked that every function that `ref.func`
    /// names is declared by one of these.
    pub(super) fn collect_func_refs(&mut self) {
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

/// Returns the functions that a constant expression names.
fn funcs_of(expr: &ConstExpr) -> impl Iterator<Item = u32> {
    expr.0.iter().filter_map(|op| match op {
        ConstOp::RefFunc(index) => Some(*index),
        _ => None,
    })
}
