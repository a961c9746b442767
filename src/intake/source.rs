//! The source file: opened without following links, and watched for change by its fingerprint.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use super::error::IntakeError;
use crate::chart::{Digest, Hasher};

/// What tells whether a file is still the same and unchanged, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint {
    device: u64,
    inode: u64,
    /// Bytes.
    size: u64,
    /// Last change of the content: seconds and nanoseconds.
    modified: (i64, i64),
    /// Last change of the content or of the file's attributes: seconds and nanoseconds. No program can set it back.
    changed: (i64, i64),
}

impl Fingerprint {
    /// Takes the fingerprint of the file at `path`, not of what a link there points to.
    ///
    /// # Errors
    /// It cannot be looked at, or is not a regular file.
    pub fn of(path: &Path) -> Result<Self, IntakeError> {
        Self::from_metadata(&path.symlink_metadata().map_err(|cause| IntakeError::Source { cause })?)
    }

    /// Returns the size in bytes.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Returns the microsecond since 1970 UTC of the last change, by the clock of the file's own system.
    pub(super) fn last_change(&self) -> i64 {
        let (seconds, nanoseconds) = self.modified.max(self.changed);
        seconds.saturating_mul(1_000_000).saturating_add(nanoseconds / 1000)
    }

    /// Says whether it is the same file with the same content; a rename, which changes only its attributes, may lie
    /// between.
    pub(super) fn same_content(&self, other: &Self) -> bool {
        Self { changed: other.changed, ..*self } == *other
    }

    pub(super) fn of_open(file: &File) -> Result<Self, IntakeError> {
        Self::from_metadata(&file.metadata().map_err(|cause| IntakeError::Source { cause })?)
    }

    fn from_metadata(metadata: &Metadata) -> Result<Self, IntakeError> {
        if !metadata.is_file() {
            return Err(IntakeError::NotAFile);
        }
        Ok(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

/// Opens a regular file for reading; never follows a link there, never waits for a pipe's other end.
pub(super) fn open(path: &Path) -> Result<File, IntakeError> {
    let flags = (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK).bits() as i32;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path).map_err(|cause| {
        match rustix::io::Errno::from_io_error(&cause) {
            Some(rustix::io::Errno::LOOP) => IntakeError::NotAFile,
            _ => IntakeError::Source { cause },
        }
    })?;
    Fingerprint::of_open(&file)?;
    Ok(file)
}

/// Reads an open file to its end; returns digest and number of bytes.
pub(super) fn digest(file: &mut File) -> io::Result<(Digest, u64)> {
    let mut hasher = Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    let mut size = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok((hasher.finish(), size)),
            Ok(read) => {
                hasher.update(&buffer[..read]);
                size += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
