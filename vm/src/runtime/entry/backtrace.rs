//! Capture of backtraces: the chain of calls that are active where wasm stopped.

use crate::runtime::arch::Suspended;
use crate::runtime::code::trace::Trace;
use crate::runtime::fiber::Fiber;
use crate::runtime::store::activation::Activation;

/// Records the calls that are active on this thread, innermost first: the return addresses in `first` (the second of
/// them where a function has not set up its frame), those of the frames from `frame` on, and those of outer
/// activations. Must run before anything else uses the stack below the entry stub's frame. Async-signal-safe.
///
/// # Safety
/// `activation` must be this thread's innermost activation, and `frame` must be a frame that belongs to it.
pub(crate) unsafe fn capture(
    trace: &mut Trace,
    activation: &Activation,
    first: Option<(usize, Option<usize>)>,
    frame: usize,
) {
    trace.clear();
    if let Some((pc, back)) = first {
        trace.push(pc);
        if let Some(back) = back {
            trace.push(back);
        }
    }
    // SAFETY: the caller's promise. Outer activations are in a host function, and the host stub recorded its frame.
    unsafe {
        walk_activation(trace, activation, frame);
        let mut outer = activation.previous;
        while !outer.is_null() && !trace.is_full() {
            walk_activation(trace, &*outer, (*outer).stub.host_frame);
            outer = (*outer).previous;
        }
    }
}

/// Records the calls of an activation from `frame` on: first those on the current stack, then those on the stacks from
/// which continuations were resumed.
///
/// # Safety
/// `activation` must be one of this thread, and `frame` its innermost frame.
unsafe fn walk_activation(trace: &mut Trace, activation: &Activation, mut frame: usize) {
    let mut fiber = activation.fiber();
    // SAFETY: the caller's promise. The chain of fibers is valid as long as the activation runs.
    unsafe {
        while let Some(Some(stack)) = fiber.as_ref().map(Fiber::stack) {
            if trace.is_full() {
                return;
            }
            trace.walk(frame, stack.top());
            frame = Suspended::frame_pointer((*fiber).resumer());
            fiber = (*fiber).parent();
        }
        trace.walk(frame, activation.stub.frame);
    }
}
