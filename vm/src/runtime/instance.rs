//! Instances. Spec: <https://webassembly.github.io/spec/core/exec/modules.html#instantiation>

use super::const_eval::evaluate;
use super::fixed::Fixed;
use super::memory::{MemoryInstance, least_bytes};
use super::store::{Handle, StoreOpaque};
use super::table::{TableInstance, least_elements};
use super::{arch, builtins, link, segments};
use crate::abi::heap::VMType;
use crate::abi::{self, Registers, VMFuncImport, VMFuncRef, VMSpace, VMTag};
use crate::api::{Extern, Func, Global, Memory, Module, Table, Tag};
use crate::error::{Error, Result};
use crate::module::description::{Description, Entity};
use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::cell::{Cell, RefCell};
use std::mem::MaybeUninit;
use std::ptr::NonNull;

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

/// An instance, in its store.
pub(crate) struct InstanceData {
    pub(crate) module: Module,
    context: ContextBlock,
    pub(crate) dropped_data: Box<[Cell<bool>]>,
    pub(crate) dropped_elements: Box<[Cell<bool>]>,
    /// Of each element segment that consists of expressions, the values of these, until it is dropped.
    pub(crate) element_values: Box<[RefCell<Vec<u64>>]>,
}

impl InstanceData {
    pub(crate) fn description(&self) -> &Description {
        self.module.description()
    }

    /// The context pointer of the instance's functions.
    pub(crate) fn context(&self) -> NonNull<u8> {
        self.context.base
    }

    /// Pointer to what lies at an offset that [`abi::ContextLayout`] gave for an index that the module has.
    fn at<T>(&self, offset: u32) -> *mut T {
        assert!((offset as usize) + size_of::<T>() <= self.context.layout.size(), "no part of an instance");
        // SAFETY: inside the block.
        unsafe { self.context.base.as_ptr().add(offset as usize).cast() }
    }

    /// The value of function `index`. A function that the module defines must be among those that can become values.
    pub(crate) fn func_ref(&self, index: u32) -> NonNull<VMFuncRef> {
        let layout = self.module.layout();
        let pointer = if index < self.description().func_imports {
            // SAFETY: the context was filled when the instance was made.
            unsafe { (*self.at::<VMFuncImport>(layout.func_import(index))).func_ref.cast_mut() }
        } else {
            let at = self.description().func_ref_index(index);
            self.at(layout.func_ref(at.expect("the compiler lists every function that is used as a value")))
        };
        NonNull::new(pointer).expect("the context is filled")
    }

    fn definition<T>(&self, offset: u32) -> NonNull<T> {
        // SAFETY: the context was filled when the instance was made.
        let space = unsafe { *self.at::<VMSpace>(offset) };
        NonNull::new(space.definition.cast()).expect("the context is filled")
    }

    pub(crate) fn memory(&self, index: u32) -> NonNull<MemoryInstance> {
        has(&self.description().memories, index);
        self.definition(self.module.layout().memory(index))
    }

    pub(crate) fn table(&self, index: u32) -> NonNull<TableInstance> {
        has(&self.description().tables, index);
        self.definition(self.module.layout().table(index))
    }

    /// Where the value of global `index` lies.
    pub(crate) fn global(&self, index: u32) -> NonNull<u8> {
        has(&self.description().globals, index);
        let layout = self.module.layout();
        let cell = match index.checked_sub(self.description().global_imports) {
            // SAFETY: the context was filled when the instance was made.
            None => unsafe { *self.at::<*mut u8>(layout.global_import(index)) },
            Some(own) => self.at(layout.global(own)),
        };
        NonNull::new(cell).expect("the context is filled")
    }

    pub(crate) fn tag(&self, index: u32) -> NonNull<VMTag> {
        has(&self.description().tags, index);
        // SAFETY: the context was filled when the instance was made.
        let tag = unsafe { *self.at::<*mut VMTag>(self.module.layout().tag(index)) };
        NonNull::new(tag).expect("the context is filled")
    }

    /// A thing of the instance, for the host.
    pub(crate) fn entity(&self, store: &StoreOpaque, entity: Entity) -> Extern {
        // SAFETY: the instance is of this store, so all it refers to is, and lives as long as it.
        unsafe {
            match entity {
                Entity::Func(i) => Extern::Func(Func(Handle::new(store, self.func_ref(i)))),
                Entity::Table(i) => Extern::Table(Table(Handle::new(store, self.table(i)))),
                Entity::Memory(i) => Extern::Memory(Memory(Handle::new(store, self.memory(i)))),
                Entity::Global(i) => Extern::Global(Global {
                    cell: Handle::new(store, self.global(i)),
                    ty: self.module.canonical(&self.description().globals[i as usize]),
                }),
                Entity::Tag(i) => Extern::Tag(Tag(Handle::new(store, self.tag(i)))),
            }
        }
    }
}

