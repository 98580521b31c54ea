//! The matrix in the README is the one of `reports/baselines/matrix.csv`. `BLESS=1 cargo test -p wassay --test readme` puts it there.

use std::path::Path;
use wassay::report::matrix_of;

const BEGIN: &str = "<!-- matrix:begin (generated) -->\n";
const END: &str = "<!-- matrix:end -->";

#[test]
fn the_matrix_in_the_readme_is_not_stale() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let file = top.join("README.md");
    let readme = std::fs::read_to_string(&file).expect("a README");
    let matrix = matrix_of(&top.join("reports/baselines/matrix.csv")).expect("a matrix");
    let (before, rest) = readme.split_once(BEGIN).expect("the beginning of the matrix");
    let (shown, after) = rest.split_once(END).expect("the end of the matrix");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, format!("{before}{BEGIN}{matrix}{END}{after}")).expect("a README that can be written");
        return;
    }
    assert!(
        shown == matrix,
        "README.md shows another matrix than reports/baselines/matrix.csv; `make matrix` renews both"
    );
}
