//! Links that sign a person in once: how the first administrator comes in, and everybody else until they have a password.

use jiff::{SignedDuration, Timestamp};

use super::people::new_secret;
use super::{App, AppError};
use crate::chart::Digest;
use crate::store::LinkHolder;

/// What the token of a link begins with.
const LINK: &str = "link";
/// How long a link works that is printed on a terminal.
const TERMINAL_LINK: SignedDuration = SignedDuration::from_hours(1);

impl App {
    /// Makes a link whose user becomes the first administrator; none where there is somebody already.
    ///
    /// # Errors
    /// The database failed.
    pub async fn first_link(&self) -> Result<Option<String>, AppError> {
        if self.store.has_people().await? {
            return Ok(None);
        }
        self.keep_link(LinkHolder::FirstAdministrator).await.map(Some)
    }

    /// Makes a link that signs in whoever runs this.
    ///
    /// # Errors
    /// The person is not known; the database failed.
    pub async fn own_link(&self) -> Result<String, AppError> {
        let person = self.whoever().await?.id;
        self.keep_link(LinkHolder::Person(person)).await
    }

    async fn keep_link(&self, holder: LinkHolder) -> Result<String, AppError> {
        let token = new_secret(LINK);
        let now = self.clock.now();
        let expires_at = now.saturating_add(TERMINAL_LINK).unwrap_or(Timestamp::MAX);
        self.store.keep_link(Digest::of(token.as_bytes()), holder, now, expires_at).await?;
        Ok(token)
    }
}
