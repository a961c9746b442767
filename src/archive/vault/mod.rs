//! The vault: one location of the archive area, a local folder or an S3 bucket, with locks on what it keeps.
//!
//! Keys are written once. Where a store keeps versions, the OLDEST version of a key is the truth, and everything newer is
//! reported by [`Vault::versions`] and otherwise ignored; the two exceptions are the root inventory of an OCFL object and
//! its sidecar, which are replaced ([`Vault::replace`], [`Vault::read_newest`]).
//!
//! On a folder the program keeps the locks itself, in facts beside the data. That holds against the program's own
//! mistakes, not against the machine's owner: it is never called WORM.

mod body;
mod folder;
mod lock;
mod probe;
mod s3;
mod version;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures::stream::BoxStream;
use jiff::Timestamp;
use object_store::ObjectStore;

pub use body::Body;
pub use lock::{Lock, LockMode, LockState};
pub use probe::{Enforcement, Probe};
pub use s3::{S3Settings, https};
pub use version::{Entry, Version};

use self::folder::Folder;
use self::s3::Bucket;
use super::error::ArchiveError;
use super::writing::Put;
use crate::chart::Clock;

/// What a vault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VaultKind {
    /// A local folder: locks are the program's own.
    Folder,
    /// A bucket that speaks S3.
    S3,
}

/// One location of the archive area. Clones are cheap and share everything.
#[derive(Debug, Clone)]
pub struct Vault {
    backend: Arc<Backend>,
}

#[derive(Debug)]
enum Backend {
    Folder(Folder),
    S3(Bucket),
}

impl Vault {
    /// Opens the vault in a local folder, and makes the folder if it is missing. Locks end by `clock`.
    ///
    /// # Errors
    /// The folder cannot be made or used.
    pub fn folder(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, ArchiveError> {
        Ok(Self { backend: Arc::new(Backend::Folder(Folder::open(path, clock)?)) })
    }

    /// Opens the vault in a local folder, whose writing and reading goes through what `wrap` makes of the folder's store.
    ///
    /// # Errors
    /// The folder cannot be made or used.
    pub fn folder_through(
        path: &Path,
        clock: Arc<dyn Clock>,
        wrap: impl FnOnce(Arc<dyn ObjectStore>) -> Arc<dyn ObjectStore>,
    ) -> Result<Self, ArchiveError> {
        Ok(Self { backend: Arc::new(Backend::Folder(Folder::open_through(path, clock, wrap)?)) })
    }

    /// Opens the vault in an S3 bucket; nothing is asked of the server yet. `clock` ends the use of old credentials.
    ///
    /// # Errors
    /// The settings name no bucket or endpoint, or one that must not be spoken to without TLS.
    pub fn s3(settings: &S3Settings, clock: Arc<dyn Clock>) -> Result<Self, ArchiveError> {
        Ok(Self { backend: Arc::new(Backend::S3(Bucket::open(settings, clock)?)) })
    }

    /// Returns what the vault is.
    pub fn kind(&self) -> VaultKind {
        match &*self.backend {
            Backend::Folder(_) => VaultKind::Folder,
            Backend::S3(_) => VaultKind::S3,
        }
    }

    /// Returns where the vault is, for people; never with credentials.
    pub fn describes(&self) -> String {
        match &*self.backend {
            Backend::Folder(folder) => folder.describes(),
            Backend::S3(bucket) => bucket.describes(),
        }
    }

    /// Writes `body` under `key`, unless something is there; flushed. `Existed` says that the same bytes were there.
    ///
    /// With a lock, the object is locked when this returns; a lock that is there is extended, never shortened.
    ///
    /// # Errors
    /// Other bytes are there ([`ArchiveError::Conflict`]); there is no room; reading or writing failed.
    pub async fn create(&self, key: &str, body: Body<'_>, lock: Option<&Lock>) -> Result<Put, ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => folder.create(key, body, lock).await,
            Backend::S3(bucket) => bucket.create(key, body, lock).await,
        }
    }

