//! Native kernels: the C source of a kernel, compiled for the host into a shared object and loaded.

use crate::support::kernels::{self, Checksum, Kernel, ResultType};
use libloading::Library;
use std::fmt;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A working C compiler.
pub(crate) struct Compiler {
    command: String,
    version: String,
}

impl Compiler {
    /// Finds a compiler: the one in `CC`, else the clang of the LLVM that the VM uses (the fair comparison), else any.
    pub(crate) fn find() -> Option<Self> {
        let beside_llvm = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/setup-llvm"))
            .arg("--prefix")
            .output()
            .ok()
            .filter(|output| output.status.success())
            .and_then(|output| String::from_utf8(output.stdout).ok())
            .map(|prefix| format!("{}/bin/clang", prefix.trim()));
        let candidates = std::env::var("CC").ok().into_iter().chain(beside_llvm).chain(["clang", "cc"].map(Into::into));
        candidates.into_iter().find_map(|command| {
            let output = Command::new(&command).arg("--version").output().ok().filter(|o| o.status.success())?;
            let version = String::from_utf8_lossy(&output.stdout).lines().next()?.to_owned();
            Some(Self { command, version })
        })
    }

    /// Compiles and loads a kernel.
    pub(crate) fn build(&self, kernel: &Kernel) -> Result<Native, String> {
        let folder = tempfile::tempdir().map_err(|e| format!("failed to make a folder: {e}"))?;
        let object = folder.path().join("kernel.so");
        let sources = kernels::folder();
        let output = Command::new(&self.command)
            .arg(format!("@{}", sources.join("native.flags").display()))
            .arg("-o")
            .arg(&object)
            .arg(sources.join(&kernel.name).with_extension("c"))
            .output()
            .map_err(|e| format!("failed to run {}: {e}", self.command))?;
        if !output.status.success() {
            return Err(format!("{} failed:\n{}", self.command, String::from_utf8_lossy(&output.stderr)));
        }
        // SAFETY: the object was just compiled from one of our kernels, freestanding, and has no initialisers.
        let library = unsafe { Library::new(&object) }.map_err(|e| format!("failed to load: {e}"))?;
        Ok(Native { library, result: kernel.result, _folder: folder })
    }
}

impl fmt::Display for Compiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.command, self.version)
    }
}

/// A kernel in native code.
pub(crate) struct Native {
    library: Library,
    result: ResultType,
    /// Folder of the shared object, removed together with the library.
    _folder: TempDir,
}

impl Native {
    /// Runs the kernel for a number of rounds.
    pub(crate) fn run(&mut self, rounds: u32) -> Checksum {
        match self.result {
            ResultType::I32 => {
                // SAFETY: `run` of a kernel with this result type has this signature. It accesses only its own static data,
                // which `&mut self` makes exclusive.
                let result = unsafe {
                    let run = self.library.get::<unsafe extern "C" fn(u32) -> u32>(b"run").expect("a kernel has `run`");
                    run(rounds)
                };
                Checksum::I32(result)
            }
            ResultType::F64 => {
                // SAFETY: as above.
                let result = unsafe {
                    let run = self.library.get::<unsafe extern "C" fn(u32) -> f64>(b"run").expect("a kernel has `run`");
                    run(rounds)
                };
                Checksum::F64(result)
            }
        }
    }
}
