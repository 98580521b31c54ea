//! CPU features of the host, by LLVM's names for them.

use crate::error::{Error, Result};
use crate::shown::Shown;

/// Features that every CPU of the architecture has. Detection does not name them.
#[cfg(target_arch = "x86_64")]
const BASELINE: &[&str] = &["64bit", "cmov", "cx8", "fxsr", "mmx", "sse", "sse2", "x87"];

macro_rules! detected {
    ($($llvm:literal $rust:tt)*) => {
        /// Features that can be detected and that compiled code may use: LLVM's name, and whether the host has the
        /// feature.
        #[cfg(target_arch = "x86_64")]
        fn detect() -> impl Iterator<Item = (&'static str, bool)> {
            [$(($llvm, std::arch::is_x86_feature_detected!($rust))),*].into_iter()
        }
    };
}

detected! {
    "adx" "adx" "aes" "aes" "avx" "avx" "avx2" "avx2" "bmi" "bmi1" "bmi2" "bmi2" "cx16" "cmpxchg16b" "f16c" "f16c"
    "fma" "fma" "gfni" "gfni" "lzcnt" "lzcnt" "movbe" "movbe" "pclmul" "pclmulqdq" "popcnt" "popcnt" "rdrnd" "rdrand"
    "rdseed" "rdseed" "sha" "sha" "sse3" "sse3" "sse4.1" "sse4.1" "sse4.2" "sse4.2" "sse4a" "sse4a" "ssse3" "ssse3"
    "tbm" "tbm" "vaes" "vaes" "vpclmulqdq" "vpclmulqdq" "xsave" "xsave" "xsavec" "xsavec" "xsaveopt" "xsaveopt"
    "xsaves" "xsaves" "avx512f" "avx512f" "avx512bf16" "avx512bf16" "avx512bitalg" "avx512bitalg" "avx512bw" "avx512bw"
    "avx512cd" "avx512cd" "avx512dq" "avx512dq" "avx512fp16" "avx512fp16" "avx512ifma" "avx512ifma"
    "avx512vbmi" "avx512vbmi" "avx512vbmi2" "avx512vbmi2" "avx512vl" "avx512vl" "avx512vnni" "avx512vnni"
    "avx512vp2intersect" "avx512vp2intersect" "avx512vpopcntdq" "avx512vpopcntdq"
}

/// All features of this host that [`check`] knows. An artifact may use these and no others.
#[cfg_attr(not(feature = "compiler"), allow(dead_code, reason = "only the compiler uses it"))]
pub(crate) fn features() -> Vec<&'static str> {
    BASELINE.iter().copied().chain(detect().filter(|&(_, has)| has).map(|(name, _)| name)).collect()
}

/// Refuses code that this host can't run. An unknown feature counts as missing, because running the code anyway could
/// raise an illegal instruction at any time.
///
/// # Errors
/// [`Error::Artifact`] when the architecture differs or a feature is missing.
pub(crate) fn check(arch: &str, features: &[impl AsRef<str>]) -> Result<()> {
    let host = std::env::consts::ARCH;
    if arch != host {
        return Err(Error::Artifact(format!("made for {arch}, this is {host}")));
    }
    let has = |name: &str| BASELINE.contains(&name) || detect().any(|(known, has)| has && known == name);
    match features.iter().map(AsRef::as_ref).find(|name| !has(name)) {
        Some(name) => {
            Err(Error::Artifact(format!("it uses the CPU feature `{}`, which this host does not have", Shown(name))))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hosts_own_features_pass() {
        let host = std::env::consts::ARCH;
        assert!(check(host, &features()).is_ok());
        assert!(check(host, &["time-travel"]).is_err());
        assert!(check("pdp11", &features()).is_err());
    }
}
