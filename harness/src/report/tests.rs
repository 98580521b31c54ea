//! Tests of reports: files, counts and what is read back.

use super::writer::EXPORTERS;
use super::*;
use crate::model::Outcome;
use std::collections::BTreeMap;

fn row(proposal: &str, file: &str, line: u32, mode: &str, outcome: Outcome) -> Row {
    Row {
        run: "r".to_owned(),
        suite: "s".to_owned(),
        revision: "1".to_owned(),
        file: file.to_owned(),
        line,
        directive: "assert_return".to_owned(),
        proposal: proposal.to_owned(),
        features: String::new(),
        engine: "vm".to_owned(),
        engine_version: "0".to_owned(),
        mode: mode.to_owned(),
        target: "x86_64-linux".to_owned(),
        outcome,
        detail: String::new(),
        micros: 1,
    }
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for mode in ["o0", "o3"] {
        for (i, outcome) in Outcome::ALL.into_iter().enumerate() {
            let line = u32::try_from(i).unwrap() + 1;
            rows.push(row("simd", "b.wast", line, mode, outcome));
            rows.push(row("wasm-v2", "a.wast", line, mode, Outcome::Pass));
        }
        rows.push(row("threads", "t.wast", 10, mode, Outcome::Skip));
        rows.push(row("custom", "t.wast", 9, mode, Outcome::Pass));
        rows.push(row("wasm-v1", "t.wast", 2, mode, Outcome::Unsupported));
        // Two directives on one line.
        rows.push(Row { directive: "invoke".to_owned(), ..row("custom", "t.wast", 9, mode, Outcome::Pass) });
    }
    rows
}

/// Shuffles rows with a fixed seed.
fn shuffled(mut rows: Vec<Row>) -> Vec<Row> {
    let mut state = 1_usize;
    for i in (1..rows.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        rows.swap(i, (state >> 33) % (i + 1));
    }
    rows
}

fn portability(rows: &[Row]) -> Vec<PortabilityRow> {
    let mut counter = Counter::default();
    rows.iter().for_each(|row| counter.add(row));
    counter.lines()
}

fn matrix(rows: &[Row]) -> String {
    markdown::table(&portability(rows))
}

fn run() -> Run {
    Run::begin(&["wassay", "test"], "22.1.0", 2)
}

fn content(dir: &Path) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
    files.map(|p| (p.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(p).unwrap())).collect()
}

#[test]
fn order_of_arrival_does_not_matter() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let run = run();
    let summary = write(a.path(), &run, rows()).unwrap();
    let other = write(b.path(), &run, shuffled(rows())).unwrap();
    assert!(shuffled(rows()) != rows());
    assert_eq!(content(a.path()), content(b.path()));
    assert_eq!((&summary.counts, &summary.matrix), (&other.counts, &other.matrix));
    let names: Vec<_> = content(a.path()).into_keys().collect();
    assert_eq!(names, ["conformance.csv", "portability.csv", "portability.md", "run.csv"]);
    assert_eq!(summary.files.len(), names.len());
}

#[test]
fn reports_round_trip() {
    let dir = tempfile::tempdir().unwrap();
    let mut odd = row("simd", "a,b.wast", 1, "o0", Outcome::Fail);
    odd.detail = "got \"x\",\nexpected `ü` \r\n".to_owned();
    let summary = write(dir.path(), &run(), vec![odd.clone()]).unwrap();
    assert!(summary.is_red());
    let text = std::fs::read_to_string(dir.path().join("conformance.csv")).unwrap();
    assert!(text.contains("\"a,b.wast\"") && text.contains("\"got \"\"x\"\",\n"), "{text}");
    assert_eq!(read(dir.path()).unwrap(), [odd]);
}

#[test]
fn an_empty_report_has_its_headers() {
    let dir = tempfile::tempdir().unwrap();
    let summary = write(dir.path(), &run(), Vec::new()).unwrap();
    assert!(!summary.is_red());
    let text = std::fs::read_to_string(dir.path().join("conformance.csv")).unwrap();
    assert_eq!(text, csv::CONFORMANCE_COLUMNS.join(",") + "\n");
    assert_eq!(read(dir.path()).unwrap(), []);
}

