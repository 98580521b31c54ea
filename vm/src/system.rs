//! Resources of the operating system and the processor: address space, stacks of threads, CPU features. This floor
//! names nothing of WebAssembly.

pub(crate) mod host_cpu;
pub(crate) mod mappings;
pub(crate) mod reservation;
pub(crate) mod stable_box;
pub(crate) mod stack;
