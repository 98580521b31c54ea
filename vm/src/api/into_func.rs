//! Closures as host functions, with types known to rustc.

use super::caller::Caller;
use super::func::Func;
use super::store::AsContextMut;
use super::wasm_ty::for_each_arity;
use super::wasm_ty::sealed::{List, Ret, Ty};
use crate::abi::slots::SlotCursor;
use crate::engine::Engine;
use crate::error::Result;
use crate::runtime::store::host_function::{HostCall, HostFunction};
use crate::types::FuncType;
use std::sync::Arc;

/// A closure that can become a host function: an optional [`Caller`], then up to 12 parameters that are
/// [`WasmTy`](super::WasmTy), and a result that is [`WasmRet`](super::WasmRet).
pub trait IntoFunc<T, Params, Results>: sealed::IntoFunc<T, Params, Results> {}
impl<T, P, R, F: sealed::IntoFunc<T, P, R>> IntoFunc<T, P, R> for F {}

pub(crate) mod sealed {
    use super::{Arc, Engine, HostFunction};

    pub trait IntoFunc<T, Params, Results> {
        fn into_func(self, engine: &Engine) -> Arc<HostFunction>;
    }
}

impl Func {
    /// Creates a host function whose type is that of the closure.
    pub fn wrap<T: 'static, P, R>(mut store: impl AsContextMut<Data = T>, closure: impl IntoFunc<T, P, R>) -> Self {
        let opaque = &mut store.as_context_mut().0.opaque;
        let function = closure.into_func(&opaque.engine);
        Self::of_host(opaque, function)
    }
}

/// Writes the results of a host function to their places, or passes its error on.
#[inline]
fn finish<R: Ret>(returned: R, call: HostCall) -> Result<()> {
    let results = returned.into_result()?;
    // SAFETY: a call passes both register images and overflow area, and the results are few enough to fit.
    unsafe { results.write(SlotCursor::results(call.registers, call.overflow()), &*call.store) }
}

macro_rules! closures {
    ($($name:ident)*) => {
        impl<T, F, R, $($name),*> sealed::IntoFunc<T, ($($name,)*), R> for F
        where
            T: 'static,
            F: Fn($($name),*) -> R + Send + Sync + 'static,
            R: Ret,
            $($name: Ty,)*
        {
            fn into_func(self, engine: &Engine) -> Arc<HostFunction> {
                let ty = FuncType::new(<($($name,)*) as List>::types(), R::List::types());
                #[allow(non_snake_case, reason = "a value has the name of its type")]
                let call = move |call: HostCall| {
                    // SAFETY: a call passes both register images and overflow area, with arguments of the function's type.
                    let ($($name,)*) = unsafe {
                        <($($name,)*) as List>::read(SlotCursor::params(call.registers, call.overflow()), &*call.store)
                    };
                    finish(self($($name),*), call)
                };
                // SAFETY: the closure reads arguments and writes results of the function's type, in any store.
                unsafe { HostFunction::new(engine.func_type(&ty), call) }
            }
        }

        impl<T, F, R, $($name),*> sealed::IntoFunc<T, (Caller<'_, T>, $($name,)*), R> for F
        where
            T: 'static,
            F: Fn(Caller<'_, T>, $($name),*) -> R + Send + Sync + 'static,
            R: Ret,
            $($name: Ty,)*
        {
            fn into_func(self, engine: &Engine) -> Arc<HostFunction> {
                let ty = FuncType::new(<($($name,)*) as List>::types(), R::List::types());
                #[allow(non_snake_case, reason = "a value has the name of its type")]
                let call = move |call: HostCall| {
                    // SAFETY: as above.
                    let ($($name,)*) = unsafe {
                        <($($name,)*) as List>::read(SlotCursor::params(call.registers, call.overflow()), &*call.store)
                    };
                    // SAFETY: functions with a caller of `T` are put only into stores of `T`.
                    let caller = unsafe { Caller::new(call) };
                    finish(self(caller, $($name),*), call)
                };
                // SAFETY: as above.
                unsafe { HostFunction::new(engine.func_type(&ty), call) }
            }
        }
    };
}

for_each_arity!(closures);
