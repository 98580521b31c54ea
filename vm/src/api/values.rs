//! Values and references with types known at run time, and their conversion for compiled code.

use super::func::Func;
use super::store::AsContext;
use crate::error::{Error, Result};
use crate::rooted::{AnyRef, Continuation, Exception, ExternRef, Rooted};
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::handle::Handle;
use crate::types::{HeapType, RefType, ValType};
use std::ptr::NonNull;

/// A reference of any type. `None` is null.
/// Spec: [reference values](https://webassembly.github.io/spec/core/exec/runtime.html#values)
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Ref {
    /// Reference to a function.
    Func(Option<Func>),
    /// Reference of type `extern`, usually to a value of the host.
    Extern(Option<ExternRef>),
    /// Reference of type `any`.
    Any(Option<AnyRef>),
    /// Reference to an exception.
    Exn(Option<Exception>),
    /// Reference to a continuation.
    Cont(Option<Continuation>),
}

impl Ref {
    /// Returns the null reference of a heap type. For a defined type, the result is [`Ref::Func`], which is accepted as null of
    /// a structure, array or continuation type as well.
    #[must_use]
    pub fn null(heap: HeapType) -> Self {
        match heap {
            HeapType::Func | HeapType::NoFunc | HeapType::Concrete(_) | HeapType::Exact(_) => Self::Func(None),
            HeapType::Extern | HeapType::NoExtern => Self::Extern(None),
            HeapType::Exn | HeapType::NoExn => Self::Exn(None),
            HeapType::Cont | HeapType::NoCont => Self::Cont(None),
            HeapType::Any | HeapType::Eq | HeapType::I31 | HeapType::Struct | HeapType::Array | HeapType::None => {
                Self::Any(None)
            }
        }
    }

    /// Returns the narrowest type that can be determined without the store: for a function, `func`.
    #[must_use]
    pub fn ty(&self) -> RefType {
        let (nullable, heap) = match self {
            Self::Func(func) => (func.is_none(), HeapType::Func),
            Self::Extern(value) => (value.is_none(), HeapType::Extern),
            Self::Any(value) => (value.is_none(), value.map_or(HeapType::Any, AnyRef::heap_type)),
            Self::Exn(value) => (value.is_none(), HeapType::Exn),
            Self::Cont(value) => (value.is_none(), HeapType::Cont),
        };
        RefType { nullable, heap }
    }

    /// Converts the reference for compiled code, after checking it.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`] if it does not match `ty`; [`Error::ForeignStore`] or [`Error::Stale`] if it belongs to another
    /// store or its scope has ended.
    pub(crate) fn to_raw(self, ty: RefType, store: &StoreOpaque) -> Result<u64> {
        let found = self.ty();
        let mismatch = || Err(mismatch_of(&ty, &found));
        if found.nullable {
            // Each hierarchy has one null, and all nulls have the same bits.
            let same = is_defined(ty.heap) || store.engine.top(ty.heap) == Some(found.heap);
            return if ty.nullable && same { Ok(0) } else { mismatch() };
        }
        let (heap, raw) = match self {
            Self::Func(Some(func)) if is_defined(ty.heap) => {
                let at = func.0.resolve(store)?;
                // SAFETY: a valid handle of this store points to a live function.
                (HeapType::Exact(unsafe { at.as_ref() }.type_id), Ok(at.as_ptr() as u64))
            }
            Self::Func(Some(func)) => (found.heap, func.0.resolve(store).map(|at| at.as_ptr() as u64)),
            Self::Cont(Some(continuation)) => {
                let raw = continuation.0.resolve(store)?;
                // SAFETY: a valid handle refers to a live object, whose header begins with its type.
                (HeapType::Concrete(unsafe { (raw as *const u32).read() }), Ok(raw))
            }
            Self::Any(Some(any)) => (any.exact_type(store)?, any.0.resolve(store)),
            Self::Exn(Some(Exception(rooted))) | Self::Extern(Some(ExternRef(rooted))) => {
                (found.heap, rooted.resolve(store))
            }
            Self::Func(None) | Self::Extern(None) | Self::Any(None) | Self::Exn(None) | Self::Cont(None) => {
                return mismatch();
            }
        };
        if store.engine.heap_matches(heap, ty.heap) { raw } else { mismatch() }
    }

