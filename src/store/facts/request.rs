//! Facts about requests for records. Nobody answers what they asked for themselves; nothing is given out that was not asked
//! for; the answer is due in thirty days and can be put off once, in time.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::who::{another, is_administrator, one_of, person, text};
use crate::chart::facts::{ReleasedRecord, RequestFact};
use crate::chart::{
    ANSWER_DAYS, Encounter, InScope, LedgerEntry, MOST_REQUESTED, PersonId, RecordId, RequestId, RequestScope, Role,
    answer_due,
};
use crate::store::engine::Transaction;
use crate::store::error::{StoreError, refused};
use crate::store::requests::RequestState;
use crate::store::values::{Row, values};

/// Who answers requests.
const ANSWER: [Role; 3] = [Role::Technician, Role::Reviewer, Role::Administrator];
/// Who asks: for themselves, or for whoever wrote a letter.
const ASK: [Role; 3] = [Role::Requester, Role::Reviewer, Role::Administrator];
/// Who answers every request, and not only those that they were given.
const ANSWER_ALL: [Role; 2] = [Role::Reviewer, Role::Administrator];

/// Applies one fact.
pub(super) async fn apply(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    fact: &RequestFact,
) -> Result<(), StoreError> {
    match fact {
        RequestFact::Opened { request, patient, scope, purpose, authority, received, due, recipient } => {
            let by = person(entry)?;
            one_of(transaction, by, &ASK, "a requester, a reviewer or an administrator asks for records").await?;
            scope.check().map_err(refused)?;
            if *received > day_of(entry.at, 1) {
                return Err(refused("a request cannot have come on a day that lies ahead"));
            }
            if *due != answer_due(*received, false) {
                return Err(refused(format!("the answer is due {ANSWER_DAYS} days after the request came")));
            }
            if transaction.row("SELECT id FROM requests WHERE id = $1", values![*request]).await?.is_some() {
                return Err(refused("this request exists already"));
            }
            let scope = serde_json::to_string(scope).map_err(|_| StoreError::unreadable("scope"))?;
            let sql =
                "INSERT INTO requests (id, patient, scope, purpose, authority, state, recipient, opened_by, opened_at,
                    received_day, due_day) VALUES ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9, $10)";
            let (received, due) = (received.to_string(), due.to_string());
            let values = values![
                *request,
                *patient,
                scope,
                purpose.name(),
                authority.name(),
                *recipient,
                by,
                entry.at,
                received,
                due
            ];
            transaction.execute(sql, values).await.map(drop)
        }
        RequestFact::Assigned { request, person: to } => {
            let by = person(entry)?;
            one_of(transaction, by, &ANSWER_ALL, "a reviewer or an administrator says who answers a request").await?;
            let row = find(transaction, *request, &WAITING).await?;
            one_of(transaction, *to, &ANSWER, "a technician, a reviewer or an administrator answers requests").await?;
            another(*to, Some(row.parsed("opened_by")?), "answers what they asked for themselves")?;
            let sql = "UPDATE requests SET assigned_to = $2 WHERE id = $1";
            transaction.execute(sql, values![*request, *to]).await.map(drop)
        }
        RequestFact::Extended { request, on, due, reason } => {
            let (by, row) = answering(transaction, entry, *request, &WAITING).await?;
            text("reason", reason)?;
            if row.parsed::<RequestState>("state")? == RequestState::Extended {
                return Err(refused("this request was extended once already; there is no second time"));
            }
            if *on < day_of(entry.at, -1) || *on > day_of(entry.at, 1) {
                return Err(refused("an extension is written on the day on which it is recorded"));
            }
            if *on > row.parsed::<Date>("due_day")? {
                return Err(refused("the time to answer is over: an extension has to be written before it is"));
            }
            if *due != answer_due(row.parsed("received_day")?, true) {
                return Err(refused(format!("an extension is {ANSWER_DAYS} days long")));
            }
            let sql = "UPDATE requests SET state = 'extended', due_day = $2, extended_on = $3, extended_by = $4,
                    extension_reason = $5 WHERE id = $1";
            let values = values![*request, due.to_string(), on.to_string(), by, reason.as_str()];
            transaction.execute(sql, values).await.map(drop)
        }
        RequestFact::Released { request, records, format, manifest } => {
            let states = [RequestState::Open, RequestState::Extended, RequestState::Released];
            let (by, row) = answering(transaction, entry, *request, &states).await?;
            text("format", format)?;
            if records.is_empty() || records.len() > MOST_REQUESTED {
                return Err(refused(format!("a release gives out 1 to {MOST_REQUESTED} records")));
            }
            let scope: RequestScope =
                serde_json::from_str(&row.text("scope")?).map_err(|_| StoreError::unreadable("scope"))?;
            let sequence = i64::try_from(entry.sequence).map_err(|_| StoreError::unreadable("sequence"))?;
            for released in records {
                asked_for(transaction, *request, &scope, released).await?;
                let sql = "INSERT INTO release_records (sequence, record, version) VALUES ($1, $2, $3)";
                transaction.execute(sql, values![sequence, released.record, released.version]).await?;
            }
            let sql = "INSERT INTO releases (sequence, request, released_by, released_at, format, manifest)
                 VALUES ($1, $2, $3, $4, $5, $6)";
            transaction.execute(sql, values![sequence, *request, by, entry.at, format.as_str(), *manifest]).await?;
            close(transaction, entry, *request, RequestState::Released, by).await
        }
        RequestFact::Refused { request, reason, note } => {
            let (by, _) = answering(transaction, entry, *request, &WAITING).await?;
            text("note", note)?;
            let sql = "UPDATE requests SET refusal = $2, refusal_note = $3 WHERE id = $1";
            transaction.execute(sql, values![*request, reason.name(), note.as_str()]).await?;
            close(transaction, entry, *request, RequestState::Refused, by).await
        }
        RequestFact::Withdrawn { request } => {
            let by = person(entry)?;
            let row = find(transaction, *request, &WAITING).await?;
            if row.parsed::<PersonId>("opened_by")? != by && !is_administrator(transaction, by).await? {
                return Err(refused("whoever asked withdraws a request, or an administrator"));
            }
            close(transaction, entry, *request, RequestState::Withdrawn, by).await
        }
    }
}

