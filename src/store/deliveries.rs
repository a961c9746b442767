//! Deliveries: each source file that was brought in, once per batch, place and content.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::scans::ScanState;
use super::values::values;
use super::{paper, rejects};
use crate::chart::{BatchId, DeliveryId, Digest, DocumentId, Reject};

/// A source file whose bytes are safe in the intake area.
#[derive(Debug, Clone)]
pub struct NewDelivery<'a> {
    /// Identity, used unless the delivery turns out to be known.
    pub id: DeliveryId,
    /// Batch that it belongs to.
    pub batch: BatchId,
    /// Digest of the bytes.
    pub scan: Digest,
    /// Bytes.
    pub size: u64,
    /// Digest of the source's whole path: with the batch and the content it says that this is the same delivery.
    pub source_key: Digest,
    /// Name for people.
    pub source_name: &'a str,
    /// When it was taken.
    pub received_at: Timestamp,
    /// Higher goes first; 0 is usual.
    pub priority: i32,
    /// Given when the file is rejected at once (it is empty).
    pub reject: Option<Reject>,
}

/// What a delivery turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Content that was not here before: it will be processed.
    New,
    /// Content that an earlier delivery brought: recorded, not processed again.
    Repeated {
        /// The first delivery of the content.
        of: DeliveryId,
    },
    /// This very delivery (same batch, place and content) was recorded before; nothing was written.
    Known {
        /// Its id.
        delivery: DeliveryId,
    },
}

/// A recorded delivery. Holds the name of a source file: for the eyes of whoever may see the batch, never for a log.
#[derive(Clone)]
pub struct DeliveryRecord {
    /// Identity.
    pub id: DeliveryId,
    /// Digest of the bytes.
    pub scan: Digest,
    /// Bytes.
    pub size: u64,
    /// Name of the source file.
    pub source_name: String,
    /// When it was taken.
    pub received_at: Timestamp,
    /// The first delivery of the same content, if this is not it.
    pub repeated_of: Option<DeliveryId>,
    /// Where the content stands.
    pub scan_state: ScanState,
    /// The document made of the content.
    pub document: Option<DocumentId>,
    /// Pages of the content, once it was opened.
    pub pages: u32,
    /// Pages of it that were rejected.
    pub pages_rejected: u32,
    /// Pages of it on which every attempt failed.
    pub pages_failed: u32,
}

/// Condition that leaves one delivery of each content of a batch: where the batch brought the same bytes twice, the
/// first. Empty files all stay: none of them repeats another.
pub(super) const FIRST_IN_BATCH: &str = "(deliveries.repeated_of IS NULL OR NOT EXISTS (
    SELECT 1 FROM deliveries AS others WHERE others.scan = deliveries.scan AND others.batch = deliveries.batch
        AND (others.repeated_of IS NULL OR others.id < deliveries.id)))";

/// Condition on deliveries whose content, or pages of it, could not be read.
const NEEDS_A_PERSON: &str = "(EXISTS (SELECT 1 FROM rejects WHERE rejects.scan = deliveries.scan)
    OR EXISTS (SELECT 1 FROM pages WHERE pages.scan = deliveries.scan AND pages.work = 'failed'))";

