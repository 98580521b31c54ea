//! Functions created and called with types known only at run time.

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

/// Makes a host function of a closure over values whose types are known only at run time.
pub(crate) fn host_function<T: 'static>(
    ty: Arc<RegisteredType>,
    closure: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
) -> Arc<HostFunction> {
    let own = Arc::clone(&ty);
    let call = move |call: HostCall| {
        let ty = own.signature();
        // SAFETY: a call passes both register images and overflow area, with arguments of the function's type. Types with more
        // values than fit are refused, and validation allows none.
        let params: Vec<Val> = unsafe {
            let mut slots = SlotCursor::params(call.registers, call.overflow());
            ty.params.iter().map(|&ty| Val::from_raw(slots.read(ty), ty, &*call.store)).collect()
        };
        let mut results: Vec<Val> = ty.results.iter().map(|&ty| Val::default_of(ty)).collect();
        // SAFETY: functions with a caller of `T` are put only into stores of `T`.
        closure(unsafe { Caller::new(call) }, &params, &mut results)?;
        // SAFETY: as above.
        unsafe { write(SlotCursor::results(call.registers, call.overflow()), &ty.results, &results, &*call.store) }
    };
    // SAFETY: the closure reads arguments and writes results of the function's type, in any store.
    unsafe { HostFunction::new(ty, call) }
}

/// Writes arguments or results to their places, after checking their types.
fn write(mut slots: SlotCursor, types: &[ValType], values: &[Val], store: &StoreOpaque) -> Result<()> {
    for (&ty, &value) in types.iter().zip(values) {
        slots.write(ty, value.to_raw(ty, store)?);
    }
    Ok(())
}

impl Func {
    /// Creates a host function whose type is known only at run time.
    ///
    /// The closure gets its caller, the arguments, and the results to set, which start as zeros and nulls. If the closure
    /// fails, or sets a result of another type, the call fails with that error.
    ///
    /// # Errors
    /// [`Error::UnknownType`] if the engine does not know a type in `ty`; [`Error::Limit`] for more than 1,000 parameters or
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

    /// Creates a host function of a type that the engine knows by a number, such as
    /// [`ImportType::heap_type`](crate::ImportType::heap_type). Unlike for [`Func::new`], the type may be a member of a
    /// recursion group.
    ///
    /// # Errors
    /// [`Error::UnknownType`] if it is not the number of a function type.
    pub fn of_type<T: 'static>(
        mut store: impl AsContextMut<Data = T>,
        ty: HeapType,
        closure: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let function = host_function(checks::function_of(&opaque.engine, ty)?, closure);
        Ok(Self::of_host(opaque, function))
    }

    /// Calls the function and writes its results to `results`, whose previous values do not matter.
    /// Spec: [invocation](https://webassembly.github.io/spec/core/exec/modules.html#invocation)
    ///
    /// # Errors
    /// [`Error::Count`] if the number of arguments or the length of `results` does not match the type;
    /// [`Error::TypeMismatch`] if an argument has another type; [`Error::ForeignStore`] or [`Error::Stale`] if the function or
    /// an argument belongs to another store or its scope has ended; [`Error::Trap`] if wasm traps; [`Error::Exception`] if it
    /// throws an exception that it does not catch; the error of a host function that failed.
    pub fn call(&self, mut store: impl AsContextMut, params: &[Val], results: &mut [Val]) -> Result<()> {
        let opaque = store.as_context_mut().0.opaque.this();
        // SAFETY: the store is borrowed exclusively until this returns, and not used through that borrow meanwhile. The
        // overflow area has room for all values, because longer signatures are refused.
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
