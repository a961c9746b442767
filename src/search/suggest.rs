//! Words that begin as somebody has typed: out of the pages that they may know of, and no others.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tantivy::TantivyError;
use tantivy::schema::IndexRecordOption;

use super::analyser::BROKEN;
use super::answer::FacetValue;
use super::bits::Bits;
use super::error::IndexError;
use super::schema::Fact;
use super::scope::Scope;
use super::searcher::Searcher;

/// Letters that are needed before anything is suggested.
const SHORTEST: usize = 2;
/// Words that are looked through for one suggestion.
const MOST_LOOKED_AT: usize = 2_000;
/// Words that are suggested at most.
const MOST_SUGGESTED: usize = 20;

impl Searcher {
    /// Returns words that begin with `start`, those on most pages in `scope` first, each with the number of these pages.
    /// Of very many words, some may be missing.
    ///
    /// # Errors
    /// The index is damaged.
    pub fn suggest(&self, start: &str, scope: &Scope, limit: usize) -> Result<Vec<FacetValue>, IndexError> {
        let folded = self.schema.analyser().fold(start);
        let start = folded.trim_matches(|sign: char| !sign.is_alphanumeric());
        if start.chars().count() < SHORTEST {
            return Ok(Vec::new());
        }
        let found = catch_unwind(AssertUnwindSafe(|| self.beginning_with(start, scope, limit.min(MOST_SUGGESTED))));
        found.map_err(|_| self.damaged())?.map_err(|error| IndexError::from_tantivy(&self.dir, &error))
    }

    fn beginning_with(&self, start: &str, scope: &Scope, limit: usize) -> Result<Vec<FacetValue>, TantivyError> {
        let Some(field) = self.schema.field(Fact::Words) else { return Ok(Vec::new()) };
        let mut allowed = scope.pages(&self.snapshot, &self.schema)?;
        allowed.and(&self.snapshot.shown);
        let mut words: BTreeMap<String, Bits> = BTreeMap::new();
        for (segment, reader) in self.snapshot.searcher.segment_readers().iter().enumerate() {
            let inverted = reader.inverted_index(field)?;
            let mut stream = inverted.terms().range().ge(start.as_bytes()).into_stream()?;
            let mut looked_at = 0;
            while stream.advance() && stream.key().starts_with(start.as_bytes()) && looked_at < MOST_LOOKED_AT {
                looked_at += 1;
                let Ok(word) = std::str::from_utf8(stream.key()) else { continue };
                let word = word.trim_end_matches(BROKEN);
                let mut pages = Bits::empty(self.snapshot.page_count());
                let mut block = inverted.read_block_postings_from_terminfo(stream.value(), IndexRecordOption::Basic)?;
                while block.block_len() > 0 {
                    self.snapshot.insert_all(&mut pages, segment, block.docs());
                    block.advance();
                }
                pages.and(&allowed);
                if pages.count() == 0 {
                    continue;
                }
                match words.get_mut(word) {
                    Some(known) => known.or(&pages),
                    None => drop(words.insert(word.to_owned(), pages)),
                }
            }
        }
        let counted = words.into_iter().map(|(value, pages)| FacetValue { value, count: pages.count() });
        let mut suggested: Vec<FacetValue> = counted.collect();
        suggested.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
        suggested.truncate(limit);
        Ok(suggested)
    }
}
