//! Sessions of people who signed in to the server. The token itself is only in their browser.

use jiff::{SignedDuration, Timestamp};

use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, stored_names, values};
use crate::chart::{Digest, PersonId};

/// How a person proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInMethod {
    /// With a password, and a code where one is set up.
    Password,
    /// With a link that works once.
    Link,
    /// At an identity provider.
    Provider,
}

stored_names!(SignInMethod { Password = "password", Link = "link", Provider = "oidc" });

/// A session that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the token.
    pub digest: Digest,
    /// Whose it is.
    pub person: PersonId,
    /// How they signed in.
    pub method: SignInMethod,
    /// When they did.
    pub opened_at: Timestamp,
    /// When they last proved who they are.
    pub proved_at: Timestamp,
    /// When it was last used, to about a minute.
    pub seen_at: Timestamp,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
}

const SESSIONS: &str = "SELECT digest, person, method, opened_at, proved_at, seen_at, expires_at FROM sessions";

impl Store {
    /// Keeps a new session.
    pub async fn open_session(&self, session: &SessionRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO sessions (digest, person, method, opened_at, proved_at, seen_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let values = values![
            session.digest,
            session.person,
            session.method.name(),
            session.opened_at,
            session.proved_at,
            session.seen_at,
            session.expires_at
        ];
        self.execute(sql, values).await.map(drop)
    }

    /// Returns the session with this digest, unless it ended or was not used for `idle`.
    pub async fn session(
        &self,
        digest: Digest,
        now: Timestamp,
        idle: SignedDuration,
    ) -> Result<Option<SessionRow>, StoreError> {
        let sql = format!("{SESSIONS} WHERE digest = $1 AND expires_at > $2 AND seen_at > $3");
        let used_since = now.saturating_sub(idle).unwrap_or(Timestamp::MIN);
        let row = self.row(sqlx::AssertSqlSafe(sql), values![digest, now, used_since]).await?;
        row.map(|row| read(&row)).transpose()
    }

    /// Notes that a session was used.
    pub async fn session_seen(&self, digest: Digest, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE sessions SET seen_at = $2 WHERE digest = $1 AND seen_at < $2";
        self.execute(sql, values![digest, now]).await.map(drop)
    }

    /// Ends one session.
    pub async fn end_session(&self, digest: Digest) -> Result<(), StoreError> {
        self.execute("DELETE FROM sessions WHERE digest = $1", values![digest]).await.map(drop)
    }

    /// Ends every session of a person, but for `except`; returns how many there were.
    pub async fn end_sessions(&self, person: PersonId, except: Option<Digest>) -> Result<u64, StoreError> {
        let except = except.map(|digest| digest.to_string()).unwrap_or_default();
        self.execute("DELETE FROM sessions WHERE person = $1 AND digest <> $2", values![person, except]).await
    }

    /// Removes what has expired: sessions, links, failures that no longer count.
    pub async fn sweep_sign_ins(&self, now: Timestamp, idle: SignedDuration) -> Result<(), StoreError> {
        let used_since = now.saturating_sub(idle).unwrap_or(Timestamp::MIN);
        let sql = "DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2";
        self.execute(sql, values![now, used_since]).await?;
        let day_before = now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
        self.execute("DELETE FROM sign_in_failures WHERE last_at <= $1", values![day_before]).await?;
        self.execute("DELETE FROM sign_in_links WHERE expires_at <= $1", values![now]).await?;
        self.execute("DELETE FROM provider_sign_ins WHERE expires_at <= $1", values![now]).await.map(drop)
    }
}

fn read(row: &Row) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        digest: row.parsed("digest")?,
        person: row.parsed("person")?,
        method: row.parsed("method")?,
        opened_at: row.time("opened_at")?,
        proved_at: row.time("proved_at")?,
        seen_at: row.time("seen_at")?,
        expires_at: row.time("expires_at")?,
    })
}
