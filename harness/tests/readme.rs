//! Published results: `docs/matrix.md` and the README's table match `reports/baselines/matrix.csv`.
//!
//! `BLESS=1 cargo test -p wassay --test readme` rewrites both.

use std::path::Path;
use wassay::report::{matrix_document, readme_table};

const BEGIN: &str = "<!-- results:begin (generated) -->\n";
const END: &str = "<!-- results:end -->";

/// Compares the generated part of a file with what it should be; `BLESS=1` rewrites the file instead.
fn compare_or_bless(file: &Path, shown: &str, generated: &str, whole: &str) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(file, whole).expect("a document that can be written");
        return;
    }
    let file = file.display();
    assert!(shown == generated, "{file} is older than reports/baselines/matrix.csv; `make matrix` renews it");
}

#[test]
fn published_results_are_not_stale() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let matrix = top.join("reports/baselines/matrix.csv");

    let file = top.join("docs/matrix.md");
    let document = matrix_document(&matrix).expect("a matrix");
    let shown = std::fs::read_to_string(&file).unwrap_or_default();
    compare_or_bless(&file, &shown, &document, &document);

    let file = top.join("README.md");
    let table = readme_table(&matrix).expect("a matrix");
    let readme = std::fs::read_to_string(&file).expect("a README");
    let (before, rest) = readme.split_once(BEGIN).expect("the beginning of the results");
    let (shown, after) = rest.split_once(END).expect("the end of the results");
    compare_or_bless(&file, shown, &table, &format!("{before}{BEGIN}{table}{END}{after}"));
}
