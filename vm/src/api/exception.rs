//! Exceptions and their tags.

use super::checks;
use super::store::{AsContext, AsContextMut};
use super::values::Val;
use crate::abi::{VMException, VMTag};
use crate::error::{Error, Result};
use crate::rooted::{Exception, Rooted};
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::exception::values;
use crate::runtime::store::handle::Handle;
use crate::type_registry::RegisteredType;
use crate::types::{FuncType, HeapType};
use std::ptr::NonNull;
use std::sync::Arc;

/// A tag in a store: what kind of exception one is. Two are equal if they are the same tag.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#tag-instances>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tag(pub(crate) Handle<VMTag>);

impl Tag {
    /// A new tag, unlike all others. The parameters of `ty` are the values that its exceptions and suspensions carry; a tag
    /// with results is for suspensions only.
    ///
    /// # Errors
    /// [`Error::UnknownType`] when the engine does not know a type in it; [`Error::Limit`] for more than 1,000 parameters or
    /// results.
    pub fn new(mut store: impl AsContextMut, ty: &FuncType) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let ty = checks::function(&opaque.engine, ty.clone())?;
        Ok(Self::of(opaque, &ty))
    }

    /// As [`Tag::new`], of a type that the engine knows by a number, be it one of a recursion group: that of
    /// [`ImportType::heap_type`](crate::ImportType::heap_type), say.
    ///
    /// # Errors
    /// [`Error::UnknownType`] when the number is not that of a type of functions.
    pub fn of_type(mut store: impl AsContextMut, ty: HeapType) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let ty = checks::function_of(&opaque.engine, ty)?;
        Ok(Self::of(opaque, &ty))
    }

    fn of(opaque: &mut StoreOpaque, ty: &Arc<RegisteredType>) -> Self {
        let tag = opaque.add_tag(ty);
        // SAFETY: the store keeps it.
        Self(unsafe { Handle::new(opaque, tag) })
    }

    /// Its type as the engine knows it, by a number.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn heap_type(&self, store: impl AsContext) -> HeapType {
        // SAFETY: a handle of this store gives what is alive.
        HeapType::Concrete(unsafe { self.0.expect(&store.as_context().0.opaque).as_ref() }.type_id)
    }

    /// Its type. If it has results, no exception can be of this tag.
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

impl Exception {
    /// An exception, not thrown yet.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] when the values are not those that the tag's type asks for, or something belongs to another store;
    /// [`Error::Resources`] when the heap of the store is full.
    pub fn new(mut store: impl AsContextMut, tag: Tag, fields: &[Val]) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let tag = tag.0.resolve(opaque)?;
        // SAFETY: a handle of this store gives what is alive.
        let ty = opaque.engine.registered(unsafe { tag.as_ref() }.type_id);
        let ty = ty.signature();
        if !ty.results.is_empty() {
            return Err(Error::TypeMismatch {
                expected: "a tag without results".into(),
                found: format!("one of type {ty}"),
            });
        }
        if ty.params.len() != fields.len() {
            return Err(Error::Count { what: "fields", expected: ty.params.len(), found: fields.len() });
        }
        let raw = ty.params.iter().zip(fields).map(|(&ty, field)| field.to_raw(ty, opaque));
        let raw = raw.collect::<Result<Vec<_>>>()?;
        // SAFETY: the tag is of this store, and there is a value for each of its parameters.
        let exception = unsafe { opaque.new_exception(tag, raw.len()) };
        let exception = exception.ok_or_else(|| Error::Resources("an exception: the heap is full".into()))?;
        for (at, raw) in raw.into_iter().enumerate() {
            // SAFETY: made just now, with room for these values.
            unsafe { values(exception).add(at).write(raw) };
        }
        Ok(Self(Rooted::new(opaque, exception.as_ptr() as u64)))
    }

    fn object(&self, store: &StoreOpaque) -> NonNull<VMException> {
        NonNull::new(self.0.expect(store) as *mut _).expect("null is held as none")
    }

    /// Its tag.
    ///
    /// # Panics
    /// If it belongs to another store, or its scope has ended.
    #[must_use]
    pub fn tag(&self, store: impl AsContext) -> Tag {
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a handle of this store gives what is alive, and so is the tag.
        unsafe {
            let tag = self.object(opaque).as_ref().tag.cast_mut();
            Tag(Handle::new(opaque, NonNull::new(tag).expect("an exception has a tag")))
        }
    }

    /// The values that it carries.
    ///
    /// # Panics
    /// If it belongs to another store, or its scope has ended.
    #[must_use]
    pub fn fields(&self, store: impl AsContext) -> Vec<Val> {
        let ty = self.tag(&store).ty(&store);
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a good handle refers to what is alive.
        let values = unsafe { values(self.object(opaque)) };
        let read = |(at, &ty)| {
            // SAFETY: there are as many values as the tag's type has parameters, of these types.
            unsafe { Val::from_raw(values.add(at).read(), ty, opaque) }
        };
        ty.params.iter().enumerate().map(read).collect()
    }
}
