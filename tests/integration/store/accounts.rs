//! What is counted and listed, and what is put back in the queue.

use super::*;

pub(super) async fn rejects_are_listed_and_can_be_retried(store: Store) {
    let batch = opened(&store, 2).await;
    deliver(&store, 2, &batch, "locked", "/in/locked.pdf").await;
    deliver(&store, 3, &batch, "broken", "/in/broken.pdf").await;
    deliver(&store, 4, &batch, "locked", "/in/locked again.pdf").await;
    for _ in 0..2 {
        let claimed = store.claim_scan(worker(1), at(1000), LEASE).await.expect("claims").expect("due");
        let locked = claimed.claim.scan == Digest::of(b"locked");
        let reason = if locked { RejectReason::NeedsPassword } else { RejectReason::Damaged };
        store.reject_scan(&claimed.claim, &Reject::file(reason, "What to do."), at(1001)).await.expect("rejects");
    }
    let pages = claim(&store, 1, 2, at(1001)).await;
    let reject = Reject::file(RejectReason::TooManyPixels, "Scan it at 600 dpi.");
    store.reject_page(&pages[1].claim, &reject, at(1002)).await.expect("rejects");
    finish(&store, &pages[0], at(1002)).await.expect("finishes");
    assert_eq!(state(&store, 1).await, DocumentState::Read { pages_failed: 1 });

    let counts = store.batch_counts(batch.id).await.expect("counts");
    assert_eq!((counts.deliveries, counts.repeated, counts.files_rejected), (4, 1, 2));
    assert_eq!((counts.pages, counts.pages_done, counts.pages_rejected), (2, 1, 1));
    let all = store.rejects(batch.id, None, 10).await.expect("lists");
    let of = |index: usize| (all[index].reject.reason, all[index].reject.page.map(PageNumber::get));
    assert_eq!(all.len(), 3);
    assert_eq!(of(0), (RejectReason::TooManyPixels, Some(2)));
    assert_eq!(of(1), (RejectReason::NeedsPassword, None));
    assert_eq!(of(2), (RejectReason::Damaged, None));
    let rest = store.rejects(batch.id, Some((all[0].delivery, 2)), 1).await.expect("lists");
    assert_eq!(rest[0].reject.reason, RejectReason::NeedsPassword);

    assert_eq!(store.retry_scans(batch.id, ScanState::NeedsPassword, at(1003)).await.expect("retries"), 1);
    let claimed = store.claim_scan(worker(1), at(1003), LEASE).await.expect("claims").expect("due again");
    let opened = OpenedScan { decrypted_key: Some("copy".into()), ..scan_of(2, 1) };
    store.open_scan(&claimed.claim, &opened, at(1004)).await.expect("opens");
    assert_eq!(store.retry_pages(PageSelection::Document(document_id(1)), at(1004)).await.expect("retries"), 1);
    let pages = claim(&store, 1, 9, at(1004)).await;
    assert_eq!(pages.len(), 2);
    assert_eq!(pages.iter().filter_map(|page| page.decrypted_key.as_deref()).collect::<Vec<_>>(), ["copy"]);
    let left = store.rejects(batch.id, None, 10).await.expect("lists");
    assert_eq!(left.iter().map(|reject| reject.reject.reason).collect::<Vec<_>>(), [RejectReason::Damaged]);

    // A scan whose attempts fail is rejected with the reason of the last one.
    assert!(store.retry_scan(Digest::of(b"broken"), at(2000)).await.expect("retries"));
    for failed in 1..=3 {
        let claimed = store.claim_scan(worker(1), at(2000 + 30 * failed), LEASE).await.expect("claims").expect("due");
        let reject = Reject::file(RejectReason::TimeLimit, "It took too long.");
        let attempt = store.fail_scan_attempt(&claimed.claim, &reject, at(2000 + 30 * failed), BACK_OFF).await;
        assert_eq!(attempt.expect("fails") == Attempt::GivenUp, failed == 3);
    }
    let left = store.rejects(batch.id, None, 10).await.expect("lists");
    assert_eq!(left.iter().map(|reject| reject.reject.reason).collect::<Vec<_>>(), [RejectReason::TimeLimit]);
}

