//! Builtins: the functions of the runtime that compiled code calls. [`Builtin`](abi::Builtin) describes their
//! arguments.
//!
//! # Safety
//!
//! Wasm code calls each builtin with the context of an instance whose store this thread is running, and with indices
//! that validation has checked. Wasm is suspended meanwhile, so a builtin has exclusive use of the store. No builtin
//! calls wasm, unwinds or panics. (A panic would end the process, because builtins have the C calling convention.)
//!
//! Other threads may access a shared memory while a builtin fills or copies a range of it. The specification allows
//! them to see any mixture of old and new bytes. The C library does the copying, and no Rust code reads the bytes.
#![expect(clippy::missing_safety_doc, reason = "section Safety of this file covers all builtins")]

mod array;
mod context;
mod continuation;

use crate::abi::continuation::{VMContinuation, VMHandler};
use crate::abi::heap::{HEADER_ARRAY, OBJECT_HEADER, VMType};
use crate::abi::{self, Status, VMException, VMFuncRef, VMTag, each_builtin};
use crate::runtime::arch::Suspended;
use crate::runtime::arch::unwind::_Unwind_RaiseException as exception_throw;
use crate::runtime::instantiation::segments;
use crate::runtime::storage::memory::MemoryInstance;
use crate::runtime::storage::table::TableInstance;
use crate::runtime::store::BuiltinEntry;
use crate::trap::Trap;
use array::{
    copy as array_copy, fill as array_fill, init_data as array_init_data, init_elem as array_init_elem,
    new_data as array_new_data, new_elem as array_new_elem,
};
use context::{halves, instance, store};
use continuation::{cont_bind, cont_new, resume, suspend, switch};
use std::time::Duration;

/// Checks at compile time that the target of an entry point has the type that the table gives.
macro_rules! check_target {
    (call $target:path: ($($ty:ty),*) -> $result:ty) => {
        let _: unsafe extern "C" fn(*mut u8, $($ty),*) -> $result = $target;
    };
    // The unwinder's function: the entry point passes the address of the exception's unwind header.
    (throw $target:path: ($ty:ty) -> $result:ty) => {
        let _: std::marker::PhantomData<$ty> = std::marker::PhantomData::<*mut VMException>;
        let _: unsafe extern "C" fn(*mut [u64; 4]) -> std::ffi::c_int = $target;
    };
    (switch $target:path: ($($ty:ty),*) -> $result:ty) => {
        let _: unsafe extern "C" fn(*mut u8, $($ty,)* *mut Suspended) -> *mut Suspended = $target;
    };
}

