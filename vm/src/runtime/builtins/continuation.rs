//! Builtins for continuations: creating, resuming, suspending and switching.
//!
//! The stubs of [`arch`](crate::runtime::arch) call those that switch stacks with the frame that they pushed on the
//! current stack, and resume the frame that is returned.
//!
//! # Safety
//!
//! As of [`builtins`](crate::runtime::builtins): compiled code calls these with its context and with arguments that
//! validation has checked, and they have exclusive use of the store. None calls wasm, unwinds or panics. `frame` must
//! be the frame that a stub pushed on the current stack.
#![expect(clippy::missing_safety_doc, reason = "section Safety of this file covers what stubs call")]

use super::context::store;
use crate::abi::continuation::{CONSUMED, CONTINUATION_SIZE, HANDLER_SWITCH, RETURNED, VMContinuation, VMHandler};
use crate::abi::{self, Place, Registers, VMException, VMFuncRef, VMTag};
use crate::runtime::arch::{FiberHooks, Suspended};
use crate::runtime::fiber::{Fiber, Fibers, INITIAL_STACK_BYTES, Stack, attach, detach};
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::activation::Activation;
use crate::trap::Trap;
use std::ptr::{NonNull, null_mut};
use std::sync::Arc;

/// The functions that a fiber's first stub calls.
static HOOKS: FiberHooks = FiberHooks { returned, thrown };

/// Allocates a continuation object that refers to no fiber. May collect.
///
/// # Safety
/// The store must be running wasm code that is suspended.
unsafe fn empty(store: *mut StoreOpaque, type_id: u32) -> Option<NonNull<VMContinuation>> {
    // SAFETY: the caller's promise: nothing else uses the store. Objects of this type have this size, and zero stands
    // for no fiber.
    unsafe { (*store).allocate(type_id, CONTINUATION_SIZE.into(), 0).map(NonNull::cast) }
}

/// `cont.new`
pub(crate) unsafe extern "C" fn cont_new(context: *mut u8, type_id: u32, function: *const VMFuncRef) -> u64 {
    // SAFETY: called by wasm code, which is suspended. Nothing else uses the store.
    unsafe {
        let store = store(context);
        if (*store).fibers.is_collection_due() {
            (*store).collect();
        }
        if !(*store).make_room((*store).fibers.next_bytes()) {
            return 0;
        }
        let Some(object) = empty(store, type_id) else { return 0 };
        let Some(fiber) = (*store).fibers.add(store.cast(), function) else { return 0 };
        attach(object, fiber.as_ptr());
        object.as_ptr() as u64
    }
}

/// `cont.bind`
pub(crate) unsafe extern "C" fn cont_bind(
    context: *mut u8,
    type_id: u32,
    continuation: *mut VMContinuation,
    count: u32,
) -> u64 {
    // SAFETY: as in `cont_new`.
    unsafe {
        let store = store(context);
        if (*continuation).fiber.is_null() {
            return CONSUMED;
        }
        (*store).heap.temporaries.push(continuation as u64);
        let has_room = (*store).make_room(count as usize * size_of::<u128>());
        let object = if has_room { empty(store, type_id) } else { None };
        (*store).heap.temporaries.pop();
        let Some(object) = object else { return 0 };
        let fiber = detach(continuation);
        attach(object, fiber);
        let values = &(&*StoreOpaque::overflow(store))[..count as usize];
        (*fiber).bind(values, &mut (*store).fibers.account);
        object.as_ptr() as u64
    }
}

/// Resumes `frame` with a trap.
///
/// # Safety
/// `frame` must be on top of a suspended stack.
unsafe fn trap(frame: *mut Suspended, trap: Trap) -> *mut Suspended {
    // SAFETY: the caller has the frame from a stub.
    unsafe { (*frame).trap(trap) };
    frame
}

