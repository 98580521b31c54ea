//! Why wasm stopped: one closed set of codes, and the frames it stopped in.
//! Spec: <https://webassembly.github.io/spec/core/intro/overview.html#trap>

use crate::shown::Shown;
use std::fmt;

macro_rules! traps {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $message:literal;)*) => {
        /// Why wasm stopped. Its text is the official suite's.
        ///
        /// The number is what compiled code carries in its trap instruction, and what builtins return.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Trap { $($(#[$doc])* $name = $number,)* }

        impl Trap {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The trap of a number that compiled code carried.
            #[must_use]
            pub fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$name),)* _ => None }
            }

            /// The official suite's text.
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
    /// `call_indirect` past the end of a table.
    UndefinedElement = 4, "undefined element";
    /// `call_indirect` of a null element.
    UninitializedElement = 5, "uninitialized element";
    /// `call_indirect` of a function of another type.
    IndirectCallTypeMismatch = 6, "indirect call type mismatch";
    /// Integer division or remainder by zero.
    IntegerDivideByZero = 7, "integer divide by zero";
    /// The quotient or the converted number does not fit.
    IntegerOverflow = 8, "integer overflow";
    /// A NaN was converted to an integer.
    InvalidConversionToInteger = 9, "invalid conversion to integer";
    /// Too many calls are active.
    CallStackExhausted = 10, "call stack exhausted";
    /// A null reference where none may be.
    NullReference = 11, "null reference";
    /// A host function failed; the error itself is what the caller sees.
    Host = 12, "host function failed";
    /// An atomic access whose address is not a multiple of its size.
    UnalignedAtomic = 13, "unaligned atomic";
    /// A wait on a memory that no other thread can have.
    ExpectedSharedMemory = 14, "expected shared memory";
    /// `call_ref` of a null reference.
    NullFunctionReference = 15, "null function reference";
    /// `i31.get_s` or `i31.get_u` of a null reference.
    NullI31Reference = 16, "null i31 reference";
    /// `ref.cast` to a type that the reference is not of.
    CastFailure = 17, "cast failure";
    /// Access to a structure by a null reference.
    NullStructureReference = 18, "null structure reference";
    /// Access to an array by a null reference.
    NullArrayReference = 19, "null array reference";
    /// The store has no room for what was to be made.
    AllocationFailed = 20, "allocation failed";
    /// An access past the end of an array.
    ArrayOutOfBounds = 21, "out of bounds array access";
    /// `suspend` or `switch` with a tag that no `resume` around handles.
    UnhandledTag = 22, "unhandled tag";
    /// A continuation was resumed, bound or switched to a second time.
    ContinuationConsumed = 23, "continuation already consumed";
    /// A null reference in the place of a continuation.
    NullContinuationReference = 24, "null continuation reference";
    /// `struct.new_desc`, or a cast by descriptor, with a null descriptor.
    NullDescriptor = 25, "null descriptor reference";
    /// `ref.cast_desc_eq` of a reference whose descriptor is another one.
    DescriptorCastFailure = 26, "descriptor cast failure";
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl std::error::Error for Trap {}

/// One wasm call that was active when wasm stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Name of the module, where the name section gives one.
    pub module: Option<String>,
    /// Index of the function in its module, imported ones counted.
    pub function: u32,
    /// Name of the function: from the name section, else its first export.
    pub name: Option<String>,
    /// Offset in the module's bytes of the instruction that trapped or called; none where LLVM merged several.
    pub offset: Option<u32>,
}

/// On one line: what is not visible in names is escaped, and long ones are cut.
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

/// Active wasm calls, innermost first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WasmBacktrace {
    /// The calls; very deep stacks are cut in the middle of nowhere, at [`WasmBacktrace::LIMIT`] frames.
    pub frames: Vec<Frame>,
}

impl WasmBacktrace {
    /// Most frames that are recorded.
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
