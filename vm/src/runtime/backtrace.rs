//! Call chains of wasm: captured as addresses where wasm stopped, turned into functions and offsets afterwards.

use super::activation::Activation;
use super::arch::Suspended;
use super::code_registry;
use super::fiber::Fiber;
use super::image::CodeImage;
use crate::artifact::{DebugUnit, Image};
use crate::module::description::Description;
use crate::trap::{Frame, WasmBacktrace};
use addr2line::Context;
use gimli::{EndianArcSlice, LittleEndian};
use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, PoisonError};

/// Return addresses, innermost first. Some lie in stubs, not in wasm.
#[derive(Debug)]
pub(crate) struct Trace {
    length: usize,
    addresses: [usize; WasmBacktrace::LIMIT],
}

impl Default for Trace {
    fn default() -> Self {
        Self { length: 0, addresses: [0; WasmBacktrace::LIMIT] }
    }
}

impl Trace {
    fn push(&mut self, address: usize) {
        if let Some(slot) = self.addresses.get_mut(self.length) {
            *slot = address;
            self.length += 1;
        }
    }

    /// Follows the frame pointers from `frame` to the frame of the entry stub, `last`.
    ///
    /// # Safety
    /// `frame` must be 0 or a frame of this stack between here and `last`, and those between keep frame pointers.
    unsafe fn walk(&mut self, mut frame: usize, last: usize) {
        // What a frame pointer says is believed only while it leads towards the stub.
        while frame != 0 && frame < last && frame.is_multiple_of(size_of::<usize>()) && !self.is_full() {
            // SAFETY: the caller's promise: a frame begins with the pointer to the one before and the return address.
            let [before, back] = unsafe { (frame as *const [usize; 2]).read() };
            self.push(back);
            if before <= frame {
                return;
            }
            frame = before;
        }
    }

    fn is_full(&self) -> bool {
        self.length == self.addresses.len()
    }
}

/// Records the calls that are active on this thread: `first` are return addresses known already (the second one where a
/// function has not set up its frame), then come those of the frames from `frame` on, then those of outer activations.
/// Must run before anything else uses the stack below the entry stub's frame. Async-signal-safe.
///
/// # Safety
/// `activation` must be this thread's innermost, and `frame` a frame that belongs to it.
pub(crate) unsafe fn capture(
    trace: &mut Trace,
    activation: &Activation,
    first: Option<(usize, Option<usize>)>,
    frame: usize,
) {
    trace.length = 0;
    if let Some((pc, back)) = first {
        trace.push(pc);
        if let Some(back) = back {
            trace.push(back);
        }
    }
    // SAFETY: the caller's promise; outer activations are in a host function, whose stub left its frame.
    unsafe {
        walk_activation(trace, activation, frame);
        let mut outer = activation.previous;
        while !outer.is_null() && !trace.is_full() {
            walk_activation(trace, &*outer, (*outer).host_frame);
            outer = (*outer).previous;
        }
    }
}

/// Records the calls of an activation from `frame` on: those on the stack at hand, and then where continuations were
/// resumed, on the stacks of those who did.
///
/// # Safety
/// `activation` must be one of this thread, and `frame` its innermost frame.
unsafe fn walk_activation(trace: &mut Trace, activation: &Activation, mut frame: usize) {
    let mut fiber = activation.fiber;
    // SAFETY: the caller's promise; the chain is as long as the activation runs.
    unsafe {
        while let Some(Some(stack)) = fiber.as_ref().map(Fiber::stack) {
            if trace.is_full() {
                return;
            }
            trace.walk(frame, stack.top());
            frame = Suspended::frame_pointer((*fiber).resumer());
            fiber = (*fiber).parent();
        }
        trace.walk(frame, activation.frame);
    }
}

/// Says which functions a trace went through, as far as they are still there.
pub(crate) fn resolve(trace: &Trace) -> WasmBacktrace {
    let mut frames = Vec::new();
    for &address in &trace.addresses[..trace.length] {
        // The call itself is before the address it returns to.
        let pc = address - 1;
        let Some(image) = code_registry::find(pc) else { continue };
        let mut symbols = image.symbols.lock().unwrap_or_else(PoisonError::into_inner);
        let symbols = symbols.get_or_insert_with(|| Symbols::new(image.parts()));
        let offset = u32::try_from(pc - image.text().start).unwrap_or(u32::MAX);
        symbols.frames(&image, offset, &mut frames);
    }
    frames.truncate(WasmBacktrace::LIMIT);
    WasmBacktrace { frames }
}

type Section = EndianArcSlice<LittleEndian>;

/// What is needed to say what an address in an image is; made when the first backtrace wants it.
pub(crate) struct Symbols {
    /// Debug information of each unit, read when it is first asked for. What can't be read costs offsets, not the
    /// backtrace.
    units: Vec<(DebugUnit, OnceCell<Option<Context<Section>>>)>,
    /// Code of functions by address, and their index among those that the module defines.
    functions: Vec<(Range<u32>, u32)>,
}

impl fmt::Debug for Symbols {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Symbols").field("units", &self.units.len()).field("functions", &self.functions).finish()
    }
}

impl Symbols {
    fn new(image: &Image) -> Self {
        let code = image.functions.chunks_exact(2).map(|code| code[0]..code[1]);
        let mut functions: Vec<_> = code.zip(0..).collect();
        functions.sort_unstable_by_key(|(code, _)| code.start);
        let units = image.debug.units().into_iter().map(|unit| (unit, OnceCell::new())).collect();
        Self { units, functions }
    }

    /// Appends the calls active at an offset in the text, innermost first: one, and those that were inlined into it.
    fn frames(&self, image: &CodeImage, offset: u32, frames: &mut Vec<Frame>) {
        let after = self.functions.partition_point(|(code, _)| code.start <= offset);
        let Some((_, defined)) = after.checked_sub(1).map(|at| &self.functions[at]).filter(|(c, _)| offset < c.end)
        else {
            return;
        };
        let description = &*image.description;
        let physical = description.func_imports + defined;
        let mut places = self.places(offset);
        // The outermost one is the function whose code this is, whatever the debug information knows.
        let outermost = places.pop().flatten();
        for place in places.into_iter().flatten() {
            let body = description.code_offsets.partition_point(|&start| start <= place);
            if let Some(function) = body.checked_sub(1).and_then(|at| u32::try_from(at).ok()) {
                frames.push(frame(description, description.func_imports + function, Some(place)));
            }
        }
        frames.push(frame(description, physical, outermost));
    }

    /// Offsets in the module's bytes of the calls at an offset in the text, innermost first, as far as they are known.
    fn places(&self, offset: u32) -> Vec<Option<u32>> {
        let mut places = Vec::new();
        let unit = self.units.iter().find(|(unit, _)| unit.text.contains(&offset));
        let context = unit.and_then(|(unit, known)| known.get_or_init(|| context(unit)).as_ref());
        if let Some(mut found) =
            context.and_then(|context| context.find_frames(u64::from(offset)).skip_all_loads().ok())
        {
            while let Ok(Some(frame)) = found.next() {
                places.push(frame.location.and_then(|l| l.line).filter(|&line| line != 0));
            }
        }
        places
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
