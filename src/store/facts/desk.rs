//! Facts about the verification station. Documents are no records: their rows are written by whoever records the fact.

use super::who::person;
use crate::chart::LedgerEntry;
use crate::chart::facts::DeskFact;
use crate::store::error::StoreError;

/// Applies one fact: only people work at the station.
pub(super) fn apply(entry: &LedgerEntry, fact: &DeskFact) -> Result<(), StoreError> {
    match fact {
        DeskFact::Arranged { .. }
        | DeskFact::ArrangementUndone { .. }
        | DeskFact::Postponed { .. }
        | DeskFact::Escalated { .. }
        | DeskFact::TicketClosed { .. }
        | DeskFact::RescanRequested { .. }
        | DeskFact::Rekeyed { .. } => person(entry).map(drop),
    }
}
