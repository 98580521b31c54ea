//! Instantiation: checks imports, allocates an instance, initialises it and calls its start function.
//! Spec: <https://webassembly.github.io/spec/core/exec/modules.html#instantiation>

mod const_eval;
mod imports;
pub(crate) mod segments;

use super::arch;
use super::code::module::LoadedModule;
use super::entry::invoke::invoke;
use super::storage::memory::initial_bytes;
use super::storage::table::initial_elements;
use super::store::host_function::HostRecord;
use super::store::instance::{ExternAddress, InstanceData};
use super::store::{BuiltinEntry, StoreOpaque};
use crate::abi::heap::VMType;
use crate::abi::{self, Registers, VMFuncImport, VMFuncRef, VMStorage, VMTag};
use crate::error::Result;
use crate::module::description::Entity;
use crate::system::stable_box::StableBox;
use const_eval::evaluate;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::Arc;

/// Instantiates a module. If instantiation traps, what it has written to imported tables and memories stays, and the
/// instance stays too, because functions of it may be in those tables.
///
/// # Safety
/// As for [`invoke`]: `store` must be [`StoreOpaque::this`] of a store that is borrowed exclusively, and that borrow
/// must not be used during the call. `module` must be of the store's engine, and everything in `given` must belong to
/// the store.
///
/// # Errors
/// [`Error::Count`](crate::Error::Count) and [`Error::IncompatibleImport`](crate::Error::IncompatibleImport) for
/// imports that do not match; [`Error::Limit`](crate::Error::Limit) and [`Error::Resources`](crate::Error::Resources)
/// when there is no room; [`Error::Trap`](crate::Error::Trap) when a segment does not fit or the start function traps.
pub(crate) unsafe fn instantiate(
    store: *mut StoreOpaque,
    module: &Arc<LoadedModule>,
    given: &[ExternAddress],
) -> Result<NonNull<InstanceData>> {
    // SAFETY: the caller's promise. No wasm runs yet.
    let pointer = unsafe {
        imports::check(&*store, module, given)?;
        allocate(&mut *store, module, given)?
    };
    // SAFETY: instances live as long as their store, and are only read.
    let instance = unsafe { pointer.as_ref() };
    // SAFETY: the instance belongs to this store, of which this thread has exclusive use.
    unsafe { segments::run_active(&mut *store, instance)? };
    if let Some(start) = module.description().start {
        let (code, context) = if start < module.description().func_imports {
            // SAFETY: the context was filled by `allocate`.
            let import = unsafe { *instance.field::<VMFuncImport>(module.layout().func_import(start)) };
            (import.code, import.context)
        } else {
            let code = module.code().function(start - module.description().func_imports);
            (code, instance.context().as_ptr())
        };
        let start = VMFuncRef { code, context, type_id: 0, supertypes: 0, display: std::ptr::null() };
        // A start function has no parameters. The registers are passed all the same, and must be initialised.
        let mut registers = MaybeUninit::<Registers>::zeroed();
        // SAFETY: the caller's promise; validation gave the start function the type [] -> [].
        unsafe { invoke(store, &raw const start, registers.as_mut_ptr())? };
    }
    Ok(pointer)
}

