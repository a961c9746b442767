//! Where the objects are. A local folder for now; anything that `object_store` speaks to fits behind it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use futures::StreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::io::AsyncWriteExt;

use super::error::ArchiveError;

/// Space that must stay free beside what is written, so that the database and the index can go on, in bytes.
const RESERVE: u64 = 64 << 20;

/// The place of an object store.
#[derive(Debug, Clone)]
pub struct Location {
    store: Arc<dyn ObjectStore>,
    /// The folder, when the store is one.
    folder: Option<PathBuf>,
}

impl Location {
    /// Opens the store in a local folder, and makes the folder if it is missing.
    ///
    /// # Errors
    /// The folder cannot be made or used.
    pub fn folder(path: &FilePath) -> Result<Self, ArchiveError> {
        let (store, folder) = local_store(path)?;
        Ok(Self { store: Arc::new(store), folder: Some(folder) })
    }

    /// Wraps a store that is not a local folder.
    pub fn remote(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, folder: None }
    }

    /// Wraps a store whose objects are the files of a local folder.
    pub(super) fn through(store: Arc<dyn ObjectStore>, folder: PathBuf) -> Self {
        Self { store, folder: Some(folder) }
    }

    /// Returns the store.
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// Returns the folder, when the store is one.
    pub fn local_folder(&self) -> Option<&FilePath> {
        self.folder.as_deref()
    }

    /// Returns the bytes that can still be written; `None` where there is no such limit.
    pub fn free_bytes(&self) -> Result<Option<u64>, ArchiveError> {
        let Some(folder) = &self.folder else { return Ok(None) };
        let figures = rustix::fs::statvfs(folder).map_err(|error| ArchiveError::Folder { cause: error.into() })?;
        Ok(Some(figures.f_bavail.saturating_mul(figures.f_frsize)))
    }

    /// Refuses when `bytes` more, and a reserve for the rest of the program, do not fit.
    pub fn need_room(&self, bytes: u64) -> Result<(), ArchiveError> {
        let needed = bytes.saturating_add(RESERVE);
        match self.free_bytes()? {
            Some(free) if free < needed => Err(ArchiveError::NoRoom { needed, free }),
            _ => Ok(()),
        }
    }

    /// Returns the size of the object, or `None` if there is none.
    pub(super) async fn size(&self, key: &Path) -> Result<Option<u64>, ArchiveError> {
        match self.store.head(key).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(ArchiveError::from_store(key, &error)),
        }
    }

    /// Opens the object for reading: the file itself in a local store, a nameless temporary file with its bytes else.
    pub(super) async fn open(&self, key: &Path) -> Result<File, ArchiveError> {
        match self.file_path(key) {
            Some(path) => {
                let opening = tokio::task::spawn_blocking(move || open_file(&path)).await;
                let opened = opening.map_err(|error| ArchiveError::failed(key, error))?;
                opened.map_err(|error| match error.kind() {
                    io::ErrorKind::NotFound => ArchiveError::Missing { key: key.to_string() },
                    _ => ArchiveError::failed(key, error),
                })
            }
            None => self.spool(key).await,
        }
    }

    /// Returns the path of the object's file in a local store. Keys are our own: they hold no `..` and nothing to
    /// escape.
    pub(super) fn file_path(&self, key: &Path) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(key.as_ref()))
    }

    /// Flushes the object's file and every folder from it up to the store's own.
    ///
    /// Writing does so already; but an object, or a folder above it, can have been made by another process that was
    /// stopped before it came to that.
    pub(super) async fn flush(&self, key: &Path) -> Result<(), ArchiveError> {
        let (Some(path), Some(folder)) = (self.file_path(key), self.folder.clone()) else { return Ok(()) };
        let flushing = tokio::task::spawn_blocking(move || {
            open_file(&path)?.sync_all()?;
            path.ancestors()
                .skip(1)
                .take_while(|above| above.starts_with(&folder))
                .try_for_each(|above| File::open(above)?.sync_all())
        });
        let flushed = flushing.await.map_err(|error| ArchiveError::failed(key, error))?;
        flushed.map_err(|error| ArchiveError::failed(key, error))
    }

    /// Flushes the nearest folder above a deleted object that is still there.
    pub(super) async fn flush_above(&self, key: &Path) -> Result<(), ArchiveError> {
        let Some(path) = self.file_path(key) else { return Ok(()) };
        let flushing = tokio::task::spawn_blocking(move || {
            path.ancestors().skip(1).find(|above| above.is_dir()).map_or(Ok(()), |above| File::open(above)?.sync_all())
        });
        let flushed = flushing.await.map_err(|error| ArchiveError::failed(key, error))?;
        flushed.map_err(|error| ArchiveError::failed(key, error))
    }

    /// Removes an object for good, flushed; one that is gone already is no error.
    pub(super) async fn remove(&self, key: &Path) -> Result<(), ArchiveError> {
        match self.store.delete(key).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => self.flush_above(key).await,
            Err(error) => Err(ArchiveError::from_store(key, &error)),
        }
    }

    async fn spool(&self, key: &Path) -> Result<File, ArchiveError> {
        let got = self.store.get(key).await.map_err(|error| ArchiveError::from_store(key, &error))?;
        let failed = |error: io::Error| ArchiveError::failed(key, error);
        let mut file = tokio::fs::File::from_std(tempfile::tempfile().map_err(failed)?);
        let mut stream = got.into_stream();
        while let Some(bytes) = stream.next().await {
            let bytes = bytes.map_err(|error| ArchiveError::from_store(key, &error))?;
            file.write_all(&bytes).await.map_err(failed)?;
        }
        file.flush().await.map_err(failed)?;
        let mut file = file.into_std().await;
        io::Seek::rewind(&mut file).map_err(failed)?;
        Ok(file)
    }
}

/// Opens a store in a local folder, which is made if it is missing, and returns the folder's own path. What is written is
/// on disk when a call returns.
pub(super) fn local_store(path: &FilePath) -> Result<(LocalFileSystem, PathBuf), ArchiveError> {
    let failed = |cause| ArchiveError::Folder { cause };
    make_folder(path).map_err(failed)?;
    let folder = path.canonicalize().map_err(failed)?;
    let store = LocalFileSystem::new_with_prefix(&folder);
    let store = store.map_err(|error| failed(io::Error::other(error.to_string())))?;
    Ok((store.with_fsync(true), folder))
}

/// Makes a folder that only this user may enter, with all that are missing above it, and flushes every folder that
/// changed by it. A folder that is there stays as it is.
pub fn make_folder(path: &FilePath) -> io::Result<()> {
    let path = std::path::absolute(path)?;
    let missing = path.ancestors().take_while(|folder| !folder.exists()).count();
    DirBuilder::new().recursive(true).mode(0o700).create(&path)?;
    // The last one was there before, and has a new entry now.
    let changed = if missing == 0 { 0 } else { missing + 1 };
    path.ancestors().take(changed).try_for_each(|folder| match File::open(folder) {
        // It may be written to but not read, and so not be flushed by this user.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        opened => opened?.sync_all(),
    })
}

fn open_file(path: &FilePath) -> io::Result<File> {
    let no_follow = rustix::fs::OFlags::NOFOLLOW.bits() as i32;
    OpenOptions::new().read(true).custom_flags(no_follow).open(path)
}
