//! The work on scans: claimed with a lease, then opened into pages, rejected or failed.

use std::time::Duration;

use jiff::Timestamp;

use super::claims::{Attempt, Claim, ClaimedScan, MAX_LOST_LEASES, ScanClaim, later};
use super::engine::Store;
use super::error::StoreError;
use super::pages::{NewPage, insert_pages};
use super::scans::ScanState;
use super::values::{Value, values};
use super::{documents, rejects};
use crate::chart::{BatchId, DocumentId, Reject, RejectReason, WorkerId};

/// What was found in a scan.
#[derive(Debug, Clone)]
pub struct OpenedScan {
    /// Name of the format.
    pub format: String,
    /// Whether the file is damaged.
    pub damaged: bool,
    /// Key of the archival copy without encryption.
    pub decrypted_key: Option<String>,
    /// Pages in the order of the file; page 1 comes first.
    pub pages: Vec<NewPage>,
    /// Identity for the provisional document.
    pub document: DocumentId,
}

impl Store {
    /// Claims the next scan that is due, if there is one, until `lease` from `now`.
    ///
    /// A scan whose lease ran out too often is rejected here instead.
    pub async fn claim_scan(
        &self,
        worker: WorkerId,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<ClaimedScan>, StoreError> {
        let due = "state IN ('waiting', 'claimed') AND due_at <= $1";
        self.claim_first(due, worker, now, lease, Vec::new()).await
    }

    /// Claims the next encrypted scan of a batch that somebody could not open, and this worker has not tried: it may
    /// have the password.
    pub async fn claim_locked_scan(
        &self,
        worker: WorkerId,
        batch: BatchId,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<ClaimedScan>, StoreError> {
        let due = format!("{} AND due_at <= $1", locked("$2", "$4"));
        self.claim_first(&due, worker, now, lease, values![batch]).await
    }

    /// Counts the encrypted scans of a batch that [`Store::claim_locked_scan`] has for this worker.
    pub async fn locked_scans(&self, worker: WorkerId, batch: BatchId) -> Result<u64, StoreError> {
        let sql = format!("SELECT count(*) AS locked FROM scans WHERE {}", locked("$1", "$2"));
        let row = self.row(sqlx::AssertSqlSafe(sql), values![worker, batch]).await?;
        row.ok_or_else(|| StoreError::unreadable("locked"))?.size("locked")
    }

    /// Claims the first scan that meets `due`, a condition with `$1` (now), `$2` (worker) and, from `$4` on, `more`.
    async fn claim_first(
        &self,
        due: &str,
        worker: WorkerId,
        now: Timestamp,
        lease: Duration,
        more: Vec<Value>,
    ) -> Result<Option<ClaimedScan>, StoreError> {
        loop {
            let mut transaction = self.begin().await?;
            let sql = format!(
                "WITH due AS MATERIALIZED (
                SELECT digest FROM scans WHERE {due} ORDER BY priority DESC, lost + attempts, queued_at, digest LIMIT 1 {}
             )
             UPDATE scans SET lost = lost + CASE WHEN state = 'claimed' THEN 1 ELSE 0 END, state = 'claimed',
                worker = $2, claim = claim + 1, due_at = $3
             WHERE digest IN (SELECT digest FROM due)
             RETURNING digest, claim, attempts, lost",
                transaction.dialect("", "FOR UPDATE SKIP LOCKED")
            );
            let mut values = values![now, worker, later(now, lease)];
            values.extend(more.iter().cloned());
            let Some(row) = transaction.row(sqlx::AssertSqlSafe(sql), values).await? else { return Ok(None) };
            let claim = ScanClaim { scan: row.parsed("digest")?, worker, number: row.integer("claim")? };
            if row.count("lost")? > MAX_LOST_LEASES {
                let message = "the program ended again and again while this file was read; \
                               have a look at the file, then retry it";
                let reject = Reject::file(RejectReason::Crash, message);
                Claim::from(&claim).end(&mut transaction, ScanState::Rejected.name(), now).await?;
                rejects::keep(&mut transaction, claim.scan, &reject, now).await?;
                transaction.commit().await?;
                continue;
            }
            let claimed = ClaimedScan { claim, attempts: row.count("attempts")?, lost: row.count("lost")? };
            transaction.commit().await?;
            return Ok(Some(claimed));
        }
    }

    /// Ends a claim with the pages that were found: makes them, and the provisional document, in one transaction.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn open_scan(&self, claim: &ScanClaim, opened: &OpenedScan, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        Claim::from(claim).end(&mut transaction, ScanState::Opened.name(), now).await?;
        let count = u32::try_from(opened.pages.len()).unwrap_or(u32::MAX);
        transaction
            .execute(
                "UPDATE scans SET format = $2, page_count = $3, damaged = $4, decrypted_key = $5 WHERE digest = $1",
                values![claim.scan, opened.format.as_str(), count, opened.damaged, opened.decrypted_key.clone()],
            )
            .await?;
        transaction.execute("DELETE FROM rejects WHERE scan = $1 AND number = 0", values![claim.scan]).await?;
        transaction.execute("DELETE FROM scan_refusals WHERE scan = $1", values![claim.scan]).await?;
        insert_pages(&mut transaction, claim.scan, &opened.pages, now).await?;
        documents::open_provisional(&mut transaction, opened.document, claim.scan, count, now).await?;
        transaction.commit().await
    }

    /// Ends a claim with the rejection of the whole file. A file that needs a password stays open to workers that have
    /// not tried it.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn reject_scan(&self, claim: &ScanClaim, reject: &Reject, now: Timestamp) -> Result<(), StoreError> {
        let state = match reject.reason {
            RejectReason::NeedsPassword => ScanState::NeedsPassword,
            _ => ScanState::Rejected,
        };
        let mut transaction = self.begin().await?;
        Claim::from(claim).end(&mut transaction, state.name(), now).await?;
        rejects::keep(&mut transaction, claim.scan, &Reject { page: None, ..reject.clone() }, now).await?;
        if state == ScanState::NeedsPassword {
            let sql = "INSERT INTO scan_refusals (scan, worker) VALUES ($1, $2) ON CONFLICT (scan, worker) DO NOTHING";
            transaction.execute(sql, values![claim.scan, claim.worker]).await?;
        }
        transaction.commit().await
    }

    /// Ends a claim whose attempt failed (a crash, a time limit). It is due again after `back_off`; after the last
    /// attempt the scan is rejected with `reject`.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn fail_scan_attempt(
        &self,
        claim: &ScanClaim,
        reject: &Reject,
        now: Timestamp,
        back_off: Duration,
    ) -> Result<Attempt, StoreError> {
        let mut transaction = self.begin().await?;
        let attempt = Claim::from(claim).fail(&mut transaction, &reject.message, later(now, back_off)).await?;
        if attempt == Attempt::GivenUp {
            transaction.execute("UPDATE scans SET state = 'rejected' WHERE digest = $1", values![claim.scan]).await?;
            rejects::keep(&mut transaction, claim.scan, &Reject { page: None, ..reject.clone() }, now).await?;
        }
        transaction.commit().await?;
        Ok(attempt)
    }
}

/// Returns the condition for encrypted scans of the batch `batch` that `worker` has not tried to open.
fn locked(worker: &str, batch: &str) -> String {
    format!(
        "state = 'needs-password' AND digest IN (SELECT scan FROM deliveries WHERE batch = {batch})
            AND NOT EXISTS (SELECT 1 FROM scan_refusals WHERE scan = digest AND worker = {worker})"
    )
}
