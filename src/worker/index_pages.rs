//! Keeps the index in step with the database: takes what changed from the outbox, and builds a missing index anew.
//!
//! The index is a projection: it holds nothing that the database and the object store do not hold. A page leaves the
//! outbox only after the index has it on disk, so that a crash in between makes the index do the page again.

use std::collections::HashMap;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::Stop;
use crate::archive::{ArchiveError, ResultArea};
use crate::chart::{DocumentId, PageText};
use crate::search::{self, Budget, Index, IndexWriter, PageEntry, PageFacts};
use crate::store::{IndexedPage, Store, StoreError};

/// Pages that are put in between two commits.
const PER_COMMIT: u32 = 500;
/// How long to sleep when nothing changed.
const IDLE: Duration = Duration::from_millis(500);
/// Checkpoint of an index that holds everything but what the outbox says.
pub const COMPLETE: &str = "complete";
/// State of a page that nobody has verified.
const UNVERIFIED: &str = "unverified";

/// Why the index cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The index failed.
    #[error(transparent)]
    Search(#[from] search::IndexError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A result cannot be read at present.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The index lacks pages.
    #[error("the index is not built to its end; run `muniment index rebuild --resume` first")]
    Incomplete,
    /// A task was ended.
    #[error("the index was being written when its task was ended")]
    Ended,
}

/// The one owner of the index's writer.
pub struct Indexer {
    store: Store,
    results: ResultArea,
    writer: Option<IndexWriter>,
    checkpoint: Option<String>,
    zone: TimeZone,
}

/// A page with its text, ready for the index.
struct Loaded {
    facts: PageFacts,
    text: Option<PageText>,
}

impl Indexer {
    /// Takes the index's writer.
    ///
    /// # Errors
    /// Another process has it, or the index is damaged.
    pub fn new(
        store: Store,
        results: ResultArea,
        index: &Index,
        budget: Budget,
        zone: TimeZone,
    ) -> Result<Self, IndexError> {
        let checkpoint = index.checkpoint()?;
        let writer = Some(index.writer(budget)?);
        Ok(Self { store, results, writer, checkpoint, zone })
    }

    /// Builds what is missing, then follows the outbox until `done` is raised and nothing is left. `stop` ends building,
    /// which may take hours and goes on where it stopped; what changed is put in all the same.
    ///
    /// # Errors
    /// The index or the database failed.
    pub async fn run(&mut self, done: &Stop, stop: &Stop) -> Result<(), IndexError> {
        self.build(stop, |_| {}).await?;
        if self.checkpoint.as_deref() != Some(COMPLETE) {
            return Ok(());
        }
        loop {
            // Asked before looking: what is recorded between a look and the signal must not be missed.
            let last = done.is_raised();
            let changes = self.follow().await?;
            // Fewer than were asked for are all that there were; other runs may go on adding to them.
            if last && changes < PER_COMMIT as usize {
                return Ok(());
            }
            if changes > 0 {
                continue;
            }
            tokio::select! {
                () = tokio::time::sleep(IDLE) => {}
                () = done.raised() => {}
            }
        }
    }

    /// Makes the text of pages that were taken out go from the files of the index: what changed is put in first.
    ///
    /// # Errors
    /// The index is not built to its end, or the index or the database failed.
    pub async fn expunge(&mut self) -> Result<(), IndexError> {
        if self.checkpoint.as_deref() != Some(COMPLETE) {
            return Err(IndexError::Incomplete);
        }
        while self.follow().await? > 0 {}
        let mut writer = self.writer.take().ok_or(IndexError::Ended)?;
        let expunging = tokio::task::spawn_blocking(move || {
            let outcome = writer.expunge();
            (writer, outcome)
        });
        let (writer, outcome) = expunging.await.map_err(|_| IndexError::Ended)?;
        self.writer = Some(writer);
        Ok(outcome?)
    }

    /// Builds the index from the stored results, unless it is complete; goes on where an earlier build stopped. Returns
    /// the number of pages put in; `progress` is told it after each commit.
    ///
    /// # Errors
    /// The index or the database failed. What was committed stays.
    pub async fn build(&mut self, stop: &Stop, mut progress: impl FnMut(u64)) -> Result<u64, IndexError> {
        let mut done = 0;
        if self.checkpoint.as_deref() == Some(COMPLETE) {
            return Ok(done);
        }
        let mut after = self.checkpoint.as_deref().and_then(parse_checkpoint);
        while !stop.is_raised() {
            let pages = self.store.indexed_pages(after, PER_COMMIT).await?;
            let Some(last) = pages.last() else {
                self.commit(Vec::new(), Vec::new(), COMPLETE).await?;
                break;
            };
            let next = (last.document, last.position);
            done += pages.len() as u64;
            let loaded = self.load(pages).await?;
            self.commit(Vec::new(), loaded, &format!("{} {}", next.0, next.1)).await?;
            after = Some(next);
            progress(done);
        }
        Ok(done)
    }

