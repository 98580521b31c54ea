//! Element and data segments: evaluation, copying into tables and memories, and dropping.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-table-init>

use super::const_eval::evaluate;
use crate::abi::heap::storage_size;
use crate::error::Result;
use crate::module::description::{ConstExpr, ElementItems, ElementMode};
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::instance::InstanceData;
use crate::runtime::store::object;
use crate::trap::Trap;
use std::ptr::NonNull;

/// Copies active segments into their tables and memories, element segments first, each kind in order, and drops them.
///
/// # Safety
/// This thread must have exclusive use of the instance's store, and the instance must be complete.
///
/// # Errors
/// A trap for a segment that does not fit.
pub(crate) unsafe fn run_active(store: &mut StoreOpaque, instance: &InstanceData) -> Result<()> {
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
                    let to = offset_value(offset, store, instance, description.tables[*table as usize].table64)?;
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
                let to = offset_value(&active.offset, store, instance, wide)?;
                memory_init(instance, active.memory, index, to, 0, segment.bytes.len() as u64)?;
            }
            drop_data(instance, index);
        }
    }
    Ok(())
}

/// Evaluates the offset of an active segment.
///
/// # Safety
/// As for [`evaluate`].
#[expect(clippy::cast_possible_truncation, reason = "an offset has the width of an address and is unsigned")]
unsafe fn offset_value(
    offset: &ConstExpr,
    store: &mut StoreOpaque,
    instance: &InstanceData,
    wide: bool,
) -> Result<u64, Trap> {
    // SAFETY: the caller's promise.
    let value = unsafe { evaluate(offset, store, instance)? };
    Ok(if wide { value as u64 } else { (value as u32).into() })
}

/// Evaluates the elements of all segments. This happens once for each instance: an object that an expression allocates
/// is the same wherever the segment is copied to.
///
/// # Safety
/// As for [`evaluate`]. All globals must be initialised.
#[expect(clippy::cast_possible_truncation, reason = "a reference has 64 bits")]
pub(crate) unsafe fn evaluate_elements(store: &mut StoreOpaque, instance: &InstanceData) -> Result<()> {
    for (segment, values) in instance.description().elements.iter().zip(&instance.element_values) {
        if let ElementItems::Exprs(items) = &segment.items {
            values.borrow_mut().reserve_exact(items.len());
            for item in items {
                // SAFETY: the caller's promise. A collection finds the earlier elements in `element_values`.
                let value = unsafe { evaluate(item, store, instance)? };
                values.borrow_mut().push(value as u64);
            }
        }
    }
    Ok(())
}

/// `table.init`: copies elements `from..from + length` of a segment into a table.
///
/// # Safety
/// This thread must have exclusive use of the instance's store, and the indices must be the module's.
pub(crate) unsafe fn table_init(
    instance: &InstanceData,
    table: u32,
    segment: u32,
    to: u64,
    from: u64,
    length: u64,
) -> Result<(), Trap> {
    // SAFETY: the caller's promise. Copying elements only reads the instance.
    let table = unsafe { &mut *instance.table(table).as_ptr() };
    let into = || table.range(to, length).map(<[u64]>::as_mut_ptr);
    // SAFETY: the caller's promise.
    unsafe { elements_into(instance, segment, from, length, into) }
}

