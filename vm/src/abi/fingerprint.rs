//! Fingerprint of a build: a hash of all that compiled code and the runtime agree on.
//!
//! An artifact carries the fingerprint of the build that made it, and a runtime with another fingerprint refuses it. The
//! hash is computed from the layouts, constants and rules themselves, so there is no version number to raise by hand. It
//! also covers the crate's sources, for agreements that no layout shows.

use super::builtin::Builtin;
use super::context::{ContextCounts, ContextLayout, VMContext};
use super::continuation::{self, VMContinuation, VMHandler};
use super::convention::{self, Registers, assign};
use super::exception::{self, VMException, VMTag};
use super::function::{VMFuncImport, VMFuncRef};
use super::heap::{self, VMHeader, VMRun, VMType};
use super::layout;
use super::reference;
use super::storage::{self, VMMemory, VMStorage, VMTable, is_guarded};
use super::store::VMStore;
use crate::trap::Trap;
use crate::types::{FieldType, FuncType, Limits, MemoryType, StorageType, ValType};
use std::hash::Hasher;
use std::sync::OnceLock;
use twox_hash::XxHash3_64;

/// One agreement between compiled code and the runtime: its name and its value.
pub type Fact = (String, String);

/// Returns the hash of all [`facts`].
#[must_use]
pub fn fingerprint() -> u64 {
    static KNOWN: OnceLock<u64> = OnceLock::new();
    *KNOWN.get_or_init(|| hash(&facts()))
}

/// Hashes facts, with the same result in every process. The hash depends on each name, each value and their order.
#[must_use]
pub fn hash(facts: &[Fact]) -> u64 {
    let mut hasher = XxHash3_64::new();
    for text in facts.iter().flat_map(|(name, value)| [name, value]) {
        hasher.write(&(text.len() as u64).to_le_bytes());
        hasher.write(text.as_bytes());
    }
    hasher.finish()
}

