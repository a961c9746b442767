//! Facts about grants. Nobody gives anything to themselves, but for the reason that an administrator declares, which ends
//! soon. What somebody opens in an emergency is a fact of access.

use jiff::{SignedDuration, Timestamp};

use super::who::{administrator, another, is_administrator, person, text};
use crate::chart::facts::{GrantFact, GrantKind, GrantScope};
use crate::chart::{GrantId, LedgerEntry, PersonId, Role};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::{Row, values};

/// Longest time of a grant that was given.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);
/// Longest time of a reason that an administrator declares.
const LONGEST_DECLARED: SignedDuration = SignedDuration::from_hours(12);

/// Applies one fact.
pub(super) async fn apply(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    fact: &GrantFact,
) -> Result<(), StoreError> {
    match fact {
        GrantFact::Granted { grant, person, kind, scope, reason, until } => {
            let by = allowed(transaction, entry, *person, *kind, *scope).await?;
            text("reason", reason)?;
            in_time(entry.at, *until, *kind)?;
            if transaction.row("SELECT id FROM grants WHERE id = $1", values![*grant]).await?.is_some() {
                return Err(refused("this grant exists already"));
            }
            let (patient, record) = match scope {
                GrantScope::Patient(patient) => (Some(patient.to_string()), None),
                GrantScope::Record(record) => (None, Some(record.to_string())),
                GrantScope::Everything => (None, None),
            };
            let sql = "INSERT INTO grants (id, person, kind, patient, record, reason, granted_by, granted_at, until_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
            let values = values![*grant, *person, kind.name(), patient, record, reason.as_str(), by, entry.at, *until];
            transaction.execute(sql, values).await.map(drop)
        }
        GrantFact::Revoked { grant } => {
            let row = find(transaction, *grant).await?;
            let by = person(entry)?;
            let own = row.parsed::<PersonId>("person")? == by;
            if !own && !is_administrator(transaction, by).await? {
                return Err(refused("only an administrator ends the grants of others"));
            }
            if row.optional_integer("revoked_at")?.is_some() {
                return Err(refused("this grant has ended already"));
            }
            let sql = "UPDATE grants SET revoked_by = $2, revoked_at = $3 WHERE id = $1";
            transaction.execute(sql, values![*grant, by, entry.at]).await.map(drop)
        }
        GrantFact::Assigned { batch, person } => {
            let by = administrator(transaction, entry).await?;
            known(transaction, *person).await?;
            let sql = "INSERT INTO batch_staff (batch, person, assigned_by, assigned_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (batch, person) DO NOTHING";
            transaction.execute(sql, values![*batch, *person, by, entry.at]).await.map(drop)
        }
        GrantFact::Unassigned { batch, person } => {
            administrator(transaction, entry).await?;
            let sql = "DELETE FROM batch_staff WHERE batch = $1 AND person = $2";
            transaction.execute(sql, values![*batch, *person]).await.map(drop)
        }
    }
}

/// Returns who grants, when they may.
async fn allowed(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    to: PersonId,
    kind: GrantKind,
    scope: GrantScope,
) -> Result<PersonId, StoreError> {
    let by = person(entry)?;
    known(transaction, to).await?;
    match kind {
        GrantKind::Given | GrantKind::Case => {
            administrator(transaction, entry).await?;
            another(by, Some(to), "grants anything to themselves")?;
            if scope == GrantScope::Everything {
                return Err(refused("a grant is about a patient or a record"));
            }
            if kind == GrantKind::Case && !has_role(transaction, to, Role::Auditor).await? {
                return Err(refused("a case is for an auditor"));
            }
        }
        GrantKind::Declared => {
            administrator(transaction, entry).await?;
            if by != to {
                return Err(refused("everybody says for themselves why they read"));
            }
        }
    }
    Ok(by)
}

fn in_time(at: Timestamp, until: Timestamp, kind: GrantKind) -> Result<(), StoreError> {
    let longest = match kind {
        GrantKind::Given | GrantKind::Case => LONGEST,
        GrantKind::Declared => LONGEST_DECLARED,
    };
    let last = at.saturating_add(longest).unwrap_or(Timestamp::MAX);
    if until <= at || until > last {
        let hours = longest.as_hours();
        return Err(refused(format!("the end of such a grant lies ahead, by {hours} hours at most")));
    }
    Ok(())
}

async fn known(transaction: &mut Transaction, person: PersonId) -> Result<(), StoreError> {
    let sql = "SELECT id FROM people WHERE id = $1 AND disabled_at IS NULL";
    match transaction.row(sql, values![person]).await? {
        Some(_) => Ok(()),
        None => Err(refused("this person is not known, or was disabled")),
    }
}

async fn has_role(transaction: &mut Transaction, person: PersonId, role: Role) -> Result<bool, StoreError> {
    let sql = "SELECT role FROM roles JOIN people ON people.id = roles.person
         WHERE roles.person = $1 AND roles.role = $2 AND people.disabled_at IS NULL";
    Ok(transaction.row(sql, values![person, role.name()]).await?.is_some())
}

async fn find(transaction: &mut Transaction, grant: GrantId) -> Result<Row, StoreError> {
    let sql = "SELECT person, revoked_at FROM grants WHERE id = $1";
    transaction.row(sql, values![grant]).await?.ok_or_else(|| refused(format!("there is no grant {grant}")))
}
