//! Taking source files in: again and again, changing, empty, damaged, on both ends of a move.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use muniment::archive::{ArchiveError, IntakeArea, Location};
use muniment::chart::{Batch, BatchId, DeliveryId, Digest, PipelineStamp, RejectReason};
use muniment::intake::{Intake, IntakeError, SourceFate, SourceRule, Taken};
use muniment::store::{Recorded, ScanState, Store};
use uuid::Uuid;

struct Desk {
    folder: tempfile::TempDir,
    store: Store,
    area: IntakeArea,
    batch: BatchId,
}

impl Desk {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        fs::create_dir(folder.path().join("in")).expect("folder");
        let url = format!("sqlite:{}", folder.path().join("muniment.db").display());
        let store = Store::open(&url).await.expect("opens");
        let area = IntakeArea::new(Location::folder(&folder.path().join("archive")).expect("location"));
        let mut desk = Self { folder, store, area, batch: BatchId::from_uuid(Uuid::from_u128(1)) };
        desk.batch = desk.batch(1).await;
        desk
    }

    async fn batch(&self, number: u128) -> BatchId {
        let batch = Batch {
            id: BatchId::from_uuid(Uuid::from_u128(number)),
            name: format!("box {number}"),
            pipeline: PipelineStamp { name: "chart-standard".into(), revision: 1, digest: Digest::of(b"") },
            expected_sheets: None,
            opened_at: Timestamp::UNIX_EPOCH,
        };
        self.store.open_batch(&batch).await.expect("batch").batch.id
    }

    fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join("in").join(name);
        fs::write(&path, content).expect("writes");
        path
    }

    fn done(&self) -> PathBuf {
        self.folder.path().join("done")
    }

    async fn take(&self, number: u128, path: &Path, rule: SourceRule) -> Result<Taken, IntakeError> {
        let intake = Intake::new(self.store.clone(), self.area.clone(), rule);
        intake.take(path, self.batch, DeliveryId::from_uuid(Uuid::from_u128(number)), Timestamp::UNIX_EPOCH).await
    }
}

#[tokio::test]
async fn the_same_source_again_is_the_same_delivery() {
    let desk = Desk::new().await;
    let (path, other) = (desk.file("a.tif", b"page"), desk.file("b.tif", b"page"));
    let first = desk.take(10, &path, SourceRule::Keep).await.expect("taken");
    assert_eq!((first.recorded, first.size, first.scan), (Recorded::New, 4, Digest::of(b"page")));
    let again = desk.take(11, &path, SourceRule::Keep).await.expect("taken");
    assert_eq!(again.recorded, Recorded::Known { delivery: first.delivery });
    assert_eq!(again.delivery, first.delivery);
    let repeated = desk.take(12, &other, SourceRule::Keep).await.expect("taken");
    assert_eq!(repeated.recorded, Recorded::Repeated { of: first.delivery });
    let counts = desk.store.batch_counts(desk.batch).await.expect("counts");
    assert_eq!((counts.deliveries, counts.repeated, counts.files_waiting), (2, 1, 1));
    assert!(path.exists() && other.exists());

    // A run that was stopped between the record and the move: the next one moves.
    let moved = desk.take(13, &path, SourceRule::Move(desk.done())).await.expect("taken");
    assert_eq!(moved.delivery, first.delivery);
    assert!(matches!(moved.source, SourceFate::Moved(target) if fs::read(&target).expect("moved") == b"page"));
    assert!(!path.exists());
}

#[tokio::test]
async fn what_is_kept_is_read_back_whole_whatever_its_size() {
    let desk = Desk::new().await;
    let part = 8 << 20;
    for (number, size) in [1, part - 1, part, part + 1, 2 * part, 2 * part + 12_345].into_iter().enumerate() {
        let content: Vec<u8> = (0..size).map(|index| (index * 31 + number) as u8).collect();
        let path = desk.file(&format!("{number}.pdf"), &content);
        let taken = desk.take(10 + number as u128, &path, SourceRule::Keep).await.expect("taken");
        let mut kept = desk.area.open(taken.scan).await.expect("opens");
        let mut read = Vec::new();
        std::io::Read::read_to_end(&mut kept, &mut read).expect("reads");
        assert!(read == content, "{size} bytes differ");
    }
    let incoming = desk.folder.path().join("archive/incoming");
    assert_eq!(fs::read_dir(incoming).expect("folder").count(), 0, "nothing is left on its way");
}

#[tokio::test]
async fn an_empty_file_is_kept_and_rejected() {
    let desk = Desk::new().await;
    let taken = desk.take(10, &desk.file("a.tif", b""), SourceRule::Move(desk.done())).await.expect("taken");
    assert_eq!(desk.area.size(taken.scan).await.expect("looks"), Some(0));
    let scan = desk.store.scan(taken.scan).await.expect("reads").expect("recorded");
    assert_eq!(scan.state, ScanState::Rejected);
    let rejects = desk.store.rejects(desk.batch, None, 9).await.expect("lists");
    assert_eq!(rejects[0].reject.reason, RejectReason::Empty);
    assert!(desk.done().join("a.tif").exists());
}

