//! Reads pages while the index takes them in and a bar shows how far the work is: what `ingest`, `retry` and `reprocess`
//! have in common.

use std::time::Instant;

use super::exit::CommandError;
use super::output::{Output, warn};
use super::progress::{LOOK_EVERY, Progress};
use crate::app::{App, AppError};
use crate::chart::{BatchCounts, BatchId, Digest, Secret};
use crate::store::{PageSelection, StoreError};
use crate::worker::{Stop, Until};

/// Counting a very large batch takes a while: at most this part of the time goes into it, one in so many.
const LOOK_SHARE: u32 = 50;

/// What is read.
#[derive(Debug, Clone)]
pub enum Reading {
    /// A batch, once `delivered` is raised and everything of it was read.
    Batch {
        /// The batch.
        id: BatchId,
        /// Raised when nothing more will come.
        delivered: Stop,
    },
    /// Pages that were queued for another pipeline.
    Pages {
        /// The pages.
        selection: PageSelection,
        /// The pipeline.
        pipeline: Digest,
        /// How many of them there are.
        count: u64,
    },
}

/// Whether the index knows what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indexed {
    /// It does.
    InStep,
    /// It could not be written; the warning said so.
    Behind,
}

/// Reads until nothing is left or `stop` is raised, and keeps the index in step.
pub async fn read(
    app: &App,
    reading: &Reading,
    passwords: Vec<Secret>,
    stop: &Stop,
    output: Output,
) -> Result<Indexed, CommandError> {
    let worker = app.worker(passwords).await?;
    let read = Stop::new();
    let until = reading.until();
    let work = async {
        let outcome = worker.run(&until, stop).await;
        if outcome.is_err() {
            stop.raise();
        }
        read.raise();
        outcome
    };
    let watching = async {
        let mut progress = Progress::begin(output.json);
        while !read.is_raised() {
            let begun = Instant::now();
            if let Ok(counts) = reading.counts(app).await {
                progress.show(&counts);
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY.max(begun.elapsed() * LOOK_SHARE)) => {}
                () = read.raised() => {}
            }
        }
        progress.end();
    };
    let (worked, indexed, (), ()) =
        tokio::join!(work, app.keep_index(&read, stop), watching, app.keep_ledger_shipped(&read));
    worked?;
    match indexed {
        Ok(()) => Ok(Indexed::InStep),
        Err(cause) => {
            let advice = if matches!(cause, AppError::IndexUnusable(_)) { "" } else { ". Run `muniment index update`" };
            warn(&format!("muniment: the pages are read and safe, but cannot be searched yet: {cause}{advice}"));
            Ok(Indexed::Behind)
        }
    }
}

impl Reading {
    fn until(&self) -> Until {
        match self {
            Self::Batch { id, delivered } => Until::NothingLeft { batch: Some(*id), complete: delivered.clone() },
            Self::Pages { selection, pipeline, .. } => Until::PagesRead { selection: *selection, pipeline: *pipeline },
        }
    }

    async fn counts(&self, app: &App) -> Result<BatchCounts, StoreError> {
        match self {
            Self::Batch { id, .. } => app.store.batch_counts(*id).await,
            Self::Pages { selection, pipeline, count } => {
                let left = app.store.pages_left(*selection, *pipeline).await?.min(*count);
                Ok(BatchCounts {
                    pages: *count,
                    pages_waiting: left,
                    pages_done: count - left,
                    ..BatchCounts::default()
                })
            }
        }
    }
}
