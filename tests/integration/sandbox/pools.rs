//! Children on loan.

use super::*;

#[tokio::test]
async fn a_pool_reuses_replaces_and_recycles_its_children() {
    let pool = pool(1, Recycle { after_calls: 3, above_resident_bytes: u64::MAX });
    let mut pids = Vec::new();
    for _ in 0..4 {
        let mut leased = pool.lease().await.unwrap();
        pids.push(leased.pid().unwrap());
        well_behaved(&mut leased).await;
    }
    assert!(pids[0] == pids[1] && pids[1] == pids[2] && pids[2] != pids[3], "{pids:?}");
    assert!(gone_within(pids[0], PATIENT));

    let mut leased = pool.lease().await.unwrap();
    leased.call::<_, Outcome>(&Deed::Abort, &[], PATIENT).await.unwrap_err();
    drop(leased);
    let mut leased = pool.lease().await.unwrap();
    assert_ne!(leased.pid().unwrap(), pids[3]);
    well_behaved(&mut leased).await;
}

#[tokio::test]
async fn a_child_that_has_grown_is_replaced() {
    let pool = pool(1, Recycle { after_calls: u64::MAX, above_resident_bytes: 1 });
    let first = pool.lease().await.unwrap().pid();
    assert_ne!(first, pool.lease().await.unwrap().pid());
}

#[tokio::test]
async fn a_pool_lends_no_more_than_its_size_and_ends_all_at_shut_down() {
    let pool = pool(2, Recycle { after_calls: 100, above_resident_bytes: u64::MAX });
    let (first, second) = (pool.lease().await.unwrap(), pool.lease().await.unwrap());
    assert!(tokio::time::timeout(Duration::from_millis(100), pool.lease()).await.is_err());
    let pids = [first.pid().unwrap(), second.pid().unwrap()];
    drop(first);
    pool.shut_down().await;
    assert!(!exists(pids[0]));
    assert!(matches!(pool.lease().await, Err(StartError::ShutDown)));
    drop(second);
    assert!(gone_within(pids[1], PATIENT));
}

async fn well_behaved(leased: &mut Leased<'_>) {
    let (outcome, _) = leased.call::<_, Outcome>(&Deed::Read, &[], PATIENT).await.unwrap();
    assert_eq!(outcome, Outcome::Done("0:0".into()));
}

fn pool(size: usize, recycle: Recycle) -> Pool {
    let launch = Launch::new(OWN, ["child", "probe"], &Setup::Orderly, Limits::default(), PATIENT).unwrap();
    Pool::new(launch, size, recycle)
}
