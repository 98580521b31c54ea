//! What the operating system and the processor give: address space, stacks of threads, CPU features.
//! The lowest floor: knows nothing of WebAssembly.

pub(crate) mod fixed;
pub(crate) mod host_cpu;
pub(crate) mod mappings;
pub(crate) mod reservation;
pub(crate) mod stack;
