//! Tests of the VM in one binary, a module for each area.
//!
//! `cargo test` runs them as threads of one process, `cargo nextest` runs each in a process of its own: both must pass. A test
//! that changes or measures its whole process stands beside this folder, as a binary of its own whose first lines say why.
//! One area or one test: `cargo test -p wassay-vm --test all gc::` or `... --test all gc::objects::NAME`.

#[path = "../support/mod.rs"]
mod support;

/// The API as embedders use it.
mod api {
    #[cfg(feature = "wat")]
    mod embedding;
    mod misuse;
    mod stores_and_threads;
    mod typed_references;
}

/// Artifacts: compiled modules as bytes and as files.
mod artifacts {
    mod bytes;
    mod files;
}

/// Calls between functions of modules and of the host.
mod calls {
    mod arguments;
    mod foreign_stacks;
    mod tail_calls;
}

/// The compiler: accepted features, LLVM IR, branch hints, and kernels.
mod compile {
    mod branch_hints;
    mod features;
    mod golden_ir;
    mod kernels;
}

mod continuations;

/// Exceptions: their propagation and their cost.
mod exceptions {
    mod cost;
    mod propagation;
}

/// Objects of the collected heap.
mod gc {
    mod collection;
    mod descriptors;
    mod host;
    mod objects;
}

/// Broken, huge, deep and endless modules. Whatever the VM is given, the answer is an error, a trap or success, within bounded
/// memory and time; never a panic, an abort or a crash.
///
/// Each case runs in a child process, so that a crash is a failing test with a name, and its memory can be measured.
mod hostile {
    mod build;
    mod compiling;
    mod families;
    mod isolated;
    mod mutants;
    mod object_seeds;
    mod objects;
    mod recursion;
    mod sizes;
    mod spaces;
}

/// Memories and tables: bounds, growth, 64-bit addresses, threads.
mod memory {
    mod atomic_checks;
    mod bounds;
    mod bulk;
    mod growth;
    mod table64;
    mod threads;
}

/// Scalar arithmetic.
mod numbers {
    mod arithmetic;
    mod quiet_nans;
    mod wide_arithmetic;
}

/// Traps and the backtraces that come with them.
mod traps {
    mod causes;
    mod lost_traps;
    mod names;
}

/// Vector operators.
mod vectors {
    mod instruction_counts;
    mod operators;
    mod relaxed;
}
