//! What is written: bytes in memory, or a file of any size.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;

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

    /// Returns `length` bytes from `start` on.
    pub(super) async fn part(&self, start: u64, length: u64) -> std::io::Result<Bytes> {
        let too_large = |_| std::io::Error::other("a part is larger than memory");
        match self {
            Self::Bytes(bytes) => {
                let from = usize::try_from(start).map_err(too_large)?;
                let end = usize::try_from(start.saturating_add(length)).map_err(too_large)?.min(bytes.len());
                Ok(bytes.slice(from.min(end)..end))
            }
            Self::File(file) => {
                let file = file.try_clone()?;
                let length = usize::try_from(length).map_err(too_large)?;
                let reading = tokio::task::spawn_blocking(move || {
                    let mut bytes = vec![0; length];
                    file.read_exact_at(&mut bytes, start).map(|()| bytes.into())
                });
                reading.await.map_err(std::io::Error::other)?
            }
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
