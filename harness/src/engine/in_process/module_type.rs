//! Imports and exports of a module, decoded from its bytes: for engines whose interface does not tell them.

use crate::engine::error::{SessionError, SessionResult};
use std::collections::HashMap;
use wasmparser::types::EntityType;
use wasmparser::{FuncType, ValType, Validator, WasmFeatures};

/// The imports and exports of a module.
#[derive(Clone, Debug, Default)]
pub(super) struct ModuleType {
    /// Module name and name of each import, in order, and the type of those that are functions.
    pub(super) imports: Vec<(String, String, Option<FuncType>)>,
    /// Exports by name.
    pub(super) exports: HashMap<String, Export>,
    /// Whether the type of an imported or exported function has supertypes, may have subtypes, or is in a larger recursion
    /// group. Then comparing parameters and results is not enough to compare the types.
    pub(super) nominal: bool,
}

/// The type of an export, as far as such engines can use it.
#[derive(Clone, Debug)]
pub(super) enum Export {
    /// A function of a type.
    Function(FuncType),
    /// A global of a type.
    Global(ValType),
    /// Anything else.
    Other,
}

impl ModuleType {
    /// Decodes a module. An invalid module has no imports and exports.
    pub(super) fn of(wasm: &[u8]) -> Self {
        Self::read(wasm).unwrap_or_default()
    }

    fn read(wasm: &[u8]) -> Option<Self> {
        let types = Validator::new_with_features(WasmFeatures::all()).validate_all(wasm).ok()?;
        let types = types.as_ref();
        let nominal = |ty: EntityType| match ty {
            EntityType::Func(id) | EntityType::FuncExact(id) => {
                let ty = &types[id];
                let group = types.rec_group_elements(types.rec_group_id_of(id)).len();
                !ty.is_final || !ty.supertype_idxs.is_empty() || group > 1
            }
            _ => false,
        };
        let function = |ty: EntityType| match ty {
            EntityType::Func(id) | EntityType::FuncExact(id) => Some(types[id].unwrap_func().clone()),
            _ => None,
        };
        let outside = types.core_imports()?.map(|(.., ty)| ty).chain(types.core_exports()?.map(|(_, ty)| ty));
        let nominal = { outside }.any(nominal);
        let imports = types.core_imports()?.map(|(from, name, ty)| (from.to_owned(), name.to_owned(), function(ty)));
        let exports = types.core_exports()?.map(|(name, ty)| {
            let export = match ty {
                EntityType::Global(ty) => Export::Global(ty.content_type),
                other => function(other).map_or(Export::Other, Export::Function),
            };
            (name.to_owned(), export)
        });
        Some(Self { imports: imports.collect(), exports: exports.collect(), nominal })
    }
}

/// Checks that all types are number types: the interfaces of such engines have no other values.
pub(super) fn only_numbers(types: &[ValType]) -> SessionResult<()> {
    let other = types.iter().find(|ty| !matches!(ty, ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64));
    match other {
        None => Ok(()),
        Some(ValType::V128) => Err(SessionError::unsupported("simd", "the engine's interface has no vectors")),
        Some(_) => Err(SessionError::unsupported("reference_types", "the engine's interface has no references")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_imports_and_exports() {
        let text = r#"(module (import "a" "b" (func (param f32))) (import "c" "d" (global i64)) (memory (export "m") 0)
            (func (export "f") (result i32) i32.const 0) (export "g" (global 0)))"#;
        let buffer = wast::parser::ParseBuffer::new(text).unwrap();
        let wasm = wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap();
        let module_type = ModuleType::of(&wasm);
        let names: Vec<_> =
            module_type.imports.iter().map(|(from, name, ty)| format!("{from}.{name} {}", ty.is_some())).collect();
        assert_eq!(names, ["a.b true", "c.d false"]);
        assert!(matches!(&module_type.exports["f"], Export::Function(ty) if ty.results() == [ValType::I32]));
        assert!(matches!(module_type.exports["g"], Export::Global(ValType::I64)));
        assert!(matches!(module_type.exports["m"], Export::Other));
    }
}
