//! After a backup was brought back and newer entries of the ledger were replayed: what the ledger says about documents and
//! the waiting room is carried over to their rows, and what it says was destroyed is found.

use super::engine::Store;
use super::error::StoreError;
use super::snapshot::WorkingObject;
use super::values::{Row, values};
use crate::chart::facts::RecordFact;
use crate::chart::{Actor, Fact, LedgerEntry, PageId, PageNumber, RecordId};

/// A version that waits in the room although it came into the archive.
const ARCHIVED_SINCE: &str = "EXISTS (SELECT 1 FROM deposits JOIN record_versions
        ON record_versions.record = deposits.record AND record_versions.version = deposits.version
     WHERE deposits.record = descriptions.record AND deposits.version = descriptions.version
        AND deposits.state <> 'done' AND record_versions.state = 'archived')";

impl Store {
    /// Carries over what the replayed ledger says about documents that a backup knew otherwise: versions that were
    /// deposited since are read from the archive again, versions that were withdrawn leave the waiting room.
    pub async fn settle_records(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let forget_archived = format!("DELETE FROM descriptions WHERE {ARCHIVED_SINCE}");
        for sql in [
            // Without its description, a version is restored from the archive, which has the last word.
            forget_archived.as_str(),
            "UPDATE deposits SET state = 'done', worker = NULL WHERE state <> 'done' AND EXISTS (
                SELECT 1 FROM record_versions WHERE record_versions.record = deposits.record
                    AND record_versions.version = deposits.version AND record_versions.state = 'archived')",
            "UPDATE documents SET state = 'read', record = NULL WHERE state = 'verified' AND EXISTS (
                SELECT 1 FROM records WHERE records.id = documents.record AND records.state = 'withdrawn')",
            "DELETE FROM descriptions WHERE EXISTS (
                SELECT 1 FROM record_versions WHERE record_versions.record = descriptions.record
                    AND record_versions.version = descriptions.version AND record_versions.state = 'withdrawn')",
            "DELETE FROM deposits WHERE EXISTS (
                SELECT 1 FROM record_versions WHERE record_versions.record = deposits.record
                    AND record_versions.version = deposits.version AND record_versions.state = 'withdrawn')",
            "UPDATE scans SET decrypted_key = NULL WHERE decrypted_key IS NOT NULL AND EXISTS (
                SELECT 1 FROM purged_scans WHERE purged_scans.scan = scans.digest)",
        ] {
            transaction.execute(sqlx::AssertSqlSafe(sql.to_owned()), values![]).await?;
        }
        transaction.commit().await
    }

    /// Carries over the rejections of documents that entries tell of, and those that were taken back. The note of a
    /// rejection is not in the ledger.
    pub async fn settle_rejections(&self, entries: &[LedgerEntry]) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        for entry in entries {
            match &entry.fact {
                Fact::Record(RecordFact::Rejected { document, reason, .. }) => {
                    let Actor::Person(person) = entry.actor else { continue };
                    let sql =
                        "UPDATE documents SET state = 'rejected', rejection = $2, decided_by = $3, decided_at = $4,
                            pages_left = 0 WHERE id = $1 AND state IN ('reading', 'read')";
                    transaction.execute(sql, values![*document, reason.name(), person, entry.at]).await?;
                }
                Fact::Record(RecordFact::RejectionUndone { document }) => {
                    let sql = "UPDATE documents SET state = 'read', rejection = NULL, decided_by = NULL,
                            decided_at = NULL, note = NULL WHERE id = $1 AND state = 'rejected'";
                    transaction.execute(sql, values![*document]).await?;
                }
                _ => {}
            }
        }
        transaction.commit().await
    }

    /// Returns the next `limit` destroyed records after `after`.
    pub async fn destroyed_records(&self, after: Option<RecordId>, limit: u32) -> Result<Vec<RecordId>, StoreError> {
        let after = after.map_or_else(String::new, |id| id.to_string());
        let sql = "SELECT id FROM records WHERE state = 'destroyed' AND id > $1 ORDER BY id LIMIT $2";
        self.rows(sql, values![after, limit]).await?.iter().map(|row| row.parsed("id")).collect()
    }

    /// Returns the pages of a record's documents.
    pub async fn pages_of_record(&self, record: RecordId) -> Result<Vec<PageId>, StoreError> {
        let sql = "SELECT DISTINCT document_pages.scan, document_pages.number FROM document_pages
             JOIN documents ON documents.id = document_pages.document WHERE documents.record = $1
             ORDER BY document_pages.scan, document_pages.number";
        self.rows(sql, values![record]).await?.iter().map(page).collect()
    }

    /// Returns the keys of the results that count for the pages of a record's documents.
    pub async fn current_results_of(&self, record: RecordId) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT DISTINCT results.object_key FROM results
             JOIN document_pages ON document_pages.scan = results.scan AND document_pages.number = results.number
             JOIN documents ON documents.id = document_pages.document
             WHERE documents.record = $1 AND results.standing = 'current' ORDER BY results.object_key";
        self.rows(sql, values![record]).await?.iter().map(|row| row.text("object_key")).collect()
    }

    /// Says whether the database still needs a working object: what was purged or destroyed is needed no more.
    pub async fn needs(&self, object: &WorkingObject) -> Result<bool, StoreError> {
        let row = match object {
            WorkingObject::Scan { scan } => {
                let sql = "SELECT 1 AS found FROM scans WHERE digest = $1
                     AND NOT EXISTS (SELECT 1 FROM purged_scans WHERE purged_scans.scan = scans.digest)";
                self.row(sql, values![*scan]).await?
            }
            WorkingObject::Copy { scan, key } => {
                let sql = "SELECT 1 AS found FROM scans WHERE digest = $1 AND decrypted_key = $2";
                self.row(sql, values![*scan, key.as_str()]).await?
            }
            WorkingObject::Result { scan, number, pipeline, key } => {
                let sql = "SELECT 1 AS found FROM results
                     WHERE scan = $1 AND number = $2 AND pipeline = $3 AND object_key = $4";
                self.row(sql, values![*scan, *number, *pipeline, key.as_str()]).await?
            }
        };
        Ok(row.is_some())
    }
}

fn page(row: &Row) -> Result<PageId, StoreError> {
    let number = PageNumber::new(row.count("number")?).ok_or_else(|| StoreError::unreadable("number"))?;
    Ok(PageId { scan: row.parsed("scan")?, number })
}
