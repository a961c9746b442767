//! Batches: made, found again by name, counted.

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::paper;
use super::values::{Row, values};
use crate::chart::{Batch, BatchCounts, BatchId, PipelineStamp};

/// A batch that is ready to take deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedBatch {
    /// The batch as it stands; an older one keeps its id, its pipeline and its time.
    pub batch: Batch,
    /// Whether it was there before.
    pub resumed: bool,
}

/// What was counted by whoever prepared a batch stands above what somebody said when it was opened.
const COLUMNS: &str =
    "batches.id, batches.name, COALESCE(preparations.sheets, batches.expected_sheets) AS expected_sheets, batches.opened_at,
    pipelines.name AS pipeline_name, pipelines.revision AS pipeline_revision, pipelines.digest AS pipeline_digest
    FROM batches JOIN pipelines ON pipelines.digest = batches.pipeline
    LEFT JOIN preparations ON preparations.batch = batches.id";

impl Store {
    /// Makes `batch`, or returns the one that has its name. A sheet count given now replaces an older one, but for that of
    /// whoever prepared the batch.
    ///
    /// # Errors
    /// It is closed; the database failed.
    pub async fn open_batch(&self, batch: &Batch) -> Result<OpenedBatch, StoreError> {
        let mut transaction = self.begin().await?;
        keep_pipeline(&mut transaction, &batch.pipeline).await?;
        let made = transaction
            .execute(
                "INSERT INTO batches (id, name, pipeline, expected_sheets, opened_at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (name) DO NOTHING",
                values![batch.id, batch.name.as_str(), batch.pipeline.digest, batch.expected_sheets, batch.opened_at],
            )
            .await?;
        if made == 0 && batch.expected_sheets.is_some() {
            transaction
                .execute(
                    "UPDATE batches SET expected_sheets = $2 WHERE name = $1",
                    values![batch.name.as_str(), batch.expected_sheets],
                )
                .await?;
        }
        let sql = format!("SELECT {COLUMNS} WHERE batches.name = $1");
        let row = transaction.row(sqlx::AssertSqlSafe(sql), values![batch.name.as_str()]).await?;
        let batch = read(&row.ok_or_else(|| StoreError::NotFound { what: "batch of this name".to_owned() })?)?;
        paper::open(&mut transaction, batch.id).await?;
        transaction.commit().await?;
        Ok(OpenedBatch { batch, resumed: made == 0 })
    }

    /// Returns the batch with this id.
    pub async fn batch(&self, id: BatchId) -> Result<Option<Batch>, StoreError> {
        let sql = format!("SELECT {COLUMNS} WHERE batches.id = $1");
        self.row(sqlx::AssertSqlSafe(sql), values![id]).await?.as_ref().map(read).transpose()
    }

    /// Returns the batch with this name.
    pub async fn batch_by_name(&self, name: &str) -> Result<Option<Batch>, StoreError> {
        let sql = format!("SELECT {COLUMNS} WHERE batches.name = $1");
        self.row(sqlx::AssertSqlSafe(sql), values![name]).await?.as_ref().map(read).transpose()
    }

    /// Returns the next `limit` batches after `after`, oldest first.
    pub async fn batches(&self, after: Option<BatchId>, limit: u32) -> Result<Vec<Batch>, StoreError> {
        let sql = format!("SELECT {COLUMNS} WHERE batches.id > $1 ORDER BY batches.id LIMIT $2");
        let after = after.map_or_else(String::new, |id| id.to_string());
        self.rows(sqlx::AssertSqlSafe(sql), values![after, limit]).await?.iter().map(read).collect()
    }

    /// Counts where the deliveries and pages of a batch stand; content that an earlier batch brought first is part of it.
    pub async fn batch_counts(&self, batch: BatchId) -> Result<BatchCounts, StoreError> {
        counts(&mut self.begin_reading().await?, batch).await
    }
}

