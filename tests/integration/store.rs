//! One contract for the store, on SQLite and on PostgreSQL.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use muniment::chart::{
    Batch, BatchCounts, BatchId, Block, Confidence, DeliveryId, Digest, DocumentId, DocumentState, Finding,
    FindingKind, Line, PAGE_TEXT_SCHEMA, PageId, PageImage, PageNumber, PageText, PipelineStamp, QuarterTurns, Rect,
    Reject, RejectReason, Severity, Size, TextSource, Word, WorkerId,
};
use muniment::store::{
    Attempt, Claim, ClaimedPage, MAX_LOST_LEASES, NewDelivery, NewPage, OpenedScan, PageSelection, PageWork, Recorded,
    ScanState, Standing, Store, StoreError,
};
use uuid::Uuid;

use crate::support::postgres::Postgres;

mod encrypted;
mod large;

use encrypted::an_encrypted_scan_stays_open_to_whoever_may_have_its_password;

const LEASE: Duration = Duration::from_secs(60);
const BACK_OFF: Duration = Duration::from_secs(30);

macro_rules! contract {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let folder = tempfile::tempdir().expect("temporary folder");
                let url = format!("sqlite:{}", folder.path().join("muniment.db").display());
                let store = super::Store::open(&url).await.expect("opens");
                super::$name(store.clone()).await;
                store.close().await;
            })*
        }

        /// One server for all: each part of the contract has a database of its own.
        #[test]
        fn contract_on_postgres() {
            let Some(postgres) = Postgres::start() else { return };
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("runtime");
            $({
                let url = postgres.database(stringify!($name));
                runtime.block_on(async {
                    let store = Store::open(&url).await.expect("opens");
                    $name(store.clone()).await;
                    store.close().await;
                });
                println!("on PostgreSQL: {} holds", stringify!($name));
            })*
        }
    };
}

contract! {
    a_batch_is_found_again_by_its_name,
    the_same_bytes_are_recorded_but_not_processed_again,
    an_empty_file_is_a_reject_of_its_own,
    a_scan_is_claimed_opened_and_becomes_a_document,
    a_page_is_finished_exactly_once,
    a_lost_lease_is_refused_and_a_late_one_taken,
    three_failed_attempts_leave_a_page_to_a_person,
    leases_lost_again_and_again_end_the_work,
    a_clean_stop_gives_work_back,
    rejects_are_listed_and_can_be_retried,
    a_newer_pipeline_waits_to_be_accepted,
    pages_are_listed_for_a_rebuild_in_a_stable_order,
    long_lists_come_in_parts,
    settings_and_workers_are_kept,
    eight_workers_share_two_hundred_pages,
    the_same_delivery_from_many_sides_is_one,
    results_are_accepted_while_others_are_finished,
    a_batch_answers_for_bytes_that_another_brought_first,
    what_a_search_cannot_see_and_what_the_index_holds_are_counted,
    an_encrypted_scan_stays_open_to_whoever_may_have_its_password,
}

/// Seconds after an arbitrary beginning.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).expect("in range")
}

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number)
}

fn delivery_id(number: u128) -> DeliveryId {
    DeliveryId::from_uuid(uuid(number))
}

fn document_id(number: u128) -> DocumentId {
    DocumentId::from_uuid(uuid(0x1000_0000 + number))
}

fn worker(number: u128) -> WorkerId {
    WorkerId::from_uuid(uuid(0x2000_0000 + number))
}

fn pipeline(revision: u32) -> PipelineStamp {
    PipelineStamp { name: "chart-standard".into(), revision, digest: Digest::of(&revision.to_be_bytes()) }
}

fn batch(number: u128, name: &str) -> Batch {
    Batch {
        id: BatchId::from_uuid(uuid(0x3000_0000 + number)),
        name: name.into(),
        pipeline: pipeline(1),
        expected_sheets: None,
        opened_at: at(0),
    }
}

async fn deliver(store: &Store, number: u128, batch: &Batch, content: &str, path: &str) -> Recorded {
    let delivery = NewDelivery {
        id: delivery_id(number),
        batch: batch.id,
        scan: Digest::of(content.as_bytes()),
        size: content.len() as u64,
        source_key: Digest::of(path.as_bytes()),
        source_name: path,
        received_at: at(number as i64),
        priority: 0,
        reject: content.is_empty().then(|| Reject::file(RejectReason::Empty, "The file has no bytes.")),
    };
    store.record_delivery(&delivery).await.expect("recorded")
}

