//! The lock facts of a folder: one small JSON file per locked key under `.locks/`, changed by one program at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStoreExt, PutMode};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, MutexGuard};

use super::super::lock::{Lock, LockState};
use super::LOCKS;
use crate::archive::error::ArchiveError;
use crate::archive::location::{Location, make_folder};

/// Version of the form of a lock fact.
const SCHEMA: u64 = 1;
/// Size of the largest lock fact, in bytes.
const LARGEST: u64 = 1 << 16;
/// How often a program tries to have its turn, and the time between, together half a minute.
const TRIES: u32 = 1_500;
const PAUSE: Duration = Duration::from_millis(20);

#[derive(Serialize, Deserialize)]
struct LockFact {
    schema: u64,
    key: String,
    #[serde(flatten)]
    state: LockState,
}

/// The lock facts.
#[derive(Debug)]
pub(super) struct Locks {
    location: Location,
    turn: Mutex<()>,
}

/// While this is held, nobody else changes a lock fact, in this process or another.
struct Turn<'a> {
    _here: MutexGuard<'a, ()>,
    _file: File,
}

impl Locks {
    pub(super) fn new(location: Location) -> Self {
        Self { location, turn: Mutex::new(()) }
    }

    /// Returns how `key` is locked.
    pub(super) async fn state(&self, key: &Path) -> Result<LockState, ArchiveError> {
        let place = place(key);
        let got = match self.location.store().get(&place).await {
            Ok(got) => got,
            Err(object_store::Error::NotFound { .. }) => return Ok(LockState::default()),
            Err(error) => return Err(ArchiveError::from_store(&place, &error)),
        };
        if got.meta.size > LARGEST {
            return Err(ArchiveError::damaged(&place, "it is too large for a lock"));
        }
        let bytes = got.bytes().await.map_err(|error| ArchiveError::from_store(&place, &error))?;
        // A lock that cannot be read is never taken for none.
        let fact: LockFact = serde_json::from_slice(&bytes)
            .map_err(|error| ArchiveError::damaged(&place, format!("it is no lock: {error}")))?;
        if fact.schema != SCHEMA {
            return Err(ArchiveError::Schema { key: place.to_string(), found: fact.schema, known: 1 });
        }
        if fact.key != key.as_ref() {
            return Err(ArchiveError::damaged(&place, "it is the lock of another key"));
        }
        Ok(fact.state)
    }

    /// Sets a lock on top of what is there.
    pub(super) async fn set(&self, key: &Path, lock: &Lock) -> Result<(), ArchiveError> {
        let _turn = self.turn().await?;
        let before = self.state(key).await?;
        let after = before.with(lock);
        if after == before { Ok(()) } else { self.write(key, after).await }
    }

    /// Places a hold, or takes it away.
    pub(super) async fn hold(&self, key: &Path, held: bool) -> Result<(), ArchiveError> {
        let _turn = self.turn().await?;
        let before = self.state(key).await?;
        if before.held == held { Ok(()) } else { self.write(key, LockState { held, ..before }).await }
    }

    /// Deletes the object with its lock fact, if nothing stands against it at `now`.
    pub(super) async fn delete_if_free(&self, key: &Path, now: Timestamp) -> Result<(), ArchiveError> {
        let _turn = self.turn().await?;
        self.must_be_free(key, now).await?;
        // The fact last: a delete that was interrupted is finished by the next one.
        self.remove(key).await?;
        self.remove(&place(key)).await
    }

    /// Deletes a damaged copy of an object, if nothing stands against deleting the object itself.
    pub(super) async fn delete_copy_if_free(
        &self,
        key: &Path,
        copy: &Path,
        now: Timestamp,
    ) -> Result<(), ArchiveError> {
        let _turn = self.turn().await?;
        self.must_be_free(key, now).await?;
        self.remove(copy).await
    }

    async fn must_be_free(&self, key: &Path, now: Timestamp) -> Result<(), ArchiveError> {
        let state = self.state(key).await?;
        if state.is_free(now) {
            return Ok(());
        }
        Err(ArchiveError::Locked { key: key.to_string(), until: state.until, held: state.held })
    }

    async fn remove(&self, path: &Path) -> Result<(), ArchiveError> {
        match self.location.store().delete(path).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(ArchiveError::from_store(path, &error)),
        }
        self.location.flush_above(path).await
    }

    async fn write(&self, key: &Path, state: LockState) -> Result<(), ArchiveError> {
        let place = place(key);
        let fact = LockFact { schema: SCHEMA, key: key.to_string(), state };
        let json = serde_json::to_vec(&fact).map_err(|error| ArchiveError::failed(&place, error))?;
        let put = self.location.store().put_opts(&place, json.into(), PutMode::Overwrite.into()).await;
        put.map(|_| ()).map_err(|error| ArchiveError::from_store(&place, &error))
    }

    async fn turn(&self) -> Result<Turn<'_>, ArchiveError> {
        let here = self.turn.lock().await;
        let file = self.turn_file().map_err(|cause| ArchiveError::Folder { cause })?;
        for _ in 0..TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Turn { _here: here, _file: file }),
                Err(TryLockError::WouldBlock) => tokio::time::sleep(PAUSE).await,
                Err(TryLockError::Error(cause)) => return Err(ArchiveError::Folder { cause }),
            }
        }
        Err(ArchiveError::Failed {
            key: LOCKS.to_owned(),
            cause: "another program changes locks here and does not come to an end".to_owned(),
        })
    }

    fn turn_file(&self) -> std::io::Result<File> {
        let folder = self.location.local_folder().ok_or(std::io::ErrorKind::NotFound)?;
        let open = || OpenOptions::new().create(true).append(true).mode(0o600).open(folder.join(LOCKS).join("turn"));
        open().or_else(|_| {
            make_folder(&folder.join(LOCKS))?;
            open()
        })
    }
}

/// Returns where the lock fact of a key is kept.
fn place(key: &Path) -> Path {
    let place = format!("{LOCKS}/{key}.json");
    // A key that is one stays one with more at both ends; it is parsed so that a percent sign in it stays as it is.
    Path::parse(&place).unwrap_or_else(|_| Path::from(place))
}
