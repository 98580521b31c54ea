//! Type-based alias metadata: which accesses of compiled code never overlap.

use crate::lower::instruction::set_metadata;
use crate::types::{StorageType, ValType};
use inkwell::context::Context;
use inkwell::values::{InstructionValue, MetadataValue};

/// The class of memory that an access belongs to.
///
/// Accesses of different classes never overlap. Memory of class [`Invariant`](AliasClass::Invariant) is never written
/// while code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AliasClass {
    Memory,
    Table,
    Global,
    Length,
    Overflow,
    /// Allocation runs: free cells of the heap.
    Run,
    /// Headers of heap objects, including the lengths of arrays.
    Header,
    /// Fields of structures.
    Field(StorageKind),
    /// Elements of arrays.
    Element(StorageKind),
    Invariant,
}

/// The storage type of a field or element, by which its accesses are told apart.
///
/// Fields of different storage kinds are never at the same place at the same time: a cell is used for another object
/// only after a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StorageKind {
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
    V128,
    Ref,
}

impl StorageKind {
    pub(crate) fn of(storage: StorageType) -> Self {
        match storage {
            StorageType::I8 => Self::I8,
            StorageType::I16 => Self::I16,
            StorageType::Val(ValType::I32) => Self::I32,
            StorageType::Val(ValType::I64) => Self::I64,
            StorageType::Val(ValType::F32) => Self::F32,
            StorageType::Val(ValType::F64) => Self::F64,
            StorageType::Val(ValType::V128) => Self::V128,
            StorageType::Val(ValType::Ref(_)) => Self::Ref,
        }
    }
}

/// Names of the storage kinds.
const KINDS: [&str; 8] = ["i8", "i16", "i32", "i64", "f32", "f64", "v128", "ref"];

/// Names of the classes without a storage kind. The classes of fields follow, then those of elements.
const NAMES: [&str; 7] = ["memory", "table", "global", "length", "overflow", "run", "header"];

impl AliasClass {
    /// Returns the index of the TBAA tag; invariant accesses have none.
    fn tag(self) -> Option<usize> {
        Some(match self {
            Self::Memory => 0,
            Self::Table => 1,
            Self::Global => 2,
            Self::Length => 3,
            Self::Overflow => 4,
            Self::Run => 5,
            Self::Header => 6,
            Self::Field(kind) => NAMES.len() + kind as usize,
            Self::Element(kind) => NAMES.len() + KINDS.len() + kind as usize,
            Self::Invariant => return None,
        })
    }
}

/// Metadata for each [`AliasClass`]: type-based alias analysis (TBAA) with one flat type for each class.
/// <https://llvm.org/docs/LangRef.html#tbaa-metadata>
pub(crate) struct AliasMetadata<'ctx> {
    tbaa_kind: u32,
    tags: Vec<MetadataValue<'ctx>>,
    invariant_kind: u32,
    invariant: MetadataValue<'ctx>,
}

impl<'ctx> AliasMetadata<'ctx> {
    pub(crate) fn new(context: &'ctx Context) -> Self {
        let zero = context.i64_type().const_zero();
        let root = context.metadata_node(&[context.metadata_string("wassay").into()]);
        let tag = |name: &str| {
            let ty = context.metadata_node(&[context.metadata_string(name).into(), root.into(), zero.into()]);
            context.metadata_node(&[ty.into(), ty.into(), zero.into()])
        };
        let of = |owner: &'static str| KINDS.map(|kind| format!("{owner} {kind}"));
        let names = NAMES.map(str::to_owned).into_iter().chain(of("field")).chain(of("element"));
        Self {
            tbaa_kind: context.get_kind_id("tbaa"),
            tags: names.map(|name| tag(&name)).collect(),
            invariant_kind: context.get_kind_id("invariant.load"),
            invariant: context.metadata_node(&[]),
        }
    }

    /// Attaches the metadata of a class to an access.
    pub(crate) fn annotate(&self, instruction: InstructionValue<'ctx>, alias: AliasClass) {
        let (metadata, kind) = match alias.tag() {
            None => (self.invariant, self.invariant_kind),
            Some(tag) => (self.tags[tag], self.tbaa_kind),
        };
        set_metadata(instruction, metadata, kind);
    }
}
