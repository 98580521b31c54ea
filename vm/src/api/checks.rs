//! Checks of arguments from safe code, called at the entrances of the API.
//!
//! Handles are checked where they are followed ([`Handle::resolve`](crate::runtime::store::Handle::resolve) and
//! [`Rooted::resolve`](crate::runtime::store::rooted::Rooted::resolve)), and values where they are converted
//! for compiled code ([`Val::to_raw`](super::Val)).

use crate::abi::OVERFLOW_SLOTS;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::type_registry::RegisteredType;
use crate::types::{CompositeType, FieldType, FuncType, HeapType, Limits, RefType, StorageType, ValType};
use std::sync::Arc;

/// Checks that the engine knows the heap type of a reference type.
///
/// # Errors
/// [`Error::UnknownType`] if it does not.
pub(super) fn reference(engine: &Engine, ty: RefType) -> Result<()> {
    match engine.top(ty.heap) {
        Some(_) => Ok(()),
        None => Err(Error::UnknownType { ty: ty.to_string() }),
    }
}

/// Like [`reference`](fn@reference), for a value type.
pub(super) fn value(engine: &Engine, ty: ValType) -> Result<()> {
    if let ValType::Ref(ty) = ty { reference(engine, ty) } else { Ok(()) }
}

/// Like [`reference`](fn@reference), for the type of a field or element.
pub(super) fn field(engine: &Engine, ty: FieldType) -> Result<()> {
    if let StorageType::Val(ty) = ty.storage { value(engine, ty) } else { Ok(()) }
}

/// Registers a function type.
///
/// # Errors
/// [`Error::UnknownType`] if the engine does not know a type in it; [`Error::Limit`] for more than 1,000 parameters or
/// results.
pub(super) fn function(engine: &Engine, ty: FuncType) -> Result<Arc<RegisteredType>> {
    ty.params.iter().chain(&ty.results).try_for_each(|&ty| value(engine, ty))?;
    check_count("parameters", ty.params.len())?;
    check_count("results", ty.results.len())?;
    engine.host_type(ty.into())
}

/// Returns the registered function type of a heap type. It may be a member of a recursion group.
///
/// # Errors
/// [`Error::UnknownType`] if it is not the number of a function type.
pub(super) fn function_of(engine: &Engine, heap: HeapType) -> Result<Arc<RegisteredType>> {
    let found = match heap {
        HeapType::Concrete(id) | HeapType::Exact(id) => engine.find_registered(id),
        _ => None,
    };
    found
        .filter(|ty| matches!(ty.composite, CompositeType::Func(_)))
        .ok_or_else(|| Error::UnknownType { ty: format!("(func {heap})") })
}

/// Checks a number of parameters or results.
/// Spec: <https://webassembly.github.io/spec/js-api/#limits>
fn check_count(what: &str, count: usize) -> Result<()> {
    if count <= OVERFLOW_SLOTS {
        return Ok(());
    }
    Err(Error::Limit(format!("a function of {count} {what}, with a maximum of {OVERFLOW_SLOTS}")))
}

/// Checks that the minimum of size limits is not above the maximum.
///
/// # Errors
/// [`Error::InvalidType`] if it is.
pub(super) fn limits(limits: Limits) -> Result<()> {
    if limits.max.is_some_and(|max| max < limits.min) {
        return Err(Error::InvalidType("size minimum must not be greater than maximum".into()));
    }
    Ok(())
}

/// Checks that two objects have the same engine; `what` names the second object.
///
/// # Errors
/// [`Error::ForeignEngine`] if they have not.
pub(super) fn engine(what: &'static str, own: &Engine, other: &Engine) -> Result<()> {
    if own.same(other) { Ok(()) } else { Err(Error::ForeignEngine { what }) }
}
