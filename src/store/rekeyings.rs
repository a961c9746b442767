//! Blind re-keying: a second person types record number and birth date of an accepted document without seeing what the
//! first typed. A difference waits for a third person.

use std::time::Duration;

use jiff::Timestamp;

use super::claims::later;
use super::desk::{self, DeskClaim, HeldClaim};
use super::engine::Store;
use super::error::{StoreError, refused};
use super::values::{Row, stored_names, values};
use super::{ledger, page_progress};
use crate::chart::facts::DeskFact;
use crate::chart::{Actor, DocumentId, Fact, PersonId, RecordId};

/// How a re-keying ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RekeyOutcome {
    /// Both typed the same.
    Agreed,
    /// They did not; a third person has to look.
    Differs,
    /// A third person decided.
    Settled,
}

stored_names!(RekeyOutcome { Agreed = "agreed", Differs = "differs", Settled = "settled" });

/// What a second person typed. `Debug` is left out: it is patient data.
#[derive(Clone, PartialEq, Eq)]
pub struct RekeyingRow {
    /// The record.
    pub record: RecordId,
    /// Its document.
    pub document: DocumentId,
    /// Who typed.
    pub person: PersonId,
    /// The record number as they typed it.
    pub number: String,
    /// The birth date as they typed it.
    pub born: String,
    /// How it ended.
    pub outcome: RekeyOutcome,
    /// When they typed.
    pub keyed_at: Timestamp,
}

impl Store {
    /// Gives `person` the next accepted document that a second person has to look at, which they did not accept.
    pub async fn claim_next_review(
        &self,
        person: PersonId,
        token: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<HeldClaim>, StoreError> {
        let mut transaction = self.begin().await?;
        let sql = format!(
            "WITH due AS MATERIALIZED (
                SELECT documents.id FROM documents
                JOIN record_versions ON record_versions.record = documents.record AND record_versions.version = 1
                WHERE documents.state = 'verified' AND (documents.desk_due <= $2 OR documents.desk_person = $1)
                    AND record_versions.state = 'waiting' AND record_versions.second_review = TRUE
                    AND record_versions.reviewed_by IS NULL
                    AND (record_versions.accepted_by IS NULL OR record_versions.accepted_by <> $1)
                    AND NOT EXISTS (SELECT 1 FROM rekeyings WHERE rekeyings.record = documents.record)
                ORDER BY record_versions.accepted_at, documents.id LIMIT 1 {}
             )
             UPDATE documents SET desk_person = $1, desk_token = $3, desk_since = $2, desk_due = $4
             WHERE id IN (SELECT id FROM due) RETURNING id AS document, desk_token, desk_due",
            transaction.dialect("", "FOR UPDATE OF documents SKIP LOCKED")
        );
        let row = transaction.row(sqlx::AssertSqlSafe(sql), values![person, now, token, later(now, lease)]).await?;
        transaction.commit().await?;
        row.map(|row| {
            Ok(HeldClaim {
                document: row.parsed("document")?,
                token: row.text("desk_token")?,
                expires_at: row.time("desk_due")?,
            })
        })
        .transpose()
    }

    /// Keeps what a second person typed, with how it compares. Where both agree, that is their approval; a difference waits.
    ///
    /// # Errors
    /// The claim is lost; nothing of the record waits for a second person, or they accepted it themselves.
    pub async fn rekey(
        &self,
        claim: &DeskClaim,
        record: RecordId,
        (number, born): (&str, &str),
        agreed: bool,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        page_progress::lock(&mut transaction, claim.document, at).await?;
        desk::holds(&mut transaction, claim).await?;
        let sql = "SELECT accepted_by FROM record_versions WHERE record = $1 AND version = 1 AND state = 'waiting'
             AND second_review = TRUE AND reviewed_by IS NULL";
        let waiting = transaction.row(sql, values![record]).await?;
        let waiting = waiting.ok_or_else(|| refused("nothing of this document waits for a second person"))?;
        if waiting.optional_parsed("accepted_by")? == Some(claim.person) {
            return Err(refused("nobody reviews their own work: somebody else has to"));
        }
        let outcome = if agreed { RekeyOutcome::Agreed } else { RekeyOutcome::Differs };
        let sql = "INSERT INTO rekeyings (record, document, person, number, born, outcome, keyed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (record) DO NOTHING";
        // What agrees is in the record already: a copy of patient data less.
        let kept = if agreed { ("", "") } else { (number, born) };
        let values = values![record, claim.document, claim.person, kept.0, kept.1, outcome.name(), at];
        if transaction.execute(sql, values).await? == 0 {
            return Err(refused("a second person has typed this document already"));
        }
        let fact = Fact::Desk(DeskFact::Rekeyed { record, version: 1, agreed });
        ledger::record(&mut transaction, Actor::Person(claim.person), at, &[fact]).await?;
        desk::clear(&mut transaction, claim.document, None, None).await?;
        transaction.commit().await
    }

    /// Returns the next `limit` differences after `after` that wait for a third person, in the order of their records.
    pub async fn rekeyed_otherwise(&self, after: Option<RecordId>, limit: u32) -> Result<Vec<RekeyingRow>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let sql = "SELECT record, document, person, number, born, outcome, keyed_at FROM rekeyings
             WHERE outcome = 'differs' AND record > $1 ORDER BY record LIMIT $2";
        self.rows(sql, values![after, limit]).await?.iter().map(read).collect()
    }

    /// Returns what a second person typed about a record.
    pub async fn rekeying(&self, record: RecordId) -> Result<Option<RekeyingRow>, StoreError> {
        let sql = "SELECT record, document, person, number, born, outcome, keyed_at FROM rekeyings WHERE record = $1";
        self.row(sql, values![record]).await?.as_ref().map(read).transpose()
    }

    /// Ends a difference: a third person decided. What was typed is forgotten.
    ///
    /// # Errors
    /// It was settled before.
    pub async fn settle_rekeying(&self, record: RecordId, person: PersonId, at: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE rekeyings SET outcome = 'settled', number = '', born = '', settled_by = $2, settled_at = $3
             WHERE record = $1 AND outcome = 'differs' AND person <> $2";
        match self.execute(sql, values![record, person, at]).await? {
            0 => Err(refused("this difference was settled already, or is your own: a third person settles it")),
            _ => Ok(()),
        }
    }
}

fn read(row: &Row) -> Result<RekeyingRow, StoreError> {
    Ok(RekeyingRow {
        record: row.parsed("record")?,
        document: row.parsed("document")?,
        person: row.parsed("person")?,
        number: row.text("number")?,
        born: row.text("born")?,
        outcome: row.parsed("outcome")?,
        keyed_at: row.time("keyed_at")?,
    })
}
