//! An instance in its store, and access to the fields of its context.
//! Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#module-instances>

use crate::abi::{self, VMFuncImport, VMFuncRef, VMStorage, VMTag};
use crate::error::{Error, Result};
use crate::module::description::{Description, Entity};
use crate::runtime::code::module::LoadedModule;
use crate::runtime::storage::memory::MemoryInstance;
use crate::runtime::storage::table::TableInstance;
use crate::types::GlobalType;
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::cell::{Cell, RefCell};
use std::ptr::NonNull;
use std::sync::Arc;

/// The address of an importable and exportable item in its store.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#external-values>
#[derive(Clone, Copy, Debug)]
pub(crate) enum ExternAddress {
    Func(NonNull<VMFuncRef>),
    Table(NonNull<TableInstance>),
    Memory(NonNull<MemoryInstance>),
    /// The cell of a global, and the global's type in the engine's type numbers.
    Global(NonNull<u8>, GlobalType),
    Tag(NonNull<VMTag>),
}

/// The memory of a context: zeroed, 16-byte aligned, at an address that never changes.
struct ContextBlock {
    base: NonNull<u8>,
    layout: Layout,
}

impl ContextBlock {
    fn new(size: u32) -> Result<Self> {
        let failed = || Error::Resources(format!("an instance of {size} bytes"));
        let layout = Layout::from_size_align(size as usize, abi::SLOT as usize).map_err(|_| failed())?;
        // SAFETY: the size is not zero: there is always a header.
        let base = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or_else(failed)?;
        Ok(Self { base, layout })
    }
}

impl Drop for ContextBlock {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.base.as_ptr(), self.layout) };
    }
}

/// An instance in its store.
pub(crate) struct InstanceData {
    pub(crate) module: Arc<LoadedModule>,
    context: ContextBlock,
    pub(crate) dropped_data: Box<[Cell<bool>]>,
    pub(crate) dropped_elements: Box<[Cell<bool>]>,
    /// For each element segment of expressions: their values, until the segment is dropped.
    pub(crate) element_values: Box<[RefCell<Vec<u64>>]>,
}

impl InstanceData {
    /// Allocates an instance with a context of zeros.
    ///
    /// # Errors
    /// [`Error::Resources`] when there is no memory for it.
    pub(crate) fn new(module: &Arc<LoadedModule>) -> Result<Self> {
        let description = module.description();
        let flags = |count| std::iter::repeat_n(false, count).map(Cell::new).collect();
        Ok(Self {
            module: Arc::clone(module),
            context: ContextBlock::new(module.layout().size())?,
            dropped_data: flags(description.data.len()),
            dropped_elements: flags(description.elements.len()),
            element_values: description.elements.iter().map(|_| RefCell::default()).collect(),
        })
    }

    pub(crate) fn description(&self) -> &Description {
        self.module.description()
    }

    /// Returns the context pointer of the instance's functions.
    pub(crate) fn context(&self) -> NonNull<u8> {
        self.context.base
    }

    /// Returns a pointer to the field at an offset, which [`abi::ContextLayout`] computed for an index that the module
    /// has.
    pub(crate) fn field<T>(&self, offset: u32) -> *mut T {
        assert!((offset as usize) + size_of::<T>() <= self.context.layout.size(), "field outside the context");
        // SAFETY: inside the block.
        unsafe { self.context.base.as_ptr().add(offset as usize).cast() }
    }

    /// Returns the function reference of function `index`. The module must use a function that it defines as a value.
    pub(crate) fn func_ref(&self, index: u32) -> NonNull<VMFuncRef> {
        let layout = self.module.layout();
        let pointer = if index < self.description().func_imports {
            // SAFETY: the context was filled when the instance was created.
            unsafe { (*self.field::<VMFuncImport>(layout.func_import(index))).func_ref.cast_mut() }
        } else {
            let at = self.description().func_ref_index(index);
            self.field(layout.func_ref(at.expect("the compiler lists every function that is used as a value")))
        };
        NonNull::new(pointer).expect("the context was filled by instantiation")
    }

    fn definition<T>(&self, offset: u32) -> NonNull<T> {
        // SAFETY: the context was filled when the instance was created.
        let storage = unsafe { *self.field::<VMStorage>(offset) };
        NonNull::new(storage.definition.cast()).expect("the context was filled by instantiation")
    }

    pub(crate) fn memory(&self, index: u32) -> NonNull<MemoryInstance> {
        check_index(&self.description().memories, index);
        self.definition(self.module.layout().memory(index))
    }

    pub(crate) fn table(&self, index: u32) -> NonNull<TableInstance> {
        check_index(&self.description().tables, index);
        self.definition(self.module.layout().table(index))
    }

    /// Returns a pointer to the value of global `index`.
    pub(crate) fn global(&self, index: u32) -> NonNull<u8> {
        check_index(&self.description().globals, index);
        let layout = self.module.layout();
        let cell = match index.checked_sub(self.description().global_imports) {
            // SAFETY: the context was filled when the instance was created.
            None => unsafe { *self.field::<*mut u8>(layout.global_import(index)) },
            Some(own) => self.field(layout.global(own)),
        };
        NonNull::new(cell).expect("the context was filled by instantiation")
    }

    pub(crate) fn tag(&self, index: u32) -> NonNull<VMTag> {
        check_index(&self.description().tags, index);
        // SAFETY: the context was filled when the instance was created.
        let tag = unsafe { *self.field::<*mut VMTag>(self.module.layout().tag(index)) };
        NonNull::new(tag).expect("the context was filled by instantiation")
    }

    /// Returns the address of an item that the module imports or defines.
    pub(crate) fn entity(&self, entity: Entity) -> ExternAddress {
        match entity {
            Entity::Func(i) => ExternAddress::Func(self.func_ref(i)),
            Entity::Table(i) => ExternAddress::Table(self.table(i)),
            Entity::Memory(i) => ExternAddress::Memory(self.memory(i)),
            Entity::Global(i) => {
                ExternAddress::Global(self.global(i), self.module.canonical(&self.description().globals[i as usize]))
            }
            Entity::Tag(i) => ExternAddress::Tag(self.tag(i)),
        }
    }
}

/// Panics at an index that is out of range, since the context has another field in that place.
fn check_index<T>(things: &[T], index: u32) {
    assert!((index as usize) < things.len(), "index {index} is out of range: the module has {}", things.len());
}
