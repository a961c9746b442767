//! The vault in an S3 bucket: data through `object_store` and the SDK, versions and Object Lock through the SDK.
//!
//! What is written needs a checksum and its lock in the same request, which `object_store` cannot send; so small objects
//! are put by the SDK, large ones by `object_store` in parts and locked afterwards.

mod connection;
mod healing;
mod locks;
mod probe;
mod reading;
mod settings;
mod versions;
mod writing;

use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_s3::config::interceptors::BeforeDeserializationInterceptorContextRef;
use aws_sdk_s3::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_s3::error::BoxError;
use bytes::Bytes;
use futures::StreamExt;
use jiff::Timestamp;
use object_store::{GetOptions, GetResult, ObjectStore};
use tokio::io::AsyncWriteExt;
use tokio::sync::OnceCell;

pub use connection::https;
pub use settings::S3Settings;

use self::connection::failed;
use super::key_path;
use super::version::Version;
use crate::archive::error::ArchiveError;
use crate::chart::Clock;

/// Folder for the objects of a probe.
const PROBE: &str = ".probe";

/// The vault in an S3 bucket.
#[derive(Clone)]
pub(super) struct Bucket {
    sdk: aws_sdk_s3::Client,
    data: Arc<dyn ObjectStore>,
    name: String,
    prefix: String,
    description: String,
    clock: Arc<dyn Clock>,
    /// Whether the server refuses to create a key twice; found out before the first create.
    creates_once: Arc<OnceCell<bool>>,
    tickets: Arc<AtomicU64>,
    healed: Arc<tokio::sync::Mutex<healing::Healed>>,
}

impl std::fmt::Debug for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Bucket").field(&self.description).finish()
    }
}

impl Bucket {
    pub(super) fn open(settings: &S3Settings, clock: Arc<dyn Clock>) -> Result<Self, ArchiveError> {
        settings.check()?;
        Ok(Self {
            sdk: connection::sdk(settings),
            data: connection::data(settings, clock.clone())?,
            name: settings.bucket.clone(),
            prefix: settings.prefix.clone(),
            description: settings.describes(),
            clock,
            creates_once: Arc::default(),
            tickets: Arc::default(),
            healed: Arc::default(),
        })
    }

    pub(super) fn describes(&self) -> String {
        self.description.clone()
    }

    pub(super) async fn read(&self, key: &str, limit: u64) -> Result<Bytes, ArchiveError> {
        own_path(key)?;
        let oldest = self.oldest(key).await?.ok_or_else(|| ArchiveError::Missing { key: key.to_owned() })?;
        self.whole(key, self.version_id(&oldest), limit).await
    }

    pub(super) async fn read_newest(&self, key: &str, limit: u64) -> Result<Bytes, ArchiveError> {
        own_path(key)?;
        match self.whole(key, None, limit).await {
            // A delete marker hides what is there, and counts for nothing.
            Err(ArchiveError::Missing { .. }) => {
                let newest = self.of_key(key).await?.into_iter().next();
                let newest = newest.ok_or_else(|| ArchiveError::Missing { key: key.to_owned() })?;
                self.whole(key, self.version_id(&newest), limit).await
            }
            read => read,
        }
    }

    /// Returns a reader of the version of a key that counts.
    pub(super) async fn reader(&self, key: &str) -> Result<Box<dyn io::Read + Send>, ArchiveError> {
        own_path(key)?;
        let counting = self.counting(key).await?.ok_or_else(|| ArchiveError::Missing { key: key.to_owned() })?;
        self.stream(&counting).await
    }

    /// Opens what was first written under `key`: a nameless temporary file with its bytes.
    pub(super) async fn file(&self, key: &str) -> Result<File, ArchiveError> {
        own_path(key)?;
        let oldest = self.oldest(key).await?.ok_or_else(|| ArchiveError::Missing { key: key.to_owned() })?;
        self.version_file(&oldest).await
    }

    /// Copies a version to a nameless temporary file.
    pub(super) async fn version_file(&self, version: &Version) -> Result<File, ArchiveError> {
        let key = version.key.as_str();
        let broken = |error: io::Error| ArchiveError::Failed { key: key.to_owned(), cause: error.to_string() };
        let got = self.get(key, self.version_id(version)).await?;
        let size = got.meta.size;
        let mut file = tokio::fs::File::from_std(tempfile::tempfile().map_err(broken)?);
        let mut stream = got.into_stream();
        let mut taken = 0_u64;
        while let Some(bytes) = stream.next().await {
            let bytes = bytes.map_err(|error| store_failed(key, &error))?;
            taken = taken.saturating_add(bytes.len() as u64);
            file.write_all(&bytes).await.map_err(broken)?;
        }
        file.flush().await.map_err(broken)?;
        if taken != size {
            return Err(broken(io::Error::other(format!("the server sent {taken} of {size} bytes"))));
        }
        let mut file = file.into_std().await;
        io::Seek::rewind(&mut file).map_err(broken)?;
        Ok(file)
    }

