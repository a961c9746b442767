//! Work that comes again and again: each kind has its turn when it is due, and one worker at a time has it, with a lease.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::claims::later;
use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, values};
use crate::chart::WorkerId;

/// The longest account of a turn that is kept, in bytes.
const LONGEST: usize = 2_000;

/// The claim on a turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyClaim {
    /// The kind of work.
    pub name: String,
    /// Who has it.
    pub worker: WorkerId,
    number: i64,
    /// Where a turn that was cut short goes on.
    pub progress: Option<String>,
    /// Turns before it that failed, one after the other.
    pub failures: u32,
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TurnEnd {
    /// It came to its end.
    Done {
        /// Whether something needs a person.
        attention: bool,
        /// What came of it, without patient data.
        told: String,
    },
    /// It was stopped, and goes on later.
    Stopped,
    /// It failed, and is tried again at `again_at`.
    Failed {
        /// Why.
        why: String,
        /// When.
        again_at: Timestamp,
    },
}

/// Where a kind of work stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRow {
    /// The kind of work.
    pub name: String,
    /// Whether a worker is at it.
    pub claimed: bool,
    /// When it was first to be done.
    pub known_at: Timestamp,
    /// When a turn last came to its end.
    pub ended_at: Option<Timestamp>,
    /// Whether that turn found something for a person.
    pub attention: bool,
    /// What came of the last turn, or why it failed.
    pub told: String,
    /// Turns since then that failed.
    pub failures: u32,
}

impl Store {
    /// Makes a kind of work known.
    pub async fn begin_duty(&self, name: &str, now: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO duties (name, state, due_at, known_at) VALUES ($1, 'waiting', $2, $2)
             ON CONFLICT (name) DO NOTHING";
        self.execute(sql, values![name, now]).await.map(drop)
    }

    /// Claims a turn until `lease` from `now`: when the last one ended `interval` ago or longer, was cut short, or failed
    /// and its back-off is over. A turn whose lease has run out is free too.
    pub async fn claim_duty(
        &self,
        name: &str,
        worker: WorkerId,
        now: Timestamp,
        interval: SignedDuration,
        lease: Duration,
    ) -> Result<Option<DutyClaim>, StoreError> {
        let ended_before = now.checked_sub(interval).unwrap_or(Timestamp::MIN);
        let mut transaction = self.begin().await?;
        let sql = "UPDATE duties SET state = 'claimed', worker = $2, claim = claim + 1, due_at = $4
             WHERE name = $1 AND due_at <= $3 AND (state = 'claimed' OR failures > 0 OR progress IS NOT NULL
                OR ended_at IS NULL OR ended_at <= $5)
             RETURNING claim, progress, failures";
        let row = transaction.row(sql, values![name, worker, now, later(now, lease), ended_before]).await?;
        let Some(row) = row else { return Ok(None) };
        let claim = DutyClaim {
            name: name.to_owned(),
            worker,
            number: row.integer("claim")?,
            progress: row.optional_text("progress")?,
            failures: row.count("failures")?,
        };
        transaction.commit().await?;
        Ok(Some(claim))
    }

    /// Lets a claim last until `lease` from `now`.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn renew_duty(&self, claim: &DutyClaim, now: Timestamp, lease: Duration) -> Result<(), StoreError> {
        let sql = "UPDATE duties SET due_at = $3 WHERE name = $1 AND claim = $2 AND state = 'claimed'";
        let renewed = self.execute(sql, values![claim.name.as_str(), claim.number, later(now, lease)]).await?;
        if renewed == 0 { Err(lost(claim)) } else { Ok(()) }
    }

    /// Keeps where the turn goes on if it is cut short from here.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn keep_duty_progress(&self, claim: &DutyClaim, progress: &str) -> Result<(), StoreError> {
        let sql = "UPDATE duties SET progress = $3 WHERE name = $1 AND claim = $2 AND state = 'claimed'";
        let kept = self.execute(sql, values![claim.name.as_str(), claim.number, progress]).await?;
        if kept == 0 { Err(lost(claim)) } else { Ok(()) }
    }

    /// Ends a claim.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn end_duty(&self, claim: &DutyClaim, end: &TurnEnd, now: Timestamp) -> Result<(), StoreError> {
        let (name, number) = (claim.name.as_str(), claim.number);
        let ended = match end {
            TurnEnd::Done { attention, told } => {
                let sql =
                    "UPDATE duties SET state = 'waiting', worker = NULL, due_at = $3, progress = NULL, ended_at = $3,
                        attention = $4, told = $5, failures = 0
                     WHERE name = $1 AND claim = $2 AND state = 'claimed'";
                self.execute(sql, values![name, number, now, *attention, shortened(told)]).await?
            }
            TurnEnd::Stopped => {
                let sql = "UPDATE duties SET state = 'waiting', worker = NULL, due_at = $3
                     WHERE name = $1 AND claim = $2 AND state = 'claimed'";
                self.execute(sql, values![name, number, now]).await?
            }
            TurnEnd::Failed { why, again_at } => {
                let sql = "UPDATE duties SET state = 'waiting', worker = NULL, due_at = $3, told = $4, failures = failures + 1
                     WHERE name = $1 AND claim = $2 AND state = 'claimed'";
                self.execute(sql, values![name, number, *again_at, shortened(why)]).await?
            }
        };
        if ended == 0 { Err(lost(claim)) } else { Ok(()) }
    }

    /// Returns where each kind of work stands, by name.
    pub async fn duties(&self) -> Result<Vec<DutyRow>, StoreError> {
        let sql = "SELECT name, state, known_at, ended_at, attention, told, failures FROM duties ORDER BY name";
        self.rows(sql, values![]).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<DutyRow, StoreError> {
    Ok(DutyRow {
        name: row.text("name")?,
        claimed: row.text("state")? == "claimed",
        known_at: row.time("known_at")?,
        ended_at: row.optional_time("ended_at")?,
        attention: row.flag("attention")?,
        told: row.text("told")?,
        failures: row.count("failures")?,
    })
}

fn shortened(text: &str) -> String {
    let end = (0..=text.len().min(LONGEST)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text[..end].to_owned()
}

fn lost(claim: &DutyClaim) -> StoreError {
    StoreError::ClaimLost { work: format!("the turn of {}", claim.name) }
}
