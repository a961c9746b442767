//! Facts about people.
//!
//! Only an administrator changes people, and nobody changes their own roles. The one exception is the beginning: while
//! there is nobody, a person adds themselves and becomes administrator.

use super::who::is_administrator;
use crate::chart::facts::PeopleFact;
use crate::chart::{Actor, LedgerEntry, PersonId, Role};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::values;

/// Applies one fact.
pub(super) async fn apply(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    fact: &PeopleFact,
) -> Result<(), StoreError> {
    let Actor::Person(actor) = entry.actor else {
        return Err(refused("people are changed by people only"));
    };
    let at = entry.at;
    match fact {
        PeopleFact::Added { person, name, login } => {
            let first = transaction.row("SELECT id FROM people LIMIT 1", values![]).await?.is_none();
            if !(first && actor == *person) {
                need_administrator(transaction, actor).await?;
            }
            let sql = "SELECT id FROM people WHERE id = $1 OR login = $2";
            if transaction.row(sql, values![*person, login.clone()]).await?.is_some() {
                return Err(refused("there is a person with this login already"));
            }
            let sql = "INSERT INTO people (id, name, login, added_at) VALUES ($1, $2, $3, $4)";
            transaction.execute(sql, values![*person, name.as_str(), login.clone(), at]).await?;
        }
        PeopleFact::Granted { person, role } => {
            let beginning = *role == Role::Administrator && is_alone_without_roles(transaction, actor).await?;
            if !(beginning && actor == *person) {
                need_administrator(transaction, actor).await?;
                not_oneself(actor, *person)?;
            }
            need_enabled(transaction, *person).await?;
            let sql = "INSERT INTO roles (person, role, granted_at) VALUES ($1, $2, $3) ON CONFLICT (person, role) DO NOTHING";
            transaction.execute(sql, values![*person, role.name(), at]).await?;
        }
        PeopleFact::Revoked { person, role } => {
            need_administrator(transaction, actor).await?;
            not_oneself(actor, *person)?;
            let sql = "DELETE FROM roles WHERE person = $1 AND role = $2";
            if transaction.execute(sql, values![*person, role.name()]).await? == 0 {
                return Err(refused(format!("this person is no {role}")));
            }
        }
        PeopleFact::Disabled { person } => {
            need_administrator(transaction, actor).await?;
            not_oneself(actor, *person)?;
            need_enabled(transaction, *person).await?;
            transaction.execute("UPDATE people SET disabled_at = $2 WHERE id = $1", values![*person, at]).await?;
        }
        PeopleFact::TokenIssued { person, token, expires_at } => {
            // Anybody may have a token that stands for themselves; for others an administrator makes it.
            if actor != *person {
                need_administrator(transaction, actor).await?;
            }
            need_enabled(transaction, *person).await?;
            let sql = "INSERT INTO tokens (digest, person, issued_at, expires_at) VALUES ($1, $2, $3, $4)";
            transaction.execute(sql, values![*token, *person, at, *expires_at]).await?;
        }
        PeopleFact::TokensRevoked { person } => {
            if actor != *person {
                need_administrator(transaction, actor).await?;
            }
            let sql = "UPDATE tokens SET revoked_at = $2 WHERE person = $1 AND revoked_at IS NULL";
            transaction.execute(sql, values![*person, at]).await?;
        }
    }
    Ok(())
}

async fn need_administrator(transaction: &mut Transaction, actor: PersonId) -> Result<(), StoreError> {
    if !is_administrator(transaction, actor).await? {
        return Err(refused("only an administrator changes people and roles"));
    }
    Ok(())
}

async fn need_enabled(transaction: &mut Transaction, person: PersonId) -> Result<(), StoreError> {
    let sql = "SELECT id FROM people WHERE id = $1 AND disabled_at IS NULL";
    match transaction.row(sql, values![person]).await? {
        Some(_) => Ok(()),
        None => Err(refused("there is no such person, or they are disabled")),
    }
}

async fn is_alone_without_roles(transaction: &mut Transaction, actor: PersonId) -> Result<bool, StoreError> {
    let others = transaction.row("SELECT id FROM people WHERE id <> $1 LIMIT 1", values![actor]).await?;
    let roles = transaction.row("SELECT person FROM roles LIMIT 1", values![]).await?;
    Ok(others.is_none() && roles.is_none())
}

fn not_oneself(actor: PersonId, person: PersonId) -> Result<(), StoreError> {
    if actor == person {
        return Err(refused("nobody changes their own roles; ask another administrator"));
    }
    Ok(())
}
