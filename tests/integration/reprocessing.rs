//! Reading again: only what was asked for, compared before it counts, and found as soon as it does.

use std::time::Duration;

use jiff::Timestamp;
use muniment::chart::{DocumentId, PageNumber, Size, WorkerId};
use muniment::store::{Attempt, MAX_ATTEMPTS, NewPage, OpenedScan, Store};
use uuid::Uuid;

use crate::support::program::{Program, count};

const MINUTE: Duration = Duration::from_secs(60);

/// Takes the pages `pages` of a synthetic chart in, one file each, as a batch.
fn ingest(program: &Program, pages: std::ops::Range<usize>, batch: &str, more: &[&str]) {
    let scans = program.charts(&format!("charts-{batch}"), 1, "jpeg", 100);
    let scans: Vec<&str> = scans[pages].iter().map(|path| path.to_str().unwrap()).collect();
    program.json(&[&["ingest", "--batch", batch], more, &scans].concat());
}

fn document(program: &Program, batch: &str) -> String {
    program.json(&["show", "--batch", batch])[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn new_results_are_compared_with_those_that_count_before_they_do() {
    let program = Program::new();
    ingest(&program, 0..1, "B", &[]);
    let document = document(&program, "B");
    assert_eq!(program.json(&["reprocess", "compare", "B"])["total"]["pages"], 0);

    // Somebody else's work is left to whoever does it: this run waits for its own page only.
    ingest(&program, 1..2, "C", &["--no-read"]);
    assert_eq!(program.json(&["reprocess", "--batch", "B", "--pipeline", "fax"])["pages"], 1);
    assert_eq!(count(&program.json(&["batch", "show", "C"]), "files_waiting"), 1, "not its own");

    let compared = program.json(&["reprocess", "compare", "B", "--lines"]);
    assert_eq!(program.json(&["reprocess", "compare", &document, "--lines"]), compared);
    let page = &compared["pages"][0];
    assert_eq!((&compared["total"]["pages"], &page["position"]), (&1.into(), &1.into()));
    assert_eq!(page["document"], document.as_str());
    assert_eq!(
        (&page["current_pipeline"]["name"], &page["candidate_pipeline"]["name"]),
        (&"chart-standard".into(), &"fax".into())
    );
    let number = |name: &str| page[name].as_u64().unwrap();
    assert!(number("current_words") > 20, "{page}");
    let kept = number("current_words") - number("words_lost");
    assert_eq!(kept, number("candidate_words") - number("words_won"));
    assert!((page["recall"].as_f64().unwrap() - kept as f64 / number("current_words") as f64).abs() < 1e-9);
    let words_differ = number("words_lost") + number("words_won") > 0;
    assert!(!words_differ || !page["lines"].as_array().unwrap().is_empty(), "{page}");

    let told = program.run(&["reprocess", "compare", "B"]);
    assert!(told.out.contains("1 pages wait") && told.out.contains("--accept"), "{}", told.out);
    let nothing = program.run(&["reprocess", "compare", "nothing"]);
    assert_eq!(nothing.code, 1);
    assert!(nothing.err.contains("neither a batch nor a document"), "{}", nothing.err);
    assert_eq!(program.json(&["reprocess", "--document", &document, "--decline"])["declined"], 1);
    assert_eq!(program.json(&["reprocess", "compare", "B"])["total"]["pages"], 0);
}

#[test]
fn a_page_that_gets_its_first_result_is_found() {
    let program = Program::new();
    ingest(&program, 0..1, "B", &["--no-read"]);
    fail_every_page(&program);
    program.json(&["index", "update"]);
    program.json(&["reprocess", "--batch", "B", "--pipeline", "fax"]);
    let report = program.json(&["batch", "show", "B"]);
    assert_eq!((count(&report, "pages_done"), count(&report, "pages_failed")), (1, 0), "{report}");
    assert_eq!(program.json(&["index", "status"])["behind"], 0, "a search finds it at once");
}

/// Opens the one file of the archive as a page that no attempt can read.
#[tokio::main(flavor = "current_thread")]
async fn fail_every_page(program: &Program) {
    let store = Store::open(&format!("sqlite:{}", program.path("data/muniment.db").display())).await.unwrap();
    let worker = WorkerId::from_uuid(Uuid::from_u128(1));
    let mut now = Timestamp::from_second(4_000_000_000).unwrap();
    let scan = store.claim_scan(worker, now, MINUTE).await.unwrap().unwrap();
    let page = NewPage { number: PageNumber::FIRST, size: Size { width: 850, height: 1_100 }, dpi: None };
    let document = DocumentId::from_uuid(Uuid::from_u128(2));
    let opened = OpenedScan { format: "jpeg".into(), damaged: false, decrypted_key: None, pages: vec![page], document };
    store.open_scan(&scan.claim, &opened, now).await.unwrap();
    for attempt in 1..=MAX_ATTEMPTS {
        let page = store.claim_pages(worker, 1, now, MINUTE).await.unwrap().remove(0);
        let outcome = store.fail_page_attempt(&page.claim, "test", now, MINUTE).await.unwrap();
        assert_eq!(outcome == Attempt::GivenUp, attempt == MAX_ATTEMPTS);
        now = now.saturating_add(MINUTE).unwrap();
    }
    store.close().await;
}
