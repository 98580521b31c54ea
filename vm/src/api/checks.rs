//! What safe code can pass in and may be wrong: each check in one place, called where it enters.
//!
//! Handles check themselves where they are followed ([`Handle::resolve`](crate::runtime::store::Handle::resolve) and
//! [`Rooted::resolve`](crate::runtime::store::rooted::Rooted::resolve)), and values where they become what compiled code sees
//! ([`Val::to_raw`](super::Val)).

use crate::abi::OVERFLOW_SLOTS;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::type_registry::RegisteredType;
use crate::types::{CompositeType, FieldType, FuncType, HeapType, Limits, RefType, StorageType, ValType};
use std::sync::Arc;

/// Whether the engine knows what a type of references refers to.
///
/// # Errors
/// [`Error::UnknownType`] if not.
pub(super) fn reference(engine: &Engine, ty: RefType) -> Result<()> {
    match engine.top(ty.heap) {
        Some(_) => Ok(()),
        None => Err(Error::UnknownType { ty: ty.to_string() }),
    }
}

/// As [`reference`](fn@reference), for a type of values.
pub(super) fn value(engine: &Engine, ty: ValType) -> Result<()> {
    if let ValType::Ref(ty) = ty { reference(engine, ty) } else { Ok(()) }
}

/// As [`reference`](fn@reference), for a type of fields or elements.
pub(super) fn field(engine: &Engine, ty: FieldType) -> Result<()> {
    if let StorageType::Val(ty) = ty.storage { value(engine, ty) } else { Ok(()) }
}

/// A function's type, as the engine knows it.
///
/// # Errors
/// [`Error::UnknownType`] when the engine does not know a type in it; [`Error::Limit`] for more parameters or results than a
/// function has here.
pub(super) fn function(engine: &Engine, ty: FuncType) -> Result<Arc<RegisteredType>> {
    ty.params.iter().chain(&ty.results).try_for_each(|&ty| value(engine, ty))?;
    few("parameters", ty.params.len())?;
    few("results", ty.results.len())?;
    engine.host_type(ty.into())
}

/// A function's type that the engine knows by a number, be it one of a recursion group.
///
/// # Errors
/// [`Error::UnknownType`] when it is not that of a type of functions.
pub(super) fn function_of(engine: &Engine, heap: HeapType) -> Result<Arc<RegisteredType>> {
    let found = match heap {
        HeapType::Concrete(id) | HeapType::Exact(id) => engine.find_registered(id),
        _ => None,
    };
    found
        .filter(|ty| matches!(ty.composite, CompositeType::Func(_)))
        .ok_or_else(|| Error::UnknownType { ty: format!("(func {heap})") })
}

/// Spec: <https://webassembly.github.io/spec/js-api/#limits>
fn few(what: &str, count: usize) -> Result<()> {
    if count <= OVERFLOW_SLOTS {
        return Ok(());
    }
    Err(Error::Limit(format!("a function of {count} {what}, where {OVERFLOW_SLOTS} are the most")))
}

/// Whether a size can be: the minimum not above the maximum, nor above what indices of the width reach.
///
/// # Errors
/// [`Error::InvalidType`] if not.
pub(super) fn limits(limits: Limits) -> Result<()> {
    if limits.max.is_some_and(|max| max < limits.min) {
        return Err(Error::InvalidType("size minimum must not be greater than maximum".into()));
    }
    Ok(())
}

/// Whether something is of the engine that it is used with.
///
/// # Errors
/// [`Error::ForeignEngine`] if not.
pub(super) fn engine(what: &'static str, own: &Engine, other: &Engine) -> Result<()> {
    if own.same(other) { Ok(()) } else { Err(Error::ForeignEngine { what }) }
}
