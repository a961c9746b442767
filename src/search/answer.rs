//! What a search answers. Scores are not part of it.

use serde::Serialize;

use super::entry::PageFacts;
use super::plan::How;
use crate::chart::{Rect, Size};

/// The answer to a query.
#[derive(Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The query as it was understood.
    pub query: String,
    /// Documents that meet it.
    pub documents: u64,
    /// Pages of these documents that have any of the words asked for.
    pub pages: u64,
    /// Pages that were searched: those that meet the conditions on fields.
    pub pages_in_scope: u64,
    /// Pages among them without reliable text: blank in all likelihood, unreadable, or not yet read. What they say is
    /// not known to this answer.
    pub pages_without_reliable_text: u64,
    /// Pages skipped before the first hit.
    pub offset: u64,
    /// Hits asked for at most.
    pub limit: usize,
    /// How the words asked for were widened.
    pub terms: Vec<TermNote>,
    /// The documents counted by what was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<Facet>,
    /// Pages, ordered by document as they were brought in, then by position.
    pub hits: Vec<Hit>,
}

/// The documents of an answer, counted by one fact.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Facet {
    /// Name of the field.
    pub field: String,
    /// The values, the most frequent first; at most [`MOST_VALUES`].
    pub values: Vec<FacetValue>,
}

/// One value of a facet.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct FacetValue {
    /// The value as a query names it: a word, an id, a year, `yes` or `no`.
    pub value: String,
    /// Documents that have it.
    pub count: u64,
}

/// Values of one facet.
pub const MOST_VALUES: usize = 100;

/// How one word was widened.
#[derive(Clone, PartialEq, Serialize)]
pub struct TermNote {
    /// As asked for.
    pub asked: String,
    /// Expressions that mean the same.
    pub synonyms: Vec<String>,
    /// Unsure words on pages that were taken for it by spelling.
    pub read_as: Vec<String>,
    /// Whether there were more of them than one query may look for.
    pub incomplete: bool,
}

/// One page.
#[derive(Clone, PartialEq, Serialize)]
pub struct Hit {
    /// What is known about it.
    #[serde(flatten)]
    pub facts: PageFacts,
    /// Whether its text can be trusted.
    pub reliable: bool,
    /// Size of the page image that the boxes refer to; `None` without a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Whether the text could not be loaded, so that passages and boxes are missing.
    pub text_missing: bool,
    /// Text around the first matches.
    pub passages: Vec<Passage>,
    /// Where on the page image all matches stand.
    pub boxes: Vec<MatchBox>,
}

/// Some words in a row.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Passage {
    /// Its pieces, to be joined by spaces.
    pub pieces: Vec<Piece>,
}

/// Words in a row that matched in the same way, or did not.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    /// The words as read, joined by spaces.
    pub text: String,
    /// How they matched, if they did.
    #[serde(rename = "match")]
    pub how: Option<How>,
}

/// A match on the page image; a phrase over two lines has two.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct MatchBox {
    /// Covers its words, in pixels of the page image.
    pub rect: Rect,
    /// The words as read.
    pub text: String,
    /// How they matched.
    #[serde(flatten)]
    pub how: How,
}

impl Passage {
    /// Returns the text without marks.
    pub fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}
