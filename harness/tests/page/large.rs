//! Test of a large page: it prints the time of each action, and checks that only visible rows are in the document.
//!
//! `WASSAY_PAGE=FILE cargo test --test page figures -- --nocapture` measures an existing page.

use super::browser::Browser;
use super::common::{Place, SCRIPT};
use super::{page, run};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Directives of each script, scripts, and columns of the page to measure.
const SIZE: (usize, usize, usize) = (500, 20, 10);

/// Maximum time of an action, in milliseconds. It is far above the usual times, since the machine may be busy.
const BOUND: f64 = 5000.0;

fn large(place: &Place) -> PathBuf {
    let report = run(place, "pass", "run");
    let csv = report.join("conformance.csv");
    let text = std::fs::read_to_string(&csv).expect("rows");
    let head = text.lines().next().expect("a head");
    let (directives, scripts, columns) = SIZE;
    let mut rows = format!("{head}\n");
    for script in 0..scripts {
        for line in 1..=directives {
            for column in 0..columns {
                let outcome = if (line + column) % 7 == 0 { "fail,\"expected 1, got 2\"" } else { "pass," };
                let _ = writeln!(
                    rows,
                    "run,suite,1,{script:03}.wast,{line},assert_return,wasm-v{},simd,engine{column},1,mode,x,{outcome},1",
                    script % 3 + 1
                );
            }
        }
    }
    std::fs::write(&csv, rows).expect("a file");
    page(place, &[&report], &[])
}

#[test]
fn figures() {
    let Some(mut browser) = Browser::start() else { return };
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let page = std::env::var_os("WASSAY_PAGE").map_or_else(|| large(&place), PathBuf::from);
    browser.screen(1440, 900, "light");
    browser.open(&page, "view=matrix");
    let mut figures = Vec::new();
    for (what, expression) in [
        ("first paint", "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"),
        ("matrix", "Number(document.documentElement.dataset.overview)"),
        ("rows", "Number(document.documentElement.dataset.rows)"),
        ("sources", "Number(document.documentElement.dataset.sources)"),
    ] {
        figures.push((what, browser.eval(expression).as_f64().expect("a number")));
    }
    // The time from before an action until after the frame that shows its result.
    let measure = |browser: &mut Browser, action: &str| {
        let script = format!(
            "(async () => {{ const begun = performance.now(); {action}; \
             await new Promise((shown) => requestAnimationFrame(() => setTimeout(shown))); return performance.now() - begun; }})()"
        );
        browser.eval(&script).as_f64().expect("a number")
    };
    for (what, action) in [
        ("all directives", "go({ view: 'directives' })"),
        ("search, first key", "go({ q: 'i' }, true)"),
        ("search, next key", "go({ q: 'i3' }, true)"),
        ("search, two words", "go({ q: 'assert got' }, true)"),
        ("search, nothing", "go({ q: 'zzzz' }, true)"),
        ("a proposal", "go({ q: '', proposal: 'wasm-v2' })"),
        ("columns differ", "go({ proposal: '', differ: '1' })"),
        ("a directive", "choose(directives.found[directives.found.length >> 1], true)"),
        ("scroll to the end", "go({ differ: '' }); document.getElementById('list').scrollTop = 1e9"),
        ("compare", "go({ view: 'compare' })"),
        ("history", "go({ view: 'history' })"),
        ("back to the matrix", "go({ view: 'matrix' })"),
    ] {
        figures.push((what, measure(&mut browser, action)));
        let drawn = browser.eval("document.querySelectorAll('.row').length").as_u64().expect("a number");
        assert!(drawn < 200, "{what}: {drawn} rows in the document");
    }
    let size = std::fs::metadata(&page).expect("a page").len();
    println!("{} directives, {size} bytes", browser.eval("overview.directives"));
    for (what, time) in &figures {
        println!("{time:6.0} ms  {what}");
    }
    let slow: Vec<_> = figures.iter().filter(|(_, time)| *time > BOUND).collect();
    assert!(slow.is_empty(), "{slow:?}");
    browser.assert_sound();
}
