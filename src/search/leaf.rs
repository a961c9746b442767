//! Looking up one leaf of a plan: from words, prefixes, phrases and misreadings to pages.

use std::cmp::Ordering;
use std::collections::HashSet;

use tantivy::postings::{Postings as _, SegmentPostings};
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet as _, InvertedIndexReader, TERMINATED, TantivyError, Term};

use super::analyser::BROKEN;
use super::bits::Bits;
use super::error::QueryError;
use super::plan::{Filter, Leaf, Matcher};
use super::query::Span;
use super::schema::{Fact, Schema};
use super::snapshot::Snapshot;

/// Different words that the prefixes of one query may stand for, over all segments.
const MOST_EXPANSIONS: usize = 20_000;

/// Why a lookup stopped.
pub(super) enum LookupError {
    Query(QueryError),
    Index(TantivyError),
}

impl From<TantivyError> for LookupError {
    fn from(error: TantivyError) -> Self {
        Self::Index(error)
    }
}

impl From<std::io::Error> for LookupError {
    fn from(error: std::io::Error) -> Self {
        Self::Index(error.into())
    }
}

/// Looks things up in one snapshot, for one query.
pub(super) struct Lookup<'a> {
    pub snapshot: &'a Snapshot,
    pub schema: &'a Schema,
    expansions: usize,
    /// Whether the pages outside of the scope are to leave no trace in what is told about the words.
    restricted: bool,
}

/// What a leaf found.
#[derive(Debug, Clone)]
pub(super) struct Looked {
    pub pages: Bits,
    /// Unsure words that were taken for one that was asked for.
    pub near: HashSet<String>,
    /// Whether there were more of them than allowed.
    pub incomplete: bool,
}

impl<'a> Lookup<'a> {
    /// Starts looking.
    pub(super) const fn new(snapshot: &'a Snapshot, schema: &'a Schema, restricted: bool) -> Self {
        Self { snapshot, schema, expansions: 0, restricted }
    }

    /// Returns the pages that match `leaf` in any way: all of those in `scope`, perhaps others too.
    pub(super) fn leaf(&mut self, leaf: &Leaf, scope: &Bits) -> Result<Looked, LookupError> {
        let pages = Bits::empty(self.snapshot.page_count());
        let mut looked = Looked { pages, near: HashSet::new(), incomplete: false };
        let matchers = || leaf.ways.iter().flat_map(|way| &way.matchers);
        // Phrases come last: pages found already need no look at the positions of their words.
        let is_phrase = |matcher: &&Matcher| matches!(matcher, Matcher::Phrase(_));
        for matcher in matchers().filter(|matcher| !is_phrase(matcher)).chain(matchers().filter(is_phrase)) {
            match matcher {
                Matcher::Token(token) => {
                    self.token(Fact::Words, token, &mut looked.pages)?;
                    self.token(Fact::Words, &format!("{token}{BROKEN}"), &mut looked.pages)?;
                }
                Matcher::Phrase(parts) => self.phrase(parts, scope, &mut looked.pages)?,
                Matcher::Prefix(start) => {
                    if let Some(field) = self.schema.field(Fact::Words) {
                        self.prefix(field, start, leaf.span, &mut looked.pages)?;
                    }
                }
                Matcher::Other(token) => self.token(Fact::OtherReadings, token, &mut looked.pages)?,
                Matcher::Shape(shape) => self.token(Fact::UnsureShapes, shape, &mut looked.pages)?,
                Matcher::Near { word, distance } => self.near(word, *distance, scope, &mut looked)?,
            }
        }
        Ok(looked)
    }

