//! How the store locks the records, as it was last seen, and where it did not do what policy and holds ask for.

use jiff::Timestamp;
use serde::Serialize;

use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, values};
use crate::chart::RecordId;

/// How the store locks one record in one location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenLocks {
    /// The record.
    pub record: RecordId,
    /// Which location: `archive` or `replica`.
    pub location: &'static str,
    /// Versions of its objects.
    pub versions: u64,
    /// The end of the longest lock.
    pub last_end: Option<Timestamp>,
    /// Whether every version is held.
    pub held: bool,
    /// When this was seen.
    pub seen_at: Timestamp,
    /// When a lock has to be renewed, or looked at again.
    pub look_at: Timestamp,
}

/// Something that the store does and should not, or the other way round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LockDifference {
    /// The object's key; empty when the record has no object at all.
    pub key: String,
    /// The version's id.
    pub version: String,
    /// What differs, by its name.
    pub kind: String,
    /// In words.
    pub told: String,
}

/// A difference that was not mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenDifference {
    /// The record.
    pub record: RecordId,
    /// Which location.
    pub location: String,
    /// What differs.
    #[serde(flatten)]
    pub difference: LockDifference,
    /// When it was found first.
    pub found_at: Timestamp,
}

/// How many differences there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LockFigures {
    /// Those that are open.
    pub open: u64,
    /// Those that were mended since the given instant.
    pub mended: u64,
}

impl Store {
    /// Keeps how the store locks a record.
    pub async fn keep_locks(&self, seen: &SeenLocks) -> Result<(), StoreError> {
        let versions = i64::try_from(seen.versions).unwrap_or(i64::MAX);
        let sql = "INSERT INTO record_locks (record, location, versions, last_end, held, seen_at, look_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (record, location) DO UPDATE SET versions = excluded.versions, last_end = excluded.last_end,
                held = excluded.held, seen_at = excluded.seen_at, look_at = excluded.look_at";
        let SeenLocks { record, location, last_end, held, seen_at, look_at, .. } = *seen;
        let values = values![record, location, versions, last_end, held, seen_at, look_at];
        self.execute(sql, values).await.map(drop)
    }

    /// Returns the next `limit` archived records after `after` whose locks in a location are to be looked at at `now`: they
    /// were never seen, have to be renewed, got a version since, or were held or released since. In the replica only what
    /// was copied there.
    pub async fn locks_due(
        &self,
        location: &str,
        now: Timestamp,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<RecordId>, StoreError> {
        let sql = "SELECT records.id FROM records
             LEFT JOIN record_locks AS seen ON seen.record = records.id AND seen.location = $1
             WHERE records.state = 'archived' AND records.id > $3
                AND ($1 = 'archive' OR EXISTS (SELECT 1 FROM replications WHERE replications.record = records.id))
                AND (seen.record IS NULL OR seen.look_at <= $2
                    OR seen.held <> EXISTS (SELECT 1 FROM hold_members JOIN holds ON holds.id = hold_members.hold
                        WHERE hold_members.record = records.id AND holds.released_at IS NULL)
                    OR EXISTS (SELECT 1 FROM record_versions
                        WHERE record_versions.record = records.id AND record_versions.archived_at > seen.seen_at))
             ORDER BY records.id LIMIT $4";
        let after = after.map_or_else(String::new, |id| id.to_string());
        self.rows(sql, values![location, now, after, limit]).await?.iter().map(|row| row.parsed("id")).collect()
    }

    /// Returns until when the store locks a record at the longest, in any location.
    pub async fn locked_until(&self, record: RecordId) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT MAX(last_end) AS last_end FROM record_locks WHERE record = $1";
        let row = self.row(sql, values![record]).await?;
        Ok(row.map(|row| row.optional_time("last_end")).transpose()?.flatten())
    }

    /// Keeps what a comparison of a record's locks in one location has found at `at`. What it did not find again counts as
    /// mended.
    pub async fn keep_lock_differences(
        &self,
        record: RecordId,
        location: &str,
        found: &[LockDifference],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        // All are closed first; what still differs is opened again below, with the day on which it was found.
        let sql = "UPDATE lock_differences SET mended_at = $3
             WHERE record = $1 AND location = $2 AND mended_at IS NULL";
        transaction.execute(sql, values![record, location, at]).await?;
        for LockDifference { key, version, kind, told } in found {
            let sql = "INSERT INTO lock_differences (record, location, object_key, version, kind, told, found_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)
                 ON CONFLICT (record, location, object_key, version, kind) DO UPDATE SET told = excluded.told,
                    found_at = CASE WHEN lock_differences.mended_at = excluded.found_at
                        THEN lock_differences.found_at ELSE excluded.found_at END,
                    mended_at = NULL";
            let (key, version, kind) = (key.as_str(), version.as_str(), kind.as_str());
            let values = values![record, location, key, version, kind, told.as_str(), at];
            transaction.execute(sql, values).await?;
        }
        transaction.commit().await
    }

    /// Returns the first `limit` differences that were not mended.
    pub async fn open_lock_differences(&self, limit: u32) -> Result<Vec<OpenDifference>, StoreError> {
        let sql = "SELECT record, location, object_key, version, kind, told, found_at FROM lock_differences
             WHERE mended_at IS NULL ORDER BY record, location, object_key, version, kind LIMIT $1";
        self.rows(sql, values![limit]).await?.iter().map(read).collect()
    }

    /// Counts the differences: the open ones, and those that were mended at `since` or later.
    pub async fn lock_figures(&self, since: Timestamp) -> Result<LockFigures, StoreError> {
        let sql = "SELECT COUNT(CASE WHEN mended_at IS NULL THEN 1 END) AS open,
                COUNT(CASE WHEN mended_at >= $1 THEN 1 END) AS mended FROM lock_differences";
        let Some(row) = self.row(sql, values![since]).await? else { return Ok(LockFigures::default()) };
        Ok(LockFigures { open: row.size("open")?, mended: row.size("mended")? })
    }

    /// Forgets everything that was noted of a record's custody: checks, locks, copies. It was destroyed.
    pub async fn forget_custody(&self, record: RecordId) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for sql in [
            "DELETE FROM fixity_problems WHERE record = $1",
            "DELETE FROM fixity WHERE record = $1",
            "DELETE FROM record_locks WHERE record = $1",
            "DELETE FROM lock_differences WHERE record = $1",
            "DELETE FROM replications WHERE record = $1",
        ] {
            transaction.execute(sql, values![record]).await?;
        }
        transaction.commit().await
    }
}

fn read(row: &Row) -> Result<OpenDifference, StoreError> {
    Ok(OpenDifference {
        record: row.parsed("record")?,
        location: row.text("location")?,
        difference: LockDifference {
            key: row.text("object_key")?,
            version: row.text("version")?,
            kind: row.text("kind")?,
            told: row.text("told")?,
        },
        found_at: row.time("found_at")?,
    })
}
