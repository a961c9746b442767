//! From probabilities to words: a search for the most probable text, with the dictionaries' help.
//!
//! The search keeps, at every step of time, the best few partial readings of six kinds: free or inside of a dictionary's word,
//! and for each whether the last code may only be repeated, must not be repeated, or either. A free reading costs
//! [`WITHOUT_DICTIONARY`] times as much, so that words of the dictionary win where the picture is in doubt. It is
//! libtesseract's search (`lstm/recodebeam.cpp`, `dict/dict.cpp`), and gives the same text, certainties and places.

mod beam;
mod context;
mod dawg;
mod others;
mod path;
mod search;

pub use search::Decoder;

/// How much more a reading outside of the dictionaries costs.
const WITHOUT_DICTIONARY: f32 = 2.25;
/// Added to every certainty.
const OFFSET: f64 = -0.085;
/// Least certainty of a code inside of a dictionary's word.
const WORST_IN_DICTIONARY: f32 = -25.0 / 7.0;
/// Least certainty of a code.
const LEAST: f32 = -20.0;

/// A word of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct LineWord {
    /// Its characters.
    pub characters: Vec<LineCharacter>,
    /// Least certainty of its characters: a logarithm, 0 at best.
    pub certainty: f32,
    /// Least certainty of the spaces beside it.
    pub space_certainty: f32,
    /// Whether a dictionary has it.
    pub in_dictionary: bool,
    /// Whether a space stands before it.
    pub after_space: bool,
    /// Probability of its text in its steps, without the dictionaries' help.
    pub probability: f32,
    /// What else may stand there, the most probable first.
    pub others: Vec<OtherReading>,
}

/// What may stand in the place of a word.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherReading {
    /// Its text.
    pub text: String,
    /// Its probability.
    pub probability: f32,
}

/// A character of a word.
#[derive(Debug, Clone, PartialEq)]
pub struct LineCharacter {
    /// Its text.
    pub text: String,
    /// Its certainty.
    pub certainty: f32,
    /// Steps of time that belong to it: the first, and the first that does not.
    pub steps: (usize, usize),
}

impl LineWord {
    /// Returns the text.
    pub fn text(&self) -> String {
        self.characters.iter().map(|character| character.text.as_str()).collect()
    }

    /// Returns the steps of time that belong to it.
    pub fn steps(&self) -> (usize, usize) {
        let first = self.characters.first().map_or(0, |character| character.steps.0);
        (first, self.characters.last().map_or(first, |character| character.steps.1))
    }
}

/// Returns the text of a line.
pub fn text_of(words: &[LineWord]) -> String {
    let mut text = String::new();
    for (place, word) in words.iter().enumerate() {
        if place > 0 && word.after_space {
            text.push(' ');
        }
        text.extend(word.characters.iter().map(|character| character.text.as_str()));
    }
    text
}
