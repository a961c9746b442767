//! Ctrl-C and SIGTERM in the middle of the work, and the watched folder that only they end.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::time::Duration;

use jiff::Timestamp;
use muniment::chart::{Digest, WorkerId};
use muniment::store::Store;
use rustix::process::Signal;

use crate::support::difficult;
use crate::support::program::{Program, Running, count, pages_read, scans, wait_until};

const LONG: Duration = Duration::from_secs(180);
/// Within this a first signal must end the program: a page that is being read is finished.
const SOON: Duration = Duration::from_secs(30);

/// Claims every page that is due; what somebody else holds is not.
fn due_pages(program: &Program) -> u64 {
    let database = format!("sqlite:{}", program.path("data/muniment.db").display());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(&database).await.unwrap();
        assert!(store.workers(Timestamp::UNIX_EPOCH).await.unwrap().is_empty(), "no worker is left");
        let (worker, now) = (WorkerId::from_uuid(uuid::Uuid::now_v7()), Timestamp::now());
        store.start_worker(worker, "test", None, now).await.unwrap();
        let claimed = store.claim_pages(worker, 256, now, Duration::from_secs(60)).await.unwrap();
        store.release_all(worker, now).await.unwrap();
        store.close().await;
        claimed.len() as u64
    })
}

/// Waits until some pages are read and some are not.
fn in_the_middle(program: &Program, running: &Running, already: usize) {
    wait_until("a page is read", LONG, || !pages_read(&running.err()).is_empty());
    let report = program.json(&["batch", "show", "B"]);
    assert!(count(&report, "pages_waiting") > 0, "with {already} read before: {report}");
}

#[test]
fn a_stopped_run_gives_its_claims_back_and_the_same_command_goes_on() {
    let program = Program::new();
    let scan = program.charts("charts", 1, "tiff-g4", 100);
    let inbox = program.path("inbox");
    fs::create_dir(&inbox).unwrap();
    for path in &scan {
        fs::copy(path, inbox.join(path.file_name().unwrap())).unwrap();
    }
    let command = ["ingest", "inbox", "--batch", "B", "--log", "muniment=debug"];
    let mut read = Vec::new();
    for signal in [Signal::INT, Signal::TERM] {
        let mut running = program.start(&command);
        in_the_middle(&program, &running, read.len());
        running.signal(signal);
        let run = running.end_within(SOON);
        assert_eq!(run.code, 130, "{}", run.err);
        assert!(run.err.contains("Stopping") && run.err.contains("goes on where"), "{}", run.err);
        read.extend(pages_read(&run.err));
        let report = program.json(&["batch", "show", "B"]);
        assert_eq!(report["report"]["adds_up"], true, "{report}");
        assert_eq!(count(&report, "pages_done"), read.len() as u64, "what was read is kept");
        assert!(count(&report, "pages_waiting") > 0, "stopped in the middle");
        assert_eq!(due_pages(&program), count(&report, "pages_waiting"), "every claim was given back");
    }
    let last = program.run(&command);
    assert_eq!(last.code, 0, "{}{}", last.out, last.err);
    read.extend(pages_read(&last.err));
    let report = program.json(&["batch", "show", "B"]);
    let pages = count(&report, "pages");
    assert_eq!((count(&report, "pages_done"), count(&report, "deliveries")), (pages, 1));
    assert_eq!(read.len() as u64, pages, "each page is read once, over three runs");
    assert_eq!(read.iter().collect::<BTreeSet<_>>().len() as u64, pages);
    let index = program.json(&["index", "status"]);
    assert_eq!((index["pages"].as_u64(), index["behind"].as_u64()), (Some(pages), Some(0)));
}

