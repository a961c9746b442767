//! Facts about retention: trigger events, corrections, merges and exceptions here; policies in their own file.

use super::policy;
use super::who::{administrator, another, person, person_or_program, text};
use crate::chart::facts::RetentionFact;
use crate::chart::{EventId, EventSubject, LedgerEntry, PatientId, PersonId, RecordId, TriggerKind};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::values::{Row, values};

/// Applies one fact.
pub(super) async fn apply(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    fact: &RetentionFact,
) -> Result<(), StoreError> {
    match fact {
        RetentionFact::PolicyDrafted { version, effective_from, policy, reason } => {
            policy::draft(transaction, entry, *version, *effective_from, policy, reason).await
        }
        RetentionFact::PolicyApproved { version, on } => policy::approve(transaction, entry, *version, *on).await,
        RetentionFact::PolicyWithdrawn { version } => policy::withdraw(transaction, entry, *version).await,
        RetentionFact::ShorteningApproved { version, on, review } => {
            policy::approve_shortening(transaction, entry, *version, *on, review).await
        }
        RetentionFact::EventRecorded { event, subject, kind, date, zone, source, supersedes } => {
            let event = NewEvent { id: *event, subject: *subject, kind: *kind, supersedes: *supersedes };
            text("source", source)?;
            record_event(transaction, entry, &event, (&date.to_string(), zone, source)).await
        }
        RetentionFact::EventConfirmed { event } => confirm_event(transaction, entry, *event).await,
        RetentionFact::EventWithdrawn { event, reason } => withdraw_event(transaction, entry, *event, reason).await,
        RetentionFact::WithdrawalConfirmed { event } => confirm_withdrawal(transaction, entry, *event).await,
        RetentionFact::CorrectionConfirmed { record, version } => {
            confirm_correction(transaction, entry, *record, *version).await
        }
        RetentionFact::PatientsMerged { from, into, source } => merge(transaction, entry, *from, *into, source).await,
        RetentionFact::UnmergeProposed { from, into, reason } => {
            let person = person(entry)?;
            text("reason", reason)?;
            let merge = open_merge(transaction, *from, *into).await?;
            if merge.optional_text("unmerge_proposed_by")?.is_some() {
                return Err(refused("it is proposed already to take this merge back; a second person confirms it"));
            }
            let sql = "UPDATE merges SET unmerge_proposed_by = $2, unmerge_reason = $3 WHERE sequence = $1";
            let values = values![merge.integer("sequence")?, person, reason.as_str()];
            transaction.execute(sql, values).await.map(drop)
        }
        RetentionFact::UnmergeConfirmed { from, into } => {
            let person = person(entry)?;
            let merge = open_merge(transaction, *from, *into).await?;
            let proposer: Option<PersonId> = merge.optional_parsed("unmerge_proposed_by")?;
            if proposer.is_none() {
                return Err(refused("nobody has proposed to take this merge back"));
            }
            another(person, proposer, "confirms their own proposal")?;
            let sql = "UPDATE merges SET unmerged_by = $2, unmerged_at = $3 WHERE sequence = $1";
            transaction.execute(sql, values![merge.integer("sequence")?, person, entry.at]).await.map(drop)
        }
        RetentionFact::ExceptionGranted { record, until, reason } => {
            let person = administrator(transaction, entry).await?;
            text("reason", reason)?;
            need_record(transaction, *record).await?;
            let until = until.date().map(|day| day.to_string());
            let sql = "INSERT INTO exceptions (sequence, record, until_day, reason, granted_by, granted_at)
                 VALUES ($1, $2, $3, $4, $5, $6)";
            let values = values![sequence(entry)?, *record, until, reason.as_str(), person, entry.at];
            transaction.execute(sql, values).await.map(drop)
        }
    }
}

/// The parts of a recorded event that other rows are looked up by.
struct NewEvent {
    id: EventId,
    subject: EventSubject,
    kind: TriggerKind,
    supersedes: Option<EventId>,
}

