//! Work that comes again and again, and what is noted of locks and copies.

use muniment::chart::RecordId;
use muniment::store::{DutyClaim, LockDifference, SeenLocks, TurnEnd};

use super::*;

const EVERY: SignedDuration = SignedDuration::from_secs(1000);

async fn claimed(store: &Store, number: u128, now: Timestamp) -> Option<DutyClaim> {
    store.claim_duty("fixity", worker(number), now, EVERY, LEASE).await.expect("looks")
}

pub(super) async fn a_duty_has_one_worker_at_a_time(store: Store) {
    for now in [100, 101] {
        store.begin_duty("fixity", at(now)).await.expect("is known");
    }
    store.start_worker(worker(1), "host/1", None, at(100)).await.expect("starts");
    let first = claimed(&store, 1, at(100)).await.expect("never done");
    assert!(claimed(&store, 2, at(150)).await.is_none());
    store.renew_duty(&first, at(150), LEASE).await.expect("renews");
    assert!(claimed(&store, 2, at(205)).await.is_none());
    let second = claimed(&store, 2, at(211)).await.expect("the lease ran out");
    let done = TurnEnd::Done { attention: true, told: "one file is damaged".into() };
    assert!(matches!(store.renew_duty(&first, at(212), LEASE).await, Err(StoreError::ClaimLost { .. })));
    assert!(matches!(store.end_duty(&first, &done, at(212)).await, Err(StoreError::ClaimLost { .. })));
    assert!(matches!(store.keep_duty_progress(&first, "x").await, Err(StoreError::ClaimLost { .. })));
    // Stopped, it goes on where it was.
    store.keep_duty_progress(&second, "record 7").await.expect("keeps");
    store.end_duty(&second, &TurnEnd::Stopped, at(220)).await.expect("ends");
    let third = claimed(&store, 1, at(221)).await.expect("it was cut short");
    assert_eq!(third.progress.as_deref(), Some("record 7"));
    store.end_duty(&third, &done, at(230)).await.expect("ends");
    let row = store.duties().await.expect("lists").pop().expect("is known");
    assert_eq!((row.known_at, row.ended_at, row.attention, row.claimed), (at(100), Some(at(230)), true, false));
    // Done, it is due after its interval; failed, after its back-off.
    assert!(claimed(&store, 1, at(1229)).await.is_none());
    let fourth = claimed(&store, 1, at(1230)).await.expect("due again");
    assert_eq!(fourth.progress, None);
    let failed = TurnEnd::Failed { why: "no disk".into(), again_at: at(1300) };
    store.end_duty(&fourth, &failed, at(1240)).await.expect("ends");
    assert!(claimed(&store, 1, at(1299)).await.is_none());
    let fifth = claimed(&store, 1, at(1300)).await.expect("tried again");
    assert_eq!(fifth.failures, 1);
    // A worker that stops gives it back; one that is known to be dead loses it at once.
    store.release_all(worker(1), at(1301)).await.expect("releases");
    assert!(claimed(&store, 1, at(1301)).await.is_some());
    store.expire_leases(worker(1), at(1302)).await.expect("expires");
    assert!(claimed(&store, 2, at(1302)).await.is_some());
}

pub(super) async fn locks_copies_and_differences_are_kept(store: Store) {
    let record = RecordId::from_uuid(Uuid::from_u128(7));
    let seen = SeenLocks {
        record,
        location: "archive",
        versions: 9,
        last_end: Some(at(500)),
        held: false,
        seen_at: at(100),
        look_at: at(300),
    };
    store.keep_locks(&seen).await.expect("keeps");
    store.keep_locks(&SeenLocks { location: "replica", last_end: Some(at(400)), ..seen }).await.expect("keeps");
    assert_eq!(store.locked_until(record).await.expect("reads"), Some(at(500)));
    // Nobody knows of such a record: it is in no list.
    assert_eq!(store.locks_due("archive", at(400), None, 9).await.expect("lists"), []);
    assert_eq!(store.locks_due("replica", at(400), Some(record), 9).await.expect("lists"), []);
    let differing = |key: &str| LockDifference {
        key: key.to_owned(),
        version: "1".into(),
        kind: "hold-missing".into(),
        told: "a hold covers it".into(),
    };
    let keep = async |found: &[LockDifference], now| {
        store.keep_lock_differences(record, "archive", found, at(now)).await.expect("keeps");
    };
    keep(&[differing("a"), differing("b")], 100).await;
    keep(&[differing("b")], 200).await;
    let open = store.open_lock_differences(9).await.expect("lists");
    assert_eq!((open.len(), open[0].difference.key.as_str(), open[0].found_at), (1, "b", at(100)));
    let figures = store.lock_figures(at(150)).await.expect("counts");
    assert_eq!((figures.open, figures.mended), (1, 1));
    assert_eq!(store.lock_figures(at(201)).await.expect("counts").mended, 0);
    store.keep_replication(record, 2, at(300)).await.expect("keeps");
    assert_eq!(store.locked_until(record).await.expect("reads"), Some(at(500)));
    assert_eq!(store.records_to_copy(None, 9).await.expect("lists"), []);
    assert_eq!(store.replica_figures().await.expect("counts"), muniment::store::ReplicaFigures::default());
    assert_eq!(store.records_unchecked_since("archive", at(900)).await.expect("counts"), 0);
    store.forget_custody(record).await.expect("forgets");
    assert_eq!(store.locked_until(record).await.expect("reads"), None);
    assert_eq!(store.open_lock_differences(9).await.expect("lists"), []);
}
