//! Building the index again from stored results: streamed, resumable, bounded in memory.

use super::entry::{PageEntry, PageFacts};
use super::error::IndexError;
use super::index::Index;
use super::writer::Budget;
use crate::chart::PageText;

/// One page from the store.
#[derive(Debug, Clone)]
pub struct RebuildPage {
    /// What is known about it.
    pub facts: PageFacts,
    /// What was read on it.
    pub text: Option<PageText>,
    /// The caller's note that says: everything up to and with this page was handed over.
    pub checkpoint: String,
}

/// Why a rebuild stopped. What was committed stays; the next one goes on from [`Index::checkpoint`].
#[derive(Debug, thiserror::Error)]
pub enum RebuildError<E> {
    /// The source failed.
    #[error("the stored results cannot be read: {0}")]
    Source(E),
    /// The index failed.
    #[error(transparent)]
    Index(#[from] IndexError),
}

/// Takes pages from `source`, which starts behind the checkpoint that it is given, and commits every `every` pages.
/// `progress` is told the number of pages after each commit and returns whether to go on. Returns the number of pages.
///
/// # Errors
/// The source or the index failed.
pub fn rebuild<E, I: Iterator<Item = Result<RebuildPage, E>>>(
    index: &Index,
    budget: Budget,
    every: u64,
    source: impl FnOnce(Option<String>) -> I,
    mut progress: impl FnMut(u64) -> bool,
) -> Result<u64, RebuildError<E>> {
    let mut writer = index.writer(budget)?;
    let mut done = 0;
    let mut waiting: Option<String> = None;
    for page in source(index.checkpoint()?) {
        let RebuildPage { facts, text, checkpoint } = page.map_err(RebuildError::Source)?;
        writer.replace(&PageEntry { facts: &facts, text: text.as_ref() })?;
        done += 1;
        waiting = Some(checkpoint);
        if done % every.max(1) == 0
            && let Some(checkpoint) = waiting.take()
        {
            writer.commit(&checkpoint)?;
            if !progress(done) {
                return Ok(done);
            }
        }
    }
    if let Some(checkpoint) = waiting {
        writer.commit(&checkpoint)?;
        progress(done);
    }
    writer.finish()?;
    Ok(done)
}
