//! Results that wait to be accepted, compared with those that count: page by page, in numbers and line by line.

use serde::Serialize;

use super::{App, AppError};
use crate::chart::{Confidence, DocumentId, Line, PageId, PageText, PipelineStamp};
use crate::ocr::accuracy::Found;
use crate::store::{CandidateRecord, PageSelection};

/// Pages that are read from the database at a time.
const ROWS: u32 = 200;
/// Most pairs of lines that are looked at to find out which belong together: pages of 2,000 lines.
const MOST_PAIRS: usize = 4_000_000;

/// One page, as it counts and as it would be.
#[derive(Debug, Clone, Serialize)]
pub struct PageComparison {
    /// The document.
    pub document: DocumentId,
    /// Place in the document, from 1.
    pub position: u32,
    /// The page.
    pub page: PageId,
    /// Pipeline of the result that counts.
    pub current_pipeline: PipelineStamp,
    /// Pipeline of the result that waits.
    pub candidate_pipeline: PipelineStamp,
    /// Words that count.
    pub current_words: u64,
    /// Words that wait.
    pub candidate_words: u64,
    /// Words that would be lost: in the current result only. A word that stands twice counts twice.
    pub words_lost: u64,
    /// Words that would be won: in the candidate only.
    pub words_won: u64,
    /// Share of the current words that the candidate holds too, 0 to 1.
    pub recall: f64,
    /// The same of words with a digit: doses, dates, results.
    pub digit_recall: f64,
    /// Mean confidence of the current words.
    pub current_confidence: Option<Confidence>,
    /// Mean confidence of the candidate's words.
    pub candidate_confidence: Option<Confidence>,
    /// Lines that differ, side by side, if they were asked for.
    pub lines: Vec<LinePair>,
}

/// Two lines that stand in the same place; one is missing where a result has no such line.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct LinePair {
    /// As it counts.
    pub current: Option<String>,
    /// As it would be.
    pub candidate: Option<String>,
}

impl std::fmt::Debug for LinePair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinePair(text of a page)")
    }
}

impl PageComparison {
    /// Says whether both results hold the same words, though perhaps in other places.
    pub const fn is_same(&self) -> bool {
        self.words_lost == 0 && self.words_won == 0
    }
}

impl App {
    /// Compares every result of `selection` that waits with the one that counts, and hands each to `note` in the order
    /// of the documents; with `lines`, line by line.
    ///
    /// # Errors
    /// The database failed, or a result cannot be read.
    pub async fn compare(
        &self,
        selection: PageSelection,
        lines: bool,
        mut note: impl FnMut(PageComparison),
    ) -> Result<(), AppError> {
        let mut after = None;
        loop {
            let rows = self.store.candidates(selection, after, ROWS).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            after = Some((last.document, last.position));
            for row in rows {
                let current = self.areas.results.get(&row.current_key).await?;
                let candidate = self.areas.results.get(&row.candidate_key).await?;
                note(compare(row, &current, &candidate, lines));
            }
        }
    }
}

fn compare(row: CandidateRecord, current: &PageText, candidate: &PageText, lines: bool) -> PageComparison {
    let (was, would_be) = (current.plain(), candidate.plain());
    let (kept, known) = (Found::of(&was, &would_be), Found::of(&would_be, &was));
    PageComparison {
        document: row.document,
        position: row.position,
        page: row.page,
        current_pipeline: current.pipeline.clone(),
        candidate_pipeline: row.pipeline,
        current_words: kept.words,
        candidate_words: known.words,
        words_lost: kept.words - kept.found,
        words_won: known.words - known.found,
        recall: kept.recall(),
        digit_recall: kept.digit_recall(),
        current_confidence: current.mean_confidence(),
        candidate_confidence: candidate.mean_confidence(),
        lines: if lines { side_by_side(&texts(current), &texts(candidate)) } else { Vec::new() },
    }
}

fn texts(page: &PageText) -> Vec<String> {
    let text = |line: &Line| line.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    page.lines().map(text).collect()
}

/// Pairs the lines that differ: what lies between the same two common lines belongs together.
fn side_by_side(current: &[String], candidate: &[String]) -> Vec<LinePair> {
    let mut pairs = Vec::new();
    let (mut left, mut right) = (0, 0);
    for (next_left, next_right) in common(current, candidate).into_iter().chain([(current.len(), candidate.len())]) {
        let (lefts, rights) = (&current[left..next_left], &candidate[right..next_right]);
        for index in 0..lefts.len().max(rights.len()) {
            pairs.push(LinePair { current: lefts.get(index).cloned(), candidate: rights.get(index).cloned() });
        }
        (left, right) = (next_left + 1, next_right + 1);
    }
    pairs
}

/// Returns the places of a longest common subsequence of lines; of none where the pages are too long to look for it.
fn common(left: &[String], right: &[String]) -> Vec<(usize, usize)> {
    let columns = right.len() + 1;
    if (left.len() + 1).saturating_mul(columns) > MOST_PAIRS {
        return Vec::new();
    }
    // Entry (i, j): how many lines the rests from i and j have in common.
    let mut longest = vec![0_u32; (left.len() + 1) * columns];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            longest[i * columns + j] = if left[i] == right[j] {
                longest[(i + 1) * columns + j + 1] + 1
            } else {
                longest[(i + 1) * columns + j].max(longest[i * columns + j + 1])
            };
        }
    }
    let (mut i, mut j, mut places) = (0, 0, Vec::new());
    while i < left.len() && j < right.len() {
        if left[i] == right[j] {
            places.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * columns + j] >= longest[i * columns + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split('/').map(str::to_owned).collect()
    }

    #[test]
    fn lines_that_differ_stand_side_by_side() {
        let pairs = side_by_side(&lines("head/Take 3,5 mg/daily/end"), &lines("head/Take 3.5 mg/daily/new/end"));
        let pairs: Vec<_> = pairs.iter().map(|pair| (pair.current.as_deref(), pair.candidate.as_deref())).collect();
        assert_eq!(pairs, [(Some("Take 3,5 mg"), Some("Take 3.5 mg")), (None, Some("new"))]);
        assert!(side_by_side(&lines("a/b"), &lines("a/b")).is_empty());
    }

    #[test]
    fn pages_too_long_to_align_are_paired_in_order() {
        let long: Vec<String> = (0..3_000).map(|line| line.to_string()).collect();
        assert_eq!(side_by_side(&long, &long[1..]).len(), 3_000);
    }

    proptest! {
        /// Taking the pairs away from both sides leaves the same lines on both.
        #[test]
        fn what_is_not_paired_is_common(left in "[ab/]{0,12}", right in "[ab/]{0,12}") {
            let (left, right) = (lines(&left), lines(&right));
            let pairs = side_by_side(&left, &right);
            let differing = |side: fn(&LinePair) -> &Option<String>| pairs.iter().filter(|pair| side(pair).is_some()).count();
            let rest = left.len() - differing(|pair| &pair.current);
            prop_assert_eq!(rest, right.len() - differing(|pair| &pair.candidate));
            prop_assert_eq!(rest, common(&left, &right).len());
        }
    }
}
