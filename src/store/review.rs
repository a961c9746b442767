//! What people decide about documents: each decision is one transaction with its fact, the document's state and the
//! waiting room.

use jiff::Timestamp;

use super::decisions::{self, Decision};
use super::desk::DeskClaim;
use super::engine::{Store, Transaction};
use super::error::{StoreError, refused};
use super::page_progress;
use super::values::values;
use super::{ledger, lots, outbox, patients};
use crate::chart::facts::{Acceptance, RecordFact};
use crate::chart::{
    Actor, AutoAcceptRule, DocumentId, DocumentState, Fact, PatientId, PersonId, RecordDraft, RecordId, RejectionReason,
};

/// Under which terms a version is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptanceTerms {
    /// End of the undo window.
    pub final_at: Timestamp,
    /// Whether a second person has to approve it.
    pub second_review: bool,
    /// Whether its lot is released, or it is in none.
    pub released: bool,
    /// The rule that accepts it; `None` when a person does.
    pub rule: Option<AutoAcceptRule>,
}

impl Store {
    /// Accepts a document as the first version of a record, and queues its deposit.
    ///
    /// # Errors
    /// The document is not read, or decided about; the patient's number was noted for another patient meanwhile.
    pub async fn accept(
        &self,
        actor: Actor,
        at: Timestamp,
        draft: &RecordDraft,
        terms: &AcceptanceTerms,
    ) -> Result<(), StoreError> {
        self.accept_claimed(actor, at, draft, terms, None).await
    }

    /// Accepts a document as [`Store::accept`] does, for whoever has it on their desk.
    ///
    /// # Errors
    /// As [`Store::accept`]; the claim is lost, or the document was changed meanwhile.
    pub async fn accept_claimed(
        &self,
        actor: Actor,
        at: Timestamp,
        draft: &RecordDraft,
        terms: &AcceptanceTerms,
        claim: Option<&DeskClaim>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let state = page_progress::lock(&mut transaction, draft.document, at).await?;
        let person = match actor {
            Actor::Person(person) => Some(person),
            Actor::Program => None,
        };
        decisions::take(&mut transaction, draft.document, (person, claim), Decision::Accepted, at).await?;
        page_progress::write(&mut transaction, draft.document, &state.accept(draft.record)?).await?;
        take_in(&mut transaction, actor, at, draft, terms).await?;
        queue_pages(&mut transaction, draft.document, at).await?;
        transaction.commit().await
    }

    /// Rejects a document: it will not be archived. `note` is for other staff. Whoever has it on their desk shows their
    /// claim, and says whether its sheets have to be scanned again.
    ///
    /// # Errors
    /// The document is not read, or decided about.
    pub async fn reject_document(
        &self,
        person: PersonId,
        at: Timestamp,
        document: DocumentId,
        reason: RejectionReason,
        note: Option<&str>,
        desk: Option<(&DeskClaim, bool)>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let state = page_progress::lock(&mut transaction, document, at).await?;
        let claim = desk.map(|(claim, _)| claim);
        decisions::take(&mut transaction, document, (Some(person), claim), Decision::Rejected, at).await?;
        page_progress::write(&mut transaction, document, &state.reject(reason)?).await?;
        let sql = "UPDATE documents SET decided_by = $2, decided_at = $3, note = $4 WHERE id = $1";
        transaction.execute(sql, values![document, person, at, note.map(str::to_owned)]).await?;
        let sql = "SELECT count(*) AS pages FROM document_pages WHERE document = $1";
        let row = transaction.row(sql, values![document]).await?.ok_or_else(|| StoreError::unreadable("pages"))?;
        let pages = row.count("pages")?;
        if desk.is_some_and(|(_, rescan)| rescan) {
            decisions::ask_for_rescan(&mut transaction, document, (person, pages), at).await?;
        }
        let fact = RecordFact::Rejected { document, reason, pages };
        ledger::record(&mut transaction, Actor::Person(person), at, &[Fact::Record(fact)]).await?;
        queue_pages(&mut transaction, document, at).await?;
        transaction.commit().await
    }

