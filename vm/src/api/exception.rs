//! Exceptions and their tags.

use super::{AsContext, AsContextMut, Val};
use crate::abi::{VMException, VMTag};
use crate::error::{Error, Result};
use crate::runtime::exception::values;
use crate::runtime::store::Handle;
use crate::types::FuncType;

/// A tag in a store: what kind of exception one is. Two are equal if they are the same tag.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#tag-instances>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tag(pub(crate) Handle<VMTag>);

impl Tag {
    /// A new tag, unlike all others. The parameters of `ty` are the values that its exceptions carry.
    ///
    /// # Errors
    /// [`Error::Usage`] when the type has results.
    pub fn new(mut store: impl AsContextMut, ty: &FuncType) -> Result<Self> {
        if !ty.results.is_empty() {
            return Err(Error::Usage(format!("a tag of type {ty} would have results")));
        }
        let opaque = &mut store.as_context_mut().0.opaque;
        let tag = opaque.add_tag(opaque.engine.func_type(ty).id);
        // SAFETY: the store keeps it.
        Ok(Self(unsafe { Handle::new(opaque, tag) }))
    }

    /// Its type, which has no results.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a handle of this store gives what is alive.
        opaque.engine.registered(unsafe { self.0.expect(opaque).as_ref() }.type_id).signature().clone()
    }
}

/// An exception in a store. It lives as long as the store.
///
/// It comes as [`Error::Exception`] from a call in which wasm did not catch it, and a host function throws it (on) by
/// returning that error.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#exception-instances>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exception(pub(crate) Handle<VMException>);

impl Exception {
    /// An exception, not thrown yet.
    ///
    /// # Errors
    /// [`Error::Usage`] when the values are not those that the tag's type asks for, or something belongs to another store;
    /// [`Error::Resources`] when the store has too many exceptions.
    pub fn new(mut store: impl AsContextMut, tag: Tag, fields: &[Val]) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let tag = tag.0.of(opaque)?;
        // SAFETY: a handle of this store gives what is alive.
        let ty = opaque.engine.registered(unsafe { tag.as_ref() }.type_id);
        let ty = ty.signature();
        if ty.params.len() != fields.len() {
            return Err(Error::Usage(format!("expected {} values, found {}", ty.params.len(), fields.len())));
        }
        let raw = ty.params.iter().zip(fields).map(|(&ty, field)| field.to_raw(ty, opaque));
        let raw = raw.collect::<Result<Vec<_>>>()?;
        let exception = opaque.exceptions.add(&opaque.instances, tag, raw.len());
        let exception = exception.ok_or_else(|| Error::Resources("the store has too many exceptions".into()))?;
        // SAFETY: made just now, with room for these values; the store keeps it because it counts as escaped.
        unsafe {
            (*exception.as_ptr()).escaped = 1;
            for (at, raw) in raw.into_iter().enumerate() {
                values(exception).add(at).write(raw);
            }
            Ok(Self(Handle::new(opaque, exception)))
        }
    }

    /// Its tag.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn tag(&self, store: impl AsContext) -> Tag {
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a handle of this store gives what is alive, and so is the tag.
        unsafe {
            let tag = self.0.expect(opaque).as_ref().tag.cast_mut();
            Tag(Handle::new(opaque, std::ptr::NonNull::new(tag).expect("an exception has a tag")))
        }
    }

    /// The values that it carries.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn fields(&self, store: impl AsContext) -> Vec<Val> {
        let ty = self.tag(&store).ty(&store);
        let opaque = &store.as_context().0.opaque;
        let values = values(self.0.expect(opaque));
        let read = |(at, &ty)| {
            // SAFETY: there are as many values as the tag's type has parameters, of these types.
            unsafe { Val::from_raw(values.add(at).read(), ty, opaque) }
        };
        ty.params.iter().enumerate().map(read).collect()
    }
}