    /// Puts in what changed; returns how many changes there were.
    async fn follow(&mut self) -> Result<usize, IndexError> {
        let changes = self.store.outbox(PER_COMMIT).await?;
        if changes.is_empty() {
            return Ok(0);
        }
        let sequences: Vec<i64> = changes.iter().map(|change| change.sequence).collect();
        // The same page may have changed more than once; its last state is what every change gives.
        let mut pages = HashMap::new();
        for change in changes {
            pages.insert(change.page, change.entries);
        }
        let removed = pages.keys().copied().collect();
        let loaded = self.load(pages.into_values().flatten().collect()).await?;
        self.commit(removed, loaded, COMPLETE).await?;
        self.store.acknowledge(&sequences).await?;
        Ok(sequences.len())
    }

    async fn load(&self, pages: Vec<IndexedPage>) -> Result<Vec<Loaded>, IndexError> {
        let mut loaded = Vec::with_capacity(pages.len());
        for page in pages {
            let text = match &page.object_key {
                Some(key) => match self.results.get(key).await {
                    Ok(text) => Some(text),
                    // What will be there in a moment must not be indexed as a page without text.
                    Err(cause) if cause.is_transient() => return Err(IndexError::Archive(cause)),
                    Err(cause) => {
                        warn_missing(&page, &cause);
                        None
                    }
                },
                None => None,
            };
            loaded.push(Loaded { facts: facts(page, &self.zone), text });
        }
        Ok(loaded)
    }

    async fn commit(
        &mut self,
        removed: Vec<crate::chart::PageId>,
        loaded: Vec<Loaded>,
        checkpoint: &str,
    ) -> Result<(), IndexError> {
        let mut writer = self.writer.take().ok_or(IndexError::Ended)?;
        let note = checkpoint.to_owned();
        let writing = tokio::task::spawn_blocking(move || {
            let outcome = write(&mut writer, &removed, &loaded, &note);
            (writer, outcome)
        });
        let (writer, outcome) = writing.await.map_err(|_| IndexError::Ended)?;
        self.writer = Some(writer);
        outcome?;
        self.checkpoint = Some(checkpoint.to_owned());
        Ok(())
    }
}

fn write(
    writer: &mut IndexWriter,
    removed: &[crate::chart::PageId],
    loaded: &[Loaded],
    checkpoint: &str,
) -> Result<(), search::IndexError> {
    for page in removed {
        writer.remove_page(*page);
    }
    for page in loaded {
        writer.add(&PageEntry { facts: &page.facts, text: page.text.as_ref() })?;
    }
    writer.commit(checkpoint)
}

fn warn_missing(page: &IndexedPage, cause: &ArchiveError) {
    tracing::warn!(page = %page.page, %cause, "the text of a page cannot be read; it is indexed without");
}

fn facts(page: IndexedPage, zone: &TimeZone) -> PageFacts {
    let received = page.received_at.to_zoned(zone.clone()).date();
    let encounters = page.description.iter().flat_map(|record| &record.encounters);
    PageFacts {
        patient: page.description.as_ref().map(|record| record.patient.id),
        dated: encounters.map(|encounter| encounter.from).min().unwrap_or(received),
        page: page.page,
        document: page.document,
        position: page.position,
        batch: page.batch,
        batch_name: page.batch_name,
        received,
        state: match page.state.as_str() {
            "reading" | "read" => UNVERIFIED.to_owned(),
            _ => page.state,
        },
        kind: page.description.as_ref().map(|record| record.kind.to_string()),
        labels: page.description.iter().flat_map(|record| &record.labels).map(ToString::to_string).collect(),
        language: page.engine.as_deref().and_then(language),
        file: Some(page.source_name),
        title: None,
        hidden: page.hidden,
    }
}

/// Returns the language that a page was read in, out of the name of its engine: `tesseract 5.3.0 eng+deu` gives `eng`.
fn language(engine: &str) -> Option<String> {
    let languages = engine.strip_prefix("tesseract ")?.rsplit(' ').next()?;
    languages.split('+').next().map(str::to_owned)
}

fn parse_checkpoint(note: &str) -> Option<(DocumentId, u32)> {
    let (document, position) = note.split_once(' ')?;
    Some((document.parse().ok()?, position.parse().ok()?))
}
