//! A registered type: its canonical number, display, layout and the types that it uses.

use crate::abi::VMFuncRef;
use crate::abi::heap::{StructLayout, array_elements, storage_size};
use crate::types::{CompositeType, FuncType};

/// A registered type.
#[derive(Debug)]
pub(crate) struct RegisteredType {
    /// Canonical number.
    pub(crate) id: u32,
    /// The type's display: the numbers of its supertypes, the most general one first.
    pub(crate) supertypes: Box<[u32]>,
    /// Whether the type is final, that is, has no subtypes.
    pub(crate) is_final: bool,
    /// Number of the type of the values' descriptors. Only structures have descriptors.
    pub(crate) descriptor: Option<u32>,
    /// Number of the type that this type describes.
    pub(crate) describes: Option<u32>,
    /// Structure of the type. It refers to other types by canonical number.
    pub(crate) composite: CompositeType,
    /// Layout of a structure; empty for other types.
    pub(crate) layout: StructLayout,
    /// Offsets of the references in an object, in bytes; see [`heap::references`](crate::abi::heap::references).
    pub(crate) references: Box<[u32]>,
    /// Numbers of the types that this type refers to, without members of its own group.
    pub(super) uses: Box<[u32]>,
}

impl RegisteredType {
    /// Returns the function type.
    ///
    /// # Panics
    /// If it is another kind of type. Types of function references are always function types.
    pub(crate) fn signature(&self) -> &FuncType {
        let CompositeType::Func(ty) = &self.composite else {
            unreachable!("a function whose type is no function type")
        };
        ty
    }

    /// Makes the record of a function of this type. The record is valid as long as something holds the type.
    pub(crate) fn func_ref(&self, code: *const u8, context: *mut u8) -> VMFuncRef {
        #[expect(clippy::cast_possible_truncation, reason = "validation bounds the chain")]
        let supertypes = self.supertypes.len() as u32;
        VMFuncRef { code, context, type_id: self.id, supertypes, display: self.supertypes.as_ptr() }
    }

    /// Says whether the type equals `other` or is a subtype of it. One look into the display decides.
    pub(super) fn is_subtype(&self, other: &Self) -> bool {
        self.id == other.id || self.supertypes.get(other.supertypes.len()) == Some(&other.id)
    }

    /// Returns the size of an array of `length` elements in bytes, header included; `None` if this is no array type.
    pub(crate) fn array_bytes(&self, length: u32) -> Option<u64> {
        let CompositeType::Array(element) = &self.composite else { return None };
        Some(u64::from(array_elements(element)) + u64::from(length) * u64::from(storage_size(element.storage)))
    }
}
