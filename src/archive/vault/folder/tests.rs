//! The folder's own promises; what every vault promises is in `tests/integration/vault_contract.rs`.

use std::sync::Mutex;

use jiff::ToSpan;

use super::super::Vault;
use super::*;

/// A clock that stands still until it is set.
struct Set(Mutex<Timestamp>);

impl Clock for Set {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

fn vault() -> (tempfile::TempDir, Arc<Set>, Vault) {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Set(Mutex::new("2030-01-01T00:00:00Z".parse().unwrap())));
    let vault = Vault::folder(folder.path(), clock.clone()).unwrap();
    (folder, clock, vault)
}

fn bytes(text: &str) -> Body<'static> {
    Body::Bytes(Bytes::copy_from_slice(text.as_bytes()))
}

#[tokio::test]
async fn a_key_is_created_once_and_compared_after_that() {
    let (folder, _, vault) = vault();
    let key = "records/abc/urn%3auuid%3a1/0=ocfl_object_1.1";
    assert_eq!(vault.create(key, bytes("one"), None).await.unwrap(), Put::Created);
    assert_eq!(vault.create(key, bytes("one"), None).await.unwrap(), Put::Existed);
    assert!(matches!(vault.create(key, bytes("two"), None).await, Err(ArchiveError::Conflict { .. })));
    assert_eq!(std::fs::read(folder.path().join(key)).unwrap(), b"one", "the file is named as the key is");
    assert_eq!(vault.folders("records/abc").await.unwrap(), ["records/abc/urn%3auuid%3a1"]);
    assert!(matches!(vault.read(key, 2).await, Err(ArchiveError::Damaged { .. })));
    for bad in ["../x", "a//b", "", ".locks/a", "damaged/a", "a#1"] {
        assert!(matches!(vault.create(bad, bytes("x"), None).await, Err(ArchiveError::Key { .. })), "{bad}");
    }
}

#[tokio::test]
async fn a_large_file_is_taken_whole_wherever_its_cursor_stands() {
    let (_folder, _, vault) = vault();
    let mut file = tempfile::tempfile().unwrap();
    io::Write::write_all(&mut file, &vec![7; 20 << 20]).unwrap();
    assert_eq!(vault.create("large", Body::File(&file), None).await.unwrap(), Put::Created);
    assert_eq!(vault.create("large", Body::File(&file), None).await.unwrap(), Put::Existed);
    assert_eq!(vault.open("large").await.unwrap().metadata().unwrap().len(), 20 << 20);
    let listed: Vec<Entry> = vault.list("").try_collect().await.unwrap();
    assert_eq!(listed, [Entry { key: "large".into(), size: 20 << 20 }], "nothing is left on its way");
}

#[tokio::test]
async fn what_is_locked_or_held_stays_until_it_is_free() {
    let (folder, clock, vault) = vault();
    let now = clock.now();
    let lock = Lock { mode: LockMode::Compliance, until: now + 10.seconds(), held: false };
    vault.create("a/b/c", bytes("one"), Some(&lock)).await.unwrap();
    let version = vault.versions("a").await.unwrap().remove(0);
    vault.extend(&version, now + 5.seconds(), LockMode::Governance).await.unwrap();
    assert_eq!(vault.lock_state(&version).await.unwrap().until, Some(lock.until), "never shorter");
    *clock.0.lock().unwrap() = now + 9.seconds();
    assert!(matches!(vault.delete(&version).await, Err(ArchiveError::Locked { held: false, .. })));
    vault.hold(&version, true).await.unwrap();
    *clock.0.lock().unwrap() = now + 10.seconds();
    assert!(matches!(vault.delete(&version).await, Err(ArchiveError::Locked { held: true, .. })));
    vault.hold(&version, false).await.unwrap();
    vault.delete(&version).await.unwrap();
    vault.delete(&version).await.unwrap();
    assert!(matches!(vault.read("a/b/c", 10).await, Err(ArchiveError::Missing { .. })));
    assert!(!folder.path().join("a").exists() && !folder.path().join(".locks/a").exists(), "no name is left behind");
}

#[tokio::test]
async fn a_lock_that_cannot_be_read_is_not_taken_for_none() {
    let (folder, clock, vault) = vault();
    let lock = Lock { mode: LockMode::Governance, until: clock.now() + 10.seconds(), held: false };
    vault.create("a", bytes("one"), Some(&lock)).await.unwrap();
    std::fs::write(folder.path().join(".locks/a.json"), "{").unwrap();
    *clock.0.lock().unwrap() = lock.until + 10.seconds();
    let version = vault.versions("a").await.unwrap().remove(0);
    assert!(matches!(vault.delete(&version).await, Err(ArchiveError::Damaged { .. })));
    assert_eq!(vault.read("a", 10).await.unwrap(), "one");
}

#[tokio::test]
async fn the_probe_says_that_the_locks_are_the_programs_own() {
    let (folder, _, vault) = vault();
    let probe = vault.probe().await.unwrap();
    assert!(matches!((&probe.lock, &probe.hold), (Enforcement::Program(_), Enforcement::Program(_))), "{probe:?}");
    assert_eq!(probe.conditional_put, Enforcement::Store);
    assert!(!folder.path().join(".probe").exists(), "the probe leaves nothing");
    assert!(vault.describes().contains("no WORM"));
}
