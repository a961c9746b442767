//! Which version of each record the replica has, and which records of the archive are overdue for a copy or a check.

use jiff::Timestamp;
use serde::Serialize;

use super::engine::Store;
use super::error::StoreError;
use super::values::values;
use crate::chart::RecordId;

/// Where copying to the replica stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ReplicaFigures {
    /// Records whose newest version is there.
    pub copied: u64,
    /// Records that lack a version there.
    pub behind: u64,
    /// When the oldest of those versions came into the archive.
    pub oldest: Option<Timestamp>,
}

/// Archived records whose newest version the replica lacks.
const BEHIND: &str = "FROM records JOIN record_versions ON record_versions.record = records.id
        AND record_versions.version = records.current_version
    LEFT JOIN replications ON replications.record = records.id
    WHERE records.state = 'archived' AND (replications.version IS NULL OR replications.version < records.current_version)";

impl Store {
    /// Returns the next `limit` archived records after `after` that lack a version in the replica.
    pub async fn records_to_copy(&self, after: Option<RecordId>, limit: u32) -> Result<Vec<RecordId>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let sql = format!("SELECT records.id {BEHIND} AND records.id > $1 ORDER BY records.id LIMIT $2");
        let rows = self.rows(sqlx::AssertSqlSafe(sql), values![after, limit]).await?;
        rows.iter().map(|row| row.parsed("id")).collect()
    }

    /// Keeps which version of a record the replica has; its locks there are to be looked at.
    pub async fn keep_replication(&self, record: RecordId, version: u32, at: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let sql = "INSERT INTO replications (record, version, copied_at) VALUES ($1, $2, $3)
             ON CONFLICT (record) DO UPDATE SET version = excluded.version, copied_at = excluded.copied_at";
        transaction.execute(sql, values![record, version, at]).await?;
        let sql = "DELETE FROM record_locks WHERE record = $1 AND location = 'replica'";
        transaction.execute(sql, values![record]).await?;
        transaction.commit().await
    }

    /// Returns where copying to the replica stands.
    pub async fn replica_figures(&self) -> Result<ReplicaFigures, StoreError> {
        let sql = format!("SELECT COUNT(*) AS behind, MIN(record_versions.archived_at) AS oldest {BEHIND}");
        let behind = self.row(sqlx::AssertSqlSafe(sql), values![]).await?;
        let sql = "SELECT COUNT(*) AS copied FROM records JOIN replications ON replications.record = records.id
             WHERE records.state = 'archived' AND replications.version >= records.current_version";
        let copied = self.row(sql, values![]).await?;
        let (Some(behind), Some(copied)) = (behind, copied) else { return Ok(ReplicaFigures::default()) };
        Ok(ReplicaFigures {
            copied: copied.size("copied")?,
            behind: behind.size("behind")?,
            oldest: behind.optional_time("oldest")?,
        })
    }

    /// Counts the archived records that were neither checked in a location nor came into the archive at `since` or later.
    pub async fn records_unchecked_since(&self, location: &str, since: Timestamp) -> Result<u64, StoreError> {
        let sql = "SELECT COUNT(*) AS unchecked FROM records
             LEFT JOIN fixity ON fixity.record = records.id AND fixity.location = $1
             WHERE records.state = 'archived' AND records.archived_at < $2
                AND (fixity.checked_at IS NULL OR fixity.checked_at < $2)";
        let row = self.row(sql, values![location, since]).await?;
        row.map_or(Ok(0), |row| row.size("unchecked"))
    }
}