/// Copies elements `from..from + length` of a segment to the place that `to` gives. Traps if the range is outside the segment, or
/// if `to` gives none because the destination is out of bounds.
///
/// # Safety
/// As for [`table_init`]. There must be room for `length` elements at that place.
pub(crate) unsafe fn elements_into(
    instance: &InstanceData,
    segment: u32,
    from: u64,
    length: u64,
    to: impl FnOnce() -> Option<*mut u64>,
) -> Result<(), Trap> {
    let outside = Trap::TableOutOfBounds;
    let dropped = instance.dropped_elements[segment as usize].get();
    match &instance.description().elements[segment as usize].items {
        ElementItems::Funcs(items) => {
            let source = part(items, dropped, from, length).ok_or(outside)?;
            let to = to().ok_or(outside)?;
            for (at, &function) in source.iter().enumerate() {
                // SAFETY: the caller's promise.
                unsafe { to.add(at).write(instance.func_ref(function).as_ptr() as u64) };
            }
        }
        ElementItems::Exprs(_) => {
            let values = instance.element_values[segment as usize].borrow();
            let source = part(&values, dropped, from, length).ok_or(outside)?;
            let to = to().ok_or(outside)?;
            // SAFETY: the caller's promise. The values are no part of a table or an object, so the ranges don't
            // overlap.
            unsafe { std::ptr::copy_nonoverlapping(source.as_ptr(), to, source.len()) };
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
    // SAFETY: the caller's promise.
    let memory = unsafe { instance.memory(memory).as_ref() };
    // SAFETY: the caller's promise.
    unsafe { data_into(instance, segment, from, length, || memory.range(to, length).map(NonNull::as_ptr)) }
}

/// Copies bytes `from..from + length` of a segment to the place that `to` gives. Traps if the range is outside the segment, or
/// if `to` gives none because the destination is out of bounds.
///
/// # Safety
/// As for [`table_init`]. There must be room for `length` bytes at that place.
pub(crate) unsafe fn data_into(
    instance: &InstanceData,
    segment: u32,
    from: u64,
    length: u64,
    to: impl FnOnce() -> Option<*mut u8>,
) -> Result<(), Trap> {
    let source = data(instance, segment, from, length)?;
    let to = to().ok_or(Trap::MemoryOutOfBounds)?;
    // SAFETY: the caller's promise. A segment is no part of a memory or an object, so the ranges don't overlap.
    unsafe { std::ptr::copy_nonoverlapping(source.as_ptr(), to, source.len()) };
    Ok(())
}

fn data(instance: &InstanceData, segment: u32, from: u64, length: u64) -> Result<&[u8], Trap> {
    let bytes = &instance.description().data[segment as usize].bytes;
    let dropped = instance.dropped_data[segment as usize].get();
    part(bytes, dropped, from, length).ok_or(Trap::MemoryOutOfBounds)
}

/// `array.new_data`. Checks the segment's bounds before it allocates the array.
///
/// # Safety
/// As for [`table_init`].
pub(crate) unsafe fn array_of_data(
    store: &mut StoreOpaque,
    instance: &InstanceData,
    ty: u32,
    segment: u32,
    from: u32,
    length: u32,
) -> Result<NonNull<u8>, Trap> {
    let ty = &instance.module.types()[ty as usize];
    let (first, storage) = object::expected_part(ty, 0);
    let bytes = u64::from(length) * u64::from(storage_size(storage));
    let source = data(instance, segment, from.into(), bytes)?;
    // SAFETY: the type is the instance's. The array has that length and is new.
    unsafe {
        let array = store.new_array(ty, length)?;
        std::ptr::copy_nonoverlapping(source.as_ptr(), array.as_ptr().add(first), source.len());
        Ok(array)
    }
}

/// `array.new_elem`. Checks the segment's bounds first, as [`array_of_data`] does.
///
/// # Safety
/// As for [`table_init`].
pub(crate) unsafe fn array_of_elements(
    store: &mut StoreOpaque,
    instance: &InstanceData,
    ty: u32,
    segment: u32,
    from: u32,
    length: u32,
) -> Result<NonNull<u8>, Trap> {
    let ty = &instance.module.types()[ty as usize];
    let (first, _) = object::expected_part(ty, 0);
    let mut made = Ok(NonNull::dangling());
    let to = || {
        // SAFETY: the type is the instance's.
        made = unsafe { store.new_array(ty, length) };
        // SAFETY: the elements begin at this offset.
        made.ok().map(|array| unsafe { array.as_ptr().add(first).cast() })
    };
    // SAFETY: the array has that length and is new.
    let copied = unsafe { elements_into(instance, segment, from.into(), length.into(), to) };
    // A trap for the segment's bounds takes precedence over a failed allocation.
    let array = made?;
    copied.map(|()| array)
}

/// `elem.drop`
pub(crate) fn drop_elements(instance: &InstanceData, segment: u32) {
    instance.dropped_elements[segment as usize].set(true);
    instance.element_values[segment as usize].take();
}

/// `data.drop`
pub(crate) fn drop_data(instance: &InstanceData, segment: u32) {
    instance.dropped_data[segment as usize].set(true);
}

/// A part of a segment. A dropped segment is empty.
fn part<T>(items: &[T], dropped: bool, from: u64, length: u64) -> Option<&[T]> {
    let items = if dropped { &[] } else { items };
    let end = usize::try_from(from.checked_add(length)?).ok()?;
    items.get(usize::try_from(from).ok()?..end)
}
