//! The page of `wassay report`, in a real browser: headless Chromium loads it and says what it shows.
//!
//! Where there is no Chromium the test does nothing but say so, unless `WASSAY_REQUIRE_BROWSER` is set, as it is in CI.
//! With `WASSAY_SCREENSHOTS` naming a folder, pictures of each view are left there.

mod common;

use common::{Place, SCRIPT, code, stderr, wassay};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn browser() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let found =
        std::env::split_paths(&paths).flat_map(|dir| names.map(|name| dir.join(name))).find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var_os("WASSAY_REQUIRE_BROWSER").is_none(), "no Chromium in PATH");
        eprintln!("no Chromium in PATH: the page is not looked at");
    }
    found
}

/// Two runs: all well, and the third directive of one script gone wrong.
fn reports(place: &Place) -> (PathBuf, PathBuf) {
    let run = |mode: &str, name: &str| {
        let out = place.path(name);
        let mut command = wassay();
        command.args(["test", "suite:suite", "--engine", "fake", "--mode", mode, "--out"]).arg(&out);
        let output = command.arg("--suites").arg(place.suite()).output().expect("the binary runs");
        assert!(code(&output).is_some_and(|code| code < 2), "{}", stderr(&output));
        out
    };
    (run("pass", "base"), run("fail@3", "head"))
}

fn page(place: &Place) -> PathBuf {
    let (base, head) = reports(place);
    let out = place.path("report.html");
    let mut command = wassay();
    command.arg("report").args([&base, &head]).arg("--out").arg(&out).arg("--suites").arg(place.suite());
    let output = command.output().expect("the binary runs");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    out
}

fn chromium(browser: &Path, place: &Place, url: &str, more: &[&str]) -> String {
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    command.arg(format!("--user-data-dir={}", place.path("profile").display()));
    command.args(["--window-size=1300,900", "--virtual-time-budget=30000"]).args(more).arg(url);
    let output = command.stderr(Stdio::null()).output().expect("Chromium runs");
    assert!(output.status.success(), "Chromium: {}", output.status);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What the page shows at a fragment of its address, after a script has run in it.
fn look(browser: &Path, place: &Place, page: &Path, fragment: &str, script: &str) -> String {
    // The script goes in after all of the page's own, and acts when the sources are there.
    let text = std::fs::read_to_string(page).expect("a page");
    let script = format!(
        "<script>new MutationObserver((_, watch) => {{ if (document.documentElement.dataset.sources) {{ \
         watch.disconnect(); {script} }} }}).observe(document.documentElement, {{ attributes: true }});</script></body>"
    );
    let copy = place.path("copy.html");
    std::fs::write(&copy, text.replace("</body>", &script)).expect("a file");
    let url = format!("file://{}#{fragment}", copy.display());
    if let Some(folder) = std::env::var_os("WASSAY_SCREENSHOTS").filter(|folder| !folder.is_empty()) {
        std::fs::create_dir_all(&folder).expect("a folder");
        let name: String = fragment.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let file = Path::new(&folder).join(format!("{name}.png"));
        chromium(browser, place, &url, &[&format!("--screenshot={}", file.display())]);
    }
    let shown = chromium(browser, place, &url, &["--dump-dom"]);
    let (_, shown) = shown.split_once("<main").expect("the page has a main part");
    let (shown, _) = shown.split_once("</main>").expect("it has an end");
    shown.to_owned()
}

#[test]
fn the_page_in_a_browser() {
    let Some(browser) = browser() else { return };
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", SCRIPT)]);
    let page = page(&place);
    let look = |fragment: &str, script: &str| look(&browser, &place, &page, fragment, script);

    let matrix = look("view=matrix", "");
    assert!(matrix.contains(">24/24</a>"), "{matrix}");
    assert!(matrix.contains(">22/24 !2</a>"), "{matrix}");

    let red = look("view=directives&outcome=fail", "");
    assert!(red.contains("2 directives") && red.contains("suite/a.wast:3") && red.contains("suite/b.wast:3"), "{red}");
    assert!(red.contains("expected (i32.const 1)"), "what was seen is shown: {red}");
    assert!(red.contains("assert_return (invoke \"f\")"), "the source is shown: {red}");

    let found = look("view=directives&q=assert_trap", "");
    assert!(found.contains("2 directives") && found.contains("a.wast:7"), "{found}");
    assert!(look("view=directives&q=no-such-thing", "").contains("0 directives"));
    assert!(look("view=directives&differ=1", "").contains("2 directives"));

    let compared = look("view=compare&a=0&b=1", "");
    assert!(compared.contains("change=regression"), "{compared}");
    let regressions = look("view=directives&change=regression&a=0&b=1", "");
    assert!(regressions.contains("2 directives"), "{regressions}");
    assert!(look("view=directives&change=fix&a=1&b=0", "").contains("2 directives"));

    let past = look("view=history", "");
    assert!(past.contains("<svg") && past.contains("24/24") && past.contains("22/24"), "{past}");
    assert!(look("view=runs", "").contains("--mode fail@3"));
}

#[test]
fn the_page_by_keyboard() {
    let Some(browser) = browser() else { return };
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", SCRIPT)]);
    let page = page(&place);
    let press = "const list = document.getElementById('list'); list.focus(); for (const key of KEYS) \
                 document.getElementById('list').dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));";
    let chosen = |keys: &str| {
        let shown = look(&browser, &place, &page, "view=directives", &press.replace("KEYS", keys));
        let (_, detail) = shown.split_once("id=\"detail\"").unwrap_or_else(|| panic!("nothing is chosen: {shown}"));
        detail[..detail.find("</h2>").expect("a heading")].to_owned()
    };
    assert!(chosen("['ArrowDown']").contains("a.wast:2"));
    assert!(chosen("['End']").contains("b.wast:12"));
    assert!(chosen("['End', 'ArrowUp', 'Home']").contains("a.wast:1"));
}
