//! Types that modules define, and references between them.
//! Spec: <https://webassembly.github.io/spec/core/syntax/types.html#composite-types>

use super::{ExternType, FuncType, GlobalType, HeapType, RefType, TableType, ValType};
use serde::{Deserialize, Serialize};

/// A defined type, and what it says of its place among others.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SubType {
    /// Whether it has no subtypes.
    pub is_final: bool,
    /// The type it is declared to be a subtype of, numbered as in [`HeapType::Concrete`].
    pub supertype: Option<u32>,
    /// The type of the descriptors that its values have, numbered as in [`HeapType::Concrete`]. Only structures have any.
    /// Spec: <https://github.com/WebAssembly/custom-descriptors/blob/main/proposals/custom-descriptors/Overview.md>
    pub descriptor: Option<u32>,
    /// The type whose values have values of this one as descriptors, numbered likewise.
    pub describes: Option<u32>,
    /// Its structure.
    pub composite: CompositeType,
}

/// Structure of a defined type.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CompositeType {
    /// A function.
    Func(FuncType),
    /// A structure: its fields, in order.
    Struct(Box<[FieldType]>),
    /// An array: its elements.
    Array(FieldType),
    /// A continuation: the function type of what is left to be done, numbered as in [`HeapType::Concrete`].
    Cont(u32),
}

/// Type of a field of a structure, or of the elements of an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FieldType {
    /// Type of its value.
    pub storage: StorageType,
    /// Whether it can be set.
    pub mutable: bool,
}

/// How a field is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum StorageType {
    /// The low 8 bits of an `i32`.
    I8,
    /// The low 16 bits of an `i32`.
    I16,
    /// As it is.
    Val(ValType),
}

impl From<FuncType> for SubType {
    /// What a function type is where nothing else is said: final, and no subtype of another.
    fn from(ty: FuncType) -> Self {
        Self { is_final: true, supertype: None, descriptor: None, describes: None, composite: CompositeType::Func(ty) }
    }
}

impl SubType {
    /// The function type, if it is one.
    #[must_use]
    pub fn func(&self) -> Option<&FuncType> {
        if let CompositeType::Func(ty) = &self.composite { Some(ty) } else { None }
    }
}

/// Types in which the numbers of [`HeapType::Concrete`] can be replaced: those of a module by those of an engine.
pub(crate) trait Renumber {
    /// The same type, with every number replaced by what `number` gives for it.
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
