//! Engines that are linked into this program: the VM, and peers behind the cargo feature of their name.
//!
//! All of them run by the same code. An engine implements `engine::InProcessEngine`, which creates a `store::EngineStore` for
//! each script. `session::StoreSession` does the bookkeeping of the script, and `feature_gate::FeatureGate` decides which
//! modules the engine is judged by.

mod engine;
mod feature_gate;
mod host_references;
#[cfg(any(feature = "wasm3", feature = "wamr"))]
mod module_type;
mod session;
#[cfg(feature = "stitch")]
mod stitch;
mod store;
#[cfg(all(
    test,
    any(feature = "stitch", feature = "wasm3", feature = "wasmi", feature = "wasmer", feature = "wasmtime")
))]
mod tests;
mod vm;
#[cfg(feature = "wamr")]
mod wamr;
#[cfg(feature = "wasm3")]
mod wasm3;
#[cfg(feature = "wasmer")]
mod wasmer;
#[cfg(feature = "wasmi")]
mod wasmi;
#[cfg(feature = "wasmtime")]
mod wasmtime;

use super::interface::Engine;
use engine::InProcess;

/// The engines of this build.
pub(super) fn engines() -> Vec<Box<dyn Engine>> {
    vec![
        Box::<InProcess<vm::Vm>>::default(),
        #[cfg(feature = "wasmtime")]
        Box::<InProcess<wasmtime::Wasmtime>>::default(),
        #[cfg(feature = "wasmi")]
        Box::<InProcess<wasmi::Wasmi>>::default(),
        #[cfg(feature = "wasmer")]
        Box::<InProcess<wasmer::Wasmer>>::default(),
        #[cfg(feature = "stitch")]
        Box::<InProcess<stitch::Stitch>>::default(),
        #[cfg(feature = "wasm3")]
        Box::<InProcess<wasm3::Wasm3>>::default(),
        #[cfg(feature = "wamr")]
        Box::<InProcess<wamr::Wamr>>::default(),
    ]
}
