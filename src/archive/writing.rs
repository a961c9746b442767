//! Create-only, durable writing.
//!
//! A small object is put in one piece. A large one is written under a key of its own in `incoming/`, flushed, and only
//! then linked to its place, if nothing is there: `object_store`'s multipart upload alone would replace what is there.

use bytes::BytesMut;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::error::ArchiveError;
use super::location::Location;
use crate::chart::{Digest, Hasher};

/// Folder for objects on their way.
pub(super) const INCOMING: &str = "incoming";

/// Size of a part, and the largest object that is written in one piece, in bytes.
const PART: usize = 8 << 20;

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The object was written.
    Created,
    /// An object was there before, and stays.
    Existed,
}

/// Writes `size` bytes from `source` under `key`, unless an object is there. What was `Created` is flushed.
///
/// `ticket` tells concurrent writers apart: any text made of letters, digits and dashes.
///
/// # Errors
/// The source has fewer or more bytes, or another digest than `expected`; writing failed.
pub(super) async fn put(
    location: &Location,
    key: &Path,
    size: u64,
    expected: Option<Digest>,
    source: &mut (dyn AsyncRead + Send + Unpin),
    ticket: &str,
) -> Result<Put, ArchiveError> {
    let mut source = Hashed { source, hasher: Hasher::new(), left: size, key };
    if size <= PART as u64 {
        let bytes = source.part().await?;
        source.end(expected).await?;
        put_bytes(location, key, bytes.freeze().into()).await
    } else {
        put_large(location, key, &mut source, expected, ticket).await
    }
}

/// Writes `payload` under `key`, unless an object is there.
pub(super) async fn put_bytes(location: &Location, key: &Path, payload: PutPayload) -> Result<Put, ArchiveError> {
    match location.store().put_opts(key, payload, PutMode::Create.into()).await {
        Ok(_) => Ok(Put::Created),
        Err(object_store::Error::AlreadyExists { .. }) => Ok(Put::Existed),
        Err(error) => Err(ArchiveError::from_store(key, &error)),
    }
}

async fn put_large(
    location: &Location,
    key: &Path,
    source: &mut Hashed<'_>,
    expected: Option<Digest>,
    ticket: &str,
) -> Result<Put, ArchiveError> {
    let incoming = Path::from(format!("{INCOMING}/{ticket}"));
    let failed = |error: object_store::Error| ArchiveError::from_store(key, &error);
    let mut upload = location.store().put_multipart(&incoming).await.map_err(failed)?;
    if let Err(error) = copy(source, expected, upload.as_mut()).await {
        // What is left behind is found by the sweep.
        let _ = upload.abort().await;
        return Err(error);
    }
    upload.complete().await.map_err(failed)?;
    match location.store().rename_if_not_exists(&incoming, key).await {
        Ok(()) => Ok(Put::Created),
        Err(object_store::Error::AlreadyExists { .. }) => {
            location.store().delete(&incoming).await.map_err(failed)?;
            Ok(Put::Existed)
        }
        Err(error) => Err(failed(error)),
    }
}

async fn copy(
    source: &mut Hashed<'_>,
    expected: Option<Digest>,
    upload: &mut dyn MultipartUpload,
) -> Result<(), ArchiveError> {
    loop {
        let bytes = source.part().await?;
        if bytes.is_empty() {
            return source.end(expected).await;
        }
        // One part at a time: memory stays at one part.
        let written = upload.put_part(bytes.freeze().into()).await;
        written.map_err(|error| ArchiveError::from_store(source.key, &error))?;
    }
}

/// A source that must give exactly `left` more bytes.
struct Hashed<'a> {
    source: &'a mut (dyn AsyncRead + Send + Unpin),
    hasher: Hasher,
    left: u64,
    key: &'a Path,
}

impl Hashed<'_> {
    /// Reads the next part, full but for the last one.
    async fn part(&mut self) -> Result<BytesMut, ArchiveError> {
        let want = usize::try_from(self.left).map_or(PART, |left| left.min(PART));
        let mut bytes = BytesMut::with_capacity(want);
        while bytes.len() < want {
            let mut limited = (&mut *self.source).take((want - bytes.len()) as u64);
            let read = limited.read_buf(&mut bytes).await.map_err(|error| ArchiveError::failed(self.key, error))?;
            if read == 0 {
                return Err(ArchiveError::Changed { key: self.key.to_string() });
            }
        }
        self.hasher.update(&bytes);
        self.left -= want as u64;
        Ok(bytes)
    }

    /// Makes sure that nothing is left, and that the digest is the expected one.
    async fn end(&mut self, expected: Option<Digest>) -> Result<(), ArchiveError> {
        let mut more = [0];
        let read = self.source.read(&mut more).await.map_err(|error| ArchiveError::failed(self.key, error))?;
        let digest = self.hasher.clone().finish();
        if read != 0 || expected.is_some_and(|expected| expected != digest) {
            return Err(ArchiveError::Changed { key: self.key.to_string() });
        }
        Ok(())
    }
}
