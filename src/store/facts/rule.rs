//! Facts about the rules under which the program accepts documents by itself. A rule is never changed, only followed by
//! another text of its name.

use super::who::{administrator, another, text};
use crate::chart::facts::RuleFact;
use crate::chart::{AutoAcceptRule, Digest, LedgerEntry};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::{Row, values};

/// Longest text of a rule, in bytes.
const LONGEST_RULE: usize = 64 * 1024;

/// Applies one fact.
pub(super) async fn apply(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    fact: &RuleFact,
) -> Result<(), StoreError> {
    let person = administrator(transaction, entry).await?;
    match fact {
        RuleFact::Drafted { rule, body, reason } => {
            text("reason", reason)?;
            if body.len() > LONGEST_RULE || Digest::of(body.as_bytes()) != rule.digest {
                return Err(refused("the text of the rule is longer than 64 KiB, or is not the one of its digest"));
            }
            if find(transaction, rule).await?.is_some() {
                return Err(refused("this very text was drafted before under this name"));
            }
            let sql = "INSERT INTO acceptance_rules (name, digest, body, reason, author, drafted_at)
                 VALUES ($1, $2, $3, $4, $5, $6)";
            let values = values![rule.name.as_str(), rule.digest, body.as_str(), reason.as_str(), person, entry.at];
            transaction.execute(sql, values).await.map(drop)
        }
        RuleFact::Approved { rule } => {
            let row = find(transaction, rule).await?.ok_or_else(unknown)?;
            if row.optional_text("approver")?.is_some() || row.optional_integer("ended_at")?.is_some() {
                return Err(refused("the rule was approved or withdrawn before"));
            }
            another(person, Some(row.parsed("author")?), "approves their own rule")?;
            let sql = "UPDATE acceptance_rules SET ended_at = $3, ended_by = $4
                 WHERE name = $1 AND digest <> $2 AND approver IS NOT NULL AND ended_at IS NULL";
            transaction.execute(sql, values![rule.name.as_str(), rule.digest, entry.at, person]).await?;
            let sql = "UPDATE acceptance_rules SET approver = $3, approved_at = $4 WHERE name = $1 AND digest = $2";
            transaction.execute(sql, values![rule.name.as_str(), rule.digest, person, entry.at]).await.map(drop)
        }
        RuleFact::Withdrawn { rule } => {
            find(transaction, rule).await?.ok_or_else(unknown)?;
            let sql = "UPDATE acceptance_rules SET ended_at = $3, ended_by = $4
                 WHERE name = $1 AND digest = $2 AND ended_at IS NULL";
            match transaction.execute(sql, values![rule.name.as_str(), rule.digest, entry.at, person]).await? {
                0 => Err(refused("the rule was withdrawn before, or another of its name has taken its place")),
                _ => Ok(()),
            }
        }
    }
}

/// Refuses an acceptance by a rule that is not in force.
pub(super) async fn in_force(transaction: &mut Transaction, rule: &AutoAcceptRule) -> Result<(), StoreError> {
    let row = find(transaction, rule).await?.ok_or_else(unknown)?;
    if row.optional_text("approver")?.is_none() || row.optional_integer("ended_at")?.is_some() {
        return Err(refused(
            "the rule is not in force: a second person has to approve it, and nobody may have ended it",
        ));
    }
    Ok(())
}

async fn find(transaction: &mut Transaction, rule: &AutoAcceptRule) -> Result<Option<Row>, StoreError> {
    let sql = "SELECT author, approver, ended_at FROM acceptance_rules WHERE name = $1 AND digest = $2";
    transaction.row(sql, values![rule.name.as_str(), rule.digest]).await
}

fn unknown() -> StoreError {
    refused("there is no such rule for acceptance")
}
