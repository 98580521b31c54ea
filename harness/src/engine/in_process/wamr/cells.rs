//! Values as WAMR passes them: cells of 32 bits, as many as a value needs, references being pointers to objects.

use crate::engine::error::{SessionError, SessionResult};
use crate::engine::value::{Heap, Ref, Value};
use std::ffi::c_void;
use std::ptr;
use wamrx_sys as sys;
use wasmparser::{AbstractHeapType, HeapType, ValType};

type Object = *mut c_void;

/// Cells of a reference.
const POINTER: usize = size_of::<Object>() / size_of::<u32>();

/// An object that is not to be collected while the host holds it.
#[repr(C)]
struct Root {
    previous: *mut Root,
    object: Object,
}

// What `gc_export.h` declares; `wamrx-sys` binds `wasm_export.h` alone.
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

/// Objects that arguments refer to, held until the call has returned.
pub(super) struct Roots {
    env: sys::wasm_exec_env_t,
    /// Never more than it had room for at first: WAMR has pointers to them.
    roots: Vec<Root>,
}

impl Roots {
    /// For at most so many objects of the instance whose environment this is.
    pub(super) fn new(env: sys::wasm_exec_env_t, most: usize) -> Self {
        Self { env, roots: Vec::with_capacity(most) }
    }

    fn hold(&mut self, object: Object) -> SessionResult<Object> {
        if object.is_null() || self.roots.len() == self.roots.capacity() {
            return Err(SessionError::Other("no memory for an object".to_owned()));
        }
        self.roots.push(Root { previous: ptr::null_mut(), object });
        let root = self.roots.last_mut().map_or(ptr::null_mut(), ptr::from_mut);
        // SAFETY: the environment is live, and the root stays where it is until it is popped. What it refers to is set
        // again, because WAMR clears it.
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
            // SAFETY: so many were pushed, and whatever was pushed after them has been popped.
            unsafe { wasm_runtime_pop_local_obj_refs(self.env, count) };
        }
    }
}

/// How many cells values of these types take.
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
    // Of a host's reference, the number and one, because none may be null.
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
                    // SAFETY: the environment is live; what stands for the host's object is never followed.
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

/// Appends an argument of a host function, a number.
pub(super) fn push_slot(cells: &mut Vec<u32>, slot: u64, ty: ValType) {
    append(cells, slot.into(), width(ty));
}

/// The first cells as the result of a host function.
pub(super) fn slot(cells: &[u32]) -> u64 {
    bits(&cells[..cells.len().min(2)]) as u64
}

fn bits(cells: &[u32]) -> u128 {
    cells.iter().rev().fold(0, |bits, cell| bits << 32 | u128::from(*cell))
}

/// Values of these types, which an instance that is live has returned.
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

/// What an object that an instance returned is.
fn reference(object: Object, ty: HeapType) -> Ref {
    if object.is_null() {
        return Ref::Null(heap(ty));
    }
    // SAFETY: it has just been returned by WAMR or read from a global, and nothing has been collected since. An `i31`,
    // which is no pointer, is told from the others first.
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

/// The host's number in an object that holds one.
///
/// # Safety
///
/// It is such an object, and live.
unsafe fn number(object: Object) -> u32 {
    // SAFETY: the caller's word.
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
