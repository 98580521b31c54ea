//! Parsing and validation of a module: everything is validated before any code is made.
//! Spec: <https://webassembly.github.io/spec/core/binary/modules.html>

use super::description::Description;
use super::hints::BranchHints;
use super::parsed::Parsed;
use super::reader::Reader;
use crate::config::{Config, Limits};
use crate::error::{Error, Result};
use std::ops::Range;
use wasmparser::{FunctionBody, Parser, Payload, ValidPayload, Validator};

/// Checks that `bytes` are a valid module under the features of `config`.
pub(crate) fn validate(bytes: &[u8], config: &Config) -> Result<()> {
    walk(bytes, config, |_| Ok(()))
}

/// Parses and validates `bytes`. A valid module that needs what the VM does not run is [`Error::Unsupported`]; that is
/// reported only after the whole module was found valid.
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

/// Validates a module and passes its sections to `see`.
fn walk<'a>(bytes: &'a [u8], config: &Config, mut see: impl FnMut(Payload<'a>) -> Result<()>) -> Result<()> {
    let Config { features, limits, .. } = *config;
    if bytes.len() as u64 > limits.module_size {
        let Limits { module_size, .. } = limits;
        return Err(Error::Limit(format!("a module of {} bytes; the limit is {module_size}", bytes.len())));
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
    // Bodies are validated last: they may refer to counts of data and elements that come later in the bytes.
    for (function, body) in functions {
        check_size(function.index, &body, &limits)?;
        let mut validator = function.into_validator(allocations);
        validator.validate(&body)?;
        allocations = validator.into_allocations();
    }
    Ok(())
}

/// Checks that a body is within the limits of `config`.
fn check_size(function: u32, body: &FunctionBody<'_>, limits: &Limits) -> Result<()> {
    let exceeds = |what: &str, count: u64, most: u32| {
        Err(Error::Limit(format!("function {function} has {count} {what}; the limit is {most}")))
    };
    let Range { start, end } = body.range();
    if end - start > limits.function_size.into() {
        return exceeds("bytes of code", end - start, limits.function_size);
    }
    let mut locals = 0;
    for declaration in body.get_locals_reader()? {
        locals += u64::from(declaration?.0);
    }
    // A number above the limit of all implementations is left to validation, which reports the place.
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