    /// Makes a handle for a reference of compiled code.
    ///
    /// # Safety
    /// `raw` must be a reference of type `heap` from compiled code of this store.
    pub(crate) unsafe fn from_raw(raw: u64, heap: HeapType, store: &StoreOpaque) -> Self {
        let rooted = || (raw != 0).then(|| Rooted::new(store, raw));
        match store.engine.top(heap) {
            Some(HeapType::Extern) => Self::Extern(rooted().map(ExternRef)),
            Some(HeapType::Any) => Self::Any(rooted().map(AnyRef)),
            Some(HeapType::Exn) => Self::Exn(rooted().map(Exception)),
            Some(HeapType::Cont) => Self::Cont(rooted().map(Continuation)),
            // SAFETY: functions live as long as the store. (A type that the engine does not know has only the null
            // reference.)
            _ => Self::Func(NonNull::new(raw as *mut _).map(|at| Func(unsafe { Handle::new(store, at) }))),
        }
    }
}

/// Makes the error for a value of another type.
#[cold]
fn mismatch_of(expected: &dyn std::fmt::Display, found: &dyn std::fmt::Display) -> Error {
    Error::TypeMismatch { expected: format!("a value of type {expected}"), found: format!("one of {found}") }
}

/// Says whether a heap type is a defined type.
fn is_defined(heap: HeapType) -> bool {
    matches!(heap, HeapType::Concrete(_) | HeapType::Exact(_))
}

/// A value of any type.
/// Spec: [values](https://webassembly.github.io/spec/core/exec/runtime.html#values)
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Val {
    /// `i32`
    I32(i32),
    /// `i64`
    I64(i64),
    /// `f32`, by its bits.
    F32(u32),
    /// `f64`, by its bits.
    F64(u64),
    /// `v128`; lane 0 is in the low bits.
    V128(u128),
    /// Reference to a function; `None` is null.
    FuncRef(Option<Func>),
    /// Reference of type `extern`; `None` is null.
    ExternRef(Option<ExternRef>),
    /// Reference of type `any`; `None` is null.
    AnyRef(Option<AnyRef>),
    /// Reference to an exception; `None` is null.
    ExnRef(Option<Exception>),
    /// Reference to a continuation; `None` is null.
    ContRef(Option<Continuation>),
}

impl Val {
    /// Returns zero or null, even for a type that excludes null: see [`Ref::null`].
    #[must_use]
    pub fn default_of(ty: ValType) -> Self {
        match ty {
            ValType::I32 => Self::I32(0),
            ValType::I64 => Self::I64(0),
            ValType::F32 => Self::F32(0),
            ValType::F64 => Self::F64(0),
            ValType::V128 => Self::V128(0),
            ValType::Ref(ty) => Ref::null(ty.heap).into(),
        }
    }

    /// Returns the narrowest type that can be determined without the store: see [`Ref::ty`].
    #[must_use]
    pub fn ty(&self) -> ValType {
        match *self {
            Self::I32(_) => ValType::I32,
            Self::I64(_) => ValType::I64,
            Self::F32(_) => ValType::F32,
            Self::F64(_) => ValType::F64,
            Self::V128(_) => ValType::V128,
            Self::FuncRef(func) => ValType::Ref(Ref::Func(func).ty()),
            Self::ExternRef(value) => ValType::Ref(Ref::Extern(value).ty()),
            Self::AnyRef(value) => ValType::Ref(Ref::Any(value).ty()),
            Self::ExnRef(value) => ValType::Ref(Ref::Exn(value).ty()),
            Self::ContRef(value) => ValType::Ref(Ref::Cont(value).ty()),
        }
    }

    /// Says whether the value matches `ty`, and belongs to this store if it is a reference.
    /// Spec: [matching](https://webassembly.github.io/spec/core/valid/matching.html#value-types)
    #[must_use]
    pub fn matches(&self, store: impl AsContext, ty: ValType) -> bool {
        self.to_raw(ty, &store.as_context().0.opaque).is_ok()
    }

    /// Returns the `i32`, or `None` for a value of another type.
    #[must_use]
    pub fn i32(&self) -> Option<i32> {
        if let Self::I32(value) = *self { Some(value) } else { None }
    }
    /// Returns the `i64`, or `None` for a value of another type.
    #[must_use]
    pub fn i64(&self) -> Option<i64> {
        if let Self::I64(value) = *self { Some(value) } else { None }
    }
    /// Returns the `f32`, or `None` for a value of another type.
    #[must_use]
    pub fn f32(&self) -> Option<f32> {
        if let Self::F32(bits) = *self { Some(f32::from_bits(bits)) } else { None }
    }
    /// Returns the `f64`, or `None` for a value of another type.
    #[must_use]
    pub fn f64(&self) -> Option<f64> {
        if let Self::F64(bits) = *self { Some(f64::from_bits(bits)) } else { None }
    }
    /// Returns the `v128`, or `None` for a value of another type.
    #[must_use]
    pub fn v128(&self) -> Option<u128> {
        if let Self::V128(bits) = *self { Some(bits) } else { None }
    }

