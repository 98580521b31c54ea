//! Functions of the runtime that compiled code calls: one table, from which come the numbers ([`Builtin`]), the entry points
//! and their check against the functions behind them (`runtime/builtins`), the LLVM types and attributes of the calls
//! (`lower/builtin`), and a part of the [fingerprint](super::fingerprint).
//!
//! All have the C convention, with the context of the calling instance before the arguments of the table. Indices,
//! addresses and lengths are passed as `u64` (zero-extended for 32-bit memories and tables), module-wide indices as `u32`.
//! None has more arguments than there are registers.

use super::continuation::{VMContinuation, VMHandler};
use super::{VMException, VMFuncRef, VMTag};
use crate::trap::Trap;

/// Gives the table of builtins to the macro named. A row is
///
/// ```text
/// Name = way function(argument: type, ...) -> result, traps Trap;
/// ```
///
/// where `way` is a [`Completion`], the types are those of [`BuiltinArgument`] and [`BuiltinResult`], and `traps` says which trap code raises
/// for a [`Status`] other than zero.
macro_rules! each_builtin {
    ($with:path) => {
        $with! {
            /// `memory.grow`: pages before, or -1.
            MemoryGrow = call memory_grow(memory: u32, delta: u64) -> u64;
            /// `memory.fill`
            MemoryFill = call memory_fill(memory: u32, to: u64, value: u32, length: u64) -> Status, traps MemoryOutOfBounds;
            /// `memory.copy`; `memories` is `to | from << 32`.
            MemoryCopy = call memory_copy(memories: u64, to: u64, from: u64, length: u64) -> Status, traps MemoryOutOfBounds;
            /// `memory.init`; `which` is `memory | segment << 32`.
            MemoryInit = call memory_init(which: u64, to: u64, from: u64, length: u64) -> Status, traps MemoryOutOfBounds;
            /// `data.drop`
            DataDrop = call data_drop(segment: u32) -> ();
            /// `table.grow`: elements before, or -1.
            TableGrow = call table_grow(table: u32, value: *mut u8, delta: u64) -> u64;
            /// `table.fill`
            TableFill = call table_fill(table: u32, to: u64, value: *mut u8, length: u64) -> Status, traps TableOutOfBounds;
            /// `table.copy`; `tables` is `to | from << 32`.
            TableCopy = call table_copy(tables: u64, to: u64, from: u64, length: u64) -> Status, traps TableOutOfBounds;
            /// `table.init`; `which` is `table | segment << 32`.
            TableInit = call table_init(which: u64, to: u64, from: u64, length: u64) -> Status, traps TableOutOfBounds;
            /// `elem.drop`
            ElemDrop = call elem_drop(segment: u32) -> ();
            /// `memory.atomic.wait32`: a [`WaitResult`](crate::WaitResult), or all ones for out of bounds. The timeout is in
            /// nanoseconds; below zero there is none.
            AtomicWait32 = call atomic_wait32(memory: u32, index: u64, offset: u64, expected: u64, timeout: i64) -> u32;
            /// `memory.atomic.wait64`: as above.
            AtomicWait64 = call atomic_wait64(memory: u32, index: u64, offset: u64, expected: u64, timeout: i64) -> u32;
            /// `memory.atomic.notify`: threads woken, or all ones for out of bounds.
            AtomicNotify = call atomic_notify(memory: u32, index: u64, offset: u64, count: u32) -> u32;
            /// A new [`VMException`](super::VMException) whose values are still to be written, or 0 when there is no room for
            /// one.
            ExceptionNew = call exception_new(tag: u32) -> u64;
            /// Throws an exception: the unwinder goes on in a landing pad.
            ExceptionThrow = throw exception_throw(exception: *mut VMException) -> Never;
            /// A new structure, all zeros but its header, or 0 when there is no memory.
            StructNew = call struct_new(type_index: u32) -> u64;
            /// A new array, all zeros but its header, or 0 when there is no memory.
            ArrayNew = call array_new(type_index: u32, length: u32) -> u64;
            /// Writes a value, `size` bytes of these 16, `count` times into an array whose bounds were checked.
            ArrayFill = call array_fill(to: *mut u8, size: u32, count: u64, low: u64, high: u64) -> ();
            /// Copies between arrays whose bounds were checked.
            ArrayCopy = call array_copy(to: *mut u8, from: *const u8, bytes: u64) -> ();
            /// A new array of what is in a data segment, 0 when there is no memory, or a trap's number; `which` is
            /// `type_index | segment << 32`.
            ArrayNewData = call array_new_data(which: u64, from: u32, length: u32) -> u64, traps MemoryOutOfBounds;
            /// As above, of an element segment.
            ArrayNewElem = call array_new_elem(which: u64, from: u32, length: u32) -> u64, traps TableOutOfBounds;
            /// Copies from a data segment into an array whose bounds were checked.
            ArrayInitData = call array_init_data(segment: u32, to: *mut u8, from: u64, bytes: u64) -> Status, traps MemoryOutOfBounds;
            /// As above, from an element segment.
            ArrayInitElem = call array_init_elem(segment: u32, to: *mut u64, from: u64, length: u64) -> Status, traps TableOutOfBounds;
            /// A new [`VMContinuation`](super::continuation::VMContinuation), or 0 when there is no room.
            ContNew = call cont_new(type_id: u32, function: *const VMFuncRef) -> u64;
            /// The continuation with the first arguments it is resumed with, or 0 when there is no room, or
            /// [`CONSUMED`](super::continuation::CONSUMED).
            ContBind = call cont_bind(type_id: u32, continuation: *mut VMContinuation, count: u32) -> u64;
            /// Goes on with a continuation, which throws the exception unless that is null; `counts` is
            /// `clauses | values << 32`. Gives [`RETURNED`](super::continuation::RETURNED), or which clause handles what it suspended
            /// with and, second, the continuation.
            Resume = switch resume(continuation: *mut VMContinuation, handlers: *const VMHandler, counts: u64, exception: *mut VMException) -> Pair;
            /// Returns when the continuation that it makes is resumed.
            Suspend = switch suspend(tag: *const VMTag) -> Pair;
            /// Goes on with a continuation, which gets the one that this makes as its last value; `type_and_count` is
            /// `type_id | values << 32`. Returns as `Suspend` does.
            Switch = switch switch(tag: *const VMTag, continuation: *mut VMContinuation, type_and_count: u64) -> Pair;
        }
    };
}
pub(crate) use each_builtin;

