//! How a page moves the documents that it stands in.

use jiff::Timestamp;

use super::engine::Transaction;
use super::error::StoreError;
use super::separating;
use super::values::{Row, values};
use crate::chart::{DocumentId, DocumentState, PageId};

/// Takes note, in every document with this page, that it was read or (with `failed`) could not be.
pub(super) async fn page_read(
    transaction: &mut Transaction,
    page: PageId,
    failed: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    for document in documents_with(transaction, page).await? {
        let state = lock(transaction, document, now).await?;
        if !state.is_unverified() {
            // Read once more after a person decided: what they decided stands.
            continue;
        }
        match state.page_read(failed) {
            Ok(state) => {
                write(transaction, document, &state).await?;
                if matches!(state, DocumentState::Read { .. }) {
                    separating::separate(transaction, document, &state, now).await?;
                }
            }
            // A page that was retried by itself after its document was read.
            Err(_) => recount(transaction, document, now).await?,
        }
    }
    Ok(())
}

/// Works the state of a document out anew from its pages: after a retry, for instance.
pub(super) async fn recount(
    transaction: &mut Transaction,
    document: DocumentId,
    now: Timestamp,
) -> Result<(), StoreError> {
    if !lock(transaction, document, now).await?.is_unverified() {
        return Ok(());
    }
    let row = transaction
        .row(
            "SELECT
                count(*) FILTER (WHERE pages.work IN ('waiting', 'claimed') AND results.scan IS NULL) AS pages_left,
                count(*) FILTER (WHERE pages.work IN ('failed', 'rejected')) AS pages_failed
             FROM document_pages
             JOIN pages ON pages.scan = document_pages.scan AND pages.number = document_pages.number
             LEFT JOIN results ON results.scan = pages.scan AND results.number = pages.number
                AND results.standing = 'current'
             WHERE document_pages.document = $1",
            values![document],
        )
        .await?
        .ok_or_else(|| StoreError::unreadable("counts"))?;
    let pages_failed = row.count("pages_failed")?;
    let state = match row.count("pages_left")? {
        0 => DocumentState::Read { pages_failed },
        pages_left => DocumentState::Reading { pages_left, pages_failed },
    };
    write(transaction, document, &state).await
}

/// Returns the documents with this page, always in the same order, so that two workers never wait for each other.
pub(super) async fn documents_with(transaction: &mut Transaction, page: PageId) -> Result<Vec<DocumentId>, StoreError> {
    let sql = "SELECT DISTINCT document FROM document_pages WHERE scan = $1 AND number = $2 ORDER BY document";
    transaction.rows(sql, values![page.scan, page.number]).await?.iter().map(|row| row.parsed("document")).collect()
}

/// Reads `state`, `pages_left`, `pages_failed`, `record` and `rejection`.
pub(super) fn read_state(row: &Row) -> Result<DocumentState, StoreError> {
    let pages_failed = row.count("pages_failed")?;
    match row.text("state")?.as_str() {
        "reading" => Ok(DocumentState::Reading { pages_left: row.count("pages_left")?, pages_failed }),
        "read" => Ok(DocumentState::Read { pages_failed }),
        "verified" => Ok(DocumentState::Verified { record: row.parsed("record")?, pages_failed }),
        "archived" => Ok(DocumentState::Archived { record: row.parsed("record")?, pages_failed }),
        "rejected" => Ok(DocumentState::Rejected { reason: row.parsed("rejection")?, pages_failed }),
        "split" => Ok(DocumentState::Split),
        _ => Err(StoreError::unreadable("state")),
    }
}

/// Takes the row of a document for this transaction and returns where it stands now.
pub(super) async fn lock(
    transaction: &mut Transaction,
    document: DocumentId,
    now: Timestamp,
) -> Result<DocumentState, StoreError> {
    let row = transaction
        .row(
            "UPDATE documents SET changed_at = $2 WHERE id = $1 RETURNING state, pages_left, pages_failed, record, rejection",
            values![document, now],
        )
        .await?;
    read_state(&row.ok_or_else(|| StoreError::NotFound { what: format!("document {document}") })?)
}

/// Writes the state of a document.
pub(super) async fn write(
    transaction: &mut Transaction,
    document: DocumentId,
    state: &DocumentState,
) -> Result<(), StoreError> {
    let (pages_left, pages_failed) = match *state {
        DocumentState::Reading { pages_left, pages_failed } => (pages_left, pages_failed),
        DocumentState::Read { pages_failed }
        | DocumentState::Verified { pages_failed, .. }
        | DocumentState::Archived { pages_failed, .. }
        | DocumentState::Rejected { pages_failed, .. } => (0, pages_failed),
        DocumentState::Split => (0, 0),
    };
    let record = match state {
        DocumentState::Verified { record, .. } | DocumentState::Archived { record, .. } => Some(record.to_string()),
        _ => None,
    };
    let rejection = match state {
        DocumentState::Rejected { reason, .. } => Some(reason.name().to_owned()),
        _ => None,
    };
    transaction
        .execute(
            "UPDATE documents SET state = $2, pages_left = $3, pages_failed = $4, record = $5, rejection = $6
             WHERE id = $1",
            values![document, state.name(), pages_left, pages_failed, record, rejection],
        )
        .await?;
    match state {
        DocumentState::Read { .. } => super::desk::count_doubts(transaction, document).await,
        _ => Ok(()),
    }
}
