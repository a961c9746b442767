//! What every vault promises, tried on a folder and on a real S3 server. Locks last seconds.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use muniment::app::SystemClock;
use muniment::archive::vault::{Enforcement, Entry, Version};
use muniment::archive::{ArchiveError, Body, Lock, LockMode, Put, Renewal, Vault, renew_locks};

use crate::support::s3::{self, Keeps};

/// A vault to try, with what keeps it alive.
struct Place {
    vault: Vault,
    _folder: Option<tempfile::TempDir>,
}

/// Returns a fresh folder, and a fresh bucket where a server can run.
async fn places() -> Vec<Place> {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::folder(folder.path(), Arc::new(SystemClock)).unwrap();
    let mut places = vec![Place { vault, _folder: Some(folder) }];
    places.extend(bucket(Keeps::Locked).await);
    places
}

async fn bucket(keeps: Keeps) -> Option<Place> {
    let server = tokio::task::spawn_blocking(s3::server).await.unwrap()?;
    let settings = server.settings(&server.bucket(keeps).await, "clinic/archive");
    Some(Place { vault: Vault::s3(&settings, Arc::new(SystemClock)).unwrap(), _folder: None })
}

fn body(text: &str) -> Body<'static> {
    Body::Bytes(Bytes::copy_from_slice(text.as_bytes()))
}

fn lock(seconds: i64) -> Lock {
    Lock { mode: LockMode::Compliance, until: Timestamp::now() + SignedDuration::from_secs(seconds), held: false }
}

async fn only(vault: &Vault, key: &str) -> Version {
    let mut versions = vault.versions(key).await.unwrap();
    assert_eq!(versions.len(), 1, "{versions:?}");
    versions.remove(0)
}

async fn wait_until(until: Timestamp) {
    // The server counts whole seconds, and one of them may have begun.
    let left = until.duration_since(Timestamp::now()) + SignedDuration::from_millis(1_500);
    tokio::time::sleep(Duration::try_from(left).unwrap_or_default()).await;
}

