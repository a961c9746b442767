//! Building the index from stored results: in steps, and on from where an earlier build stopped.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use muniment::archive::{Areas, Location};
use muniment::chart::{Batch, BatchId, DeliveryId, Digest, DocumentId, PageNumber, PipelineStamp, Size, WorkerId};
use muniment::search::{Budget, Index, Options, Query, Schema};
use muniment::store::{NewDelivery, NewPage, OpenedScan, Store};
use muniment::worker::{COMPLETE, Indexer, Stop};
use uuid::Uuid;

use crate::support::page_text::with_words;

/// More than are put in between two commits.
const PAGES: u32 = 700;
const LEASE: std::time::Duration = std::time::Duration::from_secs(60);

/// A database, an object store and an empty index.
struct Desk {
    folder: tempfile::TempDir,
    store: Store,
    areas: Areas,
    schema: Schema,
}

impl Desk {
    /// Makes a document whose first page was read; the others could not be.
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("muniment.db").display());
        let store = Store::open(&url).await.unwrap();
        let areas = Areas::new(&Location::folder(&folder.path().join("objects")).unwrap());
        let now = Timestamp::UNIX_EPOCH;
        let uuid = Uuid::from_u128;
        let (worker, scan) = (WorkerId::from_uuid(uuid(1)), Digest::of(b"scan"));
        let pipeline = PipelineStamp { name: "chart-standard".into(), revision: 1, digest: Digest::of(b"1") };
        let batch = Batch {
            id: BatchId::from_uuid(uuid(2)),
            name: "box".into(),
            pipeline: pipeline.clone(),
            expected_sheets: None,
            opened_at: now,
        };
        store.open_batch(&batch).await.unwrap();
        let delivery = NewDelivery {
            id: DeliveryId::from_uuid(uuid(3)),
            batch: batch.id,
            scan,
            size: 4,
            source_key: Digest::of(b"/in/a.tif"),
            source_name: "a.tif",
            received_at: now,
            priority: 0,
            reject: None,
        };
        store.record_delivery(&delivery).await.unwrap();
        let claimed = store.claim_scan(worker, now, LEASE).await.unwrap().unwrap();
        let size = Size { width: 850, height: 1_100 };
        let page = |index| NewPage { number: PageNumber::from_index(index), size, dpi: None };
        let document = DocumentId::from_uuid(uuid(4));
        let pages = (0..PAGES).map(page).collect();
        let opened = OpenedScan { format: "tiff".into(), damaged: false, decrypted_key: None, pages, document };
        store.open_scan(&claimed.claim, &opened, now).await.unwrap();
        let page = store.claim_pages(worker, 1, now, LEASE).await.unwrap().remove(0);
        let kept = areas.results.put(with_words(page.claim.page, pipeline, &["sodium"])).await.unwrap();
        store.finish_page(&page.claim, &kept.text, &kept.key, now).await.unwrap();
        // Rejecting hundreds of pages one by one would take a flush for each.
        let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
        sqlx::query("UPDATE pages SET work = 'rejected' WHERE number > 1").execute(&pool).await.unwrap();
        pool.close().await;
        Self { folder, store, areas, schema: Schema::embedded().unwrap() }
    }

    fn index(&self) -> Index {
        Index::open_or_create(&self.folder.path().join("index"), &self.schema).unwrap()
    }

    fn indexer(&self) -> Indexer {
        let budget = Budget { threads: 1, mib_per_thread: 16 };
        Indexer::new(self.store.clone(), self.areas.results.clone(), &self.index(), budget, TimeZone::UTC).unwrap()
    }

    /// Returns how many pages the index holds, and how many of them hold the word of the page that was read.
    fn held(&self) -> (u64, u64) {
        let searcher = self.index().searcher().unwrap();
        let query = Query::parse("sodium", &self.schema).unwrap();
        let found = searcher.search(&query, &Options::default(), |_| None).unwrap();
        (searcher.page_count(), found.pages)
    }
}

#[tokio::test]
async fn a_build_goes_on_where_it_stopped() {
    let desk = Desk::new().await;
    let stop = Stop::new();
    let first = desk.indexer().build(&stop, |_| stop.raise()).await.unwrap();
    assert!(first > 0 && first < u64::from(PAGES), "it stopped half-way: {first}");
    assert_eq!(desk.held(), (first, 1));
    assert_ne!(desk.index().checkpoint().unwrap().as_deref(), Some(COMPLETE));

    let mut told = Vec::new();
    let rest = desk.indexer().build(&Stop::new(), |done| told.push(done)).await.unwrap();
    assert_eq!((first + rest, told.last().copied()), (u64::from(PAGES), Some(rest)));
    assert_eq!(desk.held(), (u64::from(PAGES), 1), "each page is in it once");
    assert_eq!(desk.index().checkpoint().unwrap().as_deref(), Some(COMPLETE));
    assert_eq!(desk.indexer().build(&Stop::new(), |_| ()).await.unwrap(), 0, "nothing is left");
}
