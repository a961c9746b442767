//! People as identity providers know them, and sign-ins that were begun there.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::values::values;
use crate::chart::{Digest, PersonId, Secret};

/// A sign-in that was begun at an identity provider.
#[derive(Debug, Clone)]
pub struct ProviderSignIn {
    /// SHA-256 of the state that went to the provider.
    pub state: Digest,
    /// SHA-256 of the cookie of the browser that began.
    pub browser: Digest,
    /// What the provider's token must repeat.
    pub nonce: Secret,
    /// What proves that the code was asked for here (PKCE).
    pub verifier: Secret,
}

impl Store {
    /// Keeps a sign-in that was begun.
    pub async fn begin_provider_sign_in(
        &self,
        begun: &ProviderSignIn,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO provider_sign_ins (digest, browser, nonce, verifier, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let values = values![begun.state, begun.browser, begun.nonce.reveal(), begun.verifier.reveal(), expires_at];
        self.execute(sql, values).await.map(drop)
    }

    /// Takes a sign-in that the same browser began; it cannot be taken twice.
    pub async fn take_provider_sign_in(
        &self,
        state: Digest,
        browser: Digest,
        now: Timestamp,
    ) -> Result<Option<ProviderSignIn>, StoreError> {
        let mut transaction = self.begin().await?;
        let sql =
            "SELECT nonce, verifier FROM provider_sign_ins WHERE digest = $1 AND browser = $2 AND expires_at > $3";
        let Some(row) = transaction.row(sql, values![state, browser, now]).await? else { return Ok(None) };
        let (nonce, verifier) = (Secret::new(row.text("nonce")?), Secret::new(row.text("verifier")?));
        let taken = transaction.execute("DELETE FROM provider_sign_ins WHERE digest = $1", values![state]).await?;
        transaction.commit().await?;
        Ok((taken > 0).then_some(ProviderSignIn { state, browser, nonce, verifier }))
    }

    /// Returns whom a provider knows by `subject`.
    pub async fn person_of_provider(&self, issuer: &str, subject: &str) -> Result<Option<PersonId>, StoreError> {
        let sql = "SELECT person FROM provider_identities WHERE issuer = $1 AND subject = $2";
        let row = self.row(sql, values![issuer, subject]).await?;
        row.map(|row| row.parsed("person")).transpose()
    }

    /// Keeps whom a provider knows by `subject`, unless it knows this person by another; says whether it is kept.
    pub async fn link_to_provider(
        &self,
        issuer: &str,
        subject: &str,
        person: PersonId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO provider_identities (issuer, subject, person, linked_at)
             SELECT $1, $2, $3, $4 WHERE NOT EXISTS
                (SELECT 1 FROM provider_identities WHERE issuer = $1 AND person = $3)
             ON CONFLICT (issuer, subject) DO NOTHING";
        // PostgreSQL has to be told the kinds of values that stand in a SELECT.
        let mut transaction = self.begin().await?;
        let sql = transaction.dialect(
            sql,
            "INSERT INTO provider_identities (issuer, subject, person, linked_at)
             SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT) WHERE NOT EXISTS
                (SELECT 1 FROM provider_identities WHERE issuer = $1 AND person = $3)
             ON CONFLICT (issuer, subject) DO NOTHING",
        );
        let kept =
            transaction.execute(sqlx::AssertSqlSafe(sql.to_owned()), values![issuer, subject, person, now]).await?;
        transaction.commit().await?;
        Ok(kept > 0)
    }
}
