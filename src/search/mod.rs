//! Finding pages by their words: schema, analysers, query language, index, hits with boxes.
//!
//! One entry per page; AND is evaluated per document. Words become tokens by one set of rules ([`Schema`]), in the index, in
//! queries and where hits are marked. A [`Query`] is planned with synonyms and tolerance for misread words, each switchable
//! and shown in every hit, evaluated over one snapshot of the [`Index`], and answered with counts, hits with word
//! boxes, and the number of pages that have no reliable text.

mod analyser;
mod answer;
mod bits;
mod confusions;
mod entry;
mod error;
mod evaluate;
mod facets;
#[cfg(test)]
mod fixture;
mod fold;
#[cfg(test)]
mod golden;
mod highlight;
mod index;
mod leaf;
pub mod measure;
mod plan;
mod query;
mod schema;
mod scope;
mod searcher;
mod snapshot;
mod stream;
mod suggest;
mod synonyms;
mod writer;

pub use answer::{Answer, Facet, FacetValue, Hit, MOST_VALUES, MatchBox, Passage, Piece, TermNote};
pub use entry::{PageEntry, PageFacts};
pub use error::{DefinitionError, IndexError, QueryError};
pub use index::Index;
pub use plan::How;
pub use query::Narrowing;
pub use query::{MOST_CHARACTERS, MOST_CLAUSES, MOST_DEPTH, MOST_PHRASE_WORDS, Query};
pub use schema::{Fact, Schema};
pub use scope::Scope;
pub use searcher::{MOST_HITS, Options, Searcher};
pub use writer::{Budget, IndexWriter};
