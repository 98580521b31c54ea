//! Conversion of `wasmparser`'s types to ours. A type that the VM does not run is refused by name.

use super::description::Entity;
use super::unsupported::unsupported;
use crate::error::Result;
use crate::types::{
    CompositeType, FieldType, FuncType, GlobalType, HeapType, Limits, MemoryType, RefType, StorageType, SubType,
    TableType, ValType,
};
use wasmparser::{AbstractHeapType, CompositeInnerType, ExternalKind, UnpackedIndex};

pub(crate) fn sub_type(ty: &wasmparser::SubType, offset: u64) -> Result<SubType> {
    if ty.composite_type.shared {
        return Err(unsupported("shared_everything_threads", "shared type", offset));
    }
    let values = |types: &[wasmparser::ValType]| types.iter().map(|&ty| val_type(ty, offset)).collect::<Result<_>>();
    let composite = match &ty.composite_type.inner {
        CompositeInnerType::Func(ty) => {
            CompositeType::Func(FuncType { params: values(ty.params())?, results: values(ty.results())? })
        }
        CompositeInnerType::Array(ty) => CompositeType::Array(field_type(ty.0, offset)?),
        CompositeInnerType::Struct(ty) => {
            CompositeType::Struct(ty.fields.iter().map(|&ty| field_type(ty, offset)).collect::<Result<_>>()?)
        }
        CompositeInnerType::Cont(ty) => CompositeType::Cont(type_index(ty.0.unpack(), offset)?),
    };
    let index = |index: Option<wasmparser::PackedIndex>| index.map(|it| type_index(it.unpack(), offset)).transpose();
    Ok(SubType {
        is_final: ty.is_final,
        // Validation allows one supertype at most.
        supertype: index(ty.supertype_idxs.first().copied())?,
        descriptor: index(ty.composite_type.descriptor_idx)?,
        describes: index(ty.composite_type.describes_idx)?,
        composite,
    })
}

fn field_type(ty: wasmparser::FieldType, offset: u64) -> Result<FieldType> {
    let storage = match ty.element_type {
        wasmparser::StorageType::I8 => StorageType::I8,
        wasmparser::StorageType::I16 => StorageType::I16,
        wasmparser::StorageType::Val(ty) => StorageType::Val(val_type(ty, offset)?),
    };
    Ok(FieldType { storage, mutable: ty.mutable })
}

/// Returns the index of a type. In bytes, types are referred to by their index in the module.
fn type_index(index: UnpackedIndex, offset: u64) -> Result<u32> {
    index.as_module_index().ok_or_else(|| unsupported("gc", "type that is not one of the module", offset))
}

pub(crate) fn val_type(ty: wasmparser::ValType, offset: u64) -> Result<ValType> {
    Ok(match ty {
        wasmparser::ValType::I32 => ValType::I32,
        wasmparser::ValType::I64 => ValType::I64,
        wasmparser::ValType::F32 => ValType::F32,
        wasmparser::ValType::F64 => ValType::F64,
        wasmparser::ValType::V128 => ValType::V128,
        wasmparser::ValType::Ref(ty) => ValType::Ref(ref_type(ty, offset)?),
    })
}

pub(crate) fn ref_type(ty: wasmparser::RefType, offset: u64) -> Result<RefType> {
    Ok(RefType { nullable: ty.is_nullable(), heap: heap_type(ty.heap_type(), offset)? })
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
            AbstractHeapType::Any => Ok(HeapType::Any),
            AbstractHeapType::Eq => Ok(HeapType::Eq),
            AbstractHeapType::I31 => Ok(HeapType::I31),
            AbstractHeapType::Struct => Ok(HeapType::Struct),
            AbstractHeapType::Array => Ok(HeapType::Array),
            AbstractHeapType::None => Ok(HeapType::None),
            AbstractHeapType::NoFunc => Ok(HeapType::NoFunc),
            AbstractHeapType::NoExtern => Ok(HeapType::NoExtern),
            AbstractHeapType::Exn => Ok(HeapType::Exn),
            AbstractHeapType::NoExn => Ok(HeapType::NoExn),
            AbstractHeapType::Cont => Ok(HeapType::Cont),
            AbstractHeapType::NoCont => Ok(HeapType::NoCont),
        },
        wasmparser::HeapType::Concrete(index) => Ok(HeapType::Concrete(type_index(index, offset)?)),
        wasmparser::HeapType::Exact(index) => Ok(HeapType::Exact(type_index(index, offset)?)),
    }
}

pub(crate) fn table_type(ty: wasmparser::TableType, offset: u64) -> Result<TableType> {
    if ty.shared {
        return Err(unsupported("shared_everything_threads", "shared table", offset));
    }
    Ok(TableType {
        limits: Limits { min: ty.initial, max: ty.maximum },
        element: ref_type(ty.element_type, offset)?,
        table64: ty.table64,
    })
}

pub(crate) fn memory_type(ty: wasmparser::MemoryType) -> MemoryType {
    MemoryType {
        limits: Limits { min: ty.initial, max: ty.maximum },
        shared: ty.shared,
        memory64: ty.memory64,
        page_size_log2: ty.page_size_log2.unwrap_or(16),
    }
}

pub(crate) fn global_type(ty: wasmparser::GlobalType, offset: u64) -> Result<GlobalType> {
    if ty.shared {
        return Err(unsupported("shared_everything_threads", "shared global", offset));
    }
    Ok(GlobalType { content: val_type(ty.content_type, offset)?, mutable: ty.mutable })
}

pub(crate) fn entity(kind: ExternalKind, index: u32) -> Entity {
    match kind {
        // An export does not say that it is exact, but every function has exactly the type that it was defined with.
        ExternalKind::Func | ExternalKind::FuncExact => Entity::Func(index),
        ExternalKind::Table => Entity::Table(index),
        ExternalKind::Memory => Entity::Memory(index),
        ExternalKind::Global => Entity::Global(index),
        ExternalKind::Tag => Entity::Tag(index),
    }
}
