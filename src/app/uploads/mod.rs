//! Uploads that can be cut off and go on: bytes come in parts, and the whole file goes the way of every other source, into
//! the intake area, confirmed and recorded, before it is removed here.

mod place;

use std::io;
use std::pin::pin;

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use jiff::{SignedDuration, Timestamp};
use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

pub use place::Upload;

use self::place::UploadPlace;
use super::rights::no_such;
use super::{App, AppError, new_delivery, new_id};
use crate::access::Permission;
use crate::chart::BatchId;
use crate::intake::{Intake, SourceRule};

const MIB: u64 = 1 << 20;
/// Longest name of a file, in bytes, as file systems have it.
const LONGEST_NAME: usize = 200;

/// What is wrong with a part of an upload.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// Something failed, or may not be done.
    #[error(transparent)]
    App(#[from] AppError),
    /// The part does not begin where the others ended.
    #[error("the upload goes on at byte {0}")]
    Offset(u64),
    /// Another request is writing to it.
    #[error("another request is writing to this upload; try again when it has ended")]
    Busy,
    /// The bytes are not those that the checksum is of; the part was not kept.
    #[error("the bytes that came are not those that were sent: send this part again")]
    Checksum,
    /// More came than was announced.
    #[error("more bytes came than were announced")]
    TooLong,
    /// The connection ended; what came is kept.
    #[error("the connection ended before the part did; the upload can go on")]
    Cut,
    /// It has expired.
    #[error("this upload has expired: begin it again")]
    Expired,
}

/// How the bytes of a part can be compared with those that were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    /// The way to compute it.
    pub algorithm: ChecksumAlgorithm,
    /// The digest.
    pub digest: Vec<u8>,
}