    /// Converts the value for compiled code, after checking it.
    ///
    /// # Errors
    /// As for [`Ref::to_raw`].
    #[expect(clippy::cast_sign_loss, reason = "integers of wasm have no sign")]
    pub(crate) fn to_raw(self, ty: ValType, store: &StoreOpaque) -> Result<u128> {
        let mismatch = || mismatch_of(&ty, &self.ty());
        if let ValType::Ref(ty) = ty {
            return match self {
                Self::FuncRef(func) => Ref::Func(func).to_raw(ty, store).map(u128::from),
                Self::ExternRef(value) => Ref::Extern(value).to_raw(ty, store).map(u128::from),
                Self::AnyRef(value) => Ref::Any(value).to_raw(ty, store).map(u128::from),
                Self::ExnRef(value) => Ref::Exn(value).to_raw(ty, store).map(u128::from),
                Self::ContRef(value) => Ref::Cont(value).to_raw(ty, store).map(u128::from),
                _ => Err(mismatch()),
            };
        }
        if self.ty() != ty {
            return Err(mismatch());
        }
        Ok(match self {
            Self::I32(value) => (value as u32).into(),
            Self::I64(value) => (value as u64).into(),
            Self::F32(bits) => bits.into(),
            Self::F64(bits) => bits.into(),
            Self::V128(bits) => bits,
            Self::FuncRef(_) | Self::ExternRef(_) | Self::AnyRef(_) | Self::ExnRef(_) | Self::ContRef(_) => {
                unreachable!("a reference of a type that is none")
            }
        })
    }

    /// Converts a value of compiled code. Bits beyond the type's width are ignored.
    ///
    /// # Safety
    /// `raw` must be a value of type `ty` from compiled code of this store.
    #[expect(clippy::cast_possible_truncation, reason = "see above")]
    pub(crate) unsafe fn from_raw(raw: u128, ty: ValType, store: &StoreOpaque) -> Self {
        match ty {
            ValType::I32 => Self::I32(raw as i32),
            ValType::I64 => Self::I64(raw as i64),
            ValType::F32 => Self::F32(raw as u32),
            ValType::F64 => Self::F64(raw as u64),
            ValType::V128 => Self::V128(raw),
            // SAFETY: the caller's promise.
            ValType::Ref(ty) => unsafe { Ref::from_raw(raw as u64, ty.heap, store) }.into(),
        }
    }
}

impl From<Ref> for Val {
    fn from(value: Ref) -> Self {
        match value {
            Ref::Func(func) => Self::FuncRef(func),
            Ref::Extern(value) => Self::ExternRef(value),
            Ref::Any(value) => Self::AnyRef(value),
            Ref::Exn(value) => Self::ExnRef(value),
            Ref::Cont(value) => Self::ContRef(value),
        }
    }
}
impl From<i32> for Val {
    fn from(value: i32) -> Self {
        Self::I32(value)
    }
}
impl From<i64> for Val {
    fn from(value: i64) -> Self {
        Self::I64(value)
    }
}
impl From<f32> for Val {
    fn from(value: f32) -> Self {
        Self::F32(value.to_bits())
    }
}
impl From<f64> for Val {
    fn from(value: f64) -> Self {
        Self::F64(value.to_bits())
    }
}
impl From<u128> for Val {
    fn from(value: u128) -> Self {
        Self::V128(value)
    }
}
impl From<Func> for Val {
    fn from(value: Func) -> Self {
        Self::FuncRef(Some(value))
    }
}
impl From<ExternRef> for Val {
    fn from(value: ExternRef) -> Self {
        Self::ExternRef(Some(value))
    }
}
impl From<AnyRef> for Val {
    fn from(value: AnyRef) -> Self {
        Self::AnyRef(Some(value))
    }
}
impl From<Exception> for Val {
    fn from(value: Exception) -> Self {
        Self::ExnRef(Some(value))
    }
}
