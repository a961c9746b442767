//! The work on pages: claimed with a lease, then finished, failed, rejected or given back.

use std::time::Duration;

use jiff::Timestamp;

use super::batches::{keep_pipeline, read_pipeline};
use super::claims::{Attempt, Claim, ClaimedPage, MAX_LOST_LEASES, PageClaim, later};
use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::pages::{PageSelection, findings_text, read_page_id};
use super::results::{self, Standing};
use super::values::{Row, values};
use super::{outbox, page_progress, rejects};
use crate::chart::{Confidence, Digest, Finding, FindingKind, PageId, PageText, Reject, Severity, Size, WorkerId};

/// The most pages that one call claims.
const MOST_CLAIMED: u32 = 256;

impl Store {
    /// Claims up to `most` pages that are due, until `lease` from `now`: first those of one scan, in order.
    ///
    /// A page whose lease ran out too often is given up here instead.
    pub async fn claim_pages(
        &self,
        worker: WorkerId,
        most: u32,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Vec<ClaimedPage>, StoreError> {
        self.claim_selected(PageSelection::All, None, worker, most, now, lease).await
    }

    /// Claims as [`Store::claim_pages`], but only pages of `selection` that wait for `pipeline`.
    pub async fn claim_pages_for(
        &self,
        selection: PageSelection,
        pipeline: Digest,
        worker: WorkerId,
        most: u32,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Vec<ClaimedPage>, StoreError> {
        self.claim_selected(selection, Some(pipeline), worker, most, now, lease).await
    }

    async fn claim_selected(
        &self,
        selection: PageSelection,
        pipeline: Option<Digest>,
        worker: WorkerId,
        most: u32,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Vec<ClaimedPage>, StoreError> {
        let (chosen, value, number) = selection.condition();
        let waits_for = pipeline.map_or_else(String::new, |digest| format!("AND pages.pipeline = '{digest}'"));
        loop {
            let mut transaction = self.begin().await?;
            let sql = format!(
                "WITH due AS MATERIALIZED (
                SELECT scan, number FROM pages
                WHERE work IN ('waiting', 'claimed') AND due_at <= $3 AND {chosen} {waits_for}
                ORDER BY priority DESC, lost + attempts, queued_at, scan, number LIMIT $6 {}
             )
             UPDATE pages SET lost = lost + CASE WHEN work = 'claimed' THEN 1 ELSE 0 END, work = 'claimed',
                worker = $4, claim = claim + 1, due_at = $5
             WHERE (scan, number) IN (SELECT scan, number FROM due)
             RETURNING scan, number",
                transaction.dialect("", "FOR UPDATE SKIP LOCKED")
            );
            let mut values = vec![value.clone(), number.clone()];
            values.extend(values![now, worker, later(now, lease), most.min(MOST_CLAIMED)]);
            let rows = transaction.rows(sqlx::AssertSqlSafe(sql), values).await?;
            if rows.is_empty() {
                return Ok(Vec::new());
            }
            let mut claimed = Vec::with_capacity(rows.len());
            for row in &rows {
                let page = read_page_id(row)?;
                let row = transaction.row(CLAIMED, values![page.scan, page.number]).await?;
                let row = row.ok_or_else(|| StoreError::unreadable("pages"))?;
                if row.count("lost")? > MAX_LOST_LEASES {
                    let claim = PageClaim { page, worker, number: row.integer("claim")? };
                    Claim::from(&claim).end(&mut transaction, "failed", now).await?;
                    let reason = "the program ended again and again while this page was read";
                    give_up(&mut transaction, page, reason, now).await?;
                } else {
                    claimed.push((row.integer("priority")?, row.integer("queued_at")?, read(page, worker, &row)?));
                }
            }
            transaction.commit().await?;
            if !claimed.is_empty() {
                claimed.sort_by_key(|(priority, queued, work)| (-priority, *queued, work.claim.page));
                return Ok(claimed.into_iter().map(|(_, _, work)| work).collect());
            }
        }
    }

    /// Ends a claim with a result that is kept under `object_key`: in one transaction the result is recorded, the page
    /// is done, its document moves on and the index is told. Beside an older result it becomes a candidate, and nothing
    /// else changes until it is accepted.
    ///
    /// # Errors
    /// The claim is lost; the result is of another page or pipeline.
    pub async fn finish_page(
        &self,
        claim: &PageClaim,
        text: &PageText,
        object_key: &str,
        now: Timestamp,
    ) -> Result<Standing, StoreError> {
        let page = claim.page;
        if text.page != page {
            return Err(StoreError::ClaimLost { work: format!("page {}", text.page) });
        }
        let mut transaction = self.begin().await?;
        Claim::from(claim).end(&mut transaction, "done", now).await?;
        let due = "SELECT pipeline FROM pages WHERE scan = $1 AND number = $2";
        let due = transaction.row(due, values![page.scan, page.number]).await?;
        if due.ok_or_else(|| StoreError::unreadable("pages"))?.text("pipeline")? != text.pipeline.digest.to_string() {
            return Err(StoreError::OtherPipeline { page: page.to_string() });
        }
        keep_pipeline(&mut transaction, &text.pipeline).await?;
        let standing = results::keep(&mut transaction, text, object_key, now).await?;
        if standing == Standing::Current {
            results::show(&mut transaction, page).await?;
            page_progress::page_read(&mut transaction, page, false, now).await?;
            outbox::queue(&mut transaction, page, now).await?;
        }
        transaction.commit().await?;
        Ok(standing)
    }

    /// Ends a claim whose attempt failed; `reason` is one sentence without text of the page. The page is due again
    /// after `back_off`; after the last attempt it gets a finding for a person and its document moves on without it.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn fail_page_attempt(
        &self,
        claim: &PageClaim,
        reason: &str,
        now: Timestamp,
        back_off: Duration,
    ) -> Result<Attempt, StoreError> {
        let mut transaction = self.begin().await?;
        let attempt = Claim::from(claim).fail(&mut transaction, reason, later(now, back_off)).await?;
        if attempt == Attempt::GivenUp {
            give_up(&mut transaction, claim.page, reason, now).await?;
        }
        transaction.commit().await?;
        Ok(attempt)
    }

    /// Ends a claim without an attempt: others can do what this worker cannot. The page is due again after `back_off`.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn release_page(&self, claim: &PageClaim, now: Timestamp, back_off: Duration) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        Claim::from(claim).end(&mut transaction, "waiting", later(now, back_off)).await?;
        transaction.commit().await
    }

