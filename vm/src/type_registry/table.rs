//! What the runtime and compiled code look up of a type by its number.

use super::RegisteredType;
use crate::abi::continuation::CONTINUATION_SIZE;
use crate::abi::heap::{TYPE_SIZE, VMKind, VMType, array_elements, storage_size};
use crate::error::{Error, Result};
use crate::system::reservation::Reservation;
use crate::types::CompositeType;
use std::ptr::NonNull;

/// Most types of one engine that have an entry: 64 MiB of address space.
pub(super) const MAX_TYPES: u32 = 1 << 21;
/// Bytes made accessible at once, so that adding types is not one call of the kernel each.
const STEP: usize = 0x1_0000;

/// The engine's array of [`VMType`]s: it grows, and never moves.
#[derive(Debug, Default)]
pub(super) struct TypeTable {
    /// None as long as there are no types.
    space: Option<Reservation>,
    committed: usize,
}

impl TypeTable {
    /// Where the entry of number 0 is; null as long as there are no types.
    pub(super) fn base(&self) -> *const VMType {
        self.space.as_ref().map_or(std::ptr::null(), |space| space.base().as_ptr().cast())
    }

    /// Makes room for the entries of all numbers below `count`.
    pub(super) fn reserve(&mut self, count: u32) -> Result<()> {
        if count > MAX_TYPES {
            return Err(Error::Limit(format!("an engine has at most {MAX_TYPES} different types at a time")));
        }
        let space = match &mut self.space {
            Some(space) => space,
            none => none.insert(Reservation::new(MAX_TYPES as usize * TYPE_SIZE as usize)?),
        };
        let end = count as usize * TYPE_SIZE as usize;
        if end > self.committed {
            let upto = end.next_multiple_of(STEP);
            let failed = |e| Error::Resources(format!("no memory for {count} types: {e}"));
            space.commit(self.committed..upto).map_err(failed)?;
            self.committed = upto;
        }
        Ok(())
    }

    /// Writes the entry of a type, for which there must be room.
    ///
    /// # Safety
    /// The entry points into `ty`, which must live as long as anybody may look the number up: code and objects of the type.
    pub(super) unsafe fn write(&mut self, ty: &RegisteredType) {
        let space = self.space.as_ref().expect("room is made before types are numbered");
        let at = ty.id as usize * TYPE_SIZE as usize;
        assert!(at + TYPE_SIZE as usize <= self.committed, "room is made before types are numbered");
        // SAFETY: in bounds of what is committed, and aligned. Nobody reads the entry of a number not given out yet.
        unsafe { space.base().as_ptr().add(at).cast::<VMType>().write(entry(ty)) };
    }

    /// Makes the entry of a number that has one say nothing any more: it points nowhere. Nobody may still use the number.
    pub(super) fn clear(&mut self, id: u32) {
        let Some(space) = &self.space else { return };
        let at = id as usize * TYPE_SIZE as usize;
        assert!(at + TYPE_SIZE as usize <= self.committed, "numbers that were given out have an entry");
        let nothing = VMType {
            display: NonNull::dangling().as_ptr(),
            supertypes: 0,
            kind: VMKind::Func,
            size: 0,
            reference_count: 0,
            references: NonNull::dangling().as_ptr(),
        };
        // SAFETY: in bounds of what is committed, and aligned. Who looks a number up holds its type.
        unsafe { space.base().as_ptr().add(at).cast::<VMType>().write(nothing) };
    }
}

#[expect(clippy::cast_possible_truncation, reason = "validation bounds supertypes and fields")]
fn entry(ty: &RegisteredType) -> VMType {
    let (kind, size) = match &ty.composite {
        CompositeType::Func(_) => (VMKind::Func, 0),
        CompositeType::Struct(_) => (VMKind::Struct, ty.layout.size),
        CompositeType::Array(element) => (VMKind::Array, storage_size(element.storage)),
        CompositeType::Cont(_) => (VMKind::Cont, CONTINUATION_SIZE),
    };
    VMType {
        display: ty.supertypes.as_ptr(),
        supertypes: ty.supertypes.len() as u32,
        kind,
        size,
        reference_count: ty.references.len() as u32,
        references: ty.references.as_ptr(),
    }
}

impl RegisteredType {
    /// Bytes of an array of so many elements, header included.
    pub(crate) fn array_bytes(&self, length: u32) -> Option<u64> {
        let CompositeType::Array(element) = &self.composite else { return None };
        Some(u64::from(array_elements(element)) + u64::from(length) * u64::from(storage_size(element.storage)))
    }
}
