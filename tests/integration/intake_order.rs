//! The order of system calls of an intake: what is not yet safe is never given up. `kill -9` proves little here, since
//! the system keeps what a dead process wrote; only the order of the flushes says what a power loss leaves.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use muniment::archive::{IntakeArea, Location};
use muniment::chart::{Batch, BatchId, DeliveryId, Digest, PipelineStamp};
use muniment::intake::{Intake, SourceFate, SourceRule};
use muniment::store::Store;
use uuid::Uuid;

/// Names the folder that the traced process works in.
const FOLDER: &str = "MUNIMENT_TEST_INTAKE_FOLDER";

/// Names the folder that the traced process moves the source to.
const DONE: &str = "MUNIMENT_TEST_INTAKE_DONE";

/// Does nothing but in the process that the other tests here trace.
#[tokio::test]
async fn traced_intake() {
    let (Ok(folder), Ok(done)) = (std::env::var(FOLDER), std::env::var(DONE)) else { return };
    let folder = PathBuf::from(folder);
    let store = Store::open(&format!("sqlite:{}", folder.join("muniment.db").display())).await.expect("opens");
    let digest = Digest::of(b"");
    let pipeline = PipelineStamp { name: "chart-standard".into(), revision: 1, digest };
    let batch = Batch {
        id: BatchId::from_uuid(Uuid::from_u128(1)),
        name: "box".into(),
        pipeline,
        expected_sheets: None,
        opened_at: Timestamp::UNIX_EPOCH,
    };
    let batch = store.open_batch(&batch).await.expect("batch").batch;
    let area = IntakeArea::new(Location::folder(&folder.join("archive")).expect("location"));
    let intake = Intake::new(store.clone(), area, SourceRule::Move(done.into()));
    let id = DeliveryId::from_uuid(Uuid::from_u128(2));
    let taken = intake.take(&folder.join("in/scan.tif"), batch.id, id, Timestamp::UNIX_EPOCH).await.expect("taken");
    assert!(matches!(taken.source, SourceFate::Moved(_)), "{:?}", taken.source);
}

#[test]
fn a_small_source_is_moved_only_after_everything_is_flushed() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let Some(trace) = trace(folder.path(), &folder.path().join("done"), &vec![7; 100_000]) else { return };
    let order = check_until_recorded(&trace, folder.path(), &vec![7; 100_000]);
    check_rename(&trace, folder.path(), order);
}

#[test]
fn a_large_source_is_moved_only_after_everything_is_flushed() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let content: Vec<u8> = (0..20_000_000_u32).map(|index| (index % 251) as u8).collect();
    let Some(trace) = trace(folder.path(), &folder.path().join("done"), &content) else { return };
    let order = check_until_recorded(&trace, folder.path(), &content);
    check_rename(&trace, folder.path(), order);
}

#[test]
fn a_source_is_removed_only_after_its_copy_on_another_disk_is_flushed() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().expect("temporary folder");
    let Ok(other) = tempfile::tempdir_in("/dev/shm") else { return println!("not run: there is no /dev/shm") };
    let device = |path: &Path| fs::metadata(path).expect("exists").dev();
    if device(other.path()) == device(folder.path()) {
        return println!("not run: /dev/shm is no file system of its own");
    }
    let Some(trace) = trace(folder.path(), other.path(), b"content") else { return };
    let recorded = check_until_recorded(&trace, folder.path(), b"content");
    let (source, other) = (folder.path().join("in/scan.tif"), other.path().canonicalize().expect("exists"));
    let partial = other.join(format!(".{}.part", Digest::of(b"content")));
    let target = other.join("scan.tif");
    let copied = trace.last_end(|call| call.is_write() && call.on(&partial));
    let flushed = trace.only(|call| call.is_flush() && call.on(&partial));
    let named = trace.only(|call| call.is_rename() && call.succeeded() && call.names(&partial) && call.names(&target));
    let folder_flushed = trace.first(|call| call.is_flush() && call.on(&other) && call.start > named.end);
    let removed = trace.only(|call| call.is_unlink() && call.names(&source));
    assert!(recorded < trace.first(|call| call.is_write() && call.on(&partial)).start);
    assert!(copied < flushed.start);
    assert!(flushed.end < named.start);
    assert!(folder_flushed.end < removed.start);
}

