//! Tests of the report page in a browser: addresses, keys, contents and accessibility.
//!
//! Without Chromium, the tests only print a note, unless `WASSAY_REQUIRE_BROWSER` is set, as it is in CI. If
//! `WASSAY_SCREENSHOTS` names a folder, the tests write screenshots of each view there.

#[path = "../common/mod.rs"]
mod common;

mod browser;
mod hostile;
mod large;

use browser::Browser;
use common::{Place, SCRIPT, code, stderr, stdout, wassay};
use std::path::{Path, PathBuf};

/// Runs the suite on the fake engine. `name` is the name of the run and of its report folder.
fn run(place: &Place, mode: &str, name: &str) -> PathBuf {
    let out = place.path(name);
    let mut command = wassay();
    command.args(["test", "suite:suite", "--engine", "fake", "--mode", mode, "--run", name, "--out"]).arg(&out);
    let output = command.arg("--suites").arg(place.suite()).output().expect("the binary runs");
    assert!(code(&output).is_some_and(|code| code < 2), "{}", stderr(&output));
    out
}

/// Writes the page of some reports; `more` are further arguments of `wassay report`.
fn page(place: &Place, reports: &[&Path], more: &[&str]) -> PathBuf {
    let out = place.path("report.html");
    let mut command = wassay();
    command.arg("report").args(reports).arg("--out").arg(&out).arg("--suites").arg(place.suite()).args(more);
    let output = command.output().expect("the binary runs");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    out
}

const HEADING: &str = "document.querySelector('h1').textContent";
const DETAIL: &str = "document.getElementById('detail').textContent";
const FOCUS: &str = "document.activeElement.textContent";

/// Makes the page of two runs; in the second run, the third directive of each script fails.
fn two_runs() -> (Place, PathBuf) {
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", SCRIPT)]);
    let (base, head) = (run(&place, "pass", "base"), run(&place, "fail@3", "head"));
    let page = page(&place, &[&base, &head], &[]);
    (place, page)
}

#[test]
fn from_the_matrix_to_a_line_of_source_and_back() {
    let Some(mut browser) = Browser::start() else { return };
    let (_place, page) = two_runs();
    browser.open(&page, "");
    assert!(browser.text("document.querySelector('.facts').textContent").contains("24 directives of 2 scripts"));
    assert_eq!(browser.text("document.querySelector('tr.all').innerText.replace(/\\s+/g, ' ')"), "All 91.6 !2 100");
    // The matrix is one tab stop, and arrow keys move within it.
    for _ in 0..30 {
        browser.press("Tab");
        if browser.eval("Boolean(document.activeElement.closest('#matrix'))") == true {
            break;
        }
    }
    assert_eq!(browser.text(FOCUS), "All");
    browser.press("ArrowDown");
    browser.press("ArrowRight");
    assert_eq!(browser.text(FOCUS), "91.6 !2");
    browser.press("Enter");
    browser.until("document.getElementById('list')");
    assert_eq!(browser.text(HEADING), "24 directives");
    // The cell belongs to the run with the failures.
    assert!(browser.text("location.hash").contains("column=fake+fail"), "the column is in the address");
    browser.eval("document.getElementById('list').focus()");
    browser.press("ArrowDown");
    browser.press("ArrowDown");
    browser.until("document.querySelector('#detail h2').textContent.startsWith('suite/a.wast:3 ')");
    let detail = browser.text(DETAIL);
    assert!(detail.contains("F failexpected (i32.const 1)") && detail.contains("fake fail@3"), "{detail}");
    assert!(detail.contains("✓ passas the script says"), "the other column's result is shown too: {detail}");
    assert_eq!(
        browser.text("document.querySelector('.source .at').textContent.trim()"),
        r#"3(assert_return (invoke "f") (i32.const 1))"#
    );
    browser.until("location.hash.includes('a.wast%3A3')");
    // The same address shows the same directive.
    let address = browser.text("location.hash");
    browser.open(&page, &address[1..]);
    assert!(browser.text(DETAIL).starts_with("suite/a.wast:3 "));
    browser.press("End");
    browser.open(&page, "");
    browser.go("view=directives");
    browser.eval("history.back()");
    browser.until("document.getElementById('matrix')");
    browser.assert_sound();
}

