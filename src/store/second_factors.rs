//! Second factors: secrets of authenticators, and recovery codes as digests.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::values::values;
use crate::chart::{Digest, PersonId, Secret};

/// The secret that a person's authenticator has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotpRow {
    /// The secret, base32.
    pub secret: Secret,
    /// Whether a code of it was shown to work; it is asked for from then on.
    pub confirmed: bool,
}

impl Store {
    /// Returns a person's secret.
    pub async fn totp(&self, person: PersonId) -> Result<Option<TotpRow>, StoreError> {
        let sql = "SELECT secret, confirmed_at FROM totp_secrets WHERE person = $1";
        let Some(row) = self.row(sql, values![person]).await? else { return Ok(None) };
        let secret = Secret::new(row.text("secret")?);
        Ok(Some(TotpRow { secret, confirmed: row.optional_time("confirmed_at")?.is_some() }))
    }

    /// Keeps a secret that was not shown to work yet, in the place of another such. One that counts stays.
    pub async fn keep_totp(&self, person: PersonId, secret: &Secret, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "INSERT INTO totp_secrets (person, secret, set_at) VALUES ($1, $2, $3)
             ON CONFLICT (person) DO UPDATE SET secret = excluded.secret, set_at = excluded.set_at, last_step = 0
                WHERE totp_secrets.confirmed_at IS NULL";
        Ok(self.execute(sql, values![person, secret.reveal(), now]).await? > 0)
    }

    /// Uses up the step of time that a code belongs to; says whether it was not used before.
    pub async fn use_totp_step(&self, person: PersonId, step: u64) -> Result<bool, StoreError> {
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        let sql = "UPDATE totp_secrets SET last_step = $2 WHERE person = $1 AND last_step < $2";
        Ok(self.execute(sql, values![person, step]).await? > 0)
    }

    /// Has a secret asked for from now on, with new recovery codes.
    pub async fn confirm_totp(&self, person: PersonId, codes: &[Digest], now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        transaction
            .execute("UPDATE totp_secrets SET confirmed_at = $2 WHERE person = $1", values![person, now])
            .await?;
        transaction.execute("DELETE FROM recovery_codes WHERE person = $1", values![person]).await?;
        for code in codes {
            let sql = "INSERT INTO recovery_codes (person, digest) VALUES ($1, $2)";
            transaction.execute(sql, values![person, *code]).await?;
        }
        transaction.commit().await
    }

    /// Takes a person's second factor away; says whether there was one.
    pub async fn remove_totp(&self, person: PersonId) -> Result<bool, StoreError> {
        let mut transaction = self.begin().await?;
        transaction.execute("DELETE FROM recovery_codes WHERE person = $1", values![person]).await?;
        let removed = transaction.execute("DELETE FROM totp_secrets WHERE person = $1", values![person]).await?;
        transaction.commit().await?;
        Ok(removed > 0)
    }

    /// Uses up a recovery code; says whether it was one, and not used before.
    pub async fn use_recovery_code(&self, person: PersonId, code: Digest, now: Timestamp) -> Result<bool, StoreError> {
        let sql = "UPDATE recovery_codes SET used_at = $3 WHERE person = $1 AND digest = $2 AND used_at IS NULL";
        Ok(self.execute(sql, values![person, code, now]).await? > 0)
    }
}
