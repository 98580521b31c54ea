//! From `wasmparser`'s types to ours. What the VM does not run has no type here and is refused by name.

use super::description::Entity;
use super::parse::unsupported;
use crate::error::Result;
use crate::types::{FuncType, GlobalType, HeapType, Limits, MemoryType, RefType, TableType, ValType};
use wasmparser::{AbstractHeapType, CompositeInnerType, ExternalKind};

pub(crate) fn func_type(ty: &wasmparser::SubType, offset: u64) -> Result<FuncType> {
    if !ty.supertype_idxs.is_empty() || !ty.is_final {
        return Err(unsupported("gc", "subtype", offset));
    }
    if ty.composite_type.shared {
        return Err(unsupported("shared_everything_threads", "shared type", offset));
    }
    match &ty.composite_type.inner {
        CompositeInnerType::Func(ty) => Ok(FuncType {
            params: ty.params().iter().map(|&ty| val_type(ty, offset)).collect::<Result<_>>()?,
            results: ty.results().iter().map(|&ty| val_type(ty, offset)).collect::<Result<_>>()?,
        }),
        CompositeInnerType::Array(_) => Err(unsupported("gc", "array type", offset)),
        CompositeInnerType::Struct(_) => Err(unsupported("gc", "struct type", offset)),
        CompositeInnerType::Cont(_) => Err(unsupported("stack_switching", "continuation type", offset)),
    }
}

pub(crate) fn val_type(ty: wasmparser::ValType, offset: u64) -> Result<ValType> {
    Ok(match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::V128 => return Err(unsupported("simd", "v128", offset)),
        wasmparser::ValType::Ref(ty) => ValType::Ref(ref_type(ty, offset)?),
    })
}

pub(crate) fn ref_type(ty: wasmparser::RefType, offset: u64) -> Result<RefType> {
    let heap = heap_type(ty.heap_type(), offset)?;
    if !ty.is_nullable() {
        return Err(unsupported("function_references", &ty.to_string(), offset));
    }
    Ok(RefType { nullable: true, heap })
}

pub(crate) fn heap_type(ty: wasmparser::HeapType, offset: u64) -> Result<HeapType> {
    let name = || format!("heap type {ty:?}");
    match ty {
        wasmparser::HeapType::Abstract { shared: true, .. } => {
            Err(unsupported("shared_everything_threads", &name(), offset))
        }
        wasmparser::HeapType::Abstract { ty: abstract_type, .. } => match abstract_type {
            AbstractHeapType::Func => Ok(HeapType::Func),
            AbstractHeapType::Extern => Ok(HeapType::Extern),
            AbstractHeapType::Exn => Ok(HeapType::Exn),
            AbstractHeapType::NoExn => Err(unsupported("exceptions", &name(), offset)),
            AbstractHeapType::Cont | AbstractHeapType::NoCont => Err(unsupported("stack_switching", &name(), offset)),
            _ => Err(unsupported("gc", &name(), offset)),
        },
        wasmparser::HeapType::Concrete(_) => Err(unsupported("function_references", &name(), offset)),
        wasmparser::HeapType::Exact(_) => Err(unsupported("custom_descriptors", &name(), offset)),
    }
}

pub(crate) fn table_type(ty: wasmparser::TableType, offset: u64) -> Result<TableType> {
    if ty.table64 {
        return Err(unsupported("memory64", "64-bit table", offset));
    }
    if ty.shared {
        return Err(unsupported("shared_everything_threads", "shared table", offset));
    }
    Ok(TableType {
        limits: Limits { min: ty.initial, max: ty.maximum },
        element: ref_type(ty.element_type, offset)?,
        table64: false,
    })
}

pub(crate) fn memory_type(ty: wasmparser::MemoryType, offset: u64) -> Result<MemoryType> {
    if ty.memory64 {
        return Err(unsupported("memory64", "64-bit memory", offset));
    }
    if ty.shared {
        return Err(unsupported("threads", "shared memory", offset));
    }
    if ty.page_size_log2.is_some_and(|log2| log2 != 16) {
        return Err(unsupported("custom_page_sizes", "memory with small pages", offset));
    }
    Ok(MemoryType {
        limits: Limits { min: ty.initial, max: ty.maximum },
        shared: false,
        memory64: false,
        page_size_log2: 16,
    })
}

pub(crate) fn global_type(ty: wasmparser::GlobalType, offset: u64) -> Result<GlobalType> {
    if ty.shared {
        return Err(unsupported("shared_everything_threads", "shared global", offset));
    }
    Ok(GlobalType { content: val_type(ty.content_type, offset)?, mutable: ty.mutable })
}

pub(crate) fn entity(kind: ExternalKind, index: u32, offset: u64) -> Result<Entity> {
    match kind {
        ExternalKind::Func => Ok(Entity::Func(index)),
        ExternalKind::Table => Ok(Entity::Table(index)),
        ExternalKind::Memory => Ok(Entity::Memory(index)),
        ExternalKind::Global => Ok(Entity::Global(index)),
        ExternalKind::Tag => Ok(Entity::Tag(index)),
        ExternalKind::FuncExact => Err(unsupported("custom_descriptors", "exact function", offset)),
    }
}