    /// Takes back the acceptance or rejection of a document. A rejection can be taken back when it was made after
    /// `rejected_after`; an acceptance until the end of its undo window.
    ///
    /// # Errors
    /// The time is over, or nothing was decided about the document.
    pub async fn undo_decision(
        &self,
        person: PersonId,
        at: Timestamp,
        document: DocumentId,
        rejected_after: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let state = page_progress::lock(&mut transaction, document, at).await?;
        let fact = match state {
            DocumentState::Rejected { .. } => {
                let sql = "SELECT decided_at FROM documents WHERE id = $1";
                let row = transaction.row(sql, values![document]).await?;
                let decided = row.map(|row| row.optional_time("decided_at")).transpose()?.flatten();
                if decided.is_some_and(|decided| decided < rejected_after) {
                    return Err(refused("the time to undo the rejection is over"));
                }
                RecordFact::RejectionUndone { document }
            }
            DocumentState::Verified { record, .. } => RecordFact::Undone { record, version: 1 },
            _ => return Err(refused("nothing was decided about this document that could be undone")),
        };
        if let RecordFact::Undone { record, version } = fact {
            leave_waiting_room(&mut transaction, record, version).await?;
        }
        page_progress::write(&mut transaction, document, &state.reopen()?).await?;
        decisions::taken_back(&mut transaction, document, at).await?;
        let sql = "UPDATE documents SET decided_by = NULL, decided_at = NULL, note = NULL WHERE id = $1";
        transaction.execute(sql, values![document]).await?;
        ledger::record(&mut transaction, Actor::Person(person), at, &[Fact::Record(fact)]).await?;
        queue_pages(&mut transaction, document, at).await?;
        transaction.commit().await
    }

    /// Takes back a correction within its undo window; one that a rebuild could not bring back is given up at any time.
    ///
    /// # Errors
    /// No correction of the record waits, or its time is over.
    pub async fn undo_correction(&self, person: PersonId, at: Timestamp, record: RecordId) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let version = waiting_version(&mut transaction, record).await?;
        let fact = if is_lost(&mut transaction, record, version).await? {
            RecordFact::GivenUp { record, version }
        } else {
            leave_waiting_room(&mut transaction, record, version).await?;
            RecordFact::Undone { record, version }
        };
        ledger::record(&mut transaction, Actor::Person(person), at, &[Fact::Record(fact)]).await?;
        transaction.commit().await
    }

    /// Records what a second person found about a version that waits: approved, or returned with `note` for whoever
    /// verified it.
    ///
    /// # Errors
    /// Nothing of the record waits, or the reviewer accepted it themselves.
    pub async fn review(
        &self,
        person: PersonId,
        at: Timestamp,
        record: RecordId,
        returned: Option<&str>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let version = waiting_version(&mut transaction, record).await?;
        let approved = returned.is_none();
        let fact = RecordFact::Reviewed { record, version, approved };
        ledger::record(&mut transaction, Actor::Person(person), at, &[Fact::Record(fact)]).await?;
        if let Some(note) = returned {
            leave_waiting_room(&mut transaction, record, version).await?;
            if version == 1 {
                lots::reopen(&mut transaction, record, at, Some(note)).await?;
            }
        } else {
            let sql = "UPDATE deposits SET reviewed = TRUE WHERE record = $1 AND version = $2";
            transaction.execute(sql, values![record, version]).await?;
        }
        transaction.commit().await
    }
}

/// Keeps what was decided at the acceptance of a version.
pub(super) async fn describe(transaction: &mut Transaction, draft: &RecordDraft) -> Result<(), StoreError> {
    let body = serde_json::to_string(draft).map_err(|_| StoreError::unreadable("body"))?;
    let sql = "INSERT INTO descriptions (record, version, body) VALUES ($1, $2, $3)
         ON CONFLICT (record, version) DO UPDATE SET body = excluded.body";
    transaction.execute(sql, values![draft.record, draft.version, body]).await.map(drop)
}

/// Queues every page of a document for the index.
pub(super) async fn queue_pages(
    transaction: &mut Transaction,
    document: DocumentId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "SELECT scan, number FROM document_pages WHERE document = $1 ORDER BY position";
    let rows = transaction.rows(sql, values![document]).await?;
    for row in &rows {
        outbox::queue(transaction, super::pages::read_page_id(row)?, now).await?;
    }
    Ok(())
}

