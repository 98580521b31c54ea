//! Continuations: functions on stacks of their own.

mod collection;
mod failures;
mod host;
mod limits;
mod values;

use crate::support;
use wassay_vm::{Engine, Instance, Store};

/// Does something with an instance of a module in every mode.
fn in_every_mode(text: &str, mut check: impl FnMut(&str, Store<()>, Instance)) {
    for (mode, engine) in support::engines_with_all_features() {
        let (store, instance) = support::instantiate(&engine, text);
        check(mode, store, instance);
    }
}

/// The function of a name, called with a type that is known here.
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
