//! Facts about paper. A box is where the last move took it; a batch whose counts differ is closed by two people.

use super::who::{another, person, text};
use crate::chart::facts::PaperFact;
use crate::chart::{BatchId, BoxLabel, CustodyStep, LedgerEntry, PersonId, Preparation, Reconciliation, Sheets};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::{Row, values};

/// Applies one fact.
pub(super) async fn apply(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    fact: &PaperFact,
) -> Result<(), StoreError> {
    let by = person(entry)?;
    match fact {
        PaperFact::BoxReceived { label, place } => {
            if last_step(transaction, label).await?.is_some() {
                return Err(refused(format!("there is a box {label} already: every box has a label of its own")));
            }
            transaction.execute("INSERT INTO boxes (label) VALUES ($1)", values![label.as_str()]).await?;
            moved(transaction, entry, label, CustodyStep::Received, place).await
        }
        PaperFact::BoxMoved { label, step, place } => {
            let last = last_step(transaction, label).await?.ok_or_else(|| no_box(label))?;
            if last == CustodyStep::Returned && *step != CustodyStep::Received {
                return Err(refused(format!("box {label} was returned: it has to be received again first")));
            }
            moved(transaction, entry, label, *step, place).await
        }
        PaperFact::BatchPrepared { batch, preparation } => {
            not_closed(transaction, *batch).await?;
            prepared(transaction, entry, *batch, preparation, by).await
        }
        PaperFact::BatchClosed { batch, account } => {
            not_closed(transaction, *batch).await?;
            if account.sheets() != Sheets::Agree {
                return Err(refused(format!("the counts differ: {account}")));
            }
            let sql = "INSERT INTO closings (batch, account, reason, said_by, said_at, closed_at)
                 VALUES ($1, $2, NULL, $3, $4, $4) ON CONFLICT (batch) DO UPDATE SET account = excluded.account,
                    reason = NULL, said_by = excluded.said_by, said_at = excluded.said_at, closed_at = excluded.closed_at";
            transaction.execute(sql, values![*batch, json(account)?, by, entry.at]).await.map(drop)
        }
        PaperFact::DifferenceExplained { batch, account, reason } => {
            not_closed(transaction, *batch).await?;
            text("reason", reason)?;
            if account.waiting > 0 {
                return Err(refused(format!("the batch is not whole yet: {account}")));
            }
            // Another reason, perhaps of somebody else or for other counts, takes the place of an older one.
            let sql = "INSERT INTO closings (batch, account, reason, said_by, said_at) VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (batch) DO UPDATE SET account = excluded.account, reason = excluded.reason,
                    said_by = excluded.said_by, said_at = excluded.said_at";
            transaction.execute(sql, values![*batch, json(account)?, reason.as_str(), by, entry.at]).await.map(drop)
        }
        PaperFact::DifferenceConfirmed { batch, account } => {
            let row = not_closed(transaction, *batch).await?;
            let row = row.ok_or_else(|| refused("nobody has given a reason for a difference of this batch"))?;
            another(by, Some(row.parsed("said_by")?), "confirms the reason that they gave themselves")?;
            if read_account(&row)? != *account {
                return Err(refused(format!(
                    "the counts have changed since the reason was given; now: {account}. Close the batch again, and give \
                     a reason if they still differ"
                )));
            }
            let sql = "UPDATE closings SET confirmed_by = $2, closed_at = $3 WHERE batch = $1";
            transaction.execute(sql, values![*batch, by, entry.at]).await.map(drop)
        }
    }
}

/// Reads `account`.
pub(in crate::store) fn read_account(row: &Row) -> Result<Reconciliation, StoreError> {
    serde_json::from_str(&row.text("account")?).map_err(|_| StoreError::unreadable("account"))
}

fn json(account: &Reconciliation) -> Result<String, StoreError> {
    serde_json::to_string(account).map_err(|_| StoreError::unreadable("account"))
}

fn no_box(label: &BoxLabel) -> StoreError {
    refused(format!("there is no box {label}: `muniment box add` makes it known"))
}

/// Returns the last step of a box; none for one that is not known.
async fn last_step(transaction: &mut Transaction, label: &BoxLabel) -> Result<Option<CustodyStep>, StoreError> {
    let sql = "SELECT step FROM box_moves WHERE box = $1 ORDER BY number DESC LIMIT 1";
    transaction.row(sql, values![label.as_str()]).await?.map(|row| row.parsed("step")).transpose()
}

async fn moved(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    label: &BoxLabel,
    step: CustodyStep,
    place: &str,
) -> Result<(), StoreError> {
    text("place", place)?;
    let sql = "INSERT INTO box_moves (box, number, step, place, moved_by, moved_at)
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5 FROM box_moves WHERE box = $1";
    let values = values![label.as_str(), step.name(), place, person(entry)?, entry.at];
    transaction.execute(sql, values).await.map(drop)
}

async fn prepared(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    batch: BatchId,
    preparation: &Preparation,
    by: PersonId,
) -> Result<(), StoreError> {
    let Preparation { paper_box, sheets, sides, charts } = preparation;
    if *sheets == 0 {
        return Err(refused("a batch has at least one sheet: count again"));
    }
    if let Some(label) = paper_box {
        match last_step(transaction, label).await? {
            None => return Err(no_box(label)),
            Some(CustodyStep::Returned) => {
                return Err(refused(format!("box {label} was returned: nothing of it can be prepared")));
            }
            Some(_) => {}
        }
    }
    let sql = "INSERT INTO preparations (batch, box, sheets, sides, charts, prepared_by, prepared_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (batch) DO UPDATE SET box = excluded.box,
            sheets = excluded.sheets, sides = excluded.sides, charts = excluded.charts,
            prepared_by = excluded.prepared_by, prepared_at = excluded.prepared_at";
    let label = paper_box.as_ref().map(|label| label.as_str().to_owned());
    transaction.execute(sql, values![batch, label, *sheets, sides.name(), *charts, by, entry.at]).await.map(drop)
}

/// Returns the reason that waits for a second person, if one does; refuses when the batch is closed.
async fn not_closed(transaction: &mut Transaction, batch: BatchId) -> Result<Option<Row>, StoreError> {
    let sql = "SELECT account, said_by, closed_at FROM closings WHERE batch = $1";
    let row = transaction.row(sql, values![batch]).await?;
    match row.as_ref().map(|row| row.optional_time("closed_at")).transpose()?.flatten() {
        Some(_) => Err(refused("this batch is closed already")),
        None => Ok(row),
    }
}
