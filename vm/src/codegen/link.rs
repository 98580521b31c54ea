//! Linker: places the sections of ELF objects in one code image and resolves all references between them.
//!
//! Nothing is left to relocate when the image is mapped.

use super::relocate;
use crate::abi;
use crate::artifact::{Debug, DebugUnit, Image, RuntimeSlot, RuntimeSymbol};
use crate::error::{Error, Result};
use crate::llvm::symbol::{strip_universal_suffix, symbol};
use object::read::elf::ElfFile64;
use object::{
    Object, ObjectSection, ObjectSymbol, RelocationFlags, RelocationTarget, SectionFlags, SectionIndex, SymbolIndex,
};
use std::collections::HashMap;
use std::ops::Range;

/// The part of the image that a section goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Text,
    ReadOnly,
    Unwind,
    /// Words that the runtime fills in. They are on pages of their own, so that all other pages stay as they are in a
    /// file.
    Slots,
    /// DWARF sections, which are kept apart from the image.
    Debug,
}

/// The place of a section: its part, and its address in the image. The address is 0 for DWARF, whose sections are
/// address spaces of their own.
struct Placed {
    part: Part,
    address: u64,
}

/// An object, and where its sections are placed.
struct Input<'d> {
    file: ElfFile64<'d>,
    placed: HashMap<SectionIndex, Placed>,
    text: Range<u32>,
}

fn broken(error: object::Error) -> Error {
    Error::Codegen(format!("LLVM's object can't be read: {error}"))
}

/// Links objects that define `count` functions from index `first` on.
pub(crate) fn link(objects: &[Vec<u8>], first: u32, count: u32) -> Result<Image> {
    let mut inputs = objects
        .iter()
        .map(|data| {
            let file = ElfFile64::parse(data.as_slice()).map_err(broken)?;
            Ok(Input { file, placed: HashMap::new(), text: 0..0 })
        })
        .collect::<Result<Vec<_>>>()?;

    let text = narrow(place(&mut inputs, Part::Text, 0)?)?;
    let packed = text.next_multiple_of(Image::PAGE);
    let mut image = Image { read_only_at: packed, ..Image::default() };
    let mut end = place_read_only(&mut inputs, &mut image)?;
    if text <= Image::SMALL && end - packed <= Image::SMALL {
        image.read_only_at = Image::SMALL_READ_ONLY;
        end = place_read_only(&mut inputs, &mut image)?;
    }
    place(&mut inputs, Part::Debug, 0)?;
    image.text = vec![0; text as usize].into();
    image.read_only = vec![0; (end - image.read_only_at) as usize].into();

    let functions = define(&inputs)?;
    let units = inputs.iter().map(|input| copy(input, &functions, &mut image)).collect::<Result<Vec<_>>>()?;
    image.debug = Debug::new(&units)?;
    let mut ranges = Vec::new();
    for index in first..first + count {
        let known = functions.get(&symbol(index));
        let (start, size) = known.ok_or_else(|| Error::Codegen(format!("no code for function {index}")))?;
        ranges.extend([narrow(*start)?, narrow(start + size)?]);
    }
    image.functions = ranges.into();
    Ok(image)
}

/// Places all read-only sections. Returns the end address.
fn place_read_only(inputs: &mut [Input<'_>], image: &mut Image) -> Result<u32> {
    let end = place(inputs, Part::ReadOnly, image.read_only_at.into())?;
    // The records of all objects follow each other without a gap, because a gap would read as the end of the list.
    let unwind = end.next_multiple_of(8);
    let mut end = place(inputs, Part::Unwind, unwind)?;
    if end > unwind {
        end += 4;
        image.eh_frame = narrow(unwind)? - image.read_only_at..narrow(end)? - image.read_only_at;
    }
    let slots = end.next_multiple_of(Image::PAGE.into());
    let slots_end = place(inputs, Part::Slots, slots)?;
    narrow(if slots_end > slots { slots_end } else { end })
}

fn too_large() -> Error {
    Error::Limit("the code of a module would be larger than 2 GiB".into())
}

/// Returns an address in the image as 32 bits.
fn narrow(address: u64) -> Result<u32> {
    u32::try_from(address).ok().filter(|&a| i32::try_from(a).is_ok()).ok_or_else(too_large)
}

/// Returns the part that a section belongs to; sections that are not kept have none.
fn part_of<'d>(section: &impl ObjectSection<'d>) -> Result<Option<Part>> {
    let name = section.name().map_err(broken)?;
    let SectionFlags::Elf { sh_flags, .. } = section.flags() else {
        return Err(Error::Codegen("a section of LLVM's object is not an ELF section".into()));
    };
    let has = |flag| sh_flags & flag == flag;
    if section.size() == 0 {
        return Ok(None);
    }
    if name == ".eh_frame" {
        return Ok(Some(Part::Unwind));
    }
    if !has(object::elf::SHF_ALLOC) {
        return Ok(name.starts_with(".debug_").then_some(Part::Debug));
    }
    if has(object::elf::SHF_EXECINSTR) {
        return Ok(Some(Part::Text));
    }
    // A word that the unwind tables use to refer to a symbol outside of the object; see `RuntimeSlot`.
    if name.starts_with(".data.DW.ref.") {
        return Ok(Some(Part::Slots));
    }
    if has(object::elf::SHF_WRITE) {
        return Err(Error::Codegen(format!("section {name} is writable: code images have no data")));
    }
    Ok(Some(Part::ReadOnly))
}

