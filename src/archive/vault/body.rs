//! What is written: bytes in memory, or a file of any size.

use std::fs::File;
use std::os::fd::AsRawFd;

use bytes::Bytes;

use crate::archive::intake_area::digest_of;
use crate::chart::Digest;

/// What is written into the vault.
#[derive(Debug, Clone)]
pub enum Body<'a> {
    /// Bytes in memory.
    Bytes(Bytes),
    /// The whole of a file, from its beginning wherever its cursor stands; the cursor stays there.
    File(&'a File),
}

impl Body<'_> {
    /// Returns the number of bytes.
    ///
    /// # Errors
    /// The file cannot be asked.
    pub fn size(&self) -> std::io::Result<u64> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
            Self::File(file) => Ok(file.metadata()?.len()),
        }
    }

    /// Computes the digest.
    pub(super) async fn digest(&self) -> std::io::Result<Digest> {
        match self {
            Self::Bytes(bytes) => Ok(Digest::of(bytes)),
            Self::File(file) => {
                let file = reopened(file)?;
                let reading = tokio::task::spawn_blocking(move || digest_of(file));
                reading.await.map_err(std::io::Error::other)?.map(|(_, digest)| digest)
            }
        }
    }
}

/// Opens a file once more, with a cursor of its own at the beginning; a nameless file too.
pub(super) fn reopened(file: &File) -> std::io::Result<File> {
    File::open(format!("/proc/self/fd/{}", file.as_raw_fd()))
}
