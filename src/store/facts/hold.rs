//! Facts about: hold.

use crate::chart::LedgerEntry;
use crate::chart::facts::HoldFact;
use crate::store::engine::Transaction;
use crate::store::error::StoreError;

/// Applies one fact.
pub(super) async fn apply(_: &mut Transaction, _: &LedgerEntry, fact: &HoldFact) -> Result<(), StoreError> {
    match *fact {}
}