/// Allocates an instance, links its imports, and initialises its globals and tables.
///
/// # Errors
/// As for [`instantiate`], apart from traps of segments and of the start function.
fn allocate(
    store: &mut StoreOpaque,
    module: &Arc<LoadedModule>,
    given: &[ExternAddress],
) -> Result<NonNull<InstanceData>> {
    let description = module.description();
    let layout = module.layout();
    if description.types.iter().any(|ty| ty.descriptor.is_some()) {
        store.fix_descriptor_base()?;
    }
    // Check all limits before anything is allocated, so that a module that is refused takes nothing from the store.
    let mut tables = description.tables.iter().skip(description.table_imports as usize);
    let elements =
        tables.try_fold(0_u64, |sum, ty| initial_elements(ty).map(|elements| sum.saturating_add(elements)))?;
    store.table_elements.check("tables", elements, "elements")?;
    let mut memories = description.memories.iter().skip(description.memory_imports as usize);
    let bytes = memories.try_fold(0_u64, |sum, ty| initial_bytes(ty).map(|bytes| sum.saturating_add(bytes)))?;
    store.memory_bytes.check("memories", bytes, "bytes")?;
    let boxed = StableBox::new(InstanceData::new(module)?);
    let pointer = boxed.pointer();
    // The store keeps the instance from here on, even if a later step fails: other objects may refer to it already.
    store.instances.push(boxed);
    store.register_code_if_throwing(module.code());
    // SAFETY: the store owns the instance, which is only read from here on. What changes is the context, behind a
    // pointer.
    let instance = unsafe { pointer.as_ref() };

    // SAFETY: each pointer is to a part of the context that the layout reserved for this purpose.
    unsafe {
        instance.field::<*mut StoreOpaque>(abi::CONTEXT_STORE).write(store.this);
        instance.field::<*const BuiltinEntry>(abi::CONTEXT_BUILTINS).write(store.builtins);
        instance.field::<*const InstanceData>(abi::CONTEXT_INSTANCE).write(pointer.as_ptr());
        instance.field::<*const VMType>(abi::CONTEXT_TYPES).write(store.engine.type_table());
        for (ty, index) in module.types().iter().zip(0..) {
            instance.field::<u32>(layout.type_id(index)).write(ty.id);
        }
    }
    link_imports(store, pointer, given);
    for (&function, index) in description.func_refs.iter().zip(0..) {
        let ty = &module.types()[description.functions[function as usize] as usize];
        let code = module.code().function(function - description.func_imports);
        let func_ref = ty.func_ref(code, instance.context().as_ptr());
        // SAFETY: as above.
        unsafe { instance.field::<VMFuncRef>(layout.func_ref(index)).write(func_ref) };
    }
    let own = |all: usize, imported: u32| imported..u32::try_from(all).expect("indices have 32 bits");
    for index in own(description.memories.len(), description.memory_imports) {
        let memory = store.add_memory(description.memories[index as usize])?;
        // SAFETY: the memory was allocated above.
        let base = unsafe { memory.as_ref().vm.base };
        // SAFETY: as above.
        unsafe { write_space(instance, layout.memory(index), base, memory) };
    }
    for index in own(description.tags.len(), description.tag_imports) {
        let tag = store.add_tag(&module.types()[description.tags[index as usize] as usize]);
        // SAFETY: as above.
        unsafe { instance.field::<*mut VMTag>(layout.tag(index)).write(tag.as_ptr()) };
    }
    // Tables are initialised after globals, because their initial elements may be values of globals.
    for (init, index) in description.global_inits.iter().zip(description.global_imports..) {
        // SAFETY: imports, functions and earlier globals are initialised, and the expression refers to nothing else.
        let value = unsafe { evaluate(init, store, instance)? };
        // SAFETY: globals that the module defines are 16-byte cells of the context.
        unsafe { instance.global(index).cast::<u128>().write(value) };
    }
    for (init, index) in description.table_inits.iter().zip(description.table_imports..) {
        // SAFETY: as above. All globals are initialised.
        let init = init.as_ref().map_or(Ok(0), |init| unsafe { evaluate(init, store, instance) })?;
        #[expect(clippy::cast_possible_truncation, reason = "a reference has 64 bits")]
        let table = store.add_table(module.canonical(&description.tables[index as usize]), init as u64)?;
        // SAFETY: the table was allocated above.
        let base = unsafe { table.as_ref().vm.base };
        // SAFETY: as above.
        unsafe { write_space(instance, layout.table(index), base, table) };
    }
    // SAFETY: as above.
    unsafe { segments::evaluate_elements(store, instance)? };
    Ok(pointer)
}

/// Writes the base and the definition of a memory or table into the context.
///
/// # Safety
/// `offset` must be that of a memory or table in the instance's layout, and `base` must be that of `definition`.
unsafe fn write_space<T>(instance: &InstanceData, offset: u32, base: *mut u8, definition: NonNull<T>) {
    // SAFETY: the caller's promise.
    unsafe { instance.field::<VMStorage>(offset).write(VMStorage { base, definition: definition.as_ptr().cast() }) };
}

/// Writes imports into the context. They must have been checked.
fn link_imports(store: &mut StoreOpaque, pointer: NonNull<InstanceData>, given: &[ExternAddress]) {
    // SAFETY: as in `allocate`.
    let instance = unsafe { pointer.as_ref() };
    let layout = instance.module.layout();
    for (import, &given) in instance.description().imports.iter().zip(given) {
        // SAFETY: everything in `given` belongs to this store and is alive. The layout reserved these parts of the
        // context for imports.
        unsafe {
            match (import.entity, given) {
                (Entity::Func(index), ExternAddress::Func(func)) => {
                    let func_ref = func.as_ptr();
                    let VMFuncRef { code, mut context, .. } = *func_ref;
                    if std::ptr::eq(code, arch::host_stub as *const u8) {
                        // The record tells a host function which instance imported it.
                        let record = &*context.cast::<HostRecord>();
                        context = store.add_record(record.function.clone(), Some(pointer)).as_ptr().cast();
                    }
                    instance.field::<VMFuncImport>(layout.func_import(index)).write(VMFuncImport {
                        code,
                        context,
                        func_ref,
                    });
                }
                (Entity::Table(index), ExternAddress::Table(table)) => {
                    write_space(instance, layout.table(index), table.as_ref().vm.base, table);
                }
                (Entity::Memory(index), ExternAddress::Memory(memory)) => {
                    write_space(instance, layout.memory(index), memory.as_ref().vm.base, memory);
                }
                (Entity::Global(index), ExternAddress::Global(cell, _)) => {
                    instance.field::<*mut u8>(layout.global_import(index)).write(cell.as_ptr());
                }
                (Entity::Tag(index), ExternAddress::Tag(tag)) => {
                    instance.field::<*mut VMTag>(layout.tag(index)).write(tag.as_ptr());
                }
                _ => unreachable!("import matching compares the kinds"),
            }
        }
    }
}