    /// Writes `bytes` under `key`, over what is there; flushed. Only for what counts by its newest version.
    ///
    /// # Errors
    /// There is no room; writing failed.
    pub async fn replace(&self, key: &str, bytes: Bytes, lock: Option<&Lock>) -> Result<(), ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => folder.replace(key, bytes, lock).await,
            Backend::S3(bucket) => bucket.replace(key, bytes, lock).await,
        }
    }

    /// Reads what was first written under `key`, at most `limit` bytes.
    ///
    /// # Errors
    /// There is nothing, it is larger, or reading failed.
    pub async fn read(&self, key: &str, limit: u64) -> Result<Bytes, ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => folder.read(key, limit).await,
            Backend::S3(bucket) => bucket.read(key, limit).await,
        }
    }

    /// Reads what was last written under `key` (see [`Vault::replace`]), at most `limit` bytes.
    ///
    /// # Errors
    /// There is nothing, it is larger, or reading failed.
    pub async fn read_newest(&self, key: &str, limit: u64) -> Result<Bytes, ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => folder.read(key, limit).await,
            Backend::S3(bucket) => bucket.read_newest(key, limit).await,
        }
    }

    /// Opens what was first written under `key`, at its beginning: the file itself in a folder, a nameless temporary file
    /// with its bytes else.
    ///
    /// # Errors
    /// There is nothing, or reading failed.
    pub async fn open(&self, key: &str) -> Result<File, ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => folder.file(key).await,
            Backend::S3(bucket) => bucket.file(key).await,
        }
    }

    /// Returns a reader of what is kept under `key`, for those who check its digest: where it was healed, of the healed
    /// version. It blocks, so it must not be read by a task.
    ///
    /// # Errors
    /// There is nothing, or reading failed.
    pub async fn reader(&self, key: &str) -> Result<Box<dyn Read + Send>, ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => Ok(Box::new(folder.file(key).await?)),
            Backend::S3(bucket) => bucket.reader(key).await,
        }
    }

    /// Puts the right bytes in the place of a damaged or missing object; the damaged ones are kept. In a folder they are
    /// moved to `damaged/`; in a bucket, where nothing locked can be removed, a newer version is made to count.
    ///
    /// # Errors
    /// There is no room; reading or writing failed.
    pub async fn heal(&self, key: &str, body: Body<'_>, lock: Option<&Lock>) -> Result<(), ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => folder.heal(key, body, lock).await,
            Backend::S3(bucket) => bucket.heal(key, body, lock).await,
        }
    }

    /// Lists `prefix` itself and every key below it, in no particular order; everything when it is empty. A slash at its end
    /// changes nothing, here and below.
    pub fn list(&self, prefix: &str) -> BoxStream<'static, Result<Entry, ArchiveError>> {
        let prefix = prefix.trim_end_matches('/');
        match &*self.backend {
            Backend::Folder(folder) => folder.list(prefix),
            Backend::S3(bucket) => bucket.list(prefix),
        }
    }

    /// Lists the names of the folders directly in `prefix`, sorted, as whole keys without a slash at the end.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn folders(&self, prefix: &str) -> Result<Vec<String>, ArchiveError> {
        let prefix = prefix.trim_end_matches('/');
        match &*self.backend {
            Backend::Folder(folder) => folder.folders(prefix).await,
            Backend::S3(bucket) => bucket.folders(prefix).await,
        }
    }

    /// Lists every version of `prefix` itself and of every key below it, by key and from the newest to the oldest.
    ///
    /// # Errors
    /// The store cannot be read, or holds more than a million versions there.
    pub async fn versions(&self, prefix: &str) -> Result<Vec<Version>, ArchiveError> {
        let prefix = prefix.trim_end_matches('/');
        match &*self.backend {
            Backend::Folder(folder) => folder.versions(prefix).await,
            Backend::S3(bucket) => bucket.versions(prefix).await,
        }
    }

    /// Lists every version as [`Vault::versions`] does, and after them those of the facts that the vault itself keeps about
    /// these keys: what has to be locked with them, and to go with them.
    ///
    /// # Errors
    /// The store cannot be read, or holds more than a million versions there.
    pub async fn versions_with_facts(&self, prefix: &str) -> Result<Vec<Version>, ArchiveError> {
        let mut versions = self.versions(prefix).await?;
        if let Backend::S3(bucket) = &*self.backend {
            versions.extend(bucket.versions_of_facts(prefix.trim_end_matches('/')).await?);
        }
        Ok(versions)
    }

    /// Returns how a version is locked, as the store itself says.
    ///
    /// # Errors
    /// There is no such version, or the store cannot be read.
    pub async fn lock_state(&self, version: &Version) -> Result<LockState, ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => folder.lock_state(&version.key).await,
            Backend::S3(bucket) => bucket.lock_state(version).await,
        }
    }

    /// Locks a version until `until` at least: in its own mode, or in `mode` when it has no lock. An earlier instant than
    /// that of its lock changes nothing.
    ///
    /// # Errors
    /// There is no such version, or the store refuses.
    pub async fn extend(&self, version: &Version, until: Timestamp, mode: LockMode) -> Result<(), ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => folder.lock(&version.key, &Lock { mode, until, held: false }).await,
            Backend::S3(bucket) => bucket.lock(version, &Lock { mode, until, held: false }).await,
        }
    }

    /// Places a legal hold on a version, or takes it away.
    ///
    /// # Errors
    /// There is no such version, or the store refuses.
    pub async fn hold(&self, version: &Version, held: bool) -> Result<(), ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => folder.hold(&version.key, held).await,
            Backend::S3(bucket) => bucket.hold(version, held).await,
        }
    }

    /// Deletes a version for good. A version that is gone is no error: a disposal that was interrupted goes on.
    ///
    /// # Errors
    /// It is locked or held ([`ArchiveError::Locked`]); the store failed.
    pub async fn delete(&self, version: &Version) -> Result<(), ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => folder.delete(version).await,
            Backend::S3(bucket) => bucket.delete(version).await,
        }
    }

    /// Returns the time by the store's own clock.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn store_time(&self) -> Result<Timestamp, ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => Ok(folder.now()),
            Backend::S3(bucket) => bucket.store_time().await,
        }
    }

    /// Removes what stopped programs left half-written before `before` (well in the past: a day); returns how many. In a
    /// bucket the rule for unfinished uploads does this.
    ///
    /// # Errors
    /// A folder cannot be read, or a leftover not removed.
    pub async fn sweep(&self, before: std::time::SystemTime) -> Result<u64, ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => folder.sweep(before).await,
            Backend::S3(_) => Ok(0),
        }
    }

    /// Finds out, with throw-away objects, what the location really enforces.
    ///
    /// # Errors
    /// The location cannot be written to or read at all.
    pub async fn probe(&self) -> Result<Probe, ArchiveError> {
        match &*self.backend {
            Backend::Folder(folder) => folder.probe().await,
            Backend::S3(bucket) => bucket.probe().await,
        }
    }
}

/// Returns the path of a key: parts of printable characters, none of them `.`, `..` or with a `#`.
fn key_path(key: &str) -> Result<object_store::path::Path, ArchiveError> {
    let path = object_store::path::Path::parse(key).map_err(|_| ArchiveError::Key { key: key.to_owned() })?;
    // Nothing is tidied up silently: a key is written the way it is read.
    if path.as_ref() != key || key.contains(['#', '\\']) {
        return Err(ArchiveError::Key { key: key.to_owned() });
    }
    Ok(path)
}
