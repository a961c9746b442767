//! Work is claimed, finished exactly once, given back, or given up.

use super::*;

pub(super) async fn a_scan_is_claimed_opened_and_becomes_a_document(store: Store) {
    let batch = store.open_batch(&batch(1, "box 1")).await.expect("opens").batch;
    deliver(&store, 1, &batch, "bytes", "/in/a.tif").await;
    let first = store.claim_scan(worker(1), at(100), LEASE).await.expect("claims").expect("due");
    assert_eq!(first.attempts, 0);
    assert!(store.claim_scan(worker(2), at(159), LEASE).await.expect("claims").is_none());
    assert!(store.renew(&[(&first.claim).into()], at(159), LEASE).await.expect("renews").is_empty());
    assert!(store.claim_scan(worker(2), at(200), LEASE).await.expect("claims").is_none());
    let second = store.claim_scan(worker(2), at(220), LEASE).await.expect("claims").expect("the lease ran out");
    let refused = store.open_scan(&first.claim, &scan_of(1, 3), at(221)).await;
    assert!(matches!(refused, Err(StoreError::ClaimLost { .. })));
    let lost = Claim::from(&first.claim);
    assert_eq!(store.renew(std::slice::from_ref(&lost), at(221), LEASE).await.expect("looks"), [lost]);
    assert!(store.documents(None, None, 10).await.expect("lists").is_empty());

    store.open_scan(&second.claim, &scan_of(1, 3), at(222)).await.expect("opens");
    let again = store.open_scan(&second.claim, &scan_of(2, 3), at(223)).await;
    assert!(matches!(again, Err(StoreError::ClaimLost { .. })));
    let documents = store.documents(Some(batch.id), None, 10).await.expect("lists");
    assert_eq!(documents.len(), 1);
    assert_eq!((documents[0].pages, documents[0].source_name.as_str()), (3, "/in/a.tif"));
    assert_eq!(documents[0].state, DocumentState::Reading { pages_left: 3, pages_failed: 0 });
    let pages = store.document_pages(document_id(1), 1, 10).await.expect("lists");
    assert_eq!(pages.iter().map(|page| page.position).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(pages[1].record.dpi, Some((200.0, 200.0)));
    assert_eq!(pages[0].record.dpi, None);
    assert!(pages[0].current.is_none());
    let scan = store.scan(Digest::of(b"bytes")).await.expect("reads").expect("exists");
    assert_eq!((scan.state, scan.page_count, scan.format.as_deref()), (ScanState::Opened, Some(3), Some("tiff")));
    let left = store.work_left(Some(batch.id)).await.expect("counts");
    assert_eq!((left.scans, left.pages), (0, 3));
    let other = store.open_batch(&self::batch(2, "box 2")).await.expect("opens").batch;
    assert!(store.is_work_left(Some(batch.id)).await.expect("looks"));
    assert!(!store.is_work_left(Some(other.id)).await.expect("looks"));
    let own = |batch: &Batch| Some((PageSelection::Batch(batch.id), pipeline(1).digest));
    assert_eq!(store.due_pages(own(&batch), at(222), 2).await.expect("counts"), 2);
    assert_eq!(store.due_pages(own(&batch), at(222), 9).await.expect("counts"), 3);
    assert_eq!(store.due_pages(own(&batch), at(221), 9).await.expect("counts"), 0);
    assert_eq!(store.due_pages(own(&other), at(222), 9).await.expect("counts"), 0);
}

pub(super) async fn a_page_is_finished_exactly_once(store: Store) {
    let batch = opened(&store, 3).await;
    let claimed = claim(&store, 1, 2, at(1001)).await;
    assert_eq!(claimed.iter().map(|page| page.claim.page.number.get()).collect::<Vec<_>>(), [1, 2]);
    let text = text_of(claimed[0].claim.page, pipeline(1), &[FindingKind::Blank]);
    store.finish_page(&claimed[0].claim, &text, "key 1", at(1002)).await.expect("finishes");
    let again = store.finish_page(&claimed[0].claim, &text, "key 1", at(1003)).await;
    assert!(matches!(again, Err(StoreError::ClaimLost { .. })));
    let failing = store.fail_page_attempt(&claimed[0].claim, "crash", at(1003), BACK_OFF).await;
    assert!(matches!(failing, Err(StoreError::ClaimLost { .. })));
    let other = text_of(claimed[1].claim.page, pipeline(7), &[]);
    let other = store.finish_page(&claimed[1].claim, &other, "key 2", at(1003)).await;
    assert!(matches!(other, Err(StoreError::OtherPipeline { .. })));
    assert_eq!(finish(&store, &claimed[1], at(1004)).await.expect("finishes"), Standing::Current);
    assert_eq!(state(&store, 1).await, DocumentState::Reading { pages_left: 1, pages_failed: 0 });
    let rest = claim(&store, 1, 10, at(1005)).await;
    assert_eq!(rest.len(), 1);
    let text = text_of(rest[0].claim.page, pipeline(1), &[FindingKind::LowConfidence]);
    store.finish_page(&rest[0].claim, &text, "key 3", at(1006)).await.expect("finishes");
    assert_eq!(state(&store, 1).await, DocumentState::Read { pages_failed: 0 });

    let counts = store.batch_counts(batch.id).await.expect("counts");
    assert_eq!((counts.pages, counts.pages_done, counts.pages_blank, counts.pages_waiting), (3, 3, 1, 0));
    let pages = store.document_pages(document_id(1), 0, 10).await.expect("lists");
    assert!(pages[0].view.hidden && pages[0].record.blank && pages[0].record.reliable);
    assert_eq!(pages[0].view.turn, QuarterTurns::Two);
    let current = pages[2].current.as_ref().expect("has a result");
    assert_eq!((current.object_key.as_str(), current.words, current.pipeline.revision), ("key 3", 1, 1));
    assert!(!pages[2].view.hidden && !pages[2].record.reliable);
    assert_eq!(pages[2].record.findings[0].kind, FindingKind::LowConfidence);
    let reliability = store.reliability(Some(batch.id)).await.expect("counts");
    assert_eq!((reliability.pages, reliability.unreliable, reliability.waiting), (3, 1, 0));
    assert_eq!(store.reliability(None).await.expect("counts"), reliability);
}

pub(super) async fn a_lost_lease_is_refused_and_a_late_one_taken(store: Store) {
    opened(&store, 2).await;
    let first = claim(&store, 1, 2, at(1000)).await;
    assert!(claim(&store, 2, 2, at(1059)).await.is_empty());
    let renewed = [Claim::from(&first[1].claim)];
    assert!(store.renew(&renewed, at(1050), LEASE).await.expect("renews").is_empty());
    // Page 1's lease has run out; nobody has asked for it yet, so that its late result still counts once.
    let second = claim(&store, 2, 2, at(1060)).await;
    assert_eq!(second.len(), 1);
    assert_eq!(second[0].claim.page, first[0].claim.page);
    assert!(matches!(finish(&store, &first[0], at(1061)).await, Err(StoreError::ClaimLost { .. })));
    let both = [Claim::from(&first[1].claim), Claim::from(&first[0].claim)];
    assert_eq!(store.renew(&both, at(1062), LEASE).await.expect("renews"), both[1..]);
    finish(&store, &second[0], at(1063)).await.expect("finishes");
    finish(&store, &first[1], at(5000)).await.expect("late, but nobody else has it");
    assert!(claim(&store, 3, 2, at(9000)).await.is_empty());
    assert_eq!(state(&store, 1).await, DocumentState::Read { pages_failed: 0 });
}

pub(super) async fn a_killed_child_is_no_attempt_and_its_page_waits_behind_others(store: Store) {
    opened(&store, 2).await;
    let first = claim(&store, 1, 1, at(1000)).await.remove(0);
    let lost = (&first.claim).into();
    store.interrupt(&lost, at(1000), Duration::ZERO).await.expect("interrupts");
    let again = store.interrupt(&lost, at(1000), Duration::ZERO).await;
    assert!(matches!(again, Err(StoreError::ClaimLost { .. })), "{again:?}");
    let next = claim(&store, 1, 1, at(1000)).await.remove(0);
    assert_ne!(next.claim.page, first.claim.page, "what was interrupted waits behind what was not");
    for interruption in 2..=MAX_LOST_LEASES {
        let claimed = claim(&store, 2, 1, at(1000)).await.remove(0);
        assert_eq!((claimed.claim.page, claimed.attempts), (first.claim.page, 0), "interruption {interruption}");
        store.interrupt(&(&claimed.claim).into(), at(1000), Duration::ZERO).await.expect("interrupts");
    }
    let last = claim(&store, 2, 1, at(1000)).await.remove(0);
    store.interrupt(&(&last.claim).into(), at(1000), Duration::ZERO).await.expect("interrupts");
    assert!(claim(&store, 2, 1, at(1000)).await.is_empty(), "not for ever");
    let record = store.page(first.claim.page).await.expect("reads").expect("exists");
    assert_eq!(record.work, PageWork::Failed);
}

pub(super) async fn three_failed_attempts_leave_a_page_to_a_person(store: Store) {
    let batch = opened(&store, 2).await;
    let mut now = 1000;
    for failed in 1..=3 {
        let mut claimed = claim(&store, 1, 2, at(now)).await;
        claimed.sort_by_key(|page| page.claim.page);
        assert_eq!(claimed[0].claim.page.number, PageNumber::FIRST);
        assert_eq!(claimed[0].attempts, failed - 1);
        store.release_page(&claimed[1].claim, at(now), Duration::ZERO).await.expect("releases");
        let attempt = store.fail_page_attempt(&claimed[0].claim, "it took too long", at(now), BACK_OFF).await;
        let expected = if failed < 3 { Attempt::AgainLater { failed } } else { Attempt::GivenUp };
        assert_eq!(attempt.expect("fails"), expected);
        // During the back-off the other page comes first, and is given back.
        let other = claim(&store, 2, 2, at(now + 29)).await;
        assert_eq!(other.iter().map(|page| page.claim.page.number.get()).collect::<Vec<_>>(), [2]);
        store.release_all(worker(2), at(now + 29)).await.expect("releases");
        now += 30;
    }
    let page = PageId { scan: Digest::of(b"scan 1"), number: PageNumber::FIRST };
    let record = store.page(page).await.expect("reads").expect("exists");
    assert_eq!((record.work, record.reliable), (PageWork::Failed, false));
    assert_eq!(record.findings[0].kind, FindingKind::RecognitionFailed);
    assert_eq!(state(&store, 1).await, DocumentState::Reading { pages_left: 1, pages_failed: 1 });
    let rest = claim(&store, 1, 9, at(now)).await;
    finish(&store, &rest[0], at(now)).await.expect("finishes");
    assert_eq!(state(&store, 1).await, DocumentState::Read { pages_failed: 1 });
    let counts = store.batch_counts(batch.id).await.expect("counts");
    assert_eq!((counts.pages, counts.pages_done, counts.pages_failed), (2, 1, 1));
    // The index hears of a page without text.
    let outbox = store.outbox(10).await.expect("reads");
    assert_eq!(outbox.len(), 2);
    assert_eq!(outbox[0].page, page);
    assert_eq!((outbox[0].entries[0].object_key.clone(), outbox[0].entries[0].reliable), (None, false));

    assert_eq!(store.retry_pages(PageSelection::Batch(batch.id), at(now)).await.expect("retries"), 1);
    assert_eq!(state(&store, 1).await, DocumentState::Reading { pages_left: 1, pages_failed: 0 });
    let again = claim(&store, 1, 9, at(now)).await;
    assert_eq!((again.len(), again[0].attempts), (1, 0));
    finish(&store, &again[0], at(now)).await.expect("finishes");
    assert_eq!(state(&store, 1).await, DocumentState::Read { pages_failed: 0 });
    assert!(store.page(page).await.expect("reads").expect("exists").reliable);
}

pub(super) async fn leases_lost_again_and_again_end_the_work(store: Store) {
    let batch = opened(&store, 1).await;
    let mut now = 1000;
    for _ in 0..=MAX_LOST_LEASES {
        assert_eq!(claim(&store, 1, 1, at(now)).await.len(), 1);
        now += 60;
    }
    assert!(claim(&store, 1, 1, at(now)).await.is_empty());
    assert_eq!(store.batch_counts(batch.id).await.expect("counts").pages_failed, 1);
    assert_eq!(state(&store, 1).await, DocumentState::Read { pages_failed: 1 });

    deliver(&store, 2, &batch, "a scan that stops the program", "/in/2.tif").await;
    for _ in 0..=MAX_LOST_LEASES {
        assert!(store.claim_scan(worker(1), at(now), LEASE).await.expect("claims").is_some());
        now += 60;
    }
    assert!(store.claim_scan(worker(1), at(now), LEASE).await.expect("claims").is_none());
    let rejects = store.rejects(batch.id, None, 10).await.expect("lists");
    assert_eq!(rejects.iter().map(|reject| reject.reject.reason).collect::<Vec<_>>(), [RejectReason::Crash]);
}

pub(super) async fn a_clean_stop_gives_work_back(store: Store) {
    opened(&store, 3).await;
    store.start_worker(worker(1), "here", None, at(1000)).await.expect("starts");
    let first = claim(&store, 1, 3, at(1000)).await;
    assert_eq!(store.release_all(worker(1), at(1001)).await.expect("releases"), 3);
    assert!(matches!(finish(&store, &first[0], at(1002)).await, Err(StoreError::ClaimLost { .. })));
    assert!(store.workers(at(0)).await.expect("lists").is_empty());
    let second = claim(&store, 2, 3, at(1002)).await;
    assert_eq!(second.len(), 3);
    // A worker that is known to be dead: nobody waits for its leases.
    assert_eq!(store.expire_leases(worker(2), at(1003)).await.expect("expires"), 3);
    assert_eq!(claim(&store, 3, 3, at(1003)).await.len(), 3);
    assert!(matches!(finish(&store, &second[0], at(1004)).await, Err(StoreError::ClaimLost { .. })));
}

pub(super) async fn eight_workers_share_two_hundred_pages(store: Store) {
    let batch = opened(&store, 120).await;
    opened_in(&store, &batch, 2, 80).await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = store.clone();
        tasks.spawn(async move {
            let mut done = Vec::new();
            loop {
                let claimed = claim(&store, number, 3, at(1001)).await;
                if claimed.is_empty() {
                    return done;
                }
                for page in claimed {
                    finish(&store, &page, at(1002)).await.expect("finishes");
                    done.push(page.claim.page);
                    tokio::task::yield_now().await;
                }
            }
        });
    }
    let mut times = BTreeMap::new();
    for page in tasks.join_all().await.into_iter().flatten() {
        *times.entry(page).or_insert(0) += 1;
    }
    assert_eq!(times.len(), 200);
    assert!(times.values().all(|&times| times == 1));
    assert_eq!(state(&store, 1).await, DocumentState::Read { pages_failed: 0 });
    assert_eq!(state(&store, 2).await, DocumentState::Read { pages_failed: 0 });
    assert_eq!(store.outbox_length().await.expect("counts"), 200);
    let left = store.work_left(None).await.expect("counts");
    assert_eq!((left.scans, left.pages), (0, 0));
}
