//! Functions that are made and called with types known only at run time.

use super::caller::Caller;
use super::checks;
use super::func::Func;
use super::store::AsContextMut;
use super::values::Val;
use crate::abi::slots::SlotCursor;
use crate::abi::{OVERFLOW_SLOTS, Registers};
use crate::error::{Error, Result};
use crate::runtime::entry::invoke::invoke;
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::host_function::{HostCall, HostFunction};
use crate::type_registry::RegisteredType;
use crate::types::{FuncType, HeapType, ValType};
use std::mem::MaybeUninit;
use std::sync::Arc;

/// A closure over values whose types are known only at run time, as a host function.
pub(crate) fn host_function<T: 'static>(
    ty: Arc<RegisteredType>,
    closure: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
) -> Arc<HostFunction> {
    let own = Arc::clone(&ty);
    let call = move |call: HostCall| {
        let ty = own.signature();
        // SAFETY: a call comes with both areas and with arguments of the function's type; types with
        // more values than fit are refused, and wasm knows none.
        let params: Vec<Val> = unsafe {
            let mut slots = SlotCursor::params(call.registers, call.overflow());
            ty.params.iter().map(|&ty| Val::from_raw(slots.read(ty), ty, &*call.store)).collect()
        };
        let mut results: Vec<Val> = ty.results.iter().map(|&ty| Val::default_of(ty)).collect();
        // SAFETY: functions that take a caller of `T` are put only into stores of `T`.
        closure(unsafe { Caller::new(call) }, &params, &mut results)?;
        // SAFETY: as above.
        unsafe { write(SlotCursor::results(call.registers, call.overflow()), &ty.results, &results, &*call.store) }
    };
    // SAFETY: it reads and writes what the type says, whatever the store.
    unsafe { HostFunction::new(ty, call) }
}

fn write(mut slots: SlotCursor, types: &[ValType], values: &[Val], store: &StoreOpaque) -> Result<()> {
    for (&ty, &value) in types.iter().zip(values) {
        slots.write(ty, value.to_raw(ty, store)?);
    }
    Ok(())
}

impl Func {
    /// A function of the host whose type is known only at run time. Results start as zeros and nulls; the closure sets
    /// them. If it fails, or sets a result of another type, the call fails with that error.
    ///
    /// # Errors
    /// [`Error::UnknownType`] when the engine does not know a type in `ty`; [`Error::Limit`] for more than 1,000 parameters or
    /// results.
    pub fn new<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        ty: FuncType,
        closure: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let function = host_function(checks::function(&opaque.engine, ty)?, closure);
        Ok(Self::of_host(opaque, function))
    }

    /// As [`Func::new`], of a type that the engine knows by a number, be it one of a recursion group: that of
    /// [`ImportType::heap_type`](crate::ImportType::heap_type), say.
    ///
    /// # Errors
    /// [`Error::UnknownType`] when the number is not that of a type of functions.
    pub fn of_type<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        ty: HeapType,
        closure: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let function = host_function(checks::function_of(&opaque.engine, ty)?, closure);
        Ok(Self::of_host(opaque, function))
    }

    /// Calls it. `results` gets its results; what was there before does not matter.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] when it belongs to another store, or arguments or the length of `results` do not fit its type;
    /// [`Error::Trap`] when it traps; [`Error::Exception`] when it throws; the error of a host function that failed.
    pub fn call(&self, mut store: impl AsContextMut, params: &[Val], results: &mut [Val]) -> Result<()> {
        let opaque = store.as_context_mut().0.opaque.this();
        // SAFETY: the store is borrowed exclusively until this returns, and not used by that borrow meanwhile. The overflow
        // area holds as many values as are let through.
        unsafe {
            let function = self.0.resolve(&*opaque)?.as_ptr();
            let ty = (*opaque).engine.registered((*function).type_id);
            let ty = ty.signature();
            for (what, expected, found) in
                [("arguments", ty.params.len(), params.len()), ("results", ty.results.len(), results.len())]
            {
                if expected != found {
                    return Err(Error::Count { what, expected, found });
                }
                if expected > OVERFLOW_SLOTS {
                    return Err(Error::Limit(format!("a function of {expected} {what} can't be called")));
                }
            }
            let mut registers = MaybeUninit::<Registers>::uninit();
            let registers = registers.as_mut_ptr();
            let overflow = StoreOpaque::overflow(opaque);
            write(SlotCursor::params(registers, overflow), &ty.params, params, &*opaque)?;
            invoke(opaque, function, registers)?;
            let mut slots = SlotCursor::results(registers, overflow);
            for (&ty, result) in ty.results.iter().zip(results) {
                *result = Val::from_raw(slots.read(ty), ty, &*opaque);
            }
        }
        Ok(())
    }
}
