//! Continuations: functions on stacks of their own.

mod common;
#[path = "support/proposals.rs"]
mod proposals;

#[path = "continuations/collection.rs"]
mod collection;
#[path = "continuations/failures.rs"]
mod failures;
#[path = "continuations/host.rs"]
mod host;
#[path = "continuations/limits.rs"]
mod limits;
#[path = "continuations/values.rs"]
mod values;

use wassay_vm::{Engine, Instance, Store};

/// Does something with an instance of a module in every mode.
fn in_every_mode(text: &str, mut check: impl FnMut(&str, Store<()>, Instance)) {
    for (mode, engine) in proposals::engines() {
        let (store, instance) = common::instantiate(&engine, text);
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
    proposals::engines().into_iter().find(|(name, _)| *name == mode).unwrap().1
}
