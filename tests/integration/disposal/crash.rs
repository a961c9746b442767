//! The machine stops at every single write of a destruction: the next run completes it, and the certificate is the same
//! whatever happened on the way.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use muniment::archive::Vault;
use muniment::archive::ocfl::object_folder;
use muniment::chart::{Clock, RecordId};
use muniment::disposal::{Outcome, Place, tombstone, verify};
use muniment::store::{DisposalState, RecordState};

use super::stopping::copy_all;
use super::{Site, disposal};
use crate::support::faulty_store::{Fault, FaultyStore};

/// The location whose machine stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stops {
    Archive,
    Replica,
}

#[tokio::test]
async fn a_crash_at_any_write_is_gone_on_with() {
    crash_everywhere(Stops::Archive).await;
}

#[tokio::test]
async fn a_crash_at_any_write_to_a_replica_is_gone_on_with() {
    crash_everywhere(Stops::Replica).await;
}

async fn crash_everywhere(stops: Stops) {
    let site = Site::new(3).await;
    let (places, writes) = faulty(&site, stops, 0, Fault::Before);
    whole(&site, stops, &places).await.unwrap();
    let all = writes.load(Ordering::SeqCst);
    // The record's objects are deposited in the archive, and only removed from the replica.
    assert!(all > if stops == Stops::Archive { 20 } else { 8 }, "{all} writes");
    for fault in [Fault::Before, Fault::After, Fault::Torn] {
        for at in 1..=all {
            crash(stops, at, fault).await;
        }
    }
}

async fn crash(stops: Stops, at: u64, fault: Fault) {
    let site = Site::new(3).await;
    let (places, _) = faulty(&site, stops, at, fault);
    let stopped = whole(&site, stops, &places).await;
    assert!(stopped.is_err(), "{stops:?}: write {at} failed unseen");
    let sound = sound(&site, stops);
    // Until all of it is gone, the record is not called destroyed.
    let record = super::record(1);
    let state = site.store.archive_record(record).await.unwrap().unwrap().state;
    if !keys_in(&sound, record).await.is_empty() {
        assert_eq!(state, RecordState::Archived, "{stops:?}: write {at}");
    }
    if state == RecordState::Destroyed {
        for place in &sound {
            assert!(tombstone::read(&place.vault, record).await.unwrap().is_some(), "{stops:?}: write {at}");
        }
    }
    site.clock.advance(jiff::SignedDuration::from_mins(3));
    let done = site.destroy_in(1, &sound).await.unwrap();
    assert!(done.iter().all(|ready| ready.outcome == Outcome::Destroyed), "{stops:?}: write {at}: {done:?}");
    assert!(keys_in(&sound, record).await.is_empty(), "{stops:?}: write {at}");
    let row = site.store.disposal(disposal(1)).await.unwrap().unwrap();
    if row.state != DisposalState::Certified {
        site.certify(1, &sound).await.unwrap();
    }
    let row = site.store.disposal(disposal(1)).await.unwrap().unwrap();
    let json = site.vault.read(&muniment::disposal::json_key(disposal(1)), 1 << 20).await.unwrap();
    assert_eq!(row.certificate, Some(muniment::chart::Digest::of(&json)));
    let certificate = verify(&json, site.key.public().fingerprint()).unwrap().certificate.unwrap();
    assert!(certificate.records[0].removed.len() > 5, "write {at}: what went before the crash is listed too");
    let pdf = site.vault.read(&muniment::disposal::pdf_key(disposal(1)), 1 << 20).await.unwrap();
    verify(&pdf, site.key.public().fingerprint()).unwrap();
}

/// Destroys one record and certifies it.
async fn whole(site: &Site, stops: Stops, places: &[Place]) -> Result<(), Box<dyn std::error::Error>> {
    let record = site.archive(1).await;
    if stops == Stops::Replica {
        copy_all(&site._folder.path().join("archive"), &site._folder.path().join("replica"));
    }
    site.approve(1, &[record]).await;
    site.destroy_in(1, places).await?;
    site.certify(1, places).await?;
    assert!(site.clock.now() > jiff::Timestamp::UNIX_EPOCH);
    Ok(())
}

/// The places, on machines that go on.
fn sound(site: &Site, stops: Stops) -> Vec<Place> {
    let mut places = site.places();
    if stops == Stops::Replica {
        places.push(replica(Vault::folder(&site._folder.path().join("replica"), site.clock.clone()).unwrap()));
    }
    places
}

/// The places, one of them on a machine that stops at its write number `at`.
fn faulty(site: &Site, stops: Stops, at: u64, fault: Fault) -> (Vec<Place>, Arc<std::sync::atomic::AtomicU64>) {
    let folder = site._folder.path().join(if stops == Stops::Archive { "archive" } else { "replica" });
    let mut writes = None;
    let vault = Vault::folder_through(&folder, site.clock.clone(), |inner| {
        let store = FaultyStore::new(inner, folder.clone(), at, fault);
        writes = Some(store.writes());
        Arc::new(store)
    });
    let vault = vault.unwrap();
    let places = match stops {
        Stops::Archive => vec![Place::archive(vault)],
        Stops::Replica => vec![Place::archive(site.vault.clone()), replica(vault)],
    };
    (places, writes.unwrap())
}

fn replica(vault: Vault) -> Place {
    Place { name: "second site".into(), vault }
}

async fn keys_in(places: &[Place], record: RecordId) -> Vec<String> {
    let mut keys = Vec::new();
    for place in places {
        let versions = place.vault.versions(&object_folder(record)).await.unwrap();
        keys.extend(versions.into_iter().map(|version| version.key));
    }
    keys
}