/// Places all sections of a part from `address` on. Returns the end address.
fn place(inputs: &mut [Input<'_>], part: Part, mut address: u64) -> Result<u64> {
    for input in inputs {
        let start = address;
        for section in input.file.sections() {
            if part_of(&section)? != Some(part) {
                continue;
            }
            if part == Part::Debug {
                input.placed.insert(section.index(), Placed { part, address: 0 });
                continue;
            }
            let align = if part == Part::Unwind { 1 } else { section.align().max(1) };
            address = address.next_multiple_of(align);
            input.placed.insert(section.index(), Placed { part, address });
            address += section.size();
        }
        if part == Part::Text {
            input.text = narrow(start)?..narrow(address)?;
        }
    }
    Ok(address)
}

/// Returns address and size of each function, by name.
fn define(inputs: &[Input<'_>]) -> Result<HashMap<String, (u64, u64)>> {
    let mut functions = HashMap::new();
    for input in inputs {
        for symbol in input.file.symbols().filter(|s| s.is_definition() && s.is_global()) {
            if let Some(section) = symbol.section_index().and_then(|index| input.placed.get(&index)) {
                let name = strip_universal_suffix(symbol.name().map_err(broken)?);
                functions.insert(name.to_owned(), (section.address + symbol.address(), symbol.size()));
            }
        }
    }
    Ok(functions)
}

/// Copies and relocates the sections of one object. Returns its DWARF sections.
fn copy(input: &Input<'_>, functions: &HashMap<String, (u64, u64)>, image: &mut Image) -> Result<DebugUnit> {
    let mut unit = DebugUnit { text: input.text.clone(), sections: Vec::new() };
    for section in input.file.sections() {
        let Some(placed) = input.placed.get(&section.index()) else { continue };
        let data = section.uncompressed_data().map_err(broken)?;
        let mut debug = Vec::new();
        let target: &mut [u8] = if placed.part == Part::Debug {
            debug = data.into_owned();
            &mut debug
        } else {
            #[expect(clippy::cast_possible_truncation, reason = "addresses in an image are below 2 GiB")]
            let start = placed.address as usize;
            let (part, start) = match placed.part {
                Part::Text => (&mut image.text, start),
                _ => (&mut image.read_only, start - image.read_only_at as usize),
            };
            let target = &mut part.to_mut()[start..start + data.len()];
            target.copy_from_slice(&data);
            target
        };
        for (offset, relocation) in section.relocations() {
            let symbol = match relocation.target() {
                RelocationTarget::Symbol(index) => {
                    if is_runtime_symbol(input, index)? {
                        if placed.part != Part::Slots
                            || relocation.flags() != (RelocationFlags::Elf { r_type: object::elf::R_X86_64_64 })
                        {
                            return Err(Error::Codegen(
                                "code refers to a symbol of the runtime outside of the unwind tables".into(),
                            ));
                        }
                        let at = narrow(placed.address + offset)? - image.read_only_at;
                        image.slots.push(RuntimeSlot { at, symbol: RuntimeSymbol::Personality });
                        continue;
                    }
                    address_of(input, index, functions)?
                }
                other => return Err(Error::Codegen(format!("a relocation refers to {other:?}"))),
            };
            let RelocationFlags::Elf { r_type } = relocation.flags() else {
                return Err(Error::Codegen("a relocation of LLVM's object is not an ELF relocation".into()));
            };
            let field = usize::try_from(offset).ok().and_then(|offset| target.get_mut(offset..));
            let field = field.ok_or_else(|| Error::Codegen("a relocation lies outside its section".into()))?;
            relocate::apply(
                r_type,
                field,
                symbol.cast_signed().wrapping_add(relocation.addend()),
                (placed.address + offset).cast_signed(),
            )?;
        }
        if placed.part == Part::Debug {
            unit.sections.push((section.name().map_err(broken)?.to_owned(), debug.into()));
        }
    }
    Ok(unit)
}

/// Tests whether a symbol is the only one outside of an image that its tables may refer to.
fn is_runtime_symbol(input: &Input<'_>, index: SymbolIndex) -> Result<bool> {
    let symbol = input.file.symbol_by_index(index).map_err(broken)?;
    Ok(symbol.is_undefined() && symbol.name().map_err(broken)? == abi::PERSONALITY)
}

/// Returns the address of a symbol.
fn address_of(input: &Input<'_>, index: SymbolIndex, functions: &HashMap<String, (u64, u64)>) -> Result<u64> {
    let symbol = input.file.symbol_by_index(index).map_err(broken)?;
    if let Some(section) = symbol.section_index() {
        return match input.placed.get(&section) {
            Some(placed) => Ok(placed.address + symbol.address()),
            None => Err(Error::Codegen("a relocation refers to a section that is not kept".into())),
        };
    }
    let name = strip_universal_suffix(symbol.name().map_err(broken)?);
    match functions.get(name) {
        Some((address, _)) => Ok(*address),
        None => Err(Error::Codegen(format!("code refers to `{name}`, which is no function of the module"))),
    }
}
