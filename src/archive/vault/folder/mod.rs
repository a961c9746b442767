//! The vault in a local folder. One version per key; the program itself keeps the locks.

mod damaged;
mod locks;

use std::fs::File;
use std::io;
use std::path::Path as FilePath;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{GetOptions, ObjectMeta, ObjectStore, ObjectStoreExt, PutMode};

use self::locks::Locks;
use super::body::{Body, reopened};
use super::lock::{Lock, LockMode, LockState};
use super::probe::{Enforcement, Probe};
use super::version::{Entry, Version};
use super::{VaultKind, key_path};
use crate::archive::error::ArchiveError;
use crate::archive::intake_area::digest_of;
use crate::archive::leftovers::{SWEPT, sweep_leftovers};
use crate::archive::location::{Location, local_store};
use crate::archive::writing::{self, INCOMING, Put};
use crate::chart::Clock;

/// Folder of the lock facts.
const LOCKS: &str = ".locks";
/// Folder of copies that were found damaged and replaced.
const DAMAGED: &str = "damaged";
/// Folder for the objects of a probe.
const PROBE: &str = ".probe";
/// The name of the only version that a key has here.
const ONLY: &str = "only";
/// The most versions that are listed at once.
const MOST_VERSIONS: usize = 1_000_000;

/// The vault in a local folder.
pub(super) struct Folder {
    location: Location,
    locks: Locks,
    clock: Arc<dyn Clock>,
    tickets: AtomicU64,
}

impl std::fmt::Debug for Folder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Folder").field("location", &self.location).finish_non_exhaustive()
    }
}

impl Folder {
    pub(super) fn open(path: &FilePath, clock: Arc<dyn Clock>) -> Result<Self, ArchiveError> {
        Self::open_through(path, clock, |store| store)
    }

    pub(super) fn open_through(
        path: &FilePath,
        clock: Arc<dyn Clock>,
        wrap: impl FnOnce(Arc<dyn ObjectStore>) -> Arc<dyn ObjectStore>,
    ) -> Result<Self, ArchiveError> {
        let (store, folder) = local_store(path)?;
        // An OCFL storage root may hold no empty folder, and what was destroyed leaves no name behind.
        let store = store.with_automatic_cleanup(true);
        let location = Location::through(wrap(Arc::new(store)), folder);
        let locks = Locks::new(location.clone());
        Ok(Self { location, locks, clock, tickets: AtomicU64::new(0) })
    }

    pub(super) fn describes(&self) -> String {
        let folder = self.location.local_folder().unwrap_or(FilePath::new("?"));
        format!("folder {} (the program keeps the locks itself; no WORM)", folder.display())
    }

    /// Removes what stopped programs left half-written before `before`: no validator of others would accept it.
    pub(super) async fn sweep(&self, before: std::time::SystemTime) -> Result<u64, ArchiveError> {
        sweep_leftovers(&self.location, before).await
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) async fn create(&self, key: &str, body: Body<'_>, lock: Option<&Lock>) -> Result<Put, ArchiveError> {
        let path = own_path(key)?;
        let put = self.create_unlocked(&path, body).await?;
        if let Some(lock) = lock {
            self.locks.set(&path, lock).await?;
        }
        Ok(put)
    }

    async fn create_unlocked(&self, path: &Path, body: Body<'_>) -> Result<Put, ArchiveError> {
        let failed = |error: io::Error| ArchiveError::failed(path, error);
        let size = body.size().map_err(failed)?;
        // Looked up first, so that a large file is not copied only to find the place taken.
        if self.location.size(path).await?.is_none() {
            self.location.need_room(size)?;
            let put = match &body {
                Body::Bytes(bytes) => writing::put_bytes(&self.location, path, bytes.clone().into()).await?,
                Body::File(file) => {
                    let mut source = tokio::fs::File::from_std(reopened(file).map_err(failed)?);
                    writing::put(&self.location, path, size, None, &mut source, &self.ticket()).await?
                }
            };
            if put == Put::Created {
                return Ok(put);
            }
        }
        let announced = body.digest().await.map_err(failed)?;
        let kept = self.location.open(path).await?;
        let reading = tokio::task::spawn_blocking(move || digest_of(kept)).await.map_err(io::Error::other);
        let (kept_size, kept_digest) = reading.map_err(failed)?.map_err(failed)?;
        if kept_size != size || kept_digest != announced {
            return Err(ArchiveError::Conflict { key: path.to_string() });
        }
        // Whoever wrote it may have been stopped before its folders were flushed.
        self.location.flush(path).await?;
        Ok(Put::Existed)
    }

