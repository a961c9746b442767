//! A batch answers for everything that was delivered with it, also for bytes that an earlier batch brought first.

use std::fs;

use crate::support::program::{Program, counts};

#[test]
fn a_repeated_reject_is_said_again_and_can_be_retried_from_either_batch() {
    let program = Program::new();
    fs::write(program.path("broken\u{1b}[2J.tif"), b"II*\0 broken").unwrap();
    let name = "broken\u{1b}[2J.tif";
    assert_eq!(program.run(&["ingest", name, "--batch", "A"]).code, 3);
    let again = program.run(&["ingest", name, "--batch", "B"]);
    assert_eq!(again.code, 3, "{}{}", again.out, again.err);
    assert!(again.out.contains("1 rejected") && again.out.contains("damaged"), "{}", again.out);
    assert!(again.out.contains("broken\u{fffd}[2J.tif"), "{}", again.out);
    assert!(!again.out.contains('\u{1b}'), "a name of a file reaches the terminal as it is: {}", again.out);

    let shown = program.run(&["batch", "show", "B"]);
    assert_eq!(shown.code, 3);
    assert!(shown.out.contains("damaged") && shown.out.contains("muniment retry"), "{}", shown.out);
    let report = program.json(&["batch", "show", "B"]);
    assert_eq!((&counts(&report)["files_rejected"], &counts(&report)["repeated"]), (&1.into(), &1.into()));
    assert_eq!(report["files"][0]["rejects"][0]["reason"], "damaged");

    let retried = program.run(&["retry", "B"]);
    assert_eq!(retried.code, 3, "{}{}", retried.out, retried.err);
    assert!(retried.out.contains("1 put back"), "{}", retried.out);
}

#[test]
fn sheets_are_not_missing_while_their_files_were_not_opened() {
    let program = Program::new();
    let scan = program.charts("charts", 1, "tiff-g4", 100).remove(0);
    let scan = scan.to_str().unwrap();
    let run = program.run(&["ingest", scan, "--batch", "A", "--sheets", "14", "--no-read"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("not compared yet") && !run.out.contains("missing"), "{}", run.out);
    // The same bytes wait for this batch too.
    let again = program.json(&["ingest", scan, "--batch", "B", "--sheets", "14", "--no-read"]);
    assert_eq!((&counts(&again)["files_waiting"], &counts(&again)["repeated"]), (&1.into(), &1.into()));
    assert_eq!(again["report"]["sheets"], "not-yet");
    let files = program.run(&["batch", "show", "B", "--files"]);
    assert!(files.out.contains("the same bytes were delivered before"), "{}", files.out);
}
