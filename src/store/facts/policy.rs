//! Facts about the versions of the retention policy. There is no fact that deletes one.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::who::{administrator, another, text};
use crate::chart::{LedgerEntry, PersonId};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::{Row, values};

/// Longest policy, in bytes.
const LONGEST_POLICY: usize = 4 * 1024 * 1024;
/// How many people have to approve that a version keeps shorter.
const SHORTENING_APPROVALS: usize = 2;

/// Keeps a draft.
pub(super) async fn draft(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    version: u32,
    effective_from: Date,
    policy: &str,
    reason: &str,
) -> Result<(), StoreError> {
    let author = administrator(transaction, entry).await?;
    text("reason", reason)?;
    if policy.len() > LONGEST_POLICY {
        return Err(refused("the policy is larger than 4 MiB: name fewer rule sets"));
    }
    let row = transaction.row("SELECT COALESCE(MAX(version), 0) + 1 AS version FROM policies", values![]).await?;
    if row.map(|row| row.count("version")).transpose()? != Some(version) {
        return Err(refused("somebody else drafted a version meanwhile: draft again"));
    }
    let sql = "INSERT INTO policies (version, policy, effective_from, reason, author, drafted_at)
         VALUES ($1, $2, $3, $4, $5, $6)";
    let values = values![version, policy, effective_from.to_string(), reason, author, entry.at];
    transaction.execute(sql, values).await.map(drop)
}

/// Keeps the approval of a draft by a second person.
pub(super) async fn approve(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    version: u32,
    on: Date,
) -> Result<(), StoreError> {
    let approver = administrator(transaction, entry).await?;
    let row = find(transaction, version).await?;
    if row.optional_text("approver")?.is_some() {
        return Err(refused(format!("version {version} is approved already")));
    }
    if row.optional_integer("withdrawn_at")?.is_some() {
        return Err(refused(format!("version {version} was withdrawn: draft another")));
    }
    another(approver, Some(row.parsed("author")?), "approves their own draft")?;
    near(entry.at, on)?;
    let sql = "UPDATE policies SET approver = $2, approved_at = $3, approved_on = $4 WHERE version = $1";
    transaction.execute(sql, values![version, approver, entry.at, on.to_string()]).await.map(drop)
}

/// Gives up a draft.
pub(super) async fn withdraw(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    version: u32,
) -> Result<(), StoreError> {
    administrator(transaction, entry).await?;
    if find(transaction, version).await?.optional_text("approver")?.is_some() {
        return Err(refused(format!(
            "version {version} was approved and stays for good, so that what was in force on any day can be shown; \
             draft a version that follows it"
        )));
    }
    let sql = "UPDATE policies SET withdrawn_at = $2 WHERE version = $1 AND withdrawn_at IS NULL";
    match transaction.execute(sql, values![version, entry.at]).await? {
        0 => Err(refused(format!("version {version} was withdrawn before"))),
        _ => Ok(()),
    }
}

/// Keeps one person's approval that the version in force keeps records shorter; with the second one it counts.
pub(super) async fn approve_shortening(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    version: u32,
    on: Date,
    review: &str,
) -> Result<(), StoreError> {
    let approver = administrator(transaction, entry).await?;
    text("review", review)?;
    near(entry.at, on)?;
    another(approver, Some(find(transaction, version).await?.parsed("author")?), "approves their own policy")?;
    if in_force(transaction, on).await? != Some(version) {
        return Err(refused(format!(
            "version {version} is not in force on {on}: that a version keeps shorter is reviewed once it is in force"
        )));
    }
    let sql = "SELECT approver FROM policy_shortenings WHERE version = $1";
    let before: Vec<PersonId> = transaction
        .rows(sql, values![version])
        .await?
        .iter()
        .map(|row| row.parsed("approver"))
        .collect::<Result<_, _>>()?;
    if before.contains(&approver) {
        return Err(refused("you have approved this already: a second person has to"));
    }
    let sql = "INSERT INTO policy_shortenings (version, approver, approved_at, approved_on, review)
         VALUES ($1, $2, $3, $4, $5)";
    transaction.execute(sql, values![version, approver, entry.at, on.to_string(), review]).await?;
    if before.len() + 1 == SHORTENING_APPROVALS {
        let sql = "UPDATE policies SET may_shorten_from = $2 WHERE version = $1";
        transaction.execute(sql, values![version, on.to_string()]).await?;
    }
    Ok(())
}

/// Returns the version in force on a day.
async fn in_force(transaction: &mut Transaction, day: Date) -> Result<Option<u32>, StoreError> {
    let rows = transaction
        .rows("SELECT version, effective_from, approved_on FROM policies WHERE approver IS NOT NULL", values![])
        .await?;
    let mut newest: Option<(Date, u32)> = None;
    for row in &rows {
        let from: Date = row.parsed::<Date>("effective_from")?.max(row.parsed("approved_on")?);
        if from <= day {
            newest = newest.max(Some((from, row.count("version")?)));
        }
    }
    Ok(newest.map(|(_, version)| version))
}

async fn find(transaction: &mut Transaction, version: u32) -> Result<Row, StoreError> {
    let sql = "SELECT author, approver, withdrawn_at FROM policies WHERE version = $1";
    let row = transaction.row(sql, values![version]).await?;
    row.ok_or_else(|| refused(format!("there is no version {version} of the policy")))
}

/// Refuses a day at the facility that cannot be that of the instant, wherever the facility is.
fn near(at: Timestamp, day: Date) -> Result<(), StoreError> {
    let utc = at.to_zoned(TimeZone::UTC).date();
    let days = utc.tomorrow().unwrap_or(utc);
    if day < utc.yesterday().unwrap_or(utc) || day > days {
        return Err(refused(format!("{day} is not the day of this approval: nothing is approved for a past day")));
    }
    Ok(())
}
