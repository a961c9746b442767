//! Putting pages into the index. One writer at a time, memory bounded, nothing visible before a commit.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tantivy::merge_policy::LogMergePolicy;
use tantivy::{TantivyDocument, TantivyError, Term};

use super::analyser::Analyser;
use super::entry::{PageEntry, page_key};
use super::error::IndexError;
use super::index::Payload;
use super::schema::{Fact, Schema};
use crate::chart::PageId;

/// What a writer may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Threads that build segments, 1 to 8.
    pub threads: usize,
    /// Memory of each of them, in MiB, 16 to 1024.
    pub mib_per_thread: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { threads: 1, mib_per_thread: 64 }
    }
}

impl Budget {
    pub(super) fn threads(self) -> usize {
        self.threads.clamp(1, 8)
    }

    pub(super) fn bytes(self) -> usize {
        self.threads() * (self.mib_per_thread.clamp(16, 1024) << 20)
    }
}

/// Tries to rewrite segments while others are merged in the background.
const EXPUNGE_TRIES: u32 = 20;
/// Time between two of them.
const EXPUNGE_PAUSE: Duration = Duration::from_millis(200);

/// Writes pages. Dropped without a commit, it leaves the index as it was.
pub struct IndexWriter {
    inner: tantivy::IndexWriter,
    schema: Arc<Schema>,
    analyser: Analyser,
    dir: PathBuf,
}

impl IndexWriter {
    pub(super) fn new(inner: tantivy::IndexWriter, schema: Arc<Schema>, dir: PathBuf) -> Self {
        let analyser = schema.analyser();
        // Every segment has a dictionary of its own to walk through for misreadings: fewer segments answer sooner.
        let mut merging = LogMergePolicy::default();
        merging.set_min_num_segments(4);
        inner.set_merge_policy(Box::new(merging));
        Self { inner, schema, analyser, dir }
    }

    /// Adds a page that the index does not have; for building from nothing.
    ///
    /// # Errors
    /// The index cannot be written.
    pub fn add(&mut self, entry: &PageEntry<'_>) -> Result<(), IndexError> {
        let document = entry.document(&self.schema, &mut self.analyser);
        self.inner.add_document(document).map(|_| ()).map_err(|error| IndexError::from_tantivy(&self.dir, &error))
    }

    /// Puts a page in the place of what the index has about it, if anything.
    ///
    /// # Errors
    /// The index cannot be written.
    pub fn replace(&mut self, entry: &PageEntry<'_>) -> Result<(), IndexError> {
        self.remove_page(entry.facts.page);
        self.add(entry)
    }

    /// Takes a page out.
    pub fn remove_page(&mut self, page: PageId) {
        if let Some(field) = self.schema.field(Fact::Page) {
            self.inner.delete_term(Term::from_field_bytes(field, &page_key(page)));
        }
    }

    /// Makes everything since the last commit visible and durable, with the caller's note of how far it got.
    ///
    /// # Errors
    /// The index cannot be written; nothing became visible.
    pub fn commit(&mut self, checkpoint: &str) -> Result<(), IndexError> {
        let payload = Payload { schema: self.schema.digest(), checkpoint: Some(checkpoint.to_owned()) };
        commit(&mut self.inner, &payload).map_err(|error| IndexError::from_tantivy(&self.dir, &error))
    }

    /// Rewrites every segment that still holds pages which were taken out, and deletes the files of the old ones: until then
    /// their text is in the index's files. Everything must be committed.
    ///
    /// # Errors
    /// A merge failed, or segments cannot be rewritten while others are being merged all the time.
    pub fn expunge(&mut self) -> Result<(), IndexError> {
        let from_tantivy = |error: TantivyError| IndexError::from_tantivy(&self.dir, &error);
        for _ in 0..EXPUNGE_TRIES {
            let metas = self.inner.index().searchable_segment_metas().map_err(from_tantivy)?;
            let marked: Vec<_> =
                metas.iter().filter(|meta| meta.num_deleted_docs() > 0).map(|meta| meta.id()).collect();
            if marked.is_empty() {
                self.inner.garbage_collect_files().wait().map_err(from_tantivy)?;
                return Ok(());
            }
            for segment in marked {
                // One that a merge in the background has just taken is looked at again.
                if let Err(cause) = self.inner.merge(&[segment]).wait() {
                    tracing::debug!(%cause, "a segment is rewritten later");
                    std::thread::sleep(EXPUNGE_PAUSE);
                }
            }
        }
        Err(from_tantivy(TantivyError::InternalError("segments are being merged all the time".into())))
    }

    /// Commits nothing more and waits until segments are merged.
    ///
    /// # Errors
    /// A merge failed.
    pub fn finish(self) -> Result<(), IndexError> {
        self.inner.wait_merging_threads().map_err(|error| IndexError::from_tantivy(&self.dir, &error))
    }
}

/// Commits with `payload`.
pub(super) fn commit(
    writer: &mut tantivy::IndexWriter<TantivyDocument>,
    payload: &Payload,
) -> Result<(), TantivyError> {
    let text = serde_json::to_string(payload).map_err(|error| TantivyError::InternalError(error.to_string()))?;
    let mut prepared = writer.prepare_commit()?;
    prepared.set_payload(&text);
    prepared.commit().map(|_| ())
}
