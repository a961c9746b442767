//! Searching for people who may know of some documents and not of others: words, conditions, counts, suggestions.

use serde::Serialize;

use super::rights::Reader;
use super::{App, AppError};
use crate::chart::{DocumentId, PatientRef, Rect};
use crate::search::{Answer, FacetValue, Fact, MOST_HITS, Narrowing, Options, Query, Scope};
use crate::worker;

/// What the documents found are counted by.
const FACETS: &[Fact] =
    &[Fact::Type, Fact::Label, Fact::State, Fact::Batch, Fact::Patient, Fact::Dated, Fact::Reliable];

/// What somebody asks. `Debug` is left out: people search for names.
#[derive(Clone, Default)]
pub struct Asked {
    /// The words.
    pub text: String,
    /// Conditions chosen beside them.
    pub narrowing: Narrowing,
    /// Hits to skip.
    pub offset: u64,
    /// Hits to return.
    pub limit: usize,
}

/// A place in a document where words were found. `Debug` is left out: it holds words of a page.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct FoundPlace {
    /// Place of the page in the document.
    pub position: u32,
    /// Where, in pixels of the page's image as the document shows it.
    pub rect: Rect,
    /// The words.
    pub text: String,
}

impl App {
    /// Answers a question out of what `reader` may know of: hits, counts and facets of nothing else.
    ///
    /// # Errors
    /// The question is not understood, with the place; the index cannot be used.
    pub async fn search_for(&self, reader: &Reader, asked: Asked) -> Result<Answer, AppError> {
        let index = self.shared_index()?;
        let schema = index.schema();
        let query = match asked.text.trim() {
            "" => Query::everything(),
            text => Query::parse(text, schema)?,
        };
        let options = Options {
            offset: asked.offset,
            limit: asked.limit.min(MOST_HITS),
            scope: reader.scope.clone(),
            facets: FACETS.to_vec(),
            ..Options::default()
        };
        self.search(query.narrowed(&asked.narrowing, schema), options).await.map_err(plainly)
    }

    /// Returns words that begin as somebody has typed, out of what `reader` may know of.
    ///
    /// # Errors
    /// The index cannot be used.
    pub async fn suggest(&self, reader: &Reader, start: &str, limit: usize) -> Result<Vec<FacetValue>, AppError> {
        let searcher = self.shared_index()?.searcher().map_err(worker::IndexError::from)?;
        let (scope, start) = (reader.scope.clone(), start.to_owned());
        let looking = tokio::task::spawn_blocking(move || searcher.suggest(&start, &scope, limit));
        let found = looking.await.map_err(|_| AppError::Index(worker::IndexError::Ended))?;
        Ok(found.map_err(worker::IndexError::from)?)
    }

    /// Returns how many pages `reader` may know of that no search can see yet; `None` where that would tell of others'.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unseen_by(&self, reader: &Reader) -> Result<Option<u64>, AppError> {
        if reader.scope != Scope::Everything {
            return Ok(None);
        }
        let unseen = self.unseen().await?;
        Ok(Some(unseen.files_not_opened + unseen.pages_not_read + unseen.changes_not_indexed))
    }

    /// Finds words in one document; the places are in its order.
    ///
    /// # Errors
    /// The question is not understood; the index cannot be used, or the database failed.
    pub async fn search_in(
        &self,
        reader: &Reader,
        document: DocumentId,
        text: &str,
    ) -> Result<Vec<FoundPlace>, AppError> {
        let narrowing = Narrowing { document: Some(document), ..Narrowing::default() };
        let asked = Asked { text: text.to_owned(), narrowing, offset: 0, limit: MOST_HITS };
        if asked.text.trim().is_empty() {
            return Ok(Vec::new());
        }
        let answer = self.search_for(reader, asked).await?;
        let pages = self.pages(document).await?;
        let mut places = Vec::new();
        for hit in answer.hits {
            let Some(page) = pages.iter().find(|page| page.position == hit.facts.position) else { continue };
            for found in hit.boxes {
                let rect = self.shown_rect(page, hit.size, found.rect);
                places.push(FoundPlace { position: page.position, rect, text: found.text });
            }
        }
        Ok(places)
    }

    /// Returns how a patient is named to somebody who may read of them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn patient_shown(&self, patient: crate::chart::PatientId) -> Result<Option<PatientRef>, AppError> {
        Ok(self.store.patient(patient).await?)
    }
}

/// A question that is too costly is the asker's to mend, like one that is not understood.
fn plainly(cause: AppError) -> AppError {
    match cause {
        AppError::Index(worker::IndexError::Search(crate::search::IndexError::Query(wrong))) => AppError::Query(wrong),
        cause => cause,
    }
}
