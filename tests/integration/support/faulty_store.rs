//! An object store that fails at one write, as a machine does that stops there: nothing is written afterwards.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result, UploadPart,
};

/// How a write fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing of it was written.
    Before,
    /// It was written, but nobody was told.
    After,
    /// Half of it was written: under its own name where something is replaced, under that of an upload else.
    Torn,
}

/// The store, over one in a folder.
#[derive(Debug, Clone)]
pub struct FaultyStore {
    inner: Arc<dyn ObjectStore>,
    folder: PathBuf,
    /// The number of the write that fails, from 1; 0: none.
    at: u64,
    fault: Fault,
    writes: Arc<AtomicU64>,
}

/// What comes of a write.
enum Turn {
    Goes,
    Stops(Fault),
    Down,
}

impl FaultyStore {
    /// Wraps the store of `folder`; the write with number `at` fails, and all after it.
    pub fn new(inner: Arc<dyn ObjectStore>, folder: PathBuf, at: u64, fault: Fault) -> Self {
        Self { inner, folder, at, fault, writes: Arc::default() }
    }

    /// Returns the counter of writes.
    pub fn writes(&self) -> Arc<AtomicU64> {
        self.writes.clone()
    }

    fn turn(&self) -> Turn {
        let number = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        match self.at {
            0 => Turn::Goes,
            at if number < at => Turn::Goes,
            at if number == at => Turn::Stops(self.fault),
            _ => Turn::Down,
        }
    }

    fn tear(&self, location: &Path, payload: &PutPayload, mode: &PutMode) {
        let bytes = Bytes::from(payload.clone());
        // The lock facts are small and renamed into place, as is everything that is created.
        let in_place = matches!(mode, PutMode::Overwrite) && location.as_ref().starts_with("records/");
        let name = if in_place { location.to_string() } else { format!("{location}#1") };
        let path = self.folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    }
}

fn stopped<T>() -> Result<T> {
    Err(object_store::Error::Generic { store: "faulty", source: "the machine stopped".into() })
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "faulty {}", self.inner)
    }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        match self.turn() {
            Turn::Goes => self.inner.put_opts(location, payload, options).await,
            Turn::Stops(Fault::After) => self.inner.put_opts(location, payload, options).await.and_then(|_| stopped()),
            Turn::Stops(Fault::Torn) => {
                self.tear(location, &payload, &options.mode);
                stopped()
            }
            Turn::Stops(Fault::Before) | Turn::Down => stopped(),
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let upload = self.inner.put_multipart_opts(location, options).await?;
        Ok(Box::new(FaultyUpload { upload, store: self.clone() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        let deleting = locations.then(move |location| {
            let store = store.clone();
            async move {
                let location = location?;
                let one = futures::stream::iter([Ok(location.clone())]).boxed();
                match store.turn() {
                    Turn::Goes => store.inner.delete_stream(one).next().await.unwrap_or(Ok(location)),
                    Turn::Stops(Fault::After) => {
                        store.inner.delete_stream(one).next().await.unwrap_or(Ok(location)).and_then(|_| stopped())
                    }
                    Turn::Stops(_) | Turn::Down => stopped(),
                }
            }
        });
        deleting.boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        match self.turn() {
            Turn::Goes => self.inner.copy_opts(from, to, options).await,
            Turn::Stops(Fault::After) => self.inner.copy_opts(from, to, options).await.and_then(|()| stopped()),
            Turn::Stops(_) | Turn::Down => stopped(),
        }
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        match self.turn() {
            Turn::Goes => self.inner.rename_opts(from, to, options).await,
            Turn::Stops(Fault::After) => self.inner.rename_opts(from, to, options).await.and_then(|()| stopped()),
            Turn::Stops(_) | Turn::Down => stopped(),
        }
    }
}

#[derive(Debug)]
struct FaultyUpload {
    upload: Box<dyn MultipartUpload>,
    store: FaultyStore,
}

#[async_trait]
impl MultipartUpload for FaultyUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        match self.store.turn() {
            Turn::Goes => self.upload.put_part(data),
            Turn::Stops(Fault::After) => {
                let part = self.upload.put_part(data);
                Box::pin(async move { part.await.and_then(|()| stopped()) })
            }
            Turn::Stops(_) | Turn::Down => Box::pin(async { stopped() }),
        }
    }

    async fn complete(&mut self) -> Result<PutResult> {
        match self.store.turn() {
            Turn::Goes => self.upload.complete().await,
            Turn::Stops(Fault::After) => self.upload.complete().await.and_then(|_| stopped()),
            Turn::Stops(_) | Turn::Down => stopped(),
        }
    }

    async fn abort(&mut self) -> Result<()> {
        // A machine that has stopped tidies nothing up.
        stopped()
    }
}
