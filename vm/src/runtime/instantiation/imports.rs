//! Import matching: whether each value given for an import has the type that the module declares.
//! Spec: <https://webassembly.github.io/spec/core/valid/matching.html>

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::module::description::{Entity, Import};
use crate::runtime::code::module::LoadedModule;
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::instance::ExternAddress;
use crate::types::{ExternType, GlobalType, HeapType, Limits, MemoryType, TableType};

/// Checks every import of `module` against the value given for it, in order.
///
/// # Errors
/// [`Error::Count`] when there are too many or too few; [`Error::IncompatibleImport`] for the first that does not
/// match.
pub(crate) fn check(store: &StoreOpaque, module: &LoadedModule, given: &[ExternAddress]) -> Result<()> {
    let imports = &module.description().imports;
    if imports.len() != given.len() {
        return Err(Error::Count { what: "imports", expected: imports.len(), found: given.len() });
    }
    imports.iter().zip(given).try_for_each(|(import, &given)| check_one(store, module, import, given))
}

fn check_one(store: &StoreOpaque, module: &LoadedModule, import: &Import, given: ExternAddress) -> Result<()> {
    let description = module.description();
    // SAFETY: everything in `given` belongs to this store and is alive, and nothing changes it while the store is
    // borrowed.
    let matching = unsafe {
        match (import.entity, given) {
            (Entity::Func(i), ExternAddress::Func(func)) => {
                let given = func.as_ref().type_id;
                let wanted = module.types()[description.functions[i as usize] as usize].id;
                // The type that counts is the one that the function was defined with, even if another module
                // re-exported it under a supertype.
                if import.exact {
                    given == wanted
                } else {
                    store.engine.heap_matches(HeapType::Concrete(given), HeapType::Concrete(wanted))
                }
            }
            (Entity::Table(i), ExternAddress::Table(table)) => {
                let table = table.as_ref();
                table_matches(&table.ty, table.vm.length, &module.canonical(&description.tables[i as usize]))
            }
            (Entity::Memory(i), ExternAddress::Memory(memory)) => {
                let memory = memory.as_ref();
                memory_matches(&memory.ty, memory.pages(), &description.memories[i as usize])
            }
            (Entity::Global(i), ExternAddress::Global(_, ty)) => {
                global_matches(&store.engine, &ty, &module.canonical(&description.globals[i as usize]))
            }
            (Entity::Tag(i), ExternAddress::Tag(tag)) => {
                tag.as_ref().type_id == module.types()[description.tags[i as usize] as usize].id
            }
            _ => false,
        }
    };
    if matching {
        return Ok(());
    }
    Err(Error::IncompatibleImport {
        module: import.module.clone(),
        name: import.name.clone(),
        expected: format!("{}{}", if import.exact { "exact " } else { "" }, module.extern_type(import.entity)),
        found: found(store, given).to_string(),
    })
}

/// The type of a given value, with its present size as the minimum.
fn found(store: &StoreOpaque, given: ExternAddress) -> ExternType {
    // SAFETY: as in `check_one`.
    unsafe {
        match given {
            ExternAddress::Func(func) => {
                let ty = store.engine.registered(func.as_ref().type_id);
                ExternType::Func(ty.signature().clone())
            }
            ExternAddress::Table(table) => {
                let table = table.as_ref();
                let limits = Limits { min: table.vm.length, ..table.ty.limits };
                ExternType::Table(TableType { limits, ..table.ty })
            }
            ExternAddress::Memory(memory) => {
                let memory = memory.as_ref();
                let limits = Limits { min: memory.pages(), ..memory.ty.limits };
                ExternType::Memory(MemoryType { limits, ..memory.ty })
            }
            ExternAddress::Global(_, ty) => ExternType::Global(ty),
            ExternAddress::Tag(tag) => {
                let ty = store.engine.registered(tag.as_ref().type_id);
                ExternType::Tag(ty.signature().clone())
            }
        }
    }
}

fn limits_match(given: &Limits, size: u64, wanted: &Limits) -> bool {
    size >= wanted.min && wanted.max.is_none_or(|most| given.max.is_some_and(|max| max <= most))
}

fn table_matches(given: &TableType, size: u64, wanted: &TableType) -> bool {
    given.element == wanted.element
        && given.table64 == wanted.table64
        && limits_match(&given.limits, size, &wanted.limits)
}

fn memory_matches(given: &MemoryType, size: u64, wanted: &MemoryType) -> bool {
    given.shared == wanted.shared
        && given.memory64 == wanted.memory64
        && given.page_size_log2 == wanted.page_size_log2
        && limits_match(&given.limits, size, &wanted.limits)
}

fn global_matches(engine: &Engine, given: &GlobalType, wanted: &GlobalType) -> bool {
    // A mutable global must have exactly the declared type. An immutable one may have a subtype.
    given.mutable == wanted.mutable
        && (given.content == wanted.content || !wanted.mutable && engine.value_matches(given.content, wanted.content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{RefType, ValType};

    #[test]
    fn limits_are_those_of_now() {
        let limits = |min, max| Limits { min, max };
        assert!(limits_match(&limits(0, None), 2, &limits(2, None)));
        assert!(!limits_match(&limits(0, None), 2, &limits(3, None)));
        assert!(!limits_match(&limits(0, None), 2, &limits(1, Some(9))));
        assert!(limits_match(&limits(0, Some(9)), 2, &limits(1, Some(9))));
        assert!(!limits_match(&limits(0, Some(10)), 2, &limits(1, Some(9))));
    }

    #[test]
    fn mutable_globals_are_invariant() {
        let narrow = ValType::Ref(RefType { nullable: false, heap: HeapType::Func });
        let global = |content, mutable| GlobalType { content, mutable };
        let engine = Engine::default();
        assert!(global_matches(&engine, &global(narrow, false), &global(ValType::FUNCREF, false)));
        assert!(!global_matches(&engine, &global(narrow, true), &global(ValType::FUNCREF, true)));
        assert!(!global_matches(&engine, &global(ValType::FUNCREF, false), &global(narrow, false)));
        assert!(!global_matches(&engine, &global(ValType::I32, true), &global(ValType::I32, false)));
    }
}
