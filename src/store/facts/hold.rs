//! Facts about holds. A hold is placed by one person and released by two.

use std::collections::BTreeSet;

use super::who::{administrator, another, text};
use crate::chart::facts::HoldFact;
use crate::chart::{HoldId, LedgerEntry, PersonId, RecordId};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::{Row, values};

/// Applies one fact.
pub(super) async fn apply(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    fact: &HoldFact,
) -> Result<(), StoreError> {
    match fact {
        HoldFact::Placed { hold, matter, reason, custodian, scope, members } => {
            let person = administrator(transaction, entry).await?;
            for (what, words) in [("matter", matter), ("reason", reason), ("custodian", custodian)] {
                text(what, words)?;
            }
            if transaction.row("SELECT id FROM holds WHERE id = $1", values![*hold]).await?.is_some() {
                return Err(refused("this hold is placed already"));
            }
            let scope = serde_json::to_string(scope).map_err(|_| StoreError::unreadable("scope"))?;
            let sql = "INSERT INTO holds (id, matter, reason, custodian, scope, placed_by, placed_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)";
            let (matter, reason, custodian) = (matter.as_str(), reason.as_str(), custodian.as_str());
            let values = values![*hold, matter, reason, custodian, scope, person, entry.at];
            transaction.execute(sql, values).await?;
            add(transaction, entry, *hold, members).await
        }
        HoldFact::Matched { hold, records } => {
            find(transaction, *hold).await?;
            add(transaction, entry, *hold, records).await
        }
        HoldFact::ReleaseProposed { hold, reason } => {
            let person = administrator(transaction, entry).await?;
            text("reason", reason)?;
            if find(transaction, *hold).await?.optional_text("release_proposed_by")?.is_some() {
                return Err(refused("its release is proposed already; a second person confirms it"));
            }
            let sql = "UPDATE holds SET release_proposed_by = $2, release_reason = $3 WHERE id = $1";
            transaction.execute(sql, values![*hold, person, reason.as_str()]).await.map(drop)
        }
        HoldFact::ReleaseDeclined { hold } => {
            administrator(transaction, entry).await?;
            proposer(&find(transaction, *hold).await?)?;
            let sql = "UPDATE holds SET release_proposed_by = NULL, release_reason = NULL WHERE id = $1";
            transaction.execute(sql, values![*hold]).await.map(drop)
        }
        HoldFact::ReleaseConfirmed { hold } => {
            let person = administrator(transaction, entry).await?;
            let proposer = proposer(&find(transaction, *hold).await?)?;
            another(person, Some(proposer), "confirms the release that they proposed themselves")?;
            let sql = "UPDATE holds SET released_by = $2, released_at = $3 WHERE id = $1";
            transaction.execute(sql, values![*hold, person, entry.at]).await.map(drop)
        }
    }
}

async fn add(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    hold: HoldId,
    records: &BTreeSet<RecordId>,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO hold_members (hold, record, since) VALUES ($1, $2, $3) ON CONFLICT (hold, record) DO NOTHING";
    for record in records {
        transaction.execute(sql, values![hold, *record, entry.at]).await?;
    }
    Ok(())
}

/// Returns a hold that is not released.
async fn find(transaction: &mut Transaction, hold: HoldId) -> Result<Row, StoreError> {
    let sql = "SELECT release_proposed_by, released_at FROM holds WHERE id = $1";
    let row = transaction.row(sql, values![hold]).await?;
    let row = row.ok_or_else(|| refused(format!("there is no hold {hold}")))?;
    match row.optional_integer("released_at")? {
        None => Ok(row),
        Some(_) => Err(refused("this hold is released; place another one")),
    }
}

fn proposer(row: &Row) -> Result<PersonId, StoreError> {
    row.optional_parsed("release_proposed_by")?.ok_or_else(|| refused("nobody has proposed to release this hold"))
}
