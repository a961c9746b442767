//! Encrypted scans, and the workers that may or may not have their password.

use super::*;

pub(super) async fn an_encrypted_scan_stays_open_to_whoever_may_have_its_password(store: Store) {
    let first = store.open_batch(&batch(1, "box 1")).await.expect("opens").batch;
    let other = store.open_batch(&batch(2, "box 2")).await.expect("opens").batch;
    deliver(&store, 1, &first, "locked", "/in/a.pdf").await;
    let refuse = Reject::file(RejectReason::NeedsPassword, "Retry it with a password.");
    assert!(store.claim_locked_scan(worker(2), first.id, at(99), LEASE).await.expect("claims").is_none());

    // A worker without the password was faster.
    let claimed = store.claim_scan(worker(1), at(100), LEASE).await.expect("claims").expect("due");
    store.reject_scan(&claimed.claim, &refuse, at(100)).await.expect("rejects");
    assert!(store.claim_scan(worker(2), at(101), LEASE).await.expect("claims").is_none());
    assert!(store.claim_locked_scan(worker(1), first.id, at(101), LEASE).await.expect("claims").is_none());
    assert!(store.claim_locked_scan(worker(2), other.id, at(101), LEASE).await.expect("claims").is_none());

    // A run with a wrong one tries it once; two such runs do not take turns for ever.
    for number in [2, 3] {
        assert_eq!(store.locked_scans(worker(number), first.id).await.expect("counts"), 1);
        let claimed = store.claim_locked_scan(worker(number), first.id, at(102), LEASE).await.expect("claims");
        store.reject_scan(&claimed.expect("not tried").claim, &refuse, at(102)).await.expect("rejects");
    }
    for number in [1, 2, 3] {
        assert!(store.claim_locked_scan(worker(number), first.id, at(103), LEASE).await.expect("claims").is_none());
        assert_eq!(store.locked_scans(worker(number), first.id).await.expect("counts"), 0);
    }

    // The right one opens it, also for a batch that brought the same bytes again.
    deliver(&store, 2, &other, "locked", "/in/b.pdf").await;
    let claimed = store.claim_locked_scan(worker(4), other.id, at(104), LEASE).await.expect("claims").expect("due");
    assert!(store.claim_locked_scan(worker(5), first.id, at(104), LEASE).await.expect("claims").is_none());
    store.open_scan(&claimed.claim, &scan_of(1, 1), at(105)).await.expect("opens");
    assert_eq!(store.locked_scans(worker(5), first.id).await.expect("counts"), 0);
    assert!(store.rejects(first.id, None, 10).await.expect("lists").is_empty());
}
