//! The certificate of destruction: what was destroyed, why it could be, who decided, how it was done.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::audit::KeyChain;
use crate::chart::facts::RemovedObject;
use crate::chart::{Digest, DisposalId, PersonId, RecordId, Signature};

/// Number of the form.
pub const CERTIFICATE_SCHEMA: u32 = 1;

/// What is certified. No patient is named: records by their ids, people by their names as staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// Number of this form.
    pub schema: u32,
    /// The proposal.
    pub disposal: DisposalId,
    /// Name of the ledger that has the whole story.
    pub ledger: String,
    /// Number of its entries when this was issued.
    pub ledger_entries: u64,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// Why the records were destroyed.
    pub reason: String,
    /// Who proposed it.
    pub proposed: Approval,
    /// Who reviewed it.
    pub reviewed: Approval,
    /// Who approved it: two people, neither of them the proposer.
    pub approvals: Vec<Approval>,
    /// End of the period of grace.
    pub destroy_from: Timestamp,
    /// First and last day of what the destroyed records are about, where they have days.
    pub inclusive_dates: Option<(Date, Date)>,
    /// Classes of the destroyed records.
    pub classes: Vec<String>,
    /// The records.
    pub records: Vec<DestroyedRecord>,
    /// How it was done.
    pub method: Vec<String>,
    /// That it was done in the normal course of business.
    pub statement: String,
}

/// A person's part in the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

/// What became of a record of the proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordOutcome {
    /// Everything of it is gone.
    Destroyed,
    /// Its destruction was stopped; what was removed until then is listed.
    Stopped,
    /// The review kept it.
    Kept,
}

/// A record of the proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DestroyedRecord {
    /// The record.
    pub record: RecordId,
    /// What became of it.
    pub outcome: RecordOutcome,
    /// Why it was kept or stopped.
    pub why: Option<String>,
    /// The last day on which it had to be kept.
    pub last_day: Date,
    /// The policy version and rule that decided.
    pub policy: String,
    /// Digest of everything that the last day was computed from.
    pub computation: Digest,
    /// When its destruction began.
    pub begun_at: Option<Timestamp>,
    /// When it was kept, stopped or gone.
    pub ended_at: Option<Timestamp>,
    /// When holds were checked last: before the last deletion.
    pub hold_checked_at: Option<Timestamp>,
    /// Its versions, by the digests of their inventories.
    pub versions: Vec<RemovedVersion>,
    /// Every object version that was removed, in every place.
    pub removed: Vec<RemovedObject>,
    /// Scan files that stay, since they hold pages of other documents.
    pub scans_left: Vec<Digest>,
}

/// A version of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemovedVersion {
    /// Its number.
    pub version: u32,
    /// SHA-512 of its inventory, which lists the digests of all its files.
    pub inventory_sha512: Option<String>,
}

/// A certificate with what it takes to verify it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedCertificate {
    /// What is certified.
    pub certificate: Certificate,
    /// The keys up to the one that signed.
    pub keys: KeyChain,
    /// The signature of [`SignedCertificate::message`].
    pub signature: Signature,
}

impl SignedCertificate {
    /// Returns what is signed: a line that says what it is, then certificate and keys as canonical JSON (RFC 8785).
    ///
    /// # Errors
    /// They have no canonical form.
    pub fn message(certificate: &Certificate, keys: &KeyChain) -> Result<Vec<u8>, serde_json::Error> {
        #[derive(Serialize)]
        struct Signed<'a> {
            certificate: &'a Certificate,
            keys: &'a KeyChain,
        }
        let mut message = b"muniment certificate of destruction\n".to_vec();
        message.extend(serde_json_canonicalizer::to_vec(&Signed { certificate, keys })?);
        Ok(message)
    }

    /// Returns the bytes of the file: canonical JSON and a line feed. Nothing else verifies.
    ///
    /// # Errors
    /// It has no canonical form.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json_canonicalizer::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}
