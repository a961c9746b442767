//! Pages that go through the pipeline again: a retry after failure, or a newer pipeline whose results are accepted or
//! not.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::batches::keep_pipeline;
use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::pages::{PageSelection, read_page_id};
use super::results::{self, Standing};
use super::values::values;
use super::{outbox, page_progress};
use crate::chart::{PageId, PipelineStamp};

/// Pages that one transaction moves.
const AT_ONCE: u32 = 200;

impl Store {
    /// Puts failed and rejected pages back in the queue; returns how many.
    pub async fn retry_pages(&self, selection: PageSelection, now: Timestamp) -> Result<u64, StoreError> {
        let mut count = 0;
        loop {
            let mut transaction = self.begin().await?;
            let pages = selected(&mut transaction, selection, "pages.work IN ('failed', 'rejected')").await?;
            if pages.is_empty() {
                return Ok(count);
            }
            queue_again(&mut transaction, &pages, now).await?;
            transaction.commit().await?;
            count += pages.len() as u64;
        }
    }

    /// Queues pages for `pipeline`, unless it has read them already; returns how many. Pages that are waiting for
    /// another pipeline, or are being read, are left alone.
    pub async fn reprocess(
        &self,
        selection: PageSelection,
        pipeline: &PipelineStamp,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut count = 0;
        let condition = format!(
            "pages.work IN ('done', 'failed', 'rejected') AND NOT EXISTS (SELECT 1 FROM results
                WHERE results.scan = pages.scan AND results.number = pages.number AND results.pipeline = '{}')",
            pipeline.digest
        );
        loop {
            let mut transaction = self.begin().await?;
            keep_pipeline(&mut transaction, pipeline).await?;
            let pages = selected(&mut transaction, selection, &condition).await?;
            if pages.is_empty() {
                return Ok(count);
            }
            for &page in &pages {
                let sql = "UPDATE pages SET pipeline = $3 WHERE scan = $1 AND number = $2";
                transaction.execute(sql, values![page.scan, page.number, pipeline.digest]).await?;
            }
            queue_again(&mut transaction, &pages, now).await?;
            transaction.commit().await?;
            count += pages.len() as u64;
        }
    }

    /// Makes candidate results the current ones and tells the index; returns how many.
    pub async fn accept_candidates(&self, selection: PageSelection, now: Timestamp) -> Result<u64, StoreError> {
        let mut count = 0;
        loop {
            let mut transaction = self.begin().await?;
            let pages = selected(&mut transaction, selection, HAS_CANDIDATE).await?;
            if pages.is_empty() {
                return Ok(count);
            }
            let mut accepted = 0;
            for &page in &pages {
                if !results::has(&mut transaction, page, Standing::Candidate).await? {
                    continue; // Another command has just accepted or declined it.
                }
                results::supersede(&mut transaction, page, Standing::Current).await?;
                let sql = "UPDATE results SET standing = 'current'
                           WHERE scan = $1 AND number = $2 AND standing = 'candidate'";
                transaction.execute(sql, values![page.scan, page.number]).await?;
                results::show(&mut transaction, page).await?;
                outbox::queue(&mut transaction, page, now).await?;
                accepted += 1;
            }
            transaction.commit().await?;
            count += accepted;
        }
    }

    /// Turns candidate results down: they are kept, but the current ones stay; returns how many.
    pub async fn decline_candidates(&self, selection: PageSelection) -> Result<u64, StoreError> {
        let mut count = 0;
        loop {
            let mut transaction = self.begin().await?;
            let pages = selected(&mut transaction, selection, HAS_CANDIDATE).await?;
            if pages.is_empty() {
                return Ok(count);
            }
            for &page in &pages {
                results::supersede(&mut transaction, page, Standing::Candidate).await?;
            }
            transaction.commit().await?;
            count += pages.len() as u64;
        }
    }
}

const HAS_CANDIDATE: &str = "EXISTS (SELECT 1 FROM results
    WHERE results.scan = pages.scan AND results.number = pages.number AND results.standing = 'candidate')";

/// Takes the next pages of `selection` that meet `condition` for this transaction.
async fn selected(
    transaction: &mut Transaction,
    selection: PageSelection,
    condition: &str,
) -> Result<Vec<PageId>, StoreError> {
    let (chosen, value, number) = selection.condition();
    let sql = format!(
        "SELECT pages.scan, pages.number FROM pages WHERE {chosen} AND {condition}
         ORDER BY pages.scan, pages.number LIMIT {AT_ONCE} {}",
        transaction.dialect("", "FOR UPDATE OF pages")
    );
    let rows = transaction.rows(sqlx::AssertSqlSafe(sql), vec![value, number]).await?;
    rows.iter().map(read_page_id).collect()
}

async fn queue_again(transaction: &mut Transaction, pages: &[PageId], now: Timestamp) -> Result<(), StoreError> {
    let mut documents = BTreeSet::new();
    for &page in pages {
        transaction
            .execute(
                "UPDATE pages SET work = 'waiting', attempts = 0, lost = 0, failure = NULL, due_at = $3
                 WHERE scan = $1 AND number = $2 AND work IN ('done', 'failed', 'rejected')",
                values![page.scan, page.number, now],
            )
            .await?;
        let sql = "DELETE FROM rejects WHERE scan = $1 AND number = $2";
        transaction.execute(sql, values![page.scan, page.number]).await?;
        documents.extend(page_progress::documents_with(transaction, page).await?);
    }
    for document in documents {
        page_progress::recount(transaction, document, now).await?;
    }
    Ok(())
}