async fn record_event(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    event: &NewEvent,
    (day, zone, source): (&str, &str, &str),
) -> Result<(), StoreError> {
    let (record, patient) = match event.subject {
        EventSubject::Record(record) => {
            need_record(transaction, record).await?;
            (Some(record.to_string()), None)
        }
        EventSubject::Patient(patient) => (None, Some(patient.to_string())),
    };
    if let Some(corrected) = event.supersedes {
        let corrected = find(transaction, corrected).await?;
        if corrected.optional_text("record")? != record || corrected.optional_text("patient")? != patient {
            return Err(refused("an event is corrected by one about the same record or patient"));
        }
    }
    if transaction.row("SELECT id FROM trigger_events WHERE id = $1", values![event.id]).await?.is_some() {
        return Err(refused("this event is recorded already"));
    }
    let sql = "INSERT INTO trigger_events
            (id, record, patient, kind, day, zone, source, supersedes, recorder, recorded_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let supersedes = event.supersedes.map(|id| id.to_string());
    let recorder = person_or_program(entry).map(|person| person.to_string());
    let values =
        values![event.id, record, patient, event.kind.as_str(), day, zone, source, supersedes, recorder, entry.at];
    transaction.execute(sql, values).await.map(drop)
}

async fn confirm_event(transaction: &mut Transaction, entry: &LedgerEntry, event: EventId) -> Result<(), StoreError> {
    let person = person(entry)?;
    let row = find(transaction, event).await?;
    another(person, row.optional_parsed("recorder")?, "confirms what they recorded themselves")?;
    if row.optional_text("confirmed_by")?.is_some() {
        return Err(refused("this event is confirmed already"));
    }
    let sql = "UPDATE trigger_events SET confirmed_by = $2 WHERE id = $1";
    transaction.execute(sql, values![event, person]).await.map(drop)
}

async fn withdraw_event(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    event: EventId,
    reason: &str,
) -> Result<(), StoreError> {
    let person = person(entry)?;
    text("reason", reason)?;
    if find(transaction, event).await?.optional_text("withdrawn_by")?.is_some() {
        return Err(refused("this event is withdrawn already; a second person confirms it"));
    }
    let sql = "UPDATE trigger_events SET withdrawn_by = $2, withdrawal_reason = $3 WHERE id = $1";
    transaction.execute(sql, values![event, person, reason]).await.map(drop)
}

async fn confirm_withdrawal(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    event: EventId,
) -> Result<(), StoreError> {
    let person = person(entry)?;
    let row = find(transaction, event).await?;
    let first = row.optional_parsed("withdrawn_by")?;
    if first.is_none() {
        return Err(refused("nobody has withdrawn this event"));
    }
    another(person, first, "confirms their own withdrawal")?;
    let sql = "UPDATE trigger_events SET withdrawal_confirmed_by = $2 WHERE id = $1";
    transaction.execute(sql, values![event, person]).await.map(drop)
}

async fn confirm_correction(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    record: RecordId,
    version: u32,
) -> Result<(), StoreError> {
    let person = person(entry)?;
    // One that waits can be taken back, and another one made under its number.
    let sql = "SELECT accepted_by FROM record_versions WHERE record = $1 AND version = $2 AND state = 'archived'";
    let Some(row) = transaction.row(sql, values![record, version]).await? else {
        return Err(refused("the record has no such version in the archive"));
    };
    another(person, row.optional_parsed("accepted_by")?, "confirms a correction that they accepted themselves")?;
    let sql = "INSERT INTO confirmed_corrections (record, version, person, confirmed_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (record, version) DO NOTHING";
    transaction.execute(sql, values![record, version, person, entry.at]).await.map(drop)
}

async fn merge(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    from: PatientId,
    into: PatientId,
    source: &str,
) -> Result<(), StoreError> {
    text("source", source)?;
    if from == into {
        return Err(refused("a patient cannot be merged with themselves"));
    }
    let sql = "SELECT sequence FROM merges WHERE from_patient = $1 AND unmerged_at IS NULL";
    if transaction.row(sql, values![from]).await?.is_some() {
        return Err(refused("this patient is merged into another already; take that merge back first"));
    }
    let sql = "INSERT INTO merges (sequence, from_patient, into_patient, source, merged_by, merged_at)
         VALUES ($1, $2, $3, $4, $5, $6)";
    let person = person_or_program(entry).map(|person| person.to_string());
    transaction.execute(sql, values![sequence(entry)?, from, into, source, person, entry.at]).await.map(drop)
}

async fn open_merge(transaction: &mut Transaction, from: PatientId, into: PatientId) -> Result<Row, StoreError> {
    let sql = "SELECT sequence, unmerge_proposed_by FROM merges
         WHERE from_patient = $1 AND into_patient = $2 AND unmerged_at IS NULL";
    let row = transaction.row(sql, values![from, into]).await?;
    row.ok_or_else(|| refused("these two patients are not merged"))
}

async fn find(transaction: &mut Transaction, event: EventId) -> Result<Row, StoreError> {
    let sql = "SELECT record, patient, recorder, confirmed_by, withdrawn_by FROM trigger_events WHERE id = $1";
    let row = transaction.row(sql, values![event]).await?;
    row.ok_or_else(|| refused(format!("there is no event {event}")))
}

async fn need_record(transaction: &mut Transaction, record: RecordId) -> Result<(), StoreError> {
    match transaction.row("SELECT id FROM records WHERE id = $1", values![record]).await? {
        Some(_) => Ok(()),
        None => Err(refused(format!("there is no record {record}"))),
    }
}

fn sequence(entry: &LedgerEntry) -> Result<i64, StoreError> {
    i64::try_from(entry.sequence).map_err(|_| StoreError::unreadable("sequence"))
}
