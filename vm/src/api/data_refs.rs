//! References to what is neither a function nor the host's alone.

use super::{AsContext, ExternRef};
use crate::abi;
use crate::runtime::heap::handles::Rooted;
use crate::types::HeapType;

/// A reference of the `any` hierarchy: a small integer, or a value of the host that wasm made internal. Good as
/// [`RootScope`](super::RootScope) says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnyRef(pub(crate) Rooted);

impl AnyRef {
    /// The `i31` of the low 31 bits of `value`.
    #[must_use]
    pub fn from_i31(store: impl AsContext, value: i32) -> Self {
        Self(Rooted::immediate(&store.as_context().0.opaque, abi::i31(value.cast_unsigned())))
    }

    /// The number, if it is an `i31`, its 31st bit being the sign.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "an i31 and its tag are the low 32 bits")]
    pub fn as_i31(self) -> Option<i32> {
        (self.0.bits() & abi::TAG_I31 != 0).then_some(self.0.bits() as i32 >> 1)
    }

    /// As `any.convert_extern`: the same value, in the `any` hierarchy.
    #[must_use]
    pub fn from_extern(value: ExternRef) -> Self {
        Self(value.0)
    }

    /// As `extern.convert_any`: the same value, in the `extern` hierarchy.
    #[must_use]
    pub fn to_extern(self) -> ExternRef {
        ExternRef(self.0)
    }

    /// The narrowest abstract type of it.
    pub(super) fn heap_type(self) -> HeapType {
        if self.0.bits() & abi::TAG_I31 != 0 { HeapType::I31 } else { HeapType::Any }
    }
}
