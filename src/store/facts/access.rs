//! Facts about access. Reading changes nothing; only an emergency does: it is open for a while, and somebody else looks at it.

use super::who::{one_of, text};
use crate::chart::facts::AccessFact;
use crate::chart::{Actor, LedgerEntry, PersonId, Role};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::values;

/// Applies one fact.
pub(super) async fn apply(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    fact: &AccessFact,
) -> Result<(), StoreError> {
    let Actor::Person(actor) = entry.actor else {
        return match fact {
            AccessFact::SignInFailed { .. } => Ok(()),
            _ => Err(refused("access is the doing of people")),
        };
    };
    let sequence = i64::try_from(entry.sequence).map_err(|_| StoreError::unreadable("sequence"))?;
    match fact {
        AccessFact::EmergencyOpened { patient, reason, until, review_by } => {
            text("reason", reason)?;
            one_of(transaction, actor, &[Role::Requester], "only a requester opens a chart in an emergency").await?;
            let sql = "INSERT INTO emergencies (opened, person, patient, opened_at, until, review_by)
                 VALUES ($1, $2, $3, $4, $5, $6)";
            let values = values![sequence, actor, *patient, entry.at, *until, *review_by];
            transaction.execute(sql, values).await.map(drop)
        }
        AccessFact::EmergencyReviewed { opened, justified, note } => {
            text("note", note)?;
            let reviewers = [Role::Administrator, Role::Auditor];
            one_of(transaction, actor, &reviewers, "an administrator or an auditor reviews emergencies").await?;
            let opened = i64::try_from(*opened).map_err(|_| StoreError::unreadable("opened"))?;
            let sql = "SELECT person, reviewed_at FROM emergencies WHERE opened = $1";
            let row = transaction.row(sql, values![opened]).await?;
            let row = row.ok_or_else(|| refused("there was no such emergency"))?;
            if row.parsed::<PersonId>("person")? == actor {
                return Err(refused("nobody reviews an emergency that they opened themselves"));
            }
            if row.optional_time("reviewed_at")?.is_some() {
                return Err(refused("this emergency was looked at already"));
            }
            let sql = "UPDATE emergencies SET reviewed_at = $2, reviewed_by = $3, justified = $4 WHERE opened = $1";
            transaction.execute(sql, values![opened, entry.at, actor, *justified]).await.map(drop)
        }
        _ => Ok(()),
    }
}
