//! Structure and array types, registered with an engine.

use super::checks;
use super::store::AsContext;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runtime::store::StoreOpaque;
use crate::type_registry::RegisteredType;
use crate::types::{CompositeType, FieldType, HeapType, SubType};
use std::sync::Arc;

/// A structure or array type, with the engine that it is registered with.
#[derive(Clone, Debug)]
pub(crate) struct EngineType {
    engine: Engine,
    pub(crate) ty: Arc<RegisteredType>,
}

impl PartialEq for EngineType {
    fn eq(&self, other: &Self) -> bool {
        self.ty.id == other.ty.id && self.engine.same(&other.engine)
    }
}
impl Eq for EngineType {}

impl EngineType {
    /// Registers a final type without supertype that is a recursion group of its own.
    ///
    /// # Errors
    /// [`Error::Limit`] for too many fields or types; [`Error::UnknownType`] if a field has a type that is not registered.
    fn new(engine: &Engine, composite: CompositeType) -> Result<Self> {
        let fields: &[FieldType] = match &composite {
            CompositeType::Struct(fields) => fields,
            CompositeType::Array(element) => std::slice::from_ref(element),
            CompositeType::Func(_) | CompositeType::Cont(_) => &[],
        };
        // <https://webassembly.github.io/spec/js-api/#limits>
        const MOST: usize = 10_000;
        if fields.len() > MOST {
            return Err(Error::Limit(format!("a structure of {} fields, with a maximum of {MOST}", fields.len())));
        }
        fields.iter().try_for_each(|&field| checks::field(engine, field))?;
        let ty = engine.host_type(SubType {
            is_final: true,
            supertype: None,
            descriptor: None,
            describes: None,
            composite,
        })?;
        Ok(Self { engine: engine.clone(), ty })
    }

    /// Returns the registered type of a heap type, if it is a defined type.
    fn find(engine: &Engine, heap: HeapType) -> Option<Self> {
        let (HeapType::Concrete(id) | HeapType::Exact(id)) = heap else { return None };
        Some(Self { engine: engine.clone(), ty: engine.find_registered(id)? })
    }

    /// Returns the type with a number that an object of the store has.
    pub(crate) fn of_object(store: &StoreOpaque, id: u32) -> Self {
        Self { engine: store.engine.clone(), ty: store.engine.registered(id) }
    }

    /// Checks that the type is of the store's engine, and makes the store keep it. Must be called before an object of the type
    /// is created.
    ///
    /// # Errors
    /// [`Error::ForeignEngine`] if it is of another engine.
    pub(crate) fn check(&self, store: &mut StoreOpaque) -> Result<()> {
        checks::engine("a type", &store.engine, &self.engine)?;
        store.keep_type(&self.ty);
        Ok(())
    }
}

macro_rules! heap_types {
    ($($(#[$doc:meta])* $name:ident $kind:ident $what:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(pub(crate) EngineType);

        impl $name {
            #[doc = concat!("Returns the type that the engine knows by a [`HeapType::Concrete`] or [`HeapType::Exact`], or `None` if that is no type of ", $what, ".")]
            #[must_use]
            pub fn from_heap_type(engine: &Engine, heap: HeapType) -> Option<Self> {
                EngineType::find(engine, heap).filter(|it| matches!(it.ty.composite, CompositeType::$kind(_))).map(Self)
            }

            /// Returns the heap type, for use in reference types.
            #[must_use]
            pub fn heap_type(&self) -> HeapType {
                HeapType::Concrete(self.0.ty.id)
            }

            /// Returns the engine that the type is registered with.
            #[must_use]
            pub fn engine(&self) -> &Engine {
                &self.0.engine
            }

            /// Says whether the type is final, that is, has no subtypes.
            #[must_use]
            pub fn is_final(&self) -> bool {
                self.0.ty.is_final
            }

            /// Says whether the type equals `other` or is a subtype of it. Types of different engines never match.
            /// Spec: [matching](https://webassembly.github.io/spec/core/valid/matching.html#heap-types)
            #[must_use]
            pub fn matches(&self, other: &Self) -> bool {
                self.0.engine.same(&other.0.engine) && self.0.engine.heap_matches(self.heap_type(), other.heap_type())
            }
        }
    )*};
}

heap_types! {
    /// A structure type, registered with an engine.
    /// Spec: [composite types](https://webassembly.github.io/spec/core/syntax/types.html#composite-types)
    StructType Struct "structures";
    /// An array type, registered with an engine.
    /// Spec: [composite types](https://webassembly.github.io/spec/core/syntax/types.html#composite-types)
    ArrayType Array "arrays";
}

impl StructType {
    /// Registers the structure type with these fields. It is final and has no supertype. It equals the type of a module that
    /// defines it so, in a recursion group of its own.
    ///
    /// # Errors
    /// [`Error::UnknownType`] if a field refers to a type that the engine does not know; [`Error::Limit`] for more than 10,000
    /// fields, or if the engine has the maximum number of types.
    pub fn new(engine: &Engine, fields: impl IntoIterator<Item = FieldType>) -> Result<Self> {
        EngineType::new(engine, CompositeType::Struct(fields.into_iter().collect())).map(Self)
    }

    /// Returns the fields, in order.
    #[must_use]
    pub fn fields(&self) -> &[FieldType] {
        match &self.0.ty.composite {
            CompositeType::Struct(fields) => fields,
            _ => unreachable!("made only of structure types"),
        }
    }
}

impl ArrayType {
    /// Registers the array type with these elements. It is final and has no supertype. It equals the type of a module that
    /// defines it so, in a recursion group of its own.
    ///
    /// # Errors
    /// [`Error::UnknownType`] if the element refers to a type that the engine does not know; [`Error::Limit`] if the engine has
    /// the maximum number of types.
    pub fn new(engine: &Engine, element: FieldType) -> Result<Self> {
        EngineType::new(engine, CompositeType::Array(element)).map(Self)
    }

    /// Returns the type of the elements.
    #[must_use]
    pub fn element(&self) -> FieldType {
        match &self.0.ty.composite {
            CompositeType::Array(element) => *element,
            _ => unreachable!("made only of array types"),
        }
    }
}

impl HeapType {
    /// Says whether the heap type matches `other`, among the types of a store's engine.
    /// Spec: [matching](https://webassembly.github.io/spec/core/valid/matching.html#heap-types)
    #[must_use]
    pub fn matches(self, store: impl AsContext, other: Self) -> bool {
        store.as_context().0.opaque.engine.heap_matches(self, other)
    }
}
