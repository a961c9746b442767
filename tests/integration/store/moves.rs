//! Whatever workers do, in whatever order, the books agree.

use super::*;

/// What a worker may do next; the store must keep its books whatever the order.
#[derive(Debug, Clone, Copy)]
enum Move {
    Claim { worker: u8, most: u8 },
    Finish { pick: u8 },
    Fail { pick: u8 },
    Reject { pick: u8 },
    Stop { worker: u8 },
    Wait { seconds: u8 },
}

fn moves() -> impl proptest::strategy::Strategy<Value = Vec<Move>> {
    use proptest::prelude::*;
    let one = prop_oneof![
        4 => (0..3_u8, 1..4_u8).prop_map(|(worker, most)| Move::Claim { worker, most }),
        4 => any::<u8>().prop_map(|pick| Move::Finish { pick }),
        2 => any::<u8>().prop_map(|pick| Move::Fail { pick }),
        1 => any::<u8>().prop_map(|pick| Move::Reject { pick }),
        1 => (0..3_u8).prop_map(|worker| Move::Stop { worker }),
        3 => (0..90_u8).prop_map(|seconds| Move::Wait { seconds }),
    ];
    proptest::collection::vec(one, 1..60)
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

    /// Stale claims included: each page ends at most once, and the document always agrees with its pages.
    #[test]
    fn the_books_agree_whatever_workers_do(moves in moves()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("runtime");
        runtime.block_on(play(moves));
    }
}

async fn play(moves: Vec<Move>) {
    let folder = tempfile::tempdir().expect("temporary folder");
    let url = format!("sqlite:{}", folder.path().join("muniment.db").display());
    let store = Store::open(&url).await.expect("opens");
    let batch = opened(&store, 5).await;
    let mut now = at(1000);
    let mut claims: Vec<ClaimedPage> = Vec::new();
    let mut ended = BTreeMap::new();
    for step in moves {
        let picked = |pick: u8| claims.get(usize::from(pick) % claims.len().max(1));
        match step {
            Move::Claim { worker, most } => claims.extend(claim(&store, worker.into(), most.into(), now).await),
            Move::Wait { seconds } => now += SignedDuration::from_secs(seconds.into()),
            Move::Stop { worker: number } => {
                store.release_all(worker(number.into()), now).await.expect("releases");
            }
            Move::Finish { pick } => {
                if let Some(page) = picked(pick)
                    && finish(&store, page, now).await.is_ok()
                {
                    *ended.entry(page.claim.page).or_insert(0) += 1;
                }
            }
            Move::Reject { pick } => {
                let reject = Reject::file(RejectReason::Damaged, "Scan it again.");
                if let Some(page) = picked(pick)
                    && store.reject_page(&page.claim, &reject, now).await.is_ok()
                {
                    *ended.entry(page.claim.page).or_insert(0) += 1;
                }
            }
            Move::Fail { pick } => {
                if let Some(page) = picked(pick)
                    && let Ok(Attempt::GivenUp) =
                        store.fail_page_attempt(&page.claim, "crash", now, Duration::ZERO).await
                {
                    *ended.entry(page.claim.page).or_insert(0) += 1;
                }
            }
        }
        assert!(ended.values().all(|&times| times == 1), "{ended:?}");
        let counts = store.batch_counts(batch.id).await.expect("counts");
        assert_eq!(counts.pages, 5);
        assert_eq!(counts.pages_waiting + counts.pages_done + counts.pages_failed + counts.pages_rejected, 5);
        let lost = counts.pages_done + counts.pages_failed + counts.pages_rejected - ended.len() as u64;
        assert_eq!(lost, 0, "nothing ends but by a worker's word within so few leases");
        let expected = match (counts.pages_waiting as u32, (counts.pages_failed + counts.pages_rejected) as u32) {
            (0, pages_failed) => DocumentState::Read { pages_failed },
            (pages_left, pages_failed) => DocumentState::Reading { pages_left, pages_failed },
        };
        assert_eq!(state(&store, 1).await, expected);
        assert_eq!(store.outbox_length().await.expect("counts"), ended.len() as u64);
    }
    store.close().await;
}