    /// Returns the time of the server's answer to a small question.
    pub(super) async fn store_time(&self) -> Result<Timestamp, ArchiveError> {
        let seen = SeenDate::default();
        let asked = self.sdk.head_bucket().bucket(&self.name).customize().interceptor(seen.clone()).send().await;
        asked.map_err(|error| match failed(&self.description, &error) {
            ArchiveError::Missing { key } => {
                ArchiveError::Location { what: format!("there is no bucket {key}; make it first") }
            }
            error => error,
        })?;
        let date = seen.0.lock().ok().and_then(|mut date| date.take());
        let time = date.and_then(|date| jiff::fmt::rfc2822::parse(&date).ok()).map(|date| date.timestamp());
        time.ok_or_else(|| ArchiveError::Failed {
            key: self.description.clone(),
            cause: "the server's answer carries no date".to_owned(),
        })
    }

    async fn whole(&self, key: &str, version: Option<String>, limit: u64) -> Result<Bytes, ArchiveError> {
        let got = self.get(key, version).await?;
        if got.meta.size > limit {
            let what = format!("it has {} bytes, {limit} at most were expected", got.meta.size);
            return Err(ArchiveError::Damaged { key: key.to_owned(), what });
        }
        got.bytes().await.map_err(|error| store_failed(key, &error))
    }

    async fn get(&self, key: &str, version: Option<String>) -> Result<GetResult, ArchiveError> {
        let path = key_path(&self.full_key(key))?;
        let options = GetOptions { version, ..GetOptions::default() };
        self.data.get_opts(&path, options).await.map_err(|error| store_failed(key, &error))
    }

    /// Returns the key as the bucket has it.
    fn full_key(&self, key: &str) -> String {
        match (self.prefix.as_str(), key) {
            ("", key) => key.to_owned(),
            (prefix, "") => prefix.to_owned(),
            (prefix, key) => format!("{prefix}/{key}"),
        }
    }

    /// Returns the key as the vault has it, if it is the vault's.
    fn own_key(&self, full: &str) -> Option<String> {
        if self.prefix.is_empty() {
            return Some(full.to_owned());
        }
        full.strip_prefix(&self.prefix)?.strip_prefix('/').map(ToOwned::to_owned)
    }

    /// Returns a text that no other write of this or another process has.
    fn ticket(&self) -> String {
        let number = self.tickets.fetch_add(1, Ordering::Relaxed);
        format!("{}-{}-{number}", std::process::id(), self.clock.now().as_nanosecond())
    }
}

/// The `Date` header of an answer.
#[derive(Debug, Clone, Default)]
struct SeenDate(Arc<Mutex<Option<String>>>);

impl Intercept for SeenDate {
    fn name(&self) -> &'static str {
        "SeenDate"
    }

    fn read_before_deserialization(
        &self,
        context: &BeforeDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Ok(mut date) = self.0.lock() {
            *date = context.response().headers().get("date").map(ToOwned::to_owned);
        }
        Ok(())
    }
}

/// Makes sure that a key is not in the vault's own folders.
fn own_path(key: &str) -> Result<(), ArchiveError> {
    let path = key_path(key)?;
    if path.as_ref().is_empty() || is_own(key) {
        return Err(ArchiveError::Key { key: key.to_owned() });
    }
    Ok(())
}

/// Says whether a key lies in a folder that the vault keeps for itself.
fn is_own(key: &str) -> bool {
    matches!(key.split('/').next(), Some(PROBE | healing::HEALED))
}

fn store_failed(key: &str, error: &object_store::Error) -> ArchiveError {
    let key = key.to_owned();
    match error {
        object_store::Error::NotFound { .. } => ArchiveError::Missing { key },
        object_store::Error::PermissionDenied { source, .. } | object_store::Error::Unauthenticated { source, .. } => {
            ArchiveError::Refused { key, cause: source.to_string() }
        }
        error => ArchiveError::Failed { key, cause: error.to_string() },
    }
}
