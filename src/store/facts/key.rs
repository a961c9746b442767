//! Facts about the keys that sign the ledger.

use crate::chart::LedgerEntry;
use crate::chart::facts::KeyFact;
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::values;

/// Applies one fact. Whether the old key really signed for the new one is for whoever audits the ledger to say: it takes
/// more than this database to know.
pub(super) async fn apply(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    fact: &KeyFact,
) -> Result<(), StoreError> {
    let sql = "SELECT origin FROM ledger_keys ORDER BY sequence DESC LIMIT 1";
    let known = transaction.row(sql, values![]).await?.map(|row| row.text("origin")).transpose()?;
    let origin = match (fact, known) {
        (KeyFact::Introduced { origin, .. }, None) => origin.clone(),
        (KeyFact::Introduced { .. }, Some(_)) => return Err(refused("the ledger has a signing key already")),
        (_, None) => return Err(refused("the ledger has no signing key yet that another could follow")),
        (_, Some(origin)) => origin,
    };
    let sequence = i64::try_from(entry.sequence).map_err(|_| StoreError::unreadable("sequence"))?;
    let sql = "INSERT INTO ledger_keys (sequence, origin, public_key, signature) VALUES ($1, $2, $3, $4)";
    let signature = match fact {
        KeyFact::Rotated { signature, .. } => Some(signature.to_string()),
        KeyFact::Introduced { .. } | KeyFact::Replaced { .. } => None,
    };
    transaction.execute(sql, values![sequence, origin, fact.public_key().to_string(), signature]).await.map(drop)
}
