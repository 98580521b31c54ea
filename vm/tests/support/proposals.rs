//! Engines for what is not on by default.

use wasmparser::WasmFeatures;
use wassay_vm::{Config, Engine, Level, MemoryMode};

/// An engine for each mode that is shipped, with its name, that takes modules of every proposal.
pub(crate) fn engines() -> Vec<(&'static str, Engine)> {
    let engine = |level, mode| {
        let mut config = Config::new();
        config.level(level).memory_mode(mode).features(WasmFeatures::all().iter_names().map(|(name, _)| name));
        Engine::new(&config).unwrap()
    };
    vec![
        ("o0", engine(Level::None, MemoryMode::Precise)),
        ("o3", engine(Level::Speed, MemoryMode::Precise)),
        ("o3-relaxed", engine(Level::Speed, MemoryMode::Relaxed)),
    ]
}
