//! What the index has to be told, and everything that it is made of.
//!
//! A page is queued in the transaction that changes it, and leaves the queue once the index has it on disk: a crash
//! between the two only makes the index do the page again.

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::pages::{PageWork, read_page_id};
use super::values::{Row, values};
use crate::chart::{BatchId, DocumentId, PageId, RecordDraft};

/// A page as the index has it.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexedPage {
    /// The page.
    pub page: PageId,
    /// Document that it stands in.
    pub document: DocumentId,
    /// Place in the document, from 1.
    pub position: u32,
    /// Batch of the document.
    pub batch: BatchId,
    /// Name of that batch.
    pub batch_name: String,
    /// Name of the source file: part of the index, never of a log.
    pub source_name: String,
    /// When the file was taken in.
    pub received_at: Timestamp,
    /// Whether the document hides the page.
    pub hidden: bool,
    /// Where the work stands: a failed or rejected page is in the index as one without reliable text.
    pub work: PageWork,
    /// Key of the current result; `None` for a page that could not be read.
    pub object_key: Option<String>,
    /// Program and model that read it.
    pub engine: Option<String>,
    /// State of the document, by name.
    pub state: String,
    /// What was decided about the record that the document became, as its current version says. Holds patient data.
    pub description: Option<RecordDraft>,
    /// Whether it is blank.
    pub blank: bool,
    /// Whether a search over it can be trusted.
    pub reliable: bool,
}

/// A page whose entry in the index has to be made again.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxEntry {
    /// Place in the queue; to be acknowledged.
    pub sequence: i64,
    /// The page.
    pub page: PageId,
    /// What to put in the place of the entries of this page; empty to just remove them.
    pub entries: Vec<IndexedPage>,
}

const COLUMNS: &str = "pages.scan, pages.number, pages.work, pages.blank, pages.reliable, document_pages.document,
        document_pages.position, document_pages.hidden, documents.batch, batches.name AS batch_name,
        deliveries.source_name, deliveries.received_at, results.object_key, results.engine, documents.state,
        descriptions.body";

/// Where the entries of the index come from, with what makes a page one of them.
const SOURCE: &str = "FROM pages
    JOIN document_pages ON document_pages.scan = pages.scan AND document_pages.number = pages.number
    JOIN documents ON documents.id = document_pages.document
    JOIN batches ON batches.id = documents.batch
    JOIN deliveries ON deliveries.id = documents.delivery
    LEFT JOIN records ON records.id = documents.record
    LEFT JOIN descriptions ON descriptions.record = records.id AND descriptions.version = records.current_version
    LEFT JOIN results ON results.scan = pages.scan AND results.number = pages.number AND results.standing = 'current'
    WHERE (results.scan IS NOT NULL OR pages.work IN ('failed', 'rejected'))
        AND (records.id IS NULL OR records.state <> 'destroyed')";

impl Store {
    /// Returns the oldest `limit` changes that the index has not acknowledged.
    pub async fn outbox(&self, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        let queued = self
            .rows("SELECT sequence, scan, number FROM index_outbox ORDER BY sequence LIMIT $1", values![limit])
            .await?;
        let sql = format!(
            "SELECT {COLUMNS} {SOURCE} AND pages.scan = $1 AND pages.number = $2 ORDER BY document_pages.document, position"
        );
        let mut entries = Vec::with_capacity(queued.len());
        for row in &queued {
            let page = read_page_id(row)?;
            let rows = self.rows(sqlx::AssertSqlSafe(sql.clone()), values![page.scan, page.number]).await?;
            let indexed = rows.iter().map(read).collect::<Result<_, _>>()?;
            entries.push(OutboxEntry { sequence: row.integer("sequence")?, page, entries: indexed });
        }
        Ok(entries)
    }

    /// Takes changes out of the queue, once the index has them on disk.
    pub async fn acknowledge(&self, sequences: &[i64]) -> Result<(), StoreError> {
        for chunk in sequences.chunks(500) {
            let list: Vec<_> = chunk.iter().map(i64::to_string).collect();
            let sql = format!("DELETE FROM index_outbox WHERE sequence IN ({})", list.join(", "));
            self.execute(sqlx::AssertSqlSafe(sql), Vec::new()).await?;
        }
        Ok(())
    }

    /// Counts the changes that the index has not acknowledged.
    pub async fn outbox_length(&self) -> Result<u64, StoreError> {
        let row = self.row("SELECT count(*) AS queued FROM index_outbox", Vec::new()).await?;
        row.ok_or_else(|| StoreError::unreadable("queued"))?.size("queued")
    }

    /// Counts the entries that a complete index has: an index with fewer, while nothing is queued for it, lacks pages.
    pub async fn indexable_pages(&self) -> Result<u64, StoreError> {
        let row = self.row(sqlx::AssertSqlSafe(format!("SELECT count(*) AS entries {SOURCE}")), Vec::new()).await?;
        row.ok_or_else(|| StoreError::unreadable("entries"))?.size("entries")
    }

    /// Returns the next `limit` pages for a rebuild of the index, after the document and place of `after`, in the order
    /// of documents and their pages. The order never changes, so that a rebuild can be resumed.
    pub async fn indexed_pages(
        &self,
        after: Option<(DocumentId, u32)>,
        limit: u32,
    ) -> Result<Vec<IndexedPage>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} {SOURCE} AND (document_pages.document, document_pages.position) > ($1, $2)
             ORDER BY document_pages.document, document_pages.position LIMIT $3"
        );
        let (document, position) = after.map_or((String::new(), 0), |(id, position)| (id.to_string(), position));
        self.rows(sqlx::AssertSqlSafe(sql), values![document, position, limit]).await?.iter().map(read).collect()
    }
}

/// Queues a page for the index.
pub(super) async fn queue(transaction: &mut Transaction, page: PageId, now: Timestamp) -> Result<(), StoreError> {
    transaction
        .execute(
            "INSERT INTO index_outbox (scan, number, queued_at) VALUES ($1, $2, $3)",
            values![page.scan, page.number, now],
        )
        .await?;
    Ok(())
}

fn read(row: &Row) -> Result<IndexedPage, StoreError> {
    Ok(IndexedPage {
        page: read_page_id(row)?,
        document: row.parsed("document")?,
        position: row.count("position")?,
        batch: row.parsed("batch")?,
        batch_name: row.text("batch_name")?,
        source_name: row.text("source_name")?,
        received_at: row.time("received_at")?,
        hidden: row.flag("hidden")?,
        work: row.parsed("work")?,
        object_key: row.optional_text("object_key")?,
        engine: row.optional_text("engine")?,
        state: row.text("state")?,
        description: description(row)?,
        blank: row.flag("blank")?,
        reliable: row.flag("reliable")?,
    })
}

fn description(row: &Row) -> Result<Option<RecordDraft>, StoreError> {
    let body = row.optional_text("body")?;
    body.map(|body| serde_json::from_str(&body).map_err(|_| StoreError::unreadable("body"))).transpose()
}
