//! The waiting room: deposits wait for the end of the undo window, the second review and the lot's release, then are
//! claimed with a lease.

use std::time::Duration;

use jiff::Timestamp;

use super::claims::{Attempt, MAX_ATTEMPTS, later};
use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::values::{Row, stored_names, values};
use super::{corrections, ledger, page_progress, review};
use crate::chart::facts::RecordFact;
use crate::chart::{Actor, DocumentId, Fact, PersonId, RecordId, WorkerId};

/// The claim on a deposit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepositClaim {
    /// The record.
    pub record: RecordId,
    /// The version.
    pub version: u32,
    /// Who has it.
    pub worker: WorkerId,
    number: i64,
    /// Attempts that failed before.
    pub attempts: u32,
}

/// What the archive made of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepositedVersion {
    /// SHA-512 of its inventory, in lower-case hexadecimal digits.
    pub inventory: String,
    /// Bytes of its content.
    pub bytes: u64,
    /// Until when the store locks it, where it does.
    pub locked_until: Option<Timestamp>,
    /// The version before, when this one says that it was entered in error.
    pub in_error: Option<u32>,
}

/// Where a deposit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DepositState {
    /// Waiting.
    Waiting,
    /// A worker has it.
    Claimed,
    /// In the archive.
    Done,
    /// Every attempt failed; a person has to act.
    Failed,
}

/// One version in the waiting room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRow {
    /// The record.
    pub record: RecordId,
    /// The version.
    pub version: u32,
    /// The document.
    pub document: DocumentId,
    /// Where its deposit stands.
    pub state: DepositState,
    /// Who accepted it; `None` when a rule did.
    pub accepted_by: Option<PersonId>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// End of the undo window.
    pub final_at: Timestamp,
    /// Whether its second review is over, or none is due.
    pub reviewed: bool,
    /// Whether its lot is released, or it is in none.
    pub released: bool,
    /// Attempts that failed.
    pub attempts: u32,
    /// Why the last one did.
    pub failure: Option<String>,
}

/// No deposit of another record has to come before this one.
const NOTHING_BEFORE: &str = "(after_record IS NULL OR NOT EXISTS (SELECT 1 FROM deposits AS before
    WHERE before.record = deposits.after_record AND before.state <> 'done'))";

stored_names!(DepositState {
    Waiting = "waiting",
    Claimed = "claimed",
    Done = "done",
    Failed = "failed",
});

impl Store {
    /// Claims the next deposit that is due, if there is one, until `lease` from `now`.
    pub async fn claim_deposit(
        &self,
        worker: WorkerId,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<DepositClaim>, StoreError> {
        let mut transaction = self.begin().await?;
        let sql = format!(
            "WITH due AS MATERIALIZED (
                SELECT record, version FROM deposits
                WHERE state IN ('waiting', 'claimed') AND released AND reviewed AND due_at <= $1 AND {NOTHING_BEFORE}
                ORDER BY lost, queued_at, record LIMIT 1 {}
             )
             UPDATE deposits SET lost = lost + CASE WHEN state = 'claimed' THEN 1 ELSE 0 END, state = 'claimed',
                worker = $2, claim = claim + 1, due_at = $3
             WHERE (record, version) IN (SELECT record, version FROM due)
             RETURNING record, version, claim, attempts",
            transaction.dialect("", "FOR UPDATE SKIP LOCKED")
        );
        let row = transaction.row(sqlx::AssertSqlSafe(sql), values![now, worker, later(now, lease)]).await?;
        let Some(row) = row else { return Ok(None) };
        let claim = DepositClaim {
            record: row.parsed("record")?,
            version: row.count("version")?,
            worker,
            number: row.integer("claim")?,
            attempts: row.count("attempts")?,
        };
        transaction.commit().await?;
        Ok(Some(claim))
    }

