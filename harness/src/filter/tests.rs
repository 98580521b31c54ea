//! Tests of the filter language.

use super::*;
use crate::model::Outcome;

fn row() -> Row {
    Row {
        run: "r".to_owned(),
        suite: "testsuite".to_owned(),
        revision: "193e551f".to_owned(),
        file: "proposals/threads/simd_load_x.wast".to_owned(),
        line: 12,
        directive: "assert_return".to_owned(),
        proposal: "simd".to_owned(),
        features: "simd+threads".to_owned(),
        engine: "vm".to_owned(),
        engine_version: "0.1".to_owned(),
        mode: "o3-relaxed".to_owned(),
        target: "x86_64-linux".to_owned(),
        outcome: Outcome::Fail,
        detail: "trap: a/b".to_owned(),
        micros: 1,
    }
}

fn holds(text: &str) -> bool {
    text.parse::<Filter>().unwrap_or_else(|error| panic!("{error}")).row(&row())
}

#[test]
fn tests_of_every_field() {
    for text in [
        "all()",
        "engine(vm)",
        "engine( wasmtime , vm )",
        "mode(o3*)",
        "suite(testsuite)",
        "file(simd_load*)",
        "file(simd_load_x)",
        "file(proposals/*/simd_load_x.wast)",
        "file(testsuite/**)",
        "file({a,simd}_load*)",
        "proposal(simd)",
        "spec(2.0)",
        "phase(5)",
        "directive(assert_*)",
        "line(12)",
        "feature(threads)",
        "outcome(fail)",
        "detail(trap*)",
        "target(x86_64-*)",
        "version(0.?)",
        "revision(193e*)",
        "run(r)",
    ] {
        assert!(holds(text), "{text}");
        assert!(!holds(&format!("!{text}")), "{text}");
        assert_eq!(
            holds(&text.replace('(', "(no").replace("all(no)", "none()")),
            text == "engine( wasmtime , vm )",
            "{text}"
        );
    }
}

#[test]
fn aliases_of_proposals() {
    let with_alias = suite::subjects().unwrap().iter().find(|s| !s.aliases.is_empty()).expect("one has an alias");
    let filter: Filter = format!("proposal({})", with_alias.aliases[0]).parse().unwrap();
    assert!(filter.row(&Row { proposal: with_alias.name.clone(), ..row() }));
}

#[test]
fn precedence_of_operators() {
    assert!(holds("engine(vm) | none() & none()"));
    assert!(!holds("(engine(vm) | none()) & none()"));
    assert!(holds("!none() & engine(vm)"));
    assert!(!holds("!(none() | engine(vm))"));
    assert!(holds("not none() and all() or none()"));
    assert!(holds("!!all()"));
    assert!(holds("engine(vm) & proposal(simd) & !file(simd_store*)"));
    assert!(!holds("engine(vm) & proposal(simd) & !file(simd_load*)"));
}

#[test]
fn errors_have_a_position() {
    for (text, at, what) in [
        ("", 1, "expected a test"),
        ("engine", 7, "expected `(` after `engine`"),
        ("engine(vm", 10, "expected `)` for the `(` at character 7"),
        ("engine()", 8, "expected a pattern"),
        ("engine(a,)", 10, "expected a pattern"),
        ("engine(vm) mode(o0)", 12, "expected `&`, `|` or the end"),
        ("engine(vm) &", 13, "expected a test"),
        ("engine(vm))", 11, "there is no `(`"),
        ("(engine(vm)", 12, "expected `)` for the `(` at character 1"),
        ("moood(x)", 1, "there is no test `moood`; the tests are engine, mode"),
        ("ä(x)", 1, "there is no test `ä`"),
        ("all() & file(ä) x", 17, "expected `&`"),
        ("file([)", 6, "is not a valid pattern"),
        ("all(x)", 5, "takes no patterns"),
        ("notes(x)", 1, "there is no test `notes`"),
    ] {
        let error = text.parse::<Filter>().unwrap_err();
        assert_eq!(error.at, at, "{error}");
        assert!(error.what.contains(what), "{error}");
    }
    let deep = format!("{}all(){}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(deep.parse::<Filter>().unwrap_err().what.contains("deep"));
}

#[test]
fn tasks_have_no_fields_of_results() {
    let check = |text: &str| text.parse::<Filter>().unwrap().check_for_tasks();
    assert_eq!(check("engine(vm) & spec(2.0)"), Ok(()));
    let error = check("engine(vm) & !outcome(fail)").unwrap_err();
    assert_eq!((error.at, error.what.as_str()), (15, "`outcome` is a field of results, and nothing has run yet"));
}