pub(super) async fn a_batch_answers_for_bytes_that_another_brought_first(store: Store) {
    let first = opened(&store, 3).await;
    let second = store.open_batch(&batch(2, "box 2")).await.expect("opens").batch;
    deliver(&store, 2, &first, "locked", "/in/locked.pdf").await;
    for (number, content, path) in
        [(11, "scan 1", "/again/1.tif"), (12, "scan 1", "/again/2.tif"), (13, "locked", "/again/locked.pdf")]
    {
        let recorded = deliver(&store, number, &second, content, path).await;
        assert!(matches!(recorded, Recorded::Repeated { .. }), "{recorded:?}");
    }
    let other = store.open_batch(&batch(3, "box 3")).await.expect("opens").batch;
    deliver(&store, 21, &other, "", "/other/empty.tif").await;

    let left = store.work_left(Some(second.id)).await.expect("counts");
    assert_eq!((left.scans, left.pages), (1, 3));
    let left = store.work_left(Some(other.id)).await.expect("counts");
    assert_eq!((left.scans, left.pages), (0, 0));

    let claimed = store.claim_scan(worker(1), at(1000), LEASE).await.expect("claims").expect("due");
    let reject = Reject::file(RejectReason::NeedsPassword, "Retry it with a password.");
    store.reject_scan(&claimed.claim, &reject, at(1000)).await.expect("rejects");
    let pages = claim(&store, 1, 3, at(1001)).await;
    finish(&store, &pages[0], at(1002)).await.expect("finishes");
    let reject = Reject::file(RejectReason::TooManyPixels, "Scan it at 600 dpi.");
    store.reject_page(&pages[1].claim, &reject, at(1002)).await.expect("rejects");
    for attempt in 0..3 {
        let page =
            if attempt == 0 { pages[2].clone() } else { claim(&store, 1, 1, at(1002 + 100 * attempt)).await.remove(0) };
        store.fail_page_attempt(&page.claim, "crash", at(1002 + 100 * attempt), BACK_OFF).await.expect("fails");
    }

    let counts = store.batch_counts(second.id).await.expect("counts");
    let expected = BatchCounts {
        deliveries: 3,
        repeated: 3,
        files_rejected: 1,
        pages: 3,
        pages_done: 1,
        pages_rejected: 1,
        pages_failed: 1,
        ..BatchCounts::default()
    };
    assert_eq!(counts, expected, "each content counts once, however often the batch brought it");
    assert_eq!(store.reliability(Some(second.id)).await.expect("counts").unreliable, 2);
    assert_eq!(store.batch_counts(other.id).await.expect("counts").pages, 0);

    let rejects = store.rejects(second.id, None, 10).await.expect("lists");
    let listed: Vec<_> = rejects.iter().map(|reject| (reject.source_name.as_str(), reject.reject.reason)).collect();
    assert_eq!(
        listed,
        [("/again/1.tif", RejectReason::TooManyPixels), ("/again/locked.pdf", RejectReason::NeedsPassword)]
    );
    let rest = store.rejects(second.id, Some((rejects[0].delivery, 2)), 10).await.expect("lists");
    assert_eq!(rest.len(), 1);
    let to_check = store.deliveries_to_check(second.id, None, 10).await.expect("lists");
    assert_eq!(
        to_check.iter().map(|file| (file.id, file.pages_rejected, file.pages_failed)).collect::<Vec<_>>(),
        [(delivery_id(11), 1, 1), (delivery_id(13), 0, 0)]
    );
    let rest = store.deliveries_to_check(second.id, Some(delivery_id(11)), 10).await.expect("lists");
    assert_eq!(rest.iter().map(|file| file.id).collect::<Vec<_>>(), [delivery_id(13)]);
    assert_eq!(store.deliveries_to_check(other.id, None, 10).await.expect("lists")[0].id, delivery_id(21));

    assert_eq!(store.retry_pages(PageSelection::Batch(other.id), at(2000)).await.expect("retries"), 0);
    assert_eq!(store.retry_pages(PageSelection::Batch(second.id), at(2000)).await.expect("retries"), 2);
    assert_eq!(store.retry_scans(second.id, ScanState::NeedsPassword, at(2000)).await.expect("retries"), 1);
    let left = store.work_left(Some(first.id)).await.expect("counts");
    assert_eq!((left.scans, left.pages), (1, 2), "the batch that brought it first sees the same");
}

