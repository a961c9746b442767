//! Facts about enrolment: a code that an administrator gives out, and that the person turns into a token of their own.
//!
//! No administrator makes a token for somebody else. Where there is another administrator who could give out a second code,
//! it takes both: neither of them can act as the person, and none makes themselves a second person.

use jiff::Timestamp;

use crate::chart::{Digest, PersonId};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::{Row, values};

/// Keeps a code that `administrator` gives out.
pub(super) async fn offer(
    transaction: &mut Transaction,
    administrator: PersonId,
    person: PersonId,
    code: Digest,
    at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    if administrator == person {
        return Err(refused("a code is for somebody else: you are known, make a token for yourself"));
    }
    // Another administrator can confirm when they can be told from this one: by their login or by a token of their own.
    let sql = "SELECT people.id FROM people JOIN roles ON roles.person = people.id AND roles.role = 'administrator'
         WHERE people.disabled_at IS NULL AND people.id <> $1 AND people.id <> $2
            AND (people.login IS NOT NULL OR EXISTS (SELECT 1 FROM tokens WHERE tokens.person = people.id
                AND tokens.revoked_at IS NULL AND tokens.expires_at > $3)) LIMIT 1";
    let needs_second = transaction.row(sql, values![administrator, person, at]).await?.is_some();
    let sql = "INSERT INTO enrolments (code, person, offered_by, offered_at, expires_at, needs_second)
         VALUES ($1, $2, $3, $4, $5, $6)";
    let values = values![code, person, administrator, at, expires_at, needs_second];
    transaction.execute(sql, values).await.map(drop)
}

/// Keeps the second code, which another administrator gives out.
pub(super) async fn second(
    transaction: &mut Transaction,
    administrator: PersonId,
    person: PersonId,
    code: Digest,
    second: Digest,
    at: Timestamp,
) -> Result<(), StoreError> {
    let row = find(transaction, code, at).await?;
    if row.parsed::<PersonId>("person")? != person || administrator == person {
        return Err(refused("the first code is not that person's, or it is your own"));
    }
    if row.parsed::<PersonId>("offered_by")? == administrator {
        return Err(refused("you gave out the first code: another administrator has to give out the second"));
    }
    let sql = "UPDATE enrolments SET second_code = $2, second_by = $3, second_at = $4 WHERE code = $1";
    transaction.execute(sql, values![code, second, administrator, at]).await.map(drop)
}

/// Uses up a person's code, and the second one where it takes one.
pub(super) async fn enrol(
    transaction: &mut Transaction,
    person: PersonId,
    code: Digest,
    second: Option<Digest>,
    at: Timestamp,
) -> Result<(), StoreError> {
    let row = find(transaction, code, at).await?;
    if row.parsed::<PersonId>("person")? != person {
        return Err(refused("the code is another person's"));
    }
    let asked: Option<Digest> = row.optional_parsed("second_code")?;
    if row.flag("needs_second")? && (asked.is_none() || asked != second) {
        return Err(refused(
            "this archive has several administrators: a second one has to give you a code too, with muniment people enrol; \
             give both with --code",
        ));
    }
    transaction.execute("UPDATE enrolments SET used_at = $2 WHERE code = $1", values![code, at]).await.map(drop)
}

/// Keeps a token.
pub(super) async fn keep_token(
    transaction: &mut Transaction,
    person: PersonId,
    token: Digest,
    at: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO tokens (digest, person, issued_at, expires_at) VALUES ($1, $2, $3, $4)";
    transaction.execute(sql, values![token, person, at, expires_at]).await.map(drop)
}

async fn find(transaction: &mut Transaction, code: Digest, at: Timestamp) -> Result<Row, StoreError> {
    let sql =
        "SELECT person, offered_by, expires_at, needs_second, second_code, used_at FROM enrolments WHERE code = $1";
    let row = transaction.row(sql, values![code]).await?;
    let row = row.ok_or_else(|| refused("there is no such code"))?;
    if let Some(used) = row.optional_time("used_at")? {
        return Err(refused(format!(
            "this code was turned into a token at {used} and is worth nothing any more. If that was not you, somebody else may \
             hold a token in your name: tell an auditor, and have every token revoked with muniment people token --revoke"
        )));
    }
    if row.time("expires_at")? <= at {
        return Err(refused("this code has expired: an administrator gives out another with muniment people enrol"));
    }
    Ok(row)
}
