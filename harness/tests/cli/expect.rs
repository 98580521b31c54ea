//! Tests of `wassay expect`.

use super::common::{Place, SCRIPT, code, stderr, stdout};
use super::{run, text};

#[test]
fn expectations_are_written_only_on_request() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let mode = "fail@3+crash@6";
    let (here, out) = (text(&place.path("")), text(&place.out()));
    let file = place.path("expectations.csv");
    assert_eq!(code(&place.test(mode, &[])), Some(1));
    let update = |more: &[&str]| {
        let words = ["expect", "--update", &out, "--expectations", &here];
        run(&[&words[..], more].concat())
    };
    let output = update(&[]);
    assert_eq!(code(&output), Some(1));
    let row = "+suite,a.wast,3,fake,*,*,fail,,\n+suite,a.wast,6,fake,*,*,crash,,\n";
    assert!(stdout(&output).contains(row), "{}", stdout(&output));
    assert!(stderr(&output).contains("nothing is written"), "{}", stderr(&output));
    assert!(!file.exists(), "`--write` was not given");

    // `wassay test` refuses a file without reasons.
    assert_eq!(code(&update(&["--write"])), Some(0));
    let output = place.test(mode, &["--expectations", &here]);
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("`reason` is empty"), "{}", stderr(&output));

    std::fs::remove_file(&file).expect("it is there");
    let reason = ["--write", "--reason", "it is fake", "--link", "https://example.org"];
    assert_eq!(code(&update(&reason)), Some(0));
    assert_eq!(code(&place.test(mode, &["--expectations", &here])), Some(0), "all is as expected");
    assert_eq!(code(&update(&[])), Some(0), "nothing to change");
    let listed = stdout(&run(&["expect", "--expectations", &here]));
    assert_eq!(listed, std::fs::read_to_string(&file).expect("a file"));

    // Rows whose directives pass are removed.
    assert_eq!(code(&place.test("pass", &["--expectations", &here])), Some(1));
    let output = update(&["--write"]);
    assert!(stdout(&output).contains("-suite,a.wast,3,fake,*,*,fail,it is fake"), "{}", stdout(&output));
    assert_eq!(std::fs::read_to_string(&file).expect("a file").lines().count(), 1);
}

#[test]
fn wrong_calls() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let here = text(&place.path(""));
    for (words, says) in [
        (vec!["expect", "--write"], "--update"),
        (vec!["expect", "--update", "--link", "ftp://x"], "not an https link"),
        (vec!["expect", "--expectations", &here], "can't read"),
        (vec!["expect", "--update", "/no/such", "--expectations", &here], "can't read `/no/such/conformance.csv`"),
    ] {
        let output = run(&words);
        assert_eq!(code(&output), Some(2), "{words:?}");
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
    std::fs::write(place.path("expectations.csv"), "a,b\n").expect("a file");
    let output = run(&["expect", "--update", "--expectations", &here]);
    assert!(stderr(&output).contains("expectations.csv:1: columns must be"), "{}", stderr(&output));
}
