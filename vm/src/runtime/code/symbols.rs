//! Symbols: map an address in compiled code to its function and to an offset in the module's bytes.

use crate::artifact::{DebugUnit, Image};
use crate::module::description::Description;
use crate::trap::Frame;
use addr2line::Context;
use gimli::{EndianArcSlice, LittleEndian};
use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

type Section = EndianArcSlice<LittleEndian>;

/// The parts of a code image that resolve addresses: all but its bytes.
#[derive(Debug)]
pub(crate) struct Symbols {
    /// Addresses of the text.
    pub(crate) text: Range<usize>,
    /// The image without its bytes.
    pub(crate) image: Image,
    pub(crate) description: Arc<Description>,
    /// Built for the first backtrace that needs it.
    index: Mutex<Option<Index>>,
}

impl Symbols {
    pub(crate) fn new(text: Range<usize>, image: Image, description: Arc<Description>) -> Self {
        Self { text, image, description, index: Mutex::new(None) }
    }

    /// Appends the frames at an address in the text, innermost first: those of calls that were inlined there, then the
    /// function itself.
    pub(crate) fn frames(&self, pc: usize, frames: &mut Vec<Frame>) {
        let offset = u32::try_from(pc - self.text.start).unwrap_or(u32::MAX);
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        index.get_or_insert_with(|| Index::new(&self.image)).frames(&self.description, offset, frames);
    }
}

/// Functions and debug information by address.
struct Index {
    /// Debug information of each codegen unit, parsed on first use. If it can't be parsed, the backtrace lacks offsets.
    units: Vec<(DebugUnit, OnceCell<Option<Context<Section>>>)>,
    /// Code ranges of functions, sorted by address, each with its index among the functions that the module defines.
    functions: Vec<(Range<u32>, u32)>,
}

impl fmt::Debug for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Index").field("units", &self.units.len()).field("functions", &self.functions).finish()
    }
}

impl Index {
    fn new(image: &Image) -> Self {
        let code = image.functions.chunks_exact(2).map(|code| code[0]..code[1]);
        let mut functions: Vec<_> = code.zip(0..).collect();
        functions.sort_unstable_by_key(|(code, _)| code.start);
        let units = image.debug.units().into_iter().map(|unit| (unit, OnceCell::new())).collect();
        Self { units, functions }
    }

    /// Appends the frames at an offset in the text, innermost first: those of calls that were inlined there, then the
    /// function itself.
    fn frames(&self, description: &Description, offset: u32, frames: &mut Vec<Frame>) {
        let after = self.functions.partition_point(|(code, _)| code.start <= offset);
        let Some((_, defined)) = after.checked_sub(1).map(|at| &self.functions[at]).filter(|(c, _)| offset < c.end)
        else {
            return;
        };
        let physical = description.func_imports + defined;
        let mut call_offsets = self.call_offsets(offset);
        // The outermost frame is the function that owns the code, even if the debug information does not say so.
        let outermost = call_offsets.pop().flatten();
        for call_offset in call_offsets.into_iter().flatten() {
            let body = description.code_offsets.partition_point(|&start| start <= call_offset);
            if let Some(function) = body.checked_sub(1).and_then(|at| u32::try_from(at).ok()) {
                frames.push(frame(description, description.func_imports + function, Some(call_offset)));
            }
        }
        frames.push(frame(description, physical, outermost));
    }

    /// Returns the offsets in the module's bytes of the calls at an offset in the text, innermost first, where known.
    fn call_offsets(&self, offset: u32) -> Vec<Option<u32>> {
        let mut call_offsets = Vec::new();
        let unit = self.units.iter().find(|(unit, _)| unit.text.contains(&offset));
        let context = unit.and_then(|(unit, known)| known.get_or_init(|| context(unit)).as_ref());
        if let Some(mut found) =
            context.and_then(|context| context.find_frames(u64::from(offset)).skip_all_loads().ok())
        {
            while let Ok(Some(frame)) = found.next() {
                call_offsets.push(frame.location.and_then(|l| l.line).filter(|&line| line != 0));
            }
        }
        call_offsets
    }
}

fn frame(description: &Description, function: u32, offset: Option<u32>) -> Frame {
    let name = description.function_name(function).map(str::to_owned);
    Frame { module: description.name.clone(), function, name, offset }
}

fn context(unit: &DebugUnit) -> Option<Context<Section>> {
    let load = |id: gimli::SectionId| {
        let bytes = unit.sections.iter().find(|(name, _)| name == id.name()).map_or(&[][..], |(_, bytes)| bytes);
        Ok::<_, gimli::Error>(EndianArcSlice::new(Arc::from(bytes), LittleEndian))
    };
    Context::from_dwarf(gimli::Dwarf::load(load).ok()?).ok()
}