/// The check itself is checked: a trace in which one step is missing, or comes too early, must not pass.
#[test]
fn a_wrong_order_is_noticed() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let content = vec![3; 5000];
    if trace(folder.path(), &folder.path().join("done"), &content).is_none() {
        return;
    }
    let log = fs::read_to_string(folder.path().join("trace")).expect("trace");
    let passes = |log: String| {
        std::panic::catch_unwind(|| {
            let trace = Trace::parse(&log);
            let recorded = check_until_recorded(&trace, folder.path(), &content);
            check_rename(&trace, folder.path(), recorded);
        })
        .is_ok()
    };
    let without = |wanted: &dyn Fn(&str) -> bool| -> String {
        log.lines().filter(|line| !wanted(line)).map(|line| format!("{line}\n")).collect()
    };
    assert!(passes(without(&|_| false)));
    assert!(!passes(without(&|line| line.contains("fsync(") && line.contains("#1>"))), "the object is not flushed");
    assert!(!passes(without(&|line| line.contains("fsync(") && line.contains("-wal>"))), "the record is not flushed");
    assert!(!passes(without(&|line| line.contains("fsync(") && line.contains("/archive>"))), "a folder is not flushed");
    let key = format!("{}>", IntakeArea::key(Digest::of(&content)));
    assert!(!passes(without(&|line| line.contains("read(") && line.contains(&key))), "nothing is read back");
    let early = |call: &str, before: &str| -> String {
        let (moved, rest): (Vec<_>, Vec<_>) = log.lines().partition(|line| line.contains(call));
        let place = rest.iter().position(|line| line.contains(before)).expect("there is such a call");
        [&rest[..place], &moved[..], &rest[place..]].concat().join("\n")
    };
    assert!(!passes(early("RENAME_NOREPLACE", &key)), "the source is moved before the object is read back");
    assert!(!passes(early("linkat(", "#1>, \"\"...")), "the object gets its name before it is written");
}

/// Asserts the order up to the record in the database; returns the line at which that is flushed.
fn check_until_recorded(trace: &Trace, folder: &Path, content: &[u8]) -> usize {
    let source = folder.join("in/scan.tif");
    let key = folder.join("archive").join(IntakeArea::key(Digest::of(content)));
    let wal = folder.join("muniment.db-wal");

    // An object on its way has the name of the object, or one in incoming/, and a number.
    let on_its_way = |call: &&Call| {
        call.on_any(|path| path.contains('#') && path.starts_with(&folder.join("archive").display().to_string()))
    };
    let source_read = trace.first(|call| call.is_read() && call.on(&source));
    let source_read_last = trace.last_end(|call| call.is_read() && call.on(&source));
    let written = trace.first(|call| call.is_write() && on_its_way(&call));
    let written_last = trace.last_end(|call| call.is_write() && on_its_way(&call));
    let flushed = trace.only(|call| call.is_flush() && on_its_way(&call));
    let linked = trace.only(|call| call.is_link() && call.succeeded() && call.names(&key));
    let parent = key.parent().expect("has a folder");
    let folder_flushed = trace.first(|call| call.is_flush() && call.on(parent) && call.start > linked.end);
    let read_back = trace.first(|call| call.is_read() && call.on(&key));
    let read_back_last = trace.last_end(|call| call.is_read() && call.on(&key));
    let recorded = trace.first(|call| call.is_write() && call.on(&wal) && call.start > source_read.start);
    let moved = trace.first(|call| (call.is_rename() || call.is_unlink()) && call.succeeded() && call.names(&source));
    assert!(recorded.end < moved.start, "the delivery is recorded before the source is touched");
    let recorded_last = trace.last_end(|call| call.is_write() && call.on(&wal) && call.start < moved.start);
    let committed = trace.first(|call| call.is_flush() && call.on(&wal) && call.start > recorded_last);

    assert!(source_read.end < written.start, "the source is read before anything is written");
    assert!(source_read_last < flushed.start, "the source is read to its end before the object is flushed");
    assert!(written_last < flushed.start, "the object is whole before it is flushed");
    assert!(flushed.end < linked.start, "the object is flushed before it gets its name");
    assert!(linked.end < folder_flushed.start);
    assert!(folder_flushed.end < read_back.start, "the name is flushed before the object is read back");
    // Every folder above it was made by this run, and must be flushed too.
    for above in parent.ancestors().take_while(|above| above.starts_with(folder.join("archive"))) {
        let flushed = trace.first(|call| call.is_flush() && call.on(above) && call.start > linked.end);
        assert!(flushed.end < recorded.start, "{} is not flushed before the delivery is recorded", above.display());
    }
    assert!(read_back_last < recorded.start, "the object is confirmed before the delivery is recorded");
    assert!(committed.end < moved.start, "the delivery is on disk before the source is touched");
    committed.end
}

fn check_rename(trace: &Trace, folder: &Path, recorded: usize) {
    let (source, target) = (folder.join("in/scan.tif"), folder.join("done/scan.tif"));
    let moved = trace.only(|call| call.is_rename() && call.names(&source) && call.names(&target));
    assert!(recorded < moved.start);
    assert!(moved.text.contains("RENAME_NOREPLACE"), "{}", moved.text);
    for flushed in [folder.join("done"), folder.join("in")] {
        trace.first(|call| call.is_flush() && call.on(&flushed) && call.start > moved.end);
    }
}

