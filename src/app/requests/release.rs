//! Giving out the records that a request asks for, as one package with a manifest; nothing else, and not before it is recorded.

use std::fs::File;
use std::io::{Seek as _, Write as _};

use jiff::Timestamp;
use serde::Serialize;

use crate::app::give_back::{Shortfall, original_ending};
use crate::app::rights::no_such;
use crate::app::{App, AppError};
use crate::chart::facts::{AccessFact, ReleasedRecord, RequestFact};
use crate::chart::{
    Digest, DocumentId, DocumentType, Encounter, InScope, MOST_REQUESTED, PatientId, PersonId, RecordId,
    RequestAuthority, RequestId, RequestPurpose, RequestScope,
};
use crate::export::package::{PackageWriter, Packed};
use crate::store::{DocumentRecord, RecordRow, RequestRow, RequestState};

/// Number of the manifest's form.
const MANIFEST_SCHEMA: u32 = 1;
/// Name of the manifest in the package.
const MANIFEST: &str = "manifest.json";

/// In which form records are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseFormat {
    /// Searchable PDF/A.
    Pdf,
    /// The original bytes.
    Original,
}

/// A record of the patient, and whether the request asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedRecord {
    /// The record.
    pub record: RecordRow,
    /// Whether it is asked for.
    pub in_scope: InScope,
}

/// A package that was recorded as given out.
#[derive(Debug)]
pub struct Released {
    /// The package, a ZIP archive, from its beginning.
    pub file: File,
    /// SHA-256 of the manifest in it.
    pub manifest: Digest,
    /// The records in it.
    pub records: Vec<ReleasedRecord>,
}

#[derive(Serialize)]
struct Manifest<'a> {
    schema: u32,
    request: RequestId,
    patient: PatientId,
    purpose: RequestPurpose,
    authority: RequestAuthority,
    scope: &'a RequestScope,
    released_by: PersonId,
    made_at: Timestamp,
    files: Vec<ManifestFile>,
}

#[derive(Serialize)]
struct ManifestFile {
    file: String,
    bytes: u64,
    sha256: Digest,
    record: RecordId,
    version: u32,
    document: DocumentId,
    kind: DocumentType,
    encounters: Vec<Encounter>,
    /// Pages that could not be drawn.
    pages_missing: Vec<u32>,
    /// Pages without text.
    pages_without_text: Vec<u32>,
}

impl ReleaseFormat {
    /// Returns the name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Original => "original",
        }
    }
}

impl App {
    /// Returns the archived records of the patient of a request, each with whether it is asked for; notes who saw them.
    ///
    /// # Errors
    /// The person who asks may not answer it; the database failed.
    pub async fn requested_records(&self, id: RequestId) -> Result<Vec<RequestedRecord>, AppError> {
        let (row, person) = self.answerable(id).await?;
        self.note(person, AccessFact::ChartViewed { patient: row.patient }).await?;
        self.candidates(&row).await
    }

    /// Gives out records of a request: those that are `chosen`, or where none is, those that are plainly asked for.
    ///
    /// # Errors
    /// The person who asks may not answer it; a record is not asked for; a file cannot be made. Nothing was given out then.
    pub async fn release(
        &self,
        id: RequestId,
        chosen: &[RecordId],
        format: ReleaseFormat,
    ) -> Result<Released, AppError> {
        let (row, person) = self.answerable(id).await?;
        if !row.is_waiting() && row.state != RequestState::Released {
            return Err(AppError::Unfit(format!("this request is {} already", row.state.name())));
        }
        let records = chosen_of(self.candidates(&row).await?, chosen)?;
        let (file, manifest) = self.package(&row, &records, format, person).await?;
        let records: Vec<ReleasedRecord> =
            records.iter().map(|record| ReleasedRecord { record: record.id, version: record.version }).collect();
        let format = format.name().to_owned();
        self.tell_of_request(person, RequestFact::Released { request: id, records: records.clone(), format, manifest })
            .await?;
        Ok(Released { file, manifest, records })
    }

    async fn candidates(&self, row: &RequestRow) -> Result<Vec<RequestedRecord>, AppError> {
        let mut records = self.records_about(row.patient).await?;
        records.sort_by_key(|record| (record.encounters.iter().map(|one| one.from).min(), record.id));
        let judged = |record: RecordRow| {
            let in_scope = row.scope.covers(record.id, &record.encounters);
            RequestedRecord { record, in_scope }
        };
        Ok(records.into_iter().map(judged).collect())
    }