/// Sets the fiber that the activation runs, and the stack limit. A null `fiber` stands for the stack that wasm was
/// entered on.
///
/// # Safety
/// Both must belong to one store, which is running wasm code that is suspended.
unsafe fn run_on(activation: *mut Activation, fiber: *mut Fiber) {
    // SAFETY: the callers have both from the store.
    unsafe {
        let stack = fiber.as_ref().and_then(|fiber| fiber.stack);
        (*activation).stub.fiber = fiber.cast();
        (*(*activation).store).vm.stack_limit = stack.map_or((*activation).bounds.limit, Stack::limit);
    }
}

/// `resume`, `resume_throw` and `resume_throw_ref`.
pub(crate) unsafe extern "C" fn resume(
    context: *mut u8,
    continuation: *mut VMContinuation,
    handlers: *const VMHandler,
    counts: u64,
    exception: *mut VMException,
    frame: *mut Suspended,
) -> *mut Suspended {
    // SAFETY: as in `cont_new`. The arguments are those of compiled code.
    unsafe {
        let store = store(context);
        let activation = (*store).vm.activation.cast::<Activation>();
        let Some(fiber) = NonNull::new((*continuation).fiber.cast::<Fiber>()) else {
            return trap(frame, Trap::ContinuationConsumed);
        };
        let has_begun = fiber.as_ref().stack.is_some();
        if exception.is_null() {
            if let Err(cause) = prepare(store, continuation, fiber, (counts >> 32) as usize) {
                return trap(frame, cause);
            }
        } else if !has_begun {
            detach(continuation);
            (*store).fibers.remove(fiber);
            (*frame).throw(exception);
            return frame;
        }
        detach(continuation);
        let outermost = (*fiber.as_ptr()).outermost;
        (*outermost).parent = (*activation).fiber();
        (*outermost).resumer = frame;
        (*outermost).handlers = handlers;
        (*outermost).clauses = counts as u32 as usize;
        if (*activation).fiber().is_null() {
            (*activation).stub.idle = frame as usize;
        }
        go_on(activation, fiber, exception)
    }
}

/// Continues in `fiber`, whose chain is linked to its parent already. Returns the frame to resume.
///
/// # Safety
/// As for [`run_on`]. `fiber` must be suspended, and `exception` must be null or an exception of the store.
unsafe fn go_on(activation: *mut Activation, fiber: NonNull<Fiber>, exception: *mut VMException) -> *mut Suspended {
    // SAFETY: the caller's promise.
    unsafe {
        run_on(activation, fiber.as_ptr());
        let target = fiber.as_ref().frame;
        if exception.is_null() {
            (*target).set_outcome(RETURNED, 0);
        } else {
            let account = &mut (*(*activation).store).fibers.account;
            drop((*fiber.as_ptr()).take_bound(account));
            (*target).throw(exception);
        }
        target
    }
}