    /// Ends a claim with the rejection of the page.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn reject_page(&self, claim: &PageClaim, reject: &Reject, now: Timestamp) -> Result<(), StoreError> {
        let page = claim.page;
        let mut transaction = self.begin().await?;
        if results::has(&mut transaction, page, Standing::Current).await? {
            // An older pipeline has read this page: it is worth more than the new one's rejection.
            Claim::from(claim).end(&mut transaction, "done", now).await?;
        } else {
            Claim::from(claim).end(&mut transaction, "rejected", now).await?;
            rejects::keep(&mut transaction, page.scan, &Reject { page: Some(page.number), ..reject.clone() }, now)
                .await?;
            page_progress::page_read(&mut transaction, page, true, now).await?;
            outbox::queue(&mut transaction, page, now).await?;
        }
        transaction.commit().await
    }
}

const CLAIMED: &str = "SELECT pages.claim, pages.attempts, pages.lost, pages.priority, pages.queued_at, pages.width,
        pages.height, scans.decrypted_key, pipelines.name AS pipeline_name,
        pipelines.revision AS pipeline_revision, pipelines.digest AS pipeline_digest
    FROM pages JOIN scans ON scans.digest = pages.scan JOIN pipelines ON pipelines.digest = pages.pipeline
    WHERE pages.scan = $1 AND pages.number = $2";

/// Leaves a page to a person; one that an older pipeline has read just keeps that result.
async fn give_up(transaction: &mut Transaction, page: PageId, reason: &str, now: Timestamp) -> Result<(), StoreError> {
    if results::has(transaction, page, Standing::Current).await? {
        let sql = "UPDATE pages SET work = 'done', failure = $3 WHERE scan = $1 AND number = $2";
        transaction.execute(sql, values![page.scan, page.number, reason]).await?;
        return Ok(());
    }
    let finding = Finding {
        kind: FindingKind::RecognitionFailed,
        severity: Severity::Serious,
        confidence: Confidence::CERTAIN,
        stage: "recognise".to_owned(),
        message: format!("No attempt could read this page ({reason}). A person has to read it, or retry it."),
    };
    transaction
        .execute(
            "UPDATE pages SET work = 'failed', failure = $3, findings = $4, reliable = FALSE, blank = FALSE
             WHERE scan = $1 AND number = $2",
            values![page.scan, page.number, reason, findings_text(&[finding])?],
        )
        .await?;
    page_progress::page_read(transaction, page, true, now).await?;
    outbox::queue(transaction, page, now).await
}

fn read(page: PageId, worker: WorkerId, row: &Row) -> Result<ClaimedPage, StoreError> {
    Ok(ClaimedPage {
        claim: PageClaim { page, worker, number: row.integer("claim")? },
        size: Size { width: row.count("width")?, height: row.count("height")? },
        attempts: row.count("attempts")?,
        lost: row.count("lost")?,
        decrypted_key: row.optional_text("decrypted_key")?,
        pipeline: read_pipeline(row)?,
    })
}
