//! The work of a destruction, object by object: an intent is committed before each deletion, its result after it.
//!
//! An intent is refused once a hold covers the record. Every writer of the ledger, a hold as well, waits for the ledger's
//! lock, which an intent takes too: so either the hold comes first and the object stays, or the intent does, and
//! [`Store::outstanding_intents`] names it to whoever places the hold.

use jiff::Timestamp;
use jiff::civil::Date;

use super::engine::{Store, Transaction};
use super::error::{StoreError, refused};
use super::values::{Row, values};
use super::{ledger, outbox};
use crate::chart::facts::{DisposalFact, RemovedObject};
use crate::chart::{Actor, Digest, DisposalId, Fact, HoldId, PageId, PageNumber, RecordId};

/// What came of asking whether an object may be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// It may be; that is committed.
    Given,
    /// A hold covers the record.
    Held(Vec<HoldId>),
}

/// An object of a record that is being destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectToRemove {
    /// The object.
    pub object: RemovedObject,
    /// Whether an intent was committed: it may be gone already.
    pub intended: bool,
}

impl Store {
    /// Returns the objects of a record that are not known to be gone, in the order in which they go: the one whose deletion
    /// was begun first.
    pub async fn objects_to_remove(
        &self,
        disposal: DisposalId,
        record: RecordId,
    ) -> Result<Vec<ObjectToRemove>, StoreError> {
        let sql = "SELECT place, key, version, size, state FROM disposal_objects
             WHERE disposal = $1 AND record = $2 AND state <> 'gone' ORDER BY state, place, key DESC, version";
        let read =
            |row: &Row| Ok(ObjectToRemove { object: read_object(row)?, intended: row.text("state")? == "intended" });
        self.rows(sql, values![disposal, record]).await?.iter().map(read).collect()
    }

    /// Commits the intent to delete an object, unless a hold covers the record by now or its last day is not over.
    ///
    /// # Errors
    /// The record is not being destroyed, or must be kept ([`StoreError::Refused`]); the database failed.
    pub async fn intend(
        &self,
        disposal: DisposalId,
        record: RecordId,
        object: &RemovedObject,
        today: Date,
        now: Timestamp,
    ) -> Result<Intent, StoreError> {
        let mut transaction = self.begin().await?;
        // Nobody places a hold while this is held.
        ledger::lock(&mut transaction).await?;
        let sql = "SELECT last_day FROM disposal_records WHERE disposal = $1 AND record = $2 AND state = 'begun'";
        let row = transaction.row(sql, values![disposal, record]).await?;
        let last_day: Date = row.ok_or_else(|| refused("the record is not being destroyed"))?.parsed("last_day")?;
        if last_day >= today {
            return Err(refused("the record must be kept: its last day is not over"));
        }
        let holds = holds_on(&mut transaction, record).await?;
        if !holds.is_empty() {
            return Ok(Intent::Held(holds));
        }
        let sql = "UPDATE disposal_objects SET state = 'intended', hold_checked_at = $6
             WHERE disposal = $1 AND record = $2 AND place = $3 AND key = $4 AND version = $5 AND state <> 'gone'";
        let RemovedObject { place, key, version, .. } = object;
        let values = values![disposal, record, place.as_str(), key.as_str(), version.as_str(), now];
        if transaction.execute(sql, values).await? == 0 {
            return Err(refused("the object is not listed for removal"));
        }
        transaction.commit().await?;
        Ok(Intent::Given)
    }

    /// Records whether an object for which there was an intent is gone, or still there.
    pub async fn settle(
        &self,
        disposal: DisposalId,
        record: RecordId,
        object: &RemovedObject,
        gone_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE disposal_objects SET state = $6, gone_at = $7
             WHERE disposal = $1 AND record = $2 AND place = $3 AND key = $4 AND version = $5";
        let state = if gone_at.is_some() { "gone" } else { "listed" };
        let gone = gone_at.map_or(super::values::Value::Integer(None), super::values::Value::from);
        let RemovedObject { place, key, version, .. } = object;
        let mut values = values![disposal, record, place.as_str(), key.as_str(), version.as_str(), state];
        values.push(gone);
        self.execute(sql, values).await.map(drop)
    }

