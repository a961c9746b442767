//! Documents and their ordered pages. Intake makes one provisional document for each file.

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::page_progress::read_state;
use super::pages::{self, PageRecord};
use super::results::{self, ResultRecord};
use super::values::{Row, ids_from, values};
use crate::chart::{BatchId, DeliveryId, Digest, DocumentId, DocumentState, PageView, QuarterTurns};

/// A document as it stands. Holds the name of a source file: never for a log.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentRecord {
    /// Identity.
    pub id: DocumentId,
    /// Batch.
    pub batch: BatchId,
    /// Delivery that it was made of.
    pub delivery: DeliveryId,
    /// Scan that it was made of.
    pub scan: Digest,
    /// Format of the scan.
    pub format: String,
    /// Name of the source file.
    pub source_name: String,
    /// Number of pages, hidden ones included.
    pub pages: u32,
    /// Where it stands.
    pub state: DocumentState,
    /// When it was made.
    pub opened_at: Timestamp,
}

/// A page in a document.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentPage {
    /// Place, from 1.
    pub position: u32,
    /// The page and how the document shows it.
    pub view: PageView,
    /// The page.
    pub record: PageRecord,
    /// The current result; `None` while there is none.
    pub current: Option<ResultRecord>,
}

const DOCUMENTS: &str = "SELECT documents.id, documents.batch, documents.delivery, deliveries.scan, scans.format,
        deliveries.source_name, documents.state, documents.pages_left, documents.pages_failed, documents.opened_at,
        documents.record, documents.rejection,
        (SELECT count(*) FROM document_pages WHERE document_pages.document = documents.id) AS pages
    FROM documents JOIN deliveries ON deliveries.id = documents.delivery JOIN scans ON scans.digest = deliveries.scan";

impl Store {
    /// Returns the next `limit` documents (of `batch`, if given) after `after`, in the order of their ids.
    pub async fn documents(
        &self,
        batch: Option<BatchId>,
        after: Option<DocumentId>,
        limit: u32,
    ) -> Result<Vec<DocumentRecord>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let rows = match batch {
            Some(batch) => {
                let sql = format!(
                    "{DOCUMENTS} WHERE documents.batch = $1 AND documents.id > $2 ORDER BY documents.id LIMIT $3"
                );
                self.rows(sqlx::AssertSqlSafe(sql), values![batch, after, limit]).await?
            }
            None => {
                let sql = format!("{DOCUMENTS} WHERE documents.id > $1 ORDER BY documents.id LIMIT $2");
                self.rows(sqlx::AssertSqlSafe(sql), values![after, limit]).await?
            }
        };
        rows.iter().map(read).collect()
    }

    /// Returns the document with this id.
    pub async fn document(&self, id: DocumentId) -> Result<Option<DocumentRecord>, StoreError> {
        let sql = format!("{DOCUMENTS} WHERE documents.id = $1");
        self.row(sqlx::AssertSqlSafe(sql), values![id]).await?.as_ref().map(read).transpose()
    }

    /// Returns up to `limit` documents whose id begins with `prefix`; none for a prefix that no id can have.
    pub async fn documents_by_prefix(&self, prefix: &str, limit: u32) -> Result<Vec<DocumentRecord>, StoreError> {
        let Some((first, end)) = ids_from(prefix) else { return Ok(Vec::new()) };
        let sql = format!("{DOCUMENTS} WHERE documents.id >= $1 AND documents.id < $2 ORDER BY documents.id LIMIT $3");
        let values = values![first, end, limit];
        self.rows(sqlx::AssertSqlSafe(sql), values).await?.iter().map(read).collect()
    }

    /// Returns the next `limit` pages of a document after the place `after` (0: from the first), each with its current
    /// result.
    pub async fn document_pages(
        &self,
        document: DocumentId,
        after: u32,
        limit: u32,
    ) -> Result<Vec<DocumentPage>, StoreError> {
        let rows = self
            .rows(
                "SELECT document_pages.position, document_pages.hidden AS view_hidden, document_pages.turn AS view_turn,
                    pages.scan, pages.number, pages.width, pages.height, pages.dpi_x, pages.dpi_y, pages.work,
                    pages.attempts, pages.blank, pages.reliable, pages.findings, results.object_key, results.standing,
                    results.engine, results.words, results.mean_confidence, results.hidden, results.turn,
                    results.made_at, pipelines.name AS pipeline_name, pipelines.revision AS pipeline_revision,
                    pipelines.digest AS pipeline_digest
                 FROM document_pages
                 JOIN pages ON pages.scan = document_pages.scan AND pages.number = document_pages.number
                 LEFT JOIN results ON results.scan = pages.scan AND results.number = pages.number
                    AND results.standing = 'current'
                 LEFT JOIN pipelines ON pipelines.digest = results.pipeline
                 WHERE document_pages.document = $1 AND document_pages.position > $2
                 ORDER BY document_pages.position LIMIT $3",
                values![document, after, limit],
            )
            .await?;
        rows.iter().map(read_page).collect()
    }
}

/// Makes the provisional document of a scan: all its pages in order, in the batch that brought it first.
pub(super) async fn open_provisional(
    transaction: &mut Transaction,
    document: DocumentId,
    scan: Digest,
    pages: u32,
    now: Timestamp,
) -> Result<(), StoreError> {
    let first = transaction
        .row(
            "SELECT id, batch FROM deliveries WHERE scan = $1 AND repeated_of IS NULL ORDER BY received_at, id LIMIT 1",
            values![scan],
        )
        .await?
        .ok_or_else(|| StoreError::NotFound { what: format!("delivery of scan {scan}") })?;
    let state = if pages == 0 { "read" } else { "reading" };
    transaction
        .execute(
            "INSERT INTO documents (id, batch, delivery, state, pages_left, pages_failed, opened_at, changed_at)
             VALUES ($1, $2, $3, $4, $5, 0, $6, $6)",
            values![document, first.text("batch")?, first.text("id")?, state, pages, now],
        )
        .await?;
    transaction
        .execute(
            "INSERT INTO document_pages (document, position, scan, number)
             SELECT $1, number, scan, number FROM pages WHERE scan = $2",
            values![document, scan],
        )
        .await?;
    Ok(())
}

fn read(row: &Row) -> Result<DocumentRecord, StoreError> {
    Ok(DocumentRecord {
        id: row.parsed("id")?,
        batch: row.parsed("batch")?,
        delivery: row.parsed("delivery")?,
        scan: row.parsed("scan")?,
        format: row.optional_text("format")?.unwrap_or_default(),
        source_name: row.text("source_name")?,
        pages: row.count("pages")?,
        state: read_state(row)?,
        opened_at: row.time("opened_at")?,
    })
}

fn read_page(row: &Row) -> Result<DocumentPage, StoreError> {
    let record = pages::read(row)?;
    let turn = i32::try_from(row.integer("view_turn")?).ok().and_then(QuarterTurns::from_degrees);
    let view = PageView {
        page: record.page,
        hidden: row.flag("view_hidden")?,
        turn: turn.ok_or_else(|| StoreError::unreadable("turn"))?,
    };
    // The page carries blank, reliable and findings of its current result.
    let current = match row.optional_text("object_key")? {
        Some(_) => Some(results::read(row)?),
        None => None,
    };
    Ok(DocumentPage { position: row.count("position")?, view, record, current })
}