/// Counts where the deliveries and pages of a batch stand.
pub(super) async fn counts(transaction: &mut Transaction, batch: BatchId) -> Result<BatchCounts, StoreError> {
    let missing = || StoreError::unreadable("counts");
    let deliveries = transaction
        .row(
            "SELECT count(*) AS deliveries,
                count(*) FILTER (WHERE repeated_of IS NOT NULL) AS repeated,
                count(DISTINCT CASE WHEN size > 0 THEN scans.digest ELSE deliveries.id END)
                    FILTER (WHERE state IN ('waiting', 'claimed')) AS waiting,
                count(DISTINCT CASE WHEN size > 0 THEN scans.digest ELSE deliveries.id END)
                    FILTER (WHERE state IN ('rejected', 'needs-password')) AS rejected
             FROM deliveries JOIN scans ON scans.digest = deliveries.scan WHERE deliveries.batch = $1",
            values![batch],
        )
        .await?
        .ok_or_else(missing)?;
    let pages = transaction
        .row(
            "SELECT count(*) AS pages,
                count(*) FILTER (WHERE work IN ('waiting', 'claimed')) AS waiting,
                count(*) FILTER (WHERE work = 'done') AS done,
                count(*) FILTER (WHERE work = 'done' AND blank) AS blank,
                count(*) FILTER (WHERE work = 'failed') AS failed,
                count(*) FILTER (WHERE work = 'rejected') AS rejected
             FROM pages WHERE scan IN (SELECT scan FROM deliveries WHERE batch = $1)",
            values![batch],
        )
        .await?
        .ok_or_else(missing)?;
    // Nothing but a separator sheet is hidden without being blank. Pages 1 and 2 of a file are one sheet, and so on.
    let separators = transaction
        .row(
            "SELECT count(*) AS sides, count(DISTINCT results.scan || ':' || ((results.number + 1) / 2)) AS sheets
             FROM results JOIN pages ON pages.scan = results.scan AND pages.number = results.number
             WHERE results.standing = 'current' AND results.hidden AND NOT results.blank AND pages.work = 'done'
                AND results.scan IN (SELECT scan FROM deliveries WHERE batch = $1)",
            values![batch],
        )
        .await?
        .ok_or_else(missing)?;
    Ok(BatchCounts {
        deliveries: deliveries.size("deliveries")?,
        repeated: deliveries.size("repeated")?,
        files_waiting: deliveries.size("waiting")?,
        files_rejected: deliveries.size("rejected")?,
        pages: pages.size("pages")?,
        pages_waiting: pages.size("waiting")?,
        pages_done: pages.size("done")?,
        pages_blank: pages.size("blank")?,
        separators: separators.size("sides")?,
        separator_sheets: separators.size("sheets")?,
        pages_failed: pages.size("failed")?,
        pages_rejected: pages.size("rejected")?,
    })
}

/// Keeps name and revision of a pipeline under its digest.
pub(super) async fn keep_pipeline(transaction: &mut Transaction, stamp: &PipelineStamp) -> Result<(), StoreError> {
    transaction
        .execute(
            "INSERT INTO pipelines (digest, name, revision) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING",
            values![stamp.digest, stamp.name.as_str(), stamp.revision],
        )
        .await?;
    Ok(())
}

/// Reads `pipeline_name`, `pipeline_revision` and `pipeline_digest`.
pub(super) fn read_pipeline(row: &Row) -> Result<PipelineStamp, StoreError> {
    Ok(PipelineStamp {
        name: row.text("pipeline_name")?,
        revision: row.count("pipeline_revision")?,
        digest: row.parsed("pipeline_digest")?,
    })
}

fn read(row: &Row) -> Result<Batch, StoreError> {
    Ok(Batch {
        id: row.parsed("id")?,
        name: row.text("name")?,
        pipeline: read_pipeline(row)?,
        expected_sheets: row.optional_count("expected_sheets")?,
        opened_at: row.time("opened_at")?,
    })
}
