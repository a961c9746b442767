//! Requests for records and what was given out for them, as the facts of the ledger tell; and who receives it.

use jiff::Timestamp;
use jiff::civil::Date;

use super::engine::Store;
use super::error::StoreError;
use super::ledger;
use super::values::{Row, stored_names, values};
use crate::chart::facts::ReleasedRecord;
use crate::chart::{
    Actor, Digest, DocumentType, Fact, PatientId, PersonId, RecordId, RefusalReason, RequestAuthority, RequestId,
    RequestPurpose, RequestScope,
};

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RequestState {
    /// It waits for its answer.
    Open,
    /// It waits for its answer, which was put off once.
    Extended,
    /// Records were given out.
    Released,
    /// It was refused.
    Refused,
    /// Whoever asked does not want them any more.
    Withdrawn,
}

stored_names!(RequestState {
    Open = "open",
    Extended = "extended",
    Released = "released",
    Refused = "refused",
    Withdrawn = "withdrawn",
});

/// A request as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRow {
    /// Identity.
    pub id: RequestId,
    /// Whose records.
    pub patient: PatientId,
    /// Which.
    pub scope: RequestScope,
    /// What for.
    pub purpose: RequestPurpose,
    /// What it rests on.
    pub authority: RequestAuthority,
    /// Where it stands.
    pub state: RequestState,
    /// Digest of who receives what.
    pub recipient: Digest,
    /// Who asked, or entered what somebody else asked for.
    pub opened_by: PersonId,
    /// When.
    pub opened_at: Timestamp,
    /// The day on which it came.
    pub received: Date,
    /// The last day on which it is answered in time.
    pub due: Date,
    /// Who is to answer it.
    pub assigned_to: Option<PersonId>,
    /// When it was put off, by whom and why.
    pub extended: Option<(Date, PersonId, String)>,
    /// Who answered or withdrew it, and when.
    pub closed: Option<(PersonId, Timestamp)>,
    /// Why it was refused.
    pub refusal: Option<(RefusalReason, String)>,
}

impl RequestRow {
    /// Says whether it waits for its answer.
    pub const fn is_waiting(&self) -> bool {
        matches!(self.state, RequestState::Open | RequestState::Extended)
    }

    /// Says whether its answer is late on a day: after the last one.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.is_waiting() && today > self.due
    }
}

/// What was given out at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRow {
    /// Number of the ledger's entry.
    pub sequence: u64,
    /// For which request.
    pub request: RequestId,
    /// Who gave it out.
    pub released_by: PersonId,
    /// When.
    pub released_at: Timestamp,
    /// In which form.
    pub format: String,
    /// SHA-256 of the manifest.
    pub manifest: Digest,
    /// The records, with the type that they have now.
    pub records: Vec<(ReleasedRecord, DocumentType)>,
}

/// Which requests are looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// Those that this person opened.
    pub opened_by: Option<PersonId>,
    /// Or those that this person is to answer.
    pub assigned_to: Option<PersonId>,
    /// Those that were answered or withdrawn, and not those that wait.
    pub closed: bool,
}

impl Store {
    /// Records a request, and who receives what, all or nothing.
    ///
    /// # Errors
    /// A rule forbids it ([`StoreError::Refused`]); the database failed.
    pub async fn open_request(
        &self,
        actor: Actor,
        at: Timestamp,
        fact: Fact,
        request: RequestId,
        recipient: &str,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        ledger::record(&mut transaction, actor, at, &[fact]).await?;
        transaction.execute(KEEP_RECIPIENT, values![request, recipient]).await?;
        transaction.commit().await
    }

    /// Returns a request.
    pub async fn request(&self, id: RequestId) -> Result<Option<RequestRow>, StoreError> {
        self.row("SELECT * FROM requests WHERE id = $1", values![id]).await?.as_ref().map(read).transpose()
    }

    /// Returns up to `limit` requests after `after`: of those that wait, those that are due first; of others, those last.
    pub async fn requests(
        &self,
        filter: RequestFilter,
        after: Option<RequestId>,
        limit: u32,
    ) -> Result<Vec<RequestRow>, StoreError> {
        let (states, follows, order) = if filter.closed { ("NOT IN", "<", "DESC") } else { ("IN", ">", "ASC") };
        let sql = format!(
            "SELECT * FROM requests WHERE state {states} ('open', 'extended')
                AND (($1 = '' AND $2 = '') OR opened_by = $1 OR assigned_to = $2)
                AND ($3 = '' OR (due_day, id) {follows} (SELECT due_day, id FROM requests WHERE id = $3))
             ORDER BY due_day {order}, id {order} LIMIT $4"
        );
        let name = |person: Option<PersonId>| person.map_or_else(String::new, |id| id.to_string());
        let after = after.map_or_else(String::new, |id| id.to_string());
        let values = values![name(filter.opened_by), name(filter.assigned_to), after, limit];
        self.rows(sqlx::AssertSqlSafe(sql), values).await?.iter().map(read).collect()
    }