#[test]
fn counts_and_rates() {
    let lines = portability(&rows());
    let o0: Vec<&PortabilityRow> = lines.iter().filter(|l| l.mode == "o0").collect();
    let names: Vec<&str> = o0.iter().map(|l| l.proposal.as_str()).collect();
    assert_eq!(names, ["wasm-v1", "wasm-v2", "simd", "threads", "custom"]);
    let simd = o0[2];
    assert_eq!((simd.spec.as_str(), simd.phase, simd.counts.total()), ("2.0", Some(5), 8));
    assert!(Outcome::ALL.into_iter().all(|outcome| simd.counts.of(outcome) == 1));
    assert_eq!(simd.counts.rate(), Some(1.0 / 7.0));
    assert_eq!(o0[3].counts.rate(), None, "all directives were skipped");
    assert_eq!((o0[4].spec.as_str(), o0[4].phase), ("", None));
}

#[test]
fn portability_csv_has_the_counts() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &run(), rows()).unwrap();
    let text = std::fs::read_to_string(dir.path().join("portability.csv")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], csv::PORTABILITY_COLUMNS.join(","));
    assert_eq!(lines[5], "r,2.0,simd,5,vm,0,o0,x86_64-linux,8,1,1,1,1,1,1,1,1,0.142857");
    assert!(text.contains("r,,threads,4,vm,0,o3,x86_64-linux,1,0,0,0,0,0,1,0,0,\n"), "{text}");
}

#[test]
fn layout_of_the_matrix() {
    let text = matrix(&rows());
    let expected = "\
| spec | proposal | phase |           vm/o0 |           vm/o3 |
| ---- | -------- | ----: | --------------: | --------------: |
| 1.0  | wasm-v1  |     5 |          0/1 -1 |          0/1 -1 |
| 2.0  | wasm-v2  |     5 |             8/8 |             8/8 |
| 2.0  | simd     |     5 | 1/7 !4 ~1 -1 s1 | 1/7 !4 ~1 -1 s1 |
| -    | threads  |     4 |          0/0 s1 |          0/0 s1 |
| -    | custom   |     - |             2/2 |             2/2 |

- vm/o0: 11 of 18 pass (61.11 %), 1 fail, 1 xfail, 1 xpass, 2 unsupported, 2 skip, 1 crash, 1 timeout
";
    assert!(text.starts_with(expected), "\n{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 120), "\n{text}");
}

#[test]
fn columns_have_distinct_names() {
    let mut all = rows();
    all.extend(rows().into_iter().map(|row| Row { target: "aarch64-linux".to_owned(), ..row }));
    let text = matrix(&all);
    assert!(text.contains("vm/o0 x86_64-linux") && text.contains("vm/o3 aarch64-linux"), "{text}");
    let newer = rows().into_iter().map(|row| Row { engine_version: "1".to_owned(), ..row });
    let text = matrix(&rows().into_iter().chain(newer).collect::<Vec<_>>());
    assert!(text.contains("vm/o0 0 ") && text.contains("vm/o0 1 "), "{text}");
}

#[test]
fn partitions_are_joined_and_repeated_runs_are_not() {
    let part = |run: &str, file: &str| Row { run: run.to_owned(), ..row("simd", file, 1, "o0", Outcome::Pass) };
    let lines = portability(&[part("b", "1.wast"), part("a", "2.wast"), part("b", "1.wast")]);
    assert_eq!(lines.len(), 1);
    assert_eq!((lines[0].run.as_str(), lines[0].counts.total()), ("a+b", 3));
    let rows = [part("a", "1.wast"), part("b", "1.wast"), part("b", "2.wast")];
    let lines = portability(&rows);
    assert_eq!(lines.iter().map(|l| (l.run.as_str(), l.counts.total())).collect::<Vec<_>>(), [("a", 1), ("b", 2)]);
    assert!(matrix(&rows).contains("vm/o0 a |"), "{}", matrix(&rows));
    assert!(!matrix(&rows[1..]).contains("vm/o0 b"), "{}", matrix(&rows[1..]));
}

#[test]
fn unexpected_outcomes_are_red() {
    for outcome in Outcome::ALL {
        let mut counts = Counts::default();
        counts.add(outcome);
        assert_eq!(counts.is_red(), outcome.is_red(), "{outcome}");
    }
}

#[test]
fn errors_name_their_files() {
    let dir = tempfile::tempdir().unwrap();
    let error = read(dir.path()).unwrap_err().to_string();
    assert!(error.starts_with("can't read") && error.contains("conformance.csv"), "{error}");

    let path = dir.path().join("conformance.csv");
    std::fs::write(&path, "a,b\n1,2\n").unwrap();
    assert!(matches!(read(dir.path()), Err(Error::Format { line: 1, .. })));

    write(dir.path(), &run(), vec![row("simd", "a.wast", 1, "o0", Outcome::Pass)]).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace(",pass,", ",passed,")).unwrap();
    let error = read(dir.path()).unwrap_err();
    assert!(matches!(error, Error::Format { line: 2, .. }), "{error}");
    std::fs::write(&path, format!("{text}r,s\n")).unwrap();
    let error = read(dir.path()).unwrap_err().to_string();
    assert!(error.ends_with("conformance.csv:3: 2 fields, not 15"), "{error}");

    let error = write(&path, &run(), Vec::new()).unwrap_err().to_string();
    assert!(error.starts_with("can't write"), "{error}");
}

