//! Threads that compile.

use crate::error::{Error, Result};
use rayon::ThreadPool;
use std::mem::ManuallyDrop;
use std::num::NonZeroUsize;
use std::sync::OnceLock;

/// Stack of a compiling thread. LLVM recurses on nested expressions and loops; this is address space, of which only
/// what is used takes memory.
const STACK_BYTES: usize = 256 << 20;

/// The threads that compile for an engine, started when they are first needed.
#[derive(Debug, Default)]
pub(super) struct CompilePool(OnceLock<Started>);

/// Threads that compile. A process that was forked has the memory of its parent, and of its threads only the one that
/// forked: it starts its own.
#[derive(Debug)]
struct Started {
    /// The process that started them.
    process: u32,
    threads: ManuallyDrop<ThreadPool>,
    /// Those of a process that was forked.
    next: Box<OnceLock<Self>>,
}

impl Drop for Started {
    fn drop(&mut self) {
        // Those of another process can't be asked to end, and may have held locks when it forked.
        if self.process == std::process::id() {
            // SAFETY: dropped once, here.
            unsafe { ManuallyDrop::drop(&mut self.threads) };
        }
    }
}

impl CompilePool {
    /// The threads of this process.
    pub(super) fn threads(&self, count: NonZeroUsize) -> Result<&ThreadPool> {
        let process = std::process::id();
        let mut pool = &self.0;
        while let Some(started) = pool.get() {
            if started.process == process {
                return Ok(&started.threads);
            }
            pool = &started.next;
        }
        let threads = ManuallyDrop::new(start(count)?);
        Ok(&pool.get_or_init(|| Started { process, threads, next: Box::default() }).threads)
    }
}

/// LLVM's contexts and machines stay with the threads.
fn start(threads: NonZeroUsize) -> Result<ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.get())
        .stack_size(STACK_BYTES)
        .thread_name(|index| format!("wassay-compile-{index}"))
        .build()
        .map_err(|e| Error::Resources(format!("can't start compiling threads: {e}")))
}