#[test]
fn keyboard_navigation_of_the_list() {
    let Some(mut browser) = Browser::start() else { return };
    let (_place, page) = two_runs();
    browser.open(&page, "view=directives");
    browser.eval("document.getElementById('list').focus()");
    let place = "document.querySelector('#detail h2').textContent.split(' ')[0]";
    for (key, chosen) in
        [("ArrowDown", "a.wast:2"), ("End", "b.wast:12"), ("ArrowUp", "b.wast:11"), ("Home", "a.wast:1")]
    {
        browser.press(key);
        assert_eq!(browser.text(place), format!("suite/{chosen}"), "{key}");
        let active = "document.getElementById(document.getElementById('list').getAttribute('aria-activedescendant')).textContent";
        assert!(browser.text(active).contains(chosen), "{key}");
    }
    browser.press("Escape");
    assert_eq!(browser.text("document.activeElement.name"), "q");
    browser.eval("document.activeElement.blur()");
    browser.press("/");
    assert_eq!(browser.text("document.activeElement.name"), "q");
    browser.assert_sound();
}

#[test]
fn filters_and_search_are_in_the_address() {
    let Some(mut browser) = Browser::start() else { return };
    let (_place, page) = two_runs();
    browser.open(&page, "view=directives&outcome=fail");
    assert_eq!(browser.text(HEADING), "2 directives");
    for (filter, heading) in [
        ("q=assert_trap", "2 directives"),
        ("q=a.wast%3A7", "1 directive"),
        ("q=stack+exhausted", "2 directives"),
        ("q=no-such-thing", "0 directives"),
        ("differ=1&run=*", "2 directives"),
        ("file=suite%2Fb.wast", "12 directives"),
        ("column=fake+pass&outcome=fail", "0 directives"),
        ("engines=nothing", "0 directives"),
    ] {
        browser.go(&format!("view=directives&{filter}"));
        assert_eq!(browser.text(HEADING), heading, "{filter}");
    }
    browser.go("view=directives");
    browser.eval("document.querySelector('[name=q]').focus()");
    browser.write("unreachable");
    // The result is shown at once, and announced to screen readers.
    assert_eq!(browser.text(HEADING), "2 directives");
    assert_eq!(browser.text("document.getElementById('status').textContent"), "2 directives");
    browser.until("location.hash.includes('q=unreachable')");
    assert_eq!(browser.text("document.activeElement.name"), "q", "the focus stays");
    browser.assert_sound();
}

#[test]
fn changes_are_the_same_as_in_wassay_compare() {
    let Some(mut browser) = Browser::start() else { return };
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", SCRIPT), ("c.wast", SCRIPT)]);
    let before = run(&place, "fail@3", "1");
    // Another revision of the suite: one script has a new line, one is removed, one is new, and other outcomes changed.
    std::fs::write(place.suite().join("a.wast"), format!("(module)\n{SCRIPT}")).expect("a file");
    std::fs::write(place.suite().join("d.wast"), SCRIPT).expect("a file");
    std::fs::remove_file(place.suite().join("c.wast")).expect("there");
    let now = run(&place, "fail@3", "2");
    let csv = now.join("conformance.csv");
    let rows = std::fs::read_to_string(&csv).expect("rows").replace(",fake,0.1.0,", ",fake,0.2.0,");
    let worse = |line: &str| {
        let sinks = line.contains(",b.wast,4,") || line.contains(",b.wast,7,");
        let (sinks, rises) = (sinks && line.contains(",pass,"), line.contains(",b.wast,3,"));
        if sinks {
            line.replace(",pass,,", ",crash,SIGSEGV,")
        } else if rises {
            let end = line.rfind(',').unwrap_or(0);
            format!("{},pass,,{}", &line[..line.find(",fail,").unwrap_or(end)], &line[end + 1..])
        } else {
            line.to_owned()
        }
    };
    std::fs::write(&csv, rows.lines().map(worse).collect::<Vec<_>>().join("\n") + "\n").expect("a file");
    let said = wassay().arg("compare").args([&before, &now]).args(["--limit", "0"]).output().expect("it runs");
    let said = stdout(&said);
    let page = page(&place, &[&before, &now], &[]);
    browser.open(&page, "view=compare");
    let tiles = "[...document.querySelectorAll('.tiles li')].map((tile) => tile.textContent).join(', ')";
    let shown = browser.text(tiles);
    let count = |text: &str, word: &str| -> u32 {
        let of = |part: &str| part.trim().strip_suffix(word).and_then(|n| n.trim().parse().ok());
        text.split([',', '\n', ';', ':', '(']).find_map(of).unwrap_or(0)
    };
    for (ours, its) in [
        ("regressions", "regressions"),
        ("fixes", "fixes"),
        ("changed with the suite", "changed with the suite"),
        ("new", "new directives"),
        ("removed", "removed directives"),
    ] {
        assert_eq!(count(&shown, ours), count(&said, its), "{ours}: {shown}\n{said}");
    }
    assert!(count(&shown, "regressions") > 0 && count(&shown, "new") > 0 && count(&shown, "removed") > 0, "{shown}");
    browser.picture("compare");
    browser.go("view=directives&change=regression&a=run%3A1&b=run%3A2");
    assert!(browser.text(HEADING).starts_with(&count(&said, "regressions").to_string()));
    assert!(browser.text("document.getElementById('list').textContent").contains("pass → crash on fake fail@3"));
    browser.assert_sound();
}

