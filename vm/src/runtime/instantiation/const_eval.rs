//! Evaluation of constant expressions.
//! Spec: <https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions>

use crate::abi;
use crate::module::description::{ConstExpr, ConstOp};
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::instance::InstanceData;
use crate::runtime::store::object;
use crate::trap::Trap;
use crate::type_registry::RegisteredType;
use std::ptr::NonNull;

/// Evaluates `expr` to a value as it is stored in the cell of a global. Nothing keeps a new object alive yet: the
/// caller must store it before the next allocation.
///
/// # Safety
/// The store must be the instance's, and no code of it may run. What the expression refers to must be in the instance's
/// context already.
///
/// # Errors
/// [`Trap::AllocationFailed`] when there is no memory.
pub(crate) unsafe fn evaluate(
    expr: &ConstExpr,
    store: &mut StoreOpaque,
    instance: &InstanceData,
) -> Result<u128, Trap> {
    // Nearly all expressions are one operator. Those are evaluated without an allocation.
    if let [op] = expr.0[..] {
        // SAFETY: the caller's promise.
        if let Some(value) = unsafe { constant(op, instance) } {
            return Ok(value);
        }
    }
    let temporaries = store.heap.temporaries.len();
    let mut evaluation = Evaluation { store, instance, stack: Vec::new() };
    // SAFETY: the caller's promise.
    let done = expr.0.iter().try_for_each(|&op| unsafe { evaluation.operator(op) });
    let value = done.map(|()| evaluation.pop());
    store.heap.temporaries.truncate(temporaries);
    value
}

/// The value of an operator that has no operands and allocates no object.
///
/// # Safety
/// As for [`evaluate`].
#[expect(clippy::cast_sign_loss, reason = "wasm integers have no sign")]
unsafe fn constant(op: ConstOp, instance: &InstanceData) -> Option<u128> {
    Some(match op {
        ConstOp::I32(value) => (value as u32).into(),
        ConstOp::I64(value) => (value as u64).into(),
        ConstOp::F32(bits) => bits.into(),
        ConstOp::F64(bits) => bits.into(),
        ConstOp::V128(bits) => bits,
        // SAFETY: globals are cells of 16 bytes, 16-byte aligned. The caller promises that this one is initialised.
        ConstOp::GlobalGet(index) => unsafe { instance.global(index).cast::<u128>().read() },
        ConstOp::RefFunc(index) => instance.func_ref(index).as_ptr() as u128,
        ConstOp::RefNull => 0,
        ConstOp::I32Add
        | ConstOp::I32Sub
        | ConstOp::I32Mul
        | ConstOp::I64Add
        | ConstOp::I64Sub
        | ConstOp::I64Mul
        | ConstOp::RefI31
        | ConstOp::Convert
        | ConstOp::StructNew(_)
        | ConstOp::StructNewDefault(_)
        | ConstOp::StructNewDesc(_)
        | ConstOp::StructNewDefaultDesc(_)
        | ConstOp::ArrayNew(_)
        | ConstOp::ArrayNewDefault(_)
        | ConstOp::ArrayNewFixed(..) => return None,
    })
}

struct Evaluation<'a> {
    store: &'a mut StoreOpaque,
    instance: &'a InstanceData,
    stack: Vec<u128>,
}

impl<'a> Evaluation<'a> {
    #[expect(clippy::expect_used, reason = "an invariant of validated expressions, not of input")]
    fn pop(&mut self) -> u128 {
        self.stack.pop().expect("a validated expression never pops an empty stack")
    }

