//! Which scan files the intake area no longer needs: every page is archived or rejected, and the time to dispute it is over.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::ledger;
use super::values::values;
use crate::chart::facts::RecordFact;
use crate::chart::{Actor, Digest, Fact, PersonId, RecordId};

/// A scan file that was opened and not purged, and what stands against purging it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurgeCandidate {
    /// The scan.
    pub scan: Digest,
    /// Its bytes.
    pub size: u64,
    /// Key of its copy without encryption.
    pub decrypted_key: Option<String>,
    /// What stands against it; `None` when nothing in the database does.
    pub obstacle: Option<PurgeObstacle>,
}

/// What stands against purging a scan file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PurgeObstacle {
    /// Pages that nobody has decided about, or that wait for their deposit.
    PagesUndecided,
    /// Pages that are in no document.
    PagesNowhere,
    /// The time to dispute what was decided is not over.
    InDispute,
}

impl Store {
    /// Returns the next `limit` scan files after `after`, in the order of their digests, with what stands against
    /// purging each. What was decided before `disputed_since` is beyond dispute.
    pub async fn purge_candidates(
        &self,
        after: Option<Digest>,
        limit: u32,
        disputed_since: Timestamp,
    ) -> Result<Vec<PurgeCandidate>, StoreError> {
        let sql = "SELECT scans.digest, scans.size, scans.decrypted_key,
                (SELECT count(*) FROM pages WHERE pages.scan = scans.digest AND NOT EXISTS
                    (SELECT 1 FROM document_pages WHERE document_pages.scan = pages.scan
                        AND document_pages.number = pages.number)) AS nowhere,
                (SELECT count(*) FROM document_pages JOIN documents ON documents.id = document_pages.document
                    WHERE document_pages.scan = scans.digest
                        AND documents.state NOT IN ('archived', 'rejected')) AS undecided,
                (SELECT count(*) FROM document_pages JOIN documents ON documents.id = document_pages.document
                    JOIN deposits ON deposits.record = documents.record
                    WHERE document_pages.scan = scans.digest AND deposits.state <> 'done') AS waiting,
                (SELECT max(documents.changed_at) FROM document_pages
                    JOIN documents ON documents.id = document_pages.document
                    WHERE document_pages.scan = scans.digest) AS changed
             FROM scans
             WHERE scans.state = 'opened' AND scans.digest > $1
                AND NOT EXISTS (SELECT 1 FROM purged_scans WHERE purged_scans.scan = scans.digest)
             ORDER BY scans.digest LIMIT $2";
        let after = after.map_or_else(String::new, |digest| digest.to_string());
        let rows = self.rows(sql, values![after, limit]).await?;
        let candidates = rows.iter().map(|row| {
            let in_dispute = row.optional_time("changed")?.is_none_or(|changed| changed >= disputed_since);
            let obstacle = match (row.size("undecided")? + row.size("waiting")?, row.size("nowhere")?) {
                (1.., _) => Some(PurgeObstacle::PagesUndecided),
                (0, 1..) => Some(PurgeObstacle::PagesNowhere),
                (0, 0) => in_dispute.then_some(PurgeObstacle::InDispute),
            };
            Ok(PurgeCandidate {
                scan: row.parsed("digest")?,
                size: row.size("size")?,
                decrypted_key: row.optional_text("decrypted_key")?,
                obstacle,
            })
        });
        candidates.collect()
    }

    /// Returns the records that any version of has pages of a scan, whatever their state.
    pub async fn records_with_scan(&self, scan: Digest) -> Result<Vec<RecordId>, StoreError> {
        let sql = "SELECT DISTINCT record FROM record_scans WHERE scan = $1 ORDER BY record";
        self.rows(sql, values![scan]).await?.iter().map(|row| row.parsed("record")).collect()
    }

    /// Tells the ledger that a scan file was purged.
    pub async fn record_purge(&self, person: PersonId, scan: Digest, now: Timestamp) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let fact = Fact::Record(RecordFact::ScanPurged { scan });
        ledger::record(&mut transaction, Actor::Person(person), now, &[fact]).await?;
        transaction.execute("UPDATE scans SET decrypted_key = NULL WHERE digest = $1", values![scan]).await?;
        transaction.commit().await
    }

    /// Says when a scan file was purged from the intake area.
    pub async fn purged_at(&self, scan: Digest) -> Result<Option<Timestamp>, StoreError> {
        let row = self.row("SELECT purged_at FROM purged_scans WHERE scan = $1", values![scan]).await?;
        row.map(|row| row.time("purged_at")).transpose()
    }
}
