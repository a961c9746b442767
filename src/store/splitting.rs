//! Splits a document: each of its pages goes to exactly one of the documents that come out of it.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::{StoreError, refused};
use super::values::values;
use super::{page_progress, review};
use crate::chart::{DocumentId, DocumentState};

impl Store {
    /// Splits a document into parts, each a new document with pages at these places of the old one, in this order.
    ///
    /// # Errors
    /// Somebody has decided about the document; a page would be in no part, or in two.
    pub async fn split_document(
        &self,
        document: DocumentId,
        parts: &[(DocumentId, Vec<u32>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let state = page_progress::lock(&mut transaction, document, now).await?.split()?;
        let rows =
            transaction.rows("SELECT position FROM document_pages WHERE document = $1", values![document]).await?;
        let held: BTreeSet<u32> = rows.iter().map(|row| row.count("position")).collect::<Result<_, _>>()?;
        let asked: Vec<u32> = parts.iter().flat_map(|(_, positions)| positions.iter().copied()).collect();
        let distinct: BTreeSet<u32> = asked.iter().copied().collect();
        if distinct != held || asked.len() != held.len() || parts.iter().any(|(_, positions)| positions.is_empty()) {
            let why = format!("every page from 1 to {} has to be in exactly one part", held.len());
            return Err(refused(why));
        }
        part(&mut transaction, document, &state, parts, now).await?;
        transaction.commit().await
    }

    /// Returns the document that a document was split off from.
    pub async fn parent_of(&self, document: DocumentId) -> Result<Option<DocumentId>, StoreError> {
        let row = self.row("SELECT parent FROM documents WHERE id = $1", values![document]).await?;
        row.map_or(Ok(None), |row| row.optional_parsed("parent"))
    }
}

/// Moves the pages of a document into parts of it, which become documents of their own; `state` is what is left of it.
pub(super) async fn part(
    transaction: &mut Transaction,
    document: DocumentId,
    state: &DocumentState,
    parts: &[(DocumentId, Vec<u32>)],
    now: Timestamp,
) -> Result<(), StoreError> {
    for (part, positions) in parts {
        let sql = "INSERT INTO documents
             (id, batch, delivery, state, pages_left, pages_failed, opened_at, changed_at, parent)
             SELECT $1, batch, delivery, 'reading', 0, 0, $2, $2, id FROM documents WHERE id = $3";
        transaction.execute(sql, values![*part, now, document]).await?;
        for (position, old) in (1_u32..).zip(positions) {
            let sql = "UPDATE document_pages SET document = $1, position = $2 WHERE document = $3 AND position = $4";
            transaction.execute(sql, values![*part, position, document, *old]).await?;
        }
        page_progress::recount(transaction, *part, now).await?;
        review::queue_pages(transaction, *part, now).await?;
    }
    page_progress::write(transaction, document, state).await
}
