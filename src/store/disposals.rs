//! Proposals to destroy records, as the facts of the ledger have made them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, stored_names, values};
use crate::chart::{Digest, DisposalId, PersonId, RecordId};

/// Where a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisposalState {
    /// It waits for its review.
    Proposed,
    /// It waits for two approvals.
    Reviewed,
    /// It waits for the end of the period of grace, or is being carried out.
    Approved,
    /// It was cancelled.
    Cancelled,
    /// It was carried out, and its certificate issued.
    Certified,
}

/// Where a record of a proposal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisposalRecordState {
    /// Nothing happened to it yet.
    Proposed,
    /// A review kept it.
    Kept,
    /// Its objects are being removed.
    Begun,
    /// Its destruction was stopped.
    Stopped,
    /// It is gone.
    Destroyed,
}

/// A proposal to destroy records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisposalRow {
    /// Identity.
    pub id: DisposalId,
    /// Where it stands.
    pub state: DisposalState,
    /// Why.
    pub reason: String,
    /// Days between the second approval and destruction.
    pub grace_days: u32,
    /// Who proposed it, and when.
    pub proposed: (PersonId, Timestamp),
    /// Who reviewed it, and when.
    pub reviewed: Option<(PersonId, Timestamp)>,
    /// Who approved it, and when.
    pub approvals: Vec<(PersonId, Timestamp)>,
    /// From when on its records may be destroyed.
    pub destroy_from: Option<Timestamp>,
    /// When it was cancelled or certified.
    pub ended_at: Option<Timestamp>,
    /// Why it was cancelled.
    pub ended_why: Option<String>,
    /// SHA-256 of its certificate.
    pub certificate: Option<Digest>,
}

/// A record of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisposalRecordRow {
    /// The record.
    pub record: RecordId,
    /// Where it stands.
    pub state: DisposalRecordState,
    /// Digest of everything that its last day was computed from.
    pub computation: Digest,
    /// The last day on which it had to be kept.
    pub last_day: Date,
    /// The policy and rule that decided.
    pub policy: String,
    /// Why it was kept or stopped.
    pub why: Option<String>,
    /// When its destruction began, and which day that was at the facility.
    pub begun: Option<(Timestamp, Date)>,
    /// When it was kept, stopped or gone.
    pub ended_at: Option<Timestamp>,
    /// Scan files that stayed, since they hold pages of other documents.
    pub scans_left: Vec<Digest>,
    /// When the last hold check was made before an object was deleted.
    pub hold_checked_at: Option<Timestamp>,
}

const DISPOSALS: &str = "SELECT id, state, reason, grace_days, proposed_by, proposed_at, reviewed_by, reviewed_at,
    destroy_from, ended_at, ended_why, certificate FROM disposals";

stored_names!(DisposalState {
    Proposed = "proposed",
    Reviewed = "reviewed",
    Approved = "approved",
    Cancelled = "cancelled",
    Certified = "certified",
});

stored_names!(DisposalRecordState {
    Proposed = "proposed",
    Kept = "kept",
    Begun = "begun",
    Stopped = "stopped",
    Destroyed = "destroyed",
});