/// A way to compute a checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChecksumAlgorithm {
    /// SHA-1, which the protocol asks for: against accidents, not against people.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl App {
    /// Returns the bytes that an upload may have.
    pub fn longest_upload(&self) -> u64 {
        self.config.intake.max_file_mib * MIB
    }

    /// Begins an upload of `length` bytes into a batch.
    ///
    /// # Errors
    /// They may not bring in scans; the batch is closed; the name or the length cannot be used; they have too many uploads open.
    pub async fn begin_upload(&self, batch: BatchId, name: &str, length: u64) -> Result<Upload, AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        let others = self.store.batches_of_others(person).await?;
        if self.store.batch(batch).await?.is_none() || others.contains(&batch) {
            return Err(no_such("batch"));
        }
        self.store.takes_files(batch, None).await?;
        let name = plain_name(name).ok_or_else(|| {
            AppError::Unfit(format!(
                "a file has a name of 1 to {LONGEST_NAME} bytes without / and characters that cannot be printed"
            ))
        })?;
        if length > self.longest_upload() {
            let most = self.config.intake.max_file_mib;
            return Err(AppError::Unfit(format!("the file is larger than {most} MiB (intake.max_file_mib)")));
        }
        self.expire_uploads().await?;
        let place = self.upload_place();
        let open = blocking(move || place.all()).await?;
        let own = open.iter().filter(|(_, upload, _)| {
            upload.as_ref().is_some_and(|upload| upload.person == person && !upload.delivered)
        });
        if own.count() >= self.config.uploads.most_open as usize {
            let most = self.config.uploads.most_open;
            return Err(AppError::Unfit(format!("you have {most} uploads open: end some of them first")));
        }
        let id = new_id();
        let upload = Upload { id, person, batch, name, length, begun_at: self.clock.now(), delivered: false };
        let (place, kept) = (self.upload_place(), upload.clone());
        blocking(move || place.begin(&kept)).await?;
        if length == 0 {
            self.deliver_upload(upload.clone()).await?;
        }
        Ok(upload)
    }

    /// Returns an upload of whoever asks, with the bytes that have come.
    ///
    /// # Errors
    /// They have none of this id; the folder cannot be read.
    pub async fn upload(&self, id: Uuid) -> Result<(Upload, u64), AppError> {
        let person = self.actor(Permission::Label, &[]).await?.person;
        let place = self.upload_place();
        let found = blocking(move || place.find(id)).await?;
        found.filter(|(upload, _)| upload.person == person).ok_or_else(|| no_such("upload"))
    }

    /// Returns when an upload is deleted if it does not go on.
    pub fn upload_expires(&self) -> Timestamp {
        let keep = SignedDuration::from_hours(self.config.uploads.keep_hours.into());
        self.clock.now().saturating_add(keep).unwrap_or(Timestamp::MAX)
    }

    /// Takes a part of an upload that begins at `offset`; returns where the next one begins. After the last one, the file is
    /// taken in. With a checksum, a part is kept whole or not at all.
    ///
    /// # Errors
    /// See [`UploadError`].
    pub async fn continue_upload<E>(
        &self,
        id: Uuid,
        offset: u64,
        checksum: Option<Checksum>,
        part: impl Stream<Item = Result<Bytes, E>>,
    ) -> Result<u64, UploadError> {
        let (upload, here) = self.upload(id).await?;
        if upload.delivered || offset != here {
            return Err(UploadError::Offset(here));
        }
        let _writing = self.shared.writing(id).ok_or(UploadError::Busy)?;
        if here == upload.length {
            // The file is whole; taking it in failed before.
            self.deliver_upload(upload).await?;
            return Ok(here);
        }
        let place = self.upload_place();
        let file = blocking(move || place.open(id, offset)).await?;
        let mut file = tokio::fs::File::from_std(file);
        let mut hash = checksum.as_ref().map(|checksum| {
            Context::new(match checksum.algorithm {
                ChecksumAlgorithm::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
                ChecksumAlgorithm::Sha256 => &SHA256,
            })
        });
        let (mut at, mut ending) = (offset, None);
        let mut part = pin!(part);
        while let Some(bytes) = part.next().await {
            let Ok(bytes) = bytes else {
                ending = Some(UploadError::Cut);
                break;
            };
            if bytes.len() as u64 > upload.length - at {
                ending = Some(UploadError::TooLong);
                break;
            }
            if let Some(hash) = &mut hash {
                hash.update(&bytes);
            }
            file.write_all(&bytes).await.map_err(|cause| UploadError::App(failed(cause)))?;
            at += bytes.len() as u64;
        }
        let fits = match (&checksum, hash) {
            (Some(checksum), Some(hash)) => hash.finish().as_ref() == checksum.digest.as_slice(),
            _ => true,
        };
        if ending.is_none() && !fits {
            ending = Some(UploadError::Checksum);
        }
        if ending.is_some() && (checksum.is_some() || matches!(ending, Some(UploadError::TooLong))) {
            file.set_len(offset).await.map_err(failed)?;
        }
        file.sync_all().await.map_err(failed)?;
        drop(file);
        match ending {
            Some(ending) => Err(ending),
            None => {
                if at == upload.length {
                    self.deliver_upload(upload).await?;
                }
                Ok(at)
            }
        }
    }

    /// Ends an upload and deletes what came of it; what was taken in stays.
    ///
    /// # Errors
    /// They have none of this id; another request writes to it; it cannot be deleted.
    pub async fn end_upload(&self, id: Uuid) -> Result<(), UploadError> {
        self.upload(id).await?;
        let _writing = self.shared.writing(id).ok_or(UploadError::Busy)?;
        let place = self.upload_place();
        Ok(blocking(move || place.remove(id)).await?)
    }

    /// Deletes uploads that have not gone on for too long.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub async fn expire_uploads(&self) -> Result<(), AppError> {
        let keep = SignedDuration::from_hours(self.config.uploads.keep_hours.into());
        let before = self.clock.now().saturating_sub(keep).unwrap_or(Timestamp::MIN);
        let place = self.upload_place();
        let all = blocking(move || place.all()).await?;
        for (id, _, at) in all {
            if at < before
                && let Some(writing) = self.shared.writing(id)
            {
                let place = self.upload_place();
                blocking(move || place.remove(id)).await?;
                drop(writing);
            }
        }
        Ok(())
    }

    /// Takes a whole file in, like every other source; its name and place make the delivery the same at another try.
    async fn deliver_upload(&self, mut upload: Upload) -> Result<(), AppError> {
        let (place, whole) = (self.upload_place(), upload.clone());
        let path = blocking(move || place.name_whole(&whole)).await?;
        let intake = Intake::new(self.store.clone(), self.areas.intake.clone(), SourceRule::Keep);
        intake.take(&path, upload.batch, new_delivery(), self.clock.now()).await?;
        upload.delivered = true;
        let place = self.upload_place();
        blocking(move || place.keep(&upload).and_then(|()| place.drop_bytes(upload.id))).await
    }

    fn upload_place(&self) -> UploadPlace {
        UploadPlace::new(&self.config.uploads.folder)
    }
}

/// Returns the last part of a name as browsers send it, if it can be the name of a file.
fn plain_name(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim_matches(' ');
    let unfit = name.is_empty()
        || matches!(name, "." | "..")
        || name.len() > LONGEST_NAME
        || name.chars().any(|letter| letter.is_control() || letter == '\u{fffd}');
    (!unfit).then(|| name.to_owned())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, AppError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|cause| failed(io::Error::other(cause)))?.map_err(failed)
}

fn failed(cause: io::Error) -> AppError {
    AppError::Write { what: "the upload".into(), cause }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        assert_eq!(plain_name("scan 001.tif").as_deref(), Some("scan 001.tif"));
        assert_eq!(plain_name("../../etc/passwd").as_deref(), Some("passwd"));
        assert_eq!(plain_name("C:\\scans\\a.pdf").as_deref(), Some("a.pdf"));
        for bad in ["", "..", "a/", "x\u{1b}[2J", "x\n", &"a".repeat(201)] {
            assert_eq!(plain_name(bad), None, "{bad:?}");
        }
    }
}