/// Opens a batch, delivers one scan and opens it into `pages` pages; returns the batch.
async fn opened(store: &Store, pages: u32) -> Batch {
    let batch = store.open_batch(&batch(1, "box 1")).await.expect("batch").batch;
    opened_in(store, &batch, 1, pages).await;
    batch
}

async fn opened_in(store: &Store, batch: &Batch, number: u128, pages: u32) -> Digest {
    let content = format!("scan {number}");
    assert_eq!(deliver(store, number, batch, &content, &format!("/in/{number}.tif")).await, Recorded::New);
    let claimed = store.claim_scan(worker(9), at(1000), LEASE).await.expect("claims").expect("a scan is due");
    assert_eq!(claimed.claim.scan, Digest::of(content.as_bytes()));
    store.open_scan(&claimed.claim, &scan_of(number, pages), at(1000)).await.expect("opens");
    claimed.claim.scan
}

fn scan_of(document: u128, pages: u32) -> OpenedScan {
    let page = |index| NewPage {
        number: PageNumber::from_index(index),
        size: Size { width: 1700, height: 2200 },
        dpi: (index % 2 == 0).then_some((200.0, 200.0)),
    };
    OpenedScan {
        format: "tiff".into(),
        damaged: false,
        decrypted_key: None,
        pages: (0..pages).map(page).collect(),
        document: document_id(document),
    }
}

fn text_of(page: PageId, pipeline: PipelineStamp, kinds: &[FindingKind]) -> PageText {
    let rect = Rect::new(10, 10, 100, 20);
    let word = Word { text: "sodium".into(), rect, confidence: Confidence::clamped(0.9) };
    let finding = |&kind| Finding {
        kind,
        severity: Severity::Check,
        confidence: Confidence::CERTAIN,
        stage: "test".into(),
        message: "Have a look.".into(),
    };
    PageText {
        schema: PAGE_TEXT_SCHEMA,
        page,
        pipeline,
        engine: "test 1".into(),
        source: TextSource::Recognised,
        image: PageImage { width: 1700, height: 2200, dpi: (200.0, 200.0) },
        upright: QuarterTurns::Two,
        skew_degrees: 0.0,
        hidden: kinds.contains(&FindingKind::Blank),
        blocks: vec![Block { rect, lines: vec![Line { rect, words: vec![word] }] }],
        findings: kinds.iter().map(finding).collect(),
    }
}

async fn finish(store: &Store, claimed: &ClaimedPage, now: Timestamp) -> Result<Standing, StoreError> {
    let text = text_of(claimed.claim.page, claimed.pipeline.clone(), &[]);
    store.finish_page(&claimed.claim, &text, &format!("results/{}", claimed.claim.page), now).await
}

async fn claim(store: &Store, number: u128, most: u32, now: Timestamp) -> Vec<ClaimedPage> {
    store.claim_pages(worker(number), most, now, LEASE).await.expect("claims")
}

async fn state(store: &Store, number: u128) -> DocumentState {
    store.document(document_id(number)).await.expect("reads").expect("exists").state
}

async fn a_batch_is_found_again_by_its_name(store: Store) {
    let first = store.open_batch(&batch(1, "box 1")).await.expect("opens");
    assert!(!first.resumed);
    let again = Batch { expected_sheets: Some(40), pipeline: pipeline(2), ..batch(2, "box 1") };
    let again = store.open_batch(&again).await.expect("opens");
    assert!(again.resumed);
    assert_eq!(again.batch, Batch { expected_sheets: Some(40), ..first.batch });
    store.open_batch(&batch(3, "box 2")).await.expect("opens");
    assert_eq!(store.batch_by_name("box 1").await.expect("reads"), Some(again.batch.clone()));
    assert_eq!(store.batch(again.batch.id).await.expect("reads"), Some(again.batch.clone()));
    assert_eq!(store.batch_by_name("box 3").await.expect("reads"), None);
    let listed = store.batches(Some(again.batch.id), 10).await.expect("lists");
    assert_eq!(listed.iter().map(|batch| batch.name.as_str()).collect::<Vec<_>>(), ["box 2"]);
}

