//! What retention goes by: events, merges and exceptions, as facts have made them; and what each version of a record said.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;

use super::engine::Store;
use super::error::{StoreError, refused};
use super::values::{Row, values};
use crate::chart::{
    BirthDate, Encounter, EventId, EventSubject, LastDay, PatientId, PersonId, RecordClass, RecordDraft, RecordId,
    TriggerEvent, Withdrawal,
};

/// Most patients that one patient may be merged with.
const MOST_MERGED: usize = 1000;

/// An event, and who told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// The event.
    pub event: TriggerEvent,
    /// Who recorded it; none: the program.
    pub recorder: Option<PersonId>,
    /// When.
    pub recorded_at: Timestamp,
    /// Who withdrew it.
    pub withdrawn_by: Option<PersonId>,
}

/// A merge of two patients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRow {
    /// The patient that is not used any more.
    pub from: PatientId,
    /// The patient that stays.
    pub into: PatientId,
    /// When they were merged.
    pub merged_at: Timestamp,
    /// Who proposed to take it back.
    pub unmerge_proposed_by: Option<PersonId>,
    /// When a second person confirmed that.
    pub unmerged_at: Option<Timestamp>,
}

/// What the versions of a record said, the oldest first; those that were withdrawn left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHistory {
    /// The record.
    pub record: RecordId,
    /// Its versions.
    pub versions: Vec<VersionHistory>,
}

/// What one version of a record said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionHistory {
    /// Number, from 1.
    pub version: u32,
    /// Whom it is about.
    pub patient: PatientId,
    /// Its class.
    pub class: RecordClass,
    /// The birth date that was known then, if its description is here.
    pub born: Option<BirthDate>,
    /// The encounters that it belongs to.
    pub encounters: Vec<Encounter>,
    /// Whether pages came late.
    pub late_pages: bool,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Whether a second person has looked at it.
    pub confirmed: bool,
}

impl Store {
    /// Returns the event with this id.
    pub async fn event(&self, id: EventId) -> Result<Option<EventRow>, StoreError> {
        let sql = "SELECT * FROM trigger_events WHERE id = $1";
        self.row(sql, values![id]).await?.as_ref().map(read).transpose()
    }

    /// Returns every event about a record or one of these patients, in the order in which they were recorded.
    pub async fn events_about(
        &self,
        record: RecordId,
        patients: &BTreeSet<PatientId>,
    ) -> Result<Vec<EventRow>, StoreError> {
        let sql = "SELECT * FROM trigger_events WHERE record = $1 ORDER BY recorded_at, id";
        let mut rows = self.rows(sql, values![record]).await?;
        for patient in patients {
            let sql = "SELECT * FROM trigger_events WHERE patient = $1 ORDER BY recorded_at, id";
            rows.extend(self.rows(sql, values![*patient]).await?);
        }
        rows.iter().map(read).collect()
    }

    /// Returns a patient and every patient merged with them, directly or through others.
    pub async fn merged_patients(&self, patient: PatientId) -> Result<BTreeSet<PatientId>, StoreError> {
        let sql = "SELECT from_patient, into_patient FROM merges
             WHERE (from_patient = $1 OR into_patient = $1) AND unmerged_at IS NULL";
        let mut known = BTreeSet::from([patient]);
        let mut open = vec![patient];
        while let Some(patient) = open.pop() {
            for row in self.rows(sql, values![patient]).await? {
                for other in [row.parsed("from_patient")?, row.parsed("into_patient")?] {
                    if known.insert(other) {
                        open.push(other);
                    }
                }
            }
            if known.len() > MOST_MERGED {
                let why = format!("more than {MOST_MERGED} patients are merged into one: take wrong merges back");
                return Err(refused(why));
            }
        }
        Ok(known)
    }

