//! Types of a module's exports, for drivers of engines whose API does not tell them.

use std::collections::HashMap;
use wasmparser::types::{EntityType, TypesRef};
use wasmparser::{
    AbstractHeapType, CompositeInnerType, ExternalKind, FuncType, HeapType, RefType, UnpackedIndex, ValType, Validator,
    WasmFeatures,
};

/// The type of an exported function or global. Drivers do not need the types of other exports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Signature {
    Func { params: Vec<String>, results: Vec<String> },
    Global { content: String, mutable: bool },
}

/// Finds the types of the exported functions and globals, by name. An invalid module has none.
pub(super) fn exports(wasm: &[u8]) -> HashMap<String, Signature> {
    let Ok(types) = Validator::new_with_features(WasmFeatures::all()).validate_all(wasm) else {
        return HashMap::new();
    };
    let types = types.as_ref();
    let mut found = HashMap::new();
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        let Ok(wasmparser::Payload::ExportSection(section)) = payload else { continue };
        for export in section.into_iter().flatten() {
            if !matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact | ExternalKind::Global) {
                continue;
            }
            let signature = match types.entity_type_from_export(&export) {
                Some(EntityType::Func(id) | EntityType::FuncExact(id)) => func(types[id].unwrap_func(), types),
                Some(EntityType::Global(global)) => {
                    Signature::Global { content: name(global.content_type, types), mutable: global.mutable }
                }
                _ => continue,
            };
            found.insert(export.name.to_owned(), signature);
        }
    }
    found
}

fn func(ty: &FuncType, types: TypesRef<'_>) -> Signature {
    let names = |list: &[ValType]| list.iter().map(|&ty| name(ty, types)).collect();
    Signature::Func { params: names(ty.params()), results: names(ty.results()) }
}

/// Formats a type as the text format does. A type that the module defines becomes its kind: `(ref $struct)`.
fn name(ty: ValType, types: TypesRef<'_>) -> String {
    match ty {
        ValType::Ref(ty) => reference(ty, types),
        number => number.to_string(),
    }
}

fn reference(ty: RefType, types: TypesRef<'_>) -> String {
    let heap = match ty.heap_type() {
        HeapType::Abstract { ty, .. } => abstract_name(ty).to_owned(),
        HeapType::Concrete(index) | HeapType::Exact(index) => match index {
            UnpackedIndex::Id(id) => format!("${}", kind(&types[id].composite_type.inner)),
            _ => "$any".to_owned(),
        },
    };
    format!("(ref {}{heap})", if ty.is_nullable() { "null " } else { "" })
}

fn kind(ty: &CompositeInnerType) -> &'static str {
    match ty {
        CompositeInnerType::Func(_) => "func",
        CompositeInnerType::Struct(_) => "struct",
        CompositeInnerType::Array(_) => "array",
        CompositeInnerType::Cont(_) => "cont",
    }
}

fn abstract_name(ty: AbstractHeapType) -> &'static str {
    match ty {
        AbstractHeapType::Func => "func",
        AbstractHeapType::Extern => "extern",
        AbstractHeapType::Any => "any",
        AbstractHeapType::None => "none",
        AbstractHeapType::NoExtern => "noextern",
        AbstractHeapType::NoFunc => "nofunc",
        AbstractHeapType::Eq => "eq",
        AbstractHeapType::Struct => "struct",
        AbstractHeapType::Array => "array",
        AbstractHeapType::I31 => "i31",
        AbstractHeapType::Exn => "exn",
        AbstractHeapType::NoExn => "noexn",
        AbstractHeapType::Cont => "cont",
        AbstractHeapType::NoCont => "nocont",
    }
}
