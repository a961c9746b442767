//! What can go wrong with archived records. Every message says what to do.

use super::inventory::InventoryError;
use super::names::{LogicalPath, NameError, VersionNumber};
use crate::archive::ArchiveError;
use crate::chart::RecordId;

/// A failure of the records in an archive.
#[derive(Debug, thiserror::Error)]
pub enum OcflError {
    /// The place holds no storage root.
    #[error(
        "{place} holds no archive of records: records/0=ocfl_1.1 is missing; name the folder or bucket that the \
         archive was kept in"
    )]
    NoRoot {
        /// The place.
        place: String,
    },
    /// The storage root is another one than this program keeps.
    #[error("{key} is not what this version writes; the archive was made or changed by another program")]
    OtherRoot {
        /// The file that differs.
        key: String,
    },
    /// There is no such record.
    #[error("the archive has no record {record}; `muniment archive list` names them")]
    NoRecord {
        /// The record.
        record: RecordId,
    },
    /// The record has no such version.
    #[error("record {record} has no version {version}; its newest is {head}")]
    NoVersion {
        /// The record.
        record: RecordId,
        /// The version.
        version: VersionNumber,
        /// Its newest.
        head: VersionNumber,
    },
    /// The version has no such file.
    #[error("{version} of record {record} has no file {path}; `muniment archive show {record}` names them")]
    NoFile {
        /// The record.
        record: RecordId,
        /// The version.
        version: VersionNumber,
        /// The path.
        path: LogicalPath,
    },
    /// What is archived is not what was archived.
    #[error("{key} is damaged: {what}; restore it from a replica or a backup of the archive")]
    Damaged {
        /// The key.
        key: String,
        /// What is wrong.
        what: String,
    },
    /// An inventory cannot be made or read.
    #[error("{key}: {error}; `muniment archive validate` lists everything that is wrong with a record")]
    Inventory {
        /// The key.
        key: String,
        /// Why.
        error: InventoryError,
    },
    /// What was to be deposited is no version.
    #[error("{version} of record {record} cannot be archived: {error}")]
    Unfit {
        /// The record.
        record: RecordId,
        /// The version.
        version: VersionNumber,
        /// Why.
        error: InventoryError,
    },
    /// An earlier version is missing.
    #[error("{version} of record {record} cannot be archived before the versions before it; the archive has {has}")]
    TooEarly {
        /// The record.
        record: RecordId,
        /// The version.
        version: VersionNumber,
        /// What is there.
        has: String,
    },
    /// The version is there already, with other files.
    #[error(
        "{version} of record {record} is in the archive already, with other files; nothing was changed. Deposit the \
         difference as the next version"
    )]
    Taken {
        /// The record.
        record: RecordId,
        /// The version.
        version: VersionNumber,
    },
    /// An interrupted deposit of the same version began with other bytes.
    #[error(
        "{key} is what an interrupted deposit of the same version left, with other bytes than now; nothing was changed. \
         Finish the deposit with the version of the program that began it; or, when the lock of that object has run \
         out, remove what lies beside it, which belongs to no version yet, and run this again"
    )]
    Begun {
        /// The key.
        key: String,
    },
    /// A name cannot be used.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The location failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

impl OcflError {
    /// Says whether the same call can succeed a little later.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Archive(error) if error.is_transient())
    }

    pub(super) fn damaged(key: &str, what: impl Into<String>) -> Self {
        Self::Damaged { key: key.to_owned(), what: what.into() }
    }

    pub(super) fn failed(key: &str, cause: impl ToString) -> Self {
        Self::Archive(ArchiveError::Failed { key: key.to_owned(), cause: cause.to_string() })
    }
}
