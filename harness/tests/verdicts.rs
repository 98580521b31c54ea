//! Verdicts of `wasmparser`: with the features of its script, it accepts valid modules and refuses invalid ones.
//!
//! So the features in the data are right, and exceptions are in the expectations. `WASSAY_SUITES` names more folders of scripts.

use std::path::PathBuf;
use wasmparser::Validator;
use wassay::expect::Expectations;
use wassay::features;
use wassay::model::{Outcome, Row};
use wassay::suite::{self, ScriptFile};
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::{QuoteWat, Wast, WastDirective, WastExecute, Wat};

/// The line and the kind of a directive, whether its module should be valid, and the verdict of `wasmparser`.
type Finding = (u32, &'static str, bool, Result<(), String>);

fn check(script: &ScriptFile, wasm: Result<Vec<u8>, wast::Error>) -> Result<(), String> {
    let wasm = wasm.map_err(|e| e.message())?;
    let verdict = Validator::new_with_features(script.features).validate_all(&wasm);
    let measured = features::required(&wasm, script.features);
    assert_eq!(verdict.is_ok(), measured.is_some(), "{}/{}", script.suite, script.file);
    verdict.map(drop).map_err(|e| e.to_string())
}

fn judged(
    script: &ScriptFile,
    directives: &mut [WastDirective<'_>],
    line: &dyn Fn(usize) -> u32,
    out: &mut Vec<Finding>,
) {
    for directive in directives {
        let at = line(directive.span().offset());
        let quoted = |module: &mut QuoteWat<'_>| check(script, module.encode());
        let plain = |module: &mut Wat<'_>| check(script, module.encode());
        let (kind, valid, found) = match directive {
            WastDirective::Module(module) => ("module", true, quoted(module)),
            WastDirective::ModuleDefinition(module) => ("module_definition", true, quoted(module)),
            WastDirective::AssertMalformed { module, .. } => ("assert_malformed", false, quoted(module)),
            WastDirective::AssertInvalid { module, .. } => ("assert_invalid", false, quoted(module)),
            WastDirective::AssertInvalidCustom { module, .. } => ("assert_invalid_custom", false, quoted(module)),
            WastDirective::AssertMalformedCustom { module, .. } => ("assert_malformed_custom", false, quoted(module)),
            WastDirective::AssertUnlinkable { module, .. } => ("assert_unlinkable", true, plain(module)),
            WastDirective::AssertTrap { exec: WastExecute::Wat(module), .. } => ("assert_trap", true, plain(module)),
            WastDirective::AssertReturn { exec: WastExecute::Wat(module), .. } => {
                ("assert_return", true, plain(module))
            }
            WastDirective::Thread(thread) => {
                judged(script, &mut thread.directives, line, out);
                continue;
            }
            _ => continue,
        };
        out.push((at, kind, valid, found));
    }
}

fn findings(script: &ScriptFile) -> Vec<Finding> {
    let text = script.source().unwrap();
    let ends: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let line = |offset: usize| 1 + u32::try_from(ends.partition_point(|end| *end < offset)).unwrap();
    let mut lexer = Lexer::new(&text);
    lexer.allow_confusing_unicode(true);
    let parsed = ParseBuffer::new_with_lexer(lexer);
    let broken = |error: &wast::Error| vec![(line(error.span().offset()), "script", true, Err(error.message()))];
    let buffer = match &parsed {
        Ok(buffer) => buffer,
        Err(error) => return broken(error),
    };
    match parser::parse::<Wast<'_>>(buffer) {
        Ok(mut wast) => {
            let mut out = Vec::new();
            judged(script, &mut wast.directives, &line, &mut out);
            out
        }
        Err(error) => broken(&error),
    }
}

fn row(script: &ScriptFile, line: u32, directive: &str, outcome: Outcome, detail: String) -> Row {
    Row {
        run: String::new(),
        suite: script.suite.clone(),
        revision: script.revision.clone(),
        file: script.file.clone(),
        line,
        directive: directive.to_owned(),
        proposal: script.proposal.clone(),
        features: String::new(),
        engine: "vm".to_owned(),
        engine_version: String::new(),
        mode: "o0".to_owned(),
        target: "any".to_owned(),
        outcome,
        detail,
        micros: 0,
    }
}

#[test]
fn wasmparser_agrees_with_scripts_and_expectations() {
    let folders: Vec<PathBuf> =
        std::env::var_os("WASSAY_SUITES").map(|v| std::env::split_paths(&v).collect()).unwrap_or_default();
    if folders.is_empty() {
        eprintln!("WASSAY_SUITES is not set: only the scripts that are built in are checked");
    }
    let suites = suite::load(&folders).unwrap();
    let selected = suite::select(&suites, &[]).unwrap();
    let mut expectations = Expectations::load(&folders).unwrap();
    let mut wrong = Vec::new();
    for script in &selected {
        for (line, kind, valid, found) in findings(script) {
            let outcome = if found.is_ok() == valid { Outcome::Pass } else { Outcome::Fail };
            let mut row = row(script, line, kind, outcome, found.err().unwrap_or_else(|| "accepted".to_owned()));
            // Expectations for these directives are about running them, not about validity.
            if !matches!(kind, "assert_unlinkable" | "assert_trap" | "assert_return") {
                expectations.judge(&mut row);
            }
            if row.outcome.is_red() {
                wrong.push(format!(
                    "{},{},{},{}: {} [{}]",
                    row.suite, row.file, row.line, row.directive, row.detail, script.proposal
                ));
            }
        }
    }
    // Expectations that match nothing are not reported here, as some are about running.
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