    /// Returns every merge, the oldest first, those that were taken back too.
    pub async fn merges(&self) -> Result<Vec<MergeRow>, StoreError> {
        let rows = self.rows("SELECT * FROM merges ORDER BY sequence", values![]).await?;
        let read = |row: &Row| {
            let unmerged = row.optional_integer("unmerged_at")?;
            Ok(MergeRow {
                from: row.parsed("from_patient")?,
                into: row.parsed("into_patient")?,
                merged_at: row.time("merged_at")?,
                unmerge_proposed_by: row.optional_parsed("unmerge_proposed_by")?,
                unmerged_at: unmerged.map(|_| row.time("unmerged_at")).transpose()?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Returns the decisions to keep a record longer, each with its reason.
    pub async fn exceptions_of(&self, record: RecordId) -> Result<Vec<(LastDay, String)>, StoreError> {
        let sql = "SELECT until_day, reason FROM exceptions WHERE record = $1 ORDER BY sequence";
        let read = |row: &Row| {
            let until: Option<Date> = row.optional_parsed("until_day")?;
            Ok((until.map_or(LastDay::Indefinite, LastDay::On), row.text("reason")?))
        };
        self.rows(sql, values![record]).await?.iter().map(read).collect()
    }

    /// Returns what the versions of a record said.
    pub async fn record_history(&self, record: RecordId) -> Result<RecordHistory, StoreError> {
        let sql = "SELECT v.version, v.patient, v.class, v.correction, v.accepted_at, v.reviewed_by, c.person, d.body
             FROM record_versions v
             LEFT JOIN confirmed_corrections c ON c.record = v.record AND c.version = v.version
             LEFT JOIN descriptions d ON d.record = v.record AND d.version = v.version
             WHERE v.record = $1 AND v.state <> 'withdrawn' ORDER BY v.version";
        let mut versions = Vec::new();
        for row in self.rows(sql, values![record]).await? {
            let version = row.count("version")?;
            let description: Option<RecordDraft> = row
                .optional_text("body")?
                .map(|body| serde_json::from_str(&body).map_err(|_| StoreError::unreadable("body")))
                .transpose()?;
            versions.push(VersionHistory {
                version,
                patient: row.parsed("patient")?,
                class: row.parsed("class")?,
                born: description.map(|draft| draft.patient.born),
                encounters: self.encounters_of(record, version).await?,
                late_pages: row.optional_text("correction")?.as_deref() == Some("late-pages"),
                accepted_at: row.time("accepted_at")?,
                confirmed: row.optional_text("reviewed_by")?.is_some() || row.optional_text("person")?.is_some(),
            });
        }
        Ok(RecordHistory { record, versions })
    }

    async fn encounters_of(&self, record: RecordId, version: u32) -> Result<Vec<Encounter>, StoreError> {
        let sql = "SELECT from_day, to_day FROM record_encounters WHERE record = $1 AND version = $2 ORDER BY position";
        let read = |row: &Row| Ok(Encounter { from: row.parsed("from_day")?, to: row.optional_parsed("to_day")? });
        self.rows(sql, values![record, version]).await?.iter().map(read).collect()
    }
}

fn read(row: &Row) -> Result<EventRow, StoreError> {
    let subject = match (row.optional_parsed("record")?, row.optional_parsed("patient")?) {
        (Some(record), None) => EventSubject::Record(record),
        (None, Some(patient)) => EventSubject::Patient(patient),
        _ => return Err(StoreError::unreadable("record")),
    };
    let withdrawn_by = row.optional_parsed("withdrawn_by")?;
    let withdrawal = match (withdrawn_by, row.optional_text("withdrawal_confirmed_by")?) {
        (None, _) => Withdrawal::None,
        (Some(_), None) => Withdrawal::Proposed,
        (Some(_), Some(_)) => Withdrawal::Confirmed,
    };
    let event = TriggerEvent {
        id: row.parsed("id")?,
        subject,
        kind: row.parsed("kind")?,
        date: row.parsed("day")?,
        zone: row.text("zone")?,
        source: row.text("source")?,
        supersedes: row.optional_parsed("supersedes")?,
        confirmed: row.optional_text("confirmed_by")?.is_some(),
        withdrawal,
    };
    let recorder = row.optional_parsed("recorder")?;
    Ok(EventRow { event, recorder, recorded_at: row.time("recorded_at")?, withdrawn_by })
}
