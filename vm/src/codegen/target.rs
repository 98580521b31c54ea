//! What code is made for: the one place where compiling depends on the architecture.

use crate::artifact::Target;
use crate::config::RelaxedSimd;
use crate::error::{Error, Result};
use crate::lower::VectorIntrinsics;
use crate::runtime::host_cpu;
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
    /// [`Error::Usage`] for a CPU below the least that we compile for: without SSE4.1, rounding would be a call into a
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
                    Error::Usage(format!("unknown CPU `{name}`: known are {}", names.join(", ")))
                })?;
                let features = LEVELS[..=last].iter().flat_map(|(_, features)| features.iter().copied()).collect();
                Self { triple: TRIPLE, features, tune: "generic".into() }
            }
        };
        if target.features.contains(&"sse4.1") {
            Ok(target)
        } else {
            Err(Error::Usage("a CPU without SSE4.1 is not supported".into()))
        }
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
            truncate_f32_s: Some("llvm.x86.sse2.cvttps2dq"),
            truncate_f64_s: Some("llvm.x86.sse2.cvttpd2dq"),
            truncate_f32_u: avx512.then_some("llvm.x86.avx512.mask.cvttps2udq.128"),
            truncate_f64_u: avx512.then_some("llvm.x86.avx512.mask.cvttpd2udq.128"),
            fused: self.features.contains(&"fma"),
        }
    }

    /// As artifacts record it.
    pub(crate) fn record(&self, relaxed_simd: RelaxedSimd) -> Target {
        let features = self.features.iter().map(|&name| name.into()).collect();
        Target { arch: "x86_64".into(), features, relaxed_simd }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, Instance, Module, Store};

    const TEXT: &str = r#"(module
        (func (export "swizzle") (param v128 v128) (result v128) (i8x16.swizzle (local.get 0) (local.get 1)))
        (func (export "multiply") (param v128 v128) (result v128)
          (i16x8.q15mulr_sat_s (local.get 0) (local.get 1))))"#;

    /// Whether or not a target names intrinsics, the numbers are the same.
    #[test]
    fn intrinsics_of_the_target_do_as_generic_operators() {
        let buffer = wast::parser::ParseBuffer::new(TEXT).unwrap();
        let bytes = wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap();
        let engine = Engine::default();
        let plain = CodeTarget { triple: TRIPLE, features: vec!["sse4.1"], tune: "generic".into() };
        assert!(plain.vector_intrinsics().lookup.is_none() && plain.vector_intrinsics().multiply_q15.is_none());
        let run = |target: &CodeTarget| {
            let artifact = crate::compile::compile_for(&engine, target, &bytes).unwrap();
            // SAFETY: it comes from the compiler just now.
            let module = unsafe { Module::from_artifact(&engine, artifact) }.unwrap();
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            ["swizzle", "multiply"].map(|name| {
                let f = instance.get_typed_func::<(u128, u128), u128>(&mut store, name).unwrap();
                let left = 0x8000_7fff_0001_4000_ffff_1234_8000_c0de;
                let right = 0x8000_7f10_0f00_4001_fffe_0302_7fff_0908;
                f.call(&mut store, (left, right)).unwrap()
            })
        };
        let [swizzled, multiplied] = run(&plain);
        assert_eq!([swizzled, multiplied], run(&CodeTarget::new(None).unwrap()));
        assert_eq!(swizzled.to_be_bytes()[..6], [0, 0xde, 0, 0, 0x80, 0xde]);
        assert_eq!(multiplied >> 112, 0x7fff);
    }
}