    /// Returns the pages that meet `filter`.
    pub(super) fn filter(&mut self, filter: &Filter) -> Result<Bits, LookupError> {
        match filter {
            Filter::Numbers { from, to, .. } if from > to => Ok(Bits::empty(self.snapshot.page_count())),
            Filter::Numbers { name, from, to } => Ok(self.snapshot.with_number(name, *from..=*to)?),
            Filter::Terms { all, last, span } => {
                let mut pages = Bits::full(self.snapshot.page_count());
                for term in all {
                    let mut with = Bits::empty(self.snapshot.page_count());
                    self.term(term, &mut with)?;
                    pages.and(&with);
                }
                if let Some((field, start)) = last {
                    let mut with = Bits::empty(self.snapshot.page_count());
                    self.prefix(*field, start, *span, &mut with)?;
                    pages.and(&with);
                }
                Ok(pages)
            }
        }
    }

    fn token(&self, fact: Fact, token: &str, pages: &mut Bits) -> Result<(), LookupError> {
        self.schema.field(fact).map_or(Ok(()), |field| self.term(&Term::from_field_text(field, token), pages))
    }

    fn term(&self, term: &Term, pages: &mut Bits) -> Result<(), LookupError> {
        for (segment, reader) in self.snapshot.searcher.segment_readers().iter().enumerate() {
            let inverted = reader.inverted_index(term.field())?;
            if let Some(info) = inverted.get_term_info(term)? {
                self.postings(segment, &inverted, &info, pages)?;
            }
        }
        Ok(())
    }

    fn postings(
        &self,
        segment: usize,
        inverted: &InvertedIndexReader,
        info: &tantivy::postings::TermInfo,
        pages: &mut Bits,
    ) -> Result<(), LookupError> {
        let mut block = inverted.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        while block.block_len() > 0 {
            self.snapshot.insert_all(pages, segment, block.docs());
            block.advance();
        }
        Ok(())
    }

    /// Says whether a word stands on a page in `scope`.
    fn occurs(
        &self,
        segment: usize,
        inverted: &InvertedIndexReader,
        info: &tantivy::postings::TermInfo,
        scope: &Bits,
    ) -> Result<bool, LookupError> {
        let mut block = inverted.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        while block.block_len() > 0 {
            let mut ranks = block.docs().iter().filter_map(|page| self.snapshot.rank(segment, *page));
            if ranks.any(|rank| scope.contains(rank)) {
                return Ok(true);
            }
            block.advance();
        }
        Ok(false)
    }

    fn phrase(&self, parts: &[String], scope: &Bits, pages: &mut Bits) -> Result<(), LookupError> {
        let Some(field) = self.schema.field(Fact::Words) else { return Ok(()) };
        let plain: Vec<Term> = parts.iter().map(|part| Term::from_field_text(field, part)).collect();
        let places = (0..).zip(plain.iter().cloned()).collect();
        self.side_by_side(places, scope, pages)?;
        // A word broken at the end of a line takes two positions. One broken word in a phrase is looked for.
        for (broken, part) in parts.iter().enumerate() {
            let term = Term::from_field_text(field, &format!("{part}{BROKEN}"));
            if self.snapshot.searcher.doc_freq(&term)? > 0 {
                let terms = (0..).zip(&plain).enumerate().map(|(index, (place, plain))| match index.cmp(&broken) {
                    Ordering::Less => (place, plain.clone()),
                    Ordering::Equal => (place, term.clone()),
                    Ordering::Greater => (place + 1, plain.clone()),
                });
                self.side_by_side(terms.collect(), scope, pages)?;
            }
        }
        Ok(())
    }

    /// Adds the pages in `scope` that have all terms at these places from a common start.
    fn side_by_side(&self, terms: Vec<(u32, Term)>, scope: &Bits, pages: &mut Bits) -> Result<(), LookupError> {
        for (segment, reader) in self.snapshot.searcher.segment_readers().iter().enumerate() {
            let mut postings = Vec::with_capacity(terms.len());
            for (place, term) in &terms {
                let inverted = reader.inverted_index(term.field())?;
                postings.extend(
                    inverted
                        .read_postings(term, IndexRecordOption::WithFreqsAndPositions)?
                        .map(|postings| (*place, postings)),
                );
            }
            if postings.len() == terms.len() {
                postings.sort_by_key(|(_, postings)| postings.doc_freq());
                self.together(segment, &mut postings, scope, pages);
            }
        }
        Ok(())
    }