    /// Lets a claim last until `lease` from `now`.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn renew_deposit(&self, claim: &DepositClaim, now: Timestamp, lease: Duration) -> Result<(), StoreError> {
        let sql =
            "UPDATE deposits SET due_at = $4 WHERE record = $1 AND version = $2 AND claim = $3 AND state = 'claimed'";
        let values = values![claim.record, claim.version, claim.number, later(now, lease)];
        if self.execute(sql, values).await? == 0 { Err(lost(claim)) } else { Ok(()) }
    }

    /// Ends a claim with what is in the archive now: tells the ledger, the document and the index.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn finish_deposit(
        &self,
        claim: &DepositClaim,
        deposited: &DepositedVersion,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        end(&mut transaction, claim, DepositState::Done).await?;
        let (record, version) = (claim.record, claim.version);
        let mut facts = vec![Fact::Record(RecordFact::Deposited {
            record,
            version,
            inventory: deposited.inventory.clone(),
            bytes: deposited.bytes,
            locked_until: deposited.locked_until,
        })];
        if let Some(version) = deposited.in_error {
            facts.push(Fact::Record(RecordFact::EnteredInError { record, version }));
        }
        ledger::record(&mut transaction, Actor::Program, now, &facts).await?;
        let sql = "SELECT id FROM documents WHERE record = $1 ORDER BY id";
        for row in transaction.rows(sql, values![record]).await? {
            let document: DocumentId = row.parsed("id")?;
            let state = page_progress::lock(&mut transaction, document, now).await?;
            if version == 1 {
                page_progress::write(&mut transaction, document, &state.archive()?).await?;
            } else {
                corrections::follow(&mut transaction, record, version, document, now).await?;
            }
            review::queue_pages(&mut transaction, document, now).await?;
        }
        transaction.commit().await
    }

    /// Ends a claim whose attempt failed. It is due again after `back_off`; after the last attempt, or without
    /// `again`, it waits for a person.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn fail_deposit(
        &self,
        claim: &DepositClaim,
        why: &str,
        again: bool,
        now: Timestamp,
        back_off: Duration,
    ) -> Result<Attempt, StoreError> {
        let mut transaction = self.begin().await?;
        let failed = claim.attempts.saturating_add(1);
        let given_up = !again || failed >= MAX_ATTEMPTS;
        end(&mut transaction, claim, if given_up { DepositState::Failed } else { DepositState::Waiting }).await?;
        let sql = "UPDATE deposits SET attempts = $3, failure = $4, due_at = $5 WHERE record = $1 AND version = $2";
        let values = values![claim.record, claim.version, failed, why, later(now, back_off)];
        transaction.execute(sql, values).await?;
        transaction.commit().await?;
        Ok(if given_up { Attempt::GivenUp } else { Attempt::AgainLater { failed } })
    }

    /// Puts deposits that failed at every attempt back in the queue; returns how many.
    pub async fn retry_deposits(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql =
            "UPDATE deposits SET state = 'waiting', attempts = 0, failure = NULL, due_at = $1 WHERE state = 'failed'";
        self.execute(sql, values![now]).await
    }

    /// Returns the next `limit` versions in the waiting room after `after`, in the order of records.
    pub async fn waiting_room(&self, after: Option<RecordId>, limit: u32) -> Result<Vec<WaitingRow>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let sql = "SELECT deposits.record, deposits.version, records.document, deposits.state, deposits.reviewed,
                deposits.released, deposits.attempts, deposits.failure, record_versions.accepted_by,
                record_versions.accepted_at, record_versions.final_at
             FROM deposits
             JOIN records ON records.id = deposits.record
             JOIN record_versions ON record_versions.record = deposits.record
                AND record_versions.version = deposits.version
             WHERE deposits.state <> 'done' AND deposits.record > $1 ORDER BY deposits.record LIMIT $2";
        self.rows(sql, values![after, limit]).await?.iter().map(read).collect()
    }

    /// Counts the versions in the archive.
    pub async fn archived_versions(&self) -> Result<u64, StoreError> {
        let row =
            self.row("SELECT count(*) AS versions FROM record_versions WHERE state = 'archived'", values![]).await?;
        row.ok_or_else(|| StoreError::unreadable("versions"))?.size("versions")
    }

    /// Counts the deposits that are due now or claimed.
    pub async fn deposits_due(&self, now: Timestamp) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT count(*) AS due FROM deposits
             WHERE released AND reviewed AND (state = 'claimed' OR (state = 'waiting' AND due_at <= $1))
                AND {NOTHING_BEFORE}"
        );
        let row = self.row(sqlx::AssertSqlSafe(sql), values![now]).await?;
        row.ok_or_else(|| StoreError::unreadable("due"))?.size("due")
    }
}

async fn end(transaction: &mut Transaction, claim: &DepositClaim, state: DepositState) -> Result<(), StoreError> {
    let sql = "UPDATE deposits SET state = $4, worker = NULL
         WHERE record = $1 AND version = $2 AND claim = $3 AND state = 'claimed'";
    let values = values![claim.record, claim.version, claim.number, state.name()];
    if transaction.execute(sql, values).await? == 0 { Err(lost(claim)) } else { Ok(()) }
}

fn lost(claim: &DepositClaim) -> StoreError {
    StoreError::ClaimLost { work: format!("record {} version {}", claim.record, claim.version) }
}

fn read(row: &Row) -> Result<WaitingRow, StoreError> {
    Ok(WaitingRow {
        record: row.parsed("record")?,
        version: row.count("version")?,
        document: row.parsed("document")?,
        state: row.parsed("state")?,
        accepted_by: row.optional_parsed("accepted_by")?,
        accepted_at: row.time("accepted_at")?,
        final_at: row.time("final_at")?,
        reviewed: row.flag("reviewed")?,
        released: row.flag("released")?,
        attempts: row.count("attempts")?,
        failure: row.optional_text("failure")?,
    })
}
