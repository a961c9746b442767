//! Create-only writing into a bucket. Where the server does not refuse to create a key twice, the program looks before
//! and after: of several versions the oldest is the truth, and whoever wrote a later one compares and yields.

use std::time::Duration;

use aws_sdk_s3::error::SdkError;
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ObjectLockLegalHoldStatus;
use base64ct::{Base64, Encoding};
use bytes::Bytes;
use md5::Digest as _;
use object_store::{MultipartUpload, ObjectStoreExt, PutPayload};

use super::connection::{failed, status};
use super::locks::{date, put_mode, whole_seconds};
use super::{Bucket, PROBE, own_path, store_failed};
use crate::archive::error::ArchiveError;
use crate::archive::vault::body::Body;
use crate::archive::vault::key_path;
use crate::archive::vault::lock::{Lock, LockState};
use crate::archive::vault::version::Version;
use crate::archive::writing::Put;
use crate::chart::Digest;

/// The largest object that is put in one request, in bytes.
pub(super) const SMALL: u64 = 8 << 20;
/// Size of a part, in bytes, and how many parts there are at most (S3 allows 10,000).
const PART: u64 = 16 << 20;
const MOST_PARTS: u64 = 9_000;
/// How often a create is tried while another one of the same key is under way, and the time between.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_millis(300);

