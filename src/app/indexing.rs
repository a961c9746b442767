//! The index as the application keeps it: opened, in step with the database, and one of its kind.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{App, AppError, new_id};
use crate::search::{Budget, Index, IndexError, Schema};
use crate::worker::{self, Indexer, Stop};

/// Time between two tries to take an index that another process writes to.
const LOCKED_PAUSE: Duration = Duration::from_millis(500);
/// How long a run that has read everything waits for the process that keeps the index.
const LOCKED_LONGEST: Duration = Duration::from_secs(60);
/// Tries to open an index that cannot be used, before that is believed.
const UNUSABLE_TRIES: u32 = 2;
/// File in the index's folder that says which index it is.
const IDENTITY: &str = "identity";
/// Setting that says which index takes in what changes: each change is handed to one index only.
const OWNER: &str = "index:owner";

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
        let turns = &self.shared.index_turns;
        loop {
            // Whoever asked has it first.
            turns.asked(false).await;
            let turn = turns.take().await;
            let begun = Instant::now();
            match self.indexer().await {
                Ok(mut indexer) => {
                    let done = Stop::new();
                    let ending = async {
                        tokio::select! {
                            () = read.raised() => {}
                            () = turns.asked(true) => {}
                        }
                        done.raise();
                        std::future::pending().await
                    };
                    tokio::select! {
                        outcome = indexer.run(&done, stop) => outcome?,
                        () = ending => {}
                    }
                    drop((indexer, turn));
                    if read.is_raised() || stop.is_raised() {
                        return Ok(());
                    }
                    continue;
                }
                Err(AppError::Index(worker::IndexError::Search(IndexError::Locked { .. }))) => {
                    tracing::debug!("another process keeps the index");
                }
                // An index that another process is just making looks damaged, or of other definitions, for a moment.
                Err(AppError::IndexUnusable(_)) if unusable < UNUSABLE_TRIES => unusable += 1,
                Err(cause) => return Err(cause),
            }
            drop(turn);
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

    /// Takes the index's only writer for a while, and has whoever keeps the index in this process give way meanwhile.
    ///
    /// # Errors
    /// As for [`App::indexer`], and those of `work`.
    pub(super) async fn with_indexer<T>(
        &self,
        work: impl AsyncFnOnce(&mut Indexer) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let asking = self.shared.index_turns.ask();
        let turn = self.shared.index_turns.take().await;
        let mut indexer = self.indexer().await?;
        let done = work(&mut indexer).await;
        drop((indexer, turn, asking));
        done
    }

    /// Takes the index's only writer. A new index becomes the one that takes in what changes; an older one elsewhere is
    /// out of date from then on, and says so.
    ///
    /// # Errors
    /// Another process has it, the index is damaged, or another index has taken its place.
    pub async fn indexer(&self) -> Result<Indexer, AppError> {
        let memory = usize::try_from(self.config.index.memory_mib).unwrap_or(usize::MAX);
        let budget = Budget { threads: 1, mib_per_thread: memory };
        let index = self.index()?;
        let indexer = Indexer::new(self.store.clone(), self.areas.results.clone(), &index, budget, self.zone())?;
        match self.index_identity()? {
            None => {
                let identity = new_id().to_string();
                let path = self.config.index.folder.join(IDENTITY);
                std::fs::write(&path, &identity)
                    .map_err(|cause| AppError::Write { what: path.display().to_string(), cause })?;
                self.store.keep_setting(OWNER, &identity).await?;
            }
            Some(identity) if self.store.keep_setting_once(OWNER, &identity).await? != identity => {
                return Err(AppError::IndexReplaced { folder: self.config.index.folder.clone() });
            }
            Some(_) => {}
        }
        Ok(indexer)
    }

    /// Says whether any index takes in what changes: none does in a database that was just made.
    ///
    /// # Errors
    /// The database failed.
    pub async fn index_is_owned(&self) -> Result<bool, AppError> {
        Ok(self.store.setting(OWNER).await?.is_some())
    }

    /// Says whether the index was built to its end, and is the one that takes in what changes.
    ///
    /// # Errors
    /// The index is damaged, or the database failed.
    pub async fn index_is_complete(&self) -> Result<bool, AppError> {
        let checkpoint = self.index()?.checkpoint().map_err(worker::IndexError::from)?;
        let owner = self.store.setting(OWNER).await?;
        // Nothing was ever indexed, and there is nothing to index.
        let untouched = owner.is_none() && self.store.outbox_length().await? == 0;
        Ok(untouched || (checkpoint.as_deref() == Some(worker::COMPLETE) && self.index_identity()? == owner))
    }

    /// Reads which index this is; `None` for one that nobody has written to.
    pub(super) fn index_identity(&self) -> Result<Option<String>, AppError> {
        let path = self.config.index.folder.join(IDENTITY);
        match std::fs::read_to_string(&path) {
            Ok(identity) => Ok(Some(identity)),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(AppError::Write { what: path.display().to_string(), cause }),
        }
    }
}
