//! Facts about records: each version goes from accepted to archived, or is withdrawn before.

use jiff::Timestamp;

use super::{lot, rule};
use crate::chart::facts::{Acceptance, RecordFact};
use crate::chart::{Actor, LedgerEntry, RecordId};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::{Row, values};

/// Applies one fact.
pub(super) async fn apply(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    fact: &RecordFact,
) -> Result<(), StoreError> {
    match fact {
        RecordFact::Accepted(acceptance) => accept(transaction, entry, acceptance).await,
        RecordFact::Undone { record, version } => {
            let waiting = waiting(transaction, *record, *version).await?;
            let final_at = waiting.time("final_at")?;
            if entry.at >= final_at {
                return Err(refused("the time to undo it is over; correct the record instead"));
            }
            withdraw(transaction, *record, *version).await
        }
        RecordFact::GivenUp { record, version } => {
            waiting(transaction, *record, *version).await?;
            withdraw(transaction, *record, *version).await
        }
        RecordFact::Reviewed { record, version, approved } => {
            review(transaction, entry, *record, *version, *approved).await
        }
        // Documents are no records: their rows are written by whoever records the rejection.
        RecordFact::Rejected { .. } | RecordFact::RejectionUndone { .. } => Ok(()),
        RecordFact::Deposited { record, version, inventory, bytes, locked_until } => {
            let waiting = waiting(transaction, *record, *version).await?;
            if waiting.flag("second_review")? && waiting.optional_text("reviewed_by")?.is_none() {
                return Err(refused("its second review is still due"));
            }
            if *version == 1 {
                lot::released(transaction, *record).await?;
            }
            let bytes = i64::try_from(*bytes).map_err(|_| StoreError::unreadable("bytes"))?;
            let sql = "UPDATE record_versions SET state = 'archived', inventory = $3, bytes = $4, locked_until = $5,
                    archived_at = $6 WHERE record = $1 AND version = $2";
            let values = values![*record, *version, inventory.as_str(), bytes, *locked_until, entry.at];
            transaction.execute(sql, values).await?;
            make_current(transaction, *record, *version, entry.at).await
        }
        RecordFact::EnteredInError { record, version } => {
            let sql =
                "UPDATE record_versions SET in_error = TRUE WHERE record = $1 AND version = $2 AND state = 'archived'";
            match transaction.execute(sql, values![*record, *version]).await? {
                0 => Err(refused("only a version in the archive can be marked as entered in error")),
                _ => Ok(()),
            }
        }
        RecordFact::ScanPurged { scan } => {
            let sql = "INSERT INTO purged_scans (scan, purged_at) VALUES ($1, $2) ON CONFLICT (scan) DO NOTHING";
            transaction.execute(sql, values![*scan, entry.at]).await.map(drop)
        }
    }
}

async fn accept(transaction: &mut Transaction, entry: &LedgerEntry, acceptance: &Acceptance) -> Result<(), StoreError> {
    let Acceptance { record, version, patient, kind, class, .. } = acceptance;
    let person = match (entry.actor, &acceptance.rule) {
        (Actor::Person(person), None) => Some(person.to_string()),
        (Actor::Program, Some(rule)) => {
            rule::in_force(transaction, rule).await?;
            None
        }
        _ => return Err(refused("a record is accepted by a person, or by the program under a named rule")),
    };
    check_place(transaction, acceptance).await?;
    if *version == 1 {
        let sql = "INSERT INTO records (id, document, patient, kind, class, state, current_version, accepted_at)
             VALUES ($1, $2, $3, $4, $5, 'waiting', 1, $6)";
        let values = values![*record, acceptance.document, *patient, kind.as_str(), class.as_str(), entry.at];
        transaction.execute(sql, values).await?;
    }
    // A version that was withdrawn makes room for the next one of its number.
    for sql in [
        "DELETE FROM record_encounters WHERE record = $1 AND version = $2",
        "DELETE FROM record_scans WHERE record = $1 AND version = $2",
        "DELETE FROM record_versions WHERE record = $1 AND version = $2",
    ] {
        transaction.execute(sql, values![*record, *version]).await?;
    }
    let sql =
        "INSERT INTO record_versions (record, version, state, patient, kind, class, pages, accepted_at, accepted_by,
            rule, correction, final_at, second_review, in_error)
         VALUES ($1, $2, 'waiting', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, FALSE)";
    let rule = acceptance.rule.as_ref().map(ToString::to_string);
    let correction = acceptance.correction.map(|reason| reason.name().to_owned());
    let values = values![
        *record,
        *version,
        *patient,
        kind.as_str(),
        class.as_str(),
        acceptance.pages,
        entry.at,
        person,
        rule,
        correction,
        acceptance.final_at,
        acceptance.second_review,
    ];
    transaction.execute(sql, values).await?;
    for (position, encounter) in (0_u32..).zip(&acceptance.encounters) {
        let sql =
            "INSERT INTO record_encounters (record, version, position, from_day, to_day) VALUES ($1, $2, $3, $4, $5)";
        let to = encounter.to.map(|day| day.to_string());
        transaction.execute(sql, values![*record, *version, position, encounter.from.to_string(), to]).await?;
    }
    for scan in &acceptance.scans {
        let sql = "INSERT INTO record_scans (record, version, scan) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        transaction.execute(sql, values![*record, *version, *scan]).await?;
    }
    Ok(())
}

