//! Decisions at the station: whoever decides shows their claim, and it ends with the decision, in the same transaction.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::desk::{self, DeskClaim, HeldClaim};
use super::engine::{Store, Transaction};
use super::error::{StoreError, refused};
use super::values::{Row, stored_names, values};
use super::{drafts, ledger, page_progress, tickets};
use crate::chart::facts::{DeskFact, TicketCategory};
use crate::chart::{Actor, DocumentId, DocumentState, Fact, PersonId, TicketId};

/// Longest time with a document that still counts as work on it.
const LONGEST_WORK: SignedDuration = SignedDuration::from_mins(60);

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It became a record.
    Accepted,
    /// It will not be archived.
    Rejected,
}

stored_names!(Decision { Accepted = "accepted", Rejected = "rejected" });

/// A decision that a person took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// The document.
    pub document: DocumentId,
    /// What was decided.
    pub decision: Decision,
    /// Its pages.
    pub pages: u32,
    /// Seconds from the claim to the decision.
    pub seconds: Option<u32>,
    /// When.
    pub decided_at: Timestamp,
    /// Whether it was taken back.
    pub undone: bool,
}

/// What a person did since a moment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WorkToday {
    /// Documents accepted.
    pub accepted: u64,
    /// Documents rejected.
    pub rejected: u64,
    /// Their pages.
    pub pages: u64,
    /// Mean seconds from claim to decision.
    pub seconds_per_document: Option<f64>,
}

impl Store {
    /// Puts a document aside until `until`.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn postpone(
        &self,
        claim: &DeskClaim,
        at: Timestamp,
        until: Timestamp,
        reason: &str,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        page_progress::lock(&mut transaction, claim.document, at).await?;
        desk::holds(&mut transaction, claim).await?;
        desk::clear(&mut transaction, claim.document, Some(until), Some(reason)).await?;
        let fact = DeskFact::Postponed { document: claim.document, until };
        ledger::record(&mut transaction, Actor::Person(claim.person), at, &[Fact::Desk(fact)]).await?;
        transaction.commit().await
    }

    /// Raises a ticket about a document and puts it aside until `until`. `note` says nothing of a patient.
    ///
    /// # Errors
    /// The claim is lost.
    pub async fn escalate(
        &self,
        claim: &DeskClaim,
        (ticket, category, note): (TicketId, TicketCategory, &str),
        at: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        page_progress::lock(&mut transaction, claim.document, at).await?;
        desk::holds(&mut transaction, claim).await?;
        desk::clear(&mut transaction, claim.document, Some(until), Some(tickets::RAISED)).await?;
        let sql =
            "INSERT INTO tickets (id, document, category, note, raised_by, raised_at) VALUES ($1, $2, $3, $4, $5, $6)";
        let values = values![ticket, claim.document, category.name(), note, claim.person, at];
        transaction.execute(sql, values).await?;
        let fact = DeskFact::Escalated { document: claim.document, ticket, category };
        ledger::record(&mut transaction, Actor::Person(claim.person), at, &[Fact::Desk(fact)]).await?;
        transaction.commit().await
    }

    /// Returns the last decision of a person that was not taken back, if it was after `since`.
    pub async fn last_decision(&self, person: PersonId, since: Timestamp) -> Result<Option<DocumentId>, StoreError> {
        let sql = "SELECT document FROM decisions WHERE person = $1 AND decided_at >= $2 AND undone_at IS NULL
             ORDER BY decided_at DESC, id DESC LIMIT 1";
        self.row(sql, values![person, since]).await?.map(|row| row.parsed("document")).transpose()
    }

    /// Gives a document, whose decision was taken back, to `person` again, with what they had typed.
    ///
    /// # Errors
    /// Somebody else was given it meanwhile.
    pub async fn give_back(
        &self,
        claim: &DeskClaim,
        typed: Option<&str>,
        now: Timestamp,
        lease: Duration,
    ) -> Result<HeldClaim, StoreError> {
        let mut transaction = self.begin().await?;
        let state = page_progress::lock(&mut transaction, claim.document, now).await?;
        if !matches!(state, DocumentState::Read { .. }) {
            return Err(refused("the document is not open"));
        }
        if let Some(typed) = typed {
            drafts::keep(&mut transaction, claim.document, claim.person, typed, now).await?;
        }
        desk::free_for(&mut transaction, claim.document, Some(claim.person), now).await?;
        let held = desk::give(&mut transaction, claim.document, claim.person, &claim.token, now, lease).await?;
        transaction.commit().await?;
        Ok(held)
    }

    /// Returns up to `limit` labels that records were given and that begin with `prefix`, the most usual first.
    pub async fn labels_like(&self, prefix: &str, limit: u32) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT label FROM label_uses WHERE label >= $1 AND label < $2 ORDER BY uses DESC, label LIMIT $3";
        let end = format!("{prefix}\u{10ffff}");
        self.rows(sql, values![prefix, end, limit]).await?.iter().map(|row| row.text("label")).collect()
    }

    /// Returns what a person did since `since`.
    pub async fn work_since(&self, person: PersonId, since: Timestamp) -> Result<WorkToday, StoreError> {
        let sql = "SELECT count(*) FILTER (WHERE decision = 'accepted') AS accepted,
                count(*) FILTER (WHERE decision = 'rejected') AS rejected,
                CAST(coalesce(sum(pages), 0) AS BIGINT) AS pages,
                CAST(avg(seconds) AS DOUBLE PRECISION) AS seconds
             FROM decisions WHERE person = $1 AND decided_at >= $2 AND undone_at IS NULL";
        let Some(row) = self.row(sql, values![person, since]).await? else { return Ok(WorkToday::default()) };
        Ok(WorkToday {
            accepted: row.size("accepted")?,
            rejected: row.size("rejected")?,
            pages: row.size("pages")?,
            seconds_per_document: row.optional_real("seconds")?,
        })
    }

    /// Returns the last `limit` decisions of a person, the newest first.
    pub async fn decisions_of(&self, person: PersonId, limit: u32) -> Result<Vec<DecisionRow>, StoreError> {
        let sql = "SELECT document, decision, pages, seconds, decided_at, undone_at FROM decisions WHERE person = $1
             ORDER BY decided_at DESC, id DESC LIMIT $2";
        self.rows(sql, values![person, limit]).await?.iter().map(read).collect()
    }
}

