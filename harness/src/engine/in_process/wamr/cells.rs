//! Conversion of values to the cells of 32 bits in which WAMR passes them. References are pointers to objects.

use crate::engine::error::{SessionError, SessionResult};
use crate::engine::value::{Heap, Ref, Value};
use std::ffi::c_void;
use std::ptr;
use wamrx_sys as sys;
use wasmparser::{AbstractHeapType, HeapType, ValType};

type Object = *mut c_void;

/// Number of cells of a reference.
const POINTER: usize = size_of::<Object>() / size_of::<u32>();

/// A root: an object that must not be collected while the host holds it.
#[repr(C)]
struct Root {
    previous: *mut Root,
    object: Object,
}

// Functions of `gc_export.h`; `wamrx-sys` binds `wasm_export.h` only.
unsafe extern "C" {
    fn wasm_externref_obj_new(env: sys::wasm_exec_env_t, host: *const c_void) -> Object;
    fn wasm_externref_obj_to_internal_obj(object: Object) -> Object;
    fn wasm_anyref_obj_new(env: sys::wasm_exec_env_t, host: *const c_void) -> Object;
    fn wasm_anyref_obj_get_value(object: Object) -> *const c_void;
    fn wasm_obj_is_anyref_obj(object: Object) -> bool;
    fn wasm_obj_is_array_obj(object: Object) -> bool;
    fn wasm_obj_is_externref_obj(object: Object) -> bool;
    fn wasm_obj_is_func_obj(object: Object) -> bool;
    fn wasm_obj_is_i31_obj(object: Object) -> bool;
    fn wasm_obj_is_struct_obj(object: Object) -> bool;
    fn wasm_runtime_push_local_obj_ref(env: sys::wasm_exec_env_t, root: *mut Root);
    fn wasm_runtime_pop_local_obj_refs(env: sys::wasm_exec_env_t, count: u32);
}

/// The roots of the arguments of a call, held until the call has returned.
pub(super) struct Roots {
    env: sys::wasm_exec_env_t,
    /// It never exceeds its initial capacity, because WAMR keeps pointers to the elements.
    roots: Vec<Root>,
}

impl Roots {
    /// Creates a list for at most `most` objects of the instance with this environment.
    pub(super) fn new(env: sys::wasm_exec_env_t, most: usize) -> Self {
        Self { env, roots: Vec::with_capacity(most) }
    }

    fn hold(&mut self, object: Object) -> SessionResult<Object> {
        if object.is_null() || self.roots.len() == self.roots.capacity() {
            return Err(SessionError::Other("no memory for an object".to_owned()));
        }
        self.roots.push(Root { previous: ptr::null_mut(), object });
        let root = self.roots.last_mut().map_or(ptr::null_mut(), ptr::from_mut);
        // SAFETY: the environment is live, and the root does not move until it is popped. `object` is set again, because WAMR
        // clears it.
        unsafe {
            wasm_runtime_push_local_obj_ref(self.env, root);
            (*root).object = object;
        }
        Ok(object)
    }
}

impl Drop for Roots {
    fn drop(&mut self) {
        let count = u32::try_from(self.roots.len()).unwrap_or(u32::MAX);
        if count > 0 {
            // SAFETY: this many roots were pushed, and all roots that were pushed later have been popped.
            unsafe { wasm_runtime_pop_local_obj_refs(self.env, count) };
        }
    }
}

/// Number of cells of values of these types.
pub(super) fn count(types: &[ValType]) -> usize {
    types.iter().map(|ty| width(*ty)).sum()
}

fn width(ty: ValType) -> usize {
    match ty {
        ValType::I32 | ValType::F32 => 1,
        ValType::I64 | ValType::F64 => 2,
        ValType::V128 => 4,
        ValType::Ref(_) => POINTER,
    }
}

/// Appends a value.
pub(super) fn push(cells: &mut Vec<u32>, value: Value, roots: &mut Roots) -> SessionResult<()> {
    // A reference of the host is its number plus one, because it must not be null.
    let host = |number: u32| (number as usize + 1) as *const c_void;
    let (bits, count) = match value {
        Value::I32(n) => (n.cast_unsigned().into(), 1),
        Value::F32(bits) => (bits.into(), 1),
        Value::I64(n) => (n.cast_unsigned().into(), 2),
        Value::F64(bits) => (bits.into(), 2),
        Value::V128(bits) => (bits, 4),
        Value::Ref(reference) => {
            let object = match reference {
                Ref::Null(_) => ptr::null_mut(),
                Ref::Extern(Some(number)) => {
                    // SAFETY: the environment is live, and WAMR never dereferences the pointer.
                    let made = unsafe { wasm_externref_obj_new(roots.env, host(number)) };
                    roots.hold(made)?
                }
                Ref::Host(number) => {
                    // SAFETY: as above.
                    let made = unsafe { wasm_anyref_obj_new(roots.env, host(number)) };
                    roots.hold(made)?
                }
                _ => return Err(SessionError::no_value(value)),
            };
            (object as u128, POINTER)
        }
    };
    append(cells, bits, count);
    Ok(())
}

