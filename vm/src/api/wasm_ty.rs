//! Rust types that correspond to value types of wasm, for calls with types known to rustc.

use self::sealed::{List, Ret, Ty};
use super::func::Func;
use super::values::Ref;
use crate::abi::slots::SlotCursor;
use crate::error::{Error, Result};
use crate::rooted::{AnyRef, ArrayRef, Exception, ExternRef, StructRef};
use crate::runtime::store::StoreOpaque;
use crate::types::{HeapType, RefType, ValType};

/// Rust types that correspond to a value type of wasm.
///
/// | Rust | Wasm |
/// |---|---|
/// | `i32`, `u32` | `i32` |
/// | `i64`, `u64` | `i64` |
/// | `f32` | `f32` |
/// | `f64` | `f64` |
/// | `u128` | `v128`; lane 0 is in the low bits |
/// | `Option<Func>`, `Func` | `funcref`, `(ref func)` |
/// | `Option<ExternRef>`, `ExternRef` | `externref`, `(ref extern)` |
/// | `Option<AnyRef>`, `AnyRef` | `anyref`, `(ref any)` |
/// | `Option<StructRef>`, `StructRef` | `structref`, `(ref struct)` |
/// | `Option<ArrayRef>`, `ArrayRef` | `arrayref`, `(ref array)` |
/// | `Option<Exception>`, `Exception` | `exnref`, `(ref exn)` |
pub trait WasmTy: Ty {}
impl<T: Ty> WasmTy for T {}

/// Rust types of parameter lists: a [`WasmTy`], or a tuple of up to 12 of them.
pub trait WasmParams: List {}
impl<L: List> WasmParams for L {}

/// Rust types of result lists: a [`WasmTy`], or a tuple of up to 12 of them.
pub trait WasmResults: List {}
impl<L: List> WasmResults for L {}

/// Rust types that a host function may return: [`WasmResults`], or a `Result` of them. The error may be of any type that
/// converts to `Box<dyn std::error::Error + Send + Sync>`: see [`Error::host`].
pub trait WasmRet: Ret {}
impl<R: Ret> WasmRet for R {}

pub(crate) mod sealed {
    use super::{Error, Result, SlotCursor, StoreOpaque, ValType};

    pub trait Ty: Sized {
        const TYPE: ValType;
        /// Converts the value for compiled code.
        ///
        /// # Errors
        /// [`Error::ForeignStore`] or [`Error::Stale`] if it belongs to another store or its scope has ended.
        fn to_raw(self, store: &StoreOpaque) -> Result<u128>;
        /// Converts a value of compiled code.
        ///
        /// # Safety
        /// `raw` must be a value of the type from compiled code of the store.
        unsafe fn from_raw(raw: u128, store: &StoreOpaque) -> Self;
    }

    pub trait List: Sized {
        /// Returns the value types of the list.
        fn types() -> Vec<ValType>;
        /// Writes the values to their places.
        fn write(self, slots: SlotCursor, store: &StoreOpaque) -> Result<()>;
        /// Reads values from their places.
        ///
        /// # Safety
        /// Values of these types must have been written there.
        unsafe fn read(slots: SlotCursor, store: &StoreOpaque) -> Self;
    }

    pub trait Ret {
        type List: List;
        fn into_result(self) -> Result<Self::List>;
    }

    impl<L: List> Ret for L {
        type List = L;
        #[inline]
        fn into_result(self) -> Result<L> {
            Ok(self)
        }
    }

    impl<L: List, E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static> Ret for Result<L, E> {
        type List = L;
        #[inline]
        fn into_result(self) -> Result<L> {
            self.map_err(Error::host)
        }
    }
}

macro_rules! numbers {
    ($($rust:ty, $wasm:ident, $value:ident => $to:expr, $raw:ident => $from:expr;)*) => {$(
        impl Ty for $rust {
            const TYPE: ValType = ValType::$wasm;
            #[inline]
            fn to_raw(self, _: &StoreOpaque) -> Result<u128> {
                let $value = self;
                Ok($to)
            }
            #[inline]
            #[allow(clippy::cast_possible_truncation, reason = "bits beyond the type's width have no meaning")]
            unsafe fn from_raw($raw: u128, _: &StoreOpaque) -> Self {
                $from
            }
        }
    )*};
}

numbers! {
    i32, I32, v => v.cast_unsigned().into(), raw => raw as Self;
    u32, I32, v => v.into(), raw => raw as Self;
    i64, I64, v => v.cast_unsigned().into(), raw => raw as Self;
    u64, I64, v => v.into(), raw => raw as Self;
    f32, F32, v => v.to_bits().into(), raw => Self::from_bits(raw as u32);
    f64, F64, v => v.to_bits().into(), raw => Self::from_bits(raw as u64);
    u128, V128, v => v, raw => raw;
}

