//! How a page moves the documents that it stands in.

use jiff::Timestamp;

use super::engine::Transaction;
use super::error::StoreError;
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
        match state.page_read(failed) {
            Ok(state) => write(transaction, document, &state).await?,
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
    lock(transaction, document, now).await?;
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

/// Reads `state`, `pages_left` and `pages_failed`.
pub(super) fn read_state(row: &Row) -> Result<DocumentState, StoreError> {
    let pages_failed = row.count("pages_failed")?;
    match row.text("state")?.as_str() {
        "reading" => Ok(DocumentState::Reading { pages_left: row.count("pages_left")?, pages_failed }),
        "read" => Ok(DocumentState::Read { pages_failed }),
        _ => Err(StoreError::unreadable("state")),
    }
}

/// Takes the row of a document for this transaction and returns where it stands now.
async fn lock(
    transaction: &mut Transaction,
    document: DocumentId,
    now: Timestamp,
) -> Result<DocumentState, StoreError> {
    let row = transaction
        .row(
            "UPDATE documents SET changed_at = $2 WHERE id = $1 RETURNING state, pages_left, pages_failed",
            values![document, now],
        )
        .await?;
    read_state(&row.ok_or_else(|| StoreError::NotFound { what: format!("document {document}") })?)
}

async fn write(transaction: &mut Transaction, document: DocumentId, state: &DocumentState) -> Result<(), StoreError> {
    let (pages_left, pages_failed) = match *state {
        DocumentState::Reading { pages_left, pages_failed } => (pages_left, pages_failed),
        DocumentState::Read { pages_failed } => (0, pages_failed),
    };
    transaction
        .execute(
            "UPDATE documents SET state = $2, pages_left = $3, pages_failed = $4 WHERE id = $1",
            values![document, state.name(), pages_left, pages_failed],
        )
        .await?;
    Ok(())
}
