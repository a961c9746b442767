//! Charts that were opened in an emergency, as the facts of the ledger tell of them.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, values};
use crate::chart::{PatientId, PersonId};

/// A chart that was opened in an emergency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmergencyRow {
    /// Number of the ledger's entry that opened it.
    pub opened: u64,
    /// Who opened it.
    pub person: PersonId,
    /// Whose chart.
    pub patient: PatientId,
    /// When.
    pub opened_at: Timestamp,
    /// Until when it is open.
    pub until: Timestamp,
    /// By when somebody else has to have looked at it.
    pub review_by: Timestamp,
    /// Who looked at it, and when.
    pub reviewed: Option<(PersonId, Timestamp)>,
}

const EMERGENCIES: &str =
    "SELECT opened, person, patient, opened_at, until, review_by, reviewed_by, reviewed_at FROM emergencies";

impl Store {
    /// Returns emergencies, those nobody looked at first, then the newest; `limit` at most.
    pub async fn emergencies(&self, limit: u32) -> Result<Vec<EmergencyRow>, StoreError> {
        let sql =
            format!("{EMERGENCIES} ORDER BY CASE WHEN reviewed_at IS NULL THEN 0 ELSE 1 END, opened DESC LIMIT $1");
        self.rows(sqlx::AssertSqlSafe(sql), values![limit]).await?.iter().map(read).collect()
    }

    /// Counts the emergencies that nobody looked at.
    pub async fn emergencies_to_review(&self) -> Result<u64, StoreError> {
        let row = self.row("SELECT count(*) AS open FROM emergencies WHERE reviewed_at IS NULL", values![]).await?;
        row.ok_or_else(|| StoreError::unreadable("open"))?.size("open")
    }

    /// Says whether a person has a patient's chart open in an emergency.
    pub async fn has_emergency(
        &self,
        person: PersonId,
        patient: PatientId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "SELECT opened FROM emergencies WHERE person = $1 AND patient = $2 AND until > $3 LIMIT 1";
        Ok(self.row(sql, values![person, patient, now]).await?.is_some())
    }
}

fn read(row: &Row) -> Result<EmergencyRow, StoreError> {
    let reviewer: Option<PersonId> = row.optional_parsed("reviewed_by")?;
    Ok(EmergencyRow {
        opened: row.size("opened")?,
        person: row.parsed("person")?,
        patient: row.parsed("patient")?,
        opened_at: row.time("opened_at")?,
        until: row.time("until")?,
        review_by: row.time("review_by")?,
        reviewed: reviewer.zip(row.optional_time("reviewed_at")?),
    })
}
