//! Destruction: proposal, review, approvals, what was removed, the certificate.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::chart::{Digest, DisposalId, RecordId};

/// Destruction: proposal, review, approvals, what was removed, the certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DisposalFact {
    /// A person proposed to destroy records.
    Proposed(Proposal),
    /// Another person reviewed the proposal, record by record.
    Reviewed {
        /// The proposal.
        disposal: DisposalId,
        /// Records that are kept after all, with the reason.
        kept: Vec<KeptBack>,
    },
    /// A person who is not the proposer approved it. The second such approval starts the period of grace.
    Approved {
        /// The proposal.
        disposal: DisposalId,
    },
    /// The proposal was cancelled before anything was destroyed.
    Cancelled {
        /// The proposal.
        disposal: DisposalId,
        /// Why.
        reason: String,
    },
    /// The destruction of one record began: from here on its objects are removed.
    Begun(Beginning),
    /// The destruction of a record was stopped before its end, and is no longer part of the proposal.
    Stopped {
        /// The proposal.
        disposal: DisposalId,
        /// The record.
        record: RecordId,
        /// Why, in words without a patient.
        why: String,
        /// How many of its object versions are gone already.
        gone: u64,
    },
    /// Everything of a record is gone, and its tombstone is there.
    Destroyed {
        /// The proposal.
        disposal: DisposalId,
        /// The record.
        record: RecordId,
    },
    /// Everything that held the text is gone, and the certificate is issued.
    Certified {
        /// The proposal.
        disposal: DisposalId,
        /// SHA-256 of the certificate.
        certificate: Digest,
    },
}

/// A proposal to destroy records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// Its id.
    pub disposal: DisposalId,
    /// Why, in words without a patient.
    pub reason: String,
    /// Days between the second approval and destruction.
    pub grace_days: u32,
    /// What is to be destroyed.
    pub records: Vec<ProposedRecord>,
}

/// A record that is to be destroyed, as retention computed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProposedRecord {
    /// The record.
    pub record: RecordId,
    /// Digest of everything that its last day was computed from.
    pub computation: Digest,
    /// The last day on which it must be kept.
    pub last_day: Date,
    /// The policy and rule that decided, for example `3/california/adult`.
    pub policy: String,
}

/// A record that a review keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptBack {
    /// The record.
    pub record: RecordId,
    /// Why, in words without a patient.
    pub reason: String,
}

/// The beginning of one record's destruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beginning {
    /// The proposal.
    pub disposal: DisposalId,
    /// The record.
    pub record: RecordId,
    /// The day, at the facility.
    pub today: Date,
    /// What is removed.
    pub objects: Vec<RemovedObject>,
    /// Scan files that stay, since they hold pages of other documents; they are purged with the last of those.
    pub scans_left: Vec<Digest>,
}

/// One version of an object that is removed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemovedObject {
    /// Where: `archive`, `working` (what reading pages left), or the name of a replica.
    pub place: String,
    /// Its key.
    pub key: String,
    /// The store's name of the version; empty where there is only one.
    pub version: String,
    /// Bytes.
    pub size: u64,
}
