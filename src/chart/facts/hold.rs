//! Holds: placed, extended to further records, released.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::chart::{HoldId, HoldScope, RecordId};

/// Holds: placed, extended to further records, released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HoldFact {
    /// A hold was placed.
    Placed {
        /// The hold.
        hold: HoldId,
        /// The case, by its number.
        matter: String,
        /// Why, without a word on a patient.
        reason: String,
        /// Who answers for it.
        custodian: String,
        /// What it covers.
        scope: HoldScope,
        /// The records that it covers today.
        members: BTreeSet<RecordId>,
    },
    /// Further records were found to be covered: more of the first ones, or records that came later.
    Matched {
        /// The hold.
        hold: HoldId,
        /// The records.
        records: BTreeSet<RecordId>,
    },
    /// A person proposed to release it.
    ReleaseProposed {
        /// The hold.
        hold: HoldId,
        /// Why.
        reason: String,
    },
    /// The proposal was taken back or turned down.
    ReleaseDeclined {
        /// The hold.
        hold: HoldId,
    },
    /// A second person confirmed the release.
    ReleaseConfirmed {
        /// The hold.
        hold: HoldId,
    },
}