impl Store {
    /// Returns a proposal.
    pub async fn disposal(&self, id: DisposalId) -> Result<Option<DisposalRow>, StoreError> {
        let sql = format!("{DISPOSALS} WHERE id = $1");
        let row = self.row(sqlx::AssertSqlSafe(sql), values![id]).await?;
        match row {
            Some(row) => self.with_approvals(&row).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns the newest `limit` proposals, the newest first.
    pub async fn disposals(&self, limit: u32) -> Result<Vec<DisposalRow>, StoreError> {
        let sql = format!("{DISPOSALS} ORDER BY proposed_at DESC, id DESC LIMIT $1");
        let mut disposals = Vec::new();
        for row in self.rows(sqlx::AssertSqlSafe(sql), values![limit]).await? {
            disposals.push(self.with_approvals(&row).await?);
        }
        Ok(disposals)
    }

    /// Returns the records of a proposal, in the order of their ids.
    pub async fn disposal_records(&self, id: DisposalId) -> Result<Vec<DisposalRecordRow>, StoreError> {
        let sql = "SELECT record, state, computation, last_day, policy, why, begun_at, begun_on, ended_at, scans_left,
                (SELECT max(hold_checked_at) FROM disposal_objects WHERE disposal_objects.disposal =
                    disposal_records.disposal AND disposal_objects.record = disposal_records.record) AS hold_checked_at
             FROM disposal_records WHERE disposal = $1 ORDER BY record";
        self.rows(sql, values![id]).await?.iter().map(read_record).collect()
    }

    /// Returns the records that are part of a proposal which is not over.
    pub async fn records_in_disposals(&self) -> Result<BTreeSet<RecordId>, StoreError> {
        let sql = "SELECT disposal_records.record FROM disposal_records
                JOIN disposals ON disposals.id = disposal_records.disposal
             WHERE disposal_records.state IN ('proposed', 'begun') AND disposals.state <> 'cancelled'";
        self.rows(sql, values![]).await?.iter().map(|row| row.parsed("record")).collect()
    }

    /// Returns the records whose destruction has begun and is not over, with their proposals.
    pub async fn records_being_destroyed(&self) -> Result<Vec<(DisposalId, RecordId)>, StoreError> {
        let sql = "SELECT disposal, record FROM disposal_records WHERE state = 'begun' ORDER BY record";
        self.rows(sql, values![])
            .await?
            .iter()
            .map(|row| Ok((row.parsed("disposal")?, row.parsed("record")?)))
            .collect()
    }

    /// Returns when the newest entry of the ledger was made: no clock that is right is behind it.
    pub async fn newest_entry_at(&self) -> Result<Option<Timestamp>, StoreError> {
        let size = self.ledger_size().await?;
        let last = self.ledger_entries(size.saturating_sub(1), 1).await?.pop();
        let read = |text: &str| serde_json::from_str::<crate::chart::LedgerEntry>(text).map(|entry| entry.at);
        last.map(|entry| read(&entry.text).map_err(|_| StoreError::unreadable("entry"))).transpose()
    }

    async fn with_approvals(&self, row: &Row) -> Result<DisposalRow, StoreError> {
        let id: DisposalId = row.parsed("id")?;
        let sql = "SELECT person, approved_at FROM disposal_approvals WHERE disposal = $1 ORDER BY approved_at, person";
        let approvals = self.rows(sql, values![id]).await?;
        let read = |row: &Row| Ok((row.parsed("person")?, row.time("approved_at")?));
        Ok(DisposalRow {
            id,
            state: row.parsed("state")?,
            reason: row.text("reason")?,
            grace_days: row.count("grace_days")?,
            proposed: (row.parsed("proposed_by")?, row.time("proposed_at")?),
            reviewed: row.optional_parsed("reviewed_by")?.zip(row.optional_time("reviewed_at")?),
            approvals: approvals.iter().map(read).collect::<Result<_, StoreError>>()?,
            destroy_from: row.optional_time("destroy_from")?,
            ended_at: row.optional_time("ended_at")?,
            ended_why: row.optional_text("ended_why")?,
            certificate: row.optional_parsed("certificate")?,
        })
    }
}

fn read_record(row: &Row) -> Result<DisposalRecordRow, StoreError> {
    let left = row.text("scans_left")?;
    let left = left.split_ascii_whitespace().map(str::parse).collect::<Result<_, _>>();
    Ok(DisposalRecordRow {
        record: row.parsed("record")?,
        state: row.parsed("state")?,
        computation: row.parsed("computation")?,
        last_day: row.parsed("last_day")?,
        policy: row.text("policy")?,
        why: row.optional_text("why")?,
        begun: row.optional_time("begun_at")?.zip(row.optional_parsed("begun_on")?),
        ended_at: row.optional_time("ended_at")?,
        scans_left: left.map_err(|_| StoreError::unreadable("scans_left"))?,
        hold_checked_at: row.optional_time("hold_checked_at")?,
    })
}