/// Runs the intake of one file under strace; `None` where that cannot be done.
fn trace(folder: &Path, done: &Path, content: &[u8]) -> Option<Trace> {
    let usable = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
    if !usable.is_ok_and(|output| output.status.success()) {
        println!("not run: strace is not installed, or may not be used");
        return None;
    }
    fs::create_dir(folder.join("in")).expect("folder");
    fs::write(folder.join("in/scan.tif"), content).expect("source");
    let log = folder.join("trace");
    let calls = "openat,read,pread64,write,writev,pwrite64,fsync,fdatasync,link,linkat,rename,renameat,renameat2,unlink,unlinkat,\
                 copy_file_range,sendfile,splice";
    let output = Command::new("strace")
        .args(["-f", "-y", "-s", "0", "-e", &format!("trace={calls}"), "-o"])
        .arg(&log)
        .arg(std::env::current_exe().expect("this test's program"))
        .args(["--exact", "intake_order::traced_intake", "--nocapture"])
        .env(FOLDER, folder)
        .env(DONE, done)
        .output()
        .expect("strace starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_dir(folder.join("in")).expect("folder").count(), 0, "the source was moved");
    assert_eq!(fs::read(done.join("scan.tif")).expect("moved"), content);
    Some(Trace::parse(&fs::read_to_string(log).expect("trace")))
}

/// One system call: its text, and the lines of the trace at which it begins and ends.
struct Call {
    name: String,
    text: String,
    start: usize,
    end: usize,
}

struct Trace(Vec<Call>);

impl Trace {
    fn parse(log: &str) -> Self {
        let mut calls = Vec::new();
        let mut open: HashMap<String, (usize, String)> = HashMap::new();
        for (line, text) in log.lines().enumerate() {
            let Some((process, text)) = text.split_once(' ') else { continue };
            let text = text.trim_start();
            if let Some(begun) = text.strip_suffix("<unfinished ...>") {
                open.insert(process.to_owned(), (line, begun.to_owned()));
                continue;
            }
            let (start, text) = match text.strip_prefix("<... ").and_then(|rest| rest.split_once(" resumed>")) {
                Some((_, rest)) => {
                    let (start, begun) = open.remove(process).expect("a call that was begun");
                    (start, begun + rest)
                }
                None => (line, text.to_owned()),
            };
            if let Some((name, _)) = text.split_once('(') {
                calls.push(Call { name: name.to_owned(), text, start, end: line });
            }
        }
        calls.sort_by_key(|call| call.start);
        Self(calls)
    }

    fn all(&self, wanted: impl Fn(&Call) -> bool) -> Vec<&Call> {
        self.0.iter().filter(|call| wanted(call)).collect()
    }

    #[track_caller]
    fn first(&self, wanted: impl Fn(&Call) -> bool) -> &Call {
        self.all(wanted).into_iter().next().expect("there is such a call")
    }

    #[track_caller]
    fn only(&self, wanted: impl Fn(&Call) -> bool) -> &Call {
        let found = self.all(wanted);
        assert_eq!(found.len(), 1, "{:?}", found.iter().map(|call| &call.text).collect::<Vec<_>>());
        found[0]
    }

    #[track_caller]
    fn last_end(&self, wanted: impl Fn(&Call) -> bool) -> usize {
        self.all(wanted).into_iter().map(|call| call.end).max().expect("there is such a call")
    }
}

impl Call {
    fn is_read(&self) -> bool {
        matches!(self.name.as_str(), "read" | "pread64") && !self.text.ends_with("= 0")
    }

    fn is_write(&self) -> bool {
        matches!(self.name.as_str(), "write" | "writev" | "pwrite64" | "copy_file_range" | "sendfile" | "splice")
    }

    fn is_flush(&self) -> bool {
        matches!(self.name.as_str(), "fsync" | "fdatasync") && self.succeeded()
    }

    fn is_link(&self) -> bool {
        matches!(self.name.as_str(), "link" | "linkat")
    }

    fn is_rename(&self) -> bool {
        self.name.starts_with("rename")
    }

    fn is_unlink(&self) -> bool {
        self.name.starts_with("unlink")
    }

    fn succeeded(&self) -> bool {
        self.text.ends_with("= 0")
    }

    /// Says whether one of its file handles is of `path`.
    fn on(&self, path: &Path) -> bool {
        self.on_any(|handle| handle == path.display().to_string())
    }

    fn on_any(&self, wanted: impl Fn(&str) -> bool) -> bool {
        // The handle that is written to comes last where two are given.
        let arguments = self.text.split(['(', ',']).filter_map(|part| part.trim().split_once('<'));
        let mut handles = arguments
            .filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()))
            .filter_map(|(_, rest)| rest.split_once('>'));
        let wanted = |(path, _): (&str, &str)| wanted(path.trim_end_matches("(deleted)"));
        if self.name == "copy_file_range" {
            handles.nth(1).is_some_and(wanted)
        } else {
            handles.next().is_some_and(wanted)
        }
    }

    /// Says whether `path` is given by name.
    fn names(&self, path: &Path) -> bool {
        self.text.contains(&format!("\"{}\"", path.display()))
    }
}