/// Versions follow each other: the first makes the record, a further one follows the newest in the archive.
async fn check_place(transaction: &mut Transaction, acceptance: &Acceptance) -> Result<(), StoreError> {
    let sql = "SELECT state, current_version FROM records WHERE id = $1";
    match transaction.row(sql, values![acceptance.record]).await? {
        None if acceptance.version == 1 && acceptance.correction.is_none() => Ok(()),
        None => Err(refused("a correction needs a record in the archive")),
        Some(row) => {
            let sql = "SELECT version FROM record_versions WHERE record = $1 AND state = 'waiting'";
            if transaction.row(sql, values![acceptance.record]).await?.is_some() {
                return Err(refused("a version of this record waits for its deposit already"));
            }
            let follows = row.count("current_version")?.checked_add(1) == Some(acceptance.version);
            if row.text("state")? != "archived" || !follows || acceptance.correction.is_none() {
                return Err(refused("a correction follows the newest version in the archive and has a reason"));
            }
            Ok(())
        }
    }
}

async fn review(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    record: RecordId,
    version: u32,
    approved: bool,
) -> Result<(), StoreError> {
    let Actor::Person(reviewer) = entry.actor else { return Err(refused("a review is done by a person")) };
    let waiting = waiting(transaction, record, version).await?;
    if waiting.optional_text("accepted_by")? == Some(reviewer.to_string()) {
        return Err(refused("nobody reviews their own work; another reviewer has to look at it"));
    }
    if version == 1 && lot::open_lot_of(transaction, record).await?.is_some() {
        return Err(refused("it is in a lot: say what is wrong with it with muniment lot check"));
    }
    if !approved {
        return withdraw(transaction, record, version).await;
    }
    let sql = "UPDATE record_versions SET reviewed_by = $3, reviewed_at = $4 WHERE record = $1 AND version = $2";
    transaction.execute(sql, values![record, version, reviewer, entry.at]).await.map(drop)
}

/// Returns the row of a version that waits for its deposit.
async fn waiting(transaction: &mut Transaction, record: RecordId, version: u32) -> Result<Row, StoreError> {
    let sql = "SELECT accepted_by, final_at, second_review, reviewed_by FROM record_versions
         WHERE record = $1 AND version = $2 AND state = 'waiting'";
    let row = transaction.row(sql, values![record, version]).await?;
    row.ok_or_else(|| refused("this version of the record does not wait for its deposit"))
}

/// Takes a version out of the waiting room, and its record where it was the first.
pub(super) async fn withdraw(transaction: &mut Transaction, record: RecordId, version: u32) -> Result<(), StoreError> {
    let sql = "UPDATE record_versions SET state = 'withdrawn' WHERE record = $1 AND version = $2";
    transaction.execute(sql, values![record, version]).await?;
    let sql = "UPDATE records SET state = 'withdrawn' WHERE id = $1 AND state = 'waiting'";
    transaction.execute(sql, values![record]).await.map(drop)
}

/// Lets the record's row say what a version says that has come into the archive.
async fn make_current(
    transaction: &mut Transaction,
    record: RecordId,
    version: u32,
    at: Timestamp,
) -> Result<(), StoreError> {
    let of_version = |column| format!("(SELECT {column} FROM record_versions WHERE record = $1 AND version = $2)");
    let (patient, kind, class) = (of_version("patient"), of_version("kind"), of_version("class"));
    let sql = format!(
        "UPDATE records SET state = 'archived', current_version = $2, patient = {patient}, kind = {kind},
            class = {class}, archived_at = COALESCE(archived_at, $3) WHERE id = $1"
    );
    transaction.execute(sqlx::AssertSqlSafe(sql), values![record, version, at]).await.map(drop)
}
