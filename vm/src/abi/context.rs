//! The context of an instance (`vmctx`): the record that compiled code gets as its first argument.
//!
//! Compiled code finds all else through it: memories, tables, globals, imports, tags, the store and the builtins.

use super::convention::SLOT;
use super::exception::VMTag;
use super::function::{FUNC_IMPORT_SIZE, FUNC_REF_SIZE, VMFuncImport, VMFuncRef};
use super::heap::VMType;
use super::layout::{POINTER, TYPE_ID, offset};
use super::storage::{STORAGE_SIZE, VMStorage};
use super::store::VMStore;

/// Header of a context.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct VMContext {
    /// The instance's store.
    pub store: *mut VMStore,
    /// Table of the entry points of the [`Builtin`](super::Builtin)s.
    pub builtins: *const *const u8,
    /// The runtime's record of the instance. Compiled code never looks inside.
    pub instance: *const u8,
    /// The engine's array of types, indexed by canonical type.
    pub types: *const VMType,
}
/// Offset of [`VMContext::store`].
pub const CONTEXT_STORE: u32 = offset!(VMContext, store);
/// Offset of [`VMContext::builtins`].
pub const CONTEXT_BUILTINS: u32 = offset!(VMContext, builtins);
/// Offset of [`VMContext::instance`].
pub const CONTEXT_INSTANCE: u32 = offset!(VMContext, instance);
/// Offset of [`VMContext::types`].
pub const CONTEXT_TYPES: u32 = offset!(VMContext, types);
/// Size of a [`VMContext`], in bytes.
pub const CONTEXT_HEADER: u32 = size_of::<VMContext>() as u32;

/// Number of entries of each kind in an instance's context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContextCounts {
    /// Types of the module.
    pub types: u32,
    /// Imported functions.
    pub func_imports: u32,
    /// Memories, imported ones first.
    pub memories: u32,
    /// Tables, imported ones first.
    pub tables: u32,
    /// Imported globals.
    pub global_imports: u32,
    /// Globals that the module defines.
    pub globals: u32,
    /// Functions that the module defines and that can become values.
    pub func_refs: u32,
    /// Tags, imported ones first.
    pub tags: u32,
}

/// Layout of an instance's context. All offsets are in bytes from the context pointer.
///
/// The context is one zeroed block, aligned to 16 bytes. It holds, in this order: the header, canonical types (`u32`
/// each), [`VMFuncImport`]s, memories and tables ([`VMStorage`] each), pointers to the cells of imported globals, cells of
/// own globals ([`SLOT`] bytes each, little-endian from the first byte), own [`VMFuncRef`]s, and pointers to [`VMTag`]s.
#[derive(Clone, Copy, Debug)]
pub struct ContextLayout {
    counts: ContextCounts,
    func_imports: u32,
    memories: u32,
    tables: u32,
    global_imports: u32,
    globals: u32,
    func_refs: u32,
    tags: u32,
    size: u32,
}

impl ContextLayout {
    /// Lays out a context. Returns `None` if it would be larger than 2 GiB.
    #[must_use]
    pub fn new(counts: ContextCounts) -> Option<Self> {
        let mut end = u64::from(CONTEXT_HEADER);
        let mut place = |count: u32, size: u32, align: usize| {
            let start = end.next_multiple_of(align as u64);
            end = start + u64::from(count) * u64::from(size);
            start
        };
        place(counts.types, TYPE_ID, align_of::<u32>());
        let func_imports = place(counts.func_imports, FUNC_IMPORT_SIZE, align_of::<VMFuncImport>());
        let memories = place(counts.memories, STORAGE_SIZE, align_of::<VMStorage>());
        let tables = place(counts.tables, STORAGE_SIZE, align_of::<VMStorage>());
        let global_imports = place(counts.global_imports, POINTER, align_of::<*mut u8>());
        let globals = place(counts.globals, SLOT, SLOT as usize);
        let func_refs = place(counts.func_refs, FUNC_REF_SIZE, align_of::<VMFuncRef>());
        let tags = place(counts.tags, POINTER, align_of::<*mut VMTag>());
        let small = |offset: u64| u32::try_from(offset).ok().filter(|&o| i32::try_from(o).is_ok());
        Some(Self {
            counts,
            func_imports: small(func_imports)?,
            memories: small(memories)?,
            tables: small(tables)?,
            global_imports: small(global_imports)?,
            globals: small(globals)?,
            func_refs: small(func_refs)?,
            tags: small(tags)?,
            size: small(end)?,
        })
    }

    /// Returns the counts that the layout was made for.
    #[must_use]
    pub fn counts(&self) -> &ContextCounts {
        &self.counts
    }
    /// Returns the size of the whole context, in bytes.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }
    /// Returns the offset of the canonical type (`u32`) of type `index`.
    #[must_use]
    pub fn type_id(&self, index: u32) -> u32 {
        CONTEXT_HEADER + index * TYPE_ID
    }
    /// Returns the offset of the [`VMFuncImport`] of imported function `index`.
    #[must_use]
    pub fn func_import(&self, index: u32) -> u32 {
        self.func_imports + index * FUNC_IMPORT_SIZE
    }
    /// Returns the offset of the [`VMStorage`] of memory `index`; imported memories come first.
    #[must_use]
    pub fn memory(&self, index: u32) -> u32 {
        self.memories + index * STORAGE_SIZE
    }
    /// Returns the offset of the [`VMStorage`] of table `index`; imported tables come first.
    #[must_use]
    pub fn table(&self, index: u32) -> u32 {
        self.tables + index * STORAGE_SIZE
    }
    /// Returns the offset of the pointer to the cell of imported global `index`.
    #[must_use]
    pub fn global_import(&self, index: u32) -> u32 {
        self.global_imports + index * POINTER
    }
    /// Returns the offset of the cell of the `index`-th global that the module defines; imported ones are not counted.
    #[must_use]
    pub fn global(&self, index: u32) -> u32 {
        self.globals + index * SLOT
    }
    /// Returns the offset of the `index`-th own [`VMFuncRef`]; `index` is a position in the module's list of functions that
    /// can become values.
    #[must_use]
    pub fn func_ref(&self, index: u32) -> u32 {
        self.func_refs + index * FUNC_REF_SIZE
    }
    /// Returns the offset of the pointer to the [`VMTag`] of tag `index`; imported tags come first.
    #[must_use]
    pub fn tag(&self, index: u32) -> u32 {
        self.tags + index * POINTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_too_large_is_refused() {
        assert!(ContextLayout::new(ContextCounts { func_refs: u32::MAX, ..ContextCounts::default() }).is_none());
        let layout = ContextLayout::new(ContextCounts { types: 3, globals: 2, ..ContextCounts::default() }).unwrap();
        assert_eq!(layout.global(0) % 16, 0);
    }
}