/// Returns the processes that a process has started.
fn children(of: u32) -> Vec<String> {
    let tasks = fs::read_dir(format!("/proc/{of}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn the_second_signal_ends_at_once_and_takes_the_children_along() {
    let program = Program::new();
    difficult::scribble(&program.path("long.png"));
    let mut running = program.start(&["ingest", "long.png", "--batch", "B"]);
    let pages = || program.json(&["batch", "list"])[0]["counts"]["pages"].as_u64();
    wait_until("its page is known", LONG, || pages() == Some(1));
    std::thread::sleep(Duration::from_millis(1_500));
    let readers = children(running.id());
    assert!(!readers.is_empty());
    running.signal(Signal::INT);
    std::thread::sleep(Duration::from_millis(500));
    assert!(running.is_running(), "the page is finished first: {}", running.err());
    assert!(running.err().contains("Again to stop at once"), "{}", running.err());
    running.signal(Signal::INT);
    assert_eq!(running.end_within(Duration::from_secs(2)).code, 130);
    wait_until("no reader is left", Duration::from_secs(5), || {
        readers
            .iter()
            .all(|pid| !fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.starts_with("muniment")))
    });
    let report = program.json(&["batch", "show", "B"]);
    assert_eq!(report["report"]["adds_up"], true);
    assert_eq!(count(&report, "pages_waiting"), 1);
}

#[test]
fn a_watched_folder_is_emptied_until_ctrl_c() {
    let program = Program::new().with("MUNIMENT_INTAKE_SETTLE_SECONDS", "1").with("MUNIMENT_INTAKE_POLL_SECONDS", "1");
    program.charts("charts", 1, "jpeg", 100);
    let pages = scans(&program.path("charts"));
    let inbox = program.path("inbox");
    fs::create_dir(&inbox).unwrap();
    fs::copy(&pages[0], inbox.join("first.jpg")).unwrap();
    let mut running = program.start(&["ingest", "inbox", "--watch", "--batch", "B"]);
    let done = |pages: u64| program.json(&["batch", "list"])[0]["counts"]["pages_done"].as_u64() == Some(pages);
    wait_until("what was there is read", LONG, || done(1));

    // It grows for longer than the settling time; half of it would be a reject, or another digest.
    let whole = fs::read(&pages[1]).unwrap();
    let mut growing = fs::File::create(inbox.join("second.jpg")).unwrap();
    for part in whole.chunks(whole.len() / 8 + 1) {
        growing.write_all(part).unwrap();
        growing.flush().unwrap();
        std::thread::sleep(Duration::from_millis(400));
    }
    drop(growing);
    fs::create_dir(inbox.join("below")).unwrap();
    fs::copy(&pages[2], inbox.join("below/third.jpg")).unwrap();
    fs::write(inbox.join("fourth.jpg.part"), b"not yet").unwrap();
    wait_until("what came is read", LONG, || done(3));

    running.signal(Signal::INT);
    let run = running.end_within(SOON);
    assert_eq!(run.code, 130, "{}", run.err);
    let report = program.json(&["batch", "show", "B"]);
    assert_eq!((count(&report, "deliveries"), count(&report, "files_rejected")), (3, 0), "{report}");
    let digests: BTreeSet<&str> =
        report["files"].as_array().unwrap().iter().map(|file| file["sha256"].as_str().unwrap()).collect();
    assert!(digests.contains(Digest::of(&whole).to_string().as_str()), "the growing file was taken whole");
    assert_eq!(program.json(&["index", "status"])["pages"], 3);
}

#[test]
fn a_file_that_never_comes_to_rest_does_not_keep_the_program_from_stopping() {
    let program = Program::new().with("MUNIMENT_INTAKE_SETTLE_SECONDS", "5");
    fs::write(program.path("endless.tif"), b"II*\0").unwrap();
    let mut running = program.start(&["ingest", "endless.tif", "--batch", "B"]);
    wait_until("it has begun", LONG, || program.json(&["batch", "list"]).as_array().is_some_and(|all| all.len() == 1));
    running.signal(Signal::INT);
    assert_eq!(running.end_within(Duration::from_secs(4)).code, 130);
    assert_eq!(count(&program.json(&["batch", "show", "B"]), "deliveries"), 0);
}
