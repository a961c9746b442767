//! One source file: hashed, kept, confirmed, recorded, and only then moved.

use std::fs::File;
use std::io::{self, Seek};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::error::IntakeError;
use super::moving::move_source;
use super::source::{self, Fingerprint};
use crate::archive::{ArchiveError, IntakeArea};
use crate::chart::{BatchId, DeliveryId, Digest, Reject, RejectReason};
use crate::store::{NewDelivery, Recorded, Store};

/// Attempts at a source that changes while it is read.
const MOST_ATTEMPTS: u32 = 3;

/// What becomes of a source that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceRule {
    /// It stays where it is.
    Keep,
    /// It is moved into this folder.
    Move(PathBuf),
}

/// Takes source files in.
#[derive(Debug, Clone)]
pub struct Intake {
    store: Store,
    area: IntakeArea,
    rule: SourceRule,
}

/// A source that is safe and recorded.
#[derive(Debug)]
pub struct Taken {
    /// The delivery: the one of an earlier run, if it was recorded then.
    pub delivery: DeliveryId,
    /// Digest of its bytes.
    pub scan: Digest,
    /// Bytes.
    pub size: u64,
    /// Whether the content is new, repeated, or this very delivery is known.
    pub recorded: Recorded,
    /// What became of the source.
    pub source: SourceFate,
}

/// What became of a source that is safe and recorded.
#[derive(Debug)]
pub enum SourceFate {
    /// It stays where it is, as the rule says.
    Kept,
    /// It is here now.
    Moved(PathBuf),
    /// It should have been moved, but that failed; taking it again tries once more.
    NotMoved(IntakeError),
}

impl Intake {
    /// Takes sources into `area` and `store`, and treats them by `rule` then.
    pub const fn new(store: Store, area: IntakeArea, rule: SourceRule) -> Self {
        Self { store, area, rule }
    }

    /// Takes the file at `path` (absolute) as a delivery of `batch`, received at `now`. `id` becomes the delivery's
    /// identity unless the delivery is known. Wait until the file is stable first.
    ///
    /// Can be stopped at any moment and called again: nothing is lost and nothing is kept twice.
    ///
    /// # Errors
    /// The source cannot be read, is not a regular file, or keeps changing; the batch is closed; the archive or the database failed. The
    /// source is untouched then.
    pub async fn take(
        &self,
        path: &Path,
        batch: BatchId,
        id: DeliveryId,
        now: Timestamp,
    ) -> Result<Taken, IntakeError> {
        let source_key = Digest::of(path.as_os_str().as_bytes());
        self.store.takes_files(batch, Some(source_key)).await?;
        let (scan, taken) = self.keep(path, id).await?;
        let size = taken.size();
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let delivery = NewDelivery {
            id,
            batch,
            scan,
            size,
            source_key,
            source_name: &name,
            received_at: now,
            priority: 0,
            reject: (size == 0)
                .then(|| Reject::file(RejectReason::Empty, "The file has no bytes. Scan or copy it again.")),
        };
        let recorded = self.store.record_delivery(&delivery).await?;
        let source = match &self.rule {
            SourceRule::Keep => SourceFate::Kept,
            SourceRule::Move(folder) => {
                let (path, folder) = (path.to_owned(), folder.clone());
                match blocking(move || move_source(&path, &folder, &taken, scan)).await {
                    Ok(moved) => SourceFate::Moved(moved),
                    Err(error) => SourceFate::NotMoved(error),
                }
            }
        };
        let delivery = match recorded {
            Recorded::Known { delivery } => delivery,
            Recorded::New | Recorded::Repeated { .. } => id,
        };
        Ok(Taken { delivery, scan, size, recorded, source })
    }

    /// Brings the bytes at `path` into the intake area and confirms them there.
    async fn keep(&self, path: &Path, id: DeliveryId) -> Result<(Digest, Fingerprint), IntakeError> {
        for _ in 0..MOST_ATTEMPTS {
            match self.keep_once(path, id).await {
                Err(IntakeError::Changing | IntakeError::Archive(ArchiveError::Changed { .. })) => {}
                result => return result,
            }
        }
        Err(IntakeError::Changing)
    }

    async fn keep_once(&self, path: &Path, id: DeliveryId) -> Result<(Digest, Fingerprint), IntakeError> {
        let opened = path.to_owned();
        let (file, scan, taken) = blocking(move || read_whole(&opened)).await?;
        let size = taken.size();
        if self.area.size(scan).await? != Some(size) {
            let mut source = tokio::fs::File::from_std(file);
            self.area.put(scan, size, &mut source, &id.to_string()).await?;
        }
        self.area.confirm(scan, size).await?;
        let path = path.to_owned();
        if blocking(move || Fingerprint::of(&path)).await? != taken {
            return Err(IntakeError::Changing);
        }
        Ok((scan, taken))
    }
}

/// Reads a file once for its digest; gives it back at its beginning.
fn read_whole(path: &Path) -> Result<(File, Digest, Fingerprint), IntakeError> {
    let failed = |cause| IntakeError::Source { cause };
    let mut file = source::open(path)?;
    let before = Fingerprint::of_open(&file)?;
    let (digest, size) = source::digest(&mut file).map_err(failed)?;
    if Fingerprint::of_open(&file)? != before || size != before.size() {
        return Err(IntakeError::Changing);
    }
    file.rewind().map_err(failed)?;
    Ok((file, digest, before))
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, IntakeError> + Send + 'static,
) -> Result<T, IntakeError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(IntakeError::Source { cause: io::Error::other(error) }),
    }
}
