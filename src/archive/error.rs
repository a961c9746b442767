//! What can go wrong with the object store. Every message names the key and what to do.

use crate::chart::Digest;

/// A failure of the object store.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The folder of the store cannot be used.
    #[error("the archive folder cannot be used: {cause}; make it and let this user write to it")]
    Folder {
        /// What the system said.
        cause: std::io::Error,
    },
    /// Nothing is kept under the key.
    #[error("{key} is missing from the archive; restore it from a backup, or ingest its source again")]
    Missing {
        /// The key.
        key: String,
    },
    /// What is kept under the key is not what must be there.
    #[error("{key} is damaged: {what}; keep a copy of it, remove it from the archive and ingest its source again")]
    Damaged {
        /// The key.
        key: String,
        /// What is wrong.
        what: String,
    },
    /// Other bytes are kept under the key than those that were to be created there.
    #[error("{key} is there already, with other bytes; nothing was changed. Find out which of the two is right")]
    Conflict {
        /// The key.
        key: String,
    },
    /// A lock or a hold stands against it.
    #[error("{key} cannot be deleted: it is {}", locked(.until, .held))]
    Locked {
        /// The key.
        key: String,
        /// The end of its lock, where that is known.
        until: Option<jiff::Timestamp>,
        /// Whether it is under a legal hold.
        held: bool,
    },
    /// The store refuses, and would again.
    #[error("the store refuses {key}: {cause}; check the credentials and the bucket's policy with `muniment doctor`")]
    Refused {
        /// The key.
        key: String,
        /// What the store said.
        cause: String,
    },
    /// The location of the archive cannot be used as it is configured.
    #[error("the archive's location cannot be used: {what}; see [archive] in the configuration")]
    Location {
        /// What is wrong.
        what: String,
    },
    /// The text is no key.
    #[error("{key:?} cannot be a key of the archive: parts with letters, digits and signs, parted by single slashes")]
    Key {
        /// The text.
        key: String,
    },
    /// There is more than can be handled at once.
    #[error("{what} holds more than {most} objects or versions; name a smaller part of the archive")]
    TooMany {
        /// Where.
        what: String,
        /// The most.
        most: usize,
    },
    /// What is kept under the key was written in a form that this version does not know.
    #[error("{key} has schema {found}, this version reads schema {known}; use the newer version")]
    Schema {
        /// The key.
        key: String,
        /// Schema number found.
        found: u64,
        /// Schema number of this version.
        known: u32,
    },
    /// The bytes to keep are not those that were announced: the source has changed meanwhile.
    #[error("the bytes on their way to {key} changed while they were read; they will be taken again")]
    Changed {
        /// The key.
        key: String,
    },
    /// There is too little room.
    #[error("the archive has {free} bytes left, {needed} are needed; free some space and run this again")]
    NoRoom {
        /// Bytes needed, a reserve included.
        needed: u64,
        /// Bytes left.
        free: u64,
    },
    /// Reading or writing failed.
    #[error("{key} cannot be read or written: {cause}; check the archive's disk or server and run this again")]
    Failed {
        /// The key.
        key: String,
        /// What the store said.
        cause: String,
    },
}

impl ArchiveError {
    /// Says whether the same call can succeed a little later.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Changed { .. } | Self::NoRoom { .. } | Self::Failed { .. })
    }

    pub(super) fn failed(key: &object_store::path::Path, cause: impl ToString) -> Self {
        Self::Failed { key: key.to_string(), cause: cause.to_string() }
    }

    pub(super) fn from_store(key: &object_store::path::Path, error: &object_store::Error) -> Self {
        match error {
            object_store::Error::NotFound { .. } => Self::Missing { key: key.to_string() },
            error => Self::failed(key, error),
        }
    }

    pub(super) fn damaged(key: &object_store::path::Path, what: impl Into<String>) -> Self {
        Self::Damaged { key: key.to_string(), what: what.into() }
    }
}

/// Says what stands against deleting.
fn locked(until: &Option<jiff::Timestamp>, held: &bool) -> String {
    match (until, held) {
        (Some(until), true) => format!("under a legal hold, and locked until {until}"),
        (Some(until), false) => format!("locked until {until}"),
        (None, true) => "under a legal hold; release the hold first".to_owned(),
        (None, false) => "locked; the store does not say until when".to_owned(),
    }
}

/// Returns `PREFIX/ab/cd/DIGEST`: two levels of folders keep each of them small.
pub(super) fn spread(prefix: &str, digest: Digest) -> String {
    let digest = digest.to_string();
    format!("{prefix}/{}/{}/{digest}", &digest[..2], &digest[2..4])
}