async fn the_same_bytes_are_recorded_but_not_processed_again(store: Store) {
    let first = store.open_batch(&batch(1, "box 1")).await.expect("opens").batch;
    let second = store.open_batch(&batch(2, "box 2")).await.expect("opens").batch;
    assert_eq!(deliver(&store, 1, &first, "bytes", "/in/a.tif").await, Recorded::New);
    assert_eq!(deliver(&store, 2, &first, "bytes", "/in/a.tif").await, Recorded::Known { delivery: delivery_id(1) });
    assert_eq!(deliver(&store, 3, &first, "bytes", "/in/b.tif").await, Recorded::Repeated { of: delivery_id(1) });
    assert_eq!(deliver(&store, 4, &second, "bytes", "/in/a.tif").await, Recorded::Repeated { of: delivery_id(1) });
    assert_eq!(deliver(&store, 5, &second, "bytes", "/in/a.tif").await, Recorded::Known { delivery: delivery_id(4) });
    assert_eq!(deliver(&store, 6, &first, "other", "/in/a.tif").await, Recorded::New);

    let counts = store.batch_counts(first.id).await.expect("counts");
    assert_eq!((counts.deliveries, counts.repeated, counts.files_waiting), (3, 1, 2));
    let counts = store.batch_counts(second.id).await.expect("counts");
    assert_eq!((counts.deliveries, counts.repeated, counts.files_waiting), (1, 1, 1));

    let mut scans = Vec::new();
    while let Some(claimed) = store.claim_scan(worker(1), at(100), LEASE).await.expect("claims") {
        store.open_scan(&claimed.claim, &scan_of(scans.len() as u128, 1), at(100)).await.expect("opens");
        scans.push(claimed.claim.scan);
    }
    assert_eq!(scans, [Digest::of(b"bytes"), Digest::of(b"other")]);
    // The repeated delivery leads to the one document of its content.
    let listed = store.deliveries(second.id, None, 10).await.expect("lists");
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].repeated_of, Some(delivery_id(1)));
    assert_eq!(listed[0].document, Some(document_id(0)));
    assert_eq!(listed[0].scan_state, ScanState::Opened);
    assert_eq!(store.documents(None, None, 10).await.expect("lists").len(), 2);
}

async fn an_empty_file_is_a_reject_of_its_own(store: Store) {
    let batch = store.open_batch(&batch(1, "box 1")).await.expect("opens").batch;
    assert_eq!(deliver(&store, 1, &batch, "", "/in/a.tif").await, Recorded::New);
    assert_eq!(deliver(&store, 2, &batch, "", "/in/b.tif").await, Recorded::New);
    let counts = store.batch_counts(batch.id).await.expect("counts");
    assert_eq!(counts, BatchCounts { deliveries: 2, files_rejected: 2, ..BatchCounts::default() });
    let rejects = store.rejects(batch.id, None, 10).await.expect("lists");
    assert_eq!(
        rejects.iter().map(|reject| reject.source_name.as_str()).collect::<Vec<_>>(),
        ["/in/a.tif", "/in/b.tif"]
    );
    assert!(rejects.iter().all(|reject| reject.reject.reason == RejectReason::Empty));
    assert!(store.claim_scan(worker(1), at(100), LEASE).await.expect("claims").is_none());
    assert!(!store.retry_scan(Digest::of(b""), at(100)).await.expect("retries"));
}