pub(super) async fn what_a_search_cannot_see_and_what_the_index_holds_are_counted(store: Store) {
    let batch = opened(&store, 3).await;
    deliver(&store, 2, &batch, "another", "/in/2.tif").await;
    assert_eq!(store.not_ready().await.expect("counts"), (1, 3));
    assert_eq!(store.indexable_pages().await.expect("counts"), 0);
    let pages = claim(&store, 1, 3, at(1001)).await;
    assert_eq!(store.not_ready().await.expect("counts"), (1, 3), "claimed is not read");
    finish(&store, &pages[0], at(1002)).await.expect("finishes");
    let reject = Reject::file(RejectReason::TooManyPixels, "Scan it at 600 dpi.");
    store.reject_page(&pages[1].claim, &reject, at(1002)).await.expect("rejects");
    assert_eq!(store.not_ready().await.expect("counts"), (1, 1));
    assert_eq!(store.indexable_pages().await.expect("counts"), 2);
    assert_eq!(store.indexed_pages(None, 10).await.expect("lists").len(), 2);
    // A page with a result that is read again can be found all the while.
    let again = PageSelection::Page(pages[0].claim.page);
    assert_eq!(store.reprocess(again, &pipeline(2), at(1003)).await.expect("queues"), 1);
    assert_eq!(store.not_ready().await.expect("counts"), (1, 1));
    assert_eq!(store.indexable_pages().await.expect("counts"), 2);
}

pub(super) async fn pages_are_listed_for_a_rebuild_in_a_stable_order(store: Store) {
    let batch = opened(&store, 5).await;
    opened_in(&store, &batch, 2, 4).await;
    for page in claim(&store, 1, 8, at(1001)).await {
        finish(&store, &page, at(1002)).await.expect("finishes");
    }
    let mut listed = Vec::new();
    let mut after = None;
    loop {
        let pages = store.indexed_pages(after, 3).await.expect("lists");
        let Some(last) = pages.last() else { break };
        after = Some((last.document, last.position));
        listed.extend(pages.iter().map(|page| (page.document, page.position)));
        assert!(pages.iter().all(|page| page.object_key.is_some() && page.batch == batch.id));
    }
    let expected: Vec<_> = [(1, 5), (2, 3)]
        .into_iter()
        .flat_map(|(document, last)| (1..=last).map(move |position| (document_id(document), position)))
        .collect();
    assert_eq!(listed, expected);
}

pub(super) async fn long_lists_come_in_parts(store: Store) {
    let batch = opened(&store, 1501).await;
    let pages = store.document_pages(document_id(1), 1490, 100).await.expect("lists");
    assert_eq!(
        pages.iter().map(|page| page.view.page.number.get()).collect::<Vec<_>>(),
        (1491..=1501).collect::<Vec<_>>()
    );
    for number in 2..=5 {
        opened_in(&store, &batch, number, 1).await;
    }
    let first = store.documents(Some(batch.id), None, 3).await.expect("lists");
    let rest = store.documents(Some(batch.id), Some(first[2].id), 3).await.expect("lists");
    assert_eq!((first.len(), rest.len()), (3, 2));
    assert_eq!(store.deliveries(batch.id, Some(delivery_id(3)), 9).await.expect("lists").len(), 2);
    let whole = document_id(4).to_string().to_uppercase();
    let found = store.documents_by_prefix(&whole, 9).await.expect("finds");
    assert_eq!(found.iter().map(|document| document.id).collect::<Vec<_>>(), [document_id(4)]);
    assert_eq!(store.documents_by_prefix(&whole[..10], 9).await.expect("finds").len(), 5);
    assert!(store.documents_by_prefix("%", 9).await.expect("finds").is_empty());
    // Pages of the scan that came first come first.
    let claimed = claim(&store, 1, 5, at(2000)).await;
    assert_eq!(claimed.iter().map(|page| page.claim.page.number.get()).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
}
