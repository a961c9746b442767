//! Records and their versions, as the facts of the ledger have made them.

use jiff::Timestamp;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::values::{Row, ids_from, stored_names, values};
use crate::chart::{
    AutoAcceptRule, Digest, DocumentId, DocumentType, Encounter, PatientId, PersonId, RecordClass, RecordDraft,
    RecordId,
};

/// Where a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RecordState {
    /// Accepted, not in the archive yet.
    Waiting,
    /// Its acceptance was undone or returned before it came into the archive.
    Withdrawn,
    /// In the archive.
    Archived,
    /// Destroyed; its tombstone remains.
    Destroyed,
}

/// A record as its current version says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Identity.
    pub id: RecordId,
    /// Document that it was made of.
    pub document: DocumentId,
    /// Whom it is about.
    pub patient: PatientId,
    /// Its type.
    pub kind: DocumentType,
    /// The class that retention goes by.
    pub class: RecordClass,
    /// Where it stands.
    pub state: RecordState,
    /// Its newest version in the archive; 1 before that.
    pub version: u32,
    /// The encounters of that version.
    pub encounters: Vec<Encounter>,
    /// When its first version was accepted.
    pub accepted_at: Timestamp,
    /// When its first version was deposited.
    pub archived_at: Option<Timestamp>,
}

/// One version of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRow {
    /// The record.
    pub record: RecordId,
    /// Number, from 1.
    pub version: u32,
    /// Where it stands.
    pub state: RecordState,
    /// Whom it is about.
    pub patient: PatientId,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Who accepted it; `None` when a rule did.
    pub accepted_by: Option<PersonId>,
    /// The rule that did.
    pub rule: Option<AutoAcceptRule>,
    /// End of the undo window.
    pub final_at: Timestamp,
    /// Whether a second person has to approve it.
    pub second_review: bool,
    /// Who approved it, and when.
    pub reviewed: Option<(PersonId, Timestamp)>,
    /// SHA-512 of its inventory, once it is in the archive.
    pub inventory: Option<String>,
    /// When it was deposited.
    pub archived_at: Option<Timestamp>,
    /// Until when the store locks it.
    pub locked_until: Option<Timestamp>,
    /// Whether it was entered in error.
    pub in_error: bool,
}

const RECORDS: &str =
    "SELECT id, document, patient, kind, class, state, current_version, accepted_at, archived_at FROM records";

stored_names!(RecordState {
    Waiting = "waiting",
    Withdrawn = "withdrawn",
    Archived = "archived",
    Destroyed = "destroyed",
});

impl Store {
    /// Returns the record with this id.
    pub async fn archive_record(&self, id: RecordId) -> Result<Option<RecordRow>, StoreError> {
        let sql = format!("{RECORDS} WHERE id = $1");
        let rows = self.rows(sqlx::AssertSqlSafe(sql), values![id]).await?;
        Ok(self.with_encounters(rows).await?.pop())
    }

