//! Scans: each distinct content that was delivered, and where it stands.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, stored_names, values};
use crate::chart::{BatchId, Digest};

/// Where a scan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanState {
    /// Not yet looked into.
    Waiting,
    /// A worker looks into it.
    Claimed,
    /// Its pages are known.
    Opened,
    /// It cannot be read; the reason is recorded.
    Rejected,
    /// It is encrypted, and no password opened it.
    NeedsPassword,
}

/// A scan as it stands.
#[derive(Debug, Clone)]
pub struct ScanRecord {
    /// Identity.
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
    /// Batch that brought it first.
    pub batch: BatchId,
    /// Where it stands.
    pub state: ScanState,
    /// Format, once it was opened.
    pub format: Option<String>,
    /// Pages, once it was opened.
    pub page_count: Option<u32>,
    /// Whether the file is damaged, though pages of it could be read.
    pub damaged: bool,
    /// Key of the archival copy without encryption.
    pub decrypted_key: Option<String>,
    /// Attempts that failed.
    pub attempts: u32,
}

stored_names!(ScanState {
    Waiting = "waiting",
    Claimed = "claimed",
    Opened = "opened",
    Rejected = "rejected",
    NeedsPassword = "needs-password",
});

impl Store {
    /// Returns the scan with this digest.
    pub async fn scan(&self, digest: Digest) -> Result<Option<ScanRecord>, StoreError> {
        let row = self
            .row(
                "SELECT digest, size, batch, state, format, page_count, damaged, decrypted_key, attempts
                 FROM scans WHERE digest = $1",
                values![digest],
            )
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Puts a rejected scan, or one that needs a password, back in the queue; says whether there was one to put back.
    /// An empty file stays rejected.
    pub async fn retry_scan(&self, digest: Digest, now: Timestamp) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        let touched = transaction
            .execute(
                "UPDATE scans SET state = 'waiting', attempts = 0, lost = 0, failure = NULL, due_at = $2
                 WHERE digest = $1 AND state IN ('rejected', 'needs-password') AND size > 0",
                values![digest, now],
            )
            .await?;
        if touched > 0 {
            transaction.execute("DELETE FROM rejects WHERE scan = $1 AND number = 0", values![digest]).await?;
        }
        transaction.commit().await?;
        Ok(touched > 0)
    }

    /// Puts every scan of a batch that stands at `state` (rejected, or needs a password) back in the queue; returns how
    /// many. Repeated deliveries count: the content may have come with another batch first.
    pub async fn retry_scans(&self, batch: BatchId, state: ScanState, now: Timestamp) -> Result<u64, StoreError> {
        let rows = self
            .rows(
                "SELECT DISTINCT scans.digest FROM deliveries JOIN scans ON scans.digest = deliveries.scan
                 WHERE deliveries.batch = $1 AND scans.state = $2",
                values![batch, state.name()],
            )
            .await?;
        let mut count = 0;
        for row in rows {
            count += u64::from(self.retry_scan(row.parsed("digest")?, now).await?);
        }
        Ok(count)
    }
}

fn read(row: &Row) -> Result<ScanRecord, StoreError> {
    Ok(ScanRecord {
        digest: row.parsed("digest")?,
        size: row.size("size")?,
        batch: row.parsed("batch")?,
        state: row.parsed("state")?,
        format: row.optional_text("format")?,
        page_count: match row.optional_integer("page_count")? {
            Some(count) => Some(u32::try_from(count).map_err(|_| StoreError::unreadable("page_count"))?),
            None => None,
        },
        damaged: row.flag("damaged")?,
        decrypted_key: row.optional_text("decrypted_key")?,
        attempts: row.count("attempts")?,
    })
}
