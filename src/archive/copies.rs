//! Archival copies without encryption, beside the originals. The password that made one is never kept.

use std::fs::File;
use std::io::{Seek, SeekFrom};

use object_store::path::Path;

use super::error::{ArchiveError, spread};
use super::location::Location;
use super::writing::{self, Put};
use crate::chart::Digest;

/// The decrypted copies.
#[derive(Debug, Clone)]
pub struct CopyArea {
    location: Location,
}

impl CopyArea {
    /// Uses the copies at `location`.
    pub const fn new(location: Location) -> Self {
        Self { location }
    }

    /// Returns the key of the copy of an original: `intake/decrypted/ab/cd/DIGEST`, the digest being the original's.
    pub fn key(original: Digest) -> String {
        spread("intake/decrypted", original)
    }

    /// Writes the copy of an original from the whole of `copy`, create-only, flushed; an earlier copy stays. Returns
    /// its key.
    ///
    /// # Errors
    /// There is no room; reading or writing failed.
    pub async fn put(&self, original: Digest, mut copy: File, ticket: &str) -> Result<String, ArchiveError> {
        let key = Path::from(Self::key(original));
        let size = copy.seek(SeekFrom::End(0)).and_then(|size| copy.rewind().map(|()| size));
        let size = size.map_err(|error| ArchiveError::failed(&key, error))?;
        self.location.need_room(size)?;
        let mut source = tokio::fs::File::from_std(copy);
        if writing::put(&self.location, &key, size, None, &mut source, ticket).await? == Put::Existed {
            self.location.flush(&key).await?;
        }
        Ok(key.to_string())
    }

    /// Removes the copy kept under `key` for good; one that is gone already is no error.
    ///
    /// # Errors
    /// It cannot be removed.
    pub async fn purge(&self, key: &str) -> Result<(), ArchiveError> {
        self.location.remove(&Path::from(key)).await
    }

    /// Opens the copy kept under `key` for reading; the handle can be given to a child process.
    ///
    /// # Errors
    /// It is missing or cannot be read.
    pub async fn open(&self, key: &str) -> Result<File, ArchiveError> {
        self.location.open(&Path::from(key)).await
    }
}
