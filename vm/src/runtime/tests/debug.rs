//! Tests of backtraces with debug information, in sections that `gimli` writes.

use super::code::{Builder, call, trap};
use crate::artifact::{Artifact, Debug, DebugUnit, Image};
use crate::types::FuncType;
use crate::{Engine, Error, Instance, Module, Store, Trap, TypedFunc};
use gimli::write::{Address, AttributeValue, DwarfUnit, EndianVec, LineProgram, LineString, Sections, UnitEntryId};
use std::ops::Range;

/// Debug information for the module of [`artifact`]. Wasm function 2 has the body of function 1 inlined, which traps at
/// offset 150 and is called at 250. Function 3 makes its call at 350. Function 4 has no debug information.
fn debug_unit(image: &Image) -> DebugUnit {
    let functions: Vec<Range<u32>> = image.functions.chunks_exact(2).map(|code| code[0]..code[1]).collect();
    let functions = functions.as_slice();
    let text = u32::try_from(image.text.len()).unwrap();
    let encoding = gimli::Encoding { format: gimli::Format::Dwarf32, version: 5, address_size: 8 };
    let mut dwarf = DwarfUnit::new(encoding);
    let name = |dwarf: &mut DwarfUnit| LineString::new("wasm", encoding, &mut dwarf.line_strings);
    let (directory, source) = (name(&mut dwarf), name(&mut dwarf));
    let mut lines = LineProgram::new(encoding, gimli::LineEncoding::default(), directory, None, source, None);
    let (root, file) = (lines.default_directory(), name(&mut dwarf));
    let file = lines.add_file(file, root, None);
    for (function, line) in [(2, 150), (3, 350)] {
        let code = &functions[function];
        lines.begin_sequence(Some(Address::Constant(code.start.into())));
        lines.row().file = file;
        // The prologue belongs to no wasm instruction.
        lines.row().line = 0;
        lines.generate_row();
        lines.row().address_offset = 4;
        lines.row().line = line;
        lines.generate_row();
        lines.end_sequence(code.len() as u64);
    }
    dwarf.unit.line_program = lines;

    let covers = |dwarf: &mut DwarfUnit, entry: UnitEntryId, code: Range<u32>| {
        let entry = dwarf.unit.get_mut(entry);
        entry.set(gimli::DW_AT_low_pc, AttributeValue::Address(Address::Constant(code.start.into())));
        entry.set(gimli::DW_AT_high_pc, AttributeValue::Udata(code.len() as u64));
    };
    let root = dwarf.unit.root();
    covers(&mut dwarf, root, 0..text);
    let mut entries = Vec::new();
    for code in functions {
        let entry = dwarf.unit.add(root, gimli::DW_TAG_subprogram);
        covers(&mut dwarf, entry, code.clone());
        entries.push(entry);
    }
    let inlined = dwarf.unit.add(entries[2], gimli::DW_TAG_inlined_subroutine);
    let body = functions[2].start + 4;
    covers(&mut dwarf, inlined, body..body + 5);
    let inlined = dwarf.unit.get_mut(inlined);
    inlined.set(gimli::DW_AT_abstract_origin, AttributeValue::UnitRef(entries[1]));
    inlined.set(gimli::DW_AT_call_line, AttributeValue::Udata(250));

    let mut sections = Sections::new(EndianVec::new(gimli::LittleEndian));
    dwarf.write(&mut sections).unwrap();
    let mut unit = DebugUnit { text: 0..text, sections: Vec::new() };
    let kept: Result<(), ()> = sections.for_each(|id, bytes| {
        unit.sections.push((id.name().into(), bytes.slice().to_vec().into()));
        Ok(())
    });
    kept.unwrap();
    unit
}

fn artifact() -> Artifact {
    let nothing = || FuncType::new([], []);
    let mut module = Builder::new();
    for name in ["zero", "one"] {
        module.function(name, nothing(), |_, _| Vec::new());
    }
    for (name, target) in [("two", None), ("three", Some(2)), ("four", Some(3))] {
        let target = target.map(|target| module.start(target));
        module.function(name, nothing(), |module, at| match target {
            None => trap(Trap::Unreachable as u8)(module, at),
            Some(target) => call(target)(module, at),
        });
    }
    module.artifact()
}

fn frames(artifact: Artifact) -> Vec<(u32, Option<u32>)> {
    let engine = Engine::default();
    // SAFETY: the code of these tests follows the calling convention.
    let module = unsafe { Module::from_artifact(&engine, artifact) }.unwrap();
    let mut store = Store::new(&engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    let four: TypedFunc<(), ()> = instance.get_typed_func(&store, "four").unwrap();
    let Err(Error::Trap { backtrace, .. }) = four.call(&mut store, ()) else { panic!() };
    backtrace.frames.iter().map(|frame| (frame.function, frame.offset)).collect()
}

#[test]
fn frames_have_offsets_and_inlined_functions() {
    let mut artifact = artifact();
    let image = &mut artifact.image;
    image.debug = Debug::new(&[debug_unit(image)]).unwrap();
    assert_eq!(frames(artifact), [(1, Some(150)), (2, Some(250)), (3, Some(350)), (4, None)]);
}

#[test]
fn broken_debug_information_costs_only_offsets() {
    let mut artifact = artifact();
    let image = &mut artifact.image;
    let mut unit = debug_unit(image);
    for (_, bytes) in &mut unit.sections {
        bytes.to_mut().fill(0xff);
    }
    image.debug = Debug::new(&[unit]).unwrap();
    assert_eq!(frames(artifact), [(2, None), (3, None), (4, None)]);
}
