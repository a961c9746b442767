//! Whether confidence means what it says: of the words read with a confidence of 0.9, are nine in ten right?
//!
//! A word counts as right when the page's text has it, as often as it has it, wherever it stands; so a word that is right by
//! chance elsewhere flatters a little, and one that the text of the page leaves out (a stamp, a signature) counts as wrong.

use std::collections::HashMap;
use std::ops::AddAssign;

use serde::Serialize;

use crate::chart::Word;

/// Bins of confidence, each a tenth.
const BINS: usize = 10;

/// Words by confidence, and how many of them were right; counts of several pages add up.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Calibration {
    /// Words of a confidence from 0 to 0.1, and so on; a confidence of 1 is in the last.
    pub bins: [Bin; BINS],
    /// Words with another reading.
    pub with_others: u64,
    /// Of these, how many were wrong.
    pub with_others_wrong: u64,
    /// Of the wrong ones, for how many another reading was right.
    pub others_right: u64,
}

/// Words of a certain confidence.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Bin {
    /// Their number.
    pub words: u64,
    /// Those that are right.
    pub right: u64,
    /// Sum of their confidences.
    pub confidence: f64,
}

impl Calibration {
    /// Compares the words of a page with its true text.
    pub fn of<'a>(truth: &'a str, words: impl IntoIterator<Item = &'a Word>) -> Self {
        let mut bag: HashMap<&str, u64> = HashMap::new();
        for word in truth.split_whitespace() {
            *bag.entry(word).or_default() += 1;
        }
        let mut counts = Self::default();
        let mut wrong = Vec::new();
        for word in words {
            let right = bag.get_mut(word.text.as_str()).filter(|left| **left > 0).map(|left| *left -= 1).is_some();
            let confidence = f64::from(word.confidence.value());
            let bin = &mut counts.bins[((confidence * BINS as f64) as usize).min(BINS - 1)];
            bin.words += 1;
            bin.right += u64::from(right);
            bin.confidence += confidence;
            if !word.other_readings().is_empty() {
                counts.with_others += 1;
                if !right {
                    wrong.push(word);
                }
            }
        }
        counts.with_others_wrong = wrong.len() as u64;
        // What no word has taken is left for other readings.
        for word in wrong {
            let found = word.other_readings().iter().any(|other| {
                bag.get_mut(other.text.as_str()).filter(|left| **left > 0).map(|left| *left -= 1).is_some()
            });
            counts.others_right += u64::from(found);
        }
        counts
    }

    /// Returns how far confidence and the share of right words are apart, the mean over all words (expected calibration error;
    /// Naeini and others, AAAI 2015); 0 without words.
    pub fn error(&self) -> f64 {
        let words: u64 = self.bins.iter().map(|bin| bin.words).sum();
        let apart: f64 = self.bins.iter().map(|bin| (bin.right as f64 - bin.confidence).abs()).sum();
        if words == 0 { 0.0 } else { apart / words as f64 }
    }
}

impl AddAssign for Calibration {
    fn add_assign(&mut self, other: Self) {
        for (bin, more) in self.bins.iter_mut().zip(other.bins) {
            bin.words += more.words;
            bin.right += more.right;
            bin.confidence += more.confidence;
        }
        self.with_others += other.with_others;
        self.with_others_wrong += other.with_others_wrong;
        self.others_right += other.others_right;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Confidence, OtherReading, ReadingDoubt, Rect};

    fn word(text: &str, confidence: f32, others: &[&str]) -> Word {
        let mut word = Word::new(text.to_owned(), Rect::new(0, 0, 1, 1), Confidence::clamped(confidence));
        let others = others.iter().map(|text| OtherReading { text: (*text).to_owned(), probability: 0.3 }).collect();
        word.doubt = Some(Box::new(ReadingDoubt { probability: confidence, others, risk: None }));
        word
    }

    #[test]
    fn words_are_counted_by_confidence_and_once_each() {
        let words = [word("mg", 1.0, &[]), word("35", 0.95, &["3.5"]), word("mg", 0.55, &["mcg"])];
        let mut counts = Calibration::of("3.5 mg daily", &words);
        assert_eq!((counts.bins[9].words, counts.bins[9].right, counts.bins[5].right), (2, 1, 0));
        assert_eq!((counts.with_others, counts.with_others_wrong, counts.others_right), (2, 2, 1));
        assert!((counts.error() - (0.95 + 0.55) / 3.0).abs() < 1e-6);
        counts += counts;
        assert_eq!(counts.bins[9].words, 4);
        assert_eq!(Calibration::default().error(), 0.0);
    }
}
