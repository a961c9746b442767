//! Pages and files beyond the limits: each becomes what it should, within bounded time, and the batch goes on.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::difficult;
use crate::support::program::{Program, count, scans};

/// Makes a folder with two good pages in it.
fn with_good_pages(program: &Program) {
    program.charts("charts", 1, "jpeg", 100);
    fs::create_dir(program.path("in")).unwrap();
    for path in &scans(&program.path("charts"))[..2] {
        fs::copy(path, program.path("in").join(path.file_name().unwrap())).unwrap();
    }
}

fn file<'a>(report: &'a Value, name: &str) -> &'a Value {
    let files = report["files"].as_array().unwrap();
    files.iter().find(|file| file["source"] == name).unwrap_or_else(|| panic!("no {name} in {report}"))
}

/// Returns the only rejection of a file: reason and message.
fn reject<'a>(report: &'a Value, name: &str) -> (&'a str, &'a str) {
    let rejects = file(report, name)["rejects"].as_array().unwrap();
    assert_eq!(rejects.len(), 1, "{report}");
    (rejects[0]["reason"].as_str().unwrap(), rejects[0]["message"].as_str().unwrap())
}

/// Returns the findings of the page of a file of one page, with its state.
fn page(program: &Program, report: &Value, name: &str) -> Value {
    let document = file(report, name)["document"].as_str().unwrap();
    program.json(&["show", document])["pages"][0].clone()
}

fn adds_up(report: &Value) {
    assert_eq!(report["report"]["adds_up"], true, "{report}");
    assert_eq!(count(report, "pages_waiting") + count(report, "files_waiting"), 0, "{report}");
}

#[test]
fn a_page_that_takes_too_long_is_left_to_a_person() {
    let program = Program::new().with("MUNIMENT_RECOGNITION_PAGE_SECONDS", "5");
    with_good_pages(&program);
    difficult::scribble(&program.path("in/long.png"));
    let begun = Instant::now();
    let report = program.json(&["ingest", "in", "--batch", "B"]);
    // Three attempts of five seconds, with pauses of one and four seconds between them.
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    adds_up(&report);
    // On a busy machine even a good page may take five seconds; the batch goes on all the same.
    let (failed, done) = (count(&report, "pages_failed"), count(&report, "pages_done"));
    assert!(failed >= 1 && done >= 1 && failed + done == 3, "{report}");
    let page = page(&program, &report, "long.png");
    assert_eq!(page["state"], "failed");
    assert_eq!(page["findings"][0]["kind"], "recognition-failed");
    assert!(page["findings"][0]["message"].as_str().unwrap().contains("longer than 5 s"), "{page}");
    // A person sees it in the account, too.
    let shown = program.run(&["batch", "show", "B"]);
    assert_eq!(shown.code, 3);
    assert!(shown.out.contains(&format!("{failed} failed")), "{}", shown.out);
}

#[test]
fn a_page_that_takes_too_much_memory_is_left_to_a_person_and_read_with_more() {
    let program = Program::new().with("MUNIMENT_RECOGNITION_MEMORY_MIB", "256");
    with_good_pages(&program);
    difficult::wide_gamut(&program.path("in/large.png"));
    let begun = Instant::now();
    let report = program.json(&["ingest", "in", "--batch", "B"]);
    assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", begun.elapsed());
    adds_up(&report);
    assert_eq!((count(&report, "pages_failed"), count(&report, "pages_done")), (1, 2), "{report}");
    let page = page(&program, &report, "large.png");
    let message = page["findings"][0]["message"].as_str().unwrap();
    assert!(message.contains("256 MiB") && message.contains("recognition.memory_mib"), "{page}");
    let program = program.with("MUNIMENT_RECOGNITION_MEMORY_MIB", "1536");
    let report = program.json(&["retry", "B"]);
    adds_up(&report);
    assert_eq!((count(&report, "pages_failed"), count(&report, "pages_done")), (0, 3), "{report}");
}

#[test]
fn a_page_of_too_many_pixels_is_rejected_and_read_when_the_limit_is_raised() {
    // A page of letter paper has 0.94 megapixels at 100 pixels per inch and 2.1 at 150.
    let program = Program::new().with("MUNIMENT_RECOGNITION_MAX_MEGAPIXELS", "1");
    with_good_pages(&program);
    let large = program.charts("large", 1, "jpeg", 150).remove(0);
    fs::copy(large, program.path("in/large.jpg")).unwrap();
    let report = program.json(&["ingest", "in", "--batch", "B"]);
    adds_up(&report);
    let (reason, message) = reject(&report, "large.jpg");
    assert_eq!(reason, "too-many-pixels");
    assert!(
        message.contains("1000000") || message.contains("1 megapixel") || message.contains("1 million"),
        "{message}"
    );
    assert_eq!(count(&report, "pages_done"), 2);
    let program = program.with("MUNIMENT_RECOGNITION_MAX_MEGAPIXELS", "10");
    let report = program.json(&["retry", "B"]);
    adds_up(&report);
    assert_eq!((count(&report, "pages_done"), count(&report, "files_rejected")), (3, 0), "{report}");
    assert_eq!(program.json(&["index", "status"])["pages"], 3);
}

#[test]
fn a_file_of_too_many_pages_is_rejected_and_read_when_the_limit_is_raised() {
    let program = Program::new().with("MUNIMENT_INTAKE_MAX_PAGES", "3");
    with_good_pages(&program);
    let long = program.charts("long", 1, "tiff-g4", 100).remove(0);
    fs::copy(long, program.path("in/long.tif")).unwrap();
    let report = program.json(&["ingest", "in", "--batch", "B"]);
    adds_up(&report);
    let (reason, message) = reject(&report, "long.tif");
    assert_eq!(reason, "too-many-pages");
    assert!(message.contains('3'), "{message}");
    assert_eq!(count(&report, "pages_done"), 2);
    let program = program.with("MUNIMENT_INTAKE_MAX_PAGES", "3000");
    let report = program.json(&["retry", "B"]);
    adds_up(&report);
    assert!(count(&report, "pages_done") > 5, "{report}");
    assert_eq!(count(&report, "files_rejected"), 0);
}

#[test]
fn a_file_that_is_lost_from_the_archive_does_not_keep_the_others_from_being_read() {
    let program = Program::new();
    with_good_pages(&program);
    let taken = program.json(&["ingest", "in", "--batch", "B", "--no-read"]);
    let lost = taken["files"][0]["sha256"].as_str().unwrap();
    let key = format!("intake/sha256/{}/{}/{lost}", &lost[..2], &lost[2..4]);
    fs::remove_file(program.path("data/objects").join(&key)).unwrap();
    let run = program.run(&["worker", "--until-done", "--batch", "B"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let report = program.json(&["batch", "show", "B"]);
    adds_up(&report);
    let name = taken["files"][0]["source"].as_str().unwrap();
    let (_, message) = reject(&report, name);
    assert!(message.contains(&key) && message.contains("restore"), "{message}");
    // It is taken in again from its source, and then read.
    program.json(&["ingest", "in", "--batch", "B", "--no-read"]);
    let report = program.json(&["retry", "B"]);
    assert_eq!(file(&report, name)["outcome"], "ok", "{report}");
}
