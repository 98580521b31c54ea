//! Helpers that integration tests and benchmarks share.
#![allow(dead_code, reason = "each test binary and benchmark uses a part of this")]

pub(crate) mod kernels;
pub(crate) mod llvm_ir;
pub(crate) mod machine_code;
pub(crate) mod throwing;

use wasmparser::WasmFeatures;
use wassay_vm::{Config, Engine, Instance, MemoryMode, Module, OptLevel, Store, Trap};

/// Encodes a module in the text format as binary.
pub(crate) fn wat(text: &str) -> Vec<u8> {
    let buffer = wast::parser::ParseBuffer::new(text).unwrap();
    wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap()
}

/// An engine for each shipped mode, with the mode's name.
pub(crate) fn engines() -> Vec<(&'static str, Engine)> {
    engines_with(WasmFeatures::default())
}

/// An engine for each shipped mode that accepts modules of every proposal.
pub(crate) fn engines_with_all_features() -> Vec<(&'static str, Engine)> {
    engines_with(WasmFeatures::all())
}

/// An engine for each shipped mode that accepts these features in place of the standard's.
pub(crate) fn engines_with(features: WasmFeatures) -> Vec<(&'static str, Engine)> {
    let engine = |level, mode| {
        Engine::new(
            Config::new().opt_level(level).memory_mode(mode).features(features.iter_names().map(|(name, _)| name)),
        )
        .unwrap()
    };
    vec![
        ("o0", engine(OptLevel::None, MemoryMode::Precise)),
        ("o3", engine(OptLevel::Speed, MemoryMode::Precise)),
        ("o3-relaxed", engine(OptLevel::Speed, MemoryMode::Relaxed)),
    ]
}

/// Instantiates a module without imports in a new store.
pub(crate) fn instantiate(engine: &Engine, text: &str) -> (Store<()>, Instance) {
    let module = Module::new(engine, wat(text)).unwrap();
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    (store, instance)
}

/// Returns the trap that a call ended in; panics if it ended otherwise.
pub(crate) fn trap<T: std::fmt::Debug>(result: wassay_vm::Result<T>) -> Trap {
    result.unwrap_err().trap().unwrap()
}