macro_rules! entry_points {
    ($($(#[$doc:meta])* $name:ident = $way:ident $function:ident($($argument:ident: $ty:ty),*) -> $result:ty
        $(, traps $trap:ident)?;)*) => {
        /// The entry points, each with the name of its target.
        mod entry {
            $($crate::runtime::arch::thunk!($way $function($($argument),*) => super::$function);)*
        }

        /// The entry points, indexed by [`Builtin`](abi::Builtin).
        pub(crate) static TABLE: [BuiltinEntry; abi::Builtin::ALL.len()] = [$(entry::$function),*];

        const _: () = { $(check_target!($way $function: ($($ty),*) -> $result);)* };
    };
}
each_builtin!(entry_points);

/// `memory.grow`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-memory-grow>
unsafe extern "C" fn memory_grow(context: *mut u8, memory: u32, delta: u64) -> u64 {
    // SAFETY: see the head of this file.
    unsafe { instance(&context).memory(memory).as_ref().grow(delta).unwrap_or(u64::MAX) }
}

/// `memory.fill`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-memory-fill>
unsafe extern "C" fn memory_fill(context: *mut u8, memory: u32, to: u64, value: u32, length: u64) -> Status {
    // SAFETY: see the head of this file. The range is checked, and no longer than the address space.
    unsafe {
        let Some(target) = instance(&context).memory(memory).as_ref().range(to, length) else {
            return Err(Trap::MemoryOutOfBounds).into();
        };
        #[expect(clippy::cast_possible_truncation, reason = "the byte is the low one; the length was checked")]
        target.write_bytes(value as u8, length as usize);
        Ok(()).into()
    }
}

/// `memory.copy`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-memory-copy>
unsafe extern "C" fn memory_copy(context: *mut u8, memories: u64, to: u64, from: u64, length: u64) -> Status {
    let (to_memory, from_memory) = halves(memories);
    // SAFETY: see the head of this file. Both ranges are checked.
    unsafe {
        let instance = instance(&context);
        let target = instance.memory(to_memory).as_ref().range(to, length);
        let source = instance.memory(from_memory).as_ref().range(from, length);
        let (Some(target), Some(source)) = (target, source) else { return Err(Trap::MemoryOutOfBounds).into() };
        #[expect(clippy::cast_possible_truncation, reason = "the length was checked")]
        target.copy_from(source, length as usize);
        Ok(()).into()
    }
}

unsafe extern "C" fn memory_init(context: *mut u8, which: u64, to: u64, from: u64, length: u64) -> Status {
    let (memory, segment) = halves(which);
    // SAFETY: see the head of this file.
    unsafe { segments::memory_init(instance(&context), memory, segment, to, from, length) }.into()
}

unsafe extern "C" fn data_drop(context: *mut u8, segment: u32) {
    // SAFETY: see the head of this file.
    segments::drop_data(unsafe { instance(&context) }, segment);
}

/// `table.grow`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-table-grow>
unsafe extern "C" fn table_grow(context: *mut u8, table: u32, value: *mut u8, delta: u64) -> u64 {
    // SAFETY: see the head of this file.
    unsafe { (*instance(&context).table(table).as_ptr()).grow(delta, value as u64).unwrap_or(u64::MAX) }
}

/// `table.fill`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-table-fill>
unsafe extern "C" fn table_fill(context: *mut u8, table: u32, to: u64, value: *mut u8, length: u64) -> Status {
    // SAFETY: see the head of this file.
    let table = unsafe { &mut *instance(&context).table(table).as_ptr() };
    table.range(to, length).map(|elements| elements.fill(value as u64)).ok_or(Trap::TableOutOfBounds).into()
}

/// `table.copy`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-table-copy>
unsafe extern "C" fn table_copy(context: *mut u8, tables: u64, to: u64, from: u64, length: u64) -> Status {
    let (to_table, from_table) = halves(tables);
    // SAFETY: see the head of this file.
    unsafe {
        let (target, source) = (instance(&context).table(to_table), instance(&context).table(from_table));
        let done = TableInstance::copy(target.as_ptr(), to, source.as_ptr(), from, length);
        done.ok_or(Trap::TableOutOfBounds).into()
    }
}

unsafe extern "C" fn table_init(context: *mut u8, which: u64, to: u64, from: u64, length: u64) -> Status {
    let (table, segment) = halves(which);
    // SAFETY: see the head of this file.
    unsafe { segments::table_init(instance(&context), table, segment, to, from, length) }.into()
}

unsafe extern "C" fn elem_drop(context: *mut u8, segment: u32) {
    // SAFETY: see the head of this file.
    segments::drop_elements(unsafe { instance(&context) }, segment);
}

/// A memory of an instance, and the effective address in it; none if the address overflows 64 bits.
///
/// # Safety
/// `context` must be that of an instance that has the memory.
unsafe fn place(context: &*mut u8, memory: u32, index: u64, offset: u64) -> Option<(&MemoryInstance, u64)> {
    let address = index.checked_add(offset)?;
    // SAFETY: the caller's promise. Memories live as long as the store.
    Some((unsafe { instance(context).memory(memory).as_ref() }, address))
}

/// `memory.atomic.wait32`. Spec: <https://webassembly.github.io/threads/core/exec/instructions.html>
#[expect(clippy::cast_possible_truncation, reason = "32 bits were widened")]
unsafe extern "C" fn atomic_wait32(
    context: *mut u8,
    memory: u32,
    index: u64,
    offset: u64,
    expected: u64,
    timeout: i64,
) -> u32 {
    // SAFETY: see the head of this file.
    let Some((memory, address)) = (unsafe { place(&context, memory, index, offset) }) else { return u32::MAX };
    // Compiled code has checked the alignment, and that the memory is shared.
    memory.wait32(address, expected as u32, duration(timeout)).map_or(u32::MAX, |result| result as u32)
}

/// `memory.atomic.wait64`
unsafe extern "C" fn atomic_wait64(
    context: *mut u8,
    memory: u32,
    index: u64,
    offset: u64,
    expected: u64,
    timeout: i64,
) -> u32 {
    // SAFETY: see the head of this file.
    let Some((memory, address)) = (unsafe { place(&context, memory, index, offset) }) else { return u32::MAX };
    memory.wait64(address, expected, duration(timeout)).map_or(u32::MAX, |result| result as u32)
}

/// `memory.atomic.notify`
unsafe extern "C" fn atomic_notify(context: *mut u8, memory: u32, index: u64, offset: u64, count: u32) -> u32 {
    // SAFETY: see the head of this file.
    let Some((memory, address)) = (unsafe { place(&context, memory, index, offset) }) else { return u32::MAX };
    memory.notify(address, count).unwrap_or(u32::MAX)
}

/// A timeout in nanoseconds. A negative one means none.
fn duration(timeout: i64) -> Option<Duration> {
    u64::try_from(timeout).ok().map(Duration::from_nanos)
}

/// `throw`, its first part. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-throw>
unsafe extern "C" fn exception_new(context: *mut u8, tag: u32) -> u64 {
    // SAFETY: see the head of this file.
    unsafe {
        let instance = instance(&context);
        let description = instance.description();
        let values = description.signature(description.tags[tag as usize]).params.len();
        (*store(context)).new_exception(instance.tag(tag), values).map_or(0, |exception| exception.as_ptr() as u64)
    }
}

/// The engine's number of a type of an instance's module, and the entry of the type table.
///
/// # Safety
/// `context` must be that of an instance whose module has the type.
unsafe fn object_type(context: &*mut u8, type_index: u32) -> (u32, &VMType) {
    // SAFETY: the caller's promise. The engine keeps the types of these numbers as long as the module lives.
    unsafe {
        let id = instance(context).module.types()[type_index as usize].id;
        let types = *context.add(abi::CONTEXT_TYPES as usize).cast::<*const VMType>();
        (id, &*types.add(id as usize))
    }
}

/// `struct.new_default`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-struct-new-default>
unsafe extern "C" fn struct_new(context: *mut u8, type_index: u32) -> u64 {
    // SAFETY: see the head of this file.
    unsafe {
        let (id, ty) = object_type(&context, type_index);
        (*store(context)).allocate(id, ty.size.into(), 0).map_or(0, |object| object.as_ptr() as u64)
    }
}

/// `array.new_default`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-array-new-default>
unsafe extern "C" fn array_new(context: *mut u8, type_index: u32, length: u32) -> u64 {
    // SAFETY: see the head of this file.
    unsafe {
        let (id, ty) = object_type(&context, type_index);
        // At most 2^32 elements of 16 bytes, so this does not overflow.
        let elements = OBJECT_HEADER.next_multiple_of(ty.size.max(1));
        let bytes = u64::from(elements) + u64::from(length) * u64::from(ty.size);
        (*store(context)).allocate(id | HEADER_ARRAY, bytes, length).map_or(0, |object| object.as_ptr() as u64)
    }
}