    /// Walks along the rarest term and asks the others only where the page is in `scope` and not found yet.
    fn together(&self, segment: usize, postings: &mut [(u32, SegmentPostings)], scope: &Bits, pages: &mut Bits) {
        let Some(((first_place, rarest), others)) = postings.split_first_mut() else { return };
        let (mut starts, mut positions) = (Vec::new(), Vec::new());
        let mut page = rarest.doc();
        while page != TERMINATED {
            let rank = self.snapshot.rank(segment, page);
            let wanted = rank.filter(|rank| scope.contains(*rank) && !pages.contains(*rank));
            let Some(rank) = wanted else {
                page = rarest.advance();
                continue;
            };
            let behind = others.iter_mut().find_map(|(_, other)| {
                let at = if other.doc() < page { other.seek(page) } else { other.doc() };
                (at != page).then_some(at)
            });
            if let Some(next) = behind {
                page = if next == TERMINATED { TERMINATED } else { rarest.seek(next) };
                continue;
            }
            rarest.positions(&mut starts);
            starts.retain_mut(|position| {
                let start = position.checked_sub(*first_place);
                *position = start.unwrap_or(0);
                start.is_some()
            });
            for (place, other) in others.iter_mut() {
                if starts.is_empty() {
                    break;
                }
                other.positions(&mut positions);
                starts.retain(|start| positions.binary_search(&(start + *place)).is_ok());
            }
            if !starts.is_empty() {
                pages.insert(rank);
            }
            page = rarest.advance();
        }
    }

    fn prefix(&mut self, field: Field, start: &str, span: Span, pages: &mut Bits) -> Result<(), LookupError> {
        for (segment, reader) in self.snapshot.searcher.segment_readers().iter().enumerate() {
            let inverted = reader.inverted_index(field)?;
            let mut stream = inverted.terms().range().ge(start.as_bytes()).into_stream()?;
            while stream.advance() && stream.key().starts_with(start.as_bytes()) {
                self.expansions += 1;
                if self.expansions > MOST_EXPANSIONS {
                    let message = format!(
                        "too many different words begin like this (more than {MOST_EXPANSIONS}): write more letters before the *"
                    );
                    return Err(LookupError::Query(span.error(message)));
                }
                self.postings(segment, &inverted, stream.value(), pages)?;
            }
        }
        Ok(())
    }

    fn near(&self, word: &str, distance: u8, scope: &Bits, looked: &mut Looked) -> Result<(), LookupError> {
        let Some(field) = self.schema.field(Fact::UnsureWords) else { return Ok(()) };
        let automaton = FuzzyTermQuery::new(Term::from_field_text(field, word), distance, true).automaton()?;
        for (segment, reader) in self.snapshot.searcher.segment_readers().iter().enumerate() {
            let inverted = reader.inverted_index(field)?;
            let mut stream = inverted.terms().search(&automaton).into_stream()?;
            while stream.advance() {
                let Ok(found) = std::str::from_utf8(stream.key()) else { continue };
                // The word itself is found as it is; numbers and words with digits are never taken for words.
                if found == word || found.chars().any(|sign| !sign.is_alphabetic()) {
                    continue;
                }
                if !looked.near.contains(found) {
                    if self.restricted && !self.occurs(segment, &inverted, stream.value(), scope)? {
                        continue;
                    }
                    if looked.near.len() >= self.schema.confusions.most_words() {
                        looked.incomplete = true;
                        continue;
                    }
                    looked.near.insert(found.to_owned());
                }
                self.postings(segment, &inverted, stream.value(), &mut looked.pages)?;
            }
        }
        Ok(())
    }
}