#[tokio::test]
async fn what_is_no_regular_file_is_refused() {
    let desk = Desk::new().await;
    let path = desk.file("a.tif", b"page");
    let link = path.with_file_name("link.tif");
    std::os::unix::fs::symlink(&path, &link).expect("link");
    assert!(matches!(desk.take(10, &link, SourceRule::Keep).await, Err(IntakeError::NotAFile)));
    assert!(matches!(desk.take(10, desk.folder.path(), SourceRule::Keep).await, Err(IntakeError::NotAFile)));
    let pipe = path.with_file_name("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo starts");
    assert!(made.success());
    let refused = tokio::time::timeout(Duration::from_secs(5), desk.take(10, &pipe, SourceRule::Keep)).await;
    assert!(matches!(refused.expect("does not wait for a writer"), Err(IntakeError::NotAFile)));
    let missing = desk.take(10, &path.with_file_name("missing"), SourceRule::Keep).await.expect_err("is missing");
    assert!(!missing.is_transient() && !missing.to_string().contains("missing.tif"));
    assert_eq!(desk.store.batch_counts(desk.batch).await.expect("counts").deliveries, 0);
}

#[tokio::test]
async fn a_source_that_keeps_changing_is_not_taken() {
    use std::io::Write;
    let desk = Desk::new().await;
    let path = desk.file("a.tif", &vec![1; 30_000_000]);
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let writer = {
        let (path, stop) = (path.clone(), stop.clone());
        std::thread::spawn(move || {
            let mut file = fs::OpenOptions::new().append(true).open(path).expect("opens");
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                file.write_all(b"more").expect("writes");
            }
        })
    };
    let refused = desk.take(10, &path, SourceRule::Move(desk.done())).await;
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    writer.join().expect("ends");
    assert!(matches!(refused, Err(IntakeError::Changing)), "{refused:?}");
    assert!(path.exists());
    assert_eq!(desk.store.batch_counts(desk.batch).await.expect("counts").deliveries, 0);
    let taken = desk.take(10, &path, SourceRule::Move(desk.done())).await.expect("taken once it is at rest");
    assert_eq!(taken.recorded, Recorded::New);
}

#[tokio::test]
async fn a_damaged_object_is_noticed_before_the_source_is_given_up() {
    let desk = Desk::new().await;
    let path = desk.file("a.tif", b"page");
    let taken = desk.take(10, &path, SourceRule::Keep).await.expect("taken");
    let object = desk.folder.path().join("archive").join(IntakeArea::key(taken.scan));
    for damage in [b"pagE".as_slice(), b"pa"] {
        fs::write(&object, damage).expect("damages");
        let refused = desk.take(11, &path, SourceRule::Move(desk.done())).await.expect_err("is noticed");
        assert!(matches!(refused, IntakeError::Archive(ArchiveError::Damaged { .. })), "{refused}");
        assert!(refused.to_string().contains(&IntakeArea::key(taken.scan)));
        assert!(path.exists());
    }
    // As the message says: removed, and taken again.
    fs::remove_file(&object).expect("removes");
    desk.take(12, &path, SourceRule::Move(desk.done())).await.expect("taken");
    assert_eq!(fs::read(&object).expect("kept"), b"page");
}

#[tokio::test]
async fn a_source_that_cannot_be_moved_is_safe_all_the_same() {
    let desk = Desk::new().await;
    let path = desk.file("a.tif", b"page");
    fs::write(desk.done(), b"a file where the folder should be").expect("writes");
    let taken = desk.take(10, &path, SourceRule::Move(desk.done())).await.expect("taken");
    assert_eq!(taken.recorded, Recorded::New);
    assert!(matches!(taken.source, SourceFate::NotMoved(IntakeError::MoveFolder { .. })));
    assert!(path.exists());
    fs::remove_file(desk.done()).expect("removes");
    let taken = desk.take(11, &path, SourceRule::Move(desk.done())).await.expect("taken");
    assert!(matches!(taken.source, SourceFate::Moved(_)));
}

#[tokio::test]
async fn many_takes_of_the_same_content_at_once_keep_it_once() {
    let desk = Desk::new().await;
    let content: Vec<u8> = (0..9_000_000_u32).map(|index| (index / 3) as u8).collect();
    let paths: Vec<_> = (0..6).map(|number| desk.file(&format!("{number}.tif"), &content)).collect();
    let takes = paths.iter().enumerate().map(|(number, path)| desk.take(10 + number as u128, path, SourceRule::Keep));
    let taken = futures::future::join_all(takes).await;
    let new = taken.iter().filter(|taken| taken.as_ref().expect("taken").recorded == Recorded::New).count();
    assert_eq!(new, 1);
    let archive = desk.folder.path().join("archive");
    assert_eq!(fs::read_dir(archive.join("incoming")).expect("folder").count(), 0);
    let counts = desk.store.batch_counts(desk.batch).await.expect("counts");
    assert_eq!((counts.deliveries, counts.repeated), (6, 5));
}
