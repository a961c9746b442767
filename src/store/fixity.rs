//! What re-reading the archive has found: when each record was last checked where, and what was wrong.

use jiff::Timestamp;
use serde::Serialize;

use super::engine::Store;
use super::error::StoreError;
use super::values::values;
use crate::chart::RecordId;

/// One check of one record in one location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixityCheck {
    /// The record.
    pub record: RecordId,
    /// Which location: `archive` or `replica`.
    pub location: &'static str,
    /// When it was checked.
    pub checked_at: Timestamp,
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// What is wrong now.
    pub problems: Vec<FixityProblem>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FixityProblem {
    /// The key.
    pub key: String,
    /// The kind, by its name.
    pub kind: String,
    /// The particulars.
    pub what: String,
}

/// A problem that was not repaired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenProblem {
    /// The record.
    pub record: RecordId,
    /// Which location.
    pub location: String,
    /// What is wrong.
    #[serde(flatten)]
    pub problem: FixityProblem,
    /// When that was found first.
    pub found_at: Timestamp,
}

/// Where the checks of a location stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FixityFigures {
    /// Records that were ever checked.
    pub records: u64,
    /// Of them, checked before the given instant: due again.
    pub due: u64,
    /// Bytes of the records that were checked.
    pub bytes: u64,
    /// The oldest of the last checks.
    pub oldest: Option<Timestamp>,
    /// The newest of them.
    pub newest: Option<Timestamp>,
    /// Problems that were repaired, ever.
    pub repaired: u64,
}

impl Store {
    /// Keeps what a check has found. Problems that it did not find again count as repaired.
    pub async fn keep_fixity(&self, check: &FixityCheck) -> Result<(), StoreError> {
        let (record, location, at) = (check.record, check.location, check.checked_at);
        let mut transaction = self.begin().await?;
        transaction
            .execute(
                "INSERT INTO fixity (record, location, checked_at, files, bytes, problems)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (record, location) DO UPDATE SET checked_at = excluded.checked_at,
                    files = excluded.files, bytes = excluded.bytes, problems = excluded.problems",
                values![
                    record,
                    location,
                    at,
                    whole(check.files),
                    whole(check.bytes),
                    whole(check.problems.len() as u64)
                ],
            )
            .await?;
        // All are closed first; what is still wrong is opened again below, with the day on which it was found.
        transaction
            .execute(
                "UPDATE fixity_problems SET repaired_at = $3
                 WHERE record = $1 AND location = $2 AND repaired_at IS NULL",
                values![record, location, at],
            )
            .await?;
        for problem in &check.problems {
            transaction
                .execute(
                    "INSERT INTO fixity_problems (record, location, object_key, kind, what, found_at)
                     VALUES ($1, $2, $3, $4, $5, $6)
                     ON CONFLICT (record, location, object_key, kind) DO UPDATE SET what = excluded.what,
                        found_at = CASE WHEN fixity_problems.repaired_at = excluded.found_at
                            THEN fixity_problems.found_at ELSE excluded.found_at END,
                        repaired_at = NULL",
                    values![record, location, problem.key.as_str(), problem.kind.as_str(), problem.what.as_str(), at],
                )
                .await?;
        }
        transaction.commit().await
    }

    /// Keeps a problem and its repair, both at `at`: what was found and mended in one run.
    pub async fn keep_repaired(
        &self,
        record: RecordId,
        location: &str,
        problem: &FixityProblem,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO fixity_problems (record, location, object_key, kind, what, found_at, repaired_at)
             VALUES ($1, $2, $3, $4, $5, $6, $6)
             ON CONFLICT (record, location, object_key, kind) DO UPDATE SET what = excluded.what,
                repaired_at = excluded.repaired_at",
            values![record, location, problem.key.as_str(), problem.kind.as_str(), problem.what.as_str(), at],
        )
        .await
        .map(drop)
    }

    /// Returns when a record was last checked in a location.
    pub async fn fixity_checked_at(&self, record: RecordId, location: &str) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT checked_at FROM fixity WHERE record = $1 AND location = $2";
        let row = self.row(sql, values![record, location]).await?;
        row.map(|row| row.time("checked_at")).transpose()
    }

    /// Returns where the checks of a location stand; those before `due_before` are due again.
    pub async fn fixity_figures(&self, location: &str, due_before: Timestamp) -> Result<FixityFigures, StoreError> {
        let row = self
            .row(
                "SELECT COUNT(*) AS records, CAST(COALESCE(SUM(bytes), 0) AS BIGINT) AS bytes,
                    MIN(checked_at) AS oldest, MAX(checked_at) AS newest,
                    COUNT(CASE WHEN checked_at < $2 THEN 1 END) AS due
                 FROM fixity WHERE location = $1",
                values![location, due_before],
            )
            .await?;
        let repaired = self
            .row(
                "SELECT COUNT(*) AS repaired FROM fixity_problems WHERE location = $1 AND repaired_at IS NOT NULL",
                values![location],
            )
            .await?;
        let (Some(row), Some(repaired)) = (row, repaired) else { return Ok(FixityFigures::default()) };
        Ok(FixityFigures {
            records: row.size("records")?,
            due: row.size("due")?,
            bytes: row.size("bytes")?,
            oldest: row.optional_time("oldest")?,
            newest: row.optional_time("newest")?,
            repaired: repaired.size("repaired")?,
        })
    }

    /// Returns the first `limit` problems that were not repaired.
    pub async fn open_fixity_problems(&self, limit: u32) -> Result<Vec<OpenProblem>, StoreError> {
        let rows = self
            .rows(
                "SELECT record, location, object_key, kind, what, found_at FROM fixity_problems
                 WHERE repaired_at IS NULL ORDER BY record, location, object_key, kind LIMIT $1",
                values![limit],
            )
            .await?;
        let problems = rows.iter().map(|row| {
            Ok(OpenProblem {
                record: row.parsed("record")?,
                location: row.text("location")?,
                problem: FixityProblem {
                    key: row.text("object_key")?,
                    kind: row.text("kind")?,
                    what: row.text("what")?,
                },
                found_at: row.time("found_at")?,
            })
        });
        problems.collect()
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
