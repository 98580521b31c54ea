//! Tests of foreign reports in which every text column is hostile.

use super::common::{Place, SCRIPT, wassay};
use super::{HOSTILE, sound};
use std::path::Path;
use wassay::model::{Outcome, Row};

/// Writes a report in which each text is hostile, without the escaping of CSV cells.
fn report(dir: &Path, outcome: Outcome) {
    std::fs::create_dir_all(dir).expect("a folder");
    let mut writer = csv::Writer::from_path(dir.join("conformance.csv")).expect("a file");
    for (number, name) in HOSTILE.iter().enumerate() {
        let text = |what: &str| format!("{name}{what}");
        writer
            .serialize(Row {
                run: text("run"),
                suite: text("suite"),
                revision: text(&format!("{outcome}")),
                file: text(".wast"),
                line: 1 + u32::try_from(number).expect("few"),
                directive: text("directive"),
                proposal: text("proposal"),
                features: text("features"),
                engine: "fake".to_owned(),
                engine_version: text("version"),
                mode: text("mode"),
                target: text("target"),
                outcome,
                detail: text("detail"),
                micros: 1,
            })
            .expect("a row");
    }
    writer.flush().expect("a file");
    let mut runs = csv::Writer::from_path(dir.join("run.csv")).expect("a file");
    let columns = "run,started,seconds,command,revision_of_wassay,llvm,cpu,cores,os,kernel,jobs,partition";
    runs.write_record(columns.split(',')).expect("a row");
    for name in HOSTILE {
        runs.write_record(columns.split(',').map(|column| format!("{name}{column}"))).expect("a row");
    }
    runs.write_record(
        columns.split(',').map(|column| if column == "partition" { "hash:1/18446744073709551615" } else { "x" }),
    )
    .expect("a row");
    runs.flush().expect("a file");
}

#[test]
fn every_subcommand_reads_hostile_reports() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let (base, head) = (place.path("base"), place.path("head"));
    report(&base, Outcome::Pass);
    report(&head, Outcome::Fail);
    let [base, head, out, page] = [&base, &head, &place.path("merged"), &place.path("page.html")]
        .map(|path| path.to_str().expect("UTF-8").to_owned());
    for (words, data) in [
        (vec!["matrix", &base, &head], false),
        (vec!["matrix", &head, "--by", "operator"], false),
        (vec!["matrix", &head, "--format", "csv"], true),
        (vec!["matrix", &head, "--format", "features-json"], true),
        (vec!["matrix", &head, "--rows"], true),
        (vec!["compare", &base, &head], false),
        (vec!["compare", &base, &head, "--format", "markdown"], false),
        (vec!["compare", &base, &head, "--format", "junit"], false),
        (vec!["compare", &base, &head, "--format", "github"], true),
        (vec!["diff", "fake:x", "fake:y", "--from", &base, "--from", &head], false),
        (vec!["diff", "fake", "fake", "--from", &base], false),
        (vec!["expect", "--update", &head, "--expectations", &base], false),
        (vec!["merge", &base, &head, "--out", &out], false),
        (vec!["merge", &base, &base, "--out", &out], false),
        (vec!["report", &base, &head, "--out", &page, "--history", &base], false),
    ] {
        let output = wassay().args(&words).output().expect("it runs");
        sound(&output, data, &format!("{words:?}"));
    }
}