    pub(super) async fn replace(&self, key: &str, bytes: Bytes, lock: Option<&Lock>) -> Result<(), ArchiveError> {
        let path = own_path(key)?;
        self.location.need_room(bytes.len() as u64)?;
        let put = self.location.store().put_opts(&path, bytes.into(), PutMode::Overwrite.into()).await;
        put.map_err(|error| ArchiveError::from_store(&path, &error))?;
        match lock {
            Some(lock) => self.locks.set(&path, lock).await,
            None => Ok(()),
        }
    }

    pub(super) async fn read(&self, key: &str, limit: u64) -> Result<Bytes, ArchiveError> {
        let path = own_path(key)?;
        let failed = |error: object_store::Error| ArchiveError::from_store(&path, &error);
        let got = self.location.store().get_opts(&path, GetOptions::default()).await.map_err(failed)?;
        if got.meta.size > limit {
            let size = got.meta.size;
            return Err(ArchiveError::damaged(&path, format!("it has {size} bytes, {limit} at most were expected")));
        }
        got.bytes().await.map_err(failed)
    }

    pub(super) async fn file(&self, key: &str) -> Result<File, ArchiveError> {
        self.location.open(&own_path(key)?).await
    }

    pub(super) fn list(&self, prefix: &str) -> BoxStream<'static, Result<Entry, ArchiveError>> {
        let listed = self.objects(prefix);
        let entries = listed.map_ok(|meta| Entry { key: meta.location.to_string(), size: meta.size });
        entries.boxed()
    }

    pub(super) async fn folders(&self, prefix: &str) -> Result<Vec<String>, ArchiveError> {
        let path = key_path(prefix)?;
        let listed = self.location.store().list_with_delimiter(Some(&path)).await;
        let listed = listed.map_err(|error| ArchiveError::from_store(&path, &error))?;
        let mut folders: Vec<String> =
            listed.common_prefixes.iter().filter(|path| !is_own(path)).map(ToString::to_string).collect();
        folders.sort_unstable();
        Ok(folders)
    }

    pub(super) async fn versions(&self, prefix: &str) -> Result<Vec<Version>, ArchiveError> {
        let mut versions = self.damaged_versions(prefix).await?;
        let mut listed = self.objects(prefix);
        while let Some(meta) = listed.try_next().await? {
            if versions.len() >= MOST_VERSIONS {
                return Err(ArchiveError::TooMany { what: prefix.to_owned(), most: MOST_VERSIONS });
            }
            versions.push(version(meta.location.to_string(), ONLY, &meta));
        }
        // The one that counts first, then the damaged ones from the newest to the oldest.
        versions.sort_by(|one, other| {
            one.key.cmp(&other.key).then(other.is_newest.cmp(&one.is_newest)).then(other.id.cmp(&one.id))
        });
        for at in 1..versions.len() {
            if let [counting, damaged] = &mut versions[at - 1..=at] {
                counting.healed = counting.is_newest && counting.key == damaged.key;
            }
        }
        Ok(versions)
    }

    pub(super) async fn lock_state(&self, key: &str) -> Result<LockState, ArchiveError> {
        let path = own_path(key)?;
        self.must_be_there(&path).await?;
        self.locks.state(&path).await
    }

    pub(super) async fn lock(&self, key: &str, lock: &Lock) -> Result<(), ArchiveError> {
        let path = own_path(key)?;
        self.must_be_there(&path).await?;
        self.locks.set(&path, lock).await
    }

    pub(super) async fn hold(&self, key: &str, held: bool) -> Result<(), ArchiveError> {
        let path = own_path(key)?;
        self.must_be_there(&path).await?;
        self.locks.hold(&path, held).await
    }

    pub(super) async fn delete(&self, version: &Version) -> Result<(), ArchiveError> {
        let path = own_path(&version.key)?;
        match damaged::place(&path, &version.id) {
            Some(copy) => self.locks.delete_copy_if_free(&path, &copy, self.clock.now()).await,
            None => self.locks.delete_if_free(&path, self.clock.now()).await,
        }
    }

    /// Tries the folder with throw-away files, in the way that records take.
    pub(super) async fn probe(&self) -> Result<Probe, ArchiveError> {
        let path = Path::from(format!("{PROBE}/{}", self.ticket()));
        let second = {
            self.create_unlocked(&path, Body::Bytes(Bytes::from_static(b"probe"))).await?;
            self.create_unlocked(&path, Body::Bytes(Bytes::from_static(b"other"))).await
        };
        let now = self.clock.now();
        let until = now.checked_add(jiff::SignedDuration::from_hours(1)).unwrap_or(Timestamp::MAX);
        self.locks.set(&path, &Lock { mode: LockMode::Compliance, until, held: false }).await?;
        let locked = self.locks.delete_if_free(&path, now).await;
        self.locks.hold(&path, true).await?;
        let held = self.locks.delete_if_free(&path, until).await;
        self.locks.hold(&path, false).await?;
        self.locks.delete_if_free(&path, until).await?;
        let own = |outcome: &Result<(), ArchiveError>| match outcome {
            Err(ArchiveError::Locked { .. }) => Enforcement::Program(
                "the program refuses, and it alone: whoever may write to this folder can delete the files".to_owned(),
            ),
            _ => Enforcement::Nobody("the program's own lock did not hold; report this as a fault".to_owned()),
        };
        Ok(Probe {
            kind: VaultKind::Folder,
            location: self.describes(),
            versioning: Enforcement::Nobody(
                "a folder keeps one version of each file; replicate it or back it up".to_owned(),
            ),
            lock: own(&locked),
            bypass: own(&locked),
            hold: own(&held),
            conditional_put: match second {
                Err(ArchiveError::Conflict { .. }) => Enforcement::Store,
                _ => Enforcement::Nobody("a second file could be created in place of the first".to_owned()),
            },
            checksum: Enforcement::Program(
                "digests are compared when files are read again (muniment fixity)".to_owned(),
            ),
            sha256: Enforcement::Program("digests are compared when files are read again (muniment fixity)".to_owned()),
            clock_difference: 0,
        })
    }

    fn objects(&self, prefix: &str) -> BoxStream<'static, Result<ObjectMeta, ArchiveError>> {
        let path = match key_path(prefix) {
            Ok(path) => path,
            Err(error) => return futures::stream::once(async { Err(error) }).boxed(),
        };
        let store = self.location.store().clone();
        let itself = {
            let (store, path) = (store.clone(), path.clone());
            async move {
                match store.head(&path).await {
                    Ok(meta) if !path.as_ref().is_empty() => Some(Ok(meta)),
                    // A folder is no object; what else is wrong comes out when it is listed.
                    _ => None,
                }
            }
        };
        if self.location.file_path(&path).is_some_and(|path| !path.is_dir()) {
            // A file, or nothing: there is nothing below, and walking below a file would be an error.
            return futures::stream::once(itself).filter_map(futures::future::ready).boxed();
        }
        let below = store.list(Some(&path)).map_err({
            let path = path.clone();
            move |error| ArchiveError::from_store(&path, &error)
        });
        let below = below.try_filter(move |meta| futures::future::ready(meta.location != path));
        let all = futures::stream::once(itself).filter_map(futures::future::ready).chain(below);
        all.try_filter(|meta| futures::future::ready(!is_own(&meta.location))).boxed()
    }

    async fn must_be_there(&self, path: &Path) -> Result<(), ArchiveError> {
        match self.location.size(path).await? {
            Some(_) => Ok(()),
            None => Err(ArchiveError::Missing { key: path.to_string() }),
        }
    }

    /// Returns a text that no other write of this or another process has.
    fn ticket(&self) -> String {
        let number = self.tickets.fetch_add(1, Ordering::Relaxed);
        format!("{}-{}-{number}", std::process::id(), self.clock.now().as_nanosecond())
    }
}

/// Returns the path of a key that is not in the vault's own folders.
fn own_path(key: &str) -> Result<Path, ArchiveError> {
    let path = key_path(key)?;
    if is_own(&path) || path.as_ref().is_empty() {
        return Err(ArchiveError::Key { key: key.to_owned() });
    }
    Ok(path)
}

/// Says whether a path lies in a folder that the vault keeps for itself.
fn is_own(path: &Path) -> bool {
    path.parts().next().is_some_and(|first| [LOCKS, DAMAGED, PROBE, INCOMING, SWEPT].contains(&first.as_ref()))
}

fn version(key: String, id: &str, meta: &ObjectMeta) -> Version {
    let modified = Timestamp::from_millisecond(meta.last_modified.timestamp_millis());
    Version {
        key,
        id: id.to_owned(),
        size: meta.size,
        modified: modified.unwrap_or(Timestamp::UNIX_EPOCH),
        is_delete_marker: false,
        is_newest: id == ONLY,
        healed: false,
    }
}

#[cfg(test)]
mod tests;
