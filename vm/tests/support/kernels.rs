//! Benchmark kernels of `bench-suites/kernels`, for tests and benchmarks.

use std::fmt;
use std::path::{Path, PathBuf};
use wassay_vm::{AsContextMut, Instance, Result, TypedFunc};

/// A kernel that is compiled to wasm.
#[derive(Debug)]
pub(crate) struct Kernel {
    /// Its name, such as `matmul`.
    pub(crate) name: String,
    /// Result type of its export `run`.
    pub(crate) result: ResultType,
    /// Number of rounds for which `run` returns `checksum`.
    pub(crate) rounds: u32,
    /// Result of `run(rounds)` in a native build without optimisation.
    pub(crate) checksum: Checksum,
    /// The module in the binary format.
    pub(crate) wasm: Vec<u8>,
}

/// Type of a checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResultType {
    /// An integer, which must be equal.
    I32,
    /// A float, which must be close.
    F64,
}

/// The result of a kernel.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Checksum {
    /// The integer, which must be equal.
    I32(u32),
    /// The float, which must be close: native compilers fuse multiplications with additions, WebAssembly may not.
    F64(f64),
}

impl Checksum {
    /// Checks whether both are results of the same computation. The tolerance is wide: only `nbody`, over many rounds, needs any,
    /// and a wrong computation differs by far more.
    pub(crate) fn agrees(self, other: Self) -> bool {
        match (self, other) {
            (Self::I32(a), Self::I32(b)) => a == b,
            (Self::F64(a), Self::F64(b)) => (a - b).abs() <= 1e-6 * a.abs().max(b.abs()),
            _ => false,
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I32(value) => value.fmt(f),
            Self::F64(value) => value.fmt(f),
        }
    }
}

/// The exported function of a kernel.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    /// A function that returns an integer.
    I32(TypedFunc<i32, i32>),
    /// A function that returns a float.
    F64(TypedFunc<i32, f64>),
}

impl Run {
    /// Looks up the function of an instance of `kernel`.
    pub(crate) fn of(kernel: &Kernel, mut store: impl AsContextMut, instance: Instance) -> Result<Self> {
        Ok(match kernel.result {
            ResultType::I32 => Self::I32(instance.get_typed_func(&mut store, "run")?),
            ResultType::F64 => Self::F64(instance.get_typed_func(&mut store, "run")?),
        })
    }

    /// Calls the function.
    pub(crate) fn call(self, store: impl AsContextMut, rounds: u32) -> Result<Checksum> {
        let rounds = rounds.cast_signed();
        Ok(match self {
            Self::I32(run) => Checksum::I32(run.call(store, rounds)?.cast_unsigned()),
            Self::F64(run) => Checksum::F64(run.call(store, rounds)?),
        })
    }
}

/// Returns the folder of the kernels.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bench-suites/kernels")
}

/// Returns all kernels, in the order of `kernels.csv`.
pub(crate) fn all() -> Vec<Kernel> {
    let table = folder().join("kernels.csv");
    let text = std::fs::read_to_string(&table).unwrap_or_else(|e| panic!("failed to read {}: {e}", table.display()));
    let row = |line: &str| {
        let [name, result, rounds, checksum] = line.split(',').collect::<Vec<_>>()[..] else { return None };
        let (result, checksum) = match result {
            "i32" => (ResultType::I32, Checksum::I32(checksum.parse().ok()?)),
            "f64" => (ResultType::F64, Checksum::F64(checksum.parse().ok()?)),
            _ => return None,
        };
        let wasm = std::fs::read(folder().join("wasm").join(name).with_extension("wasm")).ok()?;
        Some(Kernel { name: name.to_owned(), result, rounds: rounds.parse().ok()?, checksum, wasm })
    };
    text.lines().skip(1).map(|line| row(line).unwrap_or_else(|| panic!("invalid row in kernels.csv: {line}"))).collect()
}
