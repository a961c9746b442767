//! Claims of people on documents: whoever has a document has it alone, until their lease runs out and somebody else asks.
//!
//! A claim is good as long as nobody else was given the document since: a decision is taken only with the token of the
//! last claim, so that somebody who comes back from lunch cannot decide over another's head.

use std::time::Duration;

use jiff::Timestamp;

use super::claims::later;
use super::engine::{Store, Transaction};
use super::error::{StoreError, refused};
use super::page_progress;
use super::values::{Row, values};
use crate::chart::{BatchId, DocumentId, DocumentState, PersonId};

/// The right to decide about a document, as a person shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskClaim {
    /// The document.
    pub document: DocumentId,
    /// Who has it.
    pub person: PersonId,
    /// Token of the lease.
    pub token: String,
    /// The state of the document that the person looked at; `None` where that does not matter.
    pub revision: Option<u32>,
}

/// A document that was given to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldClaim {
    /// The document.
    pub document: DocumentId,
    /// Token of the lease.
    pub token: String,
    /// End of the lease.
    pub expires_at: Timestamp,
}

/// Where a document lies.
#[derive(Clone, PartialEq, Eq)]
pub struct DeskPlace {
    /// Who has it, and until when.
    pub held: Option<(PersonId, Timestamp)>,
    /// Until when it is postponed.
    pub postponed_until: Option<Timestamp>,
    /// Why it is postponed; may name a patient.
    pub reason: Option<String>,
    /// What was said when it was returned; may name a patient.
    pub note: Option<String>,
    /// Counts what people change.
    pub revision: u32,
    /// More important documents come first.
    pub priority: i64,
    /// Pages that somebody has to look at.
    pub doubts: u32,
    /// Who asked for a second person to look at it.
    pub second: Option<PersonId>,
}

