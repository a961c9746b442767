//! Facts about: disposal.

use crate::chart::LedgerEntry;
use crate::chart::facts::DisposalFact;
use crate::store::engine::Transaction;
use crate::store::error::StoreError;

/// Applies one fact.
pub(super) async fn apply(_: &mut Transaction, _: &LedgerEntry, fact: &DisposalFact) -> Result<(), StoreError> {
    match *fact {}
}
