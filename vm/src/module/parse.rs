//! From bytes to a [`Description`] and function bodies: everything is validated here, before any code is made.
//! Spec: <https://webassembly.github.io/spec/core/binary/modules.html>

use super::description::Description;
use super::hints::BranchHints;
use super::parsed::Parsed;
use super::reader::Reader;
use crate::config::{Config, Limits};
use crate::error::{Error, Result};
use std::ops::Range;
use wasmparser::{FunctionBody, Parser, Payload, ValidPayload, Validator};

/// Checks that `bytes` are a valid module under `features`, and nothing more.
pub(crate) fn validate(bytes: &[u8], config: &Config) -> Result<()> {
    walk(bytes, config, |_| Ok(()))
}

/// Parses and validates `bytes`. A valid module that uses what the VM does not run is [`Error::Unsupported`], a
/// verdict that is only given once all of the module is known to be valid.
pub(crate) fn parse<'a>(bytes: &'a [u8], config: &Config) -> Result<Parsed<'a>> {
    let parsed = Parsed { description: Description::default(), bodies: Vec::new(), hints: BranchHints::default() };
    let mut reader = Reader { parsed };
    let mut refused = None;
    walk(bytes, config, |payload| {
        if refused.is_none() {
            match reader.payload(payload) {
                Err(error @ (Error::Unsupported { .. } | Error::Limit(_))) => refused = Some(error),
                other => return other,
            }
        }
        Ok(())
    })?;
    match refused {
        Some(error) => Err(error),
        None => {
            reader.collect_func_refs();
            Ok(reader.parsed)
        }
    }
}

fn walk<'a>(bytes: &'a [u8], config: &Config, mut see: impl FnMut(Payload<'a>) -> Result<()>) -> Result<()> {
    let Config { features, limits, .. } = *config;
    if bytes.len() as u64 > limits.module_size {
        let Limits { module_size, .. } = limits;
        return Err(Error::Limit(format!("a module of {} bytes, where {module_size} are the most", bytes.len())));
    }
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut allocations = wasmparser::FuncValidatorAllocations::default();
    let mut functions = Vec::new();
    for payload in parser.parse_all(bytes) {
        let payload = payload?;
        if let Payload::Version { encoding: wasmparser::Encoding::Component, .. } = payload {
            return Err(Error::Invalid { message: "a component, not a module".into(), offset: 0 });
        }
        if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
            functions.push((function, body));
        }
        see(payload)?;
    }
    // Bodies last: data and element counts that they refer to may come after them in the bytes.
    for (function, body) in functions {
        check_size(function.index, &body, &limits)?;
        let mut validator = function.into_validator(allocations);
        validator.validate(&body)?;
        allocations = validator.into_allocations();
    }
    Ok(())
}

/// Whether a body is within the limits that are asked for.
fn check_size(function: u32, body: &FunctionBody<'_>, limits: &Limits) -> Result<()> {
    let exceeds = |what: &str, count: u64, most: u32| {
        Err(Error::Limit(format!("function {function} has {count} {what}, where {most} are the most")))
    };
    let Range { start, end } = body.range();
    if end - start > limits.function_size.into() {
        return exceeds("bytes of code", end - start, limits.function_size);
    }
    let mut locals = 0;
    for declaration in body.get_locals_reader()? {
        locals += u64::from(declaration?.0);
    }
    // More than there can be anywhere are for validation to refuse, which says where they are.
    if locals > limits.locals.into() && locals <= Limits::default().locals.into() {
        return exceeds("locals", locals, limits.locals);
    }
    Ok(())
}

impl From<wasmparser::Error> for Error {
    fn from(error: wasmparser::Error) -> Self {
        Self::Invalid {
            message: error.message().to_string(),
            offset: usize::try_from(error.offset()).unwrap_or(usize::MAX),
        }
    }
}
