//! Element and data segments: copied into tables and memories, and dropped.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-table-init>

use super::const_eval::evaluate;
use super::instance::InstanceData;
use crate::error::Result;
use crate::module::description::{ConstExpr, ElementItems, ElementMode};
use crate::trap::Trap;

/// Copies active segments to where they belong, elements first, each in order, and drops them.
///
/// # Safety
/// This thread must have the instance's store for itself, and the instance must be complete.
pub(crate) unsafe fn run_active(instance: &InstanceData) -> Result<()> {
    let description = instance.description();
    for (segment, index) in description.elements.iter().zip(0..) {
        match &segment.mode {
            ElementMode::Active { table, offset } => {
                let length = match &segment.items {
                    ElementItems::Funcs(items) => items.len(),
                    ElementItems::Exprs(items) => items.len(),
                };
                // SAFETY: the caller's promise.
                unsafe {
                    let to = offset_value(offset, instance, description.tables[*table as usize].table64);
                    table_init(instance, *table, index, to, 0, length as u64)?;
                }
            }
            ElementMode::Passive => continue,
            ElementMode::Declared => (),
        }
        drop_elements(instance, index);
    }
    for (segment, index) in description.data.iter().zip(0..) {
        if let Some(active) = &segment.active {
            // SAFETY: the caller's promise.
            unsafe {
                let wide = description.memories[active.memory as usize].memory64;
                let to = offset_value(&active.offset, instance, wide);
                memory_init(instance, active.memory, index, to, 0, segment.bytes.len() as u64)?;
            }
            drop_data(instance, index);
        }
    }
    Ok(())
}

/// # Safety
/// As for [`evaluate`].
#[expect(clippy::cast_possible_truncation, reason = "an offset is as wide as an address, and without sign")]
unsafe fn offset_value(offset: &ConstExpr, instance: &InstanceData, wide: bool) -> u64 {
    // SAFETY: the caller's promise.
    let value = unsafe { evaluate(offset, instance) };
    if wide { value as u64 } else { (value as u32).into() }
}

/// `table.init`: copies elements `from..from + length` of a segment into a table.
///
/// # Safety
/// This thread must have the instance's store for itself, and the indices must be the module's.
pub(crate) unsafe fn table_init(
    instance: &InstanceData,
    table: u32,
    segment: u32,
    to: u64,
    from: u64,
    length: u64,
) -> Result<(), Trap> {
    let items = &instance.description().elements[segment as usize].items;
    let dropped = instance.dropped_elements[segment as usize].get();
    // SAFETY: the caller's promise. Evaluating elements only reads the context.
    let table = unsafe { &mut *instance.table(table).as_ptr() };
    let target = table.range(to, length).ok_or(Trap::TableOutOfBounds)?;
    match items {
        ElementItems::Funcs(items) => {
            let source = part(items, dropped, from, length).ok_or(Trap::TableOutOfBounds)?;
            for (slot, &function) in target.iter_mut().zip(source) {
                *slot = instance.func_ref(function).as_ptr() as u64;
            }
        }
        ElementItems::Exprs(items) => {
            let source = part(items, dropped, from, length).ok_or(Trap::TableOutOfBounds)?;
            for (slot, item) in target.iter_mut().zip(source) {
                // SAFETY: the caller's promise.
                let value = unsafe { evaluate(item, instance) };
                #[expect(clippy::cast_possible_truncation, reason = "a reference has 64 bits")]
                {
                    *slot = value as u64;
                }
            }
        }
    }
    Ok(())
}

/// `memory.init`: copies bytes `from..from + length` of a segment into a memory.
///
/// # Safety
/// As for [`table_init`].
pub(crate) unsafe fn memory_init(
    instance: &InstanceData,
    memory: u32,
    segment: u32,
    to: u64,
    from: u64,
    length: u64,
) -> Result<(), Trap> {
    let bytes = &instance.description().data[segment as usize].bytes;
    let dropped = instance.dropped_data[segment as usize].get();
    let source = part(bytes, dropped, from, length).ok_or(Trap::MemoryOutOfBounds)?;
    // SAFETY: the caller's promise.
    let memory = unsafe { instance.memory(memory).as_ref() };
    let target = memory.range(to, length).ok_or(Trap::MemoryOutOfBounds)?;
    // SAFETY: both are `length` bytes long; a segment is no part of a memory.
    unsafe { std::ptr::copy_nonoverlapping(source.as_ptr(), target.as_ptr(), source.len()) };
    Ok(())
}

/// `elem.drop`
pub(crate) fn drop_elements(instance: &InstanceData, segment: u32) {
    instance.dropped_elements[segment as usize].set(true);
}

/// `data.drop`
pub(crate) fn drop_data(instance: &InstanceData, segment: u32) {
    instance.dropped_data[segment as usize].set(true);
}

/// A part of a segment; a dropped one is empty.
fn part<T>(items: &[T], dropped: bool, from: u64, length: u64) -> Option<&[T]> {
    let items = if dropped { &[] } else { items };
    let end = usize::try_from(from.checked_add(length)?).ok()?;
    items.get(usize::try_from(from).ok()?..end)
}