/// Moves all values to the places where the fiber expects them. The last `count` of them are in the overflow area.
/// Gives the fiber a stack if it has none. May collect.
///
/// # Safety
/// `fiber` must be the one that `continuation` resumes. Both must belong to `store`, which must be running wasm code
/// that is suspended.
///
/// # Errors
/// [`Trap::AllocationFailed`] when there is no stack.
unsafe fn prepare(
    store: *mut StoreOpaque,
    continuation: *mut VMContinuation,
    fiber: NonNull<Fiber>,
    count: usize,
) -> Result<(), Trap> {
    // SAFETY: the caller's promise.
    unsafe {
        let begins = fiber.as_ref().stack.is_none();
        if begins {
            if (*store).has_room(INITIAL_STACK_BYTES) {
                (*store).fibers.give_stack(fiber);
            }
            if fiber.as_ref().stack.is_none() {
                // The collection reads all fibers, so no reference to this one may exist meanwhile.
                (*store).heap.temporaries.push(continuation as u64);
                (*store).collect();
                (*store).heap.temporaries.pop();
                if (*store).has_room(INITIAL_STACK_BYTES) {
                    (*store).fibers.give_stack(fiber);
                }
            }
        }
        let record = &mut *fiber.as_ptr();
        let Some(stack) = record.stack else { return Err(Trap::AllocationFailed) };
        let slots = &mut *StoreOpaque::overflow(store);
        if !record.bound.is_empty() {
            let bound = record.take_bound(&mut (*store).fibers.account);
            // Together they are the values of one function or tag type, for which the overflow area has room.
            slots.copy_within(..count, bound.len());
            slots[..bound.len()].copy_from_slice(&bound);
        }
        if begins {
            let registers = (stack.top() - size_of::<Registers>()) as *mut Registers;
            let function = &*record.function;
            let Fibers { places, .. } = &mut (*store).fibers;
            let places = places
                .entry(function.type_id)
                .or_insert_with(|| Arc::new(abi::assign((*store).engine.registered(function.type_id).signature())));
            for (slot, &place) in places.0.iter().enumerate() {
                match place {
                    Place::Int(n) => (*registers).int[usize::from(n)] = slots[slot] as u64,
                    Place::Vec(n) => (*registers).vec[usize::from(n)] = slots[slot],
                    // Slots only move down, so nothing unread is overwritten.
                    Place::Overflow(n) => slots[usize::from(n)] = slots[slot],
                }
            }
            record.places = Some(Arc::clone(places));
            record.frame = Suspended::first(registers, function.code, function.context, fiber.as_ptr().cast(), &HOOKS);
        }
        Ok(())
    }
}

/// Finds the innermost fiber whose `resume` has a clause for `wanted`, a tag as in [`VMHandler::tag`], and the number
/// of that clause.
///
/// # Safety
/// The activation must be running wasm code that is suspended.
unsafe fn find(activation: *mut Activation, wanted: usize) -> Option<(NonNull<Fiber>, usize)> {
    // SAFETY: the chain belongs to the store. The clauses lie in frames that are suspended.
    unsafe {
        let mut next = (*activation).fiber();
        while let Some(fiber) = NonNull::new(next) {
            let record = fiber.as_ref();
            for clause in 0..record.clauses {
                if (*record.handlers.add(clause)).tag == wanted {
                    return Some((fiber, clause));
                }
            }
            next = record.parent;
        }
        None
    }
}

/// Cuts the chain of running fibers behind `outermost`, and makes the part that was cut off a continuation that resumes
/// `frame`. May collect. None when there is no memory.
///
/// # Safety
/// `outermost` must be in the chain of `activation`, and `frame` must be on top of the current stack.
unsafe fn cut(
    activation: *mut Activation,
    outermost: NonNull<Fiber>,
    frame: *mut Suspended,
    type_id: u32,
) -> Option<NonNull<VMContinuation>> {
    // SAFETY: the caller's promise.
    unsafe {
        let (store, innermost) = ((*activation).store, (*activation).fiber());
        if !(*store).may_suspend(innermost) {
            return None;
        }
        let object = empty(store, type_id)?;
        attach(object, innermost);
        (*innermost).outermost = outermost.as_ptr();
        (*innermost).frame = frame;
        Some(object)
    }
}

/// `suspend`
pub(crate) unsafe extern "C" fn suspend(context: *mut u8, tag: *const VMTag, frame: *mut Suspended) -> *mut Suspended {
    // SAFETY: as in `cont_new`. The arguments are those of compiled code.
    unsafe {
        let activation = (*store(context)).vm.activation.cast::<Activation>();
        let Some((outermost, clause)) = find(activation, tag as usize) else {
            return trap(frame, Trap::UnhandledTag);
        };
        let type_id = (*outermost.as_ref().handlers.add(clause)).type_id;
        let Some(object) = cut(activation, outermost, frame, type_id) else {
            return trap(frame, Trap::AllocationFailed);
        };
        let &Fiber { parent, resumer, .. } = outermost.as_ref();
        run_on(activation, parent);
        (*resumer).set_outcome(clause as u64 + 1, object.as_ptr() as u64);
        resumer
    }
}

