//! Reading the instance's context, and what LLVM may know of how the runtime's data alias.

use super::function::Lowering;
use super::promise::{loaded, set_metadata, set_volatile};
use crate::MemoryMode;
use crate::abi;
use crate::error::Result;
use crate::types::{StorageType, ValType};
use inkwell::context::Context;
use inkwell::types::{BasicType, BasicTypeEnum};
use inkwell::values::{BasicValueEnum, InstructionValue, IntValue, MetadataValue, PointerValue};

/// What an access touches. Different kinds never overlap; [`Invariant`](Alias::Invariant) is never written while
/// code runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alias {
    Memory,
    Table,
    Global,
    Length,
    Overflow,
    /// Runs of free cells.
    Run,
    /// Headers of objects, lengths of arrays among them.
    Header,
    /// Fields of structures.
    Field(Kind),
    /// Elements of arrays.
    Element(Kind),
    Invariant,
}

/// How a field or element is stored: different kinds are never in one place, except one after the other, with a
/// collection between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
    V128,
    Ref,
}

impl Kind {
    pub(super) fn of(storage: StorageType) -> Self {
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

const KINDS: [&str; 8] = ["i8", "i16", "i32", "i64", "f32", "f64", "v128", "ref"];
/// Kinds of their own; those of fields, then those of elements, follow.
const NAMES: [&str; 7] = ["memory", "table", "global", "length", "overflow", "run", "header"];

impl Alias {
    /// The number of its tag.
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

/// The metadata for each [`Alias`]: type-based alias analysis with one flat type a kind.
/// <https://llvm.org/docs/LangRef.html#tbaa-metadata>
pub(super) struct Aliases<'ctx> {
    tbaa_kind: u32,
    tags: Vec<MetadataValue<'ctx>>,
    invariant_kind: u32,
    invariant: MetadataValue<'ctx>,
}

impl<'ctx> Aliases<'ctx> {
    pub(super) fn new(context: &'ctx Context) -> Self {
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

    fn annotate(&self, instruction: InstructionValue<'ctx>, alias: Alias) {
        let (metadata, kind) = match alias.tag() {
            None => (self.invariant, self.invariant_kind),
            Some(tag) => (self.tags[tag], self.tbaa_kind),
        };
        set_metadata(instruction, metadata, kind);
    }
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// `pointer` plus a constant number of bytes, inside the same allocation.
    pub(super) fn field(&self, pointer: PointerValue<'ctx>, offset: u32) -> Result<PointerValue<'ctx>> {
        if offset == 0 {
            return Ok(pointer);
        }
        let offset = self.unit.types.i32.const_int(offset.into(), false);
        // SAFETY: the layouts of `abi` give this offset for an object that `pointer` points to, so it is in bounds.
        Ok(unsafe { self.builder.build_in_bounds_gep(self.unit.types.i8, pointer, &[offset], "")? })
    }

    /// `pointer` plus a number of bytes that is only known when the code runs. Makes no promise to LLVM.
    pub(super) fn displaced(&self, pointer: PointerValue<'ctx>, bytes: IntValue<'ctx>) -> Result<PointerValue<'ctx>> {
        // SAFETY: without `inbounds` the result may point anywhere; only an access needs a reason.
        Ok(unsafe { self.builder.build_gep(self.unit.types.i8, pointer, &[bytes], "")? })
    }

    pub(super) fn load<T: BasicType<'ctx>>(
        &self,
        ty: T,
        pointer: PointerValue<'ctx>,
        alias: Alias,
    ) -> Result<BasicValueEnum<'ctx>> {
        let value = self.builder.build_load(ty, pointer, "")?;
        if let Some(aliases) = &self.unit.aliases {
            aliases.annotate(loaded(&value), alias);
        }
        Ok(value)
    }

    /// Stores of the program's own state are precise, whether or not they can fault: a plain store that a later one
    /// overwrites may vanish although something between them traps, and the host can see that.
    pub(super) fn store(
        &self,
        value: BasicValueEnum<'ctx>,
        pointer: PointerValue<'ctx>,
        alias: Alias,
    ) -> Result<InstructionValue<'ctx>> {
        let store = self.builder.build_store(pointer, value)?;
        if let Some(aliases) = &self.unit.aliases {
            aliases.annotate(store, alias);
        }
        if matches!(alias, Alias::Memory | Alias::Table | Alias::Global | Alias::Field(_) | Alias::Element(_)) {
            self.make_precise(store);
        }
        Ok(store)
    }

    /// Makes a load or store happen exactly where it stands, if the mode is precise.
    pub(super) fn make_precise(&self, access: InstructionValue<'ctx>) {
        if self.unit.options.memory_mode == MemoryMode::Precise {
            set_volatile(access);
        }
    }

    /// A pointer that the context holds and that never changes while code runs.
    pub(super) fn context_pointer(&self, offset: u32) -> Result<PointerValue<'ctx>> {
        let field = self.field(self.context, offset)?;
        Ok(self.load(self.unit.types.ptr, field, Alias::Invariant)?.into_pointer_value())
    }

    fn overflow_slot(&self, slot: u16) -> Result<PointerValue<'ctx>> {
        let store = self.context_pointer(abi::CONTEXT_STORE)?;
        self.field(store, abi::STORE_OVERFLOW + u32::from(slot) * abi::SLOT)
    }

    /// Reads a slot of the executing thread's overflow area.
    pub(super) fn load_overflow(&self, ty: BasicTypeEnum<'ctx>, slot: u16) -> Result<BasicValueEnum<'ctx>> {
        let pointer = self.overflow_slot(slot)?;
        let value = self.load(ty, pointer, Alias::Overflow)?;
        keep_apart(loaded(&value), slot);
        Ok(value)
    }

    /// Writes a slot of the executing thread's overflow area.
    pub(super) fn store_overflow(&self, value: BasicValueEnum<'ctx>, slot: u16) -> Result<()> {
        let pointer = self.overflow_slot(slot)?;
        keep_apart(self.store(value, pointer, Alias::Overflow)?, slot);
        Ok(())
    }
}

/// LLVM compares each plain access with every other one near it, to merge them: a thousand parameters would take it
/// seconds. It leaves volatile ones alone.
fn keep_apart(access: InstructionValue<'_>, slot: u16) {
    const FEW: u16 = 64;
    if slot >= FEW {
        set_volatile(access);
    }
}
