//! What was rejected, whole files and single pages, and why.

use jiff::Timestamp;

use super::deliveries::FIRST_IN_BATCH;
use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::values::values;
use crate::chart::{BatchId, DeliveryId, Digest, PageNumber, Reject, RejectReason};

/// One reject of a batch. Holds the name of a source file: never for a log.
#[derive(Clone)]
pub struct RejectRecord {
    /// The batch's first delivery of it.
    pub delivery: DeliveryId,
    /// Name of the source file.
    pub source_name: String,
    /// Digest of the bytes, which are kept.
    pub scan: Digest,
    /// Page (or the whole file), reason and message.
    pub reject: Reject,
    /// When.
    pub rejected_at: Timestamp,
}

impl Store {
    /// Returns the next `limit` rejects of a batch after the delivery and page number of `after` (0: the whole file).
    ///
    /// Content that was rejected when an earlier batch brought it is listed too. Content that was delivered twice with
    /// this batch is listed once, with the first of its deliveries.
    pub async fn rejects(
        &self,
        batch: BatchId,
        after: Option<(DeliveryId, u32)>,
        limit: u32,
    ) -> Result<Vec<RejectRecord>, StoreError> {
        let (after, number) = after.map_or((String::new(), 0), |(id, number)| (id.to_string(), number));
        let sql = format!(
            "SELECT deliveries.id, deliveries.source_name, rejects.scan, rejects.number, rejects.reason,
                rejects.message, rejects.rejected_at
             FROM deliveries JOIN rejects ON rejects.scan = deliveries.scan
             WHERE deliveries.batch = $1 AND deliveries.id >= $2 AND (deliveries.id > $2 OR rejects.number > $3)
                AND {FIRST_IN_BATCH}
             ORDER BY deliveries.id, rejects.number LIMIT $4"
        );
        let rows = self.rows(sqlx::AssertSqlSafe(sql), values![batch, after, number, limit]).await?;
        let records = rows.iter().map(|row| {
            let page = PageNumber::new(row.count("number")?);
            let reason = reason(&row.text("reason")?)?;
            Ok(RejectRecord {
                delivery: row.parsed("id")?,
                source_name: row.text("source_name")?,
                scan: row.parsed("scan")?,
                reject: Reject { page, reason, message: row.text("message")? },
                rejected_at: row.time("rejected_at")?,
            })
        });
        records.collect()
    }
}

/// Keeps a reject; an older one of the same file or page is replaced.
pub(super) async fn keep(
    transaction: &mut Transaction,
    scan: Digest,
    reject: &Reject,
    now: Timestamp,
) -> Result<(), StoreError> {
    transaction
        .execute(
            "INSERT INTO rejects (scan, number, reason, message, rejected_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (scan, number) DO UPDATE
                SET reason = excluded.reason, message = excluded.message, rejected_at = excluded.rejected_at",
            values![scan, reject.page.map_or(0, PageNumber::get), reject.reason.name(), reject.message.as_str(), now],
        )
        .await?;
    Ok(())
}

/// Reads the stored name of a reason.
pub(super) fn reason(name: &str) -> Result<RejectReason, StoreError> {
    serde_json::from_value(serde_json::Value::from(name)).map_err(|_| StoreError::unreadable("reason"))
}
