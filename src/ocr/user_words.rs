//! A site's own words: names of its wards, physicians and drugs, and patterns of its numbers. They count like words of the
//! model's dictionary, so a doubtful picture is rather read as one of them.
//!
//! One word to a line; lines that begin with `#` are comments. `\d` stands for a digit, as in Tesseract's user patterns:
//! `MRN-\d\d\d\d\d\d`. Only our own reader uses them.

use std::path::Path;

use super::recognizer::RecognizeError;
use crate::chart::Digest;

/// Largest file, in bytes.
const MOST_BYTES: u64 = 4 << 20;
/// Longest word, in characters.
const LONGEST: usize = 64;
/// Most words and patterns.
const MOST_WORDS: usize = 200_000;

/// Words and patterns of a site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserWords {
    /// Words, as they are written.
    pub words: Vec<String>,
    /// Patterns, in which `\d` stands for a digit.
    pub patterns: Vec<String>,
    digest: Option<Digest>,
}

impl UserWords {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, is too large, or a line is no word; the message says which.
    pub fn read(path: &Path) -> Result<Self, RecognizeError> {
        let wrong = |what: String| RecognizeError::Models(format!("the word list {} {what}", path.display()));
        let length = std::fs::metadata(path).map_err(|cause| wrong(format!("cannot be read: {cause}")))?.len();
        if length > MOST_BYTES {
            return Err(wrong(format!("is larger than {MOST_BYTES} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(|cause| wrong(format!("cannot be read: {cause}")))?;
        Self::parse(&text).map_err(wrong)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is wrong, and in which line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut found = Self { digest: Some(Digest::of(text.as_bytes())), ..Self::default() };
        for (index, line) in text.lines().enumerate() {
            let word = line.trim();
            if word.is_empty() || word.starts_with('#') {
                continue;
            }
            let number = index + 1;
            if word.contains(char::is_whitespace) || word.contains(char::is_control) {
                return Err(format!("has a space inside of line {number}: write one word to a line"));
            }
            if word.chars().count() > LONGEST {
                return Err(format!("has more than {LONGEST} characters in line {number}"));
            }
            let plain = word.replace("\\d", "");
            if plain.contains('\\') {
                return Err(format!("has a pattern in line {number} that is not understood: only \\d (a digit) is"));
            }
            if plain.len() == word.len() { &mut found.words } else { &mut found.patterns }.push(word.to_owned());
        }
        if found.words.len() + found.patterns.len() > MOST_WORDS {
            return Err(format!("has more than {MOST_WORDS} words"));
        }
        Ok(found)
    }

    /// Returns what tells these words from others, to be kept with every result; `None` without words.
    pub fn stamp(&self) -> Option<String> {
        self.digest.map(|digest| format!("words {}", digest.to_string().chars().take(8).collect::<String>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_patterns_are_told_apart() {
        let words = UserWords::parse("# wards\nHillcrest\n\n MRN-\\d\\d \nq8h\n").expect("a list");
        assert_eq!((words.words, words.patterns), (vec!["Hillcrest".into(), "q8h".into()], vec!["MRN-\\d\\d".into()]));
    }

    #[test]
    fn wrong_lines_are_named() {
        for (text, expected) in [("a b", "line 1"), ("x\n\\c\\d", "only \\d"), (&"y".repeat(65), "characters")] {
            assert!(UserWords::parse(text).expect_err(expected).contains(expected), "{text}");
        }
        assert_eq!(UserWords::default().stamp(), None);
    }
}
