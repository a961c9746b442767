//! Applies facts of the ledger to their tables: one file for each kind of fact.
//!
//! Applying is deterministic: the same facts in the same order give the same tables, here and at a rebuild. Rules that
//! forbid a fact (nobody approves their own proposal) are checked here, within the transaction, so that they bind every
//! caller.

mod access;
mod desk;
mod disposal;
mod enrolment;
mod grant;
mod hold;
mod key;
mod lot;
mod paper;
mod people;
mod policy;
mod record;
mod retention;
mod rule;
mod who;

use super::engine::Transaction;
use super::error::StoreError;
use crate::chart::{Fact, LedgerEntry};
pub(super) use paper::read_account;

/// Applies one entry.
pub(super) async fn apply(transaction: &mut Transaction, entry: &LedgerEntry) -> Result<(), StoreError> {
    match &entry.fact {
        Fact::People(fact) => people::apply(transaction, entry, fact).await,
        Fact::Record(fact) => record::apply(transaction, entry, fact).await,
        Fact::Desk(fact) => desk::apply(entry, fact),
        Fact::Paper(fact) => paper::apply(transaction, entry, fact).await,
        Fact::Lot(fact) => lot::apply(transaction, entry, fact).await,
        Fact::Rule(fact) => rule::apply(transaction, entry, fact).await,
        Fact::Retention(fact) => retention::apply(transaction, entry, fact).await,
        Fact::Hold(fact) => hold::apply(transaction, entry, fact).await,
        Fact::Disposal(fact) => disposal::apply(transaction, entry, fact).await,
        Fact::Key(fact) => key::apply(transaction, entry, fact).await,
        Fact::Grant(fact) => grant::apply(transaction, entry, fact).await,
        Fact::Access(fact) => access::apply(transaction, entry, fact).await,
    }
}
