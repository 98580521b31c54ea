//! The target that code is made for: the only place where compiling depends on the architecture.

use crate::artifact::Target;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::llvm::intrinsics::VectorIntrinsics;
use crate::llvm::version::llvm_version;
use crate::system::host_cpu;
use inkwell::targets::TargetMachine;

/// ELF on every host: our own linker reads it, and no system linker takes part.
const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// The intrinsic that tells the processor that a loop waits for another thread. It has no arguments and no result.
pub(crate) const SPIN_HINT: &str = "llvm.x86.sse2.pause";

/// Features of the micro-architecture levels of x86-64; each level adds to the one before.
/// <https://gitlab.com/x86-psABIs/x86-64-ABI>
const LEVELS: [(&str, &[&str]); 3] = [
    ("x86-64-v2", &["cx16", "popcnt", "sse3", "ssse3", "sse4.1", "sse4.2"]),
    ("x86-64-v3", &["avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "xsave"]),
    ("x86-64-v4", &["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]),
];

/// The target that code is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodeTarget {
    pub(crate) triple: &'static str,
    /// Names of the CPU features that code may use, as LLVM spells them.
    pub(crate) features: Vec<&'static str>,
    /// Name of the CPU whose instruction costs code is tuned for.
    pub(crate) tune: String,
}

impl CodeTarget {
    /// Returns the target for a named CPU, or for the host's if there is no name.
    ///
    /// # Errors
    /// [`Error::Config`] for an unknown name, and for a CPU without SSE4.1, the minimum: without it, rounding would be
    /// a call into a library, and code images call none.
    pub(crate) fn new(cpu: Option<&str>) -> Result<Self> {
        let target = match cpu {
            None => Self {
                triple: TRIPLE,
                features: host_cpu::features(),
                tune: TargetMachine::get_host_cpu_name().to_string(),
            },
            Some(name) => {
                let last = LEVELS.iter().position(|(level, _)| *level == name).ok_or_else(|| {
                    let names: Vec<_> = LEVELS.iter().map(|(level, _)| *level).collect();
                    Error::Config(format!("unknown CPU `{name}`: known are {}", names.join(", ")))
                })?;
                let features = LEVELS[..=last].iter().flat_map(|(_, features)| features.iter().copied()).collect();
                Self::generic(features)
            }
        };
        if target.features.contains(&"sse4.1") {
            Ok(target)
        } else {
            Err(Error::Config("a CPU without SSE4.1 is not supported".into()))
        }
    }

    /// Returns the target for a CPU of which only the features are known.
    pub(crate) fn generic(features: Vec<&'static str>) -> Self {
        Self { triple: TRIPLE, features, tune: "generic".into() }
    }

    /// Returns the features in the form that LLVM parses.
    pub(crate) fn feature_string(&self) -> String {
        self.features.iter().map(|name| format!("+{name}")).collect::<Vec<_>>().join(",")
    }

    /// Returns the intrinsics for operations that instruction selection does not find in generic operators. All of
    /// them are older than the minimum CPU.
    pub(crate) fn vector_intrinsics(&self) -> VectorIntrinsics {
        let ssse3 = self.features.contains(&"ssse3");
        let avx512 = self.features.contains(&"avx512f") && self.features.contains(&"avx512vl");
        VectorIntrinsics {
            lookup: ssse3.then_some("llvm.x86.ssse3.pshuf.b.128"),
            multiply_q15: ssse3.then_some("llvm.x86.ssse3.pmul.hr.sw.128"),
            dot_bytes: ssse3.then_some("llvm.x86.ssse3.pmadd.ub.sw.128"),
            dot_words: ssse3.then_some("llvm.x86.sse2.pmadd.wd"),
            byte_shifts: false,
            truncate_f32_s: ssse3.then_some("llvm.x86.sse2.cvttps2dq"),
            truncate_f64_s: ssse3.then_some("llvm.x86.sse2.cvttpd2dq"),
            truncate_f32_u: avx512.then_some("llvm.x86.avx512.mask.cvttps2udq.128"),
            truncate_f64_u: avx512.then_some("llvm.x86.avx512.mask.cvttpd2udq.128"),
            fused: self.features.contains(&"fma"),
        }
    }

    /// Returns the target as artifacts record it.
    pub(crate) fn record(&self, config: &Config) -> Target {
        let features = self.features.iter().map(|&name| name.into()).collect();
        Target {
            arch: "x86_64".into(),
            features,
            relaxed_simd: config.relaxed_simd,
            memory_mode: config.memory_mode,
            llvm: Some(llvm_version()),
        }
    }
}
