//! Functions with a type known to rustc.

use super::func::Func;
use super::store::{AsContext, AsContextMut};
use super::wasm_ty::{WasmParams, WasmResults};
use crate::abi::Registers;
use crate::abi::slots::SlotCursor;
use crate::error::{Error, Result};
use crate::runtime::entry::invoke::invoke;
use crate::runtime::store::StoreOpaque;
use crate::types::{FuncType, ValType};
use std::marker::PhantomData;
use std::mem::MaybeUninit;

/// A function with parameters `P` and results `R`.
///
/// The type is checked once, when the `TypedFunc` is made. A call then checks only that the function and references belong
/// to the store.
pub struct TypedFunc<P, R> {
    func: Func,
    ty: PhantomData<fn(P) -> R>,
}

impl<P, R> Clone for TypedFunc<P, R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<P, R> Copy for TypedFunc<P, R> {}

impl<P, R> std::fmt::Debug for TypedFunc<P, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TypedFunc").field(&self.func).finish()
    }
}

impl<P: WasmParams, R: WasmResults> TypedFunc<P, R> {
    /// Checks the function's type.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`] if it has another type; [`Error::ForeignStore`] if it belongs to another store.
    pub(crate) fn new(func: Func, store: &StoreOpaque) -> Result<Self> {
        // SAFETY: a valid handle of this store points to a live function.
        let ty = store.engine.registered(unsafe { func.0.resolve(store)?.as_ref() }.type_id);
        let ty = ty.signature();
        let wanted = FuncType::new(P::types(), R::types());
        let all = |given: &[ValType], wanted: &[ValType]| {
            given.len() == wanted.len()
                && given.iter().zip(wanted).all(|(&given, &wanted)| store.engine.value_matches(given, wanted))
        };
        if !all(&wanted.params, &ty.params) || !all(&ty.results, &wanted.results) {
            return Err(Error::TypeMismatch {
                expected: format!("a function of type {wanted}"),
                found: format!("one of {ty}"),
            });
        }
        Ok(Self { func, ty: PhantomData })
    }

    /// Returns the function without its static type.
    #[must_use]
    pub fn func(&self) -> Func {
        self.func
    }

    /// Calls the function.
    /// Spec: [invocation](https://webassembly.github.io/spec/core/exec/modules.html#invocation)
    ///
    /// # Errors
    /// [`Error::ForeignStore`] if the function or an argument belongs to another store; [`Error::Stale`] if an argument's scope
    /// has ended; [`Error::Trap`] if wasm traps; [`Error::Exception`] if it throws an exception that it does not catch; the
    /// error of a host function that failed.
    #[inline]
    pub fn call(&self, mut store: impl AsContextMut, params: P) -> Result<R> {
        let opaque = store.as_context_mut().0.opaque.this();
        // SAFETY: the store is borrowed exclusively until this returns, and not used through that borrow meanwhile. The type
        // was checked when the `TypedFunc` was made.
        unsafe {
            let function = self.func.0.resolve(&*opaque)?;
            let mut registers = MaybeUninit::<Registers>::uninit();
            let registers = registers.as_mut_ptr();
            let overflow = StoreOpaque::overflow(opaque);
            params.write(SlotCursor::params(registers, overflow), &*opaque)?;
            invoke(opaque, function.as_ptr(), registers)?;
            Ok(R::read(SlotCursor::results(registers, overflow), &*opaque))
        }
    }
}

impl Func {
    /// Returns the function with a type known to rustc, for faster calls.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`] if the function has another type; [`Error::ForeignStore`] if it belongs to another store.
    pub fn typed<P: WasmParams, R: WasmResults>(&self, store: impl AsContext) -> Result<TypedFunc<P, R>> {
        TypedFunc::new(*self, &store.as_context().0.opaque)
    }
}
