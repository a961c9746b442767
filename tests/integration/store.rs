//! One contract for the store, on SQLite and on PostgreSQL.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use muniment::chart::{
    Batch, BatchCounts, BatchId, Confidence, DeliveryId, Digest, DocumentId, DocumentState, Finding, FindingKind,
    PageId, PageNumber, PageText, PipelineStamp, QuarterTurns, Reject, RejectReason, Severity, Size, WorkerId,
};
use muniment::store::{
    Attempt, Claim, ClaimedPage, MAX_LOST_LEASES, NewDelivery, NewPage, OpenedScan, PageSelection, PageWork, Recorded,
    ScanState, Standing, Store, StoreError,
};
use uuid::Uuid;

use crate::support::page_text::with_words;
use crate::support::postgres::Postgres;

mod accounts;
mod candidates;
mod claims;
mod custody;
mod desk;
mod encrypted;
mod large;
mod moves;
mod paper;

use accounts::*;
use candidates::*;
use claims::*;
use custody::*;
use desk::*;
use encrypted::*;
use paper::*;

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
    a_killed_child_is_no_attempt_and_its_page_waits_behind_others,
    three_failed_attempts_leave_a_page_to_a_person,
    leases_lost_again_and_again_end_the_work,
    a_clean_stop_gives_work_back,
    rejects_are_listed_and_can_be_retried,
    a_newer_pipeline_waits_to_be_accepted,
    pages_are_listed_for_a_rebuild_in_a_stable_order,
    long_lists_come_in_parts,
    settings_and_workers_are_kept,
    a_duty_has_one_worker_at_a_time,
    locks_copies_and_differences_are_kept,
    eight_workers_share_two_hundred_pages,
    the_same_delivery_from_many_sides_is_one,
    results_are_accepted_while_others_are_finished,
    a_batch_answers_for_bytes_that_another_brought_first,
    what_a_search_cannot_see_and_what_the_index_holds_are_counted,
    an_encrypted_scan_stays_open_to_whoever_may_have_its_password,
    nobody_gets_a_document_that_somebody_has,
    a_lost_lease_keeps_what_was_typed_and_decides_nothing,
    the_queue_goes_by_importance_and_what_is_put_aside_comes_back,
    pages_are_split_merged_and_moved_and_every_step_undone,
    a_box_is_where_its_last_move_took_it,
    sheets_are_counted_before_they_are_scanned,
    counts_that_agree_close_a_batch_for_good,
    a_difference_takes_a_reason_and_a_second_person,
    a_batch_that_nobody_counted_is_closed_by_two,
    nothing_comes_in_while_a_batch_is_closed,
    patients_are_found_while_somebody_types_and_by_what_was_read,
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
    let finding = |&kind| Finding {
        kind,
        severity: Severity::Check,
        confidence: Confidence::CERTAIN,
        stage: "test".into(),
        message: "Have a look.".into(),
    };
    PageText {
        upright: QuarterTurns::Two,
        hidden: kinds.contains(&FindingKind::Blank),
        findings: kinds.iter().map(finding).collect(),
        ..with_words(page, pipeline, &["sodium"])
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
