//! What compiled code asks the runtime to do. See [`Builtin`](abi::Builtin) for the arguments.
//!
//! Each is called by wasm code with the context of an instance whose store this thread is running, and with indices that
//! validation has checked. None calls wasm, unwinds or panics.
//!
//! Other threads may access a shared memory while a range of it is filled or copied. The specification lets them see any
//! mixture of old and new bytes; the copying is done by the C library, and nothing here looks at what is copied.

use super::arch::{self, builtin_thunks};
use super::instance::InstanceData;
use super::memory::MemoryInstance;
use super::segments;
use super::store::StoreOpaque;
use super::table::TableInstance;
use crate::abi::{self, VMException};
use crate::trap::Trap;
use std::time::Duration;

/// An entry point, whatever its type.
pub(crate) type Code = unsafe extern "sysv64" fn();

builtin_thunks! {
    memory_grow_thunk => memory_grow;
    memory_fill_thunk => memory_fill;
    memory_copy_thunk => memory_copy;
    memory_init_thunk => memory_init;
    data_drop_thunk => data_drop;
    table_grow_thunk => table_grow;
    table_fill_thunk => table_fill;
    table_copy_thunk => table_copy;
    table_init_thunk => table_init;
    elem_drop_thunk => elem_drop;
    atomic_wait32_thunk => atomic_wait32;
    atomic_wait64_thunk => atomic_wait64;
    atomic_notify_thunk => atomic_notify;
    exception_new_thunk => exception_new;
    exception_done_thunk => exception_done;
}

/// Entry points by the number of the [`Builtin`](abi::Builtin).
pub(crate) static TABLE: [Code; abi::BUILTINS] = [
    memory_grow_thunk,
    memory_fill_thunk,
    memory_copy_thunk,
    memory_init_thunk,
    data_drop_thunk,
    table_grow_thunk,
    table_fill_thunk,
    table_copy_thunk,
    table_init_thunk,
    elem_drop_thunk,
    atomic_wait32_thunk,
    atomic_wait64_thunk,
    atomic_notify_thunk,
    exception_new_thunk,
    arch::throw_thunk,
    exception_done_thunk,
];

/// # Safety
/// `context` must be that of an instance.
unsafe fn instance<'a>(context: *mut u8) -> &'a InstanceData {
    // SAFETY: the header says which instance it is; instances live as long as their store.
    unsafe { &**context.add(abi::CONTEXT_INSTANCE as usize).cast::<*const InstanceData>() }
}

fn number(result: Result<(), Trap>) -> u32 {
    result.map_or_else(|trap| trap as u32, |()| 0)
}

#[expect(clippy::cast_possible_truncation, reason = "two indices in one register")]
fn halves(packed: u64) -> (u32, u32) {
    (packed as u32, (packed >> 32) as u32)
}

/// `memory.grow`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-memory-grow>
unsafe extern "sysv64" fn memory_grow(context: *mut u8, memory: u32, delta: u64) -> u64 {
    // SAFETY: see the head of this file.
    unsafe { instance(context).memory(memory).as_ref().grow(delta).unwrap_or(u64::MAX) }
}

/// `memory.fill`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-memory-fill>
unsafe extern "sysv64" fn memory_fill(context: *mut u8, memory: u32, to: u64, value: u32, length: u64) -> u32 {
    // SAFETY: see the head of this file; the range is checked, and no longer than the address space.
    unsafe {
        let Some(target) = instance(context).memory(memory).as_ref().range(to, length) else {
            return Trap::MemoryOutOfBounds as u32;
        };
        #[expect(clippy::cast_possible_truncation, reason = "the byte is the low one; the length was checked")]
        target.write_bytes(value as u8, length as usize);
        0
    }
}

/// `memory.copy`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-memory-copy>
unsafe extern "sysv64" fn memory_copy(context: *mut u8, memories: u64, to: u64, from: u64, length: u64) -> u32 {
    let (to_memory, from_memory) = halves(memories);
    // SAFETY: see the head of this file; both ranges are checked.
    unsafe {
        let instance = instance(context);
        let target = instance.memory(to_memory).as_ref().range(to, length);
        let source = instance.memory(from_memory).as_ref().range(from, length);
        let (Some(target), Some(source)) = (target, source) else { return Trap::MemoryOutOfBounds as u32 };
        #[expect(clippy::cast_possible_truncation, reason = "the length was checked")]
        target.copy_from(source, length as usize);
        0
    }
}

unsafe extern "sysv64" fn memory_init(context: *mut u8, which: u64, to: u64, from: u64, length: u64) -> u32 {
    let (memory, segment) = halves(which);
    // SAFETY: see the head of this file.
    number(unsafe { segments::memory_init(instance(context), memory, segment, to, from, length) })
}

unsafe extern "sysv64" fn data_drop(context: *mut u8, segment: u32) {
    // SAFETY: see the head of this file.
    segments::drop_data(unsafe { instance(context) }, segment);
}

