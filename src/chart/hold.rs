//! Words of holds: what a hold covers, and the hold itself.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Digest, HoldId, PatientId, RecordId};

/// Which records a hold covers: those that are there when it is placed, and those that come later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldScope {
    /// Every record of a patient, also of those who were found to be the same patient.
    Patient(PatientId),
    /// Every record with an event from the first to the last day; and every record without any date.
    Dates {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
    /// These records.
    Records(BTreeSet<RecordId>),
    /// What a search finds. The ledger keeps the digest of the query only: a query may name a patient.
    Query {
        /// Digest of the query's text.
        digest: Digest,
    },
}

/// A hold that forbids to destroy records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// The case, by its number.
    pub matter: String,
    /// What it covers.
    pub scope: HoldScope,
    /// Records that it was found to cover, once and for good.
    pub members: BTreeSet<RecordId>,
    /// Whether two people have ended it.
    pub released: bool,
}
