//! What stops a destruction: holds, clocks, locks, computations that changed, records that come back.

use std::sync::Arc;

use jiff::SignedDuration;
use muniment::archive::ocfl::object_folder;
use muniment::archive::{Body, LockMode, Vault};
use muniment::chart::Clock;
use muniment::disposal::{DisposalError, Outcome, Place, RecordOutcome, replay, tombstone, verify};
use muniment::store::RecordState;

use super::{Hands, Site, archive_of, bytes, disposal, why};
use crate::support::faulty_store::{Fault, FaultyStore};

/// Stops the archive at a write, as a machine that stops does.
fn failing(site: &Site, at: u64) -> Vec<Place> {
    let folder = site._folder.path().join("archive");
    let wrap = |inner| Arc::new(FaultyStore::new(inner, folder.clone(), at, Fault::Before)) as Arc<_>;
    vec![Place::archive(Vault::folder_through(&folder, site.clock.clone(), wrap).unwrap())]
}

#[tokio::test]
async fn a_hold_stops_it_before_the_next_object() {
    let site = Site::new(3).await;
    let one = site.archive(1).await;
    site.approve(1, &[one]).await;
    let before = site.keys_of(one).await;
    site.destroy_in(1, &failing(&site, 7)).await.unwrap_err();
    let left = site.keys_of(one).await;
    assert!(!left.is_empty() && left.len() < before.len(), "{left:?}");
    assert_eq!(site.store.outstanding_intents(one).await.unwrap().len(), 1);
    let hold = site.hold(1, one).await;
    let done = site.destroy(1).await.unwrap();
    assert_eq!(done[0].outcome, Outcome::Stopped(format!("held by {hold}")));
    assert_eq!(site.keys_of(one).await, left, "nothing went after the hold");
    assert_eq!(site.store.outstanding_intents(one).await.unwrap(), []);
    assert_eq!(site.store.archive_record(one).await.unwrap().unwrap().state, RecordState::Archived);
    // The certificate says what is gone and what stopped it.
    let issued = site.certify(1, &site.places()).await.unwrap();
    let certificate = verify(&issued.json, site.key.public().fingerprint()).unwrap().certificate.unwrap();
    let stopped = &certificate.records[0];
    assert_eq!(stopped.outcome, RecordOutcome::Stopped);
    assert_eq!(stopped.removed.len(), before.len() - left.len());
}

#[tokio::test]
async fn clocks_that_may_be_wrong_stop_it() {
    let site = Site::new(3).await;
    let one = site.archive(1).await;
    site.approve(1, &[one]).await;
    site.clock.advance(SignedDuration::from_hours(-24 * 60));
    let behind = site.destroy(1).await;
    assert!(matches!(behind, Err(DisposalError::ClockBehind { .. })), "{behind:?}");
    site.clock.advance(SignedDuration::from_hours(24 * 90));
    let other = Hands::at("2030-01-01T00:00:00Z");
    let place = Place::archive(archive_of(site._folder.path(), other));
    let differ = site.destroy_in(1, &[place]).await;
    assert!(matches!(differ, Err(DisposalError::ClocksDiffer { .. })), "{differ:?}");
    assert!(!site.keys_of(one).await.is_empty());
}

#[tokio::test]
async fn a_locked_object_waits_for_the_end_of_its_lock() {
    let site = Site::new(3).await;
    let one = site.archive(1).await;
    site.approve(1, &[one]).await;
    let version = site.vault.versions(&object_folder(one)).await.unwrap().pop().unwrap();
    let until = site.clock.now() + SignedDuration::from_hours(1);
    site.vault.extend(&version, until, LockMode::Compliance).await.unwrap();
    assert_eq!(site.destroy(1).await.unwrap()[0].outcome, Outcome::Locked { until: Some(until) });
    let whole = site.keys_of(one).await;
    assert!(whole.len() > 5, "nothing is begun while anything is locked");
    site.clock.advance(SignedDuration::from_hours(2));
    assert_eq!(site.destroy(1).await.unwrap()[0].outcome, Outcome::Destroyed);
}

