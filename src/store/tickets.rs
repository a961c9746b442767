//! Tickets: what technicians hand on to the people who run the machines, until one of these closes it.

use jiff::Timestamp;

use super::engine::Store;
use super::error::{StoreError, refused};
use super::values::{Row, values};
use super::{ledger, page_progress};
use crate::chart::facts::{DeskFact, TicketCategory};
use crate::chart::{Actor, BatchId, DocumentId, Fact, PersonId, TicketId};

/// Why a document with an open ticket is put aside.
pub(super) const RAISED: &str = "a ticket was raised";

/// A ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketRow {
    /// Its id.
    pub id: TicketId,
    /// The document that it is about.
    pub document: DocumentId,
    /// The document's batch.
    pub batch: (BatchId, String),
    /// What is wrong.
    pub category: TicketCategory,
    /// In words, which say nothing of a patient.
    pub note: String,
    /// Who raised it, by id and name.
    pub raised_by: (PersonId, String),
    /// When.
    pub raised_at: Timestamp,
    /// When somebody closed it.
    pub closed_at: Option<Timestamp>,
}

impl Store {
    /// Returns up to `limit` tickets from `after` on, the oldest first; closed ones too where `closed` says so.
    pub async fn tickets(
        &self,
        after: Option<TicketId>,
        closed: bool,
        limit: u32,
    ) -> Result<Vec<TicketRow>, StoreError> {
        let sql = "SELECT tickets.id, tickets.document, documents.batch, batches.name AS batch_name, tickets.category,
                tickets.note, tickets.raised_by, people.name AS raised_by_name, tickets.raised_at, tickets.closed_at
             FROM tickets JOIN documents ON documents.id = tickets.document
             JOIN batches ON batches.id = documents.batch JOIN people ON people.id = tickets.raised_by
             WHERE tickets.id > $1 AND ($2 OR tickets.closed_at IS NULL) ORDER BY tickets.id LIMIT $3";
        let after = after.map(|after| after.to_string()).unwrap_or_default();
        self.rows(sql, values![after, closed, limit]).await?.iter().map(read).collect()
    }

    /// Closes a ticket. Its document comes back into the queue, where it is still put aside for it.
    ///
    /// # Errors
    /// There is none, or it was closed before.
    pub async fn close_ticket(&self, person: PersonId, at: Timestamp, ticket: TicketId) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let sql = "UPDATE tickets SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL RETURNING document";
        let Some(row) = transaction.row(sql, values![ticket, at]).await? else {
            let known = transaction.row("SELECT id FROM tickets WHERE id = $1", values![ticket]).await?;
            return Err(match known {
                Some(_) => refused("this ticket was closed already"),
                None => StoreError::NotFound { what: "ticket".into() },
            });
        };
        let document: DocumentId = row.parsed("document")?;
        page_progress::lock(&mut transaction, document, at).await?;
        let sql = "UPDATE documents SET desk_due = $2, desk_reason = NULL WHERE id = $1 AND desk_reason = $3
            AND NOT EXISTS (SELECT 1 FROM tickets WHERE tickets.document = documents.id AND tickets.closed_at IS NULL)";
        transaction.execute(sql, values![document, Timestamp::UNIX_EPOCH, RAISED]).await?;
        let fact = Fact::Desk(DeskFact::TicketClosed { document, ticket });
        ledger::record(&mut transaction, Actor::Person(person), at, &[fact]).await?;
        transaction.commit().await
    }
}

fn read(row: &Row) -> Result<TicketRow, StoreError> {
    let category = row.text("category")?.parse().map_err(|()| StoreError::unreadable("category"))?;
    Ok(TicketRow {
        id: row.parsed("id")?,
        document: row.parsed("document")?,
        batch: (row.parsed("batch")?, row.text("batch_name")?),
        category,
        note: row.text("note")?,
        raised_by: (row.parsed("raised_by")?, row.text("raised_by_name")?),
        raised_at: row.time("raised_at")?,
        closed_at: row.optional_time("closed_at")?,
    })
}
