//! Opaque identifiers: UUID version 7, so that they sort by the time they were made and say nothing about a patient.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A text that is not an identifier.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{kind} id expected (a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057): {cause}")]
pub struct IdParseError {
    kind: &'static str,
    cause: uuid::Error,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID; new ones are made by `app`, which owns clock and randomness.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Returns the UUID.
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdParseError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self).map_err(|cause| IdParseError { kind: $kind, cause })
            }
        }
    };
}

id!(
    /// One batch of deliveries, named by the person who brought it in.
    BatchId, "batch"
);
id!(
    /// One delivery: a source file that was brought in once, as part of a batch.
    DeliveryId, "delivery"
);
id!(
    /// One document: a versioned, ordered list of pages.
    DocumentId, "document"
);
id!(
    /// One process that claims work.
    WorkerId, "worker"
);
id!(
    /// One person who uses the program.
    PersonId, "person"
);
id!(
    /// One record: exactly one accepted document, the unit of retention, hold and destruction.
    RecordId, "record"
);
id!(
    /// One patient as this archive knows them; says nothing about who it is.
    PatientId, "patient"
);
id!(
    /// One hold: records that a matter forbids to destroy.
    HoldId, "hold"
);
id!(
    /// One proposal to destroy records, with its review, approvals and certificate.
    DisposalId, "disposal"
);
id!(
    /// One event that starts or moves a retention period.
    EventId, "event"
);
id!(
    /// One step by which pages were turned, hidden, ordered, split off, merged or moved.
    ArrangementId, "arrangement"
);
id!(
    /// One ticket for the people who run the machines.
    TicketId, "ticket"
);
id!(
    /// One lot: documents of a batch that are sampled, and released or held back, together.
    LotId, "lot"
);
id!(
    /// Identity of a grant: somebody's right to read, for a time.
    GrantId, "grant"
);
id!(
    /// One request for records of a patient.
    RequestId, "request"
);