    /// Returns up to `limit` requests whose id begins with `prefix`.
    pub async fn requests_by_prefix(&self, prefix: &str, limit: u32) -> Result<Vec<RequestRow>, StoreError> {
        let Some((first, end)) = super::values::ids_from(prefix) else { return Ok(Vec::new()) };
        let sql = "SELECT * FROM requests WHERE id >= $1 AND id < $2 ORDER BY id LIMIT $3";
        self.rows(sql, values![first, end, limit]).await?.iter().map(read).collect()
    }

    /// Returns the requests about a patient, the oldest first.
    pub async fn requests_about(&self, patient: PatientId) -> Result<Vec<RequestRow>, StoreError> {
        let sql = "SELECT * FROM requests WHERE patient = $1 ORDER BY opened_at, id";
        self.rows(sql, values![patient]).await?.iter().map(read).collect()
    }

    /// Returns every request's id and the digest of who receives what, for a rebuild.
    pub async fn request_digests(&self) -> Result<Vec<(RequestId, Digest)>, StoreError> {
        let rows = self.rows("SELECT id, recipient FROM requests ORDER BY id", values![]).await?;
        rows.iter().map(|row| Ok((row.parsed("id")?, row.parsed("recipient")?))).collect()
    }

    /// Returns what was given out for a request, the oldest first.
    pub async fn releases(&self, request: RequestId) -> Result<Vec<ReleaseRow>, StoreError> {
        let sql = "SELECT * FROM releases WHERE request = $1 ORDER BY sequence";
        let mut releases = Vec::new();
        for row in self.rows(sql, values![request]).await? {
            let sequence = row.integer("sequence")?;
            let sql = "SELECT release_records.record, release_records.version, records.kind FROM release_records
                    JOIN records ON records.id = release_records.record
                 WHERE release_records.sequence = $1 ORDER BY release_records.record";
            let records = self.rows(sql, values![sequence]).await?;
            let record = |row: &Row| {
                let released =
                    ReleasedRecord { record: row.parsed::<RecordId>("record")?, version: row.count("version")? };
                Ok((released, row.parsed("kind")?))
            };
            releases.push(ReleaseRow {
                sequence: row.size("sequence")?,
                request,
                released_by: row.parsed("released_by")?,
                released_at: row.time("released_at")?,
                format: row.text("format")?,
                manifest: row.parsed("manifest")?,
                records: records.iter().map(record).collect::<Result<_, StoreError>>()?,
            });
        }
        Ok(releases)
    }

    /// Returns who receives what of a request. May be patient data.
    pub async fn request_recipient(&self, request: RequestId) -> Result<Option<String>, StoreError> {
        let sql = "SELECT body FROM request_recipients WHERE request = $1";
        self.row(sql, values![request]).await?.map(|row| row.text("body")).transpose()
    }

    /// Keeps who receives what of a request, for a rebuild.
    pub async fn keep_request_recipient(&self, request: RequestId, recipient: &str) -> Result<(), StoreError> {
        self.execute(KEEP_RECIPIENT, values![request, recipient]).await.map(drop)
    }
}

const KEEP_RECIPIENT: &str =
    "INSERT INTO request_recipients (request, body) VALUES ($1, $2) ON CONFLICT (request) DO UPDATE SET body = $2";

fn read(row: &Row) -> Result<RequestRow, StoreError> {
    let (day, by) = (row.optional_parsed("extended_on")?, row.optional_parsed("extended_by")?);
    let why = row.optional_text("extension_reason")?;
    Ok(RequestRow {
        id: row.parsed("id")?,
        patient: row.parsed("patient")?,
        scope: serde_json::from_str(&row.text("scope")?).map_err(|_| StoreError::unreadable("scope"))?,
        purpose: row.parsed("purpose")?,
        authority: row.parsed("authority")?,
        state: row.parsed("state")?,
        recipient: row.parsed("recipient")?,
        opened_by: row.parsed("opened_by")?,
        opened_at: row.time("opened_at")?,
        received: row.parsed("received_day")?,
        due: row.parsed("due_day")?,
        assigned_to: row.optional_parsed("assigned_to")?,
        extended: day.zip(by).zip(why).map(|((day, by), why)| (day, by, why)),
        closed: row.optional_parsed("closed_by")?.zip(row.optional_time("closed_at")?),
        refusal: row.optional_parsed("refusal")?.zip(row.optional_text("refusal_note")?),
    })
}
