//! What code is made for: the one place where compiling depends on the architecture.

use crate::artifact::Target;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::llvm::intrinsics::VectorIntrinsics;
use crate::llvm::version::llvm_version;
use crate::system::host_cpu;
use inkwell::targets::TargetMachine;

/// ELF on every host: our own linker reads it, and no system linker is involved.
const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// What tells the processor that a loop waits for another thread: an intrinsic without arguments and result.
pub(crate) const SPIN_HINT: &str = "llvm.x86.sse2.pause";

/// Features of the micro-architecture levels of x86-64, each beyond the one before.
/// <https://gitlab.com/x86-psABIs/x86-64-ABI>
const LEVELS: [(&str, &[&str]); 3] = [
    ("x86-64-v2", &["cx16", "popcnt", "sse3", "ssse3", "sse4.1", "sse4.2"]),
    ("x86-64-v3", &["avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "xsave"]),
    ("x86-64-v4", &["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]),
];

/// What code is made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodeTarget {
    pub(crate) triple: &'static str,
    /// Names of CPU features, as LLVM spells them.
    pub(crate) features: Vec<&'static str>,
    /// CPU whose costs the code is tuned for.
    pub(crate) tune: String,
}

impl CodeTarget {
    /// The CPU of a name, or else the host's.
    ///
    /// # Errors
    /// [`Error::Config`] for a name that is none of a CPU, and for a CPU below the least that we compile for: without SSE4.1, rounding would be a call into a
    /// library, and code images call none.
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

    /// A CPU of these features that LLVM knows nothing else of.
    pub(crate) fn generic(features: Vec<&'static str>) -> Self {
        Self { triple: TRIPLE, features, tune: "generic".into() }
    }

    /// As LLVM wants it.
    pub(crate) fn feature_string(&self) -> String {
        self.features.iter().map(|name| format!("+{name}")).collect::<Vec<_>>().join(",")
    }

    /// What instruction selection does not find by itself. All of it comes before the least CPU that we compile for.
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

    /// As artifacts record it.
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
