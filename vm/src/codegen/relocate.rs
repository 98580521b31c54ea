//! Relocations in LLVM's objects of position-independent x86-64 code.
//! <https://gitlab.com/x86-psABIs/x86-64-ABI>

use crate::error::{Error, Result};
use object::elf;

/// Writes one relocated field.
///
/// `symbol` is the address of the symbol plus the addend of the relocation, `place` the address of the field.
pub(super) fn apply(kind: elf::RelocationType, field: &mut [u8], symbol: i64, place: i64) -> Result<()> {
    let value = match kind {
        elf::R_X86_64_PC32 | elf::R_X86_64_PLT32 | elf::R_X86_64_PC64 => symbol.wrapping_sub(place),
        elf::R_X86_64_32 | elf::R_X86_64_64 => symbol,
        other => return Err(Error::Codegen(format!("relocation type {other:?} is not known"))),
    };
    let written = match kind {
        elf::R_X86_64_PC32 | elf::R_X86_64_PLT32 => i32::try_from(value).map(|v| v.to_le_bytes().to_vec()),
        elf::R_X86_64_32 => u32::try_from(value).map(|v| v.to_le_bytes().to_vec()),
        _ => Ok(value.to_le_bytes().to_vec()),
    }
    .map_err(|_| Error::Codegen(format!("{value:#x} does not fit a relocation of type {kind:?}")))?;
    field
        .get_mut(..written.len())
        .ok_or_else(|| Error::Codegen("a relocation lies outside its section".into()))?
        .copy_from_slice(&written);
    Ok(())
}
