//! Grants, and whose work each batch is: what rights to read are made of besides roles.

use jiff::Timestamp;

use super::engine::Store;
use super::error::StoreError;
use super::values::{Row, stored_names, values};
use crate::chart::facts::{GrantKind, GrantScope};
use crate::chart::{BatchId, DocumentId, GrantId, PageId, PatientId, PersonId, RecordId};

/// Documents that the grants of one person may come to.
const MOST_GRANTED: u32 = 20_000;

/// A grant as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    /// Identity.
    pub id: GrantId,
    /// Who may.
    pub person: PersonId,
    /// How it came about.
    pub kind: GrantKind,
    /// What they may read.
    pub scope: GrantScope,
    /// Why.
    pub reason: String,
    /// Who granted it.
    pub granted_by: PersonId,
    /// When.
    pub granted_at: Timestamp,
    /// From when on not any more.
    pub until: Timestamp,
    /// When it was ended before its time.
    pub revoked_at: Option<Timestamp>,
}

/// What the grants of a person come to at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantedDocuments {
    /// Whether everything was granted: an administrator has said why.
    pub everything: bool,
    /// The documents whose archived records were granted.
    pub documents: Vec<DocumentId>,
}

stored_names!(GrantKind { Given = "given", Case = "case", Declared = "declared" });

impl Store {
    /// Returns up to `limit` grants that begin after `after`, of `person` or of all: those in force, or with `ended` all.
    pub async fn grants(
        &self,
        person: Option<PersonId>,
        ended: bool,
        now: Timestamp,
        after: Option<GrantId>,
        limit: u32,
    ) -> Result<Vec<GrantRow>, StoreError> {
        let sql =
            "SELECT * FROM grants WHERE ($1 = '' OR person = $1) AND ($2 OR (revoked_at IS NULL AND until_at > $3))
                AND id > $4 ORDER BY id LIMIT $5";
        let person = person.map_or_else(String::new, |id| id.to_string());
        let after = after.map_or_else(String::new, |id| id.to_string());
        self.rows(sql, values![person, ended, now, after, limit]).await?.iter().map(read).collect()
    }

    /// Returns the grant with this id.
    pub async fn grant(&self, id: GrantId) -> Result<Option<GrantRow>, StoreError> {
        self.row("SELECT * FROM grants WHERE id = $1", values![id]).await?.as_ref().map(read).transpose()
    }

    /// Returns what the grants of a person come to now, with `emergencies` also what they opened in one; patients that were
    /// merged are one.
    ///
    /// # Errors
    /// They come to more documents than one question can be asked about; the database failed.
    pub async fn granted_documents(
        &self,
        person: PersonId,
        emergencies: bool,
        now: Timestamp,
    ) -> Result<GrantedDocuments, StoreError> {
        let mut granted = GrantedDocuments::default();
        let grants = self.grants(Some(person), false, now, None, MOST_GRANTED).await?;
        let mut scopes: Vec<GrantScope> = grants.into_iter().map(|grant| grant.scope).collect();
        // What they opened in an emergency is theirs to read for a while, too.
        let sql = "SELECT patient FROM emergencies WHERE person = $1 AND until > $2 AND $4 LIMIT $3";
        for row in self.rows(sql, values![person, now, MOST_GRANTED, emergencies]).await? {
            scopes.push(GrantScope::Patient(row.parsed("patient")?));
        }
        for scope in scopes {
            let rows = match scope {
                GrantScope::Everything => {
                    granted.everything = true;
                    continue;
                }
                GrantScope::Record(record) => {
                    let sql = "SELECT documents.id FROM documents JOIN records ON records.id = documents.record
                         WHERE records.id = $1 AND records.state = 'archived'";
                    self.rows(sql, values![record]).await?
                }
                GrantScope::Patient(patient) => {
                    let sql = "SELECT documents.id FROM documents JOIN records ON records.id = documents.record
                         WHERE records.state = 'archived' AND records.patient = $1 LIMIT $2";
                    let mut rows = Vec::new();
                    for merged in self.merged_patients(patient).await? {
                        rows.append(&mut self.rows(sql, values![merged, MOST_GRANTED]).await?);
                    }
                    rows
                }
            };
            for row in &rows {
                granted.documents.push(row.parsed("id")?);
            }
        }
        granted.documents.sort_unstable();
        granted.documents.dedup();
        granted.documents.truncate(MOST_GRANTED as usize);
        Ok(granted)
    }

    /// Returns the batches that are the work of others only.
    pub async fn batches_of_others(&self, person: PersonId) -> Result<Vec<BatchId>, StoreError> {
        let sql = "SELECT DISTINCT batch FROM batch_staff
             WHERE batch NOT IN (SELECT batch FROM batch_staff WHERE person = $1) ORDER BY batch";
        self.rows(sql, values![person]).await?.iter().map(|row| row.parsed("batch")).collect()
    }

    /// Returns the people whose work a batch is; nobody: it is that of all technicians and reviewers.
    pub async fn batch_staff(&self, batch: BatchId) -> Result<Vec<PersonId>, StoreError> {
        let sql = "SELECT person FROM batch_staff WHERE batch = $1 ORDER BY person";
        self.rows(sql, values![batch]).await?.iter().map(|row| row.parsed("person")).collect()
    }

    /// Returns the documents in the samples of lots that nobody has decided about.
    pub async fn sampled_documents(&self) -> Result<Vec<DocumentId>, StoreError> {
        let sql = "SELECT DISTINCT records.document FROM lot_records JOIN lots ON lots.id = lot_records.lot
                JOIN records ON records.id = lot_records.record
             WHERE lots.state = 'open' AND lot_records.sampled <> 'no' ORDER BY records.document LIMIT $1";
        self.rows(sql, values![MOST_GRANTED]).await?.iter().map(|row| row.parsed("document")).collect()
    }

    /// Returns the documents that show a page, each with its batch and the page's place; not those that were split, nor what was destroyed.
    pub async fn documents_of_page(&self, page: PageId) -> Result<Vec<(DocumentId, BatchId, u32)>, StoreError> {
        let sql = "SELECT documents.id, documents.batch, document_pages.position FROM document_pages
                JOIN documents ON documents.id = document_pages.document
                LEFT JOIN records ON records.id = documents.record
             WHERE document_pages.scan = $1 AND document_pages.number = $2 AND documents.state <> 'split'
                AND (records.id IS NULL OR records.state <> 'destroyed') ORDER BY documents.id";
        let rows = self.rows(sql, values![page.scan, page.number]).await?;
        rows.iter().map(|row| Ok((row.parsed("id")?, row.parsed("batch")?, row.count("position")?))).collect()
    }
}

fn read(row: &Row) -> Result<GrantRow, StoreError> {
    let (patient, record): (Option<PatientId>, Option<RecordId>) =
        (row.optional_parsed("patient")?, row.optional_parsed("record")?);
    let scope = match (patient, record) {
        (Some(patient), _) => GrantScope::Patient(patient),
        (None, Some(record)) => GrantScope::Record(record),
        (None, None) => GrantScope::Everything,
    };
    Ok(GrantRow {
        id: row.parsed("id")?,
        person: row.parsed("person")?,
        kind: row.parsed("kind")?,
        scope,
        reason: row.text("reason")?,
        granted_by: row.parsed("granted_by")?,
        granted_at: row.time("granted_at")?,
        until: row.time("until_at")?,
        revoked_at: row.optional_time("revoked_at")?,
    })
}
