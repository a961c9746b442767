//! Facts about: retention.

use crate::chart::LedgerEntry;
use crate::chart::facts::RetentionFact;
use crate::store::engine::Transaction;
use crate::store::error::StoreError;

/// Applies one fact.
pub(super) async fn apply(_: &mut Transaction, _: &LedgerEntry, fact: &RetentionFact) -> Result<(), StoreError> {
    match *fact {}
}
