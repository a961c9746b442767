//! Results of newer pipelines beside those that count.

use super::*;

pub(super) async fn a_newer_pipeline_waits_to_be_accepted(store: Store) {
    let batch = opened(&store, 3).await;
    for page in claim(&store, 1, 2, at(1001)).await {
        finish(&store, &page, at(1002)).await.expect("finishes");
    }
    let queued: Vec<_> = store.outbox(10).await.expect("reads").iter().map(|entry| entry.sequence).collect();
    assert_eq!(queued.len(), 2);
    store.acknowledge(&queued).await.expect("acknowledges");
    assert_eq!(store.outbox_length().await.expect("counts"), 0);

    // Page 3 still waits for the first pipeline and is left alone.
    let selection = PageSelection::Batch(batch.id);
    assert_eq!(store.reprocess(selection, &pipeline(2), at(1003)).await.expect("queues"), 2);
    assert_eq!(store.reprocess(selection, &pipeline(2), at(1003)).await.expect("queues"), 0);
    assert_eq!(state(&store, 1).await, DocumentState::Reading { pages_left: 1, pages_failed: 0 });
    let pages = claim(&store, 1, 9, at(1004)).await;
    assert_eq!(pages.iter().map(|page| page.pipeline.revision).collect::<Vec<_>>(), [2, 2, 1]);
    for page in &pages[..1] {
        let text = text_of(page.claim.page, pipeline(2), &[FindingKind::LowConfidence]);
        let standing = store.finish_page(&page.claim, &text, "new", at(1005)).await.expect("finishes");
        assert_eq!(standing, Standing::Candidate);
    }
    assert_eq!(store.outbox_length().await.expect("counts"), 0);
    let shown = store.document_pages(document_id(1), 0, 10).await.expect("lists");
    assert_eq!(shown[0].current.as_ref().map(|result| result.pipeline.revision), Some(1));
    assert!(shown[0].record.reliable);

    // Another pipeline's rejection or failure never takes an older result away.
    let reject = Reject::file(RejectReason::MemoryLimit, "Too large.");
    store.reject_page(&pages[1].claim, &reject, at(1005)).await.expect("ends the claim");
    assert_eq!(store.page(pages[1].claim.page).await.expect("reads").expect("exists").work, PageWork::Done);
    finish(&store, &pages[2], at(1005)).await.expect("finishes");
    assert_eq!(state(&store, 1).await, DocumentState::Read { pages_failed: 0 });
    assert_eq!(store.outbox_length().await.expect("counts"), 1);

    assert_eq!(store.accept_candidates(selection, at(1006)).await.expect("accepts"), 1);
    assert_eq!(store.outbox_length().await.expect("counts"), 2);
    let page = pages[0].claim.page;
    let results = store.results_of(page).await.expect("lists");
    let standings: Vec<_> = results.iter().map(|result| (result.pipeline.revision, result.standing)).collect();
    assert_eq!(standings, [(2, Standing::Current), (1, Standing::Superseded)]);
    assert!(!store.page(page).await.expect("reads").expect("exists").reliable);

    assert_eq!(store.reprocess(PageSelection::Page(page), &pipeline(3), at(1007)).await.expect("queues"), 1);
    let pages = claim(&store, 1, 9, at(1008)).await;
    finish(&store, &pages[0], at(1008)).await.expect("finishes");
    assert_eq!(store.decline_candidates(PageSelection::All).await.expect("declines"), 1);
    assert_eq!(store.accept_candidates(PageSelection::All, at(1009)).await.expect("accepts"), 0);
    let current = &store.results_of(page).await.expect("lists")[0];
    assert_eq!((current.pipeline.revision, current.object_key.as_str()), (2, "new"));
}

pub(super) async fn results_are_accepted_while_others_are_finished(store: Store) {
    let batch = opened(&store, 60).await;
    for page in claim(&store, 1, 60, at(1001)).await {
        finish(&store, &page, at(1002)).await.expect("finishes");
    }
    let selection = PageSelection::Batch(batch.id);
    let mut accepted = 0;
    for revision in 2..=4 {
        assert_eq!(store.reprocess(selection, &pipeline(revision), at(1003)).await.expect("queues"), 60);
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..4 {
            let store = store.clone();
            tasks.spawn(async move {
                for page in claim(&store, number, 15, at(1004)).await {
                    finish(&store, &page, at(1005)).await.expect("finishes");
                }
                0
            });
        }
        for _ in 0..3 {
            let store = store.clone();
            tasks.spawn(async move {
                let mut accepted = 0;
                for _ in 0..20 {
                    accepted += store.accept_candidates(selection, at(1006)).await.expect("accepts");
                    tokio::task::yield_now().await;
                }
                accepted
            });
        }
        accepted += tasks.join_all().await.into_iter().sum::<u64>();
        accepted += store.accept_candidates(selection, at(1007)).await.expect("accepts");
    }
    assert_eq!(accepted, 180, "each result is accepted once");
    for page in store.document_pages(document_id(1), 0, 100).await.expect("lists") {
        assert_eq!(page.current.expect("always has one").pipeline.revision, 4);
        assert_eq!(store.results_of(page.view.page).await.expect("lists").len(), 4);
    }
    assert_eq!(state(&store, 1).await, DocumentState::Read { pages_failed: 0 });
}
