//! Table of type facts that the runtime and compiled code look up by canonical number.

use super::registered::RegisteredType;
use crate::abi::continuation::CONTINUATION_SIZE;
use crate::abi::heap::{TYPE_SIZE, VMKind, VMType, storage_size};
use crate::error::{Error, Result};
use crate::system::reservation::Reservation;
use crate::types::CompositeType;
use std::ptr::NonNull;

/// Maximum number of types of an engine that have an entry: 64 MiB of address space.
pub(super) const MAX_TYPES: u32 = 1 << 21;
/// Number of bytes made accessible at a time, so that adding a type is rarely a system call.
const STEP: usize = 0x1_0000;

/// The engine's array of [`VMType`]s. It grows and never moves.
#[derive(Debug, Default)]
pub(super) struct TypeTable {
    /// Reserved address space; `None` as long as there are no types.
    space: Option<Reservation>,
    committed: usize,
}

impl TypeTable {
    /// Returns the address of entry 0; null as long as there are no types.
    pub(super) fn base(&self) -> *const VMType {
        self.space.as_ref().map_or(std::ptr::null(), |space| space.base().as_ptr().cast())
    }

    /// Makes the entries of all numbers below `count` accessible.
    ///
    /// # Errors
    /// [`Error::Limit`] if `count` is above [`MAX_TYPES`]; [`Error::Resources`] if the host has no memory.
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

    /// Writes the entry of a type. The entry must be accessible.
    ///
    /// # Safety
    /// The entry points into `ty`, which must live as long as the number may be looked up, by code and for objects of the type.
    pub(super) unsafe fn write(&mut self, ty: &RegisteredType) {
        let space = self.space.as_ref().expect("room is made before types are numbered");
        let at = ty.id as usize * TYPE_SIZE as usize;
        assert!(at + TYPE_SIZE as usize <= self.committed, "room is made before types are numbered");
        // SAFETY: within the committed bytes, and aligned. The number is not given out yet, so nothing reads the entry.
        unsafe { space.base().as_ptr().add(at).cast::<VMType>().write(entry(ty)) };
    }

    /// Clears the entry of a number, so that it no longer points into its type. The number must be out of use.
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
        // SAFETY: within the committed bytes, and aligned. Users of a number hold its type, and nothing holds this one, so
        // nothing reads the entry.
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
