//! What was computed about retention, row after row: nothing here is ever changed, so that a date can be traced.
//!
//! A rebuild computes anew: these rows are no facts. They tell birthdays, so the disposal of a record blanks their text.

use jiff::Timestamp;
use jiff::civil::Date;

use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, values};
use crate::chart::{Digest, LastDay, RecordId};

/// One computation as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComputationRow {
    /// The record.
    pub record: RecordId,
    /// When it was computed.
    pub computed_at: Timestamp,
    /// The day that it was computed for.
    pub for_day: Date,
    /// The last day.
    pub last_day: LastDay,
    /// Digest of everything that it was computed from.
    pub inputs_digest: Digest,
    /// Inputs, result and explanation as JSON; empty once the record is destroyed. Patient data.
    pub body: String,
}

impl Store {
    /// Keeps computations; those that say the same as the newest one of their record are left out. Returns how many
    /// were new.
    pub async fn keep_computations(&self, computations: &[ComputationRow]) -> Result<u64, StoreError> {
        let mut transaction = self.begin().await?;
        let mut kept = 0;
        for row in computations {
            let sql = "SELECT last_day, inputs_digest FROM computations WHERE record = $1 ORDER BY number DESC LIMIT 1";
            let newest = transaction.row(sql, values![row.record]).await?;
            let day = row.last_day.date().map(|day| day.to_string());
            if let Some(newest) = newest
                && newest.optional_text("last_day")? == day
                && newest.parsed::<Digest>("inputs_digest")? == row.inputs_digest
            {
                continue;
            }
            let sql = "INSERT INTO computations (record, computed_at, for_day, last_day, inputs_digest, body)
                 VALUES ($1, $2, $3, $4, $5, $6)";
            let (for_day, body) = (row.for_day.to_string(), row.body.as_str());
            transaction
                .execute(sql, values![row.record, row.computed_at, for_day, day, row.inputs_digest, body])
                .await?;
            kept += 1;
        }
        transaction.commit().await?;
        Ok(kept)
    }

    /// Returns the computations of a record, the oldest first.
    pub async fn computations(&self, record: RecordId) -> Result<Vec<ComputationRow>, StoreError> {
        let sql = "SELECT record, computed_at, for_day, last_day, inputs_digest, body FROM computations
             WHERE record = $1 ORDER BY number";
        self.rows(sql, values![record]).await?.iter().map(read).collect()
    }

    /// Blanks what the computations of a destroyed record tell of its patient; days and digests stay.
    pub async fn blank_computations(&self, record: RecordId) -> Result<(), StoreError> {
        self.execute("UPDATE computations SET body = '' WHERE record = $1", values![record]).await.map(drop)
    }
}

fn read(row: &Row) -> Result<ComputationRow, StoreError> {
    Ok(ComputationRow {
        record: row.parsed("record")?,
        computed_at: row.time("computed_at")?,
        for_day: row.parsed("for_day")?,
        last_day: row.optional_parsed("last_day")?.map_or(LastDay::Indefinite, LastDay::On),
        inputs_digest: row.parsed("inputs_digest")?,
        body: row.text("body")?,
    })
}