/// `table.grow`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-table-grow>
unsafe extern "sysv64" fn table_grow(context: *mut u8, table: u32, value: u64, delta: u64) -> u64 {
    // SAFETY: see the head of this file.
    unsafe { (*instance(context).table(table).as_ptr()).grow(delta, value).unwrap_or(u64::MAX) }
}

/// `table.fill`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-table-fill>
unsafe extern "sysv64" fn table_fill(context: *mut u8, table: u32, to: u64, value: u64, length: u64) -> u32 {
    // SAFETY: see the head of this file.
    let table = unsafe { &mut *instance(context).table(table).as_ptr() };
    number(table.range(to, length).map(|elements| elements.fill(value)).ok_or(Trap::TableOutOfBounds))
}

/// `table.copy`. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-table-copy>
unsafe extern "sysv64" fn table_copy(context: *mut u8, tables: u64, to: u64, from: u64, length: u64) -> u32 {
    let (to_table, from_table) = halves(tables);
    // SAFETY: see the head of this file.
    unsafe {
        let (target, source) = (instance(context).table(to_table), instance(context).table(from_table));
        let done = TableInstance::copy(target.as_ptr(), to, source.as_ptr(), from, length);
        number(done.ok_or(Trap::TableOutOfBounds))
    }
}

unsafe extern "sysv64" fn table_init(context: *mut u8, which: u64, to: u64, from: u64, length: u64) -> u32 {
    let (table, segment) = halves(which);
    // SAFETY: see the head of this file.
    number(unsafe { segments::table_init(instance(context), table, segment, to, from, length) })
}

unsafe extern "sysv64" fn elem_drop(context: *mut u8, segment: u32) {
    // SAFETY: see the head of this file.
    segments::drop_elements(unsafe { instance(context) }, segment);
}

/// A memory of an instance, and an address in it; none when that is no number of 64 bits.
///
/// # Safety
/// `context` must be that of an instance that has the memory.
unsafe fn place<'a>(context: *mut u8, memory: u32, index: u64, offset: u64) -> Option<(&'a MemoryInstance, u64)> {
    let address = index.checked_add(offset)?;
    // SAFETY: the caller's promise; memories live as long as the store.
    Some((unsafe { instance(context).memory(memory).as_ref() }, address))
}

/// `memory.atomic.wait32`. Spec: <https://webassembly.github.io/threads/core/exec/instructions.html>
#[expect(clippy::cast_possible_truncation, reason = "32 bits were widened")]
unsafe extern "sysv64" fn atomic_wait32(
    context: *mut u8,
    memory: u32,
    index: u64,
    offset: u64,
    expected: u64,
    timeout: i64,
) -> u32 {
    // SAFETY: see the head of this file.
    let Some((memory, address)) = (unsafe { place(context, memory, index, offset) }) else { return u32::MAX };
    // The code has checked the alignment, and whether the memory is shared.
    memory.wait32(address, expected as u32, duration(timeout)).map_or(u32::MAX, |result| result as u32)
}

/// `memory.atomic.wait64`
unsafe extern "sysv64" fn atomic_wait64(
    context: *mut u8,
    memory: u32,
    index: u64,
    offset: u64,
    expected: u64,
    timeout: i64,
) -> u32 {
    // SAFETY: see the head of this file.
    let Some((memory, address)) = (unsafe { place(context, memory, index, offset) }) else { return u32::MAX };
    memory.wait64(address, expected, duration(timeout)).map_or(u32::MAX, |result| result as u32)
}

/// `memory.atomic.notify`
unsafe extern "sysv64" fn atomic_notify(context: *mut u8, memory: u32, index: u64, offset: u64, count: u32) -> u32 {
    // SAFETY: see the head of this file.
    let Some((memory, address)) = (unsafe { place(context, memory, index, offset) }) else { return u32::MAX };
    memory.notify(address, count).unwrap_or(u32::MAX)
}

/// A timeout in nanoseconds; below zero there is none.
fn duration(timeout: i64) -> Option<Duration> {
    u64::try_from(timeout).ok().map(Duration::from_nanos)
}

/// # Safety
/// `context` must be that of an instance.
unsafe fn store<'a>(context: *mut u8) -> &'a mut StoreOpaque {
    // SAFETY: the header says which store it is; wasm code, which called, is suspended, and nobody else uses the store.
    unsafe { &mut **context.add(abi::CONTEXT_STORE as usize).cast::<*mut StoreOpaque>() }
}

/// `throw`, its first part. Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-throw>
unsafe extern "sysv64" fn exception_new(context: *mut u8, tag: u32) -> u64 {
    // SAFETY: see the head of this file.
    unsafe {
        let instance = instance(context);
        let description = instance.description();
        let values = description.signature(description.tags[tag as usize]).params.len();
        let StoreOpaque { exceptions, instances, .. } = store(context);
        exceptions.add(instances, instance.tag(tag), values).map_or(0, |exception| exception.as_ptr() as u64)
    }
}

/// The end of an exception that was caught by value.
unsafe extern "sysv64" fn exception_done(context: *mut u8, exception: *mut VMException) {
    // SAFETY: see the head of this file; the exception is the one that a landing pad of this store got.
    unsafe { store(context).exceptions.recycle(exception) };
}
