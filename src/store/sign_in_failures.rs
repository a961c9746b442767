//! Failed attempts to sign in: counted before they are judged, so that many at once are not more than one after the other.

use jiff::{SignedDuration, Timestamp};

use super::engine::Store;
use super::error::StoreError;
use super::values::values;

/// How failures are counted for one kind of subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureTerms {
    /// Attempts that are free.
    pub free: u32,
    /// The first pause; it doubles with every further failure.
    pub first_pause: SignedDuration,
    /// The longest pause.
    pub longest_pause: SignedDuration,
}

impl FailureTerms {
    /// Returns the pause after so many failures.
    pub fn pause(&self, failures: u32) -> SignedDuration {
        match failures.checked_sub(self.free) {
            None | Some(0) => SignedDuration::ZERO,
            Some(over) => {
                let doubled = self.first_pause.checked_mul(1_i32 << (over - 1).min(20)).unwrap_or(self.longest_pause);
                doubled.min(self.longest_pause)
            }
        }
    }
}

impl Store {
    /// Counts an attempt as failed until it is known to have succeeded. Returns until when the subject has to wait instead.
    pub async fn begin_attempt(
        &self,
        subject: &str,
        terms: FailureTerms,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let mut transaction = self.begin().await?;
        let sql = transaction.dialect(
            "SELECT failures, blocked_until FROM sign_in_failures WHERE subject = $1",
            "SELECT failures, blocked_until FROM sign_in_failures WHERE subject = $1 FOR UPDATE",
        );
        let row = transaction.row(sqlx::AssertSqlSafe(sql.to_owned()), values![subject]).await?;
        let mut failures = 0;
        if let Some(row) = row {
            let until = row.time("blocked_until")?;
            if until > now {
                return Ok(Some(until));
            }
            failures = u32::try_from(row.size("failures")?).unwrap_or(u32::MAX);
        }
        let failures = failures.saturating_add(1);
        let until = now.saturating_add(terms.pause(failures)).unwrap_or(Timestamp::MAX);
        let sql = "INSERT INTO sign_in_failures (subject, failures, last_at, blocked_until) VALUES ($1, $2, $3, $4)
             ON CONFLICT (subject) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at,
                blocked_until = excluded.blocked_until";
        transaction.execute(sql, values![subject, failures, now, until]).await?;
        transaction.commit().await?;
        Ok(None)
    }

    /// Forgets the failures of a subject that succeeded.
    pub async fn forget_failures(&self, subject: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM sign_in_failures WHERE subject = $1", values![subject]).await.map(drop)
    }

    /// Takes one attempt back that neither failed nor succeeded.
    pub async fn forgive_attempt(&self, subject: &str, now: Timestamp) -> Result<(), StoreError> {
        let sql = "UPDATE sign_in_failures SET failures = failures - 1, blocked_until = $2
             WHERE subject = $1 AND failures > 0";
        self.execute(sql, values![subject, now]).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let (first, longest) = (SignedDuration::from_secs(30), SignedDuration::from_mins(15));
        let terms = FailureTerms { free: 5, first_pause: first, longest_pause: longest };
        let pauses: Vec<i64> = (4..=12).map(|failures| terms.pause(failures).as_secs()).collect();
        assert_eq!(pauses, [0, 0, 30, 60, 120, 240, 480, 900, 900]);
        assert_eq!(terms.pause(u32::MAX), longest);
    }
}