/// What a call of a builtin may do beyond changing the instance and its store, and how its entry point goes about it. All
/// raise [`Trap::CallStackExhausted`] when little stack is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// It returns. It neither traps nor throws by itself: what is to be raised it answers with, and the code raises it, so
    /// that no frame of the host is ever skipped.
    Return,
    /// It throws, and does not return.
    Throw,
    /// It leaves the stack, and returns when somebody goes on with that; or it throws or traps then, or at once.
    Switch,
}

/// How an argument travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineType {
    /// An integer of 32 bits.
    I32,
    /// An integer of 64 bits.
    I64,
    /// A pointer, or a reference of any kind.
    Pointer,
}

/// What compiled code gets from a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnType {
    /// No value.
    Nothing,
    /// One value.
    One(MachineType),
    /// Two integers of 64 bits.
    Pair,
}

/// Rust types that arguments have.
pub(crate) trait BuiltinArgument {
    /// How they travel.
    const TYPE: MachineType;
}

/// Rust types that stand for results.
pub(crate) trait BuiltinResult {
    /// What the code gets.
    const RETURN_TYPE: ReturnType;
}

macro_rules! kinds {
    ($($ty:ty => $kind:ident;)*) => {$(
        impl BuiltinArgument for $ty {
            const TYPE: MachineType = MachineType::$kind;
        }
    )*};
}
kinds! {
    u32 => I32;
    u64 => I64;
    i64 => I64;
}
impl<T> BuiltinArgument for *mut T {
    const TYPE: MachineType = MachineType::Pointer;
}
impl<T> BuiltinArgument for *const T {
    const TYPE: MachineType = MachineType::Pointer;
}

