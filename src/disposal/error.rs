//! Why a destruction cannot go on. Nothing is half done by it: what was begun is finished by the next run.

use jiff::{SignedDuration, Timestamp};

use crate::archive::ArchiveError;
use crate::audit::NoteError;
use crate::chart::RecordId;
use crate::store::StoreError;

/// Why a destruction cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum DisposalError {
    /// The database failed, or a rule forbids it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The archive failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The clock is behind what was recorded.
    #[error(
        "this machine's clock says {now}, but the ledger has an entry of {newest}: nothing is destroyed by a clock that \
         may be wrong. Set it right and run this again"
    )]
    ClockBehind {
        /// The clock.
        now: Timestamp,
        /// The newest entry.
        newest: Timestamp,
    },
    /// The clock differs from a store's.
    #[error(
        "the clocks of this machine and of {place} differ by {difference:#}: nothing is destroyed by a clock that may be \
         wrong. Set them right and run this again"
    )]
    ClocksDiffer {
        /// The store.
        place: String,
        /// By how much.
        difference: SignedDuration,
    },
    /// Objects keep appearing under a record's name.
    #[error("objects keep coming under the name of record {0} while it is destroyed; find out who writes them")]
    Growing(RecordId),
    /// An object is at a place that is not configured.
    #[error("objects were to be removed from {0:?}, which is not among the configured places; configure it again")]
    UnknownPlace(String),
    /// The certificate cannot be written.
    #[error("the certificate cannot be made: {0}")]
    Certificate(String),
    /// Retention cannot be computed.
    #[error("what retention says about a record cannot be computed: {0}")]
    Retention(String),
    /// A name cannot stand in a signed note.
    #[error(transparent)]
    Note(#[from] NoteError),
}
