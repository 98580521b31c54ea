//! Types of structures and arrays, as an engine knows them.

use super::checks;
use super::store::AsContext;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runtime::store::StoreOpaque;
use crate::type_registry::RegisteredType;
use crate::types::{CompositeType, FieldType, HeapType, SubType};
use std::sync::Arc;

/// A type of an engine, of structures or of arrays.
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
    fn new(engine: &Engine, composite: CompositeType) -> Result<Self> {
        let fields: &[FieldType] = match &composite {
            CompositeType::Struct(fields) => fields,
            CompositeType::Array(element) => std::slice::from_ref(element),
            CompositeType::Func(_) | CompositeType::Cont(_) => &[],
        };
        // <https://webassembly.github.io/spec/js-api/#limits>
        const MOST: usize = 10_000;
        if fields.len() > MOST {
            return Err(Error::Limit(format!("a structure of {} fields, where {MOST} are the most", fields.len())));
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

    fn find(engine: &Engine, heap: HeapType) -> Option<Self> {
        let (HeapType::Concrete(id) | HeapType::Exact(id)) = heap else { return None };
        Some(Self { engine: engine.clone(), ty: engine.find_registered(id)? })
    }

    /// The type of a number that an object of the store has.
    pub(crate) fn of_object(store: &StoreOpaque, id: u32) -> Self {
        Self { engine: store.engine.clone(), ty: store.engine.registered(id) }
    }

    /// To be called before something of the type is made: the store keeps it from now on.
    ///
    /// # Errors
    /// [`Error::ForeignEngine`] if it is not of the store's engine.
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
            #[doc = concat!("The type of ", $what, " that the engine knows by a [`HeapType::Concrete`] or [`HeapType::Exact`], if it is one.")]
            #[must_use]
            pub fn from_heap_type(engine: &Engine, heap: HeapType) -> Option<Self> {
                EngineType::find(engine, heap).filter(|it| matches!(it.ty.composite, CompositeType::$kind(_))).map(Self)
            }

            /// What references to it point to.
            #[must_use]
            pub fn heap_type(&self) -> HeapType {
                HeapType::Concrete(self.0.ty.id)
            }

            /// The engine whose type it is.
            #[must_use]
            pub fn engine(&self) -> &Engine {
                &self.0.engine
            }

            /// Whether it has no subtypes.
            #[must_use]
            pub fn is_final(&self) -> bool {
                self.0.ty.is_final
            }

            /// Whether it is the same type as another one of its engine or a subtype of that.
            #[must_use]
            pub fn matches(&self, other: &Self) -> bool {
                self.0.engine.same(&other.0.engine) && self.0.engine.heap_matches(self.heap_type(), other.heap_type())
            }
        }
    )*};
}

heap_types! {
    /// A type of structures. Spec: <https://webassembly.github.io/spec/core/syntax/types.html#composite-types>
    StructType Struct "structures";
    /// A type of arrays. Spec: <https://webassembly.github.io/spec/core/syntax/types.html#composite-types>
    ArrayType Array "arrays";
}

impl StructType {
    /// The type of structures with these fields that is final and has no supertype, equal to that of modules which define
    /// it so in a recursion group of its own.
    ///
    /// # Errors
    /// [`Error::UnknownType`] when a field refers to a type that the engine does not know; [`Error::Limit`] for more than 10,000
    /// fields, and when the engine has too many types.
    pub fn new(engine: &Engine, fields: impl IntoIterator<Item = FieldType>) -> Result<Self> {
        EngineType::new(engine, CompositeType::Struct(fields.into_iter().collect())).map(Self)
    }

    /// Its fields, in order.
    #[must_use]
    pub fn fields(&self) -> &[FieldType] {
        match &self.0.ty.composite {
            CompositeType::Struct(fields) => fields,
            _ => unreachable!("made only of structure types"),
        }
    }
}

impl ArrayType {
    /// The type of arrays of such elements that is final and has no supertype, equal to that of modules which define it so
    /// in a recursion group of its own.
    ///
    /// # Errors
    /// [`Error::UnknownType`] when the element refers to a type that the engine does not know; [`Error::Limit`] when the engine
    /// has too many types.
    pub fn new(engine: &Engine, element: FieldType) -> Result<Self> {
        EngineType::new(engine, CompositeType::Array(element)).map(Self)
    }

    /// Type of its elements.
    #[must_use]
    pub fn element(&self) -> FieldType {
        match &self.0.ty.composite {
            CompositeType::Array(element) => *element,
            _ => unreachable!("made only of array types"),
        }
    }
}

impl HeapType {
    /// Whether everything that this stands for is something that `other` stands for, among the types of a store's engine.
    #[must_use]
    pub fn matches(self, store: impl AsContext, other: Self) -> bool {
        store.as_context().0.opaque.engine.heap_matches(self, other)
    }
}