impl Store {
    /// Gives `person` the next document that is due, of `batch` if given, but not `passed`: the most important first, then
    /// the oldest day, then the one with the fewest doubtful pages.
    pub async fn claim_next(
        &self,
        person: PersonId,
        token: &str,
        (batch, passed): (Option<BatchId>, Option<DocumentId>),
        now: Timestamp,
        lease: Duration,
    ) -> Result<Option<HeldClaim>, StoreError> {
        let mut transaction = self.begin().await?;
        let of_batch = batch.map_or_else(String::new, |batch| format!("AND batch = '{batch}'"));
        let sql = format!(
            "WITH due AS MATERIALIZED (
                SELECT id FROM documents WHERE state = 'read' AND desk_due <= $2 AND id <> $5 {of_batch}
                    AND (desk_second IS NULL OR desk_second <> $1)
                ORDER BY (-desk_priority), (opened_at / 86400000000), desk_doubts, id LIMIT 1 {}
             )
             UPDATE documents SET desk_person = $1, desk_token = $3, desk_since = $2, desk_due = $4, desk_reason = NULL
             WHERE id IN (SELECT id FROM due) RETURNING id AS document, desk_token, desk_due",
            transaction.dialect("", "FOR UPDATE SKIP LOCKED")
        );
        let passed = passed.map_or_else(String::new, |id| id.to_string());
        let values = values![person, now, token, later(now, lease), passed];
        let row = transaction.row(sqlx::AssertSqlSafe(sql), values).await?;
        transaction.commit().await?;
        row.as_ref().map(held).transpose()
    }

    /// Gives `person` this document. One that they have already is prolonged, under the token that it has.
    ///
    /// # Errors
    /// Somebody else has it; it is not read yet, or decided about.
    pub async fn claim_document(
        &self,
        document: DocumentId,
        person: PersonId,
        token: &str,
        now: Timestamp,
        lease: Duration,
    ) -> Result<HeldClaim, StoreError> {
        let mut transaction = self.begin().await?;
        let state = page_progress::lock(&mut transaction, document, now).await?;
        if !matches!(state, DocumentState::Read { .. }) {
            return Err(not_to_be_had(&state));
        }
        free_for(&mut transaction, document, Some(person), now).await?;
        let claim = give(&mut transaction, document, person, token, now, lease).await?;
        transaction.commit().await?;
        Ok(claim)
    }

    /// Returns what `person` has, in the order in which they got it.
    pub async fn held_claims(&self, person: PersonId, now: Timestamp) -> Result<Vec<HeldClaim>, StoreError> {
        let sql = "SELECT id AS document, desk_token, desk_due FROM documents
             WHERE desk_person = $1 AND desk_due > $2 AND state = 'read' ORDER BY desk_since, id";
        self.rows(sql, values![person, now]).await?.iter().map(held).collect()
    }

    /// Prolongs a lease, even one that ran out, as long as nobody else was given the document.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn renew_claim(
        &self,
        claim: &DeskClaim,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Timestamp, StoreError> {
        let until = later(now, lease);
        let sql = "UPDATE documents SET desk_due = $4 WHERE id = $1 AND desk_person = $2 AND desk_token = $3
             AND state IN ('read', 'verified')";
        let values = values![claim.document, claim.person, claim.token.as_str(), until];
        match self.execute(sql, values).await? {
            0 => Err(lost(claim.document)),
            _ => Ok(until),
        }
    }

    /// Puts a document back: it is the next person's. A claim that is lost already is nothing to put back.
    pub async fn release_claim(&self, claim: &DeskClaim) -> Result<(), StoreError> {
        let sql = "UPDATE documents SET desk_person = NULL, desk_token = NULL, desk_since = NULL, desk_due = 0
             WHERE id = $1 AND desk_person = $2 AND desk_token = $3";
        self.execute(sql, values![claim.document, claim.person, claim.token.as_str()]).await.map(drop)
    }

    /// Puts a document back for somebody else: `claim`'s person wants a second one to look at it. Whoever accepts it, a
    /// second review is due.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn ask_for_second(&self, claim: &DeskClaim, at: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        page_progress::lock(&mut transaction, claim.document, at).await?;
        holds(&mut transaction, claim).await?;
        clear(&mut transaction, claim.document, None, None).await?;
        let sql = "UPDATE documents SET desk_second = $2 WHERE id = $1";
        transaction.execute(sql, values![claim.document, claim.person]).await?;
        transaction.commit().await
    }

    /// Says whether a person has the document right now.
    pub async fn is_on_somebodys_desk(&self, document: DocumentId, now: Timestamp) -> Result<bool, StoreError> {
        let place = self.desk_place(document, now).await?;
        Ok(place.is_some_and(|place| place.held.is_some()))
    }

    /// Returns where a document lies at `now`.
    pub async fn desk_place(&self, document: DocumentId, now: Timestamp) -> Result<Option<DeskPlace>, StoreError> {
        let sql = "SELECT desk_person, desk_due, desk_reason, note, revision, desk_priority, desk_doubts, desk_second
             FROM documents WHERE id = $1";
        let Some(row) = self.row(sql, values![document]).await? else { return Ok(None) };
        let (person, due): (Option<PersonId>, _) = (row.optional_parsed("desk_person")?, row.time("desk_due")?);
        let waits = due > now;
        Ok(Some(DeskPlace {
            held: person.filter(|_| waits).map(|person| (person, due)),
            postponed_until: (person.is_none() && waits).then_some(due),
            reason: row.optional_text("desk_reason")?,
            note: row.optional_text("note")?,
            revision: row.count("revision")?,
            priority: row.integer("desk_priority")?,
            doubts: row.count("desk_doubts")?,
            second: row.optional_parsed("desk_second")?,
        }))
    }

    /// Makes every document of a batch that waits for a person more or less important.
    pub async fn prioritise(&self, batch: BatchId, priority: i64) -> Result<u64, StoreError> {
        let sql = "UPDATE documents SET desk_priority = $2 WHERE batch = $1 AND state IN ('reading', 'read')";
        self.execute(sql, values![batch, priority]).await
    }
}

/// Counts the pages of a document that somebody has to look at.
pub(super) async fn count_doubts(transaction: &mut Transaction, document: DocumentId) -> Result<(), StoreError> {
    let sql = "UPDATE documents SET desk_doubts = (
            SELECT count(*) FROM document_pages
            JOIN pages ON pages.scan = document_pages.scan AND pages.number = document_pages.number
            WHERE document_pages.document = $1 AND pages.reliable = FALSE AND pages.blank = FALSE)
         WHERE id = $1";
    transaction.execute(sql, values![document]).await.map(drop)
}