/// Returns all that compiled code and the runtime agree on.
#[must_use]
pub fn facts() -> Vec<Fact> {
    let mut facts = vec![
        ("crate".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ("sources".to_owned(), env!("WASSAY_VM_SOURCES").to_owned()),
    ];
    layouts(&mut facts);
    constants(&mut facts);
    for (number, builtin) in Builtin::ALL.iter().enumerate() {
        facts.push((format!("builtin {number}"), format!("{:?}", builtin.signature())));
    }
    for trap in Trap::ALL {
        facts.push((format!("trap {}", *trap as u8), format!("{trap:?}")));
    }
    rules(&mut facts);
    facts
}

/// Records the size, alignment and field offsets of structures. A field that is missing from the list is a compile error.
macro_rules! layouts {
    ($($name:ident { $($field:ident),* })*) => {
        fn layouts(facts: &mut Vec<Fact>) {
            $({
                let _all_fields = |$name { $($field: _),* }: $name| ();
                let whole = format!("{} bytes, aligned to {}", size_of::<$name>(), align_of::<$name>());
                facts.push((stringify!($name).to_owned(), whole));
                let fields = [$((stringify!($field), std::mem::offset_of!($name, $field))),*];
                facts.extend(fields.map(|(field, at)| (format!("{}.{field}", stringify!($name)), at.to_string())));
            })*
        }
    };
}

layouts! {
    Registers { vec, int }
    VMContext { store, builtins, instance, types }
    VMStore { stack_limit, activation, descriptor_base, runs, overflow }
    VMMemory { base, length }
    VMTable { base, length }
    VMStorage { base, definition }
    VMFuncRef { code, context, type_id, supertypes, display }
    VMFuncImport { code, context, func_ref }
    VMTag { type_id }
    VMException { header, values, tag, unwind }
    VMHeader { type_id, extra }
    VMType { display, supertypes, kind, size, reference_count, references }
    VMRun { next, end }
    VMContinuation { type_id, extra, fiber }
    VMHandler { tag, type_id }
}

/// Records constants that are neither sizes nor offsets of the structures above.
macro_rules! constants {
    ($($name:path),* $(,)?) => {
        fn constants(facts: &mut Vec<Fact>) {
            $(facts.push((stringify!($name).replace(' ', ""), format!("{:?}", $name)));)*
        }
    };
}

constants! {
    convention::INT_PARAMS, convention::VEC_PARAMS, convention::INT_RESULTS, convention::VEC_RESULTS,
    convention::SLOT, convention::OVERFLOW_SLOTS, layout::POINTER, storage::TABLE_ELEMENT, layout::TYPE_ID,
    reference::TAG_I31, reference::TAG_HOST, exception::PERSONALITY,
    heap::HEADER_ARRAY, heap::HEADER_EXCEPTION, heap::OBJECT_ALIGN, heap::SIZE_CLASSES,
    continuation::HANDLER_SWITCH, continuation::RETURNED, continuation::CONSUMED,
}

/// Records the results of layout rules, by an example of each.
fn rules(facts: &mut Vec<Fact>) {
    use ValType::{F32, F64, I32, I64, V128};
    let mut fact = |name: &str, value: String| facts.push((name.to_owned(), value));
    let types = [I32, F32, I64, F64, V128, ValType::EXTERNREF];
    let many = FuncType::new(types.iter().cycle().take(40).copied(), types);
    fact("places", format!("{:?}", assign(&many)));
    let counts = ContextCounts {
        types: 3,
        func_imports: 3,
        memories: 3,
        tables: 3,
        global_imports: 3,
        globals: 3,
        func_refs: 3,
        tags: 3,
    };
    fact("context", format!("{:?}", ContextLayout::new(counts)));
    let storage = [StorageType::I8, StorageType::I16].into_iter().chain(types.map(StorageType::Val));
    let fields: Vec<FieldType> = storage.map(|storage| FieldType { storage, mutable: true }).collect();
    fact("structure", format!("{:?}", heap::StructLayout::new(&fields)));
    fact("elements", format!("{:?}", fields.iter().map(heap::array_elements).collect::<Vec<_>>()));
    fact(
        "kinds",
        format!("{:?}", [heap::VMKind::Func as u32, heap::VMKind::Struct as u32, heap::VMKind::Array as u32]),
    );
    for (memory64, page_size_log2) in [(false, 16), (true, 16), (false, 0), (true, 0)] {
        let limits = Limits { min: 1, max: None };
        let memory = MemoryType { limits, memory64, shared: false, page_size_log2 };
        fact(&format!("guarded {memory:?}"), is_guarded(&memory).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_fact_changes_the_fingerprint() {
        let facts = facts();
        let mut seen = HashSet::from([hash(&facts)]);
        for at in 0..facts.len() {
            let mut other = facts.clone();
            other[at].1.push('0');
            assert!(seen.insert(hash(&other)), "the value of {}", facts[at].0);
            other[at] = facts[at].clone();
            other[at].0.push('0');
            assert!(seen.insert(hash(&other)), "the name of {}", facts[at].0);
            other.remove(at);
            assert!(seen.insert(hash(&other)), "without {}", facts[at].0);
            if at > 0 {
                let mut swapped = facts.clone();
                swapped.swap(at - 1, at);
                assert!(seen.insert(hash(&swapped)), "{} one place up", facts[at].0);
            }
        }
        assert_eq!(fingerprint(), hash(&facts));
    }

    #[test]
    fn facts_have_names_of_their_own() {
        let facts = facts();
        let names: HashSet<&str> = facts.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.len(), facts.len());
    }

    /// A constant that names an offset or size of a hashed structure need not be hashed again.
    #[test]
    fn nothing_of_abi_is_forgotten() {
        let sources = [
            include_str!("builtin.rs"),
            include_str!("context.rs"),
            include_str!("continuation.rs"),
            include_str!("convention.rs"),
            include_str!("exception.rs"),
            include_str!("function.rs"),
            include_str!("heap.rs"),
            include_str!("layout.rs"),
            include_str!("reference.rs"),
            include_str!("storage.rs"),
            include_str!("store.rs"),
        ];
        let names: Vec<String> = facts().into_iter().map(|(name, _)| name).collect();
        let mut found = 0;
        for line in sources.iter().flat_map(|source| source.lines()) {
            let name_after = |start: &str| {
                let rest = line.strip_prefix(start)?;
                rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()
            };
            if let Some(name) = name_after("pub struct ").filter(|name| name.starts_with("VM") || *name == "Registers")
            {
                found += 1;
                assert!(names.iter().any(|known| known == name), "the structure {name} is not hashed");
            }
            if let Some(name) = name_after("pub const ").filter(|name| *name != "fn") {
                found += 1;
                let derived = line.contains("offset!(") || line.contains("size_of::<VM");
                assert!(
                    derived || names.iter().any(|known| known.ends_with(&format!("::{name}"))),
                    "the constant {name} is not hashed"
                );
            }
        }
        assert!(found > 40, "{found}: the sources are read");
    }
}