/// Records an acceptance and queues its deposit.
pub(super) async fn take_in(
    transaction: &mut Transaction,
    actor: Actor,
    at: Timestamp,
    draft: &RecordDraft,
    terms: &AcceptanceTerms,
) -> Result<(), StoreError> {
    patients::keep(transaction, &draft.patient, at).await?;
    let sql = "SELECT id FROM patients WHERE authority = $1 AND number = $2";
    let known = transaction.row(sql, values![draft.patient.authority.as_str(), draft.patient.number.as_str()]).await?;
    let known: Option<PatientId> = known.map(|row| row.parsed("id")).transpose()?;
    if known != Some(draft.patient.id) {
        return Err(refused("another patient was noted under this number meanwhile; accept the document again"));
    }
    describe(transaction, draft).await?;
    for label in &draft.labels {
        let sql = "INSERT INTO label_uses (label, uses) VALUES ($1, 1)
             ON CONFLICT (label) DO UPDATE SET uses = label_uses.uses + 1";
        transaction.execute(sql, values![label.as_str()]).await?;
    }
    let mut scans: Vec<_> = draft.pages.iter().map(|page| page.page.scan).collect();
    scans.sort_unstable();
    scans.dedup();
    let acceptance = Acceptance {
        record: draft.record,
        version: draft.version,
        document: draft.document,
        patient: draft.patient.id,
        kind: draft.kind.clone(),
        class: draft.class.clone(),
        encounters: draft.encounters.clone(),
        scans,
        pages: u32::try_from(draft.pages.len()).unwrap_or(u32::MAX),
        rule: terms.rule.clone(),
        correction: draft.correction.as_ref().map(|correction| correction.reason),
        final_at: terms.final_at,
        second_review: terms.second_review,
    };
    let fact = Fact::Record(RecordFact::Accepted(acceptance));
    ledger::record(transaction, actor, at, &[fact]).await?;
    let sql = "DELETE FROM deposits WHERE record = $1 AND version = $2 AND state <> 'claimed'";
    transaction.execute(sql, values![draft.record, draft.version]).await?;
    let sql = "INSERT INTO deposits (record, version, state, released, reviewed, due_at, queued_at)
         VALUES ($1, $2, 'waiting', $3, $4, $5, $6)";
    let values = values![draft.record, draft.version, terms.released, !terms.second_review, terms.final_at, at];
    transaction.execute(sql, values).await.map(drop)
}

async fn waiting_version(transaction: &mut Transaction, record: RecordId) -> Result<u32, StoreError> {
    let sql = "SELECT version FROM record_versions WHERE record = $1 AND state = 'waiting'";
    let row = transaction.row(sql, values![record]).await?;
    row.ok_or_else(|| refused("nothing of this record waits for its deposit"))?.count("version")
}

/// Says whether a version that waits can never be deposited: a rebuild knows of its acceptance, not of what was said.
async fn is_lost(transaction: &mut Transaction, record: RecordId, version: u32) -> Result<bool, StoreError> {
    for table in ["deposits", "descriptions"] {
        let sql = format!("SELECT 1 AS found FROM {table} WHERE record = $1 AND version = $2");
        if transaction.row(sqlx::AssertSqlSafe(sql), values![record, version]).await?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes a version out of the waiting room. What a worker has begun to deposit is past that.
pub(super) async fn leave_waiting_room(
    transaction: &mut Transaction,
    record: RecordId,
    version: u32,
) -> Result<(), StoreError> {
    let sql = "SELECT record FROM deposits WHERE after_record = $1 AND state <> 'done'";
    if let Some(row) = transaction.row(sql, values![record]).await? {
        let other = row.text("record")?;
        return Err(refused(format!("pages of record {other} come here; take its correction back first")));
    }
    let sql =
        "DELETE FROM deposits WHERE record = $1 AND version = $2 AND state IN ('waiting', 'failed') AND claim = 0";
    if transaction.execute(sql, values![record, version]).await? == 0 {
        return Err(refused("its deposit has begun; correct the record instead"));
    }
    let sql = "DELETE FROM descriptions WHERE record = $1 AND version = $2";
    transaction.execute(sql, values![record, version]).await.map(drop)
}
