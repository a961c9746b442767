//! The machine stops at every single write of a destruction: the next run completes it, and the certificate is the same
//! whatever happened on the way.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use muniment::archive::Vault;
use muniment::chart::Clock;
use muniment::disposal::{Outcome, Place, tombstone, verify};
use muniment::store::{DisposalState, RecordState};

use super::{Site, disposal};
use crate::support::faulty_store::{Fault, FaultyStore};

#[tokio::test]
async fn a_crash_at_any_write_is_gone_on_with() {
    let site = Site::new(3).await;
    let (places, writes) = faulty(&site, 0, Fault::Before);
    whole(&site, &places).await.unwrap();
    let all = writes.load(Ordering::SeqCst);
    assert!(all > 20, "{all} writes");
    for fault in [Fault::Before, Fault::After, Fault::Torn] {
        for at in 1..=all {
            crash(at, fault).await;
        }
    }
}

async fn crash(at: u64, fault: Fault) {
    let site = Site::new(3).await;
    let (places, _) = faulty(&site, at, fault);
    let stopped = whole(&site, &places).await;
    assert!(stopped.is_err(), "write {at} failed unseen");
    // Until all of it is gone, the record is not called destroyed.
    let record = super::record(1);
    let state = site.store.archive_record(record).await.unwrap().unwrap().state;
    if !site.keys_of(record).await.is_empty() {
        assert_eq!(state, RecordState::Archived, "write {at}");
    }
    if state == RecordState::Destroyed {
        assert!(tombstone::read(&site.vault, record).await.unwrap().is_some(), "write {at}");
    }
    site.clock.advance(jiff::SignedDuration::from_mins(3));
    let done = site.destroy(1).await.unwrap();
    assert!(done.iter().all(|ready| ready.outcome == Outcome::Destroyed), "write {at}: {done:?}");
    assert!(site.keys_of(record).await.is_empty());
    let row = site.store.disposal(disposal(1)).await.unwrap().unwrap();
    if row.state != DisposalState::Certified {
        site.certify(1, &site.places()).await.unwrap();
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
async fn whole(site: &Site, places: &[Place]) -> Result<(), Box<dyn std::error::Error>> {
    let record = site.archive(1).await;
    site.approve(1, &[record]).await;
    site.destroy_in(1, places).await?;
    site.certify(1, places).await?;
    assert!(site.clock.now() > jiff::Timestamp::UNIX_EPOCH);
    Ok(())
}

fn faulty(site: &Site, at: u64, fault: Fault) -> (Vec<Place>, Arc<std::sync::atomic::AtomicU64>) {
    let folder = site._folder.path().join("archive");
    let mut writes = None;
    let vault = Vault::folder_through(&folder, site.clock.clone(), |inner| {
        let store = FaultyStore::new(inner, folder.clone(), at, fault);
        writes = Some(store.writes());
        Arc::new(store)
    });
    (vec![Place::archive(vault.unwrap())], writes.unwrap())
}
