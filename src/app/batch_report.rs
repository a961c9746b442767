//! What became of a batch: the account that must add up, and every file that needs a person.

use serde::Serialize;

use super::{App, AppError};
use crate::chart::{Batch, BatchCounts, BatchId, DeliveryId, Digest, DocumentId, Reconciliation, Reject, Sheets};
use crate::store::{BatchPaper, DeliveryRecord, PageSelection, ScanState};

/// Rows that are read from the database at a time.
const ROWS: u32 = 500;

/// The account of a batch.
#[derive(Debug, Clone, Serialize)]
pub struct BatchReport {
    /// The batch.
    pub batch: Batch,
    /// Where its deliveries and pages stand.
    pub counts: BatchCounts,
    /// Whether pages in = pages read + pages left to a person + pages rejected + pages waiting.
    pub adds_up: bool,
    /// Pages dealt with that have no reliable text.
    pub unreliable_pages: u64,
    /// What the expected number of sheets says.
    pub sheets: Sheets,
    /// Sheets that were prepared against the sides that were found, in numbers.
    pub reconciliation: Reconciliation,
    /// The same in a sentence.
    pub difference: String,
    /// Its box, how it was prepared, and its closing.
    pub paper: BatchPaper,
}

/// What became of one delivered file.
#[derive(Debug, Clone, Serialize)]
pub struct FileReport {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Name of the source file.
    pub source: String,
    /// Digest of its bytes.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
    /// What became of it.
    pub outcome: Outcome,
    /// Its pages, once it was opened.
    pub pages: u32,
    /// Pages of it on which every attempt failed.
    pub pages_failed: u32,
    /// The document made of it.
    pub document: Option<DocumentId>,
    /// The delivery that brought the same bytes before.
    pub repeats: Option<DeliveryId>,
    /// Rejections: of the file, or of pages of it. Given once where a batch brought the same bytes twice.
    pub rejects: Vec<Reject>,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Not yet looked into.
    Waiting,
    /// Its pages are known and read, or being read.
    Ok,
    /// It cannot be read, or none of its pages can; the bytes are kept.
    Reject,
    /// It is encrypted; the bytes are kept.
    NeedsPassword,
}

impl App {
    /// Makes the account of a batch.
    ///
    /// # Errors
    /// The database failed.
    pub async fn batch_report(&self, batch: Batch) -> Result<BatchReport, AppError> {
        let counts = self.store.batch_counts(batch.id).await?;
        let unreliable_pages = self.store.reliability(Some(batch.id)).await?.unreliable;
        let paper = self.store.batch_paper(batch.id).await?;
        let sides = paper.prepared.as_ref().map(|prepared| prepared.preparation.sides);
        let reconciliation = Reconciliation::of(batch.expected_sheets, sides, &counts);
        Ok(BatchReport {
            adds_up: counts.pages
                == counts.pages_done + counts.pages_failed + counts.pages_rejected + counts.pages_waiting,
            sheets: reconciliation.sheets(),
            difference: reconciliation.to_string(),
            reconciliation,
            paper,
            batch,
            counts,
            unreliable_pages,
        })
    }

    /// Lists what became of every file of a batch, in the order of delivery.
    ///
    /// # Errors
    /// The database failed.
    pub async fn file_reports(&self, batch: BatchId) -> Result<Vec<FileReport>, AppError> {
        self.reports(batch, false).await
    }

    /// Lists the files of a batch that need a person: rejected ones, and ones with rejected or failed pages; each
    /// distinct content once, in the order of delivery.
    ///
    /// # Errors
    /// The database failed.
    pub async fn files_to_check(&self, batch: BatchId) -> Result<Vec<FileReport>, AppError> {
        self.reports(batch, true).await
    }

    /// Puts a batch's failed and rejected pages and files back in the queue; says how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn retry_batch(&self, batch: BatchId) -> Result<u64, AppError> {
        let now = self.clock.now();
        let mut count = 0;
        for state in [ScanState::Rejected, ScanState::NeedsPassword] {
            count += self.store.retry_scans(batch, state, now).await?;
        }
        Ok(count + self.store.retry_pages(PageSelection::Batch(batch), now).await?)
    }

    /// Reports of the deliveries of a batch, with `to_check` of those only that need a person.
    async fn reports(&self, batch: BatchId, to_check: bool) -> Result<Vec<FileReport>, AppError> {
        let mut files = Vec::new();
        let mut after = None;
        loop {
            let rows = match to_check {
                true => self.store.deliveries_to_check(batch, after, ROWS).await?,
                false => self.store.deliveries(batch, after, ROWS).await?,
            };
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            files.extend(rows.into_iter().map(file_report));
        }
        self.add_rejects(batch, &mut files).await?;
        Ok(files)
    }

    async fn add_rejects(&self, batch: BatchId, files: &mut [FileReport]) -> Result<(), AppError> {
        let mut after = None;
        loop {
            let rows = self.store.rejects(batch, after, ROWS).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some((last.delivery, last.reject.page.map_or(0, |page| page.get())));
            for row in rows {
                // Deliveries are in the order of their ids.
                if let Ok(place) = files.binary_search_by_key(&row.delivery, |file| file.delivery) {
                    files[place].rejects.push(row.reject);
                }
            }
        }
    }
}

fn file_report(row: DeliveryRecord) -> FileReport {
    FileReport {
        delivery: row.id,
        outcome: outcome(&row),
        source: row.source_name,
        sha256: row.scan,
        size: row.size,
        pages: row.pages,
        pages_failed: row.pages_failed,
        document: row.document,
        repeats: row.repeated_of,
        rejects: Vec::new(),
    }
}

const fn outcome(delivery: &DeliveryRecord) -> Outcome {
    match delivery.scan_state {
        ScanState::Waiting | ScanState::Claimed => Outcome::Waiting,
        ScanState::Opened if delivery.pages > 0 && delivery.pages_rejected >= delivery.pages => Outcome::Reject,
        ScanState::Opened => Outcome::Ok,
        ScanState::Rejected => Outcome::Reject,
        ScanState::NeedsPassword => Outcome::NeedsPassword,
    }
}