impl Store {
    /// Records a delivery, and its content if that is new, in one transaction.
    ///
    /// # Errors
    /// The batch is closed; the database failed.
    pub async fn record_delivery(&self, delivery: &NewDelivery<'_>) -> Result<Recorded, StoreError> {
        let mut transaction = self.begin().await?;
        paper::with_others(&mut transaction, delivery.batch).await?;
        let state = if delivery.reject.is_some() { ScanState::Rejected } else { ScanState::Waiting };
        transaction
            .execute(
                "INSERT INTO scans (digest, size, batch, state, priority, queued_at, due_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $6) ON CONFLICT (digest) DO NOTHING",
                values![
                    delivery.scan,
                    i64::try_from(delivery.size).unwrap_or(i64::MAX),
                    delivery.batch,
                    state.name(),
                    i64::from(delivery.priority),
                    delivery.received_at
                ],
            )
            .await?;
        let known = "SELECT id FROM deliveries WHERE batch = $1 AND source_key = $2 AND scan = $3";
        let same = || values![delivery.batch, delivery.source_key, delivery.scan];
        if let Some(row) = transaction.row(known, same()).await? {
            return Ok(Recorded::Known { delivery: row.parsed("id")? });
        }
        paper::open(&mut transaction, delivery.batch).await?;
        // Empty files have nothing in common but that they are empty: each is a reject of its own.
        let first =
            "SELECT id FROM deliveries WHERE scan = $1 AND repeated_of IS NULL ORDER BY received_at, id LIMIT 1";
        let repeated_of: Option<DeliveryId> = match transaction.row(first, values![delivery.scan]).await? {
            Some(row) if delivery.size > 0 => Some(row.parsed("id")?),
            _ => None,
        };
        let written = transaction
            .execute(
                "INSERT INTO deliveries (id, batch, scan, source_key, source_name, received_at, repeated_of)
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (batch, source_key, scan) DO NOTHING",
                values![
                    delivery.id,
                    delivery.batch,
                    delivery.scan,
                    delivery.source_key,
                    delivery.source_name,
                    delivery.received_at,
                    repeated_of.map(|id| id.to_string())
                ],
            )
            .await?;
        if written == 0 {
            let row = transaction.row(known, same()).await?.ok_or_else(|| StoreError::unreadable("deliveries"))?;
            return Ok(Recorded::Known { delivery: row.parsed("id")? });
        }
        if let Some(reject) = &delivery.reject {
            rejects::keep(&mut transaction, delivery.scan, reject, delivery.received_at).await?;
        }
        transaction.commit().await?;
        Ok(repeated_of.map_or(Recorded::New, |of| Recorded::Repeated { of }))
    }

    /// Returns the next `limit` deliveries of a batch after `after`, in the order of their ids.
    pub async fn deliveries(
        &self,
        batch: BatchId,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRecord>, StoreError> {
        self.list(batch, "TRUE", after, limit).await
    }

    /// Returns the next `limit` deliveries of a batch after `after` that were rejected, or have pages that were rejected
    /// or failed; in the order of their ids, one for each content.
    pub async fn deliveries_to_check(
        &self,
        batch: BatchId,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRecord>, StoreError> {
        self.list(batch, &format!("{NEEDS_A_PERSON} AND {FIRST_IN_BATCH}"), after, limit).await
    }

    async fn list(
        &self,
        batch: BatchId,
        condition: &str,
        after: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRecord>, StoreError> {
        let sql = format!(
            "SELECT deliveries.id, deliveries.scan, scans.size, deliveries.source_name, deliveries.received_at,
                deliveries.repeated_of, scans.state,
                (SELECT min(documents.id) FROM documents
                    WHERE documents.delivery = COALESCE(deliveries.repeated_of, deliveries.id)) AS document,
                COALESCE(scans.page_count, 0) AS pages,
                (SELECT count(*) FROM rejects
                    WHERE rejects.scan = scans.digest AND rejects.number > 0) AS pages_rejected,
                (SELECT count(*) FROM pages
                    WHERE pages.scan = scans.digest AND pages.work = 'failed') AS pages_failed
             FROM deliveries JOIN scans ON scans.digest = deliveries.scan
             WHERE deliveries.batch = $1 AND deliveries.id > $2 AND {condition} ORDER BY deliveries.id LIMIT $3"
        );
        let after = after.map_or_else(String::new, |id| id.to_string());
        let rows = self.rows(sqlx::AssertSqlSafe(sql), values![batch, after, limit]).await?;
        let records = rows.iter().map(|row| {
            Ok(DeliveryRecord {
                id: row.parsed("id")?,
                scan: row.parsed("scan")?,
                size: row.size("size")?,
                source_name: row.text("source_name")?,
                received_at: row.time("received_at")?,
                repeated_of: row.optional_parsed("repeated_of")?,
                scan_state: row.parsed("state")?,
                document: row.optional_parsed("document")?,
                pages: row.count("pages")?,
                pages_rejected: row.count("pages_rejected")?,
                pages_failed: row.count("pages_failed")?,
            })
        });
        records.collect()
    }
}
