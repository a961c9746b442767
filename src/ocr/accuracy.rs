//! Measures of how well a page was read, given what stands on it.
//!
//! Runs of white space count as one space, and white space at the ends does not count.
//!
//! - *Character error rate*: edits (insert, delete, replace one character) that make the reading from the truth, divided by the
//!   characters of the truth. Case and punctuation count. It depends on reading order.
//! - *Word error rate*: the same for words.
//! - *Bag-of-words recall*: words are split at white space; the share of the truth's words that the reading holds, each counted
//!   as often as it occurs in both (the intersection of multisets). It does not depend on reading order. It is given twice:
//!   *exact*, as the words stand, and *folded*, in lower case and without punctuation at their ends, as a search finds them.
//! - *Digit recall*: bag-of-words recall over the words that contain a digit: doses, dates, numbers.

use std::collections::HashMap;
use std::ops::AddAssign;

use serde::Serialize;

/// Counts from which the measures follow; counts of several pages add up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Accuracy {
    /// Characters of the truth.
    pub characters: u64,
    /// Edits between the characters of truth and reading.
    pub character_edits: u64,
    /// Words of the truth.
    pub words: u64,
    /// Edits between the words of truth and reading.
    pub word_edits: u64,
    /// Words as they stand.
    pub exact: Found,
    /// Words in lower case and without punctuation at their ends.
    pub folded: Found,
}

/// Words of the truth, and how many of them the reading holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Found {
    /// Words of the truth.
    pub words: u64,
    /// Those that the reading holds.
    pub found: u64,
    /// Words of the truth with a digit.
    pub digit_words: u64,
    /// Those that the reading holds.
    pub digit_words_found: u64,
}

impl Found {
    /// Counts the words of `truth`, as they stand, that `reading` holds too. Takes time in proportion to both.
    pub fn of(truth: &str, reading: &str) -> Self {
        Self::count(truth.split_whitespace(), reading.split_whitespace())
    }

    fn count<'a>(truth: impl Iterator<Item = &'a str>, reading: impl Iterator<Item = &'a str>) -> Self {
        let mut bag: HashMap<&str, u64> = HashMap::new();
        for word in reading {
            *bag.entry(word).or_default() += 1;
        }
        let mut counts = Self::default();
        for word in truth {
            let found = bag.get_mut(word).filter(|left| **left > 0).map(|left| *left -= 1).is_some();
            let digit = word.contains(|letter: char| letter.is_ascii_digit());
            counts.words += 1;
            counts.found += u64::from(found);
            counts.digit_words += u64::from(digit);
            counts.digit_words_found += u64::from(found && digit);
        }
        counts
    }

    /// Returns the share of words found; 1 without truth.
    pub fn recall(&self) -> f64 {
        share(self.found, self.words, 1.0)
    }

    /// Returns the share of words with a digit found; 1 where there are none.
    pub fn digit_recall(&self) -> f64 {
        share(self.digit_words_found, self.digit_words, 1.0)
    }
}

impl AddAssign for Found {
    fn add_assign(&mut self, other: Self) {
        self.words += other.words;
        self.found += other.found;
        self.digit_words += other.digit_words;
        self.digit_words_found += other.digit_words_found;
    }
}

impl Accuracy {
    /// Compares a reading with the truth.
    pub fn of(truth: &str, reading: &str) -> Self {
        let (truth_words, reading_words): (Vec<&str>, Vec<&str>) =
            (truth.split_whitespace().collect(), reading.split_whitespace().collect());
        let characters: Vec<char> = truth_words.join(" ").chars().collect();
        let read: Vec<char> = reading_words.join(" ").chars().collect();
        let (truth, reading) = (truth.to_lowercase(), reading.to_lowercase());
        Self {
            characters: characters.len() as u64,
            character_edits: edits(&characters, &read),
            words: truth_words.len() as u64,
            word_edits: edits(&truth_words, &reading_words),
            exact: Found::count(truth_words.into_iter(), reading_words.into_iter()),
            folded: Found::count(stripped(&truth), stripped(&reading)),
        }
    }

    /// Returns edits per character of the truth; 0 without truth.
    pub fn character_error_rate(&self) -> f64 {
        share(self.character_edits, self.characters, 0.0)
    }

    /// Returns edits per word of the truth; 0 without truth.
    pub fn word_error_rate(&self) -> f64 {
        share(self.word_edits, self.words, 0.0)
    }
}

impl AddAssign for Accuracy {
    fn add_assign(&mut self, other: Self) {
        self.characters += other.characters;
        self.character_edits += other.character_edits;
        self.words += other.words;
        self.word_edits += other.word_edits;
        self.exact += other.exact;
        self.folded += other.folded;
    }
}

/// Returns the words without punctuation at their ends; what is nothing but punctuation is no word.
fn stripped(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
        .filter(|word| !word.is_empty())
}

fn share(part: u64, whole: u64, of_nothing: f64) -> f64 {
    if whole == 0 { of_nothing } else { part as f64 / whole as f64 }
}

/// Counts the fewest edits between two sequences (Levenshtein).
fn edits<T: PartialEq>(from: &[T], to: &[T]) -> u64 {
    let same = from.iter().zip(to).take_while(|(one, other)| one == other).count();
    let (from, to) = (&from[same..], &to[same..]);
    let same = from.iter().rev().zip(to.iter().rev()).take_while(|(one, other)| one == other).count();
    let (from, to) = (&from[..from.len() - same], &to[..to.len() - same]);
    let mut row: Vec<u64> = (0..=to.len() as u64).collect();
    for (index, one) in from.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = index as u64 + 1;
        for (column, other) in to.iter().enumerate() {
            let replaced = diagonal + u64::from(one != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_are_as_defined() {
        let accuracy = Accuracy::of("Take 3.5 mg  mg q8h\n", "Take 35 mg qsh");
        assert_eq!((accuracy.exact.words, accuracy.exact.found), (5, 2));
        assert_eq!((accuracy.exact.digit_words, accuracy.exact.digit_words_found), (2, 0));
        assert_eq!(accuracy.word_edits, 3);
        assert_eq!((accuracy.characters, accuracy.character_edits), (18, 5));
        assert_eq!(Accuracy::of("", "noise").exact.recall(), 1.0);
        let folded = Accuracy::of("Dose: 3.5 MG, daily -", "dose 3.5 mg Daily").folded;
        assert_eq!((folded.words, folded.found, folded.digit_words_found), (4, 4, 1));
    }

    proptest! {
        #[test]
        fn a_text_is_no_edits_away_from_itself_and_order_does_not_change_recall(
            mut words in proptest::collection::vec("[a-c0-2]{1,3}", 0..20),
        ) {
            let text = words.join(" ");
            let same = Accuracy::of(&text, &text);
            prop_assert_eq!((same.character_edits, same.word_edits, same.exact.found), (0, 0, same.words));
            words.reverse();
            prop_assert_eq!(Accuracy::of(&text, &words.join("\n")).exact.found, same.words);
        }

        #[test]
        fn edits_are_symmetric_and_bounded(one in "[ab]{0,12}", other in "[ab]{0,12}") {
            let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
            prop_assert_eq!(edits(&one, &other), edits(&other, &one));
            prop_assert!(edits(&one, &other) <= one.len().max(other.len()) as u64);
            prop_assert!(edits(&one, &other) >= one.len().abs_diff(other.len()) as u64);
        }
    }
}