/// Stops at an index that the module does not have: there is something else in its place.
fn has<T>(things: &[T], index: u32) {
    assert!((index as usize) < things.len(), "the module has no number {index} among {}", things.len());
}

/// Instantiates a module. When it traps on the way, what it wrote into imported tables and memories stays, and so does the
/// instance: functions of it may be in those tables.
///
/// # Safety
/// As for [`invoke`](super::activation::invoke): `store` must be [`StoreOpaque::this`] of one that is borrowed exclusively, by
/// a borrow that is not used meanwhile.
pub(crate) unsafe fn instantiate(
    store: *mut StoreOpaque,
    module: &Module,
    imports: &[Extern],
) -> Result<NonNull<InstanceData>> {
    // SAFETY: the caller's promise; no wasm runs yet.
    let pointer = unsafe {
        if !module.engine().same(&(*store).engine) {
            return Err(Error::ForeignEngine { what: "a module" });
        }
        link::check(&*store, module, imports)?;
        allocate(&mut *store, module, imports)?
    };
    // SAFETY: instances live as long as their store, and are only read.
    let instance = unsafe { pointer.as_ref() };
    // SAFETY: the instance is of this store, which this thread has for itself.
    unsafe { segments::run_active(&mut *store, instance)? };
    if let Some(start) = module.description().start {
        let (code, context) = if start < module.description().func_imports {
            // SAFETY: the context was filled by `allocate`.
            let import = unsafe { *instance.at::<VMFuncImport>(module.layout().func_import(start)) };
            (import.code, import.context)
        } else {
            let code = module.code().function(start - module.description().func_imports);
            (code, instance.context().as_ptr())
        };
        let start = VMFuncRef { code, context, type_id: 0, supertypes: 0, display: std::ptr::null() };
        // A start function has no parameters: what the registers hold does not matter, but it must be something.
        let mut registers = MaybeUninit::<Registers>::zeroed();
        // SAFETY: the caller's promise; validation gave the start function the type [] -> [].
        unsafe { super::activation::invoke(store, &raw const start, registers.as_mut_ptr())? };
    }
    Ok(pointer)
}

/// Makes an instance, linked and with its globals and tables initialised.
fn allocate(store: &mut StoreOpaque, module: &Module, imports: &[Extern]) -> Result<NonNull<InstanceData>> {
    let description = module.description();
    let layout = module.layout();
    if description.types.iter().any(|ty| ty.descriptor.is_some()) {
        store.number_descriptors()?;
    }
    // All of it before any is made: what a module is refused for takes nothing.
    let mut tables = description.tables.iter().skip(description.table_imports as usize);
    let elements = tables.try_fold(0_u64, |sum, ty| least_elements(ty).map(|elements| sum.saturating_add(elements)))?;
    store.table_elements.check("tables", elements, "elements")?;
    let mut memories = description.memories.iter().skip(description.memory_imports as usize);
    let bytes = memories.try_fold(0_u64, |sum, ty| least_bytes(ty).map(|bytes| sum.saturating_add(bytes)))?;
    store.memory_bytes.check("memories", bytes, "bytes")?;
    let flags = |count| std::iter::repeat_n(false, count).map(Cell::new).collect();
    let fixed = Fixed::new(InstanceData {
        module: module.clone(),
        context: ContextBlock::new(layout.size())?,
        dropped_data: flags(description.data.len()),
        dropped_elements: flags(description.elements.len()),
        element_values: description.elements.iter().map(|_| RefCell::default()).collect(),
    });
    let pointer = fixed.pointer();
    // Kept from here on: if what follows fails, other things may refer to it already.
    store.instances.push(fixed);
    store.expect_exceptions_from(module.code());
    // SAFETY: it is in the store, and only read from here on: what changes is the context, behind a pointer.
    let instance = unsafe { pointer.as_ref() };

    // SAFETY: each pointer is to a part of the context that the layout set aside for just that.
    unsafe {
        instance.at::<*mut StoreOpaque>(abi::CONTEXT_STORE).write(store.this);
        instance.at::<*const builtins::Code>(abi::CONTEXT_BUILTINS).write(builtins::TABLE.as_ptr());
        instance.at::<*const InstanceData>(abi::CONTEXT_INSTANCE).write(pointer.as_ptr());
        instance.at::<*const VMType>(abi::CONTEXT_TYPES).write(store.engine.type_table());
        for (ty, index) in module.types().iter().zip(0..) {
            instance.at::<u32>(layout.type_id(index)).write(ty.id);
        }
    }
    link_imports(store, pointer, imports)?;
    for (&function, index) in description.func_refs.iter().zip(0..) {
        let ty = &module.types()[description.functions[function as usize] as usize];
        let code = module.code().function(function - description.func_imports);
        let func_ref = ty.func_ref(code, instance.context().as_ptr());
        // SAFETY: as above.
        unsafe { instance.at::<VMFuncRef>(layout.func_ref(index)).write(func_ref) };
    }
    let own = |all: usize, imported: u32| imported..u32::try_from(all).expect("indices have 32 bits");
    for index in own(description.memories.len(), description.memory_imports) {
        let memory = store.add_memory(description.memories[index as usize])?;
        // SAFETY: the memory was made just now.
        let base = unsafe { memory.as_ref().vm.base };
        // SAFETY: as above.
        unsafe { write_space(instance, layout.memory(index), base, memory) };
    }
    for index in own(description.tags.len(), description.tag_imports) {
        let tag = store.add_tag(&module.types()[description.tags[index as usize] as usize]);
        // SAFETY: as above.
        unsafe { instance.at::<*mut VMTag>(layout.tag(index)).write(tag.as_ptr()) };
    }
    // Tables after globals: their initial elements may be those of globals.
    for (init, index) in description.global_inits.iter().zip(description.global_imports..) {
        // SAFETY: imports, functions and the globals before are there, which is all that the expression may refer to.
        let value = unsafe { evaluate(init, store, instance)? };
        // SAFETY: own globals are whole cells of the context.
        unsafe { instance.global(index).cast::<u128>().write(value) };
    }
    for (init, index) in description.table_inits.iter().zip(description.table_imports..) {
        // SAFETY: as above, with all globals.
        let init = init.as_ref().map_or(Ok(0), |init| unsafe { evaluate(init, store, instance) })?;
        #[expect(clippy::cast_possible_truncation, reason = "a reference has 64 bits")]
        let table = store.add_table(module.canonical(&description.tables[index as usize]), init as u64)?;
        // SAFETY: the table was made just now.
        let base = unsafe { table.as_ref().vm.base };
        // SAFETY: as above.
        unsafe { write_space(instance, layout.table(index), base, table) };
    }
    // SAFETY: as above.
    unsafe { segments::evaluate_elements(store, instance)? };
    Ok(pointer)
}