macro_rules! outcomes {
    ($($ty:ty => $returned:expr;)*) => {$(
        impl BuiltinResult for $ty {
            const RETURN_TYPE: ReturnType = $returned;
        }
    )*};
}
outcomes! {
    () => ReturnType::Nothing;
    Never => ReturnType::Nothing;
    u32 => ReturnType::One(MachineType::I32);
    u64 => ReturnType::One(MachineType::I64);
    Status => ReturnType::One(MachineType::I32);
    Pair => ReturnType::Pair;
}

/// Of a builtin that does not return.
pub(crate) enum Never {}

/// Of a builtin whose entry point gives two integers, made by whoever goes on with the stack.
pub(crate) enum Pair {}

/// 0, or the number of a trap for the code to raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Status(u32);

impl From<Result<(), Trap>> for Status {
    fn from(result: Result<(), Trap>) -> Self {
        Self(result.map_or_else(|trap| trap as u32, |()| 0))
    }
}

/// What a row of the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Name of the function.
    pub name: &'static str,
    /// What it may do.
    pub completion: Completion,
    /// Arguments after the context.
    pub arguments: &'static [MachineType],
    /// What the code gets.
    pub return_type: ReturnType,
    /// What the code raises if that is the number of a trap.
    pub trap: Option<Trap>,
}

macro_rules! completion {
    (call) => {
        Completion::Return
    };
    (throw) => {
        Completion::Throw
    };
    (switch) => {
        Completion::Switch
    };
}

macro_rules! define {
    ($($(#[$doc:meta])* $name:ident = $way:ident $function:ident($($argument:ident: $ty:ty),*) -> $result:ty
        $(, traps $trap:ident)?;)*) => {
        /// A function of the runtime that compiled code calls through the context's table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Builtin {
            $($(#[$doc])* $name,)*
        }

        impl Builtin {
            /// All of them, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What the table says of it.
            #[must_use]
            pub const fn signature(self) -> &'static Signature {
                match self {
                    $(Self::$name => &Signature {
                        name: stringify!($function),
                        completion: completion!($way),
                        arguments: &[$(<$ty as BuiltinArgument>::TYPE),*],
                        return_type: <$result as BuiltinResult>::RETURN_TYPE,
                        trap: [$(Some(Trap::$trap),)? None][0],
                    },)*
                }
            }
        }
    };
}
each_builtin!(define);

impl Builtin {
    /// Offset of its entry point in the table that the context points to.
    #[must_use]
    pub const fn entry(self) -> u32 {
        self as u32 * size_of::<*const u8>() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::INT_PARAMS;

    #[test]
    fn every_argument_has_a_register() {
        for builtin in Builtin::ALL {
            let signature = builtin.signature();
            // What leaves the stack gets, behind its arguments, the frame that it leaves.
            let frame = usize::from(signature.completion == Completion::Switch);
            assert!(signature.arguments.len() + frame <= INT_PARAMS, "{}", signature.name);
        }
    }

    #[test]
    fn rows_say_what_they_mean() {
        let fill = Builtin::TableFill.signature();
        assert_eq!(fill.arguments, [MachineType::I32, MachineType::I64, MachineType::Pointer, MachineType::I64]);
        assert_eq!((fill.return_type, fill.trap), (ReturnType::One(MachineType::I32), Some(Trap::TableOutOfBounds)));
        assert_eq!(Builtin::DataDrop.signature().return_type, ReturnType::Nothing);
        assert_eq!(Builtin::Resume.signature().completion, Completion::Switch);
        assert_eq!(u32::from_ne_bytes(Status::from(Err(Trap::TableOutOfBounds)).0.to_ne_bytes()), 3);
        for (number, builtin) in Builtin::ALL.iter().enumerate() {
            assert_eq!(*builtin as usize, number);
        }
    }
}