    /// Records that everything of a record is gone.
    ///
    /// # Errors
    /// An object is not known to be gone ([`StoreError::Refused`]); the database failed.
    pub async fn finish_record(
        &self,
        actor: Actor,
        at: Timestamp,
        disposal: DisposalId,
        record: RecordId,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let sql = "SELECT key FROM disposal_objects WHERE disposal = $1 AND record = $2 AND state <> 'gone' LIMIT 1";
        if transaction.row(sql, values![disposal, record]).await?.is_some() {
            return Err(refused("objects of the record are not gone yet"));
        }
        let fact = Fact::Disposal(DisposalFact::Destroyed { disposal, record });
        ledger::record(&mut transaction, actor, at, &[fact]).await?;
        transaction.commit().await
    }

    /// Returns the objects of a record whose deletion was begun and is not known to be over. Whoever places a hold waits
    /// until there are none, or tells of them.
    pub async fn outstanding_intents(&self, record: RecordId) -> Result<Vec<RemovedObject>, StoreError> {
        let sql = "SELECT place, key, version, size FROM disposal_objects
             WHERE record = $1 AND state = 'intended' ORDER BY place, key, version";
        self.rows(sql, values![record]).await?.iter().map(read_object).collect()
    }

    /// Returns the objects of a record that were removed.
    pub async fn removed_objects(
        &self,
        disposal: DisposalId,
        record: RecordId,
    ) -> Result<Vec<RemovedObject>, StoreError> {
        let sql = "SELECT place, key, version, size FROM disposal_objects
             WHERE disposal = $1 AND record = $2 AND state = 'gone' ORDER BY place, key, version";
        self.rows(sql, values![disposal, record]).await?.iter().map(read_object).collect()
    }

    /// Returns the scans of which a record has pages: those that hold nothing else any more, and those that stay.
    pub async fn scans_to_remove(&self, record: RecordId) -> Result<(Vec<Digest>, Vec<Digest>), StoreError> {
        let (mut go, mut stay) = (Vec::new(), Vec::new());
        let sql = "SELECT DISTINCT scan FROM record_scans WHERE record = $1 ORDER BY scan";
        for row in self.rows(sql, values![record]).await? {
            let scan: Digest = row.parsed("scan")?;
            // Pages that somebody else needs: not this record's, not rejected, not destroyed before.
            let sql = "SELECT pages.number FROM pages
                 LEFT JOIN document_pages ON document_pages.scan = pages.scan AND document_pages.number = pages.number
                 LEFT JOIN documents ON documents.id = document_pages.document
                 LEFT JOIN records ON records.id = documents.record
                 WHERE pages.scan = $1 AND pages.work <> 'rejected'
                    AND (documents.id IS NULL OR (documents.state <> 'rejected'
                        AND (records.id IS NULL OR (records.id <> $2 AND records.state <> 'destroyed')))) LIMIT 1";
            if self.row(sql, values![scan, record]).await?.is_none() { go.push(scan) } else { stay.push(scan) }
        }
        Ok((go, stay))
    }

    /// Returns the keys of the page results that only a record's documents need.
    pub async fn results_to_remove(&self, record: RecordId) -> Result<Vec<String>, StoreError> {
        let sql = format!("SELECT results.object_key {OWN_RESULTS} ORDER BY results.object_key");
        self.rows(sqlx::AssertSqlSafe(sql), values![record]).await?.iter().map(|row| row.text("object_key")).collect()
    }
}

/// Results of pages that stand in documents of the record `$1` and in no other that lives.
const OWN_RESULTS: &str = "FROM results WHERE EXISTS (
        SELECT 1 FROM document_pages JOIN documents ON documents.id = document_pages.document
        WHERE document_pages.scan = results.scan AND document_pages.number = results.number AND documents.record = $1)
    AND NOT EXISTS (
        SELECT 1 FROM document_pages JOIN documents ON documents.id = document_pages.document
            LEFT JOIN records ON records.id = documents.record
        WHERE document_pages.scan = results.scan AND document_pages.number = results.number
            AND (documents.record IS NULL OR documents.record <> $1)
            AND (records.state IS NULL OR records.state <> 'destroyed'))";

