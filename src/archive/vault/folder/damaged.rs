//! Healing in a folder: the damaged file is kept under `damaged/KEY/TIME`, and counts as an older version of its key, so
//! that a disposal finds it.

use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode};

use super::{DAMAGED, Folder, MOST_VERSIONS, own_path, version};
use crate::archive::error::ArchiveError;
use crate::archive::vault::body::Body;
use crate::archive::vault::key_path;
use crate::archive::vault::lock::Lock;
use crate::archive::vault::version::Version;

/// What the id of a damaged copy begins with.
const ID: &str = "damaged-";
/// The largest part that is written at a time, in bytes.
const PART: u64 = 8 << 20;

impl Folder {
    /// Keeps the damaged file aside and puts `body` in its place, in one step.
    pub(in crate::archive::vault) async fn heal(
        &self,
        key: &str,
        body: Body<'_>,
        lock: Option<&Lock>,
    ) -> Result<(), ArchiveError> {
        let path = own_path(key)?;
        let failed = |error: object_store::Error| ArchiveError::from_store(&path, &error);
        let unread = |error: std::io::Error| ArchiveError::failed(&path, error);
        if self.location.size(&path).await?.is_none() {
            return self.create(key, body, lock).await.map(drop);
        }
        let size = body.size().map_err(unread)?;
        self.location.need_room(size)?;
        let store = self.location.store();
        // Twenty digits, so that copies are listed in the order of their times.
        let id = format!("{ID}{:020}", self.clock.now().as_nanosecond());
        let aside = place(&path, &id).ok_or_else(|| ArchiveError::Key { key: key.to_owned() })?;
        store.copy(&path, &aside).await.map_err(failed)?;
        if size <= PART {
            let bytes = body.part(0, size).await.map_err(unread)?;
            store.put_opts(&path, bytes.into(), PutMode::Overwrite.into()).await.map_err(failed)?;
        } else {
            let mut upload = store.put_multipart(&path).await.map_err(failed)?;
            let mut written = 0;
            while written < size {
                let bytes = body.part(written, PART.min(size - written)).await.map_err(unread)?;
                written += bytes.len() as u64;
                upload.put_part(bytes.into()).await.map_err(failed)?;
            }
            upload.complete().await.map_err(failed)?;
        }
        match lock {
            Some(lock) => self.locks.set(&path, lock).await,
            None => Ok(()),
        }
    }

    /// Lists the damaged copies of `prefix` itself and of every key below it.
    pub(super) async fn damaged_versions(&self, prefix: &str) -> Result<Vec<Version>, ArchiveError> {
        let mut versions = Vec::new();
        let below = if prefix.is_empty() { DAMAGED.to_owned() } else { format!("{DAMAGED}/{prefix}") };
        let below = key_path(&below)?;
        if self.location.file_path(&below).is_some_and(|path| !path.is_dir()) {
            return Ok(versions);
        }
        let mut copies = self.location.store().list(Some(&below));
        while let Some(meta) = copies.try_next().await.map_err(|error| ArchiveError::from_store(&below, &error))? {
            let place = meta.location.as_ref().strip_prefix(DAMAGED).and_then(|rest| rest.strip_prefix('/'));
            let Some((key, time)) = place.and_then(|place| place.rsplit_once('/')) else { continue };
            if versions.len() == MOST_VERSIONS {
                return Err(ArchiveError::TooMany { what: below.to_string(), most: MOST_VERSIONS });
            }
            versions.push(version(key.to_owned(), &format!("{ID}{time}"), &meta));
        }
        Ok(versions)
    }
}

/// Returns where a damaged copy is; `None` when the id is that of the file itself.
pub(super) fn place(key: &Path, id: &str) -> Option<Path> {
    let time = id.strip_prefix(ID).filter(|time| time.bytes().all(|digit| digit.is_ascii_digit()))?;
    Path::parse(format!("{DAMAGED}/{key}/{time}")).ok()
}
