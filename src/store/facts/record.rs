//! Facts about: record.

use crate::chart::LedgerEntry;
use crate::chart::facts::RecordFact;
use crate::store::engine::Transaction;
use crate::store::error::StoreError;

/// Applies one fact.
pub(super) async fn apply(_: &mut Transaction, _: &LedgerEntry, fact: &RecordFact) -> Result<(), StoreError> {
    match *fact {}
}