/// Gives a document, whose row this transaction has, to a person.
pub(super) async fn give(
    transaction: &mut Transaction,
    document: DocumentId,
    person: PersonId,
    token: &str,
    now: Timestamp,
    lease: Duration,
) -> Result<HeldClaim, StoreError> {
    let sql = "UPDATE documents SET
            desk_token = CASE WHEN desk_person = $2 THEN desk_token ELSE $3 END,
            desk_since = CASE WHEN desk_person = $2 THEN desk_since ELSE $4 END,
            desk_person = $2, desk_due = $5, desk_reason = NULL
         WHERE id = $1 RETURNING id AS document, desk_token, desk_due";
    let row = transaction.row(sql, values![document, person, token, now, later(now, lease)]).await?;
    held(&row.ok_or_else(|| StoreError::NotFound { what: format!("document {document}") })?)
}

/// Refuses where somebody else has the document, whose row this transaction has.
pub(super) async fn free_for(
    transaction: &mut Transaction,
    document: DocumentId,
    person: Option<PersonId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "SELECT people.name FROM documents LEFT JOIN people ON people.id = documents.desk_person
         WHERE documents.id = $1 AND documents.desk_person <> $2 AND documents.desk_due > $3";
    let own = person.map_or_else(String::new, |person| person.to_string());
    match transaction.row(sql, values![document, own, now]).await? {
        Some(row) => {
            let who = row.optional_text("name")?.unwrap_or_else(|| "somebody else".into());
            Err(refused(format!("{who} is working on document {document}; take another one, or ask them for it")))
        }
        None => Ok(()),
    }
}

/// Refuses where the claim is lost, or the document is not what the person looked at. This transaction has its row.
pub(super) async fn holds(transaction: &mut Transaction, claim: &DeskClaim) -> Result<(), StoreError> {
    let sql = "SELECT revision FROM documents WHERE id = $1 AND desk_person = $2 AND desk_token = $3";
    let row = transaction.row(sql, values![claim.document, claim.person, claim.token.as_str()]).await?;
    let revision = row.ok_or_else(|| lost(claim.document))?.count("revision")?;
    match claim.revision {
        Some(seen) if seen != revision => Err(StoreError::Changed { what: format!("document {}", claim.document) }),
        _ => Ok(()),
    }
}

/// Takes a document from the desk: nobody has it any more, and it is due at `due`. Returns since when somebody had it.
pub(super) async fn clear(
    transaction: &mut Transaction,
    document: DocumentId,
    due: Option<Timestamp>,
    reason: Option<&str>,
) -> Result<Option<Timestamp>, StoreError> {
    let row = transaction.row("SELECT desk_since FROM documents WHERE id = $1", values![document]).await?;
    let due = due.unwrap_or(Timestamp::UNIX_EPOCH);
    let sql = "UPDATE documents SET desk_person = NULL, desk_token = NULL, desk_since = NULL, desk_due = $2,
            desk_reason = $3, revision = revision + 1 WHERE id = $1";
    transaction.execute(sql, values![document, due, reason.map(str::to_owned)]).await?;
    row.map_or(Ok(None), |row| row.optional_time("desk_since"))
}

/// Says that the claim on a document is lost.
pub(super) fn lost(document: DocumentId) -> StoreError {
    StoreError::ClaimLost { work: format!("document {document}") }
}

fn not_to_be_had(state: &DocumentState) -> StoreError {
    refused(match state {
        DocumentState::Reading { .. } => "its pages are still being read; it comes by itself when they are",
        DocumentState::Split => "its pages went to other documents; open one of those",
        _ => "somebody has decided about this document already; the next one is waiting",
    })
}

fn held(row: &Row) -> Result<HeldClaim, StoreError> {
    Ok(HeldClaim {
        document: row.parsed("document")?,
        token: row.text("desk_token")?,
        expires_at: row.time("desk_due")?,
    })
}