    /// Makes the package, in a nameless file beside the data: the system's temporary folder is everybody's.
    async fn package(
        &self,
        row: &RequestRow,
        records: &[RecordRow],
        format: ReleaseFormat,
        person: PersonId,
    ) -> Result<(File, Digest), AppError> {
        let failed = |cause| AppError::Write { what: "the package".into(), cause };
        let folder = &self.config.data.folder;
        let mut package = PackageWriter::new(tempfile::tempfile_in(folder).map_err(failed)?);
        let mut files = Vec::with_capacity(records.len());
        for (number, record) in (1..).zip(records) {
            let document = self.store.document(record.document).await?.ok_or_else(|| no_such("document"))?;
            let mut file = tempfile::tempfile_in(folder).map_err(failed)?;
            let (ending, shortfall) = self.file_of(&document, format, &mut file).await?;
            file.rewind().map_err(failed)?;
            let packed = package.add(&format!("{number:03}-{}.{ending}", record.id), file).map_err(failed)?;
            files.push(listed(record, document.id, packed, shortfall));
        }
        let manifest = Manifest {
            schema: MANIFEST_SCHEMA,
            request: row.id,
            patient: row.patient,
            purpose: row.purpose,
            authority: row.authority,
            scope: &row.scope,
            released_by: person,
            made_at: self.clock.now(),
            files,
        };
        let manifest = serde_json::to_vec_pretty(&manifest).map_err(|cause| failed(cause.into()))?;
        let digest = package.add(MANIFEST, manifest.as_slice()).map_err(failed)?.sha256;
        let mut file = package.finish().map_err(failed)?;
        file.rewind().map_err(failed)?;
        Ok((file, digest))
    }

    /// Writes the file of a record; returns its ending and what it lacks.
    async fn file_of(
        &self,
        document: &DocumentRecord,
        format: ReleaseFormat,
        file: &mut File,
    ) -> Result<(&'static str, Shortfall), AppError> {
        match format {
            ReleaseFormat::Pdf => Ok(("pdf", self.write_pdf(document, false, file).await?)),
            ReleaseFormat::Original => {
                self.write_original(document, &mut *file).await?;
                file.flush().map_err(|cause| AppError::Write { what: "the package".into(), cause })?;
                Ok((original_ending(&document.format), Shortfall::default()))
            }
        }
    }
}

/// Returns the records that are given out.
fn chosen_of(candidates: Vec<RequestedRecord>, chosen: &[RecordId]) -> Result<Vec<RecordRow>, AppError> {
    for record in chosen {
        let found = candidates.iter().find(|candidate| candidate.record.id == *record);
        match found.map(|candidate| candidate.in_scope) {
            Some(InScope::Yes | InScope::Unclear) => {}
            Some(InScope::No) => {
                return Err(AppError::Unfit(format!(
                    "record {record} is not what the request asks for: it is, or is also, of other encounters. Whoever \
                     asks can make a wider request"
                )));
            }
            None => return Err(no_such("record of this patient")),
        }
    }
    let is_chosen = |candidate: &RequestedRecord| match chosen {
        [] => candidate.in_scope == InScope::Yes,
        chosen => chosen.contains(&candidate.record.id),
    };
    let records: Vec<RecordRow> = candidates.into_iter().filter(is_chosen).map(|candidate| candidate.record).collect();
    match records.len() {
        0 => Err(AppError::Unfit(
            "no record is plainly what the request asks for: choose those that say nothing of encounters one by one, or \
             refuse the request"
                .into(),
        )),
        1..=MOST_REQUESTED => Ok(records),
        many => Err(AppError::Unfit(format!(
            "{many} records are more than the {MOST_REQUESTED} that are given out at once: choose some, then the others"
        ))),
    }
}

fn listed(record: &RecordRow, document: DocumentId, packed: Packed, shortfall: Shortfall) -> ManifestFile {
    let mut without_text = shortfall.without_result;
    without_text.extend(shortfall.without_text);
    without_text.sort_unstable();
    ManifestFile {
        file: packed.name,
        bytes: packed.bytes,
        sha256: packed.sha256,
        record: record.id,
        version: record.version,
        document,
        kind: record.kind.clone(),
        encounters: record.encounters.clone(),
        pages_missing: shortfall.not_drawn,
        pages_without_text: without_text,
    }
}