#[tokio::test]
async fn a_changed_computation_or_an_exception_keeps_the_record() {
    use muniment::disposal::{Destruction, Standing, destroy};
    let site = Site::new(3).await;
    let (one, two) = (site.archive(1).await, site.archive(2).await);
    site.approve(1, &[one, two]).await;
    let places = site.places();
    let parts = Destruction {
        store: &site.store,
        places: &places,
        areas: &site.areas,
        clock: site.clock.clone(),
        today: Box::new(|at| at.to_zoned(jiff::tz::TimeZone::UTC).date()),
        folder: Box::new(object_folder),
        actor: super::by(super::ANN),
        lock: None,
    };
    let standing = async |record| {
        Ok(if record == one {
            Standing::Eligible { computation: muniment::chart::Digest::of(b"another") }
        } else {
            Standing::Keep { why: "kept through 2040-01-01".into() }
        })
    };
    let done = destroy(&parts, disposal(1), standing, |_| ()).await.unwrap();
    assert!(matches!(&done[0].outcome, Outcome::Stopped(why) if why.contains("changed since the approval")));
    assert!(matches!(&done[1].outcome, Outcome::Stopped(why) if why.contains("2040")));
    assert!(!site.keys_of(one).await.is_empty() && !site.keys_of(two).await.is_empty());
}

#[tokio::test]
async fn replicas_go_too_and_what_a_backup_brings_back_goes_again() {
    let site = Site::new(3).await;
    let (one, two) = (site.archive(1).await, site.archive(2).await);
    let replica = Vault::folder(&site._folder.path().join("replica"), site.clock.clone()).unwrap();
    let saved = tempfile::tempdir().unwrap();
    for place in ["archive", "replica"] {
        let from = site._folder.path().join("archive");
        copy_all(&from, &saved.path().join(place));
    }
    copy_all(&site._folder.path().join("archive"), &site._folder.path().join("replica"));
    site.approve(1, &[one]).await;
    let mut places = site.places();
    places.push(Place { name: "second site".into(), vault: replica.clone() });
    site.destroy_in(1, &places).await.unwrap();
    for vault in [&site.vault, &replica] {
        assert!(vault.versions(&object_folder(one)).await.unwrap().is_empty());
        assert_eq!(tombstone::read(vault, one).await.unwrap().unwrap().disposal, disposal(1));
    }
    let removed = site.store.removed_objects(disposal(1), one).await.unwrap();
    assert_eq!(removed.iter().filter(|object| object.place == "second site").count() * 2, removed.len());
    let issued = site.certify(1, &places).await.unwrap();
    assert!(verify(&issued.pdf, site.key.public().fingerprint()).is_ok());
    // A backup is laid over it.
    copy_all(&saved.path().join("archive"), &site._folder.path().join("archive"));
    assert!(!site.keys_of(one).await.is_empty());
    assert_eq!(replay(&site.vault, object_folder).await.unwrap(), vec![one]);
    assert!(site.keys_of(one).await.is_empty() && !site.keys_of(two).await.is_empty());
    assert_eq!(replay(&site.vault, object_folder).await.unwrap(), vec![]);
}

#[tokio::test]
async fn a_record_of_thousands_of_objects_is_told_in_several_entries() {
    let site = Site::new(3).await;
    let one = site.archive(1).await;
    for number in 0..2_100 {
        let path = site._folder.path().join("archive").join(object_folder(one)).join("v2/content");
        std::fs::write(path.join(format!("{number:0200}")), "page").unwrap();
    }
    site.approve(1, &[one]).await;
    let before = site.store.ledger_size().await.unwrap();
    site.destroy_in(1, &failing(&site, 3)).await.unwrap_err();
    assert_eq!(site.store.ledger_size().await.unwrap(), before + 3);
    let all = site.store.objects_to_remove(disposal(1), one).await.unwrap().len();
    assert!(all > 2_100, "{all}");
}

#[tokio::test]
async fn what_comes_into_the_folder_meanwhile_goes_too() {
    let site = Site::new(3).await;
    let one = site.archive(1).await;
    site.approve(1, &[one]).await;
    site.destroy_in(1, &failing(&site, 5)).await.unwrap_err();
    let late = format!("{}/v3/content/late.json", object_folder(one));
    site.vault.create(&late, Body::Bytes(bytes("late")), None).await.unwrap();
    assert_eq!(site.destroy(1).await.unwrap()[0].outcome, Outcome::Destroyed);
    assert!(site.keys_of(one).await.is_empty());
    let removed = site.store.removed_objects(disposal(1), one).await.unwrap();
    assert!(removed.iter().any(|object| object.key == late));
    assert!(why(site.fact(super::ANN, site.proposal(2, &[one])).await).contains("not in the archive"));
}

pub fn copy_all(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    let status = std::process::Command::new("cp").arg("-a").arg(from.join(".")).arg(to).status().unwrap();
    assert!(status.success());
}
