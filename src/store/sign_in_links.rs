//! Links that sign a person in once: the first administrator, or somebody who is known at the command line.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::values::values;
use crate::chart::{Digest, PersonId};

/// Whom a link signs in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkHolder {
    /// Whoever uses it becomes the first administrator.
    FirstAdministrator,
    /// This person.
    Person(PersonId),
}

impl Store {
    /// Keeps a link.
    pub async fn keep_link(
        &self,
        digest: Digest,
        holder: LinkHolder,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let person = match holder {
            LinkHolder::FirstAdministrator => None,
            LinkHolder::Person(person) => Some(person.to_string()),
        };
        let sql = "INSERT INTO sign_in_links (digest, person, made_at, expires_at) VALUES ($1, $2, $3, $4)";
        self.execute(sql, values![digest, person, now, expires_at]).await.map(drop)
    }

    /// Uses a link up, if it is still worth something, and says whom it signs in.
    pub async fn use_link(&self, digest: Digest, now: Timestamp) -> Result<Option<LinkHolder>, StoreError> {
        let mut transaction = self.begin().await?;
        let sql = "UPDATE sign_in_links SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND expires_at > $2";
        if transaction.execute(sql, values![digest, now]).await? == 0 {
            return Ok(None);
        }
        let row = transaction.row("SELECT person FROM sign_in_links WHERE digest = $1", values![digest]).await?;
        transaction.commit().await?;
        let person: Option<PersonId> =
            row.ok_or_else(|| StoreError::unreadable("person"))?.optional_parsed("person")?;
        Ok(Some(person.map_or(LinkHolder::FirstAdministrator, LinkHolder::Person)))
    }
}
