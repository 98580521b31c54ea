//! Tests of the page with hostile or unusual reports.

use super::browser::Browser;
use super::common::{Place, SCRIPT};
use super::{DETAIL, HEADING, page, run};
use std::path::PathBuf;

/// Makes the page of one report whose rows `change` has replaced.
fn changed(change: impl Fn(Vec<&str>) -> Vec<String>) -> (Place, PathBuf) {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let report = run(&place, "fail@3", "run");
    let csv = report.join("conformance.csv");
    let text = std::fs::read_to_string(&csv).expect("rows");
    let (head, rows) = text.split_once('\n').expect("a head");
    let rows = change(rows.lines().collect());
    std::fs::write(&csv, format!("{head}\n{}", rows.iter().map(|row| format!("{row}\n")).collect::<String>()))
        .expect("a file");
    let page = page(&place, &[&report], &[]);
    (place, page)
}

#[test]
fn hostile_texts_are_escaped() {
    let Some(mut browser) = Browser::start() else { return };
    let evil = "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\"> \u{2028} \u{202e}abc\u{0} {style} &lt;";
    let long = "x".repeat(100_000);
    let (_place, page) = changed(|rows| {
        let quote = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let row = |(n, row): (usize, &str)| {
            let mut fields: Vec<String> = row.splitn(14, ',').map(str::to_owned).collect();
            fields[0] = quote("</title><b>run");
            fields[8] = quote("fake<i>");
            fields[13] = quote(if n == 0 { evil } else { &long }) + ",1";
            fields.join(",")
        };
        rows.into_iter().enumerate().map(row).collect()
    });
    browser.open(&page, "view=directives");
    let detail = browser.text(DETAIL);
    assert!(detail.contains("</script><script>") && detail.contains("&lt;"), "{detail}");
    assert!(detail.contains("\\u{202e}abc\\u{0}") && detail.contains("\\u{2028}"), "{detail}");
    browser.eval("document.getElementById('list').focus()");
    browser.press("ArrowDown");
    let detail = browser.text(DETAIL);
    assert!(detail.contains("xxx... (100000 characters)") && detail.len() < 10_000, "{}", detail.len());
    for view in ["matrix", "compare", "history", "runs"] {
        browser.go(&format!("view={view}"));
        assert_eq!(browser.eval("document.querySelectorAll('main b > i, main img, main script').length"), 0);
        assert!(browser.text("document.body.innerText").contains("fake<i>"), "{view}");
    }
    assert!(browser.text("document.title").ends_with("wassay"));
    browser.assert_sound();
}

#[test]
fn reports_with_no_row_and_one_row() {
    let Some(mut browser) = Browser::start() else { return };
    for (rows, heading) in [(0, "0 directives"), (1, "1 directive")] {
        let (_place, page) = changed(|all| all.into_iter().take(rows).map(str::to_owned).collect());
        browser.open(&page, "");
        for view in ["matrix", "compare", "history", "runs", "directives"] {
            browser.go(&format!("view={view}"));
            assert_eq!(browser.eval("document.querySelectorAll('h1').length"), 1);
        }
        assert_eq!(browser.text(HEADING), heading);
    }
    browser.assert_sound();
}

#[test]
fn a_hundred_engines() {
    let Some(mut browser) = Browser::start() else { return };
    let (_place, page) = changed(|rows| {
        (0..100).flat_map(|n| rows.iter().map(move |row| row.replace(",fake,", &format!(",fake{n},")))).collect()
    });
    browser.screen(1440, 900, "light");
    browser.open(&page, "view=matrix");
    assert_eq!(browser.eval("document.querySelectorAll('#matrix tr.all td').length"), 100);
    browser.picture("a-hundred-engines");
    browser.go("view=directives&outcome=fail");
    assert!(browser.text("document.getElementById('list').textContent").contains("F 100"), "counts, not marks");
    browser.go("view=matrix&engines=fake7");
    assert_eq!(browser.eval("document.querySelectorAll('#matrix tr.all td').length"), 11);
    browser.go("view=history");
    assert_eq!(browser.eval("document.documentElement.scrollWidth <= innerWidth"), true);
    browser.assert_sound();
}

#[test]
fn invalid_addresses_and_missing_scripts() {
    let Some(mut browser) = Browser::start() else { return };
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let report = run(&place, "fail@3", "run");
    std::fs::write(place.suite().join("a.wast"), "(module)").expect("a file");
    let page = page(&place, &[&report], &[]);
    browser.open(&page, "view=directives");
    assert!(browser.text(DETAIL).contains("The script's text is not in this page"));
    for address in [
        "view=constructor",
        "view=directives&column=nobody&d=nothing%3A99",
        "view=compare&a=run%3Anone&b=99",
        "view=directives&change=constructor",
        "view=history&proposal=none",
        "%",
    ] {
        browser.eval(&format!("location.hash = '{address}'"));
        browser.until(&format!("'#' + current === '#' + new URLSearchParams('{address}')"));
        assert_eq!(browser.eval("document.querySelectorAll('h1').length"), 1, "{address}");
    }
    browser.assert_sound();
}
