//! Code images in memory. A page is first written, then made executable or read-only, and is never both writable and
//! executable.

use super::arena::ArenaRange;
use super::registry;
use super::symbols::Symbols;
use crate::abi::fingerprint::fingerprint;
use crate::artifact::{Artifact, Bulk, Image, Keeper, RuntimeSymbol, Target, check_fingerprint};
use crate::error::{Error, Result};
use crate::module::description::Description;
use crate::runtime::arch::unwind;
use crate::system::host_cpu;
use crate::system::reservation::Reservation;
use rustix::mm::MprotectFlags;
use std::ops::Range;
use std::sync::{Arc, Once};

// Functions of the C library's unwinder that register and deregister a list of frame descriptions (`.eh_frame`).
unsafe extern "C" {
    fn __register_frame(begin: *const u8);
    fn __deregister_frame(begin: *const u8);
}

/// Executable code, with the symbols that backtraces need.
#[derive(Debug)]
pub(crate) struct CodeImage {
    /// The description, and the image without its bytes, which are in `_memory`.
    symbols: Arc<Symbols>,
    /// Addresses of the read-only data.
    read_only: Range<usize>,
    target: Target,
    unwindable: Once,
    /// Whether this image registers its own range of addresses. The range of an arena is registered once for all its
    /// images.
    owns_range: bool,
    /// The memory of the image: a range of an arena, a reservation of its own, or the artifact's mapping. Last, since
    /// it must be dropped after all fields that refer to it.
    _memory: Keeper,
}

/// The ranges of a reservation that belong to the two parts of an image.
struct Parts {
    text: Range<usize>,
    read_only: Range<usize>,
}

fn out_of_bounds(what: &str) -> Error {
    Error::Artifact(format!("{what} is outside the image"))
}

fn mapping_failed(error: rustix::io::Errno) -> Error {
    Error::Resources(format!("can't map code: {error}"))
}

impl CodeImage {
    /// Makes the code of an artifact executable, after checking that this host can run it.
    ///
    /// `mapped` is the reservation that contains the artifact's arrays, if it was mapped for this image alone. Code
    /// that is already laid out as it will run then stays where it is.
    ///
    /// # Safety
    /// The artifact must come from this crate's compiler: its code is trusted.
    pub(crate) unsafe fn new(artifact: Artifact, mapped: Option<Arc<Reservation>>) -> Result<Arc<Self>> {
        check(&artifact)?;
        let Artifact { target, description, mut image, .. } = artifact;
        let (text, read_only) = (std::mem::take(&mut image.text), std::mem::take(&mut image.read_only));
        let distance = image.read_only_at as usize;
        let in_place = mapped.filter(|_| !image.is_small()).and_then(|reservation| {
            let parts = locate_parts(&reservation, &text, &read_only, distance)?;
            // If the kernel does not allow execution of this file, the code is copied.
            fill_slots(&reservation, &parts, &image).and_then(|()| protect(&reservation, &parts)).ok()?;
            Some((reservation.addresses().start + parts.text.start, reservation))
        });
        let (memory, start): (Keeper, usize) = if text.is_empty() && read_only.is_empty() {
            (Arc::new(()), 0)
        } else if let Some((start, reservation)) = in_place {
            (reservation, start)
        } else if image.is_small() {
            let place = ArenaRange::new(text.len().max(read_only.len()))?;
            let (at, room) = (place.text(), place.bytes());
            let parts = Parts { text: at..at + room, read_only: at + distance..at + distance + room };
            write(place.reservation(), &parts, &image, &text, &read_only)?;
            let start = place.reservation().addresses().start + at;
            (Arc::new(place), start)
        } else {
            let reservation = Reservation::new(distance + read_only.len())?;
            let parts = Parts { text: 0..text.len(), read_only: distance..distance + read_only.len() };
            write(&reservation, &parts, &image, &text, &read_only)?;
            let start = reservation.addresses().start;
            (Arc::new(reservation), start)
        };
        let image = Arc::new(Self {
            read_only: start + distance..start + distance + read_only.len(),
            owns_range: !image.is_small() && !text.is_empty(),
            symbols: Arc::new(Symbols::new(start..start + text.len(), image, Arc::new(description))),
            target,
            unwindable: Once::new(),
            _memory: memory,
        });
        if !image.text().is_empty() {
            registry::insert(&image.symbols);
        }
        if image.owns_range {
            registry::add_range(image.text());
        }
        Ok(image)
    }

    /// Registers the frames of this code with the unwinder, so that exceptions can pass through them. Code is not
    /// registered until it is needed: libgcc before version 13 searches all registered code, one image after the other,
    /// for each frame that an exception passes.
    pub(crate) fn make_unwindable(&self) {
        self.unwindable.call_once(|| {
            if let Some(frames) = self.frame_descriptions() {
                // SAFETY: the list is inside the image, ends with a terminator, and is deregistered before the image is
                // unmapped.
                unsafe { __register_frame(frames) };
            }
        });
    }

    fn frame_descriptions(&self) -> Option<*const u8> {
        let range = &self.symbols.image.eh_frame;
        (!range.is_empty()).then(|| (self.read_only.start + range.start as usize) as *const u8)
    }

    /// Returns the addresses of the text.
    pub(crate) fn text(&self) -> Range<usize> {
        self.symbols.text.clone()
    }

    /// Returns the entry point of the `index`-th function that the module defines.
    pub(crate) fn function(&self, index: u32) -> *const u8 {
        let code = self.symbols.image.function(index).expect("the module defines the function");
        (self.symbols.text.start + code.start as usize) as *const u8
    }

