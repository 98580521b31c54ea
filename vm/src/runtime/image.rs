//! A code image in memory: written first, then executable, never both.

use super::backtrace::Symbols;
use super::space::Reservation;
use super::{code_registry, host_cpu, unwind};
use crate::abi::fingerprint::fingerprint;
use crate::artifact::{Artifact, Image, RuntimeSymbol, Target, check_fingerprint};
use crate::error::{Error, Result};
use crate::module::description::Description;
use rustix::mm::MprotectFlags;
use std::ops::Range;
use std::sync::{Arc, Mutex, Once};

// Of the C library's unwinder: makes a list of frame descriptions known, or forgets it.
unsafe extern "C" {
    fn __register_frame(begin: *const u8);
    fn __deregister_frame(begin: *const u8);
}

/// Code that can run, and the description that its backtraces need.
#[derive(Debug)]
pub(crate) struct CodeImage {
    space: Reservation,
    /// The image without its bytes: those are in `space`.
    image: Image,
    length: usize,
    target: Target,
    pub(crate) description: Arc<Description>,
    pub(crate) symbols: Mutex<Option<Symbols>>,
    unwindable: Once,
}

fn broken(what: &str) -> Error {
    Error::Artifact(format!("{what} lies outside the image"))
}

impl CodeImage {
    /// Maps the image of an artifact, unless this host can't run it.
    ///
    /// # Safety
    /// The artifact must come from this crate's compiler: its code is trusted.
    pub(crate) unsafe fn new(artifact: Artifact) -> Result<Arc<Self>> {
        let Artifact { fingerprint, target, description, mut image } = artifact;
        check_fingerprint(fingerprint)?;
        host_cpu::check(&target)?;
        let defined = description.functions.len().checked_sub(description.func_imports as usize);
        if defined != Some(image.functions.len()) {
            return Err(Error::Artifact("functions and code do not match".into()));
        }
        let bytes = std::mem::take(&mut image.bytes);
        let (length, text) = (bytes.len(), image.text as usize);
        if text > length {
            return Err(broken("text"));
        }
        if image.functions.iter().any(|code| code.start >= code.end || code.end > image.text) {
            return Err(broken("a function"));
        }
        if image.eh_frame.start > image.eh_frame.end || image.eh_frame.end as usize > length {
            return Err(broken("the unwind table"));
        }

        let read_only = text.next_multiple_of(Image::PAGE as usize);
        if image.slots.iter().any(|slot| (slot.at as usize) < read_only || slot.at as usize + 8 > length) {
            return Err(broken("a runtime slot"));
        }

        let space = Reservation::new(length)?;
        let failed = |e| Error::Resources(format!("can't map code: {e}"));
        space.commit(0..length).map_err(failed)?;
        // SAFETY: `length` bytes were committed just now, and nobody else knows of them.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), space.base().as_ptr(), length) };
        for slot in &image.slots {
            let address = match slot.symbol {
                RuntimeSymbol::Personality => unwind::personality as *const () as usize,
            };
            // SAFETY: slots were checked to lie inside these bytes, which are still ours alone.
            unsafe { space.base().as_ptr().add(slot.at as usize).cast::<usize>().write_unaligned(address) };
        }
        // What is read starts at the next multiple of `Image::PAGE`, which no host's page is larger than: none is shared.
        // SAFETY: the bytes are still ours alone, and from here on only read and run.
        unsafe { space.protect(0..text, MprotectFlags::READ | MprotectFlags::EXEC) }.map_err(failed)?;
        let rest = text.next_multiple_of(rustix::param::page_size());
        if rest < length {
            // SAFETY: as above.
            unsafe { space.protect(rest..length, MprotectFlags::READ) }.map_err(failed)?;
        }
        let image = Arc::new(Self {
            space,
            image,
            length,
            target,
            description: Arc::new(description),
            symbols: Mutex::new(None),
            unwindable: Once::new(),
        });
        code_registry::insert(&image);
        Ok(image)
    }

    /// Lets exceptions through: makes the frames of this code known to the unwinder. Not done for all code, because libgcc
    /// before version 13 looks for each frame of an exception in all that was registered, one after the other.
    pub(crate) fn make_unwindable(&self) {
        self.unwindable.call_once(|| {
            if let Some(frames) = self.frame_descriptions() {
                // SAFETY: the list is inside the image, closed by a terminator, and withdrawn before the image is unmapped.
                unsafe { __register_frame(frames) };
            }
        });
    }

    fn frame_descriptions(&self) -> Option<*const u8> {
        let range = &self.image.eh_frame;
        // SAFETY: the range was checked to lie inside the image.
        (!range.is_empty()).then(|| unsafe { self.space.base().as_ptr().add(range.start as usize).cast_const() })
    }

    /// Addresses of the code.
    pub(crate) fn text(&self) -> Range<usize> {
        let start = self.space.addresses().start;
        start..start + self.image.text as usize
    }

    /// Entry point of the `index`-th function that the module defines.
    pub(crate) fn function(&self, index: u32) -> *const u8 {
        let start = self.image.functions[index as usize].start as usize;
        // SAFETY: the ranges of functions were checked to lie inside the text.
        unsafe { self.space.base().as_ptr().add(start) }
    }

    /// The image without its bytes.
    pub(crate) fn parts(&self) -> &Image {
        &self.image
    }

    /// The artifact that this came from.
    pub(crate) fn to_artifact(&self) -> Artifact {
        let mut image = self.image.clone();
        // SAFETY: these bytes are readable and nobody writes them any more.
        image.bytes = unsafe { std::slice::from_raw_parts(self.space.base().as_ptr(), self.length) }.to_vec();
        for slot in &image.slots {
            image.bytes[slot.at as usize..][..8].fill(0);
        }
        Artifact {
            fingerprint: fingerprint(),
            target: self.target.clone(),
            description: Description::clone(&self.description),
            image,
        }
    }
}

impl Drop for CodeImage {
    fn drop(&mut self) {
        code_registry::remove(self);
        if self.unwindable.is_completed()
            && let Some(frames) = self.frame_descriptions()
        {
            // SAFETY: registered once, withdrawn once here.
            unsafe { __deregister_frame(frames) };
        }
    }
}