async fn a_scan_is_claimed_opened_and_becomes_a_document(store: Store) {
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

async fn a_page_is_finished_exactly_once(store: Store) {
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

async fn a_lost_lease_is_refused_and_a_late_one_taken(store: Store) {
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

async fn three_failed_attempts_leave_a_page_to_a_person(store: Store) {
    let batch = opened(&store, 2).await;
    let mut now = 1000;
    for failed in 1..=3 {
        let claimed = claim(&store, 1, 1, at(now)).await;
        assert_eq!(claimed[0].claim.page.number, PageNumber::FIRST);
        assert_eq!(claimed[0].attempts, failed - 1);
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

async fn leases_lost_again_and_again_end_the_work(store: Store) {
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

async fn a_clean_stop_gives_work_back(store: Store) {
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

async fn rejects_are_listed_and_can_be_retried(store: Store) {
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

async fn a_batch_answers_for_bytes_that_another_brought_first(store: Store) {
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

async fn what_a_search_cannot_see_and_what_the_index_holds_are_counted(store: Store) {
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

async fn a_newer_pipeline_waits_to_be_accepted(store: Store) {
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

async fn pages_are_listed_for_a_rebuild_in_a_stable_order(store: Store) {
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

async fn long_lists_come_in_parts(store: Store) {
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

async fn settings_and_workers_are_kept(store: Store) {
    assert_eq!(store.setting("lock").await.expect("reads"), None);
    assert_eq!(store.keep_setting_once("lock", "none").await.expect("keeps"), "none");
    assert_eq!(store.keep_setting_once("lock", "other").await.expect("keeps"), "none");
    store.keep_setting("lock", "governance").await.expect("keeps");
    assert_eq!(store.setting("lock").await.expect("reads").as_deref(), Some("governance"));
    store.start_worker(worker(1), "host:1", Some("boot/1/2/3"), at(0)).await.expect("starts");
    store.start_worker(worker(2), "host:2", None, at(1)).await.expect("starts");
    let known = store.workers(at(0)).await.expect("lists");
    let processes: Vec<_> = known.iter().map(|worker| worker.process.as_deref()).collect();
    assert_eq!(processes, [Some("boot/1/2/3"), None]);
    store.heartbeat(worker(1), at(50)).await.expect("beats");
    let alive = store.workers(at(40)).await.expect("lists");
    assert_eq!(
        alive.iter().map(|worker| (worker.name.as_str(), worker.seen_at)).collect::<Vec<_>>(),
        [("host:1", at(50))]
    );
}

async fn eight_workers_share_two_hundred_pages(store: Store) {
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

async fn the_same_delivery_from_many_sides_is_one(store: Store) {
    let batch = store.open_batch(&batch(1, "box 1")).await.expect("opens").batch;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..8 {
        let (store, batch) = (store.clone(), batch.clone());
        let path = if number % 2 == 0 { "/in/a.tif" } else { "/in/b.tif" };
        tasks.spawn(async move { deliver(&store, number, &batch, "bytes", path).await });
    }
    let recorded = tasks.join_all().await;
    let count = |wanted: fn(&Recorded) -> bool| recorded.iter().filter(|recorded| wanted(recorded)).count();
    assert_eq!(count(|recorded| matches!(recorded, Recorded::New)), 1);
    assert_eq!(count(|recorded| matches!(recorded, Recorded::Repeated { .. })), 1);
    assert_eq!(count(|recorded| matches!(recorded, Recorded::Known { .. })), 6);
}

async fn results_are_accepted_while_others_are_finished(store: Store) {
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

/// Two programs on one file: neither sees the other but through the file.
#[tokio::test]
async fn two_programs_share_one_sqlite_file() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let url = format!("sqlite:{}", folder.path().join("muniment.db").display());
    let store = Store::open(&url).await.expect("opens");
    opened(&store, 60).await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..2 {
        let url = url.clone();
        tasks.spawn(async move {
            let store = Store::open(&url).await.expect("opens beside the other");
            let mut done = 0;
            loop {
                let claimed = claim(&store, number, 2, at(1001)).await;
                if claimed.is_empty() {
                    store.close().await;
                    return done;
                }
                for page in claimed {
                    finish(&store, &page, at(1002)).await.expect("finishes");
                    done += 1;
                }
            }
        });
    }
    assert_eq!(tasks.join_all().await.into_iter().sum::<u32>(), 60);
    assert_eq!(state(&store, 1).await, DocumentState::Read { pages_failed: 0 });
}

#[tokio::test]
async fn sqlite_keeps_what_was_written_and_is_only_ours() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("muniment.db");
    let url = format!("sqlite:{}", path.display());
    let store = Store::open(&url).await.expect("opens");
    opened(&store, 2).await;
    for name in ["muniment.db", "muniment.db-wal", "muniment.db-shm"] {
        let mode = std::fs::metadata(folder.path().join(name)).expect("exists").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} may be read by others");
    }
    store.close().await;
    let store = Store::open(&url).await.expect("opens again");
    assert_eq!(claim(&store, 1, 9, at(2000)).await.len(), 2);
    store.close().await;
}

#[tokio::test]
async fn what_cannot_be_opened_is_said_without_secrets() {
    assert!(matches!(Store::open("mysql://x").await, Err(StoreError::Url)));
    assert!(matches!(Store::open("/plain/path").await, Err(StoreError::Url)));
    assert!(matches!(Store::open("sqlite:/nowhere/at/all.db").await, Err(StoreError::Open { .. })));
    let refused = Store::open("postgres://user:s3cret@127.0.0.1:1/none").await.expect_err("nobody listens there");
    assert!(!format!("{refused} {refused:?}").contains("s3cret"));
    let folder = tempfile::tempdir().expect("temporary folder");
    let path = folder.path().join("not a database");
    std::fs::write(&path, "some text that is no database at all, and long enough to be looked at".repeat(20))
        .expect("writes");
    let refused = Store::open(&format!("sqlite:{}", path.display())).await;
    assert!(matches!(refused, Err(StoreError::Open { .. } | StoreError::Migration { .. })));
}