#[test]
fn newer_columns_are_ignored() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &run(), vec![row("simd", "a.wast", 1, "o0", Outcome::Pass)]).unwrap();
    let path = dir.path().join("conformance.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("micros\n", "micros,new\n").replace(",1\n", ",1,x\n")).unwrap();
    assert_eq!(read(dir.path()).unwrap().len(), 1);
}

/// Returns the columns of a file in `SCHEMA.md`, with their types.
fn documented(file: &str) -> Vec<(String, String)> {
    let schema = include_str!("../../data/SCHEMA.md");
    let section = schema.split("\n## ").find(|s| s.lines().next() == Some(file)).expect("has a section");
    let lines = section.lines().filter(|line| line.starts_with("| `"));
    let cells = lines.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    cells.map(|c| (c[1].trim_matches('`').to_owned(), c[2].to_owned())).collect()
}

#[test]
fn the_schema_documents_every_column() {
    let tables: [(&str, &[&str]); 3] = [
        ("conformance.csv", &csv::CONFORMANCE_COLUMNS),
        ("portability.csv", &csv::PORTABILITY_COLUMNS),
        ("run.csv", &csv::RUN_COLUMNS),
    ];
    for (file, columns) in tables {
        let documented = documented(file);
        let names: Vec<&str> = documented.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, columns, "{file}");
        for (name, kind) in &documented {
            assert!(["text", "integer", "number", "time", "outcome"].contains(&kind.as_str()), "{file} {name}: {kind}");
        }
    }
    let outcomes: Vec<String> = documented_outcomes();
    assert_eq!(outcomes, Outcome::ALL.map(Outcome::name));
    for file in EXPORTERS.iter().map(|exporter| exporter.file()).chain([csv::CONFORMANCE]) {
        let title = format!("\n## {file}\n");
        assert!(include_str!("../../data/SCHEMA.md").contains(&title), "{title}");
    }
}

fn documented_outcomes() -> Vec<String> {
    let schema = include_str!("../../data/SCHEMA.md");
    let (head, _) = schema.split_once("\n## ").expect("has sections");
    let lines = head.lines().filter(|line| line.starts_with("| `"));
    lines.map(|line| line.split('`').nth(1).unwrap_or_default().to_owned()).collect()
}

#[test]
fn columns_are_the_fields_of_rows() {
    let mut writer = ::csv::Writer::from_writer(Vec::new());
    writer.serialize(row("simd", "a.wast", 1, "o0", Outcome::Pass)).unwrap();
    let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
    assert_eq!(text.lines().next().unwrap(), csv::CONFORMANCE_COLUMNS.join(","));

    assert_eq!(csv::record_of(&run()).len(), csv::RUN_COLUMNS.len());

    assert_eq!(csv::PORTABILITY_COLUMNS[9..17], Outcome::ALL.map(Outcome::name));
}
