//! What people typed about documents and have not decided yet. It outlives the lease, and may name a patient.

use jiff::Timestamp;

use super::desk::{self, DeskClaim};
use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::page_progress;
use super::values::values;
use crate::chart::{DocumentId, PersonId};

/// What a person typed. `Debug` is left out: it is patient data.
#[derive(Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// What was typed, as JSON.
    pub body: String,
    /// When it was saved.
    pub saved_at: Timestamp,
}

impl Store {
    /// Keeps what a person typed, whether or not they still have the document. Returns the document's revision, and
    /// whether their claim still holds.
    pub async fn save_draft(&self, claim: &DeskClaim, body: &str, now: Timestamp) -> Result<(u32, bool), StoreError> {
        let mut transaction = self.begin().await?;
        page_progress::lock(&mut transaction, claim.document, now).await?;
        keep(&mut transaction, claim.document, claim.person, body, now).await?;
        let held = match desk::holds(&mut transaction, &DeskClaim { revision: None, ..claim.clone() }).await {
            Ok(()) => true,
            Err(StoreError::ClaimLost { .. }) => false,
            Err(cause) => return Err(cause),
        };
        let row = transaction.row("SELECT revision FROM documents WHERE id = $1", values![claim.document]).await?;
        let revision = row.ok_or_else(|| desk::lost(claim.document))?.count("revision")?;
        transaction.commit().await?;
        Ok((revision, held))
    }

    /// Returns what a person typed about a document.
    pub async fn draft(&self, document: DocumentId, person: PersonId) -> Result<Option<DraftRow>, StoreError> {
        let sql = "SELECT body, saved_at FROM drafts WHERE document = $1 AND person = $2";
        let row = self.row(sql, values![document, person]).await?;
        row.map(|row| Ok(DraftRow { body: row.text("body")?, saved_at: row.time("saved_at")? })).transpose()
    }
}

/// Keeps what a person typed.
pub(super) async fn keep(
    transaction: &mut Transaction,
    document: DocumentId,
    person: PersonId,
    body: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO drafts (document, person, body, saved_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (document, person) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at";
    transaction.execute(sql, values![document, person, body, now]).await.map(drop)
}

/// Forgets what anybody typed about a document: somebody decided.
pub(super) async fn forget(transaction: &mut Transaction, document: DocumentId) -> Result<(), StoreError> {
    transaction.execute("DELETE FROM drafts WHERE document = $1", values![document]).await.map(drop)
}