/// Lists objects that are to be removed.
pub(super) async fn list(
    transaction: &mut Transaction,
    disposal: DisposalId,
    record: RecordId,
    objects: &[RemovedObject],
) -> Result<(), StoreError> {
    for object in objects {
        let size = i64::try_from(object.size).map_err(|_| StoreError::unreadable("size"))?;
        let sql = "INSERT INTO disposal_objects (disposal, record, place, key, version, size, state)
             VALUES ($1, $2, $3, $4, $5, $6, 'listed') ON CONFLICT DO NOTHING";
        let (place, key, version) = (object.place.as_str(), object.key.as_str(), object.version.as_str());
        transaction.execute(sql, values![disposal, record, place, key, version, size]).await?;
    }
    Ok(())
}

/// Returns the holds that cover a record and are not released.
pub(super) async fn holds_on(transaction: &mut Transaction, record: RecordId) -> Result<Vec<HoldId>, StoreError> {
    let sql = "SELECT holds.id FROM hold_members JOIN holds ON holds.id = hold_members.hold
         WHERE hold_members.record = $1 AND holds.released_at IS NULL ORDER BY holds.id";
    transaction.rows(sql, values![record]).await?.iter().map(|row| row.parsed("id")).collect()
}

/// Forgets every text that the database has of a destroyed record, and tells the index.
pub(super) async fn forget(transaction: &mut Transaction, record: RecordId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "SELECT document_pages.scan, document_pages.number FROM document_pages
         JOIN documents ON documents.id = document_pages.document WHERE documents.record = $1
         ORDER BY document_pages.scan, document_pages.number";
    for row in transaction.rows(sql, values![record]).await? {
        let number = PageNumber::new(row.count("number")?).ok_or_else(|| StoreError::unreadable("number"))?;
        outbox::queue(transaction, PageId { scan: row.parsed("scan")?, number }, at).await?;
    }
    let results = format!("DELETE {OWN_RESULTS}");
    transaction.execute(sqlx::AssertSqlSafe(results), values![record]).await?;
    for sql in [
        "DELETE FROM computations WHERE record = $1",
        "UPDATE documents SET note = NULL, desk_reason = NULL WHERE record = $1",
        "DELETE FROM drafts WHERE document IN (SELECT id FROM documents WHERE record = $1)",
        "DELETE FROM rekeyings WHERE record = $1",
        "UPDATE tickets SET note = '' WHERE document IN (SELECT id FROM documents WHERE record = $1)",
        // A name of a file may be a patient's; it goes with the last document that came in that file.
        "UPDATE deliveries SET source_name = '' WHERE id IN (SELECT delivery FROM documents WHERE record = $1)
            AND NOT EXISTS (SELECT 1 FROM documents LEFT JOIN records ON records.id = documents.record
                WHERE documents.delivery = deliveries.id AND (records.state IS NULL OR records.state <> 'destroyed'))",
        "DELETE FROM patients WHERE id IN (SELECT patient FROM record_versions WHERE record = $1)
            AND NOT EXISTS (SELECT 1 FROM record_versions JOIN records ON records.id = record_versions.record
                WHERE record_versions.patient = patients.id AND records.state <> 'destroyed')",
        "DELETE FROM patient_keys WHERE patient IN (SELECT patient FROM record_versions WHERE record = $1)
            AND NOT EXISTS (SELECT 1 FROM patients WHERE patients.id = patient_keys.patient)",
    ] {
        transaction.execute(sql, values![record]).await?;
    }
    Ok(())
}

fn read_object(row: &Row) -> Result<RemovedObject, StoreError> {
    Ok(RemovedObject {
        place: row.text("place")?,
        key: row.text("key")?,
        version: row.text("version")?,
        size: row.size("size")?,
    })
}
