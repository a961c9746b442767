//! Sessions of the server: opened when somebody proved who they are, ended by them, by time, or by an administrator.

use jiff::{SignedDuration, Timestamp};

use super::people::new_secret;
use super::{App, AppError};
use crate::chart::{Digest, PersonId, Secret};
use crate::store::{SessionRow, SignInMethod};

/// What a session's token begins with.
const SESSION: &str = "session";

/// A session that was just opened, with the token that only the browser keeps.
#[derive(Debug, Clone)]
pub struct OpenedSession {
    /// The session.
    pub session: SessionRow,
    /// Its token.
    pub token: Secret,
}

impl App {
    /// Returns the session of a token, unless it has ended.
    ///
    /// # Errors
    /// The database failed.
    pub async fn session(&self, token: &str) -> Result<Option<SessionRow>, AppError> {
        let digest = Digest::of(token.as_bytes());
        Ok(self.store.session(digest, self.clock.now(), self.idle_limit()).await?)
    }

    /// Opens a session for somebody who just proved who they are. `replaced` is the session that the browser had: it ends, so
    /// that nobody who knew it is signed in with it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open_session(
        &self,
        person: PersonId,
        method: SignInMethod,
        replaced: Option<Digest>,
    ) -> Result<OpenedSession, AppError> {
        if let Some(replaced) = replaced {
            self.store.end_session(replaced).await?;
        }
        let token = new_secret(SESSION);
        let now = self.clock.now();
        let hours = SignedDuration::from_hours(i64::from(self.config.server.session_hours));
        let session = SessionRow {
            digest: Digest::of(token.as_bytes()),
            person,
            method,
            opened_at: now,
            proved_at: now,
            seen_at: now,
            expires_at: now.saturating_add(hours).unwrap_or(Timestamp::MAX),
        };
        self.store.open_session(&session).await?;
        Ok(OpenedSession { session, token: Secret::new(token) })
    }

    /// Returns how long a session may go unused.
    pub fn idle_limit(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.config.server.idle_minutes))
    }

    /// Removes sessions and links that have ended.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sweep_sign_ins(&self) -> Result<(), AppError> {
        Ok(self.store.sweep_sign_ins(self.clock.now(), self.idle_limit()).await?)
    }

    /// Returns what the person who asks still has to set up before they can work: `password` or `totp`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sign_in_needs(&self) -> Result<Option<&'static str>, AppError> {
        let person = self.whoever().await?;
        let has = self.store.sign_in_means(person.id).await?;
        if !has.password && !has.provider {
            return Ok(Some("password"));
        }
        let asked_of = &self.config.server.second_factor;
        let asked = person.roles.iter().any(|role| asked_of.contains(role));
        Ok((asked && !has.second_factor && has.password).then_some("totp"))
    }
}
