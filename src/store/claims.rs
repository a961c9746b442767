//! Claims: the right of one worker to one piece of work until its lease runs out.
//!
//! A claim is good as long as nobody else has been given the work since. Each claim has a number; what a worker brings
//! back is taken only with the number of the last claim, so that a worker that was thought dead cannot write over
//! another's result.

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::values::{Value, values};
use crate::chart::{Digest, PageId, PipelineStamp, Size, WorkerId};

/// Failed attempts after which a scan is rejected, and a page is left to a person.
pub const MAX_ATTEMPTS: u32 = 3;

/// Leases that may run out on one piece of work, and children that may be killed over it, before it is given up.
///
/// Many more than [`MAX_ATTEMPTS`]: either says that somebody stopped a machine or a process, and only seldom that this piece
/// of work was the cause. Patience costs nothing but this piece: work that was interrupted waits behind work that was not.
pub const MAX_LOST_LEASES: u32 = 100;

/// The claim on a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanClaim {
    /// The scan.
    pub scan: Digest,
    /// Who has it.
    pub worker: WorkerId,
    pub(super) number: i64,
}

/// The claim on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageClaim {
    /// The page.
    pub page: PageId,
    /// Who has it.
    pub worker: WorkerId,
    pub(super) number: i64,
}

/// The claim on either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// On a scan.
    Scan(ScanClaim),
    /// On a page.
    Page(PageClaim),
}

/// A scan to look into.
#[derive(Debug, Clone)]
pub struct ClaimedScan {
    /// The right to it.
    pub claim: ScanClaim,
    /// Attempts that failed before.
    pub attempts: u32,
    /// How often it was interrupted before.
    pub lost: u32,
}

/// A page to recognise.
#[derive(Debug, Clone)]
pub struct ClaimedPage {
    /// The right to it.
    pub claim: PageClaim,
    /// Size of the page image as it was found when the scan was opened.
    pub size: Size,
    /// Attempts that failed before.
    pub attempts: u32,
    /// How often it was interrupted before.
    pub lost: u32,
    /// Key of the scan's copy without encryption, when there is one.
    pub decrypted_key: Option<String>,
    /// Pipeline to use.
    pub pipeline: PipelineStamp,
}

/// What became of work after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// It will be tried again, not before the back-off is over.
    AgainLater {
        /// Attempts that failed so far.
        failed: u32,
    },
    /// It was the last one: the scan is rejected, the page waits for a person.
    GivenUp,
}

impl From<&ScanClaim> for Claim {
    fn from(claim: &ScanClaim) -> Self {
        Self::Scan(claim.clone())
    }
}

impl From<&PageClaim> for Claim {
    fn from(claim: &PageClaim) -> Self {
        Self::Page(claim.clone())
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scan(claim) => write!(f, "scan {}", claim.scan),
            Self::Page(claim) => write!(f, "page {}", claim.page),
        }
    }
}

impl Claim {
    /// Returns table, column of the state, and the condition for the piece of work with `$1` and `$2`.
    const fn place(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Scan(_) => ("scans", "state", "digest = $1 AND $2 = 0"),
            Self::Page(_) => ("pages", "work", "scan = $1 AND number = $2"),
        }
    }

    /// Returns the values of `$1` and `$2`: the scan, and the page's number or 0.
    fn key(&self) -> (Digest, u32) {
        match self {
            Self::Scan(claim) => (claim.scan, 0),
            Self::Page(claim) => (claim.page.scan, claim.page.number.get()),
        }
    }

    /// Returns who has it, and its number.
    const fn holder(&self) -> (WorkerId, i64) {
        match self {
            Self::Scan(claim) => (claim.worker, claim.number),
            Self::Page(claim) => (claim.worker, claim.number),
        }
    }

    /// Changes the row of the work with `change`, whose values begin with `$5`, if the claim still holds.
    async fn change(
        &self,
        transaction: &mut Transaction,
        change: &str,
        values: Vec<Value>,
    ) -> Result<bool, StoreError> {
        let ((table, state, condition), (scan, number), (worker, claim)) = (self.place(), self.key(), self.holder());
        let sql = format!(
            "UPDATE {table} SET {change} WHERE {condition} AND {state} = 'claimed' AND worker = $3 AND claim = $4"
        );
        let mut bound = values![scan, number, worker, claim];
        bound.extend(values);
        Ok(transaction.execute(sqlx::AssertSqlSafe(sql), bound).await? > 0)
    }

    /// Ends the claim, if it still holds, and moves the work to `state`, due `due`.
    pub(super) async fn end(
        &self,
        transaction: &mut Transaction,
        state: &str,
        due: Timestamp,
    ) -> Result<(), StoreError> {
        let change = format!("{} = $5, worker = NULL, due_at = $6", self.place().1);
        match self.change(transaction, &change, values![state, due]).await? {
            true => Ok(()),
            false => Err(StoreError::ClaimLost { work: self.to_string() }),
        }
    }

    /// Ends the claim with a failed attempt: the work is due again `due`, unless this was the last.
    pub(super) async fn fail(
        &self,
        transaction: &mut Transaction,
        failure: &str,
        due: Timestamp,
    ) -> Result<Attempt, StoreError> {
        self.end(transaction, "waiting", due).await?;
        let ((table, _, condition), (scan, number)) = (self.place(), self.key());
        let sql =
            format!("UPDATE {table} SET attempts = attempts + 1, failure = $3 WHERE {condition} RETURNING attempts");
        let row = transaction.row(sqlx::AssertSqlSafe(sql), values![scan, number, failure]).await?;
        let failed = row.ok_or_else(|| StoreError::unreadable("attempts"))?.count("attempts")?;
        Ok(if failed < MAX_ATTEMPTS { Attempt::AgainLater { failed } } else { Attempt::GivenUp })
    }
}

impl Store {
    /// Ends a claim whose child somebody killed: no attempt, but counted as a lease that ran out. The work is due again after
    /// `back_off`.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn interrupt(&self, claim: &Claim, now: Timestamp, back_off: Duration) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        claim.end(&mut transaction, "waiting", later(now, back_off)).await?;
        let ((table, _, condition), (scan, number)) = (claim.place(), claim.key());
        let sql = format!("UPDATE {table} SET lost = lost + 1 WHERE {condition}");
        transaction.execute(sqlx::AssertSqlSafe(sql), values![scan, number]).await?;
        transaction.commit().await
    }

    /// Prolongs claims until `lease` from `now`; returns those that are lost, whose work should stop.
    pub async fn renew(&self, claims: &[Claim], now: Timestamp, lease: Duration) -> Result<Vec<Claim>, StoreError> {
        let mut lost = Vec::new();
        let mut transaction = self.begin().await?;
        // Always in the same order, so that two workers never wait for each other.
        let mut ordered: Vec<_> = claims.iter().collect();
        ordered.sort_by_key(|claim| claim.key());
        for claim in ordered {
            if !claim.change(&mut transaction, "due_at = $5", values![later(now, lease)]).await? {
                lost.push(claim.clone());
            }
        }
        transaction.commit().await?;
        Ok(lost)
    }
}

/// Returns the moment `after` from `now`; the end of time when that is past it.
pub(super) fn later(now: Timestamp, after: Duration) -> Timestamp {
    now.saturating_add(jiff::SignedDuration::try_from(after).unwrap_or(jiff::SignedDuration::MAX))
        .unwrap_or(Timestamp::MAX)
}
