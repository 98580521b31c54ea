//! Values, and how they lie in registers and cells.

use super::{AsContextMut, Exception, Func};
use crate::error::{Error, Result};
use crate::runtime::link::{ref_matches, value_matches};
use crate::runtime::store::{Handle, StoreId, StoreOpaque, foreign};
use crate::types::{HeapType, RefType, ValType};
use std::any::Any;
use std::ptr::NonNull;

/// A value of the host that wasm can hold and pass on, but not look into. It lives as long as its store.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExternRef {
    store: StoreId,
    raw: u64,
}

impl ExternRef {
    /// Puts a value into the store.
    ///
    /// # Errors
    /// None so far.
    pub fn new(mut store: impl AsContextMut, value: impl Any + Send + Sync) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        Ok(Self { store: opaque.id, raw: opaque.add_extern(Box::new(value)) })
    }

    /// The value.
    ///
    /// # Errors
    /// [`Error::Usage`] if it is in another store.
    pub fn data<'a, T: 'static>(
        &self,
        store: impl Into<super::StoreContext<'a, T>>,
    ) -> Result<&'a (dyn Any + Send + Sync)> {
        let opaque = &store.into().0.opaque;
        if opaque.id != self.store {
            return Err(foreign());
        }
        opaque.extern_value(self.raw).ok_or_else(foreign)
    }
}

/// A reference; none is null.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Ref {
    /// To a function.
    Func(Option<Func>),
    /// To a value of the host.
    Extern(Option<ExternRef>),
    /// To an exception.
    Exn(Option<Exception>),
}

impl Ref {
    /// The null reference of a heap type.
    #[must_use]
    pub fn null(heap: HeapType) -> Self {
        match heap {
            HeapType::Func => Self::Func(None),
            HeapType::Extern => Self::Extern(None),
            HeapType::Exn => Self::Exn(None),
        }
    }

    /// The narrowest type of it.
    #[must_use]
    pub fn ty(&self) -> RefType {
        match self {
            Self::Func(func) => RefType { nullable: func.is_none(), heap: HeapType::Func },
            Self::Extern(value) => RefType { nullable: value.is_none(), heap: HeapType::Extern },
            Self::Exn(value) => RefType { nullable: value.is_none(), heap: HeapType::Exn },
        }
    }

    /// As compiled code sees it, if it is of the type `ty` and of this store.
    pub(crate) fn to_raw(self, ty: RefType, store: &StoreOpaque) -> Result<u64> {
        if !ref_matches(self.ty(), ty) {
            return Err(Error::Usage(format!("expected a value of type {ty}, found one of {}", self.ty())));
        }
        match self {
            Self::Func(None) | Self::Extern(None) | Self::Exn(None) => Ok(0),
            Self::Exn(Some(exception)) => Ok(exception.0.of(store)?.as_ptr() as u64),
            Self::Func(Some(func)) => Ok(func.0.of(store)?.as_ptr() as u64),
            Self::Extern(Some(value)) if value.store == store.id => Ok(value.raw),
            Self::Extern(Some(_)) => Err(foreign()),
        }
    }

    /// # Safety
    /// `raw` must be a reference of the given kind that compiled code of this store had.
    pub(crate) unsafe fn from_raw(raw: u64, heap: HeapType, store: &StoreOpaque) -> Self {
        match heap {
            HeapType::Func => {
                // SAFETY: function references point to what lives as long as the store.
                Self::Func(NonNull::new(raw as *mut _).map(|at| Func(unsafe { Handle::new(store, at) })))
            }
            HeapType::Exn => {
                // SAFETY: an exception that a reference was taken of lives as long as the store.
                Self::Exn(NonNull::new(raw as *mut _).map(|at| Exception(unsafe { Handle::new(store, at) })))
            }
            HeapType::Extern => Self::Extern((raw != 0).then_some(ExternRef { store: store.id, raw })),
        }
    }
}

/// A value.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#values>
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Val {
    /// `i32`
    I32(i32),
    /// `i64`
    I64(i64),
    /// `f32`, as bits.
    F32(u32),
    /// `f64`, as bits.
    F64(u64),
    /// `v128`, little-endian.
    V128(u128),
    /// Reference to a function; none is null.
    FuncRef(Option<Func>),
    /// Reference to a value of the host; none is null.
    ExternRef(Option<ExternRef>),
    /// Reference to an exception; none is null.
    ExnRef(Option<Exception>),
}

impl Val {
    /// Zero, or null.
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

    /// The narrowest type of it.
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
            Self::ExnRef(value) => ValType::Ref(Ref::Exn(value).ty()),
        }
    }

    /// Whether it is a value of type `ty`.
    #[must_use]
    pub fn matches(&self, ty: ValType) -> bool {
        value_matches(self.ty(), ty)
    }

    /// The `i32`, if it is one.
    #[must_use]
    pub fn i32(&self) -> Option<i32> {
        if let Self::I32(value) = *self { Some(value) } else { None }
    }
    /// The `i64`, if it is one.
    #[must_use]
    pub fn i64(&self) -> Option<i64> {
        if let Self::I64(value) = *self { Some(value) } else { None }
    }
    /// The `f32`, if it is one.
    #[must_use]
    pub fn f32(&self) -> Option<f32> {
        if let Self::F32(bits) = *self { Some(f32::from_bits(bits)) } else { None }
    }
    /// The `f64`, if it is one.
    #[must_use]
    pub fn f64(&self) -> Option<f64> {
        if let Self::F64(bits) = *self { Some(f64::from_bits(bits)) } else { None }
    }
    /// The `v128`, if it is one.
    #[must_use]
    pub fn v128(&self) -> Option<u128> {
        if let Self::V128(bits) = *self { Some(bits) } else { None }
    }

    /// As compiled code sees it, if it is of the type `ty` and of this store.
    #[expect(clippy::cast_sign_loss, reason = "integers of wasm have no sign")]
    pub(crate) fn to_raw(self, ty: ValType, store: &StoreOpaque) -> Result<u128> {
        let mismatch = || Error::Usage(format!("expected a value of type {ty}, found one of {}", self.ty()));
        if let ValType::Ref(ty) = ty {
            return match self {
                Self::FuncRef(func) => Ref::Func(func).to_raw(ty, store).map(u128::from),
                Self::ExternRef(value) => Ref::Extern(value).to_raw(ty, store).map(u128::from),
                Self::ExnRef(value) => Ref::Exn(value).to_raw(ty, store).map(u128::from),
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
            Self::FuncRef(_) | Self::ExternRef(_) | Self::ExnRef(_) => 0,
        })
    }

    /// # Safety
    /// `raw` must be a value of type `ty` that compiled code of this store had. Bits beyond the type's are ignored.
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
            Ref::Exn(value) => Self::ExnRef(value),
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
