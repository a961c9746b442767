//! With what people prove who they are: passwords as digests, second factors, recovery codes, identity providers.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, values};
use crate::chart::{Digest, PersonId};

/// What a person can sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInMeans {
    /// A password.
    pub password: bool,
    /// Codes of an authenticator, shown to work.
    pub second_factor: bool,
    /// An identity provider.
    pub provider: bool,
}

/// A token of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// SHA-256 of the token.
    pub digest: Digest,
    /// What its person calls it.
    pub name: Option<String>,
    /// What it is good for; none: for everything that the person may do.
    pub scopes: Option<Vec<String>>,
    /// When it was made.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Store {
    /// Returns the tokens of a person that are still worth something, the oldest first.
    pub async fn tokens_of(&self, person: PersonId, now: Timestamp) -> Result<Vec<TokenRow>, StoreError> {
        let sql = "SELECT digest, name, scopes, issued_at, expires_at FROM tokens
             WHERE person = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY issued_at, digest";
        let read = |row: &Row| {
            Ok(TokenRow {
                digest: row.parsed("digest")?,
                name: row.optional_text("name")?,
                scopes: row.optional_text("scopes")?.map(|scopes| words(&scopes)),
                issued_at: row.time("issued_at")?,
                expires_at: row.time("expires_at")?,
            })
        };
        self.rows(sql, values![person, now]).await?.iter().map(read).collect()
    }

    /// Returns what a person can sign in with.
    pub async fn sign_in_means(&self, person: PersonId) -> Result<SignInMeans, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM passwords WHERE person = $1) AS passwords,
                (SELECT count(*) FROM totp_secrets WHERE person = $1 AND confirmed_at IS NOT NULL) AS factors,
                (SELECT count(*) FROM provider_identities WHERE person = $1) AS providers";
        let row = self.row(sql, values![person]).await?.ok_or_else(|| StoreError::unreadable("passwords"))?;
        Ok(SignInMeans {
            password: row.size("passwords")? > 0,
            second_factor: row.size("factors")? > 0,
            provider: row.size("providers")? > 0,
        })
    }

    /// Returns the digest of a person's password, in the PHC form.
    pub async fn password_hash(&self, person: PersonId) -> Result<Option<String>, StoreError> {
        let row = self.row("SELECT hash FROM passwords WHERE person = $1", values![person]).await?;
        row.map(|row| row.text("hash")).transpose()
    }

    /// Keeps a password's digest in the place of an older one.
    pub async fn keep_password(&self, person: PersonId, hash: &str, now: Timestamp) -> Result<(), StoreError> {
        let sql = "INSERT INTO passwords (person, hash, set_at) VALUES ($1, $2, $3)
             ON CONFLICT (person) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at";
        self.execute(sql, values![person, hash, now]).await.map(drop)
    }

    /// Returns what a token is good for; none: for everything that its person may do.
    pub async fn token_scopes(&self, token: Digest) -> Result<Option<Vec<String>>, StoreError> {
        let row = self.row("SELECT scopes FROM tokens WHERE digest = $1", values![token]).await?;
        let scopes = row.map(|row| row.optional_text("scopes")).transpose()?.flatten();
        Ok(scopes.map(|scopes| words(&scopes)))
    }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}
