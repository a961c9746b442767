//! Deposits and reading.

use std::io::Write;

use futures::TryStreamExt;
use muniment::archive::ocfl::{Fingerprint, OcflError, Original, Root};
use muniment::chart::RecordId;

use super::{correction, first, lock, number, path, record, root, vault, version};

#[tokio::test]
async fn a_correction_shares_what_has_not_changed_with_the_version_before() {
    let folder = tempfile::tempdir().unwrap();
    let root = root(folder.path()).await;
    let record = record(1);
    let deposited = root.deposit(first(record)).await.unwrap();
    assert!(!deposited.was_there);
    let corrected = root.deposit(correction(record)).await.unwrap();
    let object = root.object(record).await.unwrap();
    assert_eq!((object.record(), object.head(), object.root_fault()), (record, number(2), None));
    assert_eq!(object.inventory_fingerprint(), corrected.inventory);
    let scan = format!("scan of {record}");
    for (version, description) in [(1, "{\"version\":1}"), (2, "{\"version\":2}")] {
        let files = object.files(number(version)).unwrap();
        let names: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(names, ["access.pdf", "original/0001.tif", "record.json", "text.json"]);
        assert!(files[1].key.ends_with("/v1/content/original/0001.tif"), "{}", files[1].key);
        assert_eq!(files[1].size, Some(scan.len() as u64));
        assert_eq!(root.read_bytes(&files[1], 1000).await.unwrap(), scan.as_bytes());
        assert_eq!(root.read_bytes(&files[2], 1000).await.unwrap(), description.as_bytes());
        assert_eq!(files[2].sha512, Fingerprint::of(description.as_bytes()).sha512);
        assert_eq!(files[2].sha256, Fingerprint::of(description.as_bytes()).sha256);
    }
    let about = &object.versions()[&number(2)];
    assert_eq!((about.message.as_str(), about.author.name.as_str()), ("Corrected", "Muniment"));
    assert!(matches!(object.files(number(3)), Err(OcflError::NoVersion { .. })));
    assert!(matches!(object.file_at(number(2), &path("x")), Err(OcflError::NoFile { .. })));
    let small = object.file_at(number(2), &path("original/0001.tif")).unwrap();
    assert!(root.read_bytes(&small, 3).await.is_err());
}

#[tokio::test]
async fn the_same_deposit_again_changes_nothing_and_another_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let root = root(folder.path()).await;
    let record = record(1);
    assert!(matches!(root.deposit(correction(record)).await, Err(OcflError::TooEarly { .. })));
    let once = root.deposit(first(record)).await.unwrap();
    let again = root.deposit(first(record)).await.unwrap();
    assert_eq!((again.inventory, again.bytes, again.was_there), (once.inventory, once.bytes, true));
    let other = version(record, 1, &[("record.json", b"{}")]);
    assert!(matches!(root.deposit(other).await, Err(OcflError::Taken { .. })));
    let later = version(record, 3, &[("record.json", b"{}")]);
    assert!(matches!(root.deposit(later).await, Err(OcflError::TooEarly { .. })));
    let empty = version(record, 2, &[]);
    assert!(matches!(root.deposit(empty).await, Err(OcflError::Unfit { .. })));
    root.deposit(correction(record)).await.unwrap();
    // An old version is found in a record that has gone on.
    assert!(root.deposit(first(record)).await.unwrap().was_there);
    assert_eq!(root.object(record).await.unwrap().head(), number(2));
}

#[tokio::test]
async fn a_large_file_is_deposited_from_wherever_its_cursor_stands() {
    let folder = tempfile::tempdir().unwrap();
    let root = root(folder.path()).await;
    let mut file = tempfile::tempfile().unwrap();
    let content = vec![7; 20 << 20];
    file.write_all(&content).unwrap();
    let mut large = first(record(1));
    large.files.push((path("original/0002.tif"), Original::File(file)));
    root.deposit(large).await.unwrap();
    let object = root.object(record(1)).await.unwrap();
    let archived = object.file_at(number(1), &path("original/0002.tif")).unwrap();
    assert_eq!(archived.sha512, Fingerprint::of(&content).sha512);
    let mut copy = root.read_file(&archived, tempfile::tempfile().unwrap()).await.unwrap();
    std::io::Seek::rewind(&mut copy).unwrap();
    assert_eq!(Fingerprint::of_reader(&mut copy).unwrap(), Fingerprint::of(&content));
}

#[tokio::test]
async fn bytes_that_are_no_longer_those_archived_are_never_given_out() {
    let folder = tempfile::tempdir().unwrap();
    let root = root(folder.path()).await;
    root.deposit(first(record(1))).await.unwrap();
    let object = root.object(record(1)).await.unwrap();
    let file = object.file_at(number(1), &path("text.json")).unwrap();
    std::fs::write(folder.path().join(&file.key), b"{\"pages\":[1]}").unwrap();
    let error = root.read_bytes(&file, 1000).await.unwrap_err();
    assert!(error.to_string().contains(&file.key), "{error}");
    assert!(matches!(error, OcflError::Damaged { .. }));
}

#[tokio::test]
async fn everything_of_a_version_is_locked() {
    let folder = tempfile::tempdir().unwrap();
    let root = root(folder.path()).await;
    for version in [first(record(1)), correction(record(1))] {
        let mut version = version;
        version.lock = Some(lock());
        root.deposit(version).await.unwrap();
    }
    let object = root.object(record(1)).await.unwrap();
    let versions = root.vault().versions(object.folder()).await.unwrap();
    assert_eq!(versions.len(), 4 + 2 + 1 + 2 + 2 + 2);
    for version in versions {
        assert_eq!(root.vault().lock_state(&version).await.unwrap().until, Some(lock().until), "{}", version.key);
    }
}

#[tokio::test]
async fn records_are_listed_and_a_place_without_any_says_so() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Root::existing(vault(folder.path())).await, Err(OcflError::NoRoot { .. })));
    let root = root(folder.path()).await;
    for at in 0..5 {
        root.deposit(first(record(at))).await.unwrap();
    }
    root.deposit(correction(record(3))).await.unwrap();
    let existing = Root::existing(vault(folder.path())).await.unwrap();
    let mut ids: Vec<RecordId> = existing.ids().try_collect().await.unwrap();
    ids.sort();
    assert_eq!(ids, (0..5).map(record).collect::<Vec<_>>());
    assert!(matches!(existing.object(record(9)).await, Err(OcflError::NoRecord { .. })));
    std::fs::write(folder.path().join("records/ocfl_layout.json"), "{}").unwrap();
    assert!(matches!(Root::existing(vault(folder.path())).await, Err(OcflError::OtherRoot { .. })));
    assert!(matches!(Root::open(vault(folder.path())).await, Err(OcflError::OtherRoot { .. })));
}
