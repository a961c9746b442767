//! What is left to do, for whoever waits for the end of it.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::values::values;
use crate::chart::BatchId;

/// Work that is waiting or claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WorkLeft {
    /// Scans not yet looked into.
    pub scans: u64,
    /// Pages not yet recognised.
    pub pages: u64,
    /// When the next piece can be claimed: at once if it is past, else at the end of a back-off or of a lease.
    pub next_due: Option<Timestamp>,
}

impl Store {
    /// Counts the work that is left in a batch (what came first with it), or in all.
    pub async fn work_left(&self, batch: Option<BatchId>) -> Result<WorkLeft, StoreError> {
        let batch = batch.map_or_else(String::new, |id| id.to_string());
        let scans = self
            .row(
                "SELECT count(*) AS work, min(due_at) AS due FROM scans
                 WHERE state IN ('waiting', 'claimed') AND ($1 = '' OR batch = $1)",
                values![batch.as_str()],
            )
            .await?
            .ok_or_else(|| StoreError::unreadable("work"))?;
        let pages = self
            .row(
                "SELECT count(*) AS work, min(pages.due_at) AS due
                 FROM pages JOIN scans ON scans.digest = pages.scan
                 WHERE work IN ('waiting', 'claimed') AND ($1 = '' OR scans.batch = $1)",
                values![batch],
            )
            .await?
            .ok_or_else(|| StoreError::unreadable("work"))?;
        let due = [scans.optional_integer("due")?, pages.optional_integer("due")?].into_iter().flatten().min();
        let next_due =
            due.map(Timestamp::from_microsecond).transpose().map_err(|_| StoreError::unreadable("due_at"))?;
        Ok(WorkLeft { scans: scans.size("work")?, pages: pages.size("work")?, next_due })
    }
}
