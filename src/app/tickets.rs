//! Tickets as the people who run the machines work on them.

use super::{App, AppError};
use crate::access::Permission;
use crate::chart::TicketId;
use crate::store::TicketRow;

impl App {
    /// Returns up to `limit` tickets from `after` on, the oldest first; closed ones too where `closed` says so.
    ///
    /// # Errors
    /// The person may not; the database failed.
    pub async fn tickets(&self, after: Option<TicketId>, closed: bool, limit: u32) -> Result<Vec<TicketRow>, AppError> {
        self.actor(Permission::Operate, &[]).await?;
        Ok(self.store.tickets(after, closed, limit).await?)
    }

    /// Closes a ticket: what it is about was looked at, and its document comes back into the queue.
    ///
    /// # Errors
    /// The person may not; there is none, or it was closed before.
    pub async fn close_ticket(&self, ticket: TicketId) -> Result<(), AppError> {
        let person = self.actor(Permission::Operate, &[]).await?.person;
        Ok(self.store.close_ticket(person, self.clock.now(), ticket).await?)
    }
}
