//! Documents, records and charts as somebody may see them who reads: nothing of what is not theirs, and of what was entered
//! in error only that it was.

use jiff::civil::Date;

use super::rights::{Reader, no_such};
use super::{App, AppError};
use crate::chart::{Batch, DocumentId, DocumentState, LastDay, PatientId, RecordDescription, RecordDraft, RecordId};
use crate::retention::{Plan, Reason};
use crate::store::{DocumentPage, DocumentRecord, RecordRow, RecordState, VersionRow};

/// A document with its pages. `Debug` is left out: it holds patient data.
pub struct DocumentSeen {
    /// The document.
    pub document: DocumentRecord,
    /// Its batch.
    pub batch: Batch,
    /// Its pages in order, hidden ones included, each with the size at which it is shown.
    pub pages: Vec<DocumentPage>,
    /// What was decided about the record that it became.
    pub description: Option<RecordDraft>,
    /// That record.
    pub record: Option<RecordRow>,
}

/// A record with everything about it. `Debug` is left out: it holds patient data.
pub struct RecordSeen {
    /// The record.
    pub record: RecordRow,
    /// The document that it was made of.
    pub seen: DocumentSeen,
    /// Its versions, those entered in error only for those who may see them.
    pub versions: Vec<(VersionRow, Option<RecordDraft>)>,
    /// Versions that were entered in error.
    pub in_error: usize,
    /// `record.json` of its newest version in the archive.
    pub provenance: Option<RecordDescription>,
    /// How long it is kept, and why.
    pub retention: Plan,
}

/// One line of a chart. `Debug` is left out: it holds patient data.
pub struct ChartLine {
    /// The record.
    pub record: RecordRow,
    /// Its document.
    pub document: DocumentRecord,
    /// Its date: the first day of its encounters, or else that of receipt.
    pub dated: Date,
    /// What was decided about it.
    pub description: Option<RecordDraft>,
}

impl App {
    /// Returns a document as `reader` may see it.
    ///
    /// # Errors
    /// There is none for them; the database failed.
    pub async fn see_document(&self, reader: &Reader, id: DocumentId) -> Result<DocumentSeen, AppError> {
        let document = self.readable_document(reader, id).await?;
        let (DocumentState::Verified { record, .. } | DocumentState::Archived { record, .. }) = document.state else {
            return self.with_pages(document, None).await;
        };
        let row = self.store.archive_record(record).await?;
        if row.as_ref().is_some_and(|row| row.state == RecordState::Destroyed) {
            return Err(no_such("document"));
        }
        self.with_pages(document, row).await
    }

    /// Returns a record as `reader` may see it, with the reasons for how long it is kept.
    ///
    /// # Errors
    /// There is none for them; the database or the archive failed.
    pub async fn see_record(&self, reader: &Reader, id: RecordId) -> Result<RecordSeen, AppError> {
        let row = self.store.archive_record(id).await?.ok_or_else(|| no_such("record"))?;
        if matches!(row.state, RecordState::Destroyed | RecordState::Withdrawn) {
            return Err(no_such("record"));
        }
        let document = self.readable_document(reader, row.document).await.map_err(|cause| match cause {
            AppError::NotFound(_) => no_such("record"),
            cause => cause,
        })?;
        let (mut versions, mut in_error) = (Vec::new(), 0);
        for version in self.store.record_versions(id).await? {
            if version.state == RecordState::Withdrawn {
                continue;
            }
            in_error += usize::from(version.in_error);
            // Of what was entered in error, its patient must not be named to those who see this one.
            if version.in_error && !reader.sees_errors() {
                continue;
            }
            let description = self.store.description(id, version.version).await?;
            versions.push((version, description));
        }
        let retention = self.plan_of(id, &self.basis(None).await?).await?;
        let provenance = if row.state == RecordState::Archived { self.provenance(id).await } else { None };
        let seen = self.with_pages(document, Some(row.clone())).await?;
        Ok(RecordSeen { record: row, seen, versions, in_error, provenance, retention })
    }

    /// Returns the records of a patient that `reader` may see, in the order of their dates.
    ///
    /// # Errors
    /// There is none for them: whether there is such a patient is not said; the database failed.
    pub async fn see_chart(&self, reader: &Reader, patient: PatientId) -> Result<Vec<ChartLine>, AppError> {
        let mut lines = Vec::new();
        for merged in self.store.merged_patients(patient).await? {
            for record in self.store.records_of_patient(merged).await? {
                if !matches!(record.state, RecordState::Waiting | RecordState::Archived) {
                    continue;
                }
                let Some(document) = self.store.document(record.document).await? else { continue };
                if !reader.may_read(document.id, document.batch) {
                    continue;
                }
                let description = self.store.description(record.id, record.version).await?;
                let received = document.opened_at.to_zoned(self.zone()).date();
                let dated = record.encounters.iter().map(|one| one.from).min().unwrap_or(received);
                lines.push(ChartLine { record, document, dated, description });
            }
        }
        if lines.is_empty() {
            return Err(no_such("patient"));
        }
        lines.sort_by_key(|line| (line.dated, line.record.id));
        Ok(lines)
    }

    /// Returns what may be said about how long a record is kept: the matters of holds only to those who may look at holds.
    pub fn retention_said(&self, plan: &Plan, all: bool) -> Vec<String> {
        let mut said = plan.computation.explanation.clone();
        said.extend(plan.reasons.iter().map(|reason| match reason {
            Reason::Held { .. } if !all => "a hold keeps it".to_owned(),
            reason => reason.to_string(),
        }));
        said
    }

    /// Returns the last day that a record is kept, in words.
    pub fn kept_until(plan: &Plan) -> Option<Date> {
        match plan.computation.last_day {
            LastDay::On(day) => Some(day),
            LastDay::Indefinite => None,
        }
    }

    async fn with_pages(&self, document: DocumentRecord, record: Option<RecordRow>) -> Result<DocumentSeen, AppError> {
        let batch = self.store.batch(document.batch).await?.ok_or_else(|| no_such("document"))?;
        let pages = self.shown_pages(document.id).await?;
        let description = match &record {
            Some(record) => self.store.description(record.id, record.version).await?,
            None => None,
        };
        Ok(DocumentSeen { document, batch, pages, description, record })
    }

    /// Reads `record.json` out of the archive; what cannot be read is logged and left out.
    async fn provenance(&self, record: RecordId) -> Option<RecordDescription> {
        let read = async {
            let root = crate::archive::ocfl::Root::existing(self.vault.clone()).await?;
            crate::archive::describe(&root, record, None).await
        };
        read.await.inspect_err(|cause| tracing::warn!(%record, %cause, "a record's description cannot be read")).ok()
    }
}
