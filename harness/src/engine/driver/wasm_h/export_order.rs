//! Check that the exports of an instance are in the order of its module.
//!
//! `wasm.h` identifies exports by their number only. A library that keeps exports in an unordered table gives names to the
//! wrong exports. Its results would be meaningless, so it is refused.

use super::probe::Probes;
use super::session::CApiSession;
use crate::engine::driver::protocol::WireValue;
use crate::engine::error::SessionResult;
use crate::engine::spectest;

/// Names of functions: the first has no parameters, the second one, and so on. The names are not in alphabetical order.
const NAMES: [&str; 8] = ["e", "b", "h", "a", "g", "c", "f", "d"];

/// Calls each function of a small module.
///
/// # Errors
///
/// When a function is not at its place. The message has the error of the call.
pub(super) fn check(session: &mut CApiSession, probes: &mut Probes) -> Result<(), String> {
    let wasm = spectest::encode(&text()).ok_or("a module of the harness is wrong")?;
    let fault = |error| format!("it does not run a small module: {error}");
    let module = session.compile(&wasm).map_err(fault)?;
    let instance = session.instantiate(module).map_err(fault)?;
    for (params, name) in NAMES.iter().enumerate() {
        let types = vec!["i32".to_owned(); params];
        let args: Vec<_> = (0..params).map(|_| WireValue::I32 { i32: 0 }).collect();
        let done: SessionResult<_> = session.invoke(instance, name, &types, &args, probes);
        done.map_err(|error| {
            format!("an instance exports in another order than its module, or otherwise wrongly: {error}")
        })?;
    }
    Ok(())
}

fn text() -> String {
    let func = |(params, name): (usize, &&str)| format!("(func (export \"{name}\") (param{}))", " i32".repeat(params));
    format!("(module {})", NAMES.iter().enumerate().map(func).collect::<String>())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_module_is_valid() {
        wasmparser::validate(&crate::engine::spectest::encode(&super::text()).unwrap()).unwrap();
    }
}
