//! The deposit of a record: what was verified, with its files, becomes a version of an OCFL object.

use std::fs::File;

use super::Lock;
use super::ocfl::{Author, Deposited, LogicalPath, OcflError, Original, RecordVersion, Root, VersionNumber};
use crate::chart::{CorrectionReason, OriginalFile, RecordDescription, RecordId, VerifiedRecord};

/// Path of what is said about a record.
pub const RECORD_JSON: &str = "record.json";
/// Path of the text of a record: JSON in parts that are compressed each by itself.
pub const TEXT_JSON: &str = "text.json.zst";
/// Path of the searchable copy of a record.
pub const ACCESS_PDF: &str = "access.pdf";
/// Folder of the originals.
pub const ORIGINALS: &str = "original";
/// Longest `record.json`, in bytes.
const LONGEST_DESCRIPTION: u64 = 64 << 20;

/// The files of a version, ready to be deposited.
#[derive(Debug)]
pub struct RecordFiles {
    /// The originals with their descriptions.
    pub originals: Vec<(OriginalFile, File)>,
    /// Copies without encryption, beside encrypted originals: their paths and bytes.
    pub decrypted: Vec<(String, File)>,
    /// [`TEXT_JSON`].
    pub text: File,
    /// [`ACCESS_PDF`]; `None` when no page can be drawn.
    pub access: Option<File>,
    /// Pages that the searchable copy lacks.
    pub not_in_access: Vec<crate::chart::PageId>,
}

/// Deposits a verified record. The same call finishes what a crash has interrupted.
///
/// # Errors
/// The version is there with other files, an earlier one is missing, or the location failed.
pub async fn deposit(
    root: &Root,
    record: &VerifiedRecord,
    files: RecordFiles,
    author: Author,
    program: &str,
    lock: Option<Lock>,
) -> Result<Deposited, OcflError> {
    let draft = record.draft();
    let number = VersionNumber::new(draft.version).unwrap_or(VersionNumber::FIRST);
    let begun_by = begun_by(root, draft.record, number).await?;
    let program = begun_by.as_deref().unwrap_or(program);
    let (described, bytes): (Vec<OriginalFile>, Vec<File>) = files.originals.into_iter().unzip();
    let description = RecordDescription::of(record, described, files.not_in_access, program);
    let json = serde_json::to_vec_pretty(&description).map_err(|cause| {
        OcflError::Archive(super::ArchiveError::Failed { key: RECORD_JSON.into(), cause: cause.to_string() })
    })?;
    let mut contents = vec![(LogicalPath::new(RECORD_JSON)?, Original::Bytes(json.into()))];
    for (original, file) in description.originals.iter().zip(bytes) {
        contents.push((LogicalPath::new(&original.path)?, Original::File(file)));
    }
    for (path, file) in files.decrypted {
        contents.push((LogicalPath::new(&path)?, Original::File(file)));
    }
    contents.push((LogicalPath::new(TEXT_JSON)?, Original::File(files.text)));
    if let Some(access) = files.access {
        contents.push((LogicalPath::new(ACCESS_PDF)?, Original::File(access)));
    }
    let message = draft.correction.as_ref().map_or("verified", |correction| message(correction.reason));
    root.deposit(RecordVersion {
        record: draft.record,
        number,
        message: message.to_owned(),
        author,
        // Known before the first try: a repeated one makes the same version.
        at: record.verification().at,
        files: contents,
        lock,
    })
    .await
}

/// Returns the program that began this deposit, where one did and was interrupted. `record.json` names the program that made
/// the deposit; another version of it that finishes what this one began must make the same file.
async fn begun_by(root: &Root, record: RecordId, number: VersionNumber) -> Result<Option<String>, OcflError> {
    let bytes = root.begun(record, number, &LogicalPath::new(RECORD_JSON)?, LONGEST_DESCRIPTION).await?;
    let description = bytes.and_then(|bytes| serde_json::from_slice::<RecordDescription>(&bytes).ok());
    Ok(description.map(|description| description.program))
}

/// Says why there is a further version; never a person's own words, which may name a patient.
const fn message(reason: CorrectionReason) -> &'static str {
    match reason {
        CorrectionReason::Labels => "correction: labels",
        CorrectionReason::PatientParticulars => "correction: patient's particulars",
        CorrectionReason::WrongPatient => "correction: filed with the wrong patient",
        CorrectionReason::MisfiledPages => "correction: pages of another record removed",
        CorrectionReason::LatePages => "correction: late pages added",
        CorrectionReason::View => "correction: view of pages",
    }
}
