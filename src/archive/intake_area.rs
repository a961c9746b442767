//! The intake area: every scan file, bit for bit, under its digest.

use std::fs::File;
use std::io::Read;

use object_store::path::Path;
use tokio::io::AsyncRead;

use super::error::{ArchiveError, spread};
use super::location::Location;
use super::writing::{self, Put};
use crate::chart::{Digest, Hasher};

/// The scan files.
#[derive(Debug, Clone)]
pub struct IntakeArea {
    location: Location,
}

impl IntakeArea {
    /// Uses the intake area at `location`.
    pub const fn new(location: Location) -> Self {
        Self { location }
    }

    /// Returns the key of a scan: `intake/sha256/ab/cd/DIGEST`.
    pub fn key(digest: Digest) -> String {
        spread("intake/sha256", digest)
    }

    /// Returns where the area is.
    pub const fn location(&self) -> &Location {
        &self.location
    }

    /// Writes a scan file, create-only, flushed; memory stays at 8 MiB whatever its size. `ticket` tells concurrent
    /// writers apart (an id).
    ///
    /// # Errors
    /// The source does not give exactly these bytes; there is no room; writing failed.
    pub async fn put(
        &self,
        digest: Digest,
        size: u64,
        source: &mut (dyn AsyncRead + Send + Unpin),
        ticket: &str,
    ) -> Result<Put, ArchiveError> {
        self.location.need_room(size)?;
        writing::put(&self.location, &path(digest), size, Some(digest), source, ticket).await
    }

    /// Returns the size of a scan file, or `None` if it is not here.
    pub async fn size(&self, digest: Digest) -> Result<Option<u64>, ArchiveError> {
        self.location.size(&path(digest)).await
    }

    /// Flushes a scan file with all folders above it, then reads it back (from the disk, where the system allows) and
    /// compares size and digest. After that the source is no longer needed.
    ///
    /// # Errors
    /// It is missing, or not what it must be.
    pub async fn confirm(&self, digest: Digest, size: u64) -> Result<(), ArchiveError> {
        let key = path(digest);
        self.location.flush(&key).await?;
        let file = self.location.open(&key).await?;
        let reading = tokio::task::spawn_blocking(move || {
            // Only a hint: what is in memory proves little about the disk.
            let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
            digest_of(file)
        });
        let read = reading.await.map_err(|error| ArchiveError::failed(&key, error))?;
        let (found_size, found) = read.map_err(|error| ArchiveError::failed(&key, error))?;
        if found_size != size {
            return Err(ArchiveError::damaged(&key, format!("it has {found_size} bytes instead of {size}")));
        }
        if found != digest {
            return Err(ArchiveError::damaged(&key, format!("its digest is {found}")));
        }
        Ok(())
    }

    /// Removes a scan file for good; one that is gone already is no error.
    ///
    /// # Errors
    /// It cannot be removed.
    pub async fn purge(&self, digest: Digest) -> Result<(), ArchiveError> {
        self.location.remove(&path(digest)).await
    }

    /// Opens a scan file for reading, at its beginning; the handle can be given to a child process.
    ///
    /// # Errors
    /// It is missing or cannot be read.
    pub async fn open(&self, digest: Digest) -> Result<File, ArchiveError> {
        self.location.open(&path(digest)).await
    }
}

fn path(digest: Digest) -> Path {
    Path::from(IntakeArea::key(digest))
}

/// Reads to the end; returns the number of bytes and their digest.
pub(super) fn digest_of(mut source: impl Read) -> std::io::Result<(u64, Digest)> {
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    let mut size = 0;
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok((size, hasher.finish())),
            Ok(read) => {
                hasher.update(&buffer[..read]);
                size += read as u64;
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