macro_rules! references {
    ($($rust:ty, $nullable:literal $heap:ident $kind:ident, $value:ident => $to:expr, $found:ident => $from:expr;)*) => {$(
        impl Ty for $rust {
            const TYPE: ValType = ValType::Ref(RefType { nullable: $nullable, heap: HeapType::$heap });
            #[inline]
            fn to_raw(self, store: &StoreOpaque) -> Result<u128> {
                let $value = self;
                let ty = RefType { nullable: $nullable, heap: HeapType::$heap };
                Ref::$kind($to).to_raw(ty, store).map(u128::from)
            }
            #[inline]
            #[expect(clippy::cast_possible_truncation, reason = "a reference has 64 bits")]
            unsafe fn from_raw(raw: u128, store: &StoreOpaque) -> Self {
                // SAFETY: the caller's promise.
                let $found = match unsafe { Ref::from_raw(raw as u64, HeapType::$heap, store) } {
                    Ref::$kind(found) => found,
                    other => unreachable!("{other:?} as a reference of another hierarchy"),
                };
                $from
            }
        }
    )*};
}

references! {
    Option<Func>, true Func Func, v => v, found => found;
    Option<ExternRef>, true Extern Extern, v => v, found => found;
    Option<AnyRef>, true Any Any, v => v, found => found;
    Func, false Func Func, v => Some(v), found => found.expect("validation excludes null");
    ExternRef, false Extern Extern, v => Some(v), found => found.expect("validation excludes null");
    AnyRef, false Any Any, v => Some(v), found => found.expect("validation excludes null");
    Option<StructRef>, true Struct Any, v => v.map(AnyRef::from), found => found.map(|any| StructRef(any.0));
    Option<ArrayRef>, true Array Any, v => v.map(AnyRef::from), found => found.map(|any| ArrayRef(any.0));
    StructRef, false Struct Any, v => Some(v.into()),
        found => StructRef(found.expect("validation excludes null").0);
    ArrayRef, false Array Any, v => Some(v.into()),
        found => ArrayRef(found.expect("validation excludes null").0);
    Option<Exception>, true Exn Exn, v => v, found => found;
    Exception, false Exn Exn, v => Some(v), found => found.expect("validation excludes null");
}

impl<A: Ty> List for A {
    fn types() -> Vec<ValType> {
        vec![A::TYPE]
    }
    #[inline]
    fn write(self, slots: SlotCursor, store: &StoreOpaque) -> Result<()> {
        (self,).write(slots, store)
    }
    #[inline]
    unsafe fn read(slots: SlotCursor, store: &StoreOpaque) -> Self {
        // SAFETY: the caller's promise.
        unsafe { <(A,)>::read(slots, store) }.0
    }
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Ty),*> List for ($($name,)*) {
            fn types() -> Vec<ValType> {
                vec![$($name::TYPE),*]
            }
            #[inline]
            #[allow(non_snake_case, unused_mut, unused_variables, reason = "the empty tuple has nothing to write")]
            fn write(self, mut slots: SlotCursor, store: &StoreOpaque) -> Result<()> {
                let ($($name,)*) = self;
                $(slots.write($name::TYPE, $name.to_raw(store)?);)*
                Ok(())
            }
            #[inline]
            #[allow(clippy::unused_unit, unused_mut, unused_variables, reason = "the empty tuple has nothing to read")]
            unsafe fn read(mut slots: SlotCursor, store: &StoreOpaque) -> Self {
                // SAFETY: the caller's promise; a tuple's parts are evaluated in order.
                ($(unsafe { $name::from_raw(slots.read($name::TYPE), store) },)*)
            }
        }
    };
}

/// Applies a macro to each list of up to 12 names.
macro_rules! for_each_arity {
    ($mac:ident) => {
        $mac!();
        $mac!(A1);
        $mac!(A1 A2);
        $mac!(A1 A2 A3);
        $mac!(A1 A2 A3 A4);
        $mac!(A1 A2 A3 A4 A5);
        $mac!(A1 A2 A3 A4 A5 A6);
        $mac!(A1 A2 A3 A4 A5 A6 A7);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8 A9);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11);
        $mac!(A1 A2 A3 A4 A5 A6 A7 A8 A9 A10 A11 A12);
    };
}
pub(crate) use for_each_arity;

for_each_arity!(tuples);
