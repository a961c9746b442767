//! Who tells a fact: a person, an administrator, somebody else than before.

use crate::chart::{Actor, LedgerEntry, PersonId, Role};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::values;

/// Longest administrative text, in characters.
const LONGEST_TEXT: usize = 2000;

/// Returns the person who tells the fact; the program by itself may not.
pub(super) fn person(entry: &LedgerEntry) -> Result<PersonId, StoreError> {
    match entry.actor {
        Actor::Person(person) => Ok(person),
        Actor::Program => Err(refused("only a person decides this")),
    }
}

/// Returns the person, none for the program.
pub(super) const fn person_or_program(entry: &LedgerEntry) -> Option<PersonId> {
    match entry.actor {
        Actor::Person(person) => Some(person),
        Actor::Program => None,
    }
}

/// Returns the person who tells the fact, who has to be an administrator.
pub(super) async fn administrator(transaction: &mut Transaction, entry: &LedgerEntry) -> Result<PersonId, StoreError> {
    let person = person(entry)?;
    if !is_administrator(transaction, person).await? {
        return Err(refused("only an administrator decides this"));
    }
    Ok(person)
}

/// Says whether a person is an administrator, and not disabled.
pub(super) async fn is_administrator(transaction: &mut Transaction, person: PersonId) -> Result<bool, StoreError> {
    let sql = "SELECT role FROM roles JOIN people ON people.id = roles.person
         WHERE roles.person = $1 AND roles.role = 'administrator' AND people.disabled_at IS NULL";
    Ok(transaction.row(sql, values![person]).await?.is_some())
}

/// Refuses who has none of the roles, or is disabled.
pub(super) async fn one_of(
    transaction: &mut Transaction,
    person: PersonId,
    roles: &[Role],
    why: &str,
) -> Result<(), StoreError> {
    let sql = "SELECT role FROM roles JOIN people ON people.id = roles.person
         WHERE roles.person = $1 AND people.disabled_at IS NULL";
    for row in transaction.rows(sql, values![person]).await? {
        if roles.contains(&row.parsed("role")?) {
            return Ok(());
        }
    }
    Err(refused(why))
}

/// Refuses when the second person is the first.
pub(super) fn another(person: PersonId, first: Option<PersonId>, what: &str) -> Result<(), StoreError> {
    if first == Some(person) {
        return Err(refused(format!("nobody {what}: a second person has to")));
    }
    Ok(())
}

/// Refuses a text that says nothing, or that is no text for the ledger.
pub(super) fn text(what: &str, text: &str) -> Result<(), StoreError> {
    if text.trim().is_empty() {
        return Err(refused(format!("the {what} is empty: say it in a few words, without naming a patient")));
    }
    if text.chars().count() > LONGEST_TEXT || text.chars().any(char::is_control) {
        return Err(refused(format!(
            "the {what} has more than {LONGEST_TEXT} characters, or some that cannot be printed"
        )));
    }
    Ok(())
}
