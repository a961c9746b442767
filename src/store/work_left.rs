//! What is left to do, for whoever waits for the end of it.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::pages::PageSelection;
use super::values::values;
use crate::chart::{BatchId, Digest};

/// Work that is waiting or claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WorkLeft {
    /// Scans not yet looked into.
    pub scans: u64,
    /// Pages not yet recognised.
    pub pages: u64,
}

impl Store {
    /// Counts the work that is left on what was delivered with a batch, or on everything.
    pub async fn work_left(&self, batch: Option<BatchId>) -> Result<WorkLeft, StoreError> {
        let of_batch = |column: &str| match batch {
            Some(_) => format!("AND {column} IN (SELECT scan FROM deliveries WHERE batch = $1)"),
            None => String::new(),
        };
        let values = || batch.map_or_else(Vec::new, |id| values![id]);
        let scans =
            format!("SELECT count(*) AS work FROM scans WHERE state IN ('waiting', 'claimed') {}", of_batch("digest"));
        let pages =
            format!("SELECT count(*) AS work FROM pages WHERE work IN ('waiting', 'claimed') {}", of_batch("scan"));
        let missing = || StoreError::unreadable("work");
        let scans = self.row(sqlx::AssertSqlSafe(scans), values()).await?.ok_or_else(missing)?;
        let pages = self.row(sqlx::AssertSqlSafe(pages), values()).await?.ok_or_else(missing)?;
        Ok(WorkLeft { scans: scans.size("work")?, pages: pages.size("work")? })
    }

    /// Says whether anything is left of what was delivered with a batch, or at all. As a rule the first row that is looked
    /// at answers: a worker asks before every piece of work.
    pub async fn is_work_left(&self, batch: Option<BatchId>) -> Result<bool, StoreError> {
        let of_batch = |column: &str| match batch {
            Some(_) => format!(
                "AND EXISTS (SELECT 1 FROM deliveries WHERE deliveries.scan = {column} AND deliveries.batch = $1)"
            ),
            None => String::new(),
        };
        for (work, column) in [("scans WHERE state", "scans.digest"), ("pages WHERE work", "pages.scan")] {
            let sql = format!("SELECT 1 AS work FROM {work} IN ('waiting', 'claimed') {} LIMIT 1", of_batch(column));
            let values = batch.map_or_else(Vec::new, |id| values![id]);
            if self.row(sqlx::AssertSqlSafe(sql), values).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Counts up to `limit` pages that can be claimed now: of `selection` and waiting for `pipeline`, if that is given.
    pub async fn due_pages(
        &self,
        of: Option<(PageSelection, Digest)>,
        now: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError> {
        let (chosen, value, number) = of.map_or(PageSelection::All, |(selection, _)| selection).condition();
        let waits_for = of.map_or_else(String::new, |(_, digest)| format!("AND pages.pipeline = '{digest}'"));
        let sql = format!(
            "SELECT count(*) AS due FROM (SELECT 1 FROM pages
                WHERE work IN ('waiting', 'claimed') AND due_at <= $3 AND {chosen} {waits_for} LIMIT $4) AS first"
        );
        let mut bound = vec![value, number];
        bound.extend(values![now, limit]);
        self.row(sqlx::AssertSqlSafe(sql), bound).await?.ok_or_else(|| StoreError::unreadable("due"))?.count("due")
    }

    /// Counts the pages of `selection` that wait for `pipeline` or are read with it.
    pub async fn pages_left(&self, selection: PageSelection, pipeline: Digest) -> Result<u64, StoreError> {
        let (chosen, value, number) = selection.condition();
        let sql = format!(
            "SELECT count(*) AS work FROM pages
             WHERE work IN ('waiting', 'claimed') AND pipeline = '{pipeline}' AND {chosen}"
        );
        let row = self.row(sqlx::AssertSqlSafe(sql), vec![value, number]).await?;
        row.ok_or_else(|| StoreError::unreadable("work"))?.size("work")
    }

    /// Counts what no search can see yet: files not yet opened, and pages not yet read. A page that is read again, by
    /// another pipeline, is not one of them: its result still counts.
    pub async fn not_ready(&self) -> Result<(u64, u64), StoreError> {
        let files = "SELECT count(*) AS files FROM scans WHERE state IN ('waiting', 'claimed')";
        let pages = "SELECT count(*) AS pages FROM pages WHERE work IN ('waiting', 'claimed') AND NOT EXISTS (
            SELECT 1 FROM results WHERE results.scan = pages.scan AND results.number = pages.number
                AND results.standing = 'current')";
        let missing = || StoreError::unreadable("counts");
        let files = self.row(files, Vec::new()).await?.ok_or_else(missing)?;
        let pages = self.row(pages, Vec::new()).await?.ok_or_else(missing)?;
        Ok((files.size("files")?, pages.size("pages")?))
    }
}
