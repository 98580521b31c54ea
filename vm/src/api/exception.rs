//! Tags, and exceptions of the host.

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

/// A tag in a store: the identity that handlers of exceptions and suspensions compare. Two handles are equal if they refer
/// to the same tag.
/// Spec: [tag instances](https://webassembly.github.io/spec/core/exec/runtime.html#tag-instances)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tag(pub(crate) Handle<VMTag>);

impl Tag {
    /// Creates a tag that differs from all others. The parameters of `ty` are the values that its exceptions and suspensions
    /// carry. A tag with results is for suspensions only.
    ///
    /// # Errors
    /// [`Error::UnknownType`] if the engine does not know a type in `ty`; [`Error::Limit`] for more than 1,000 parameters or
    /// results.
    pub fn new(mut store: impl AsContextMut, ty: &FuncType) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let ty = checks::function(&opaque.engine, ty.clone())?;
        Ok(Self::of(opaque, &ty))
    }

    /// Creates a tag of a type that the engine knows by a number, such as [`ImportType::heap_type`](crate::ImportType::heap_type).
    /// Unlike for [`Tag::new`], the type may be a member of a recursion group.
    ///
    /// # Errors
    /// [`Error::UnknownType`] if it is not the number of a function type.
    pub fn of_type(mut store: impl AsContextMut, ty: HeapType) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let ty = checks::function_of(&opaque.engine, ty)?;
        Ok(Self::of(opaque, &ty))
    }

    fn of(opaque: &mut StoreOpaque, ty: &Arc<RegisteredType>) -> Self {
        let tag = opaque.add_tag(ty);
        // SAFETY: the tag lives as long as the store.
        Self(unsafe { Handle::new(opaque, tag) })
    }

    /// Returns the tag's type by its canonical number.
    ///
    /// # Panics
    /// If the tag belongs to another store.
    #[must_use]
    pub fn heap_type(&self, store: impl AsContext) -> HeapType {
        // SAFETY: a valid handle of this store points to a live tag.
        HeapType::Concrete(unsafe { self.0.expect(&store.as_context().0.opaque).as_ref() }.type_id)
    }

    /// Returns the tag's type. If it has results, no exception can have this tag.
    ///
    /// # Panics
    /// If the tag belongs to another store.
    #[must_use]
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a valid handle of this store points to a live tag.
        opaque.engine.registered(unsafe { self.0.expect(opaque).as_ref() }.type_id).signature().clone()
    }
}

impl Exception {
    /// Creates an exception without throwing it. To throw it, a host function returns it as [`Error::Exception`].
    ///
    /// # Errors
    /// [`Error::TypeMismatch`] if the tag has results or a value has another type than the tag's parameter; [`Error::Count`] if
    /// the number of values is not that of the tag's parameters; [`Error::ForeignStore`] or [`Error::Stale`] if the tag or a
    /// value belongs to another store or its scope has ended; [`Error::Resources`] if the heap is full.
    pub fn new(mut store: impl AsContextMut, tag: Tag, fields: &[Val]) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let tag = tag.0.resolve(opaque)?;
        // SAFETY: a valid handle of this store points to a live tag.
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
            // SAFETY: the exception was just created, with room for these values.
            unsafe { values(exception).add(at).write(raw) };
        }
        Ok(Self(Rooted::new(opaque, exception.as_ptr() as u64)))
    }

    fn object(&self, store: &StoreOpaque) -> NonNull<VMException> {
        NonNull::new(self.0.expect(store) as *mut _).expect("a handle of null is `None`")
    }

    /// Returns the exception's tag.
    ///
    /// # Panics
    /// If the exception belongs to another store, or its scope has ended.
    #[must_use]
    pub fn tag(&self, store: impl AsContext) -> Tag {
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a valid handle refers to a live exception, whose tag lives as long as the store.
        unsafe {
            let tag = self.object(opaque).as_ref().tag.cast_mut();
            Tag(Handle::new(opaque, NonNull::new(tag).expect("an exception has a tag")))
        }
    }

    /// Returns the values that the exception carries.
    ///
    /// # Panics
    /// If the exception belongs to another store, or its scope has ended.
    #[must_use]
    pub fn fields(&self, store: impl AsContext) -> Vec<Val> {
        let ty = self.tag(&store).ty(&store);
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a valid handle refers to a live object.
        let values = unsafe { values(self.object(opaque)) };
        let read = |(at, &ty)| {
            // SAFETY: an exception has one value for each parameter of its tag's type, of the parameter's type.
            unsafe { Val::from_raw(values.add(at).read(), ty, opaque) }
        };
        ty.params.iter().enumerate().map(read).collect()
    }
}
