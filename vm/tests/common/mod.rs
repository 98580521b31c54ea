//! What the integration tests share.
#![allow(dead_code, reason = "each test binary uses a part of this")]

use wasmparser::WasmFeatures;
use wassay_vm::{Config, Engine, Instance, Level, MemoryMode, Module, Store, Trap};

/// The binary form of a module in text form.
pub(crate) fn wat(text: &str) -> Vec<u8> {
    let buffer = wast::parser::ParseBuffer::new(text).unwrap();
    wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap()
}

/// An engine for each mode that is shipped, with its name.
pub(crate) fn engines() -> Vec<(&'static str, Engine)> {
    engines_with(WasmFeatures::default())
}

/// The same, with other features than those of the standard.
pub(crate) fn engines_with(features: WasmFeatures) -> Vec<(&'static str, Engine)> {
    let engine = |level, mode| {
        Engine::new(Config::new().level(level).memory_mode(mode).features(features.iter_names().map(|(name, _)| name)))
            .unwrap()
    };
    vec![
        ("o0", engine(Level::None, MemoryMode::Precise)),
        ("o3", engine(Level::Speed, MemoryMode::Precise)),
        ("o3-relaxed", engine(Level::Speed, MemoryMode::Relaxed)),
    ]
}

/// An instance, in a store of its own, of a module that imports nothing.
pub(crate) fn instantiate(engine: &Engine, text: &str) -> (Store<()>, Instance) {
    let module = Module::new(engine, wat(text)).unwrap();
    let mut store = Store::new(engine, ());
    let instance = Instance::new(&mut store, &module, &[]).unwrap();
    (store, instance)
}

/// The trap that a call ended in.
pub(crate) fn trap<T: std::fmt::Debug>(result: wassay_vm::Result<T>) -> Trap {
    result.unwrap_err().trap().unwrap()
}
