//! With what people prove who they are: passwords as digests, second factors, recovery codes, identity providers.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::values::values;
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

impl Store {
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
        Ok(scopes.map(|scopes| scopes.split_whitespace().map(str::to_owned).collect()))
    }
}
