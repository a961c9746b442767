//! Searching: the texts behind the hits, and what an answer cannot know.

use serde::Serialize;

use super::{App, AppError};
use crate::chart::PageId;
use crate::search::{Answer, Options, Query, Searcher};
use crate::store::Standing;
use crate::worker;

/// What an answer cannot know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Unseen {
    /// Files whose pages are not known yet.
    pub files_not_opened: u64,
    /// Pages that are not read yet.
    pub pages_not_read: u64,
    /// Changes that the index has not taken in yet.
    pub changes_not_indexed: u64,
    /// Whether the index was built to its end, and is the one that takes in what changes.
    pub index_complete: bool,
}

impl Unseen {
    /// Says whether the answer covers everything that was taken in.
    pub const fn is_nothing(&self) -> bool {
        self.files_not_opened == 0 && self.pages_not_read == 0 && self.changes_not_indexed == 0 && self.index_complete
    }
}

impl App {
    /// Answers a query. The texts of the hits are loaded from the object store, for passages and boxes.
    ///
    /// # Errors
    /// The index is damaged or the query too costly.
    pub async fn search(&self, query: Query, options: Options) -> Result<Answer, AppError> {
        let searcher: Searcher = self.shared_index()?.searcher().map_err(worker::IndexError::from)?;
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

    /// Says what an answer of the index cannot know.
    ///
    /// # Errors
    /// The database failed, or the index is damaged.
    pub async fn unseen(&self) -> Result<Unseen, AppError> {
        let left = self.store.work_left(None).await?;
        Ok(Unseen {
            files_not_opened: left.scans,
            pages_not_read: left.pages,
            changes_not_indexed: self.store.outbox_length().await?,
            index_complete: self.index_is_complete().await?,
        })
    }
}
