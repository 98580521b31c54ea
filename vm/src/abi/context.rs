//! An instance's context: what compiled code gets as its first argument, and finds everything else through.

use super::heap::VMType;
use super::{
    FUNC_IMPORT_SIZE, FUNC_REF_SIZE, POINTER, SLOT, SPACE_SIZE, VMFuncImport, VMFuncRef, VMSpace, VMStore, VMTag,
    offset,
};

/// What a context begins with.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct VMContext {
    /// The store.
    pub store: *mut VMStore,
    /// The entry points of the [`Builtin`](super::Builtin)s.
    pub builtins: *const *const u8,
    /// The runtime's own record of the instance; compiled code never looks inside.
    pub instance: *const u8,
    /// The engine's array of types, by their numbers.
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
/// Bytes of a [`VMContext`].
pub const CONTEXT_HEADER: u32 = size_of::<VMContext>() as u32;
/// Bytes of the canonical number of a type.
pub const TYPE_ID: u32 = size_of::<u32>() as u32;

/// How many of each thing an instance's context holds.
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
    /// Globals the module defines.
    pub globals: u32,
    /// Functions that the module defines and that can become values.
    pub func_refs: u32,
    /// Tags, imported ones first.
    pub tags: u32,
}

/// Where each thing lies in an instance's context. All offsets in bytes from the context pointer.
///
/// The context is one zeroed, 16-byte aligned block: the header, then canonical type ids (`u32` each),
/// [`VMFuncImport`]s, memories and tables ([`VMSpace`] each), pointers to imported globals' cells, own globals' cells
/// ([`SLOT`] bytes each, little-endian from the first byte), own [`VMFuncRef`]s, pointers to [`VMTag`]s.
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
    /// Lays out a context. None when it would not fit 2 GiB.
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
        let memories = place(counts.memories, SPACE_SIZE, align_of::<VMSpace>());
        let tables = place(counts.tables, SPACE_SIZE, align_of::<VMSpace>());
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

    /// What it was made for.
    #[must_use]
    pub fn counts(&self) -> &ContextCounts {
        &self.counts
    }
    /// Bytes of the whole context.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }
    /// The canonical id (`u32`) of type `index`.
    #[must_use]
    pub fn type_id(&self, index: u32) -> u32 {
        CONTEXT_HEADER + index * TYPE_ID
    }
    /// The [`VMFuncImport`] of imported function `index`.
    #[must_use]
    pub fn func_import(&self, index: u32) -> u32 {
        self.func_imports + index * FUNC_IMPORT_SIZE
    }
    /// The [`VMSpace`] of memory `index`, imported or not.
    #[must_use]
    pub fn memory(&self, index: u32) -> u32 {
        self.memories + index * SPACE_SIZE
    }
    /// The [`VMSpace`] of table `index`, imported or not.
    #[must_use]
    pub fn table(&self, index: u32) -> u32 {
        self.tables + index * SPACE_SIZE
    }
    /// The pointer to the cell of imported global `index`.
    #[must_use]
    pub fn global_import(&self, index: u32) -> u32 {
        self.global_imports + index * POINTER
    }
    /// The cell of the `index`-th global that the module defines (imported ones not counted).
    #[must_use]
    pub fn global(&self, index: u32) -> u32 {
        self.globals + index * SLOT
    }
    /// The `index`-th own [`VMFuncRef`] (an index into the module's list of functions that can become values).
    #[must_use]
    pub fn func_ref(&self, index: u32) -> u32 {
        self.func_refs + index * FUNC_REF_SIZE
    }
    /// The pointer to the [`VMTag`] of tag `index`, imported or not.
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