impl Bucket {
    pub(in crate::archive::vault) async fn create(
        &self,
        key: &str,
        body: Body<'_>,
        lock: Option<&Lock>,
    ) -> Result<Put, ArchiveError> {
        own_path(key)?;
        let size = body.size().map_err(|error| broken(key, error))?;
        let creates_once = size <= SMALL && self.creates_once().await?;
        // A server that does not refuse would take another version with every repetition of a deposit.
        if !creates_once && let Some(oldest) = self.oldest(key).await? {
            return self.compare(&oldest, &body, size, lock).await;
        }
        if size > SMALL {
            return self.create_large(key, &body, size, lock).await;
        }
        let bytes = body.part(0, size).await.map_err(|error| broken(key, error))?;
        for _ in 0..TRIES {
            let written = match self.put(key, bytes.clone(), lock, true).await {
                Ok(version) => version,
                Err(error) if matches!(status(&error), Some(409 | 412)) => {
                    if let Some(oldest) = self.oldest(key).await? {
                        return self.compare(&oldest, &body, size, lock).await;
                    }
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(error) => return Err(failed(key, &error)),
            };
            if let Some(lock) = lock {
                self.confirm_lock(&written, lock).await?;
            }
            return if creates_once { Ok(Put::Created) } else { self.settle(&written, &body, lock).await };
        }
        Err(broken(key, "another program creates the same key and does not come to an end"))
    }

    pub(in crate::archive::vault) async fn replace(
        &self,
        key: &str,
        bytes: Bytes,
        lock: Option<&Lock>,
    ) -> Result<(), ArchiveError> {
        own_path(key)?;
        let written = self.put(key, bytes, lock, false).await.map_err(|error| failed(key, &error))?;
        match lock {
            Some(lock) => self.confirm_lock(&written, lock).await,
            None => Ok(()),
        }
    }

    /// Says whether the server refuses to create a key twice, which a throw-away object shows.
    pub(super) async fn creates_once(&self) -> Result<bool, ArchiveError> {
        let tried = self.creates_once.get_or_try_init(|| async {
            let key = format!("{PROBE}/{}", self.ticket());
            let mut written = Vec::new();
            let mut refused = false;
            for text in ["first", "second"] {
                match self.put(&key, Bytes::from_static(text.as_bytes()), None, true).await {
                    Ok(version) => written.push(version),
                    Err(error) if status(&error) == Some(412) => refused = true,
                    Err(error) => return Err(failed(&key, &error)),
                }
            }
            for version in &written {
                // These credentials may not be allowed to; the next probe sweeps what is left.
                let _ = self.delete(version).await;
            }
            Ok(refused && written.len() == 1)
        });
        tried.await.copied()
    }

    /// Puts bytes in one request, with their checksums and the lock.
    pub(super) async fn put(
        &self,
        key: &str,
        bytes: Bytes,
        lock: Option<&Lock>,
        create: bool,
    ) -> Result<Version, SdkError<PutObjectError>> {
        let size = bytes.len() as u64;
        let mut request = self
            .sdk
            .put_object()
            .bucket(&self.name)
            .key(self.full_key(key))
            .content_type("application/octet-stream")
            .content_md5(Base64::encode_string(&md5::Md5::digest(&bytes)))
            .checksum_sha256(Base64::encode_string(Digest::of(&bytes).as_bytes()))
            .body(ByteStream::from(bytes));
        if create {
            request = request.if_none_match("*");
        }
        if let Some(lock) = lock.map(whole_seconds) {
            if lock.until > self.clock.now() {
                request = request.object_lock_mode(put_mode(lock.mode)).object_lock_retain_until_date(date(lock.until));
            }
            if lock.held {
                request = request.object_lock_legal_hold_status(ObjectLockLegalHoldStatus::On);
            }
        }
        let answer = request.send().await?;
        Ok(self.written(key, answer.version_id(), size))
    }

    async fn create_large(
        &self,
        key: &str,
        body: &Body<'_>,
        size: u64,
        lock: Option<&Lock>,
    ) -> Result<Put, ArchiveError> {
        let written = self.upload(key, body, size).await?;
        let put = self.settle(&written, body, lock).await?;
        if let (Put::Created, Some(lock)) = (put, lock) {
            self.lock(&written, lock).await?;
        }
        Ok(put)
    }

    /// Uploads a large body in parts, as a new version.
    pub(super) async fn upload(&self, key: &str, body: &Body<'_>, size: u64) -> Result<Version, ArchiveError> {
        let path = key_path(&self.full_key(key))?;
        let mut upload = self.data.put_multipart(&path).await.map_err(|error| store_failed(key, &error))?;
        let written = match self.send_parts(key, body, size, upload.as_mut()).await {
            Ok(()) => upload.complete().await.map_err(|error| store_failed(key, &error)),
            Err(error) => Err(error),
        };
        match written {
            Ok(answer) => Ok(self.written(key, answer.version.as_deref(), size)),
            Err(error) => {
                // What stays behind is no object; the bucket's rule for unfinished uploads removes it.
                let _ = upload.abort().await;
                Err(error)
            }
        }
    }

    async fn send_parts(
        &self,
        key: &str,
        body: &Body<'_>,
        size: u64,
        upload: &mut dyn MultipartUpload,
    ) -> Result<(), ArchiveError> {
        let part = PART.max(size.div_ceil(MOST_PARTS));
        let mut sent = 0;
        while sent < size {
            let bytes = body.part(sent, part.min(size - sent)).await.map_err(|error| broken(key, error))?;
            sent += bytes.len() as u64;
            // One part at a time: memory stays at one part.
            upload.put_part(PutPayload::from(bytes)).await.map_err(|error| store_failed(key, &error))?;
        }
        Ok(())
    }

    /// Finds out whether what was written is the oldest version; if not, compares with the oldest and yields to it.
    async fn settle(&self, written: &Version, body: &Body<'_>, lock: Option<&Lock>) -> Result<Put, ArchiveError> {
        let key = written.key.as_str();
        let oldest = self.oldest(key).await?.ok_or_else(|| broken(key, "the server does not list what it took"))?;
        if oldest.id == written.id {
            return Ok(Put::Created);
        }
        // Where it is locked already, it stays as a version that counts for nothing until a disposal.
        let _ = self.delete(written).await;
        self.compare(&oldest, body, written.size, lock).await
    }

    /// Compares what is kept with what was to be written, and has it locked as asked.
    async fn compare(
        &self,
        kept: &Version,
        body: &Body<'_>,
        size: u64,
        lock: Option<&Lock>,
    ) -> Result<Put, ArchiveError> {
        let key = kept.key.as_str();
        let announced = body.digest().await.map_err(|error| broken(key, error))?;
        let file = self.version_file(kept).await?;
        let reading = tokio::task::spawn_blocking(move || crate::archive::intake_area::digest_of(file)).await;
        let (kept_size, digest) = reading.map_err(|error| broken(key, error))?.map_err(|error| broken(key, error))?;
        if kept_size != size || digest != announced {
            return Err(ArchiveError::Conflict { key: key.to_owned() });
        }
        if let Some(lock) = lock {
            self.lock(kept, lock).await?;
        }
        Ok(Put::Existed)
    }

    /// Makes sure that a lock sent along with an object is in force; sets it once more where the server ignored it.
    async fn confirm_lock(&self, written: &Version, lock: &Lock) -> Result<(), ArchiveError> {
        let wanted = LockState::default().with(&whole_seconds(lock));
        match self.must_be(written, wanted).await {
            Err(ArchiveError::Refused { .. }) => self.lock(written, lock).await,
            confirmed => confirmed,
        }
    }

    fn written(&self, key: &str, version: Option<&str>, size: u64) -> Version {
        Version {
            key: key.to_owned(),
            id: version.unwrap_or("null").to_owned(),
            size,
            modified: self.clock.now(),
            is_delete_marker: false,
            is_newest: true,
            healed: false,
        }
    }
}

fn broken(key: &str, cause: impl ToString) -> ArchiveError {
    ArchiveError::Failed { key: key.to_owned(), cause: cause.to_string() }
}
