//! What a module says, apart from its code: all that instantiating needs, and nothing of LLVM or of a store.

use crate::abi::{ContextCounts, ContextLayout};
use crate::bulk::Bulk;
use crate::types::{CompositeType, ExternType, FuncType, GlobalType, MemoryType, SubType, TableType};
pub use super::const_expr::{ConstExpr, ConstOp};
pub use super::function_names::FunctionNames;
pub use super::segment::{ActiveData, DataSegment, ElementItems, ElementMode, ElementSegment};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// A module without its code. Index spaces are as in the spec: imported things first.
/// Spec: <https://webassembly.github.io/spec/core/syntax/modules.html>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// Name of the module, from the name section.
    pub name: Option<String>,
    /// Types, by type index; they refer to each other by it.
    pub types: Vec<SubType>,
    /// Recursion groups of more than one type, ascending. Every other type is a group of its own.
    pub rec_groups: Vec<Range<u32>>,
    /// Imports in their order.
    pub imports: Vec<Import>,
    /// Type index of each function.
    #[serde(skip)]
    pub functions: Bulk<u32>,
    /// How many functions are imported.
    pub func_imports: u32,
    /// Each table.
    pub tables: Vec<TableType>,
    /// How many tables are imported.
    pub table_imports: u32,
    /// Initial element of each table that the module defines; none means null.
    pub table_inits: Vec<Option<ConstExpr>>,
    /// Each memory.
    pub memories: Vec<MemoryType>,
    /// How many memories are imported.
    pub memory_imports: u32,
    /// Each global.
    pub globals: Vec<GlobalType>,
    /// How many globals are imported.
    pub global_imports: u32,
    /// Initial value of each global that the module defines.
    pub global_inits: Vec<ConstExpr>,
    /// Exports in their order; names are unique.
    pub exports: Vec<Export>,
    /// The start function.
    pub start: Option<u32>,
    /// Element segments.
    pub elements: Vec<ElementSegment>,
    /// Data segments.
    pub data: Vec<DataSegment>,
    /// Functions that the module defines and that can become values (exported, in a segment, in a constant expression,
    /// or declared for `ref.func`), ascending. Position in this list = index of the context's own func refs.
    #[serde(skip)]
    pub func_refs: Bulk<u32>,
    /// Names of functions from the name section.
    #[serde(skip)]
    pub function_names: FunctionNames,
    /// Offset in the module's bytes of the body of each function that the module defines, ascending.
    #[serde(skip)]
    pub code_offsets: Bulk<u32>,
    /// Type index of each tag.
    pub tags: Vec<u32>,
    /// How many tags are imported.
    pub tag_imports: u32,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Module part of the name.
    pub module: String,
    /// Name inside that module.
    pub name: String,
    /// What is asked for.
    pub entity: Entity,
    /// Whether a function must be of just the type asked for, and of no subtype of it.
    pub exact: bool,
}

/// Kind of an import or export, and the index of the thing in its index space.
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
    /// Its name.
    pub name: String,
    /// What it is.
    pub entity: Entity,
}

impl Description {
    /// All long arrays of 32-bit numbers, in an order that depends on nothing but the rest of the description. Artifacts
    /// keep these apart, so that loading one leaves them where they are.
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

    /// All long arrays of bytes, likewise.
    pub(crate) fn bytes(&mut self) -> Vec<&mut Bulk<u8>> {
        let segments = self.data.iter_mut().map(|segment| &mut segment.bytes);
        [&mut self.function_names.text].into_iter().chain(segments).collect()
    }

    /// Counts of what an instance's context holds.
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

    /// Layout of an instance's context; none when it is too large to exist.
    #[must_use]
    pub fn context_layout(&self) -> Option<ContextLayout> {
        ContextLayout::new(self.context_counts())
    }

    /// Type of function `index`.
    #[must_use]
    pub fn func_type(&self, index: u32) -> &FuncType {
        self.signature(self.functions[index as usize])
    }

    /// The function type of index `index`.
    ///
    /// # Panics
    /// If the type is none, which validation excludes where one is needed.
    #[must_use]
    pub fn signature(&self, index: u32) -> &FuncType {
        self.types[index as usize].func().expect("validation asks for function types where functions are")
    }

    /// The function type behind the continuation type of index `index`.
    ///
    /// # Panics
    /// If the type is none, which validation excludes where one is needed.
    #[must_use]
    pub fn continuation(&self, index: u32) -> &FuncType {
        match self.types[index as usize].composite {
            CompositeType::Cont(function) => self.signature(function),
            _ => panic!("validation asks for continuation types where continuations are"),
        }
    }

    /// Number of types that a type is a subtype of.
    #[must_use]
    pub fn supertypes(&self, index: u32) -> u32 {
        let next = |at: &u32| self.types[*at as usize].supertype;
        // Validation bounds the chain.
        std::iter::successors(next(&index), next).zip(1..).last().map_or(0, |(_, depth)| depth)
    }

    /// Position of a function that the module defines among those that can become values.
    #[must_use]
    pub fn func_ref_index(&self, function: u32) -> Option<u32> {
        self.func_refs.binary_search(&function).ok().and_then(|i| u32::try_from(i).ok())
    }

    /// Type of an imported or exported thing.
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

    /// Name of function `index`: from the name section, else the first export of it.
    #[must_use]
    pub fn function_name(&self, index: u32) -> Option<&str> {
        self.function_names.get(index).or_else(|| {
            self.exports.iter().find(|e| e.entity == Entity::Func(index)).map(|export| export.name.as_str())
        })
    }
}