    /// Returns the next `limit` records after `after`, in the order of their ids, whatever their state.
    pub async fn archive_records(&self, after: Option<RecordId>, limit: u32) -> Result<Vec<RecordRow>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let sql = format!("{RECORDS} WHERE id > $1 ORDER BY id LIMIT $2");
        let rows = self.rows(sqlx::AssertSqlSafe(sql), values![after, limit]).await?;
        self.with_encounters(rows).await
    }

    /// Returns the records of a patient.
    pub async fn records_of_patient(&self, patient: PatientId) -> Result<Vec<RecordRow>, StoreError> {
        let sql = format!("{RECORDS} WHERE patient = $1 ORDER BY id");
        let rows = self.rows(sqlx::AssertSqlSafe(sql), values![patient]).await?;
        self.with_encounters(rows).await
    }

    /// Returns up to `limit` records whose id begins with `prefix`; none for a prefix that no id can have.
    pub async fn records_by_prefix(&self, prefix: &str, limit: u32) -> Result<Vec<RecordRow>, StoreError> {
        let Some((first, end)) = ids_from(prefix) else { return Ok(Vec::new()) };
        let sql = format!("{RECORDS} WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $3");
        let values = values![first, end, limit];
        let rows = self.rows(sqlx::AssertSqlSafe(sql), values).await?;
        self.with_encounters(rows).await
    }

    /// Returns the versions of a record in their order, those that were withdrawn included.
    pub async fn record_versions(&self, record: RecordId) -> Result<Vec<VersionRow>, StoreError> {
        let sql = "SELECT record, version, state, patient, accepted_at, accepted_by, rule, final_at, second_review,
                reviewed_by, reviewed_at, inventory, archived_at, locked_until, in_error
             FROM record_versions WHERE record = $1 ORDER BY version";
        self.rows(sql, values![record]).await?.iter().map(read_version).collect()
    }

    /// Returns the scan files that any version of a record has pages of.
    pub async fn scans_of_record(&self, record: RecordId) -> Result<Vec<Digest>, StoreError> {
        let sql = "SELECT DISTINCT scan FROM record_scans WHERE record = $1 ORDER BY scan";
        self.rows(sql, values![record]).await?.iter().map(|row| row.parsed("scan")).collect()
    }

    /// Returns the records in the archive that any version of has pages of a scan, each with its newest version.
    pub async fn archived_with_scan(&self, scan: Digest) -> Result<Vec<(RecordId, u32)>, StoreError> {
        let sql = "SELECT records.id, records.current_version FROM records
             WHERE state = 'archived' AND id IN (SELECT record FROM record_scans WHERE scan = $1) ORDER BY id";
        let rows = self.rows(sql, values![scan]).await?;
        rows.iter().map(|row| Ok((row.parsed("id")?, row.count("current_version")?))).collect()
    }

    /// Returns when a scan file was first received.
    pub async fn received_at(&self, scan: Digest) -> Result<Option<Timestamp>, StoreError> {
        let row =
            self.row("SELECT min(received_at) AS received FROM deliveries WHERE scan = $1", values![scan]).await?;
        row.map_or(Ok(None), |row| row.optional_time("received"))
    }

    /// Returns what was decided when a version was accepted. Holds patient data.
    pub async fn description(&self, record: RecordId, version: u32) -> Result<Option<RecordDraft>, StoreError> {
        let sql = "SELECT body FROM descriptions WHERE record = $1 AND version = $2";
        let Some(row) = self.row(sql, values![record, version]).await? else { return Ok(None) };
        serde_json::from_str(&row.text("body")?).map(Some).map_err(|_| StoreError::unreadable("body"))
    }

    /// Keeps what `record.json` says of a version, for a rebuild; patients with it.
    pub async fn keep_description(&self, draft: &RecordDraft, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        super::patients::keep(&mut transaction, &draft.patient, now).await?;
        super::review::describe(&mut transaction, draft).await?;
        transaction.commit().await
    }

    async fn with_encounters(&self, rows: Vec<Row>) -> Result<Vec<RecordRow>, StoreError> {
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            let mut record = read(&row)?;
            let sql =
                "SELECT from_day, to_day FROM record_encounters WHERE record = $1 AND version = $2 ORDER BY position";
            for row in self.rows(sql, values![record.id, record.version]).await? {
                let encounter = Encounter { from: row.parsed("from_day")?, to: row.optional_parsed("to_day")? };
                record.encounters.push(encounter);
            }
            records.push(record);
        }
        Ok(records)
    }
}

/// Marks a record as destroyed and forgets what its versions said, within the transaction of the fact that tells it.
pub(super) async fn mark_destroyed(
    transaction: &mut Transaction,
    record: RecordId,
    at: Timestamp,
) -> Result<(), StoreError> {
    let sql = "UPDATE records SET state = 'destroyed', destroyed_at = $2 WHERE id = $1";
    transaction.execute(sql, values![record, at]).await?;
    transaction.execute("DELETE FROM descriptions WHERE record = $1", values![record]).await?;
    transaction.execute("DELETE FROM deposits WHERE record = $1", values![record]).await.map(drop)
}

fn read(row: &Row) -> Result<RecordRow, StoreError> {
    Ok(RecordRow {
        id: row.parsed("id")?,
        document: row.parsed("document")?,
        patient: row.parsed("patient")?,
        kind: row.parsed("kind")?,
        class: row.parsed("class")?,
        state: row.parsed("state")?,
        version: row.count("current_version")?,
        encounters: Vec::new(),
        accepted_at: row.time("accepted_at")?,
        archived_at: row.optional_time("archived_at")?,
    })
}

fn read_version(row: &Row) -> Result<VersionRow, StoreError> {
    let reviewed = row.optional_parsed("reviewed_by")?.zip(row.optional_time("reviewed_at")?);
    Ok(VersionRow {
        record: row.parsed("record")?,
        version: row.count("version")?,
        state: row.parsed("state")?,
        patient: row.parsed("patient")?,
        accepted_at: row.time("accepted_at")?,
        accepted_by: row.optional_parsed("accepted_by")?,
        rule: row.optional_parsed("rule")?,
        final_at: row.time("final_at")?,
        second_review: row.flag("second_review")?,
        reviewed,
        inventory: row.optional_text("inventory")?,
        archived_at: row.optional_time("archived_at")?,
        locked_until: row.optional_time("locked_until")?,
        in_error: row.flag("in_error")?,
    })
}
