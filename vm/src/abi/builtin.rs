//! Builtins: functions of the runtime that compiled code calls, declared in one table.
//!
//! All other facts about builtins derive from that table: their numbers ([`Builtin`]), their entry points and the check of
//! these against the functions behind them (`runtime/builtins`), the LLVM types and attributes of calls (`lower/builtin`),
//! and a part of the [fingerprint](super::fingerprint).
//!
//! All builtins use the C calling convention and take the context of the calling instance before the arguments in the table.
//! Indices, addresses and lengths are passed as `u64`, zero-extended for 32-bit memories and tables. Indices into a module's
//! index spaces are passed as `u32`. No builtin has more arguments than there are registers.

use super::continuation::{VMContinuation, VMHandler};
use super::exception::{VMException, VMTag};
use super::function::VMFuncRef;
use crate::trap::Trap;

/// Passes the table of builtins to the named macro. A row has the form
///
/// ```text
/// Name = completion function(argument: type, ...) -> result, traps Trap;
/// ```
///
/// where `completion` names a [`Completion`] (`call` for [`Completion::Return`]), the types implement [`BuiltinArgument`] and
/// [`BuiltinResult`], and `traps` is the trap that compiled code raises for the number that the builtin returns.
macro_rules! each_builtin {
    ($with:path) => {
        $with! {
            /// `memory.grow`: returns the size before, in pages, or -1.
            MemoryGrow = call memory_grow(memory: u32, delta: u64) -> u64;
            /// `memory.fill`
            MemoryFill = call memory_fill(memory: u32, to: u64, value: u32, length: u64) -> Status, traps MemoryOutOfBounds;
            /// `memory.copy`; `memories` is `to | from << 32`.
            MemoryCopy = call memory_copy(memories: u64, to: u64, from: u64, length: u64) -> Status, traps MemoryOutOfBounds;
            /// `memory.init`; `which` is `memory | segment << 32`.
            MemoryInit = call memory_init(which: u64, to: u64, from: u64, length: u64) -> Status, traps MemoryOutOfBounds;
            /// `data.drop`
            DataDrop = call data_drop(segment: u32) -> ();
            /// `table.grow`: returns the size before, in elements, or -1.
            TableGrow = call table_grow(table: u32, value: *mut u8, delta: u64) -> u64;
            /// `table.fill`
            TableFill = call table_fill(table: u32, to: u64, value: *mut u8, length: u64) -> Status, traps TableOutOfBounds;
            /// `table.copy`; `tables` is `to | from << 32`.
            TableCopy = call table_copy(tables: u64, to: u64, from: u64, length: u64) -> Status, traps TableOutOfBounds;
            /// `table.init`; `which` is `table | segment << 32`.
            TableInit = call table_init(which: u64, to: u64, from: u64, length: u64) -> Status, traps TableOutOfBounds;
            /// `elem.drop`
            ElemDrop = call elem_drop(segment: u32) -> ();
            /// `memory.atomic.wait32`: returns 0 (woken), 1 (another value) or 2 (timed out), as the operator does, or all
            /// ones if out of bounds. The timeout is in nanoseconds; a negative one means none.
            AtomicWait32 = call atomic_wait32(memory: u32, index: u64, offset: u64, expected: u64, timeout: i64) -> u32;
            /// `memory.atomic.wait64`: like `AtomicWait32`.
            AtomicWait64 = call atomic_wait64(memory: u32, index: u64, offset: u64, expected: u64, timeout: i64) -> u32;
            /// `memory.atomic.notify`: returns the number of threads woken, or all ones if out of bounds.
            AtomicNotify = call atomic_notify(memory: u32, index: u64, offset: u64, count: u32) -> u32;
            /// Allocates a [`VMException`](super::VMException), whose values are still to be written. Returns 0 if the heap is
            /// full.
            ExceptionNew = call exception_new(tag: u32) -> u64;
            /// Throws an exception: execution continues in a landing pad.
            ExceptionThrow = throw exception_throw(exception: *mut VMException) -> Never;
            /// Allocates a structure, all zeros but for its header. Returns 0 if the heap is full.
            StructNew = call struct_new(type_index: u32) -> u64;
            /// Allocates an array, all zeros but for its header. Returns 0 if the heap is full.
            ArrayNew = call array_new(type_index: u32, length: u32) -> u64;
            /// Writes a value, the first `size` bytes of these 16, `count` times into an array. The bounds were checked.
            ArrayFill = call array_fill(to: *mut u8, size: u32, count: u64, low: u64, high: u64) -> ();
            /// Copies between arrays. The bounds were checked.
            ArrayCopy = call array_copy(to: *mut u8, from: *const u8, bytes: u64) -> ();
            /// Allocates an array and fills it from a data segment. Returns 0 if the heap is full, or a trap's number; `which`
            /// is `type_index | segment << 32`.
            ArrayNewData = call array_new_data(which: u64, from: u32, length: u32) -> u64, traps MemoryOutOfBounds;
            /// Like `ArrayNewData`, from an element segment.
            ArrayNewElem = call array_new_elem(which: u64, from: u32, length: u32) -> u64, traps TableOutOfBounds;
            /// Copies from a data segment into an array. The array's bounds were checked.
            ArrayInitData = call array_init_data(segment: u32, to: *mut u8, from: u64, bytes: u64) -> Status, traps MemoryOutOfBounds;
            /// Like `ArrayInitData`, from an element segment.
            ArrayInitElem = call array_init_elem(segment: u32, to: *mut u64, from: u64, length: u64) -> Status, traps TableOutOfBounds;
            /// Allocates a [`VMContinuation`](super::continuation::VMContinuation). Returns 0 if there is no room.
            ContNew = call cont_new(type_id: u32, function: *const VMFuncRef) -> u64;
            /// Binds the first `count` arguments of a continuation. Returns the bound continuation, 0 if there is no room, or
            /// [`CONSUMED`](super::continuation::CONSUMED).
            ContBind = call cont_bind(type_id: u32, continuation: *mut VMContinuation, count: u32) -> u64;
            /// Resumes a continuation, which throws the exception unless that is null; `counts` is
            /// `clauses | values << 32`. Returns [`RETURNED`](super::continuation::RETURNED), or the clause that handles the
            /// suspension and, second, the continuation.
            Resume = switch resume(continuation: *mut VMContinuation, handlers: *const VMHandler, counts: u64, exception: *mut VMException) -> Pair;
            /// Suspends the current continuation. Returns when the continuation that it creates is resumed.
            Suspend = switch suspend(tag: *const VMTag) -> Pair;
            /// Suspends the current continuation and resumes another one, which receives the suspended one as its last value;
            /// `type_and_count` is `type_id | values << 32`. Returns as `Suspend` does.
            Switch = switch switch(tag: *const VMTag, continuation: *mut VMContinuation, type_and_count: u64) -> Pair;
        }
    };
}
pub(crate) use each_builtin;

