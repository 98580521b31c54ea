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
                Self { triple: TRIPLE, features, tune: "generic".into() }
            }
        };
        if target.features.contains(&"sse4.1") {
            Ok(target)
        } else {
            Err(Error::Config("a CPU without SSE4.1 is not supported".into()))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, Instance, Module, Store};

    /// Operators that are lowered to intrinsics where there are any, of two operands at most.
    const OPERATORS: [(&str, usize); 9] = [
        ("i8x16.swizzle", 2),
        ("i16x8.q15mulr_sat_s", 2),
        ("i16x8.extadd_pairwise_i8x16_s", 1),
        ("i16x8.extadd_pairwise_i8x16_u", 1),
        ("i32x4.extadd_pairwise_i16x8_s", 1),
        ("i32x4.trunc_sat_f32x4_s", 1),
        ("i32x4.trunc_sat_f32x4_u", 1),
        ("i32x4.trunc_sat_f64x2_s_zero", 1),
        ("i32x4.trunc_sat_f64x2_u_zero", 1),
    ];

    /// Whether or not a target names intrinsics, the numbers are the same.
    #[test]
    fn intrinsics_of_the_target_do_as_generic_operators() {
        let function = |&(name, operands): &(&str, usize)| {
            let gets = ["(local.get 0)", "(local.get 1)"][..operands].concat();
            format!("(func (export \"{name}\") (param v128 v128) (result v128) ({name} {gets}))")
        };
        let text = format!("(module {})", OPERATORS.iter().map(function).collect::<String>());
        let buffer = wast::parser::ParseBuffer::new(&text).unwrap();
        let bytes = wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap();
        let engine = Engine::default();
        let f32s = |lanes: [f32; 4]| lanes.iter().rev().fold(0, |bits, lane| bits << 32 | u128::from(lane.to_bits()));
        let f64s = |lanes: [f64; 2]| lanes.iter().rev().fold(0, |bits, lane| bits << 64 | u128::from(lane.to_bits()));
        let vectors = [
            0x8000_7fff_0001_4000_ffff_1234_8000_c0de,
            0x8000_7f10_0f00_4001_fffe_0302_7fff_0908,
            u128::MAX,
            f32s([-1.5, 2_147_483_648.0, 4_294_967_296.0, f32::NAN]),
            f32s([2_147_483_520.0, 4_294_967_040.0, -2_147_483_648.0, f32::INFINITY]),
            f64s([2_147_483_647.9, -2_147_483_649.0]),
            f64s([4_294_967_295.9, -0.9]),
            f64s([f64::NAN, f64::NEG_INFINITY]),
            f64s([3_000_000_000.5, 5e300]),
        ];
        let run = |target: &CodeTarget| {
            let artifact = crate::compile::compile_for(&engine, target, &bytes).unwrap();
            // SAFETY: it comes from the compiler just now.
            let module = unsafe { Module::from_artifact(&engine, artifact) }.unwrap();
            let mut store = Store::new(&engine, ());
            let instance = Instance::new(&mut store, &module, &[]).unwrap();
            let mut results = Vec::new();
            for (name, _) in OPERATORS {
                let f = instance.get_typed_func::<(u128, u128), u128>(&mut store, name).unwrap();
                for (left, right) in vectors.iter().flat_map(|&left| vectors.map(|right| (left, right))) {
                    results.push((name, left, right, f.call(&mut store, (left, right)).unwrap()));
                }
            }
            results
        };
        let plain = CodeTarget { triple: TRIPLE, features: vec!["sse4.1"], tune: "generic".into() };
        let generic = run(&plain);
        let has = plain.vector_intrinsics();
        assert!(has.lookup.is_none() && has.multiply_q15.is_none() && has.truncate_f32_s.is_none());
        for level in [None, Some("x86-64-v2"), Some("x86-64-v3")] {
            let target = CodeTarget::new(level).unwrap();
            let record = target.record(&Config::default());
            if host_cpu::check(&record.arch, &record.features).is_ok() {
                assert!(target.vector_intrinsics().dot_words.is_some());
                assert_eq!(generic, run(&target), "{level:?}");
            }
        }
        let swizzled =
            generic.iter().find(|(_, left, right, _)| (*left, *right) == (vectors[0], vectors[1])).unwrap().3;
        assert_eq!(swizzled.to_be_bytes()[..6], [0, 0xde, 0, 0, 0x80, 0xde]);
    }
}
