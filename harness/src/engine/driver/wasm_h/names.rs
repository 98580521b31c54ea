//! Names of a module's imports and exports, in order.
//!
//! The library gives them together with their types. If `wasm.h` cannot express one of the types, the names are read from
//! the binary instead, because some libraries crash there although they run the module correctly.

use super::api::{Api, Module, Owned, Vector};
use wasmparser::types::{EntityType, TypesRef};
use wasmparser::{HeapType, Parser, Payload, ValType, Validator, WasmFeatures};

/// Names of imports (module and name) and exports.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) imports: Vec<(String, String)>,
    pub(super) exports: Vec<String>,
}

/// Finds the names of a module that the library has accepted.
pub(super) fn of(api: &'static Api, module: &Owned<Module>, wasm: &[u8]) -> Names {
    from_binary(wasm).unwrap_or_else(|| from_library(api, module))
}

/// Asks the library for the names.
fn from_library(api: &Api, module: &Owned<Module>) -> Names {
    let mut names = Names::default();
    let (mut imports, mut exports) = (Vector::empty(), Vector::empty());
    // SAFETY: the module is alive. The library fills the vectors, and they are deleted here. Names live as long as the
    // types, which the vectors own.
    unsafe {
        api.wasm_module_imports(module.pointer(), &raw mut imports);
        for &import in imports.elements() {
            let module = text(api.wasm_importtype_module(import));
            names.imports.push((module, text(api.wasm_importtype_name(import))));
        }
        api.wasm_importtype_vec_delete(&raw mut imports);
        api.wasm_module_exports(module.pointer(), &raw mut exports);
        names.exports.extend(exports.elements().iter().map(|&export| text(api.wasm_exporttype_name(export))));
        api.wasm_exporttype_vec_delete(&raw mut exports);
    }
    names
}

/// Copies a name.
///
/// # Safety
///
/// `name` must be null or point to a vector of the library that is alive.
unsafe fn text(name: *const Vector<u8>) -> String {
    // SAFETY: the caller guarantees that `name` is null or valid.
    let bytes = unsafe { name.as_ref().map_or(&[][..], |name| name.elements()) };
    String::from_utf8_lossy(bytes).into_owned()
}

/// Decodes the names from the binary; `None` if the header can express the types of all of them.
fn from_binary(wasm: &[u8]) -> Option<Names> {
    let types = Validator::new_with_features(WasmFeatures::all()).validate_all(wasm).ok()?;
    let types = types.as_ref();
    let mut names = Names::default();
    let mut foreign = false;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.ok()? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.ok()?;
                    foreign |= !types.entity_type_from_import(&import).is_some_and(|ty| is_expressible(ty, types));
                    names.imports.push((import.module.to_owned(), import.name.to_owned()));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.ok()?;
                    foreign |= !types.entity_type_from_export(&export).is_some_and(|ty| is_expressible(ty, types));
                    names.exports.push(export.name.to_owned());
                }
            }
            _ => {}
        }
    }
    foreign.then_some(names)
}

/// Whether the header can express a type.
fn is_expressible(ty: EntityType, types: TypesRef<'_>) -> bool {
    match ty {
        EntityType::Func(id) => {
            let ty = types[id].unwrap_func();
            ty.params().iter().chain(ty.results()).all(|&ty| is_expressible_value(ty))
        }
        EntityType::Global(ty) => is_expressible_value(ty.content_type),
        EntityType::Table(ty) => !ty.table64 && !ty.shared && is_expressible_value(ValType::Ref(ty.element_type)),
        EntityType::Memory(ty) => !ty.memory64 && !ty.shared && ty.page_size_log2.is_none(),
        EntityType::FuncExact(_) | EntityType::Tag(_) => false,
    }
}

fn is_expressible_value(ty: ValType) -> bool {
    match ty {
        ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 => true,
        ValType::V128 => false,
        ValType::Ref(ty) => ty.is_nullable() && matches!(ty.heap_type(), HeapType::FUNC | HeapType::EXTERN),
    }
}
