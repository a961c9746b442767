//! Why a source file could not be taken in. No message names the file.

use std::io;

use crate::archive::ArchiveError;
use crate::store::StoreError;

/// A source file that was not taken in, or not moved.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The source cannot be opened or read.
    #[error("the source cannot be read: {cause}; check that this user may read it, then run this again")]
    Source {
        /// What the system said.
        cause: io::Error,
    },
    /// The source is a link, a folder or a device.
    #[error("the source is not a regular file; give the file itself")]
    NotAFile,
    /// The source does not come to rest.
    #[error("the source keeps changing; take it again when it is complete")]
    Changing,
    /// The archive failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The source is safe in the archive, but could not be moved.
    #[error("the source is safely taken in, but could not be moved: {cause}; run this again to move it")]
    Move {
        /// What the system said.
        cause: io::Error,
    },
    /// The folder for moved sources cannot be used.
    #[error("the folder for sources that were taken in cannot be used: {cause}; make it and let this user write to it")]
    MoveFolder {
        /// What the system said.
        cause: io::Error,
    },
}

impl IntakeError {
    /// Says whether the same call can succeed a little later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Changing | Self::Move { .. } => true,
            Self::Source { cause } => {
                !matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied)
            }
            Self::Archive(error) => error.is_transient(),
            Self::Store(error) => error.is_transient(),
            Self::NotAFile | Self::MoveFolder { .. } => false,
        }
    }
}
