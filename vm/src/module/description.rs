//! Description of a module: everything but its code that instantiation needs, without LLVM or a store.

use crate::abi::{ContextCounts, ContextLayout};
use crate::bulk::Bulk;
use crate::types::{CompositeType, ExternType, FuncType, GlobalType, MemoryType, SubType, TableType};
pub use super::const_expr::{ConstExpr, ConstOp};
pub use super::function_names::FunctionNames;
pub use super::segment::{ActiveData, DataSegment, ElementItems, ElementMode, ElementSegment};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A module without its code. In each index space imports come first, as in the spec.
/// Spec: <https://webassembly.github.io/spec/core/syntax/modules.html>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// Name of the module, from the name section.
    pub name: Option<String>,
    /// Types, by type index. They refer to each other by type index.
    pub types: Vec<SubType>,
    /// Recursion groups of more than one type, ascending. Every other type is a group of its own.
    pub rec_groups: Vec<Range<u32>>,
    /// Imports, in their order in the module.
    pub imports: Vec<Import>,
    /// Type index of each function.
    #[serde(skip)]
    pub functions: Bulk<u32>,
    /// Number of imported functions.
    pub func_imports: u32,
    /// Types of tables.
    pub tables: Vec<TableType>,
    /// Number of imported tables.
    pub table_imports: u32,
    /// Initial element of each table that the module defines; none means null.
    pub table_inits: Vec<Option<ConstExpr>>,
    /// Types of memories.
    pub memories: Vec<MemoryType>,
    /// Number of imported memories.
    pub memory_imports: u32,
    /// Types of globals.
    pub globals: Vec<GlobalType>,
    /// Number of imported globals.
    pub global_imports: u32,
    /// Initial value of each global that the module defines.
    pub global_inits: Vec<ConstExpr>,
    /// Exports, in their order in the module; their names are unique.
    pub exports: Vec<Export>,
    /// The start function.
    pub start: Option<u32>,
    /// Element segments.
    pub elements: Vec<ElementSegment>,
    /// Data segments.
    pub data: Vec<DataSegment>,
    /// Functions that the module defines and that can become references, ascending: those that are exported, in a
    /// segment, in a constant expression, or declared for `ref.func`. The position in this list is the index of the
    /// function reference in the context.
    #[serde(skip)]
    pub func_refs: Bulk<u32>,
    /// Names of functions from the name section.
    #[serde(skip)]
    pub function_names: FunctionNames,
    /// Offsets of the bodies of the functions that the module defines, in the bytes of the module, ascending.
    #[serde(skip)]
    pub code_offsets: Bulk<u32>,
    /// Type index of each tag.
    pub tags: Vec<u32>,
    /// Number of imported tags.
    pub tag_imports: u32,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Module name of the import.
    pub module: String,
    /// Field name of the import.
    pub name: String,
    /// What is imported.
    pub entity: Entity,
    /// Whether a function must have exactly this type, and no subtype of it.
    pub exact: bool,
}

/// Kind of an import or export, and its index in the index space of that kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Entity {
    /// Function index.
    Func(u32),
    /// Table index.
    Table(u32),
    /// Memory index.
    Memory(u32),
    /// Global index.
    Global(u32),
    /// Tag index.
    Tag(u32),
}

/// One export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// Name of the export.
    pub name: String,
    /// What is exported.
    pub entity: Entity,
}

impl Description {
    /// Returns all long arrays of 32-bit numbers, in an order that depends only on the rest of the description.
    /// Artifacts store them apart, so that loading an artifact leaves them where they are.
    pub(crate) fn words(&mut self) -> Vec<&mut Bulk<u32>> {
        let names = &mut self.function_names;
        let own =
            [&mut self.functions, &mut self.func_refs, &mut self.code_offsets, &mut names.functions, &mut names.ends];
        let segments = self.elements.iter_mut().filter_map(|segment| match &mut segment.items {
            ElementItems::Funcs(functions) => Some(functions),
            ElementItems::Exprs(_) => None,
        });
        own.into_iter().chain(segments).collect()
    }

    /// Returns all long arrays of bytes, in an order that depends only on the rest of the description.
    pub(crate) fn bytes(&mut self) -> Vec<&mut Bulk<u8>> {
        let segments = self.data.iter_mut().map(|segment| &mut segment.bytes);
        [&mut self.function_names.text].into_iter().chain(segments).collect()
    }

    /// Returns the counts of what the context of an instance holds.
    #[must_use]
    pub fn context_counts(&self) -> ContextCounts {
        #[expect(clippy::cast_possible_truncation, reason = "wasm indices are 32-bit")]
        ContextCounts {
            types: self.types.len() as u32,
            func_imports: self.func_imports,
            memories: self.memories.len() as u32,
            tables: self.tables.len() as u32,
            global_imports: self.global_imports,
            globals: self.globals.len() as u32 - self.global_imports,
            func_refs: self.func_refs.len() as u32,
            tags: self.tags.len() as u32,
        }
    }

    /// Returns the layout of the context of an instance; none if the context would be too large.
    #[must_use]
    pub fn context_layout(&self) -> Option<ContextLayout> {
        ContextLayout::new(self.context_counts())
    }

    /// Returns the type of function `index`.
    #[must_use]
    pub fn func_type(&self, index: u32) -> &FuncType {
        self.signature(self.functions[index as usize])
    }

    /// Returns the function type with type index `index`.
    ///
    /// # Panics
    /// If the type is not a function type. Validation excludes that where a function type is required.
    #[must_use]
    pub fn signature(&self, index: u32) -> &FuncType {
        self.types[index as usize].func().expect("validation requires a function type here")
    }

    /// Returns the function type of the continuation type with type index `index`.
    ///
    /// # Panics
    /// If the type is not a continuation type. Validation excludes that where one is required.
    #[must_use]
    pub fn continuation(&self, index: u32) -> &FuncType {
        match self.types[index as usize].composite {
            CompositeType::Cont(function) => self.signature(function),
            _ => panic!("validation requires a continuation type here"),
        }
    }

    /// Returns the number of supertypes of a type.
    #[must_use]
    pub fn supertypes(&self, index: u32) -> u32 {
        let next = |at: &u32| self.types[*at as usize].supertype;
        // Validation bounds the length of the chain.
        std::iter::successors(next(&index), next).zip(1..).last().map_or(0, |(_, depth)| depth)
    }

    /// Returns the position of a function in [`Description::func_refs`].
    #[must_use]
    pub fn func_ref_index(&self, function: u32) -> Option<u32> {
        self.func_refs.binary_search(&function).ok().and_then(|i| u32::try_from(i).ok())
    }

    /// Returns the type of an import or export.
    #[must_use]
    pub fn extern_type(&self, entity: Entity) -> ExternType {
        match entity {
            Entity::Func(i) => ExternType::Func(self.func_type(i).clone()),
            Entity::Table(i) => ExternType::Table(self.tables[i as usize]),
            Entity::Memory(i) => ExternType::Memory(self.memories[i as usize]),
            Entity::Global(i) => ExternType::Global(self.globals[i as usize]),
            Entity::Tag(i) => ExternType::Tag(self.signature(self.tags[i as usize]).clone()),
        }
    }

    /// Returns the name of function `index`: from the name section, otherwise from its first export.
    #[must_use]
    pub fn function_name(&self, index: u32) -> Option<&str> {
        self.function_names.get(index).or_else(|| {
            self.exports.iter().find(|e| e.entity == Entity::Func(index)).map(|export| export.name.as_str())
        })
    }
}