/// `switch`: suspends the chain up to the handler, passes it as a continuation to the fiber that is resumed, and links
/// that fiber in its place.
pub(crate) unsafe extern "C" fn switch(
    context: *mut u8,
    tag: *const VMTag,
    continuation: *mut VMContinuation,
    type_and_count: u64,
    frame: *mut Suspended,
) -> *mut Suspended {
    // SAFETY: as in `cont_new`. The arguments are those of compiled code.
    unsafe {
        let store = store(context);
        let activation = (*store).vm.activation.cast::<Activation>();
        let Some(fiber) = NonNull::new((*continuation).fiber.cast::<Fiber>()) else {
            return trap(frame, Trap::ContinuationConsumed);
        };
        let Some((outermost, _)) = find(activation, tag as usize | HANDLER_SWITCH) else {
            return trap(frame, Trap::UnhandledTag);
        };
        (*store).heap.temporaries.push(continuation as u64);
        let object = cut(activation, outermost, frame, type_and_count as u32);
        (*store).heap.temporaries.pop();
        let Some(object) = object else { return trap(frame, Trap::AllocationFailed) };
        let count = (type_and_count >> 32) as usize;
        (&mut *StoreOpaque::overflow(store))[count] = object.as_ptr() as u128;
        if let Err(cause) = prepare(store, continuation, fiber, count + 1) {
            detach(object.as_ptr());
            return trap(frame, cause);
        }
        detach(continuation);
        let &Fiber { parent, resumer, handlers, clauses, .. } = outermost.as_ref();
        let next = &mut *(*fiber.as_ptr()).outermost;
        (next.parent, next.resumer, next.handlers, next.clauses) = (parent, resumer, handlers, clauses);
        go_on(activation, fiber, null_mut())
    }
}

/// Ends a fiber whose function has returned, with results in `registers` and the overflow area.
unsafe extern "C" fn returned(fiber: *mut u8, registers: *mut Registers) -> *mut Suspended {
    let fiber = fiber.cast::<Fiber>();
    // SAFETY: the stub passes what the fiber was created with. Nothing else uses the store.
    unsafe {
        let store = (*fiber).store.cast::<StoreOpaque>();
        let slots = &mut *StoreOpaque::overflow(store);
        let places = &(*fiber).places;
        for (slot, &place) in places.as_ref().map_or(&[][..], |places| &places.1).iter().enumerate().rev() {
            match place {
                Place::Int(n) => slots[slot] = (*registers).int[usize::from(n)].into(),
                Place::Vec(n) => slots[slot] = (*registers).vec[usize::from(n)],
                // Slots only move up, and the last one first, so nothing unread is overwritten.
                Place::Overflow(n) => slots[slot] = slots[usize::from(n)],
            }
        }
        let resumer = end(fiber);
        (*resumer).set_outcome(RETURNED, 0);
        resumer
    }
}

/// Ends a fiber whose function threw an exception. The exception is thrown again where the fiber was resumed.
unsafe extern "C" fn thrown(fiber: *mut u8, exception: *mut VMException) -> *mut Suspended {
    let fiber = fiber.cast::<Fiber>();
    // SAFETY: as in `returned`.
    unsafe {
        let resumer = end(fiber);
        (*resumer).throw(exception);
        resumer
    }
}

/// Ends the innermost fiber, on whose stack this runs. Returns the frame in which its parent continues.
///
/// # Safety
/// The fiber must be the innermost of the activation of its store, and its function must have ended.
unsafe fn end(fiber: *mut Fiber) -> *mut Suspended {
    // SAFETY: as in `returned`.
    unsafe {
        let store = (*fiber).store.cast::<StoreOpaque>();
        let &Fiber { parent, resumer, .. } = &*fiber;
        run_on((*store).vm.activation.cast(), parent);
        (*store).fibers.remove(NonNull::new_unchecked(fiber));
        resumer
    }
}
