//! Runs a probe of a library in this process.

use super::library::Library;
use super::probe::ReferenceProbe;
use crate::engine::driver::protocol::{Binary, Request, WireValue};
use crate::engine::error::{SessionError, SessionResult};
use std::path::Path;

/// Runs a probe. The process may crash.
pub(super) fn run(path: &Path, probe: ReferenceProbe) -> Result<(), String> {
    let ty = match probe {
        ReferenceProbe::Extern | ReferenceProbe::ExternNull => 0x6f,
        ReferenceProbe::Func | ReferenceProbe::FuncNull => 0x70,
    };
    let mut library = Library::open(path)?;
    library.probes.here = true;
    library.answer(Request::Session { mode: "".into(), features: Vec::new() }).map_err(|error| error.to_string())?;
    library.answer(Request::Compile { wasm: Binary(identity(ty).into()) }).map_err(|error| error.to_string())?;
    library.answer(Request::Instantiate { module: 0 }).map_err(|error| error.to_string())?;
    let mut call = |name: &str, args: serde_json::Value| {
        let ty = if ty == 0x6f { "(ref null extern)" } else { "(ref null func)" };
        let (params, results) = match name {
            "make" => (vec![], vec![ty.to_owned()]),
            "take" => (vec![ty.to_owned()], vec![]),
            _ => (vec![ty.to_owned()], vec![ty.to_owned()]),
        };
        let args: Vec<WireValue> =
            serde_json::from_value(args).map_err(|error| SessionError::Other(error.to_string()))?;
        library.answer(Request::Invoke {
            instance: 0,
            name: name.into(),
            params: params.into(),
            results: results.into(),
            args: args.into(),
        })
    };
    let done = match probe {
        ReferenceProbe::ExternNull | ReferenceProbe::FuncNull => {
            call("take", serde_json::json!([{"ref": "null"}])).map(|_| true)
        }
        ReferenceProbe::Extern => {
            let both = [7, 8, 7].map(|n| call("same", serde_json::json!([{"ref": "extern", "host": n}])));
            let numbers = both.into_iter().map(|done| done.map(|value| value[0]["host"].as_u64()));
            numbers.collect::<SessionResult<Vec<_>>>().map(|numbers| numbers == [Some(7), Some(8), Some(7)])
        }
        ReferenceProbe::Func => call("make", serde_json::json!([])).map(|value| value[0]["ref"] == "func"),
    };
    match done {
        Ok(true) => Ok(()),
        Ok(false) => Err("what comes out is not what went in".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// Encodes a module with three functions: `same` returns its argument, `take` has an argument and no result, and `make`
/// returns a null or the first function. `ty` is the encoding of the reference type.
fn identity(ty: u8) -> Vec<u8> {
    let make: &[u8] = if ty == 0x70 { &[0xd2, 0] } else { &[0xd0, 0x6f] };
    let mut wasm = vec![0, b'a', b's', b'm', 1, 0, 0, 0];
    let mut section = |id: u8, content: &[u8]| {
        wasm.extend([id, content.len() as u8]);
        wasm.extend(content);
    };
    section(1, &[3, 0x60, 1, ty, 1, ty, 0x60, 1, ty, 0, 0x60, 0, 1, ty]);
    section(3, &[3, 0, 1, 2]);
    section(7, &[3, 4, b's', b'a', b'm', b'e', 0, 0, 4, b't', b'a', b'k', b'e', 0, 1, 4, b'm', b'a', b'k', b'e', 0, 2]);
    section(10, &[&[3, 4, 0, 0x20, 0, 0x0b, 2, 0, 0x0b, make.len() as u8 + 2, 0][..], make, &[0x0b]].concat());
    wasm
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_modules_are_valid() {
        for ty in [0x6f, 0x70] {
            wasmparser::validate(&super::identity(ty)).unwrap();
        }
    }
}