/// How a call of a builtin completes, which decides the form of its entry point. All builtins raise
/// [`Trap::CallStackExhausted`] if little stack is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completion {
    /// It returns, and neither traps nor throws by itself. It returns the number of a trap and compiled code raises that, so
    /// that no frame of the host is ever skipped.
    Return,
    /// It throws, and never returns.
    Throw,
    /// It switches to another stack, and returns when its own stack is resumed. It may also throw or trap, then or at once.
    Switch,
}

/// Machine type of an argument or result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineType {
    /// An integer of 32 bits.
    I32,
    /// An integer of 64 bits.
    I64,
    /// A pointer, or a reference of any type.
    Pointer,
}

/// Return type of a builtin, as compiled code sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnType {
    /// No value.
    Nothing,
    /// One value.
    One(MachineType),
    /// Two integers of 64 bits.
    Pair,
}

/// Rust types of arguments in the table.
pub(crate) trait BuiltinArgument {
    /// The machine type.
    const TYPE: MachineType;
}

/// Rust types of results in the table.
pub(crate) trait BuiltinResult {
    /// The return type.
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

/// Result of a builtin that never returns.
pub(crate) enum Never {}

/// Result of a builtin that switches stacks: two integers, which come from the code that resumes the stack.
pub(crate) enum Pair {}

/// Status of a builtin: 0, or the number of the trap that compiled code has to raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Status(u32);

impl From<Result<(), Trap>> for Status {
    fn from(result: Result<(), Trap>) -> Self {
        Self(result.map_or_else(|trap| trap as u32, |()| 0))
    }
}

/// Signature of a builtin: a row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Name of the function.
    pub name: &'static str,
    /// How a call completes.
    pub completion: Completion,
    /// Arguments after the context.
    pub arguments: &'static [MachineType],
    /// Return type.
    pub return_type: ReturnType,
    /// Trap that compiled code raises if the builtin returns its number.
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
        /// A builtin: a function of the runtime that compiled code calls through the context's table.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum Builtin {
            $($(#[$doc])* $name,)*
        }

        impl Builtin {
            /// All builtins, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the builtin's row of the table.
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
    /// Returns the offset of the entry point in the table that the context points to, in bytes.
    #[must_use]
    pub const fn entry(self) -> u32 {
        self as u32 * size_of::<*const u8>() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::convention::INT_PARAMS;

    #[test]
    fn every_argument_has_a_register() {
        for builtin in Builtin::ALL {
            let signature = builtin.signature();
            // A builtin that switches stacks gets the frame that it leaves as one more argument.
            let frame = usize::from(signature.completion == Completion::Switch);
            assert!(signature.arguments.len() + frame <= INT_PARAMS, "{}", signature.name);
        }
    }

    #[test]
    fn signatures_match_their_rows() {
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
