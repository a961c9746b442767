//! The index on disk: a disposable projection of the stored results, one folder.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{IndexReader, IndexSettings, Opstamp, ReloadPolicy, TantivyDocument, TantivyError};

use super::error::IndexError;
use super::schema::Schema;
use super::searcher::Searcher;
use super::snapshot::Snapshot;
use super::stream;
use super::writer::{Budget, IndexWriter};
use crate::chart::Digest;

/// What every commit carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Payload {
    /// Digest of the definitions.
    pub schema: Digest,
    /// The caller's note of how far it got.
    pub checkpoint: Option<String>,
}

/// An index.
pub struct Index {
    dir: PathBuf,
    schema: Arc<Schema>,
    inner: tantivy::Index,
    reader: IndexReader,
    current: Mutex<Option<(Opstamp, Arc<Snapshot>)>>,
}

impl Index {
    /// Opens the index in `dir`, or makes an empty one when the folder is missing or empty.
    ///
    /// # Errors
    /// The index was built with other definitions or is damaged (both: delete and rebuild), or the folder cannot be used.
    pub fn open_or_create(dir: &Path, schema: &Schema) -> Result<Self, IndexError> {
        let tell = |error: &TantivyError| IndexError::from_tantivy(dir, error);
        std::fs::create_dir_all(dir).map_err(|error| tell(&error.into()))?;
        let empty = std::fs::read_dir(dir).map_err(|error| tell(&error.into()))?.next().is_none();
        // The search library panics on some damaged files.
        let opened = catch_unwind(AssertUnwindSafe(|| if empty { create(dir, schema) } else { open(dir, schema) }));
        let damaged = |cause: &str| IndexError::Damaged { dir: dir.to_path_buf(), cause: cause.to_owned() };
        let (inner, reader) = opened.unwrap_or_else(|_| Err(damaged("its files contradict each other")))?;
        let index =
            Self { dir: dir.to_path_buf(), schema: Arc::new(schema.clone()), inner, reader, current: Mutex::new(None) };
        index.searcher()?;
        Ok(index)
    }

    /// Returns the checkpoint of the last commit; `None` before the first.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn checkpoint(&self) -> Result<Option<String>, IndexError> {
        let metas = self.inner.load_metas().map_err(|error| self.tell(&error))?;
        Ok(payload(&self.dir, metas.payload.as_deref())?.checkpoint)
    }

    /// Returns the definitions that it was opened with.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Returns a searcher on the last commit.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn searcher(&self) -> Result<Searcher, IndexError> {
        let searcher = |snapshot: &Arc<Snapshot>| Searcher {
            snapshot: Arc::clone(snapshot),
            schema: Arc::clone(&self.schema),
            dir: self.dir.clone(),
        };
        let opstamp = self.inner.load_metas().map_err(|error| self.tell(&error))?.opstamp;
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, snapshot)) = &*current
            && *known == opstamp
        {
            return Ok(searcher(snapshot));
        }
        let built = catch_unwind(AssertUnwindSafe(|| {
            self.reader.reload()?;
            Snapshot::new(self.reader.searcher(), &self.schema)
        }));
        let cause = || IndexError::Damaged { dir: self.dir.clone(), cause: "its columns cannot be read".into() };
        let snapshot = Arc::new(built.map_err(|_| cause())?.map_err(|error| self.tell(&error))?);
        *current = Some((opstamp, Arc::clone(&snapshot)));
        Ok(searcher(&snapshot))
    }

    /// Returns the writer; there is one at a time.
    ///
    /// # Errors
    /// Another writer has the index, in this process or another.
    pub fn writer(&self, budget: Budget) -> Result<IndexWriter, IndexError> {
        let inner =
            self.inner.writer_with_num_threads(budget.threads(), budget.bytes()).map_err(|error| self.tell(&error))?;
        Ok(IndexWriter::new(inner, Arc::clone(&self.schema), self.dir.clone()))
    }

    /// Reads every byte of the index and compares it with its checksums.
    ///
    /// # Errors
    /// A file is damaged or cannot be read.
    pub fn verify(&self) -> Result<(), IndexError> {
        let broken = self.inner.validate_checksum().map_err(|error| self.tell(&error))?;
        match broken.iter().next() {
            None => Ok(()),
            Some(file) => Err(IndexError::Damaged {
                dir: self.dir.clone(),
                cause: format!("the checksum of {} does not fit", file.display()),
            }),
        }
    }

    /// Returns the bytes that the files of the last commit take.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn bytes(&self) -> Result<u64, IndexError> {
        let metas = self.inner.load_metas().map_err(|error| self.tell(&error))?;
        let files = metas.list_segment_files().into_iter();
        Ok(files.filter_map(|file| std::fs::metadata(self.dir.join(file)).ok()).map(|meta| meta.len()).sum())
    }

    fn tell(&self, error: &TantivyError) -> IndexError {
        IndexError::from_tantivy(&self.dir, error)
    }
}

