//! Continuations: computations on stacks of their own, which can be suspended and resumed.

mod collection;
mod failures;
mod host;
mod limits;
mod values;

use crate::support;
use wassay_vm::{Engine, Instance, Store};

/// Calls `check` with an instance of the module in every mode.
fn in_every_mode(text: &str, mut check: impl FnMut(&str, Store<()>, Instance)) {
    for (mode, engine) in support::engines_with_all_features() {
        let (store, instance) = support::instantiate(&engine, text);
        check(mode, store, instance);
    }
}

/// Calls the exported function of this name with the given type.
fn call<P: wassay_vm::WasmParams, R: wassay_vm::WasmResults>(
    store: &mut Store<()>,
    instance: &Instance,
    name: &str,
    params: P,
) -> wassay_vm::Result<R> {
    instance.get_typed_func::<P, R>(&mut *store, name)?.call(store, params)
}

fn engine_of(mode: &str) -> Engine {
    support::engines_with_all_features().into_iter().find(|(name, _)| *name == mode).unwrap().1
}