#[test]
fn history_has_a_line_for_each_proposal_and_engine() {
    let Some(mut browser) = Browser::start() else { return };
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let (old, middle) = (run(&place, "fail@3", "first"), run(&place, "fail@3", "second"));
    let new = run(&place, "fail@3", "third");
    // Of the oldest run there are only the counts, with fewer passed directives.
    let sums = place.path("matrix.csv");
    let text = std::fs::read_to_string(old.join("portability.csv")).expect("sums");
    std::fs::write(&sums, text.replace(",12,11,1,", ",12,6,6,")).expect("a file");
    let page =
        page(&place, &[&new], &["--history", &middle.display().to_string(), "--history", &sums.display().to_string()]);
    browser.open(&page, "view=history");
    let table = browser.text("document.getElementById('history').innerText.replace(/\\s+/g, ' ')");
    let at = |text: &str| table.find(text).unwrap_or_else(|| panic!("{text}: {table}"));
    assert!(at("third") < at("11/12") && at("11/12") < at("first") && at("first") < at("6/12"), "{table}");
    assert_eq!(browser.eval("document.querySelectorAll('.line circle').length"), 3);
    let line = browser.text("document.querySelector('#sparklines tr.all td').textContent");
    assert!(line.contains("50.0 to 91.6 per cent in 3 runs") && line.contains("▲5"), "{line}");
    browser.go("view=runs");
    assert!(browser.text("document.body.innerText").contains("--mode fail@3"));
    browser.assert_sound();
}

#[test]
fn every_view_is_accessible() {
    let Some(mut browser) = Browser::start() else { return };
    let (_place, page) = two_runs();
    browser.open(&page, "");
    for scheme in ["light", "dark"] {
        for width in [1440, 1024, 390] {
            browser.screen(width, 900, scheme);
            for view in [
                "view=matrix&run=*",
                "view=directives&run=*&d=suite%2Fa.wast%3A3",
                "view=directives&change=regression",
                "view=compare&a=fake+pass&b=fake+fail%403",
                "view=history",
                "view=runs",
            ] {
                browser.go(view);
                let findings = browser.eval(include_str!("accessible.js"));
                assert_eq!(findings, serde_json::json!([]), "{view} in {scheme}, {width} wide");
                let name: String = view.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
                browser.picture(&format!("{name}-{width}-{scheme}"));
            }
        }
    }
    // The theme that the user chose takes precedence over the system's.
    browser.eval("document.getElementById('theme').click()");
    let back = browser.text("getComputedStyle(document.body).backgroundColor");
    assert_eq!(back, "rgb(255, 255, 255)");
    browser.assert_sound();
}
