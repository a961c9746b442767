//! Facts about people.
//!
//! Only an administrator changes people, and nobody changes their own roles. The one exception is the beginning: while
//! there is nobody, a person adds themselves and becomes administrator.

use super::enrolment;
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
        PeopleFact::Renamed { person, name, login } => {
            need_administrator(transaction, actor).await?;
            need_enabled(transaction, *person).await?;
            let sql = "SELECT id FROM people WHERE login = $2 AND id <> $1";
            if transaction.row(sql, values![*person, login.clone()]).await?.is_some() {
                return Err(refused("there is a person with this login already"));
            }
            let sql = "UPDATE people SET name = $2, login = $3 WHERE id = $1";
            transaction.execute(sql, values![*person, name.as_str(), login.clone()]).await?;
        }
        PeopleFact::Disabled { person } => {
            need_administrator(transaction, actor).await?;
            not_oneself(actor, *person)?;
            need_enabled(transaction, *person).await?;
            transaction.execute("UPDATE people SET disabled_at = $2 WHERE id = $1", values![*person, at]).await?;
        }
        PeopleFact::EnrolmentOffered { person, code, expires_at } => {
            need_administrator(transaction, actor).await?;
            need_enabled(transaction, *person).await?;
            enrolment::offer(transaction, actor, *person, *code, at, *expires_at).await?;
        }
        PeopleFact::EnrolmentSeconded { person, code, second } => {
            need_administrator(transaction, actor).await?;
            enrolment::second(transaction, actor, *person, *code, *second, at).await?;
        }
        PeopleFact::Enrolled { code, second, token, expires_at } => {
            need_enabled(transaction, actor).await?;
            enrolment::enrol(transaction, actor, *code, *second, at).await?;
            enrolment::keep_token(transaction, actor, *token, at, *expires_at).await?;
        }
        PeopleFact::CodeUsed { code, second } => {
            need_enabled(transaction, actor).await?;
            enrolment::enrol(transaction, actor, *code, *second, at).await?;
        }
        PeopleFact::TokenIssued { person, token, expires_at, name, scopes } => {
            if actor != *person {
                return Err(refused(
                    "nobody makes a token for somebody else: give them a code with muniment people enrol, and they make it",
                ));
            }
            need_enabled(transaction, *person).await?;
            enrolment::keep_token(transaction, *person, *token, at, *expires_at).await?;
            let scopes = scopes.as_ref().map(|scopes| scopes.join(" "));
            let sql = "UPDATE tokens SET name = $2, scopes = $3 WHERE digest = $1";
            transaction.execute(sql, values![*token, name.clone(), scopes]).await?;
        }
        PeopleFact::TokenRevoked { token } => {
            let sql = "UPDATE tokens SET revoked_at = $3 WHERE digest = $1 AND person = $2 AND revoked_at IS NULL";
            if transaction.execute(sql, values![*token, actor, at]).await? == 0 {
                return Err(refused("you have no such token, or it was revoked before"));
            }
        }
        PeopleFact::TokensRevoked { person } => {
            if actor != *person {
                need_administrator(transaction, actor).await?;
            }
            let sql = "UPDATE tokens SET revoked_at = $2 WHERE person = $1 AND revoked_at IS NULL";
            transaction.execute(sql, values![*person, at]).await?;
            let sql = "UPDATE enrolments SET expires_at = $2 WHERE person = $1 AND used_at IS NULL AND expires_at > $2";
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