fn create(dir: &Path, schema: &Schema) -> Result<(tantivy::Index, IndexReader), IndexError> {
    let tell = |error: &TantivyError| IndexError::from_tantivy(dir, error);
    let directory = MmapDirectory::open(dir).map_err(|error| tell(&error.into()))?;
    let inner = tantivy::Index::create(directory, schema.tantivy.clone(), IndexSettings::default());
    let inner = inner.map_err(|error| tell(&error))?;
    register(&inner);
    let budget = Budget::default();
    let mut writer =
        inner.writer_with_num_threads::<TantivyDocument>(1, budget.bytes()).map_err(|error| tell(&error))?;
    let payload = Payload { schema: schema.digest(), checkpoint: None };
    super::writer::commit(&mut writer, &payload).map_err(|error| tell(&error))?;
    let reader = reader(&inner).map_err(|error| tell(&error))?;
    Ok((inner, reader))
}

fn open(dir: &Path, schema: &Schema) -> Result<(tantivy::Index, IndexReader), IndexError> {
    let tell = |error: &TantivyError| IndexError::from_tantivy(dir, error);
    let damaged = |error: &TantivyError| match tell(error) {
        locked @ IndexError::Locked { .. } => locked,
        other => IndexError::Damaged { dir: dir.to_path_buf(), cause: other.to_string() },
    };
    if !dir.join("meta.json").is_file() {
        return Err(IndexError::Damaged { dir: dir.to_path_buf(), cause: "there is no meta.json".into() });
    }
    let directory = MmapDirectory::open(dir).map_err(|error| tell(&error.into()))?;
    let inner = tantivy::Index::open(directory).map_err(|error| damaged(&error))?;
    register(&inner);
    let metas = inner.load_metas().map_err(|error| damaged(&error))?;
    let payload = payload(dir, metas.payload.as_deref())?;
    if payload.schema != schema.digest() || inner.schema() != schema.tantivy {
        return Err(IndexError::Outdated { dir: dir.to_path_buf() });
    }
    if let Some(file) = missing(&inner, dir).map_err(|error| damaged(&error))? {
        return Err(IndexError::Damaged { dir: dir.to_path_buf(), cause: format!("{} is missing", file.display()) });
    }
    let reader = reader(&inner).map_err(|error| damaged(&error))?;
    Ok((inner, reader))
}

/// Returns a file that the last commit needs and that is not there.
fn missing(inner: &tantivy::Index, dir: &Path) -> Result<Option<PathBuf>, TantivyError> {
    let managed = inner.directory().list_managed_files();
    let mut metas = inner.load_metas()?;
    loop {
        let mut files = metas.list_segment_files().into_iter();
        let file = files.find(|file| managed.contains(file) && !dir.join(file).is_file());
        // Another process may have committed or merged in between and have cleared old files away.
        let now = inner.load_metas()?;
        if file.is_none() || now.list_segment_files() == metas.list_segment_files() {
            return Ok(file);
        }
        metas = now;
    }
}

fn register(inner: &tantivy::Index) {
    inner.tokenizers().register(stream::NAME, TextAnalyzer::builder(stream::Decoder::default()).build());
}

fn reader(inner: &tantivy::Index) -> Result<IndexReader, TantivyError> {
    inner.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()
}

fn payload(dir: &Path, payload: Option<&str>) -> Result<Payload, IndexError> {
    let read = payload.and_then(|payload| serde_json::from_str(payload).ok());
    read.ok_or_else(|| IndexError::Outdated { dir: dir.to_path_buf() })
}
