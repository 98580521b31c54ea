//! Instantiation: checks imports, allocates an instance, initialises it and calls its start function.
//! Spec: <https://webassembly.github.io/spec/core/exec/modules.html#instantiation>

mod const_eval;
mod imports;
pub(crate) mod segments;

use super::arch;
use super::code::module::LoadedModule;
use super::entry::invoke::invoke;
use super::storage::memory::least_bytes;
use super::storage::table::least_elements;
use super::store::host_function::HostRecord;
use super::store::instance::{ExternAddress, InstanceData};
use super::store::{BuiltinEntry, StoreOpaque};
use crate::abi::heap::VMType;
use crate::abi::{self, Registers, VMFuncImport, VMFuncRef, VMSpace, VMTag};
use crate::error::Result;
use crate::module::description::Entity;
use crate::system::fixed::Fixed;
use const_eval::evaluate;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::Arc;

/// Instantiates a module. When it traps on the way, what it wrote into imported tables and memories stays, and so does the
/// instance: functions of it may be in those tables.
///
/// # Safety
/// As for [`invoke`]: `store` must be [`StoreOpaque::this`] of one that is borrowed exclusively, by a borrow that is not used
/// meanwhile. `module` must be of the store's engine, and everything in `given` of the store.
pub(crate) unsafe fn instantiate(
    store: *mut StoreOpaque,
    module: &Arc<LoadedModule>,
    given: &[ExternAddress],
) -> Result<NonNull<InstanceData>> {
    // SAFETY: the caller's promise; no wasm runs yet.
    let pointer = unsafe {
        imports::check(&*store, module, given)?;
        allocate(&mut *store, module, given)?
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
        unsafe { invoke(store, &raw const start, registers.as_mut_ptr())? };
    }
    Ok(pointer)
}

/// Makes an instance, linked and with its globals and tables initialised.
fn allocate(
    store: &mut StoreOpaque,
    module: &Arc<LoadedModule>,
    given: &[ExternAddress],
) -> Result<NonNull<InstanceData>> {
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
    let fixed = Fixed::new(InstanceData::new(module)?);
    let pointer = fixed.pointer();
    // Kept from here on: if what follows fails, other things may refer to it already.
    store.instances.push(fixed);
    store.expect_exceptions_from(module.code());
    // SAFETY: it is in the store, and only read from here on: what changes is the context, behind a pointer.
    let instance = unsafe { pointer.as_ref() };

    // SAFETY: each pointer is to a part of the context that the layout set aside for just that.
    unsafe {
        instance.at::<*mut StoreOpaque>(abi::CONTEXT_STORE).write(store.this);
        instance.at::<*const BuiltinEntry>(abi::CONTEXT_BUILTINS).write(store.builtins);
        instance.at::<*const InstanceData>(abi::CONTEXT_INSTANCE).write(pointer.as_ptr());
        instance.at::<*const VMType>(abi::CONTEXT_TYPES).write(store.engine.type_table());
        for (ty, index) in module.types().iter().zip(0..) {
            instance.at::<u32>(layout.type_id(index)).write(ty.id);
        }
    }
    link_imports(store, pointer, given);
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
fn link_imports(store: &mut StoreOpaque, pointer: NonNull<InstanceData>, given: &[ExternAddress]) {
    // SAFETY: as in `allocate`.
    let instance = unsafe { pointer.as_ref() };
    let layout = instance.module.layout();
    for (import, &given) in instance.description().imports.iter().zip(given) {
        // SAFETY: what is given is of this store and alive; the layout set these parts of the context aside.
        unsafe {
            match (import.entity, given) {
                (Entity::Func(index), ExternAddress::Func(func)) => {
                    let func_ref = func.as_ptr();
                    let VMFuncRef { code, mut context, .. } = *func_ref;
                    if std::ptr::eq(code, arch::host_stub as *const u8) {
                        // A host function learns from its record who imported it.
                        let record = &*context.cast::<HostRecord>();
                        context = store.add_record(record.function.clone(), Some(pointer)).as_ptr().cast();
                    }
                    instance.at::<VMFuncImport>(layout.func_import(index)).write(VMFuncImport {
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
                    instance.at::<*mut u8>(layout.global_import(index)).write(cell.as_ptr());
                }
                (Entity::Tag(index), ExternAddress::Tag(tag)) => {
                    instance.at::<*mut VMTag>(layout.tag(index)).write(tag.as_ptr());
                }
                _ => unreachable!("the kinds of imports were checked"),
            }
        }
    }
}