/// States in which a request waits for its answer.
const WAITING: [RequestState; 2] = [RequestState::Open, RequestState::Extended];

/// Returns a request that is in one of the states.
async fn find(transaction: &mut Transaction, request: RequestId, states: &[RequestState]) -> Result<Row, StoreError> {
    let sql = "SELECT scope, state, opened_by, received_day, due_day, assigned_to FROM requests WHERE id = $1";
    let row = transaction.row(sql, values![request]).await?;
    let row = row.ok_or_else(|| refused(format!("there is no request {request}")))?;
    let state: RequestState = row.parsed("state")?;
    if !states.contains(&state) {
        return Err(refused(format!("this request is {} already", state.name())));
    }
    Ok(row)
}

/// Returns who answers a request, when they may, and the request.
async fn answering(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    request: RequestId,
    states: &[RequestState],
) -> Result<(PersonId, Row), StoreError> {
    let by = person(entry)?;
    let row = find(transaction, request, states).await?;
    another(by, Some(row.parsed("opened_by")?), "answers what they asked for themselves")?;
    let roles: &[Role] = match row.optional_parsed::<PersonId>("assigned_to")? {
        Some(assigned) if assigned == by => &ANSWER,
        _ => &ANSWER_ALL,
    };
    one_of(transaction, by, roles, "a reviewer or an administrator answers a request, or the technician whose it is")
        .await?;
    Ok((by, row))
}

/// Refuses a record that the request does not ask for.
async fn asked_for(
    transaction: &mut Transaction,
    request: RequestId,
    scope: &RequestScope,
    released: &ReleasedRecord,
) -> Result<(), StoreError> {
    let ReleasedRecord { record, version } = *released;
    // Patients who were found to be one are one; the first line gives the column its collation.
    let sql = "SELECT records.current_version FROM records WHERE records.id = $2 AND records.state = 'archived'
         AND records.patient IN (
            WITH RECURSIVE same (patient) AS (
                SELECT patient FROM requests WHERE id = $1
                UNION
                SELECT CASE WHEN merges.from_patient = same.patient THEN merges.into_patient ELSE merges.from_patient END
                FROM merges JOIN same ON same.patient IN (merges.from_patient, merges.into_patient)
                WHERE merges.unmerged_at IS NULL)
            SELECT patient FROM same)";
    let row = transaction.row(sql, values![request, record]).await?;
    let row = row.ok_or_else(|| refused(format!("record {record} is no record of this patient in the archive")))?;
    if row.count("current_version")? != version {
        return Err(refused(format!("record {record} has a newer version: release that one")));
    }
    match scope.covers(record, &encounters(transaction, record, version).await?) {
        InScope::Yes | InScope::Unclear => Ok(()),
        InScope::No => Err(refused(format!(
            "record {record} is not what the request asks for: it is, or is also, of other encounters"
        ))),
    }
}

async fn encounters(
    transaction: &mut Transaction,
    record: RecordId,
    version: u32,
) -> Result<Vec<Encounter>, StoreError> {
    let sql = "SELECT from_day, to_day FROM record_encounters WHERE record = $1 AND version = $2 ORDER BY position";
    let rows = transaction.rows(sql, values![record, version]).await?;
    rows.iter().map(|row| Ok(Encounter { from: row.parsed("from_day")?, to: row.optional_parsed("to_day")? })).collect()
}

async fn close(
    transaction: &mut Transaction,
    entry: &LedgerEntry,
    request: RequestId,
    state: RequestState,
    by: PersonId,
) -> Result<(), StoreError> {
    let sql = "UPDATE requests SET state = $2, closed_by = $3, closed_at = $4 WHERE id = $1";
    transaction.execute(sql, values![request, state.name(), by, entry.at]).await.map(drop)
}

/// Returns the day of an instant, so many days later: wherever the facility is, its day is at most one away from that.
fn day_of(at: Timestamp, days: i64) -> Date {
    at.to_zoned(TimeZone::UTC).date().saturating_add(SignedDuration::from_hours(24 * days))
}
