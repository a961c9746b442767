//! Facts about: people.

use crate::chart::LedgerEntry;
use crate::chart::facts::PeopleFact;
use crate::store::engine::Transaction;
use crate::store::error::StoreError;

/// Applies one fact.
pub(super) async fn apply(_: &mut Transaction, _: &LedgerEntry, fact: &PeopleFact) -> Result<(), StoreError> {
    match *fact {}
}