#[tokio::test]
async fn a_key_is_created_once() {
    for Place { vault, .. } in &places().await {
        let key = "records/abc/urn%3auuid%3a01/v1/content/original file.pdf";
        assert_eq!(vault.create(key, body("one"), None).await.unwrap(), Put::Created);
        assert_eq!(vault.create(key, body("one"), None).await.unwrap(), Put::Existed);
        let other = vault.create(key, body("two"), None).await;
        assert!(matches!(other, Err(ArchiveError::Conflict { .. })), "{other:?} {}", vault.describes());
        assert_eq!(vault.read(key, 3).await.unwrap(), "one");
        assert!(matches!(vault.read(key, 2).await, Err(ArchiveError::Damaged { .. })));
        assert!(matches!(vault.read("records/none", 9).await, Err(ArchiveError::Missing { .. })));
        assert!(matches!(vault.open("records/none").await, Err(ArchiveError::Missing { .. })));
        assert_eq!(vault.create("records/empty", body(""), None).await.unwrap(), Put::Created);
        assert_eq!(vault.read("records/empty", 0).await.unwrap(), "");
        let listed: BTreeSet<(String, u64)> =
            vault.list("records").map_ok(|entry| (entry.key, entry.size)).try_collect().await.unwrap();
        assert_eq!(listed, BTreeSet::from([(key.to_owned(), 3), ("records/empty".to_owned(), 0)]));
        assert_eq!(vault.folders("records").await.unwrap(), ["records/abc"]);
        assert_eq!(vault.folders("").await.unwrap(), ["records"]);
        for bad in ["", "/a", "a//b", "../a", "a/../b", "a#1", ".probe/a"] {
            let refused = vault.create(bad, body("x"), None).await;
            assert!(matches!(refused, Err(ArchiveError::Key { .. })), "{bad}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn a_prefix_is_a_folder_and_no_beginning_of_a_name() {
    for Place { vault, .. } in &places().await {
        for key in ["records/1/a", "records/10/a", "records/1/b/c"] {
            vault.create(key, body(key), None).await.unwrap();
        }
        let keys = async |prefix: &str| -> BTreeSet<String> {
            vault.list(prefix).map_ok(|entry: Entry| entry.key).try_collect().await.unwrap()
        };
        assert_eq!(keys("records/1").await, BTreeSet::from(["records/1/a".into(), "records/1/b/c".into()]));
        assert_eq!(keys("records/1/a").await, BTreeSet::from(["records/1/a".into()]));
        assert_eq!(keys("records/1/b/c/d").await, BTreeSet::new());
        assert_eq!(keys("").await.len(), 3);
        assert_eq!(vault.versions("records/1").await.unwrap().len(), 2);
        assert_eq!(vault.folders("records").await.unwrap(), ["records/1", "records/10"]);
        assert_eq!(vault.folders("records/1").await.unwrap(), ["records/1/b"]);
        assert_eq!(vault.folders("nothing").await.unwrap(), [""; 0]);
    }
}

#[tokio::test]
async fn what_is_replaced_counts_by_its_newest_version() {
    for Place { vault, .. } in &places().await {
        for text in ["one", "two", "three"] {
            vault
                .replace("records/1/inventory.json", Bytes::from_static(text.as_bytes()), Some(&lock(1)))
                .await
                .unwrap();
        }
        assert_eq!(vault.read_newest("records/1/inventory.json", 9).await.unwrap(), "three");
        let newest: Vec<Version> = vault.versions("records").await.unwrap();
        assert_eq!(newest.iter().filter(|version| version.is_newest).count(), 1, "{newest:?}");
    }
}

#[tokio::test]
async fn a_locked_version_stays_until_its_time_has_come() {
    for Place { vault, .. } in &places().await {
        let first = lock(3);
        vault.create("records/a", body("one"), Some(&first)).await.unwrap();
        let version = only(vault, "records/a").await;
        let state = vault.lock_state(&version).await.unwrap();
        assert!(state.until.unwrap() >= first.until, "{state:?}");
        assert_eq!((state.mode, state.held), (Some(LockMode::Compliance), false));
        let longer = lock(7).until;
        vault.extend(&version, longer, LockMode::Compliance).await.unwrap();
        vault.extend(&version, first.until, LockMode::Compliance).await.unwrap();
        let state = vault.lock_state(&version).await.unwrap();
        assert!(state.until.unwrap() >= longer, "an extension never shortens: {state:?}");
        wait_until(first.until).await;
        let refused = vault.delete(&version).await;
        assert!(matches!(refused, Err(ArchiveError::Locked { held: false, until: Some(_), .. })), "{refused:?}");
        assert_eq!(vault.read("records/a", 9).await.unwrap(), "one");
        wait_until(longer).await;
        vault.delete(&version).await.unwrap();
        vault.delete(&version).await.unwrap();
        assert_eq!(vault.versions("").await.unwrap(), []);
        assert!(matches!(vault.read("records/a", 9).await, Err(ArchiveError::Missing { .. })));
    }
}

#[tokio::test]
async fn a_held_version_stays_until_it_is_released() {
    for Place { vault, .. } in &places().await {
        vault.create("records/a", body("one"), Some(&Lock { held: true, ..lock(3) })).await.unwrap();
        vault.create("records/b", body("two"), None).await.unwrap();
        let (born_held, held_later) = (only(vault, "records/a").await, only(vault, "records/b").await);
        vault.hold(&held_later, true).await.unwrap();
        wait_until(lock(3).until).await;
        for version in [&born_held, &held_later] {
            assert!(vault.lock_state(version).await.unwrap().held);
            let refused = vault.delete(version).await;
            assert!(matches!(refused, Err(ArchiveError::Locked { held: true, .. })), "{refused:?}");
            vault.hold(version, false).await.unwrap();
            assert!(!vault.lock_state(version).await.unwrap().held);
            vault.delete(version).await.unwrap();
        }
        assert_eq!(vault.versions("").await.unwrap(), []);
    }
}

#[tokio::test]
async fn an_interrupted_create_is_completed_with_its_lock() {
    for Place { vault, .. } in &places().await {
        vault.create("records/a", body("one"), None).await.unwrap();
        let lock = lock(4);
        assert_eq!(vault.create("records/a", body("one"), Some(&lock)).await.unwrap(), Put::Existed);
        let version = only(vault, "records/a").await;
        assert!(vault.lock_state(&version).await.unwrap().until.unwrap() >= lock.until);
        assert!(matches!(vault.delete(&version).await, Err(ArchiveError::Locked { .. })));
    }
}

#[tokio::test]
async fn a_large_file_is_written_in_parts_and_locked() {
    let mut file = tempfile::tempfile().unwrap();
    let bytes: Vec<u8> = (0..37_000_003_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    std::io::Write::write_all(&mut file, &bytes).unwrap();
    for Place { vault, .. } in &places().await {
        let lock = Lock { held: true, ..lock(3) };
        assert_eq!(vault.create("records/large", Body::File(&file), Some(&lock)).await.unwrap(), Put::Created);
        assert_eq!(vault.create("records/large", Body::File(&file), Some(&lock)).await.unwrap(), Put::Existed);
        let mut read = Vec::new();
        std::io::Read::read_to_end(&mut vault.open("records/large").await.unwrap(), &mut read).unwrap();
        assert!(read == bytes, "the bytes differ");
        let version = only(vault, "records/large").await;
        let state = vault.lock_state(&version).await.unwrap();
        assert!(state.held && state.until.unwrap() >= lock.until, "{state:?}");
        assert!(matches!(vault.delete(&version).await, Err(ArchiveError::Locked { .. })));
        let mut other = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut other, &bytes[1..]).unwrap();
        let refused = vault.create("records/large", Body::File(&other), None).await;
        assert!(matches!(refused, Err(ArchiveError::Conflict { .. })), "{refused:?}");
        assert_eq!(vault.versions("").await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn lists_of_many_keys_are_whole() {
    for Place { vault, .. } in &places().await {
        let names: Vec<String> = (0..1_210).map(|number| format!("many/{number:04}/x")).collect();
        let creating = futures::stream::iter(names.iter().map(Ok));
        creating
            .try_for_each_concurrent(24, |key| async move {
                vault.create(key, body(key), None).await.map(|put| assert_eq!(put, Put::Created))
            })
            .await
            .unwrap();
        let listed: BTreeSet<String> = vault.list("many").map_ok(|entry| entry.key).try_collect().await.unwrap();
        assert_eq!(listed, names.iter().cloned().collect());
        let folders = vault.folders("many").await.unwrap();
        assert_eq!(folders, names.iter().map(|name| name.trim_end_matches("/x")).collect::<Vec<_>>());
        assert_eq!(vault.versions("many").await.unwrap().len(), names.len());
    }
}

#[tokio::test]
async fn of_concurrent_creators_one_wins_and_all_know() {
    for Place { vault, .. } in &places().await {
        let racing = (0..16).map(|number| {
            let vault = vault.clone();
            tokio::spawn(async move { (number, vault.create("records/race", body(&format!("{number}")), None).await) })
        });
        let mut winners = Vec::new();
        for race in futures::future::join_all(racing.collect::<Vec<_>>()).await {
            match race.unwrap() {
                (number, Ok(Put::Created)) => winners.push(number.to_string()),
                (_, Err(ArchiveError::Conflict { .. })) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(winners.len(), 1, "{winners:?} {}", vault.describes());
        assert_eq!(vault.read("records/race", 9).await.unwrap(), winners[0]);
        let same = (0..8).map(|_| vault.create("records/same", body("same"), None));
        for put in futures::future::join_all(same).await {
            put.unwrap();
        }
        assert_eq!(vault.read("records/same", 9).await.unwrap(), "same");
    }
}

#[tokio::test]
async fn the_stores_clock_is_told() {
    for Place { vault, .. } in &places().await {
        let difference = vault.store_time().await.unwrap().duration_since(Timestamp::now()).abs();
        assert!(difference < SignedDuration::from_secs(3), "{difference:?}");
    }
}

#[tokio::test]
async fn a_probe_tells_who_enforces_what() {
    let places = places().await;
    let probe = places[0].vault.probe().await.unwrap();
    assert!(matches!((&probe.lock, &probe.versioning), (Enforcement::Program(_), Enforcement::Nobody(_))), "{probe:?}");
    if let Some(Place { vault, .. }) = places.get(1) {
        let probe = vault.probe().await.unwrap();
        let by_store = [&probe.versioning, &probe.lock, &probe.hold, &probe.checksum];
        assert!(by_store.iter().all(|finding| finding.is_by_store()), "{probe:?}");
        // Ceph 16 ignores If-None-Match on versioned buckets and SHA-256 checksums, and lets the bucket's owner bypass.
        assert!(matches!(probe.conditional_put, Enforcement::Program(_)), "{probe:?}");
        assert!(
            matches!((&probe.sha256, &probe.bypass), (Enforcement::Nobody(_), Enforcement::Nobody(_))),
            "{probe:?}"
        );
        assert!(probe.clock_difference.abs() < 3, "{probe:?}");
    }
    if let Some(Place { vault, .. }) = &bucket(Keeps::Newest).await {
        let probe = vault.probe().await.unwrap();
        for nobody in [&probe.versioning, &probe.lock, &probe.hold] {
            assert!(matches!(nobody, Enforcement::Nobody(_)), "{probe:?}");
        }
        assert!(probe.conditional_put.is_by_store(), "{probe:?}");
    }
}

#[tokio::test]
async fn what_is_healed_counts_and_the_damaged_bytes_are_kept() {
    for Place { vault, .. } in &places().await {
        let key = "records/a/v1/content/original/0001.tif";
        vault.create(key, body("damaged"), None).await.unwrap();
        vault.heal(key, body("right"), None).await.unwrap();
        vault.heal("records/a/missing", body("brought"), None).await.unwrap();
        for (key, text) in [(key, "right"), ("records/a/missing", "brought")] {
            let mut reader = vault.reader(key).await.unwrap();
            let reading = tokio::task::spawn_blocking(move || std::io::read_to_string(&mut reader).unwrap());
            assert_eq!(reading.await.unwrap(), text);
        }
        let versions = vault.versions(key).await.unwrap();
        assert_eq!(versions.iter().map(|version| version.healed).collect::<Vec<_>>(), [true, false], "{versions:?}");
        let keys: BTreeSet<String> = vault.list("").map_ok(|entry| entry.key).try_collect().await.unwrap();
        assert_eq!(
            keys,
            BTreeSet::from([key.to_owned(), "records/a/missing".to_owned()]),
            "own folders are not listed"
        );
        // A disposal finds the damaged bytes too, and a lock on the key stands against removing them.
        vault.hold(&versions[0], true).await.unwrap();
        vault.hold(&versions[1], true).await.unwrap();
        assert!(matches!(vault.delete(&versions[1]).await, Err(ArchiveError::Locked { .. })));
        for version in &versions {
            vault.hold(version, false).await.unwrap();
        }
        for version in vault.versions("records").await.unwrap().iter().rev() {
            vault.delete(version).await.unwrap();
        }
        assert_eq!(vault.versions("").await.unwrap(), []);
    }
}

#[tokio::test]
async fn locks_are_renewed_at_half_their_life_and_never_beyond_what_is_allowed() {
    for Place { vault, .. } in &places().await {
        let first = lock(8);
        vault.create("records/a/x", body("one"), Some(&first)).await.unwrap();
        let at = |now: Timestamp, furthest: Option<Timestamp>| Renewal {
            now,
            length: SignedDuration::from_secs(8),
            mode: LockMode::Compliance,
            furthest,
        };
        let (early, late) = (Timestamp::now(), first.until - SignedDuration::from_secs(2));
        let renewed = renew_locks(vault, "records/a", &at(early, None), |_| true).await.unwrap();
        assert_eq!((renewed.extended, renewed.unchanged), (0, 1), "{renewed:?}");
        let sooner = Some(first.until - SignedDuration::from_secs(1));
        let renewed = renew_locks(vault, "records/a", &at(late, sooner), |_| true).await.unwrap();
        assert_eq!((renewed.extended, renewed.unchanged), (0, 1), "{renewed:?}");
        let furthest = first.until + SignedDuration::from_secs(3);
        let renewed = renew_locks(vault, "records/a", &at(late, Some(furthest)), |_| true).await.unwrap();
        assert_eq!((renewed.extended, renewed.first_end), (1, Some(furthest)), "{renewed:?}");
        let version = only(vault, "records/a/x").await;
        let until = vault.lock_state(&version).await.unwrap().until.unwrap();
        assert!(until >= furthest && until < furthest + SignedDuration::from_secs(2), "{until}");
    }
}