    pub(crate) fn description(&self) -> &Arc<Description> {
        &self.symbols.description
    }

    /// Copies the image back into an artifact, equal to the one that it was made from.
    pub(crate) fn to_artifact(&self) -> Artifact {
        let copy = |range: &Range<usize>| {
            let bytes = std::ptr::slice_from_raw_parts(range.start as *const u8, range.len());
            // SAFETY: these bytes are readable, and they are never written again.
            if range.is_empty() { Vec::new() } else { unsafe { &*bytes }.to_vec() }
        };
        let mut read_only = copy(&self.read_only);
        for slot in &self.symbols.image.slots {
            read_only[slot.at as usize..][..8].fill(0);
        }
        Artifact {
            fingerprint: fingerprint(),
            target: self.target.clone(),
            description: Description::clone(self.description()),
            image: Image { text: copy(&self.text()).into(), read_only: read_only.into(), ..self.symbols.image.clone() },
        }
    }
}

impl Drop for CodeImage {
    fn drop(&mut self) {
        if !self.text().is_empty() {
            registry::remove(&self.symbols);
        }
        if self.owns_range {
            registry::remove_range(&self.text());
        }
        if self.unwindable.is_completed()
            && let Some(frames) = self.frame_descriptions()
        {
            // SAFETY: registered once, and deregistered once here.
            unsafe { __deregister_frame(frames) };
        }
    }
}

/// Checks the bounds of everything in an artifact that is later accessed without checks.
fn check(artifact: &Artifact) -> Result<()> {
    let Artifact { fingerprint, target, description, image } = artifact;
    check_fingerprint(*fingerprint)?;
    host_cpu::check(&target.arch, &target.features)?;
    let defined = description.functions.len().checked_sub(description.func_imports as usize);
    if defined.and_then(|defined| defined.checked_mul(2)) != Some(image.functions.len()) {
        return Err(Error::Artifact("the number of functions differs from that of their code ranges".into()));
    }
    let (text, read_only) = (image.text.len(), image.read_only.len());
    let max = if image.is_small() { Image::SMALL as usize } else { i32::MAX as usize };
    if !image.read_only_at.is_multiple_of(Image::PAGE)
        || text > max.min(image.read_only_at as usize)
        || read_only > max
        || image.read_only_at as usize + read_only > i32::MAX as usize
    {
        return Err(out_of_bounds("text or read-only data"));
    }
    if image.functions.chunks_exact(2).any(|code| code[0] >= code[1] || code[1] as usize > text) {
        return Err(out_of_bounds("a function"));
    }
    if image.eh_frame.start > image.eh_frame.end || image.eh_frame.end as usize > read_only {
        return Err(out_of_bounds("the unwind table"));
    }
    if image.slots.iter().any(|slot| slot.at as usize + 8 > read_only) {
        return Err(out_of_bounds("a runtime slot"));
    }
    Ok(())
}

/// Returns where the parts of an image are in a reservation, if they can be executed there as they are.
fn locate_parts(reservation: &Reservation, text: &Bulk<u8>, read_only: &Bulk<u8>, distance: usize) -> Option<Parts> {
    let addresses = reservation.addresses();
    let place = |part: &Bulk<u8>| {
        let start = part.as_ptr().addr().checked_sub(addresses.start)?;
        (start + part.len() <= addresses.len() && start.is_multiple_of(rustix::param::page_size()))
            .then(|| start..start + part.len())
    };
    let parts = Parts { text: place(text)?, read_only: place(read_only)? };
    (parts.read_only.start.checked_sub(parts.text.start) == Some(distance)).then_some(parts)
}

/// Writes an image into pages that hold nothing yet.
fn write(reservation: &Reservation, parts: &Parts, image: &Image, text: &[u8], read_only: &[u8]) -> Result<()> {
    for (range, bytes) in [(&parts.text, text), (&parts.read_only, read_only)] {
        reservation.commit(range.clone()).map_err(mapping_failed)?;
        // SAFETY: the range was made writable just now, has room for the bytes, and belongs to this image alone.
        unsafe {
            let to = reservation.base().as_ptr().add(range.start);
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, bytes.len());
        }
    }
    fill_slots(reservation, parts, image)?;
    protect(reservation, parts)
}

/// Fills the slots of an image with the addresses of runtime functions.
fn fill_slots(reservation: &Reservation, parts: &Parts, image: &Image) -> Result<()> {
    let start = image.slots.iter().map(|slot| slot.at as usize).min();
    let end = image.slots.iter().map(|slot| slot.at as usize + 8).max();
    let (Some(start), Some(end)) = (start, end) else { return Ok(()) };
    reservation.commit(parts.read_only.start + start..parts.read_only.start + end).map_err(mapping_failed)?;
    for slot in &image.slots {
        let address = match slot.symbol {
            RuntimeSymbol::Personality => unwind::personality as *const () as usize,
        };
        // SAFETY: slots were checked to be inside the part. Its pages are writable, and not read yet.
        unsafe {
            let to = reservation.base().as_ptr().add(parts.read_only.start + slot.at as usize);
            to.cast::<usize>().write_unaligned(address);
        }
    }
    Ok(())
}

/// Makes the text executable and the rest read-only.
fn protect(reservation: &Reservation, parts: &Parts) -> Result<()> {
    // SAFETY: the pages belong to this image alone, and from here on they are only read and executed.
    unsafe {
        reservation.protect(parts.text.clone(), MprotectFlags::READ | MprotectFlags::EXEC).map_err(mapping_failed)?;
        reservation.protect(parts.read_only.clone(), MprotectFlags::READ).map_err(mapping_failed)
    }
}
