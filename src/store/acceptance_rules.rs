//! The rules under which the program accepts documents by itself, as the facts of the ledger have made them.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, values};
use crate::chart::{AutoAcceptRule, DocumentId, PersonId};

/// A rule, whatever became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptanceRuleRow {
    /// Its name, and the digest of its text.
    pub rule: AutoAcceptRule,
    /// The text, TOML.
    pub body: String,
    /// Why it was drafted.
    pub reason: String,
    /// Who drafted it.
    pub author: PersonId,
    /// When.
    pub drafted_at: Timestamp,
    /// Who approved it, and when.
    pub approved: Option<(PersonId, Timestamp)>,
    /// When it was withdrawn, or another of its name came into force.
    pub ended_at: Option<Timestamp>,
}

impl AcceptanceRuleRow {
    /// Says whether documents are accepted under it.
    pub const fn is_in_force(&self) -> bool {
        self.approved.is_some() && self.ended_at.is_none()
    }
}

impl Store {
    /// Returns every rule there ever was, by name, the oldest first.
    pub async fn acceptance_rules(&self) -> Result<Vec<AcceptanceRuleRow>, StoreError> {
        let sql = "SELECT name, digest, body, reason, author, drafted_at, approver, approved_at, ended_at
             FROM acceptance_rules ORDER BY name, drafted_at, digest";
        self.rows(sql, values![]).await?.iter().map(read).collect()
    }

    /// Says whether a person has ever decided about a document: what was taken back or returned stays with people.
    pub async fn was_decided(&self, document: DocumentId) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM records WHERE document = $1
             UNION SELECT id FROM documents WHERE id = $1 AND (note IS NOT NULL OR parent IS NOT NULL)";
        Ok(self.row(sql, values![document]).await?.is_some())
    }
}

fn read(row: &Row) -> Result<AcceptanceRuleRow, StoreError> {
    let approver: Option<PersonId> = row.optional_parsed("approver")?;
    Ok(AcceptanceRuleRow {
        rule: AutoAcceptRule { name: row.parsed("name")?, digest: row.parsed("digest")? },
        body: row.text("body")?,
        reason: row.text("reason")?,
        author: row.parsed("author")?,
        drafted_at: row.time("drafted_at")?,
        approved: approver.zip(row.optional_time("approved_at")?),
        ended_at: row.optional_time("ended_at")?,
    })
}
