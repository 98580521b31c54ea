//! Tests of each outcome in each subcommand and format: one directive of one mode gets the outcome, all others pass,
//! and the output and exit code of every subcommand are compared with a table.

use super::common::{Place, SCRIPT, code, stderr, stdout};
use super::{run, text};
use wassay::model::Outcome::{self, Crash, Fail, Pass, Skip, Timeout, Unsupported, Xfail, Xpass};

/// Expected output for an outcome of a directive that passed before.
struct Case {
    outcome: Outcome,
    /// Words of `compare` for the change, and whether the change is a regression.
    class: &'static str,
    regression: bool,
    /// Cell of the matrix.
    cell: &'static str,
    /// Whether the two modes disagree on the directive.
    disagree: bool,
    /// Whether `merge` and `test --failed` count the outcome as unexpected.
    red: bool,
    /// Outcome of the expectation that `expect` proposes.
    proposal: Option<&'static str>,
}

/// Makes a case without a regression or disagreement.
const fn case(outcome: Outcome, class: &'static str, cell: &'static str) -> Case {
    Case { outcome, class, regression: false, cell, disagree: false, red: false, proposal: None }
}

/// Makes a case of a higher severity.
const fn worse(outcome: Outcome, cell: &'static str, proposal: Option<&'static str>) -> Case {
    let red = proposal.is_some();
    Case { regression: true, disagree: true, red, proposal, ..case(outcome, "1 regressions", cell) }
}

const CASES: [Case; Outcome::ALL.len()] = [
    case(Pass, "no changes", " 12/12 |"),
    worse(Fail, " 11/12 !1 |", Some("fail")),
    Case { disagree: true, ..case(Xfail, "1 regressions that an expectation accepts", " 11/12 ~1 |") },
    Case { red: true, ..case(Xpass, "1 changed with the expectations only", " 11/12 !1 |") },
    worse(Unsupported, " 11/12 -1 |", None),
    Case { disagree: true, ..case(Skip, "1 skipped on one side", " 11/11 s1 |") },
    worse(Crash, " 11/12 !1 |", Some("crash")),
    worse(Timeout, " 11/12 !1 |", Some("timeout")),
];

/// Mode whose directive is changed. It has the same outcomes as `pass`.
const MODE: &str = "pass+pass";

/// Sets the outcome of the third directive of a report.
fn make(out: &str, outcome: Outcome) {
    let path = format!("{out}/conformance.csv");
    let mut changed = 0;
    let mut line = |line: &str| {
        let mut fields: Vec<&str> = line.split(',').collect();
        if fields[4] == "3" && fields[10] == MODE {
            changed += 1;
            fields[12] = outcome.name();
            fields[13] = if outcome == Pass { "" } else { "on demand" };
        }
        fields.join(",") + "\n"
    };
    let text: String = std::fs::read_to_string(&path).expect("a report").lines().map(&mut line).collect();
    assert_eq!(changed, 1, "{text}");
    std::fs::write(path, text).expect("a file");
}

#[test]
fn every_outcome_in_every_format() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let reports = ["base", "head", "merged", "none"].map(|name| text(&place.path(name)));
    let [base, head, merged, none] = reports.each_ref().map(String::as_str);
    for out in [base, head] {
        assert_eq!(code(&place.test("pass", &["--mode", MODE, "--out", out])), Some(0));
    }
    for Case { outcome, class, regression, cell, disagree, red, proposal } in CASES {
        make(head, outcome);
        let ends = |words: &[&str], with: i32| {
            let output = run(words);
            assert_eq!(code(&output), Some(with), "{outcome}: {words:?}: {}{}", stdout(&output), stderr(&output));
            stdout(&output)
        };
        let says = |words: &[&str], with: i32, says: &str, yes: bool| {
            let said = ends(words, with);
            assert_eq!(said.contains(says), yes, "{outcome}: {words:?}: {said}");
        };
        let compare = |format, what, yes| {
            says(&["compare", base, head, "--format", format], i32::from(regression), what, yes);
        };
        compare("text", class, true);
        compare("text", "suite/a.wast:3 assert_return on fake pass+pass: pass -> ", outcome != Pass);
        compare("markdown", class, true);
        compare("markdown", "### Conformance got worse\n", regression);
        compare("junit", "failures=\"1\"", regression);
        compare("junit", "<failure message=\"1 regressions\"", regression);
        compare("github", "::error file=suite/a.wast,line=3,", regression);
        compare("github", class, true);

        says(&["matrix", head, "-E", &format!("mode({MODE})")], 0, cell, true);
        let counts: Vec<String> = Outcome::ALL
            .map(|each| u32::from(each == outcome) + if each == Pass { 11 } else { 0 })
            .map(|n| n.to_string())
            .into();
        let counts = format!(",{MODE},{},12,{},", wassay::task::target(), counts.join(","));
        says(&["matrix", head, "--format", "csv"], 0, &counts, true);
        says(
            &["matrix", head, "--rows", "-E", &format!("outcome({outcome}) & mode({MODE}) & line(3)")],
            0,
            ",a.wast,3,",
            true,
        );

        let which = format!("fake pass pass, fake pass+pass {outcome}: 1");
        says(&["diff", "fake:pass", "fake:pass+pass", "--from", head], i32::from(disagree), &which, disagree);
        let sum = format!("24 directives, {} not as expected", u32::from(red));
        says(&["merge", head, "--out", merged], i32::from(red), &sum, true);
        assert!(std::fs::read_to_string(format!("{merged}/portability.csv")).expect("a file").contains(&counts));
        assert!(std::fs::read_to_string(format!("{merged}/portability.md")).expect("a file").contains(cell));

        let row = format!("+suite,a.wast,3,fake,{MODE},*,{},,\n", proposal.unwrap_or_default());
        let update = ["expect", "--update", head, "--expectations", none];
        says(&update, i32::from(proposal.is_some()), &row, proposal.is_some());
        let failed = stdout(&place.test("pass", &["--mode", MODE, "--out", head, "--failed", "--list"]));
        assert_eq!(failed, if red { "suite/a.wast\tfake:pass+pass\tcustom\n" } else { "" }, "{outcome}");
    }
}
