//! Defined types: functions, structures, arrays and continuations, with their supertypes.
//! Spec: <https://webassembly.github.io/spec/core/syntax/types.html#composite-types>

use super::{ExternType, FuncType, GlobalType, HeapType, RefType, TableType, ValType};
use serde::{Deserialize, Serialize};

/// A defined type with its supertype, finality and descriptors.
/// Spec: [sub types](https://webassembly.github.io/spec/core/syntax/types.html#recursive-types)
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SubType {
    /// Whether the type is final, that is, has no subtypes.
    pub is_final: bool,
    /// The declared supertype, by its number as in [`HeapType::Concrete`].
    pub supertype: Option<u32>,
    /// The type of the values' descriptors, by its number as in [`HeapType::Concrete`]. Only structures have descriptors.
    /// Proposal: <https://github.com/WebAssembly/custom-descriptors/blob/main/proposals/custom-descriptors/Overview.md>
    pub descriptor: Option<u32>,
    /// The type whose values are described by values of this type, by its number as in [`HeapType::Concrete`].
    pub describes: Option<u32>,
    /// Structure of the type.
    pub composite: CompositeType,
}

/// Structure of a defined type.
/// Spec: [composite types](https://webassembly.github.io/spec/core/syntax/types.html#composite-types)
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CompositeType {
    /// A function.
    Func(FuncType),
    /// A structure, by its fields in order.
    Struct(Box<[FieldType]>),
    /// An array, by its element type.
    Array(FieldType),
    /// A continuation, by the number of its function type as in [`HeapType::Concrete`].
    Cont(u32),
}

/// Type of a field of a structure, or of the elements of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FieldType {
    /// Storage type of the value.
    pub storage: StorageType,
    /// Whether the field or element can be set.
    pub mutable: bool,
}

/// Storage type of a field or element.
/// Spec: [storage types](https://webassembly.github.io/spec/core/syntax/types.html#composite-types)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum StorageType {
    /// Packed: the low 8 bits of an `i32`.
    I8,
    /// Packed: the low 16 bits of an `i32`.
    I16,
    /// A value type, stored whole.
    Val(ValType),
}

impl From<FuncType> for SubType {
    /// Makes a final type without supertype, which is the meaning of a plain function type.
    fn from(ty: FuncType) -> Self {
        Self { is_final: true, supertype: None, descriptor: None, describes: None, composite: CompositeType::Func(ty) }
    }
}

impl SubType {
    /// Returns the function type, or `None` for another kind of type.
    #[must_use]
    pub fn func(&self) -> Option<&FuncType> {
        if let CompositeType::Func(ty) = &self.composite { Some(ty) } else { None }
    }
}

/// Types whose type numbers ([`HeapType::Concrete`]) can be replaced, such as a module's indices by canonical numbers.
pub(crate) trait Renumber {
    /// Returns the type with every type number mapped by `number`.
    fn renumber(&self, number: &impl Fn(u32) -> u32) -> Self;
}

impl Renumber for HeapType {
    fn renumber(&self, number: &impl Fn(u32) -> u32) -> Self {
        match *self {
            Self::Concrete(at) => Self::Concrete(number(at)),
            Self::Exact(at) => Self::Exact(number(at)),
            other => other,
        }
    }
}

impl Renumber for RefType {
    fn renumber(&self, number: &impl Fn(u32) -> u32) -> Self {
        Self { heap: self.heap.renumber(number), ..*self }
    }
}

impl Renumber for ValType {
    fn renumber(&self, number: &impl Fn(u32) -> u32) -> Self {
        match self {
            Self::Ref(ty) => Self::Ref(ty.renumber(number)),
            other => *other,
        }
    }
}

impl<T: Renumber> Renumber for Box<[T]> {
    fn renumber(&self, number: &impl Fn(u32) -> u32) -> Self {
        self.iter().map(|ty| ty.renumber(number)).collect()
    }
}

impl Renumber for FuncType {
    fn renumber(&self, number: &impl Fn(u32) -> u32) -> Self {
        Self { params: self.params.renumber(number), results: self.results.renumber(number) }
    }
}

impl Renumber for FieldType {
    fn renumber(&self, number: &impl Fn(u32) -> u32) -> Self {
        let storage = match self.storage {
            StorageType::Val(ty) => StorageType::Val(ty.renumber(number)),
            packed => packed,
        };
        Self { storage, ..*self }
    }
}

impl Renumber for SubType {
    fn renumber(&self, number: &impl Fn(u32) -> u32) -> Self {
        let composite = match &self.composite {
            CompositeType::Func(ty) => CompositeType::Func(ty.renumber(number)),
            CompositeType::Struct(fields) => CompositeType::Struct(fields.renumber(number)),
            CompositeType::Array(field) => CompositeType::Array(field.renumber(number)),
            CompositeType::Cont(ty) => CompositeType::Cont(number(*ty)),
        };
        Self {
            is_final: self.is_final,
            supertype: self.supertype.map(number),
            descriptor: self.descriptor.map(number),
            describes: self.describes.map(number),
            composite,
        }
    }
}

impl Renumber for TableType {
    fn renumber(&self, number: &impl Fn(u32) -> u32) -> Self {
        Self { element: self.element.renumber(number), ..*self }
    }
}

impl Renumber for GlobalType {
    fn renumber(&self, number: &impl Fn(u32) -> u32) -> Self {
        Self { content: self.content.renumber(number), ..*self }
    }
}

impl Renumber for ExternType {
    fn renumber(&self, number: &impl Fn(u32) -> u32) -> Self {
        match self {
            Self::Func(ty) => Self::Func(ty.renumber(number)),
            Self::Table(ty) => Self::Table(ty.renumber(number)),
            Self::Global(ty) => Self::Global(ty.renumber(number)),
            Self::Tag(ty) => Self::Tag(ty.renumber(number)),
            other => other.clone(),
        }
    }
}
