//! Pages: what is known of each, and which ones a command means.

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::values::{Row, Value, stored_names, values};
use crate::chart::{BatchId, Digest, DocumentId, Finding, PageId, PageNumber, Size};

/// A page that was found in a scan.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NewPage {
    /// Place in the file.
    pub number: PageNumber,
    /// Size of the page image in pixels.
    pub size: Size,
    /// Pixels per inch, horizontally and vertically, where the file says.
    pub dpi: Option<(f32, f32)>,
}

/// Where the work on a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageWork {
    /// Waiting to be recognised.
    Waiting,
    /// A worker recognises it.
    Claimed,
    /// It has a result.
    Done,
    /// Every attempt failed; a person has to act.
    Failed,
    /// It cannot be read; the reason is recorded.
    Rejected,
}

/// A page as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRecord {
    /// Identity.
    pub page: PageId,
    /// Size of the page image in pixels, as found when the scan was opened.
    pub size: Size,
    /// Pixels per inch, where the file says.
    pub dpi: Option<(f32, f32)>,
    /// Where the work stands.
    pub work: PageWork,
    /// Attempts that failed.
    pub attempts: u32,
    /// Whether it is blank.
    pub blank: bool,
    /// Whether a search over it can be trusted.
    pub reliable: bool,
    /// Findings of the current result, or why there is none.
    pub findings: Vec<Finding>,
}

/// The pages that a command is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageSelection {
    /// Every page.
    All,
    /// Pages of the files that were delivered with a batch, even if another batch was first to bring them.
    Batch(BatchId),
    /// Pages of a document.
    Document(DocumentId),
    /// Pages of a scan.
    Scan(Digest),
    /// One page.
    Page(PageId),
}

/// How far a search over a set of pages can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reliability {
    /// Pages in scope.
    pub pages: u64,
    /// Pages that were dealt with, but have no reliable text: unsure recognition, failed, rejected.
    pub unreliable: u64,
    /// Pages that have not been read yet.
    pub waiting: u64,
}

stored_names!(PageWork {
    Waiting = "waiting",
    Claimed = "claimed",
    Done = "done",
    Failed = "failed",
    Rejected = "rejected",
});

impl PageSelection {
    /// Returns a condition on `pages` with `$1` and `$2`, and their values.
    pub(super) fn condition(self) -> (&'static str, Value, Value) {
        let (condition, value, number) = match self {
            Self::All => ("($1 = '' AND $2 = 0)", String::new(), 0),
            Self::Batch(batch) => {
                ("(pages.scan IN (SELECT scan FROM deliveries WHERE batch = $1) AND $2 = 0)", batch.to_string(), 0)
            }
            Self::Document(document) => (
                "(EXISTS (SELECT 1 FROM document_pages WHERE document = $1 AND document_pages.scan = pages.scan
                    AND document_pages.number = pages.number) AND $2 = 0)",
                document.to_string(),
                0,
            ),
            Self::Scan(scan) => ("(pages.scan = $1 AND $2 = 0)", scan.to_string(), 0),
            Self::Page(page) => {
                ("(pages.scan = $1 AND pages.number = $2)", page.scan.to_string(), i64::from(page.number.get()))
            }
        };
        (condition, value.into(), number.into())
    }
}

impl Store {
    /// Returns the page with this id.
    pub async fn page(&self, page: PageId) -> Result<Option<PageRecord>, StoreError> {
        let row = self
            .row(
                "SELECT scan, number, width, height, dpi_x, dpi_y, work, attempts, blank, reliable, findings
                 FROM pages WHERE scan = $1 AND number = $2",
                values![page.scan, page.number],
            )
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Counts the pages of a batch (or of all) whose text cannot be relied on.
    pub async fn reliability(&self, batch: Option<BatchId>) -> Result<Reliability, StoreError> {
        let (condition, value, number) = batch.map_or(PageSelection::All, PageSelection::Batch).condition();
        let sql = format!(
            "SELECT count(*) AS pages,
                count(*) FILTER (WHERE work NOT IN ('waiting', 'claimed') AND NOT reliable) AS unreliable,
                count(*) FILTER (WHERE work IN ('waiting', 'claimed') AND NOT reliable) AS waiting
             FROM pages WHERE {condition}"
        );
        let row = self.row(sqlx::AssertSqlSafe(sql), vec![value, number]).await?;
        let row = row.ok_or_else(|| StoreError::unreadable("counts"))?;
        Ok(Reliability {
            pages: row.size("pages")?,
            unreliable: row.size("unreliable")?,
            waiting: row.size("waiting")?,
        })
    }
}

/// Makes the pages of a scan, waiting for the pipeline of the batch that brought it.
pub(super) async fn insert_pages(
    transaction: &mut Transaction,
    scan: Digest,
    pages: &[NewPage],
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = transaction
        .row(
            "SELECT batches.pipeline, scans.priority, scans.queued_at
             FROM scans JOIN batches ON batches.id = scans.batch WHERE scans.digest = $1",
            values![scan],
        )
        .await?
        .ok_or_else(|| StoreError::unreadable("pipeline"))?;
    let (pipeline, priority, queued_at) = (row.text("pipeline")?, row.integer("priority")?, row.integer("queued_at")?);
    // A thousand pages one by one would be a thousand round trips.
    for chunk in pages.chunks(200) {
        let mut sql = String::from(
            "INSERT INTO pages
             (scan, pipeline, work, priority, queued_at, due_at, number, width, height, dpi_x, dpi_y) VALUES ",
        );
        let mut bound = values![scan, pipeline.as_str(), priority, queued_at, now];
        for (index, page) in chunk.iter().enumerate() {
            let first = bound.len() + 1;
            let comma = if index == 0 { "" } else { ", " };
            let [a, b, c, d, e] = [first, first + 1, first + 2, first + 3, first + 4];
            sql.push_str(&format!("{comma}($1, $2, 'waiting', $3, $4, $5, ${a}, ${b}, ${c}, ${d}, ${e})"));
            let (x, y) = page.dpi.unzip();
            bound.extend(values![page.number, page.size.width, page.size.height, x, y]);
        }
        transaction.execute(sqlx::AssertSqlSafe(sql), bound).await?;
    }
    Ok(())
}

/// Reads `scan` and `number`.
pub(super) fn read_page_id(row: &Row) -> Result<PageId, StoreError> {
    let number = PageNumber::new(row.count("number")?).ok_or_else(|| StoreError::unreadable("number"))?;
    Ok(PageId { scan: row.parsed("scan")?, number })
}

/// Reads a page from the columns of `pages`.
pub(super) fn read(row: &Row) -> Result<PageRecord, StoreError> {
    let dpi = row.optional_real("dpi_x")?.zip(row.optional_real("dpi_y")?);
    Ok(PageRecord {
        page: read_page_id(row)?,
        size: Size { width: row.count("width")?, height: row.count("height")? },
        dpi: dpi.map(|(x, y)| (x as f32, y as f32)),
        work: row.parsed("work")?,
        attempts: row.count("attempts")?,
        blank: row.flag("blank")?,
        reliable: row.flag("reliable")?,
        findings: read_findings(row)?,
    })
}

/// Reads `findings`.
pub(super) fn read_findings(row: &Row) -> Result<Vec<Finding>, StoreError> {
    serde_json::from_str(&row.text("findings")?).map_err(|_| StoreError::unreadable("findings"))
}

/// Writes findings as they are stored.
pub(super) fn findings_text(findings: &[Finding]) -> Result<String, StoreError> {
    serde_json::to_string(findings).map_err(|_| StoreError::unreadable("findings"))
}
