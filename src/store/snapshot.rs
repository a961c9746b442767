//! One moment of the whole database, read while others go on writing: what a backup is made of.

use futures::TryStreamExt;
use futures::stream::BoxStream;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::engine::{Store, Transaction};
use super::error::StoreError;
use super::forms::{self, ColumnKind, TableForm};
use super::values::{Row, values};
use crate::chart::Digest;

/// The database as it was at one moment; everything that is read through it is of that moment. Nothing is written.
pub struct Snapshot {
    transaction: Transaction,
}

/// A working object that the database needs and the archive does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case")]
pub enum WorkingObject {
    /// A scan file, bit for bit.
    Scan {
        /// The scan.
        scan: Digest,
    },
    /// The copy of a scan file without its encryption.
    Copy {
        /// The scan.
        scan: Digest,
        /// Its key.
        key: String,
    },
    /// What a pipeline read on a page.
    Result {
        /// The scan.
        scan: Digest,
        /// Number of the page.
        number: u32,
        /// The pipeline.
        pipeline: Digest,
        /// Its key.
        key: String,
    },
}

/// Pages of a scan that no archived document has.
const PAGES_NOT_ARCHIVED: &str = "SELECT 1 FROM pages WHERE pages.scan = scans.digest AND NOT EXISTS (
        SELECT 1 FROM document_pages JOIN documents ON documents.id = document_pages.document
        WHERE document_pages.scan = pages.scan AND document_pages.number = pages.number
            AND documents.state = 'archived')";

impl Store {
    /// Begins to read one moment of the database. It should not be kept for long: SQLite's log grows meanwhile.
    pub async fn snapshot(&self) -> Result<Snapshot, StoreError> {
        Ok(Snapshot { transaction: self.begin_reading().await? })
    }
}

impl Snapshot {
    /// Returns the number of the last migration: the form of the tables.
    pub async fn form(&mut self) -> Result<i64, StoreError> {
        let row = self.transaction.row("SELECT max(version) AS form FROM _sqlx_migrations", values![]).await?;
        row.ok_or_else(|| StoreError::unreadable("version"))?.integer("form")
    }

    /// Returns the tables that make up the instance, by name. What belongs to running processes only is left out.
    pub async fn tables(&mut self) -> Result<Vec<TableForm>, StoreError> {
        forms::tables(&mut self.transaction).await
    }

    /// Reads every row of a table, in the order of its first column; the values are in the order of the form's columns.
    /// Numbers with a fraction come as the shortest text that reads back as the same number.
    pub fn rows<'a>(&'a mut self, form: &'a TableForm) -> BoxStream<'a, Result<Vec<Json>, StoreError>> {
        let names: Vec<&str> = form.columns.iter().map(|column| column.name.as_str()).collect();
        // The names are the engine's own.
        let sql = format!("SELECT {} FROM {} ORDER BY {}", names.join(", "), form.name, form.order);
        Box::pin(
            self.transaction.stream(sqlx::AssertSqlSafe(sql)).and_then(move |row| async move { cells(form, &row) }),
        )
    }

    /// Lists what is in the object store only and cannot be brought back from the archive: scan files with a page that no
    /// archived document has, and results that were not archived.
    pub fn working_objects(&mut self) -> BoxStream<'_, Result<WorkingObject, StoreError>> {
        let sql = format!(
            "SELECT 'scan' AS sort, digest AS scan, 0 AS number, '' AS pipeline, '' AS object_key FROM scans
             WHERE {NEEDED_SCAN}
             UNION ALL
             SELECT 'copy', digest, 0, '', decrypted_key FROM scans WHERE decrypted_key IS NOT NULL AND {NEEDED_SCAN}
             UNION ALL
             SELECT 'result', results.scan, results.number, results.pipeline, results.object_key FROM results
             WHERE results.standing <> 'current' OR NOT EXISTS (
                SELECT 1 FROM document_pages JOIN documents ON documents.id = document_pages.document
                    JOIN record_versions ON record_versions.record = documents.record
                WHERE document_pages.scan = results.scan AND document_pages.number = results.number
                    AND documents.state = 'archived' AND record_versions.archived_at > results.made_at)",
            NEEDED_SCAN = format_args!(
                "NOT EXISTS (SELECT 1 FROM purged_scans WHERE purged_scans.scan = scans.digest)
                    AND (scans.state <> 'opened' OR EXISTS ({PAGES_NOT_ARCHIVED}))"
            )
        );
        Box::pin(self.transaction.stream(sqlx::AssertSqlSafe(sql)).and_then(async |row| {
            let (scan, key) = (row.parsed("scan")?, row.text("object_key")?);
            Ok(match row.text("sort")?.as_str() {
                "scan" => WorkingObject::Scan { scan },
                "copy" => WorkingObject::Copy { scan, key },
                _ => {
                    WorkingObject::Result { scan, number: row.count("number")?, pipeline: row.parsed("pipeline")?, key }
                }
            })
        }))
    }
}

fn cells(form: &TableForm, row: &Row) -> Result<Vec<Json>, StoreError> {
    let cell = |column: &forms::ColumnForm| {
        let name = column.name.as_str();
        Ok(match column.kind {
            ColumnKind::Text => row.optional_text(name)?.map_or(Json::Null, Json::String),
            ColumnKind::Integer => row.optional_integer(name)?.map_or(Json::Null, Json::from),
            ColumnKind::Real => row.optional_real(name)?.map_or(Json::Null, |number| Json::String(number.to_string())),
            ColumnKind::Flag => Json::Bool(row.flag(name)?),
        })
    };
    form.columns.iter().map(cell).collect()
}