    /// Executes one operator.
    ///
    /// # Safety
    /// As for [`evaluate`].
    #[expect(clippy::cast_possible_truncation, reason = "the operator defines the width of its operands")]
    unsafe fn operator(&mut self, op: ConstOp) -> Result<(), Trap> {
        // SAFETY: the caller's promise.
        if let Some(value) = unsafe { constant(op, self.instance) } {
            self.stack.push(value);
            return Ok(());
        }
        // The second operand is on top of the stack, the first one below it.
        let mut fold = |f: fn(u64, u64) -> u64| {
            let (second, first) = (self.pop() as u64, self.pop() as u64);
            f(first, second).into()
        };
        let value: u128 = match op {
            ConstOp::I32Add => fold(|a, b| (a as u32).wrapping_add(b as u32).into()),
            ConstOp::I32Sub => fold(|a, b| (a as u32).wrapping_sub(b as u32).into()),
            ConstOp::I32Mul => fold(|a, b| (a as u32).wrapping_mul(b as u32).into()),
            ConstOp::I64Add => fold(u64::wrapping_add),
            ConstOp::I64Sub => fold(u64::wrapping_sub),
            ConstOp::I64Mul => fold(u64::wrapping_mul),
            ConstOp::RefI31 => abi::i31(self.pop() as u32).into(),
            ConstOp::Convert => self.pop(),
            // SAFETY: the operands are on the stack and have the types that validation requires.
            ConstOp::StructNew(index) => unsafe {
                let ty = self.ty(index);
                let structure = self.store.new_struct(ty)?;
                self.initialise(structure, ty, ty.layout.offsets.len())
            },
            // SAFETY: validation requires a structure type. It is the module's, whose engine is the store's.
            ConstOp::StructNewDefault(index) => unsafe {
                let structure = self.store.new_struct(self.ty(index))?;
                self.keep(structure)
            },
            // SAFETY: as above. Validation has checked the types of the structure and of its descriptor.
            ConstOp::StructNewDesc(index) => unsafe {
                let structure = self.described(index)?;
                let ty = self.ty(index);
                self.initialise(structure, ty, ty.layout.offsets.len())
            },
            // SAFETY: as above.
            ConstOp::StructNewDefaultDesc(index) => unsafe {
                let structure = self.described(index)?;
                self.keep(structure)
            },
            // SAFETY: as above.
            ConstOp::ArrayNew(index) => unsafe {
                let ty = self.ty(index);
                let length = self.pop() as u32;
                let array = self.store.new_array(ty, length)?;
                let value = self.pop();
                let (at, storage) = object::expected_part(ty, 0);
                object::fill(array.add(at), abi::heap::storage_size(storage), length as usize, value);
                self.keep(array)
            },
            // SAFETY: as above, for array types.
            ConstOp::ArrayNewDefault(index) => unsafe {
                let length = self.pop() as u32;
                let array = self.store.new_array(self.ty(index), length)?;
                self.keep(array)
            },
            // SAFETY: as above.
            ConstOp::ArrayNewFixed(index, length) => unsafe {
                let ty = self.ty(index);
                let array = self.store.new_array(ty, length)?;
                self.initialise(array, ty, length as usize)
            },
            ConstOp::I32(_)
            | ConstOp::I64(_)
            | ConstOp::F32(_)
            | ConstOp::F64(_)
            | ConstOp::V128(_)
            | ConstOp::GlobalGet(_)
            | ConstOp::RefFunc(_)
            | ConstOp::RefNull => unreachable!("`constant` evaluates these"),
        };
        self.stack.push(value);
        Ok(())
    }

    /// Allocates a structure whose descriptor is the operand on top of the stack.
    ///
    /// # Safety
    /// The operand must be a descriptor of the type, or null.
    #[expect(clippy::cast_possible_truncation, reason = "a reference has 64 bits")]
    unsafe fn described(&mut self, index: u32) -> Result<NonNull<u8>, Trap> {
        let descriptor = NonNull::new(self.pop() as u64 as *mut u8).ok_or(Trap::NullDescriptor)?;
        // SAFETY: the caller's promise. Validation requires a structure type.
        unsafe {
            let structure = self.store.new_struct(self.ty(index))?;
            self.store.set_descriptor(structure, descriptor);
            Ok(structure)
        }
    }

    fn ty(&self, index: u32) -> &'a RegisteredType {
        let instance = self.instance;
        &instance.module.types()[index as usize]
    }

    /// Writes operands into the fields or elements of a new object. Until then `temporaries` or a global keeps the
    /// operands alive.
    ///
    /// # Safety
    /// There must be at least that many operands, and fields or elements.
    unsafe fn initialise(&mut self, object: NonNull<u8>, ty: &RegisteredType, count: usize) -> u128 {
        let values = self.stack.split_off(self.stack.len() - count);
        for (value, number) in values.into_iter().zip(0..) {
            let (at, storage) = object::expected_part(ty, number);
            // SAFETY: the caller's promise.
            unsafe { object::write(object, at, storage, value) };
        }
        self.keep(object)
    }

    /// Keeps an object alive while the rest of the expression allocates others.
    fn keep(&mut self, object: NonNull<u8>) -> u128 {
        let reference = object.as_ptr() as u64;
        self.store.heap.temporaries.push(reference);
        reference.into()
    }
}
