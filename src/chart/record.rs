//! A record: one accepted document. What is said about it, who verified it, and `record.json`, the form it is kept in.
//!
//! `docs/record-json.md` describes the stored form for other programs.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    AutoAcceptRule, BatchId, Digest, DocumentId, DocumentType, Label, PageId, PatientRef, PersonId, PipelineStamp,
    QuarterTurns, RecordClass, RecordId,
};

/// Number of the form of `record.json`.
pub const RECORD_SCHEMA: u32 = 1;

/// Days that a patient was in care, at the facility.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Encounter {
    /// First day.
    pub from: Date,
    /// Last day; the same as the first for a visit; `None` while it goes on or is not known.
    pub to: Option<Date>,
}

/// What is said about one version of a record: everything that a person decides at acceptance. `Debug` redacts.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordDraft {
    /// The record.
    pub record: RecordId,
    /// Its version, from 1.
    pub version: u32,
    /// The document that it was made of.
    pub document: DocumentId,
    /// Batch that brought the document in.
    pub batch: BatchId,
    /// Name of that batch.
    pub batch_name: String,
    /// Name of the file that the document came in; it may name a patient.
    pub source_name: String,
    /// Whom it is about.
    pub patient: PatientRef,
    /// Its type.
    pub kind: DocumentType,
    /// The class that retention goes by.
    pub class: RecordClass,
    /// Its labels.
    pub labels: Vec<Label>,
    /// The encounters that it belongs to.
    pub encounters: Vec<Encounter>,
    /// A remark for other staff.
    pub note: Option<String>,
    /// Its pages in order.
    pub pages: Vec<RecordPage>,
    /// Why there is a version after the first.
    pub correction: Option<Correction>,
}

/// A page of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordPage {
    /// The page in its scan file.
    pub page: PageId,
    /// Whether it is left out of view and of `access.pdf`; the original has it all the same.
    pub hidden: bool,
    /// Clockwise turn for view, in degrees.
    pub turn: QuarterTurns,
    /// The pipeline that made its text; `None` when it could not be read.
    pub pipeline: Option<PipelineStamp>,
    /// Program and model that read it.
    pub engine: Option<String>,
}

/// Why a record has a further version. The originals of the version before stay as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The kind of reason.
    pub reason: CorrectionReason,
    /// A sentence for other staff.
    pub note: Option<String>,
}

/// The kinds of reasons for a further version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CorrectionReason {
    /// Labels, type, class or encounters were wrong.
    Labels,
    /// The patient's particulars were wrong; the patient was the right one.
    PatientParticulars,
    /// The record was filed with the wrong patient. The version before is "entered in error".
    WrongPatient,
    /// Pages of another record were among its pages. The version before is "entered in error".
    MisfiledPages,
    /// Pages came late and were added.
    LatePages,
    /// A page was turned, hidden or shown.
    View,
}

/// Who or what accepted a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verifier {
    /// A person who looked at it.
    Person(PersonId),
    /// A rule that persons have put into force.
    Rule(AutoAcceptRule),
}

/// Who verified a version, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// Who.
    pub by: Verifier,
    /// When.
    pub at: Timestamp,
    /// The second person who looked at it, where one did.
    pub second: Option<SecondReview>,
}

/// The approval of a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondReview {
    /// Who.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// One version of a record that was verified: the only thing that a deposit takes.
///
/// There are two ways to one: [`VerifiedRecord::accepted_by`] and [`VerifiedRecord::accepted_by_rule`].
#[derive(Debug, Clone, PartialEq)]
pub struct VerifiedRecord {
    draft: RecordDraft,
    verification: Verification,
}

impl VerifiedRecord {
    /// Makes a verified record out of a person's acceptance.
    pub const fn accepted_by(
        person: PersonId,
        at: Timestamp,
        second: Option<SecondReview>,
        draft: RecordDraft,
    ) -> Self {
        Self { draft, verification: Verification { by: Verifier::Person(person), at, second } }
    }

    /// Makes a verified record out of the acceptance by a named rule.
    pub const fn accepted_by_rule(
        rule: AutoAcceptRule,
        at: Timestamp,
        second: Option<SecondReview>,
        draft: RecordDraft,
    ) -> Self {
        Self { draft, verification: Verification { by: Verifier::Rule(rule), at, second } }
    }

    /// Returns what is said about it.
    pub const fn draft(&self) -> &RecordDraft {
        &self.draft
    }

    /// Returns who verified it.
    pub const fn verification(&self) -> &Verification {
        &self.verification
    }
}

/// `record.json`: one version of a record as the archive keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordDescription {
    /// Number of the form, [`RECORD_SCHEMA`].
    pub schema: u32,
    /// What is said about it.
    #[serde(rename = "description")]
    pub draft: RecordDraft,
    /// Who verified it.
    pub verification: Verification,
    /// The files below `original/`, in the order of the pages.
    pub originals: Vec<OriginalFile>,
    /// Pages that could not be drawn, and are missing in `access.pdf`.
    pub not_in_access: Vec<PageId>,
    /// Program and version that made the files.
    pub program: String,
}

/// A file below `original/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginalFile {
    /// Its path in the record, for example `original/0001.pdf`.
    pub path: String,
    /// Its digest.
    pub sha256: Digest,
    /// Its bytes.
    pub size: u64,
    /// Its format, for example `tiff`.
    pub format: String,
    /// The scan file that it is or was cut from.
    pub scan: Digest,
    /// When that scan file was received.
    pub received_at: Timestamp,
    /// What was done to the scan file.
    pub cut: Cut,
    /// The pages that it holds, in their order in the file.
    pub pages: Vec<PageId>,
}

/// How a file below `original/` came from its scan file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// It is the scan file, bit for bit.
    Whole,
    /// The pages were cut out; their image streams are the same bytes.
    Streams,
    /// Pages that share dictionaries were decoded and encoded again without loss; the pixels are the same.
    Lossless,
}

impl std::fmt::Debug for RecordDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecordDraft")
            .field("record", &self.record)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl CorrectionReason {
    /// Returns the name as it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Labels => "labels",
            Self::PatientParticulars => "patient-particulars",
            Self::WrongPatient => "wrong-patient",
            Self::MisfiledPages => "misfiled-pages",
            Self::LatePages => "late-pages",
            Self::View => "view",
        }
    }

    /// Says whether the version before the corrected one is "entered in error": for auditors only.
    pub const fn was_in_error(self) -> bool {
        matches!(self, Self::WrongPatient | Self::MisfiledPages)
    }
}

impl RecordDescription {
    /// Makes the description of a verified record.
    pub fn of(
        record: &VerifiedRecord,
        originals: Vec<OriginalFile>,
        not_in_access: Vec<PageId>,
        program: &str,
    ) -> Self {
        Self {
            schema: RECORD_SCHEMA,
            draft: record.draft.clone(),
            verification: record.verification.clone(),
            originals,
            not_in_access,
            program: program.to_owned(),
        }
    }
}