fn append(cells: &mut Vec<u32>, bits: u128, count: usize) {
    cells.extend((0..count).map(|at| (bits >> (32 * at)) as u32));
}

/// Appends an argument of a host function, which is a number.
pub(super) fn push_slot(cells: &mut Vec<u32>, slot: u64, ty: ValType) {
    append(cells, slot.into(), width(ty));
}

/// Converts the first cells to the result of a host function.
pub(super) fn slot(cells: &[u32]) -> u64 {
    bits(&cells[..cells.len().min(2)]) as u64
}

fn bits(cells: &[u32]) -> u128 {
    cells.iter().rev().fold(0, |bits, cell| bits << 32 | u128::from(*cell))
}

/// Converts cells to values of these types. A live instance must have returned them.
pub(super) fn read(cells: &[u32], types: &[ValType]) -> Vec<Value> {
    let mut rest = cells;
    let mut value = |ty: &ValType| {
        let (cells, after) = rest.split_at(width(*ty));
        rest = after;
        let bits = bits(cells);
        match ty {
            ValType::I32 => Value::I32(bits as i32),
            ValType::I64 => Value::I64(bits as i64),
            ValType::F32 => Value::F32(bits as u32),
            ValType::F64 => Value::F64(bits as u64),
            ValType::V128 => Value::V128(bits),
            ValType::Ref(ty) => Value::Ref(reference(bits as usize as Object, ty.heap_type())),
        }
    };
    types.iter().map(&mut value).collect()
}

/// Classifies an object that an instance has returned.
fn reference(object: Object, ty: HeapType) -> Ref {
    if object.is_null() {
        return Ref::Null(heap(ty));
    }
    // SAFETY: WAMR has just returned the object, or it was read from a global, and no collection has happened since. The
    // `i31` check comes first, because an `i31` is not a pointer.
    unsafe {
        if wasm_obj_is_i31_obj(object) {
            Ref::I31
        } else if wasm_obj_is_externref_obj(object) {
            let inside = wasm_externref_obj_to_internal_obj(object);
            let host = !wasm_obj_is_i31_obj(inside) && wasm_obj_is_anyref_obj(inside);
            Ref::Extern(host.then(|| number(inside)))
        } else if wasm_obj_is_anyref_obj(object) {
            Ref::Host(number(object))
        } else if wasm_obj_is_func_obj(object) {
            Ref::Func
        } else if wasm_obj_is_struct_obj(object) {
            Ref::Struct
        } else if wasm_obj_is_array_obj(object) {
            Ref::Array
        } else {
            Ref::Any
        }
    }
}

/// Reads the host's number from an object.
///
/// # Safety
///
/// The object must be live, and `wasm_obj_is_anyref_obj` must be true for it.
unsafe fn number(object: Object) -> u32 {
    // SAFETY: the caller guarantees a live object of this sort.
    let value = unsafe { wasm_anyref_obj_get_value(object) } as usize;
    value.wrapping_sub(1) as u32
}

fn heap(ty: HeapType) -> Heap {
    let HeapType::Abstract { ty, .. } = ty else { return Heap::Concrete };
    match ty {
        AbstractHeapType::Func => Heap::Func,
        AbstractHeapType::NoFunc => Heap::NoFunc,
        AbstractHeapType::Extern => Heap::Extern,
        AbstractHeapType::NoExtern => Heap::NoExtern,
        AbstractHeapType::Any => Heap::Any,
        AbstractHeapType::Eq => Heap::Eq,
        AbstractHeapType::I31 => Heap::I31,
        AbstractHeapType::Struct => Heap::Struct,
        AbstractHeapType::Array => Heap::Array,
        AbstractHeapType::None => Heap::None,
        AbstractHeapType::Exn => Heap::Exn,
        AbstractHeapType::NoExn => Heap::NoExn,
        AbstractHeapType::Cont => Heap::Cont,
        AbstractHeapType::NoCont => Heap::NoCont,
    }
}
