//! The queue at the station: what waits for a person, in the order in which it is given out.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, values};
use crate::chart::{BatchId, DocumentId, PersonId};

/// A document that waits for a person.
#[derive(Clone, PartialEq, Eq)]
pub struct QueueRow {
    /// The document.
    pub document: DocumentId,
    /// Its batch.
    pub batch: BatchId,
    /// Name of the batch.
    pub batch_name: String,
    /// Its pages.
    pub pages: u32,
    /// When it came.
    pub received_at: Timestamp,
    /// More important documents come first.
    pub priority: i64,
    /// Pages that somebody has to look at.
    pub doubts: u32,
    /// Who has it, with their name.
    pub held_by: Option<(PersonId, String)>,
    /// Until when it is postponed.
    pub postponed_until: Option<Timestamp>,
}

/// How much waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueCounts {
    /// Documents that anybody can take.
    pub ready: u64,
    /// Documents that the person has.
    pub mine: u64,
    /// Documents that are put aside.
    pub postponed: u64,
    /// Accepted documents that the person may type again.
    pub second_review: u64,
    /// Documents whose sheets have to be scanned again.
    pub rescan: u64,
}

impl Store {
    /// Returns the next `limit` documents after `after` in the order in which they are given out, those that somebody has
    /// or that are postponed in their places.
    pub async fn desk_queue(
        &self,
        batch: Option<BatchId>,
        after: Option<DocumentId>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<QueueRow>, StoreError> {
        let of_batch = batch.map_or_else(String::new, |batch| format!("AND documents.batch = '{batch}'"));
        let (from, after) = match after {
            Some(after) => (
                "AND ((-desk_priority), (opened_at / 86400000000), desk_doubts, documents.id) >
                    (SELECT (-desk_priority), (opened_at / 86400000000), desk_doubts, id FROM documents WHERE id = $1)",
                after.to_string(),
            ),
            None => ("AND $1 = ''", String::new()),
        };
        let sql = format!(
            "SELECT documents.id, documents.batch, batches.name AS batch_name, documents.opened_at, desk_priority,
                desk_doubts, desk_person, desk_due, people.name AS person_name,
                (SELECT count(*) FROM document_pages WHERE document_pages.document = documents.id) AS pages
             FROM documents JOIN batches ON batches.id = documents.batch
             LEFT JOIN people ON people.id = documents.desk_person
             WHERE documents.state = 'read' {of_batch} {from}
             ORDER BY (-desk_priority), (opened_at / 86400000000), desk_doubts, documents.id LIMIT $2"
        );
        let rows = self.rows(sqlx::AssertSqlSafe(sql), values![after, limit]).await?;
        rows.iter().map(|row| read(row, now)).collect()
    }

    /// Counts what waits, as `person` sees it.
    pub async fn queue_counts(&self, person: PersonId, now: Timestamp) -> Result<QueueCounts, StoreError> {
        let sql = "SELECT count(*) FILTER (WHERE desk_due <= $2) AS ready,
                count(*) FILTER (WHERE desk_due > $2 AND desk_person = $1) AS mine,
                count(*) FILTER (WHERE desk_due > $2 AND desk_person IS NULL) AS postponed
             FROM documents WHERE state = 'read'";
        let Some(row) = self.row(sql, values![person, now]).await? else { return Ok(QueueCounts::default()) };
        let sql = "SELECT (SELECT count(*) FROM record_versions
                JOIN documents ON documents.record = record_versions.record AND documents.state = 'verified'
                WHERE record_versions.state = 'waiting' AND record_versions.second_review = TRUE
                    AND record_versions.reviewed_by IS NULL
                    AND (record_versions.accepted_by IS NULL OR record_versions.accepted_by <> $1)
                    AND NOT EXISTS (SELECT 1 FROM rekeyings WHERE rekeyings.record = record_versions.record)) AS second,
            (SELECT count(*) FROM rescans WHERE ended_at IS NULL) AS rescan";
        let other = self.row(sql, values![person]).await?.ok_or_else(|| StoreError::unreadable("counts"))?;
        Ok(QueueCounts {
            ready: row.size("ready")?,
            mine: row.size("mine")?,
            postponed: row.size("postponed")?,
            second_review: other.size("second")?,
            rescan: other.size("rescan")?,
        })
    }
}

fn read(row: &Row, now: Timestamp) -> Result<QueueRow, StoreError> {
    let waits = row.time("desk_due")? > now;
    let person: Option<PersonId> = row.optional_parsed("desk_person")?;
    let name = row.optional_text("person_name")?.unwrap_or_default();
    Ok(QueueRow {
        document: row.parsed("id")?,
        batch: row.parsed("batch")?,
        batch_name: row.text("batch_name")?,
        pages: row.count("pages")?,
        received_at: row.time("opened_at")?,
        priority: row.integer("desk_priority")?,
        doubts: row.count("desk_doubts")?,
        held_by: person.filter(|_| waits).map(|person| (person, name)),
        postponed_until: if person.is_none() && waits { Some(row.time("desk_due")?) } else { None },
    })
}
