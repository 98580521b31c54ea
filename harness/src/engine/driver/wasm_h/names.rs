//! Names of what a module imports and exports, in order.
//!
//! The library tells them along with their types. It is not asked where `wasm.h` has no words for one of the types:
//! some libraries crash then, though they run the module well.

use super::api::{Api, Module, Owned, Vector};
use wasmparser::types::{EntityType, TypesRef};
use wasmparser::{HeapType, Parser, Payload, ValType, Validator, WasmFeatures};

/// Names of imports (module, name) and exports.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) imports: Vec<(String, String)>,
    pub(super) exports: Vec<String>,
}

/// The names of a module that the library has accepted.
pub(super) fn of(api: &'static Api, module: &Owned<Module>, wasm: &[u8]) -> Names {
    decoded(wasm).unwrap_or_else(|| told(api, module))
}

/// What the library says.
fn told(api: &Api, module: &Owned<Module>) -> Names {
    let mut names = Names::default();
    let (mut imports, mut exports) = (Vector::empty(), Vector::empty());
    // SAFETY: the module is alive; the vectors are the library's to fill and ours to give back; names live as long as
    // the types, which the vectors own.
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

/// A name as text.
///
/// # Safety
///
/// `name` is null or points to a vector of the library's that is alive.
unsafe fn text(name: *const Vector<u8>) -> String {
    // SAFETY: what the caller promises.
    let bytes = unsafe { name.as_ref().map_or(&[][..], |name| name.elements()) };
    String::from_utf8_lossy(bytes).into_owned()
}

/// The names in the binary, if the header has no words for the type of one of them.
fn decoded(wasm: &[u8]) -> Option<Names> {
    let types = Validator::new_with_features(WasmFeatures::all()).validate_all(wasm).ok()?;
    let types = types.as_ref();
    let mut names = Names::default();
    let mut foreign = false;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.ok()? {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.ok()?;
                    foreign |= !types.entity_type_from_import(&import).is_some_and(|ty| has_words(ty, types));
                    names.imports.push((import.module.to_owned(), import.name.to_owned()));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.ok()?;
                    foreign |= !types.entity_type_from_export(&export).is_some_and(|ty| has_words(ty, types));
                    names.exports.push(export.name.to_owned());
                }
            }
            _ => {}
        }
    }
    foreign.then_some(names)
}

/// Whether the header can express a type.
fn has_words(ty: EntityType, types: TypesRef<'_>) -> bool {
    match ty {
        EntityType::Func(id) => {
            let ty = types[id].unwrap_func();
            ty.params().iter().chain(ty.results()).all(|&ty| has_word(ty))
        }
        EntityType::Global(ty) => has_word(ty.content_type),
        EntityType::Table(ty) => !ty.table64 && !ty.shared && has_word(ValType::Ref(ty.element_type)),
        EntityType::Memory(ty) => !ty.memory64 && !ty.shared && ty.page_size_log2.is_none(),
        EntityType::FuncExact(_) | EntityType::Tag(_) => false,
    }
}

fn has_word(ty: ValType) -> bool {
    match ty {
        ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64 => true,
        ValType::V128 => false,
        ValType::Ref(ty) => ty.is_nullable() && matches!(ty.heap_type(), HeapType::FUNC | HeapType::EXTERN),
    }
}
