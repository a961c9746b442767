//! Records: accepted, rejected, deposited, corrected, entered in error. By ids and dates; labels and patients are told in
//! `record.json` only.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::chart::{
    AutoAcceptRule, CorrectionReason, Digest, DocumentId, DocumentType, Encounter, PatientId, RecordClass, RecordId,
    RejectionReason,
};

/// Records: accepted, rejected, deposited, corrected, entered in error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordFact {
    /// A version was accepted: by the entry's person, or by a rule. The first version makes the record.
    Accepted(Acceptance),
    /// The acceptance was taken back within its undo window. A record whose first version it was is gone.
    Undone {
        /// The record.
        record: RecordId,
        /// The version.
        version: u32,
    },
    /// A version that was accepted is given up: what was said about it is neither in the archive nor in the database that was
    /// made again.
    GivenUp {
        /// The record.
        record: RecordId,
        /// The version.
        version: u32,
    },
    /// A second person looked at a version: approved it, or returned it to whoever verified it.
    Reviewed {
        /// The record.
        record: RecordId,
        /// The version.
        version: u32,
        /// Whether it was approved.
        approved: bool,
    },
    /// A document was rejected: it will not be archived.
    Rejected {
        /// The document.
        document: DocumentId,
        /// Why.
        reason: RejectionReason,
        /// Its pages.
        pages: u32,
    },
    /// The rejection of a document was taken back.
    RejectionUndone {
        /// The document.
        document: DocumentId,
    },
    /// A version is in the archive.
    Deposited {
        /// The record.
        record: RecordId,
        /// The version.
        version: u32,
        /// SHA-512 of the version's inventory, in lower-case hexadecimal digits.
        inventory: String,
        /// Bytes of its content.
        bytes: u64,
        /// Until when the store locks it, where it does.
        locked_until: Option<Timestamp>,
    },
    /// A version was entered in error: auditors only see it, search and export do not.
    EnteredInError {
        /// The record.
        record: RecordId,
        /// The version.
        version: u32,
    },
    /// A scan file was purged from the intake area, all versions of it: each of its pages is archived or rejected.
    ScanPurged {
        /// The scan.
        scan: Digest,
    },
}

/// The acceptance of one version of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// The record.
    pub record: RecordId,
    /// The version, from 1.
    pub version: u32,
    /// The document that it was made of.
    pub document: DocumentId,
    /// Whom it is about.
    pub patient: PatientId,
    /// Its type.
    pub kind: DocumentType,
    /// The class that retention goes by.
    pub class: RecordClass,
    /// The encounters that it belongs to.
    pub encounters: Vec<Encounter>,
    /// The scan files that its pages are from.
    pub scans: Vec<Digest>,
    /// Its pages.
    pub pages: u32,
    /// The rule that accepted it; `None` when a person did.
    pub rule: Option<AutoAcceptRule>,
    /// Why it is a further version.
    pub correction: Option<CorrectionReason>,
    /// End of the undo window.
    pub final_at: Timestamp,
    /// Whether a second person has to approve it before it is deposited.
    pub second_review: bool,
}
