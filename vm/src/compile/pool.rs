//! Thread pool of the compiler. A forked process starts threads of its own.

use crate::error::{Error, Result};
use rayon::ThreadPool;
use std::mem::ManuallyDrop;
use std::num::NonZeroUsize;
use std::sync::OnceLock;

/// Stack of a compiling thread: LLVM recurses on nested expressions and loops. This is address space; only what is
/// used takes memory.
const STACK_BYTES: usize = 256 << 20;

/// The threads that compile for an engine, started when they are first needed.
#[derive(Debug, Default)]
pub(super) struct CompilePool(OnceLock<Started>);

/// The threads of one process. A forked process has the memory of its parent, but of its threads only the one that
/// called `fork`, so it starts its own.
#[derive(Debug)]
struct Started {
    /// The process that started the threads.
    process: u32,
    threads: ManuallyDrop<ThreadPool>,
    /// The threads of a forked process.
    next: Box<OnceLock<Self>>,
}

impl Drop for Started {
    fn drop(&mut self) {
        // Threads of another process can't be asked to end, and may have held locks when it forked.
        if self.process == std::process::id() {
            // SAFETY: the threads are dropped once, here.
            unsafe { ManuallyDrop::drop(&mut self.threads) };
        }
    }
}

impl CompilePool {
    /// Returns the threads of this process, starting `count` if there are none.
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

/// Starts threads. LLVM contexts and target machines are kept in thread-local storage.
fn start(threads: NonZeroUsize) -> Result<ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.get())
        .stack_size(STACK_BYTES)
        .thread_name(|index| format!("wassay-compile-{index}"))
        .build()
        .map_err(|e| Error::Resources(format!("can't start compiling threads: {e}")))
}
