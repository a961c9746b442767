//! A crash at every write of a deposit: nothing is lost, nothing half visible, and the next try finishes it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use futures::StreamExt;
use muniment::archive::Vault;
use muniment::archive::ocfl::{Depth, OcflError, Original, RecordVersion, Root};

use super::{Still, correction, first, lock, number, path, record, root, vault};
use crate::support::faulty_store::{Fault, FaultyStore};
use crate::support::program::entries_below;

/// What is deposited, made anew for each try.
type Make = fn() -> RecordVersion;

fn first_locked() -> RecordVersion {
    RecordVersion { lock: Some(lock()), ..first(record(1)) }
}

/// With a file that is written in parts and renamed.
fn first_large() -> RecordVersion {
    let mut version = first_locked();
    let file = tempfile::tempfile().unwrap();
    file.set_len((8 << 20) + 1).unwrap();
    version.files.push((path("original/0002.tif"), Original::File(file)));
    version
}

fn correction_locked() -> RecordVersion {
    RecordVersion { lock: Some(lock()), ..correction(record(1)) }
}

#[tokio::test]
async fn a_first_version_survives_a_crash_at_every_write() {
    crash_everywhere(None, first_locked).await;
}

#[tokio::test]
async fn a_first_version_with_a_large_file_survives_a_crash_at_every_write() {
    crash_everywhere(None, first_large).await;
}

#[tokio::test]
async fn a_correction_survives_a_crash_at_every_write() {
    crash_everywhere(Some(first_locked), correction_locked).await;
}

#[tokio::test]
async fn a_deposit_that_goes_on_with_other_bytes_is_refused_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    root(folder.path()).await;
    // After three contents.
    let (faulty, _) = faulty(folder.path(), 8, Fault::Before);
    attempt(faulty, first_locked()).await.unwrap_err();
    let before = files_below(folder.path());
    let mut other = first_locked();
    other.files.iter_mut().for_each(|(_, original)| *original = Original::Bytes(b"other".as_slice().into()));
    let error = root(folder.path()).await.deposit(other).await.unwrap_err();
    assert!(matches!(&error, OcflError::Begun { key } if key.contains("/v1/content/")), "{error}");
    // Fewer files than were begun would leave a stray one.
    let mut fewer = first_locked();
    fewer.files.retain(|(path, _)| path.as_str() == "text.json");
    let error = root(folder.path()).await.deposit(fewer).await.unwrap_err();
    assert!(matches!(error, OcflError::Begun { .. }), "{error}");
    assert_eq!(files_below(folder.path()), before);
    root(folder.path()).await.deposit(first_locked()).await.unwrap();
    is_whole(folder.path(), 1).await;
}

async fn crash_everywhere(before: Option<Make>, make: Make) {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), before).await;
    let (store, writes) = faulty(folder.path(), 0, Fault::Before);
    attempt(store, make()).await.unwrap();
    let writes = writes.load(Ordering::SeqCst);
    assert!(writes >= 8, "{writes}");
    let cases = [Fault::Before, Fault::After, Fault::Torn]
        .into_iter()
        .flat_map(|fault| (1..=writes).map(move |at| (at, fault)));
    let crashes = cases.map(|(at, fault)| crash(at, fault, before, make));
    // Each waits for the disk most of the time.
    let seen: Vec<bool> = futures::stream::iter(crashes).buffer_unordered(8).collect().await;
    let seen = seen.into_iter().filter(|seen| *seen).count();
    println!("{writes} writes, each failed before, after and torn; the version was there at once in {seen} cases");
    assert!(seen > 0);
}

/// Crashes at one write and restarts; says whether the version was there before the restart.
async fn crash(at: u64, fault: Fault, before: Option<Make>, make: Make) -> bool {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path(), before).await;
    let (store, _) = faulty(folder.path(), at, fault);
    let error = attempt(store, make()).await.expect_err("the write fails");
    assert!(error.is_transient(), "write {at}, {fault:?}: {error}");
    let (old, new) = (make().number.get() - 1, make().number.get());
    // As the machine left it: the record as it was, or with the version, and every byte of it.
    let seen = is_readable(folder.path(), old, new).await == new;
    // After the restart.
    let deposited = root(folder.path()).await.deposit(make()).await;
    let deposited = deposited.unwrap_or_else(|error| panic!("write {at}, {fault:?}: {error}"));
    assert_eq!(deposited.number, number(new));
    is_whole(folder.path(), new).await;
    seen
}

async fn prepare(folder: &Path, before: Option<Make>) {
    if let Some(before) = before {
        root(folder).await.deposit(before()).await.unwrap();
    }
}

fn faulty(folder: &Path, at: u64, fault: Fault) -> (Vault, Arc<std::sync::atomic::AtomicU64>) {
    let mut writes = None;
    let vault = Vault::folder_through(folder, Arc::new(Still), |inner| {
        let store = FaultyStore::new(inner, folder.to_owned(), at, fault);
        writes = Some(store.writes());
        Arc::new(store)
    });
    (vault.unwrap(), writes.unwrap())
}

async fn attempt(vault: Vault, version: RecordVersion) -> Result<(), OcflError> {
    Root::open(vault).await?.deposit(version).await.map(|_| ())
}

/// Asserts that the record has `old` versions or `new`, all of them readable to the last byte; returns which.
async fn is_readable(folder: &Path, old: u32, new: u32) -> u32 {
    let root = match Root::existing(vault(folder)).await {
        Err(OcflError::NoRoot { .. }) if old == 0 => return 0,
        root => root.unwrap(),
    };
    let object = match root.object(record(1)).await {
        Err(OcflError::NoRecord { .. }) if old == 0 => return 0,
        object => object.unwrap(),
    };
    let head = object.head().get();
    assert!(head == old || head == new, "{head}");
    for version in 1..=head {
        for file in object.files(number(version)).unwrap() {
            root.read_file(&file, std::io::sink()).await.unwrap();
        }
    }
    head
}

/// Asserts that the record has so many versions and nothing is wrong with it: nothing missing, stray or unlocked.
async fn is_whole(folder: &Path, versions: u32) {
    let root = Root::existing(vault(folder)).await.unwrap();
    let found = root.validate(record(1), Depth::Digests).await.unwrap();
    assert_eq!((found.versions, found.problems), (versions, Vec::new()));
    let (problems, records) = root.validate_root().await.unwrap();
    assert_eq!((problems, records), (Vec::new(), BTreeSet::from([record(1)])));
    let object = root.object(record(1)).await.unwrap();
    assert_eq!(object.root_fault(), None);
    for version in root.vault().versions(object.folder()).await.unwrap() {
        assert_eq!(root.vault().lock_state(&version).await.unwrap().until, Some(lock().until), "{}", version.key);
    }
}

/// Lists the files in the records' folder, without half-written ones.
fn files_below(folder: &Path) -> BTreeSet<std::path::PathBuf> {
    entries_below(&folder.join("records")).into_iter().filter(|path| path.is_file()).collect()
}
