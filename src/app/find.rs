//! Searching: the index, its definitions, and the texts behind the hits.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{App, AppError};
use crate::chart::PageId;
use crate::search::{Answer, Budget, Index, IndexError, Options, Query, Schema, Searcher};
use crate::store::{Standing, StoreError};
use crate::worker::{self, Indexer, Stop};

/// Time between two tries to take an index that another process writes to.
const LOCKED_PAUSE: Duration = Duration::from_millis(500);
/// How long a run that has read everything waits for the process that keeps the index.
const LOCKED_LONGEST: Duration = Duration::from_secs(60);
/// Tries to open an index that cannot be used, before that is believed.
const UNUSABLE_TRIES: u32 = 2;

impl App {
    /// Returns the declarative schema: the site's, or the built-in one.
    ///
    /// # Errors
    /// A definition is wrong.
    pub fn schema(&self) -> Result<Schema, AppError> {
        Ok(match &self.config.index.definitions {
            Some(folder) => Schema::from_folder(folder)?,
            None => Schema::embedded()?,
        })
    }

    /// Opens the index; makes an empty one where there is none.
    ///
    /// # Errors
    /// It is damaged, or was built with other definitions: `muniment index rebuild` mends both.
    pub fn index(&self) -> Result<Index, AppError> {
        let folder: &Path = &self.config.index.folder;
        let advise = |cause: IndexError| match cause {
            IndexError::Outdated { .. } | IndexError::Damaged { .. } => AppError::IndexUnusable(cause),
            cause => AppError::Index(worker::IndexError::Search(cause)),
        };
        Index::open_or_create(folder, &self.schema()?).map_err(advise)
    }

    /// Keeps the index in step with what is read, until `read` is raised and everything is in it. While another process
    /// keeps the index, that one takes what is read here too; this one goes on when the other ends before it.
    ///
    /// # Errors
    /// The index cannot be used or the database failed. The pages are read and safe all the same.
    pub async fn keep_index(&self, read: &Stop, stop: &Stop) -> Result<(), AppError> {
        let mut unusable = 0;
        let mut read_since = None;
        loop {
            let begun = Instant::now();
            match self.indexer() {
                Ok(mut indexer) => return Ok(indexer.run(read, stop).await?),
                Err(AppError::Index(worker::IndexError::Search(IndexError::Locked { .. }))) => {
                    tracing::debug!("another process keeps the index");
                }
                // An index that another process is just making looks damaged, or of other definitions, for a moment.
                Err(AppError::IndexUnusable(_)) if unusable < UNUSABLE_TRIES => unusable += 1,
                Err(cause) => return Err(cause),
            }
            if read.is_raised() {
                let waited = read_since.get_or_insert(begun).elapsed();
                if stop.is_raised() || waited > LOCKED_LONGEST || self.store.outbox_length().await? == 0 {
                    // Whoever keeps the index takes what is left.
                    return Ok(());
                }
            }
            // Opening a large index takes a while; most of the time belongs to the reading.
            tokio::time::sleep(LOCKED_PAUSE.max(begun.elapsed() * 10)).await;
        }
    }

    /// Takes the index's only writer.
    ///
    /// # Errors
    /// Another process has it, or the index is damaged.
    pub fn indexer(&self) -> Result<Indexer, AppError> {
        let memory = usize::try_from(self.config.index.memory_mib).unwrap_or(usize::MAX);
        let budget = Budget { threads: 1, mib_per_thread: memory };
        Ok(Indexer::new(self.store.clone(), self.areas.results.clone(), &self.index()?, budget, self.zone())?)
    }

    /// Answers a query. The texts of the hits are loaded from the object store, for passages and boxes.
    ///
    /// # Errors
    /// The index is damaged or the query too costly.
    pub async fn search(&self, query: Query, options: Options) -> Result<Answer, AppError> {
        let searcher: Searcher = self.index()?.searcher().map_err(worker::IndexError::from)?;
        let (store, results) = (self.store.clone(), self.areas.results.clone());
        let runtime = tokio::runtime::Handle::current();
        let load = move |page: &PageId| {
            let text = runtime.block_on(async {
                let records = store.results_of(*page).await?;
                let current = records.into_iter().find(|record| record.standing == Standing::Current);
                Ok::<_, AppError>(match current {
                    Some(record) => Some(results.get(&record.object_key).await?),
                    None => None,
                })
            });
            text.unwrap_or_else(|cause| {
                tracing::warn!(%page, %cause, "the text of a hit cannot be read");
                None
            })
        };
        let answering = tokio::task::spawn_blocking(move || searcher.search(&query, &options, load));
        let answer = answering.await.map_err(|_| AppError::Index(worker::IndexError::Ended))?;
        Ok(answer.map_err(worker::IndexError::from)?)
    }

    /// Says how many pages the database holds, and how many of them the index may not know yet.
    ///
    /// # Errors
    /// The database failed.
    pub async fn pages_not_indexed(&self) -> Result<u64, StoreError> {
        self.store.outbox_length().await
    }
}
