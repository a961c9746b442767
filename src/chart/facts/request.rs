//! Requests for records: asked, extended, answered. By ids, days and words of closed lists; who receives what, with their
//! address, may be the patient: of that the ledger has a digest only.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::chart::{
    Digest, PatientId, PersonId, RecordId, RefusalReason, RequestAuthority, RequestId, RequestPurpose, RequestScope,
};

/// Requests for records: asked, extended, answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestFact {
    /// Somebody asks for records of a patient.
    Opened {
        /// The request.
        request: RequestId,
        /// Whose records.
        patient: PatientId,
        /// Which.
        scope: RequestScope,
        /// What for.
        purpose: RequestPurpose,
        /// What it rests on.
        authority: RequestAuthority,
        /// The day on which it came.
        received: Date,
        /// The last day on which it is answered in time.
        due: Date,
        /// Digest of who receives what, with a random number that keeps it from being guessed.
        recipient: Digest,
    },
    /// A person is to answer it.
    Assigned {
        /// The request.
        request: RequestId,
        /// Who.
        person: PersonId,
    },
    /// Whoever asked was told in writing that it takes longer, and why.
    Extended {
        /// The request.
        request: RequestId,
        /// The day on which they were told.
        on: Date,
        /// The new last day.
        due: Date,
        /// Why, in words that name no patient.
        reason: String,
    },
    /// Records were given out. A request may be answered in parts.
    Released {
        /// The request.
        request: RequestId,
        /// The records, with their versions.
        records: Vec<ReleasedRecord>,
        /// In which form.
        format: String,
        /// SHA-256 of the manifest, which has the digest of every file.
        manifest: Digest,
    },
    /// It was refused.
    Refused {
        /// The request.
        request: RequestId,
        /// Why.
        reason: RefusalReason,
        /// Why, in words that name no patient.
        note: String,
    },
    /// Whoever asked does not want the records any more.
    Withdrawn {
        /// The request.
        request: RequestId,
    },
}

/// A version of a record that was given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedRecord {
    /// The record.
    pub record: RecordId,
    /// Its version.
    pub version: u32,
}