/// Lets a decision pass: with the claim that is shown, or, without one, where nobody else has the document. It leaves the
/// desk, what anybody typed is forgotten, and the decision is noted. This transaction has the document's row.
pub(super) async fn take(
    transaction: &mut Transaction,
    document: DocumentId,
    (person, claim): (Option<PersonId>, Option<&DeskClaim>),
    decision: Decision,
    at: Timestamp,
) -> Result<(), StoreError> {
    match claim {
        Some(claim) => desk::holds(transaction, claim).await?,
        None => desk::free_for(transaction, document, person, at).await?,
    }
    let since = desk::clear(transaction, document, None, None).await?;
    drafts::forget(transaction, document).await?;
    let Some(person) = person else { return Ok(()) };
    let worked = since.filter(|_| claim.is_some()).map(|since| at.duration_since(since));
    let seconds =
        worked.filter(|worked| *worked <= LONGEST_WORK).and_then(|worked| u32::try_from(worked.as_secs()).ok());
    let sql = "INSERT INTO decisions (id, person, document, decision, pages, seconds, decided_at)
         SELECT $1, $2, $3, $4, (SELECT count(*) FROM document_pages WHERE document = $3), $5, $6";
    // One decision about a document at a time: its moment names it.
    let id = format!("{document}@{}", at.as_microsecond());
    let values = values![id, person, document, decision.name(), seconds, at];
    transaction.execute(sql, values).await.map(drop)
}

/// Takes note that the decision about a document was taken back.
pub(super) async fn taken_back(
    transaction: &mut Transaction,
    document: DocumentId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE decisions SET undone_at = $2 WHERE document = $1 AND undone_at IS NULL";
    transaction.execute(sql, values![document, at]).await?;
    let sql = "UPDATE rescans SET ended_at = $2 WHERE document = $1 AND ended_at IS NULL";
    transaction.execute(sql, values![document, at]).await?;
    desk::clear(transaction, document, None, None).await.map(drop)
}

/// Asks for the sheets of a document to be scanned again.
pub(super) async fn ask_for_rescan(
    transaction: &mut Transaction,
    document: DocumentId,
    (person, pages): (PersonId, u32),
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO rescans (document, batch, pages, asked_by, asked_at)
         SELECT id, batch, $2, $3, $4 FROM documents WHERE id = $1
         ON CONFLICT (document) DO UPDATE SET asked_by = excluded.asked_by, asked_at = excluded.asked_at, ended_at = NULL";
    transaction.execute(sql, values![document, pages, person, at]).await?;
    let fact = DeskFact::RescanRequested { document, pages };
    ledger::record(transaction, Actor::Person(person), at, &[Fact::Desk(fact)]).await.map(drop)
}

fn read(row: &Row) -> Result<DecisionRow, StoreError> {
    let seconds = row.optional_integer("seconds")?;
    Ok(DecisionRow {
        document: row.parsed("document")?,
        decision: row.parsed("decision")?,
        pages: row.count("pages")?,
        seconds: seconds.and_then(|seconds| u32::try_from(seconds).ok()),
        decided_at: row.time("decided_at")?,
        undone: row.optional_time("undone_at")?.is_some(),
    })
}
