//! Pages that go through the pipeline again: a retry after failure, or a newer pipeline whose results are accepted or
//! not.

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
        let (mut count, mut after) = (0, None);
        loop {
            let mut transaction = self.begin().await?;
            let failed = "pages.work IN ('failed', 'rejected')";
            let pages = selected(&mut transaction, selection, failed, &mut after).await?;
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
        let (mut count, mut after) = (0, None);
        let condition = format!(
            "pages.work IN ('done', 'failed', 'rejected') AND NOT EXISTS (SELECT 1 FROM results
                WHERE results.scan = pages.scan AND results.number = pages.number AND results.pipeline = '{}')",
            pipeline.digest
        );
        loop {
            let mut transaction = self.begin().await?;
            keep_pipeline(&mut transaction, pipeline).await?;
            let pages = selected(&mut transaction, selection, &condition, &mut after).await?;
            if pages.is_empty() {
                return Ok(count);
            }
            let sql = format!("UPDATE pages SET pipeline = $1 WHERE {}", among(&pages));
            transaction.execute(sqlx::AssertSqlSafe(sql), values![pipeline.digest]).await?;
            queue_again(&mut transaction, &pages, now).await?;
            transaction.commit().await?;
            count += pages.len() as u64;
        }
    }

    /// Makes candidate results the current ones and tells the index; returns how many.
    pub async fn accept_candidates(&self, selection: PageSelection, now: Timestamp) -> Result<u64, StoreError> {
        let (mut count, mut after) = (0, None);
        loop {
            let mut transaction = self.begin().await?;
            let pages = selected(&mut transaction, selection, HAS_CANDIDATE, &mut after).await?;
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
        let (mut count, mut after) = (0, None);
        loop {
            let mut transaction = self.begin().await?;
            let pages = selected(&mut transaction, selection, HAS_CANDIDATE, &mut after).await?;
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

/// Takes the next pages of `selection` that meet `condition` for this transaction, after the page `after`, which moves
/// on: no step looks again at what earlier steps have passed.
async fn selected(
    transaction: &mut Transaction,
    selection: PageSelection,
    condition: &str,
    after: &mut Option<PageId>,
) -> Result<Vec<PageId>, StoreError> {
    let (chosen, value, number) = selection.condition();
    let (from, chosen, order) = match selection {
        // A batch may have very many scans: they are walked along, not gathered anew for each step.
        PageSelection::Batch(_) => (
            "deliveries JOIN pages ON pages.scan = deliveries.scan",
            "deliveries.batch = $1 AND $2 = 0 AND deliveries.scan >= $3",
            "deliveries.scan",
        ),
        _ => ("pages", chosen, "pages.scan"),
    };
    let sql = format!(
        "SELECT pages.scan, pages.number FROM {from}
         WHERE {chosen} AND {condition} AND (pages.scan, pages.number) > ($3, $4)
         ORDER BY {order}, pages.number LIMIT {AT_ONCE} {}",
        transaction.dialect("", "FOR UPDATE OF pages")
    );
    let mut bound = vec![value, number];
    bound.extend(match after {
        Some(page) => values![page.scan, page.number],
        None => values!["", 0_u32],
    });
    let rows = transaction.rows(sqlx::AssertSqlSafe(sql), bound).await?;
    let mut pages: Vec<PageId> = rows.iter().map(read_page_id).collect::<Result<_, _>>()?;
    // What was delivered twice with a batch comes twice.
    pages.dedup();
    *after = pages.last().copied().or(*after);
    Ok(pages)
}

async fn queue_again(transaction: &mut Transaction, pages: &[PageId], now: Timestamp) -> Result<(), StoreError> {
    let among = among(pages);
    let queue = format!(
        "UPDATE pages SET work = 'waiting', attempts = 0, lost = 0, failure = NULL, due_at = $1
         WHERE {among} AND work IN ('done', 'failed', 'rejected')"
    );
    transaction.execute(sqlx::AssertSqlSafe(queue), values![now]).await?;
    let forget = format!("DELETE FROM rejects WHERE {among}");
    transaction.execute(sqlx::AssertSqlSafe(forget), Vec::new()).await?;
    // Always in the same order, so that two programs never wait for each other.
    let documents = format!("SELECT DISTINCT document FROM document_pages WHERE {among} ORDER BY document");
    for row in transaction.rows(sqlx::AssertSqlSafe(documents), Vec::new()).await? {
        page_progress::recount(transaction, row.parsed("document")?, now).await?;
    }
    Ok(())
}

/// Returns the condition for these pages, in one statement: three statements for each took most of the time.
fn among(pages: &[PageId]) -> String {
    // A digest is hexadecimal digits, and nothing else.
    let rows: Vec<String> = pages.iter().map(|page| format!("('{}', {})", page.scan, page.number)).collect();
    format!("(scan, number) IN (VALUES {})", rows.join(", "))
}