/// # Safety
/// `offset` must be that of a memory or table of the instance's layout, and `base` that of `definition`.
unsafe fn write_space<T>(instance: &InstanceData, offset: u32, base: *mut u8, definition: NonNull<T>) {
    // SAFETY: the caller's promise.
    unsafe { instance.at::<VMSpace>(offset).write(VMSpace { base, definition: definition.as_ptr().cast() }) };
}

/// Fills the context with imports; they have been checked.
fn link_imports(store: &mut StoreOpaque, pointer: NonNull<InstanceData>, imports: &[Extern]) -> Result<()> {
    // SAFETY: as in `allocate`.
    let instance = unsafe { pointer.as_ref() };
    let layout = instance.module.layout();
    for (import, given) in instance.description().imports.iter().zip(imports) {
        // SAFETY: handles give things of this store, which are alive; the layout set these parts of the context aside.
        unsafe {
            match (import.entity, given) {
                (Entity::Func(index), Extern::Func(func)) => {
                    let func_ref = func.0.of(store)?.as_ptr();
                    let VMFuncRef { code, mut context, .. } = *func_ref;
                    if std::ptr::eq(code, arch::host_stub as *const u8) {
                        // A host function learns from its record who imported it.
                        let record = &*context.cast::<super::host_func::HostRecord>();
                        context = store.add_record(record.function.clone(), Some(pointer)).as_ptr().cast();
                    }
                    instance.at::<VMFuncImport>(layout.func_import(index)).write(VMFuncImport {
                        code,
                        context,
                        func_ref,
                    });
                }
                (Entity::Table(index), Extern::Table(table)) => {
                    let table = table.0.of(store)?;
                    write_space(instance, layout.table(index), table.as_ref().vm.base, table);
                }
                (Entity::Memory(index), Extern::Memory(memory)) => {
                    let memory = memory.0.of(store)?;
                    write_space(instance, layout.memory(index), memory.as_ref().vm.base, memory);
                }
                (Entity::Global(index), Extern::Global(global)) => {
                    let cell = global.cell.of(store)?.as_ptr();
                    instance.at::<*mut u8>(layout.global_import(index)).write(cell);
                }
                (Entity::Tag(index), Extern::Tag(tag)) => {
                    instance.at::<*mut VMTag>(layout.tag(index)).write(tag.0.of(store)?.as_ptr());
                }
                _ => unreachable!("the kinds of imports were checked"),
            }
        }
    }
    Ok(())
}
