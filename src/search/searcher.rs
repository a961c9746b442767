//! Answering queries on one commit of the index.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use super::answer::{Answer, Hit, TermNote};
use super::error::IndexError;
use super::evaluate::{Found, evaluate};
use super::facets::facets;
use super::highlight::highlight;
use super::leaf::{Lookup, LookupError};
use super::plan::{asks_about, plan};
use super::query::Query;
use super::schema::{Fact, Schema};
use super::scope::Scope;
use super::snapshot::Snapshot;
use crate::chart::{PageId, PageText, Size};

/// Hits of one answer.
pub const MOST_HITS: usize = 1000;

/// What to widen and what to return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Pages to skip.
    pub offset: u64,
    /// Hits to return; at most [`MOST_HITS`].
    pub limit: usize,
    /// Whether words without quotes also find what means the same.
    pub synonyms: bool,
    /// Whether words without quotes also find words that the recogniser took for something else, but might be these.
    pub other_readings: bool,
    /// Whether words without quotes also find what may be a misreading of them.
    pub ocr_tolerant: bool,
    /// Whether hidden pages are searched too.
    pub hidden: bool,
    /// The documents that whoever asks may know of: nothing else has any part in the answer.
    pub scope: Scope,
    /// What the documents found are to be counted by.
    pub facets: Vec<Fact>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            offset: 0,
            limit: 20,
            synonyms: true,
            other_readings: true,
            ocr_tolerant: true,
            hidden: false,
            scope: Scope::Everything,
            facets: Vec::new(),
        }
    }
}

/// Answers queries on one commit; later commits do not change its answers.
#[derive(Clone)]
pub struct Searcher {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) schema: Arc<Schema>,
    pub(super) dir: PathBuf,
}

impl Searcher {
    /// Returns the number of pages in the index, hidden ones included.
    pub fn page_count(&self) -> u64 {
        self.snapshot.page_count() as u64
    }

    /// Answers `query`. `load` is called for the pages of the hits only and returns their text, for passages and boxes.
    ///
    /// # Errors
    /// A prefix stands for too many words, or the index is damaged.
    pub fn search(
        &self,
        query: &Query,
        options: &Options,
        load: impl Fn(&PageId) -> Option<PageText>,
    ) -> Result<Answer, IndexError> {
        // The search library panics on some damaged files; that must not end a process that serves others.
        let found = catch_unwind(AssertUnwindSafe(|| self.evaluate(query, options)));
        let found = found.unwrap_or_else(|_| Err(self.damaged()))?;
        let limit = options.limit.min(MOST_HITS);
        let window = found.pages.window(options.offset, limit);
        let mut unreliable = found.scope.clone();
        unreliable.and_not(&self.snapshot.reliable);
        let mut hits = Vec::with_capacity(window.len());
        let mut analyser = self.schema.analyser();
        for rank in window {
            let stored = catch_unwind(AssertUnwindSafe(|| self.snapshot.stored(rank, &self.schema)));
            let stored =
                stored.map_err(|_| self.damaged())?.map_err(|error| IndexError::from_tantivy(&self.dir, &error))?;
            let text = load(&stored.facts.page);
            let (passages, boxes) = text.as_ref().map_or_else(Default::default, |text| {
                highlight(text, &found.marked, &mut analyser, &self.schema.confusions)
            });
            hits.push(Hit {
                facts: stored.facts,
                reliable: stored.reliable,
                size: text.as_ref().map(|text| Size { width: text.image.width, height: text.image.height }),
                text_missing: text.is_none(),
                passages,
                boxes,
            });
        }
        let counting = catch_unwind(AssertUnwindSafe(|| facets(&found, &self.snapshot, &self.schema, &options.facets)));
        let facets =
            counting.map_err(|_| self.damaged())?.map_err(|error| IndexError::from_tantivy(&self.dir, &error))?;
        Ok(Answer {
            query: query.to_string(),
            documents: found.documents.count(),
            pages: found.pages.count(),
            pages_in_scope: found.scope.count(),
            pages_without_reliable_text: unreliable.count(),
            offset: options.offset,
            limit,
            terms: notes(&found),
            facets,
            hits,
        })
    }

    fn evaluate(&self, query: &Query, options: &Options) -> Result<Found, IndexError> {
        let plan = plan(query, &self.schema, options);
        let tell = |error| IndexError::from_tantivy(&self.dir, &error);
        let mut scope = options.scope.pages(&self.snapshot, &self.schema).map_err(tell)?;
        if !options.hidden && !asks_about(query, Fact::Hidden) {
            scope.and(&self.snapshot.shown);
        }
        let lookup = Lookup::new(&self.snapshot, &self.schema, options.scope != Scope::Everything);
        evaluate(&plan, scope, lookup).map_err(|error| match error {
            LookupError::Query(error) => IndexError::Query(error),
            LookupError::Index(error) => IndexError::from_tantivy(&self.dir, &error),
        })
    }

    pub(super) fn damaged(&self) -> IndexError {
        IndexError::Damaged { dir: self.dir.clone(), cause: "its files contradict each other".into() }
    }
}

fn notes(found: &Found) -> Vec<TermNote> {
    let widened = |synonyms: &[String], near: usize| !synonyms.is_empty() || near > 0;
    let notes = found.marked.iter().filter(|(leaf, looked)| widened(&leaf.synonyms, looked.near.len()));
    notes
        .map(|(leaf, looked)| {
            let mut read_as: Vec<String> = looked.near.iter().cloned().collect();
            read_as.sort_unstable();
            TermNote {
                asked: leaf.written.clone(),
                synonyms: leaf.synonyms.clone(),
                read_as,
                incomplete: looked.incomplete,
            }
        })
        .collect()
}
