//! Traps and backtraces: the causes of traps as a closed set of codes, and the frames that were active.
//! Spec: <https://webassembly.github.io/spec/core/intro/overview.html#trap>

use crate::shown::Shown;
use std::fmt;

macro_rules! traps {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $message:literal;)*) => {
        /// Cause of a trap. Its text is that of the official test suite.
        ///
        /// Compiled code has the code's number in its trap instruction, and builtins return it.
        /// Spec: [traps](https://webassembly.github.io/spec/core/intro/overview.html#trap)
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Trap { $($(#[$doc])* $name = $number,)* }

        impl Trap {
            /// All trap codes.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the trap with this number, or `None` if there is none.
            #[must_use]
            pub fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }

            /// Returns the official test suite's text for the trap.
            #[must_use]
            pub fn message(self) -> &'static str {
                match self { $(Self::$name => $message,)* }
            }
        }
    };
}

traps! {
    /// `unreachable` was executed.
    Unreachable = 1, "unreachable";
    /// An access past the end of a linear memory.
    MemoryOutOfBounds = 2, "out of bounds memory access";
    /// An access past the end of a table.
    TableOutOfBounds = 3, "out of bounds table access";
    /// `call_indirect` with an index past the end of a table.
    UndefinedElement = 4, "undefined element";
    /// `call_indirect` of an element that is null.
    UninitializedElement = 5, "uninitialized element";
    /// `call_indirect` of a function with another type.
    IndirectCallTypeMismatch = 6, "indirect call type mismatch";
    /// Integer division or remainder by zero.
    IntegerDivideByZero = 7, "integer divide by zero";
    /// A quotient or converted number that does not fit its type.
    IntegerOverflow = 8, "integer overflow";
    /// Conversion of a NaN to an integer.
    InvalidConversionToInteger = 9, "invalid conversion to integer";
    /// The stack is exhausted: too many calls are active.
    CallStackExhausted = 10, "call stack exhausted";
    /// A null reference where the operator requires a non-null one.
    NullReference = 11, "null reference";
    /// A host function failed. The caller gets the function's own error in place of this trap.
    Host = 12, "host function failed";
    /// An atomic access whose address is not a multiple of its size.
    UnalignedAtomic = 13, "unaligned atomic";
    /// A wait on a memory that is not shared.
    ExpectedSharedMemory = 14, "expected shared memory";
    /// `call_ref` of a null reference.
    NullFunctionReference = 15, "null function reference";
    /// `i31.get_s` or `i31.get_u` of a null reference.
    NullI31Reference = 16, "null i31 reference";
    /// `ref.cast` of a reference that does not match the type.
    CastFailure = 17, "cast failure";
    /// Access to a structure through a null reference.
    NullStructureReference = 18, "null structure reference";
    /// Access to an array through a null reference.
    NullArrayReference = 19, "null array reference";
    /// The store's heap or another limit of the store has no room for a new object.
    AllocationFailed = 20, "allocation failed";
    /// An access past the end of an array.
    ArrayOutOfBounds = 21, "out of bounds array access";
    /// `suspend` or `switch` with a tag that no enclosing `resume` handles.
    UnhandledTag = 22, "unhandled tag";
    /// A continuation that was already resumed, bound or switched to.
    ContinuationConsumed = 23, "continuation already consumed";
    /// A null reference where the operator requires a continuation.
    NullContinuationReference = 24, "null continuation reference";
    /// `struct.new_desc`, or a cast by descriptor, with a null descriptor.
    NullDescriptor = 25, "null descriptor reference";
    /// `ref.cast_desc_eq` of a reference with another descriptor.
    DescriptorCastFailure = 26, "descriptor cast failure";
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for Trap {}

/// A frame of a backtrace: one wasm call that was active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Name of the module, if its name section has one.
    pub module: Option<String>,
    /// Index of the function in its module; imported functions count.
    pub function: u32,
    /// Name of the function: from the name section, or else of its first export.
    pub name: Option<String>,
    /// Offset in the module's bytes of the instruction that trapped or called; `None` if LLVM merged several instructions.
    pub offset: Option<u32>,
}

/// Displays the frame on one line. Invisible characters in names are escaped, and long names are cut.
impl fmt::Display for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(module) = &self.module {
            write!(f, "{}!", Shown(module))?;
        }
        match &self.name {
            Some(name) => write!(f, "{}", Shown(name))?,
            None => write!(f, "<wasm function {}>", self.function)?,
        }
        match self.offset {
            Some(offset) => write!(f, " @ {offset:#x}"),
            None => Ok(()),
        }
    }
}

/// A backtrace: the active wasm calls, innermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WasmBacktrace {
    /// The calls. A backtrace of a deeper stack ends after [`WasmBacktrace::LIMIT`] frames.
    pub frames: Vec<Frame>,
}

impl WasmBacktrace {
    /// Maximum number of recorded frames.
    pub const LIMIT: usize = 256;
}

impl fmt::Display for WasmBacktrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, frame) in self.frames.iter().enumerate() {
            write!(f, "{}{i:>4}: {frame}", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}
