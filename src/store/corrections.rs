//! Further versions of records in the archive; pages that go from one record into another.

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::review::{AcceptanceTerms, queue_pages, take_in};
use super::values::values;
use crate::chart::{Actor, CorrectionReason, DocumentId, RecordDraft, RecordId};

impl Store {
    /// Accepts a further version of a record that is in the archive, and queues its deposit.
    ///
    /// # Errors
    /// The record is not in the archive, has a version that waits already, or the version is not the next one.
    pub async fn accept_correction(
        &self,
        actor: Actor,
        at: Timestamp,
        draft: &RecordDraft,
        terms: &AcceptanceTerms,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        take_in(&mut transaction, actor, at, draft, terms).await?;
        transaction.commit().await
    }

    /// Accepts a version of one record with pages that were misfiled in another, and one of the other without them. The
    /// other is deposited only when the pages are safe in the first.
    ///
    /// # Errors
    /// As [`Store::accept_correction`], for either of them; then nothing is accepted.
    pub async fn accept_move(
        &self,
        actor: Actor,
        at: Timestamp,
        right: &RecordDraft,
        wrong: &RecordDraft,
        terms: &AcceptanceTerms,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        take_in(&mut transaction, actor, at, right, terms).await?;
        take_in(&mut transaction, actor, at, wrong, terms).await?;
        let sql = "UPDATE deposits SET after_record = $3 WHERE record = $1 AND version = $2";
        transaction.execute(sql, values![wrong.record, wrong.version, right.record]).await?;
        transaction.commit().await
    }
}

/// Lets a document and its patient follow a version that came into the archive: its pages, and what is known of the
/// patient, become what the version says.
pub(super) async fn follow(
    transaction: &mut Transaction,
    record: RecordId,
    version: u32,
    document: DocumentId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "SELECT body FROM descriptions WHERE record = $1 AND version = $2";
    let row = transaction.row(sql, values![record, version]).await?;
    let body = row.ok_or_else(|| StoreError::unreadable("body"))?.text("body")?;
    let draft: RecordDraft = serde_json::from_str(&body).map_err(|_| StoreError::unreadable("body"))?;
    // The index has to forget pages that leave.
    queue_pages(transaction, document, now).await?;
    transaction.execute("DELETE FROM document_pages WHERE document = $1", values![document]).await?;
    for (position, page) in (1_u32..).zip(&draft.pages) {
        let sql = "INSERT INTO document_pages (document, position, scan, number, hidden, turn)
             VALUES ($1, $2, $3, $4, $5, $6)";
        let turn = u32::from(page.turn.degrees());
        let values = values![document, position, page.page.scan, page.page.number, page.hidden, turn];
        transaction.execute(sql, values).await?;
    }
    if draft.correction.as_ref().is_some_and(|correction| correction.reason == CorrectionReason::PatientParticulars) {
        let sql = "UPDATE patients SET name = $2, born = $3 WHERE id = $1";
        let patient = &draft.patient;
        transaction.execute(sql, values![patient.id, patient.name.as_str(), patient.born.text()]).await?;
        super::patients::make_keys(transaction, patient.id).await?;
    }
    Ok(())
}
