//! From the words of a page to tokens with positions, each knowing the words that it came from.
//!
//! The index, the query and the marking of hits all use these functions, so that what is found is what is marked.
//!
//! One printed word becomes one or more *parts* at consecutive positions (`120/80` -> `120`, `80`; `20mg` -> `20`, `mg`;
//! `3.5` stays one part, with its pieces `3` and `5` at the same position) and, where there are several, the word as a
//! whole at the first position. A word broken at the end of a line gives the joined word too, marked with [`BROKEN`],
//! since it stands on two positions.

use serde::Deserialize;

use super::error::DefinitionError;
use super::fold::Folder;
use crate::chart::{PageText, TextSource};

/// Ends a token that was joined over the end of a line. The sign itself never survives folding.
pub(super) const BROKEN: char = '\u{ad}';

/// Counted up whenever the rules in this file change, so that older indexes are noticed.
pub(super) const RULES: u32 = 1;

/// The settings of `analysers.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnalyserSettings {
    schema: u32,
    unsure_below: f32,
    longest_token: usize,
    most_parts: usize,
    shortest_broken_piece: usize,
    most_words: usize,
}

/// One token of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Folded text.
    pub text: String,
    /// Position for phrases.
    pub position: u32,
    /// First and last word that it came from, counted from 0 in reading order.
    pub words: (u32, u32),
    /// Whether the recogniser was unsure of one of those words.
    pub unsure: bool,
}

/// What one printed or asked-for word stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Forms {
    /// The word as a whole, in every form that counts as the same; never empty.
    pub wholes: Vec<String>,
    /// The parts at consecutive positions; one when the word has no parts.
    pub parts: Vec<Part>,
}

/// One part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Folded text.
    pub text: String,
    /// Pieces at the same position: `3` and `5` of `3.5`.
    pub pieces: Vec<String>,
}

impl Forms {
    /// Returns the texts of the parts.
    pub(super) fn part_texts(&self) -> impl Iterator<Item = String> + '_ {
        self.parts.iter().map(|part| part.text.clone())
    }
}

/// Turns words into tokens.
#[derive(Clone)]
pub(super) struct Analyser {
    settings: AnalyserSettings,
    folder: Folder,
}

impl AnalyserSettings {
    /// Reads `analysers.toml`.
    pub(super) fn parse(text: &str) -> Result<Self, DefinitionError> {
        let wrong = |message: String| DefinitionError::new("analysers.toml", message);
        let settings: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        if settings.schema != 1 {
            return Err(wrong(format!("schema is {}, this program reads 1", settings.schema)));
        }
        if !(0.0..=1.0).contains(&settings.unsure_below) {
            return Err(wrong("unsure_below lies between 0 and 1".into()));
        }
        if !(8..=1024).contains(&settings.longest_token) || !(2..=64).contains(&settings.most_parts) {
            return Err(wrong("longest_token lies between 8 and 1024, most_parts between 2 and 64".into()));
        }
        if settings.shortest_broken_piece == 0 || !(1..=1_000_000).contains(&settings.most_words) {
            return Err(wrong("shortest_broken_piece is at least 1, most_words 1 to 1000000".into()));
        }
        Ok(settings)
    }
}

impl Analyser {
    /// Makes an analyser.
    pub(super) fn new(settings: AnalyserSettings) -> Self {
        Self { settings, folder: Folder::new() }
    }

    /// Folds a text without taking it apart.
    pub(super) fn fold(&mut self, text: &str) -> String {
        self.folder.fold(text)
    }

    /// Returns what `word` stands for; `None` when it has neither letter nor digit.
    pub(super) fn forms(&mut self, word: &str) -> Option<Forms> {
        let folded = self.folder.fold(word);
        let core = folded.trim_matches(|sign: char| !sign.is_alphanumeric());
        let core = core.strip_suffix("'s").unwrap_or(core);
        let core: String = core.chars().take(self.settings.longest_token).collect();
        let core = core.trim_end_matches(|sign: char| !sign.is_alphanumeric());
        if core.is_empty() {
            return None;
        }
        if let Some(joined) = dotted(core) {
            return Some(Forms::single(joined));
        }
        if core.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Some(Forms::single(core.to_owned()));
        }
        let parts: Vec<Part> = split(core, self.settings.most_parts);
        if let [part] = parts.as_slice() {
            return Some(Forms { wholes: vec![part.text.clone()], parts });
        }
        let mut wholes = vec![core.to_owned()];
        let joiner = |sign: char| matches!(sign, '-' | '\'');
        if core.chars().all(|sign| sign.is_alphabetic() || joiner(sign)) {
            let joined: String = core.chars().filter(|sign| !joiner(*sign)).collect();
            wholes.push(joined);
        }
        Some(Forms { wholes, parts })
    }

    /// Returns the tokens of a page, by position.
    pub(super) fn page(&mut self, page: &PageText) -> Vec<Token> {
        let doubtful = page.source == TextSource::Recognised;
        let mut tokens = Vec::new();
        let mut position = 0;
        let mut broken: Option<Token> = None;
        let mut count = 0u32;
        for line in page.lines() {
            let last = line.words.len().saturating_sub(1);
            for (place, word) in line.words.iter().enumerate() {
                if count as usize >= self.settings.most_words {
                    return tokens;
                }
                let number = count;
                count += 1;
                let unsure = doubtful && word.confidence.value() < self.settings.unsure_below;
                let left = broken.take();
                let forms = plain(&word.text, self.settings.longest_token)
                    .map(|text| Forms { wholes: Vec::new(), parts: vec![Part { text, pieces: Vec::new() }] });
                let Some(forms) = forms.or_else(|| self.forms(&word.text)) else { continue };
                if let Some(left) = left {
                    self.join(left, &forms, number, unsure, &mut tokens);
                }
                let first = position;
                let words = (number, number);
                if place == last && ends_in_hyphen(&word.text) {
                    let text = forms.parts.last().map(|part| part.text.clone()).unwrap_or_default();
                    broken = Some(Token { text, position: first + forms.parts.len() as u32 - 1, words, unsure });
                }
                let mut push = |text: String, position| tokens.push(Token { text, position, words, unsure });
                if forms.parts.len() > 1 {
                    forms.wholes.into_iter().for_each(|whole| push(whole, first));
                }
                for part in forms.parts {
                    push(part.text, position);
                    part.pieces.into_iter().for_each(|piece| push(piece, position));
                    position += 1;
                }
            }
        }
        tokens
    }

    /// Returns the tokens of what doubtful words of a page may say instead, each with the number of its word.
    pub(super) fn other_readings(&mut self, page: &PageText) -> Vec<(u32, String)> {
        let mut tokens = Vec::new();
        for (number, word) in (0..).zip(page.words().take(self.settings.most_words)) {
            for other in word.other_readings() {
                let Some(forms) = self.forms(&other.text) else { continue };
                let parts = forms.part_texts().filter(|part| !forms.wholes.contains(part)).collect::<Vec<_>>();
                tokens.extend(forms.wholes.into_iter().chain(parts).map(|text| (number, text)));
            }
        }
        tokens
    }

    /// Adds the word that `left` and the first part of `right` make together.
    fn join(&self, left: Token, right: &Forms, number: u32, unsure: bool, tokens: &mut Vec<Token>) {
        let Some(right) = right.parts.first() else { return };
        let is_piece = |text: &str| {
            text.chars().all(char::is_alphabetic) && text.chars().count() >= self.settings.shortest_broken_piece
        };
        if is_piece(&left.text) && is_piece(&right.text) {
            let text = format!("{}{}{BROKEN}", left.text, right.text);
            tokens.push(Token { text, words: (left.words.0, number), unsure: left.unsure || unsure, ..left });
        }
    }
}

impl Forms {
    fn single(text: String) -> Self {
        Self { wholes: vec![text.clone()], parts: vec![Part { text, pieces: Vec::new() }] }
    }
}

/// Joins single letters parted by dots (`q.d`, `b.i.d`); `None` for anything else.
fn dotted(core: &str) -> Option<String> {
    let mut letters = String::new();
    for piece in core.split('.') {
        let mut signs = piece.chars();
        let letter = signs.next().filter(|sign| sign.is_alphabetic())?;
        if signs.next().is_some() {
            return None;
        }
        letters.push(letter);
    }
    (letters.chars().count() > 1).then_some(letters)
}

/// Splits at signs, and between a number and the unit after it; the rest beyond `most` parts stays one part.
fn split(core: &str, most: usize) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = core;
    while let Some(start) = rest.find(char::is_alphanumeric) {
        rest = &rest[start..];
        if parts.len() + 1 >= most {
            parts.push(Part { text: rest.to_owned(), pieces: Vec::new() });
            break;
        }
        let (part, length) = if rest.starts_with(|sign: char| sign.is_ascii_digit()) {
            number(rest)
        } else {
            let length = rest.find(|sign: char| !sign.is_alphanumeric()).unwrap_or(rest.len());
            (Part { text: rest[..length].to_owned(), pieces: Vec::new() }, length)
        };
        parts.push(part);
        rest = &rest[length..];
    }
    parts
}

/// Reads a number at the start of `text`: digits with points or commas between them. Commas of thousands are dropped.
fn number(text: &str) -> (Part, usize) {
    let bytes = text.as_bytes();
    let digit = |index: usize| bytes.get(index).is_some_and(u8::is_ascii_digit);
    let mut length = 0;
    while digit(length) || (matches!(bytes.get(length), Some(b'.' | b',')) && digit(length + 1)) {
        length += 1;
    }
    let written = &text[..length];
    let pieces: Vec<String> = written.split(['.', ',']).map(str::to_owned).collect();
    let thousands = !written.contains('.')
        && pieces.len() > 1
        && pieces[0].len() <= 3
        && pieces[1..].iter().all(|piece| piece.len() == 3);
    let text = if thousands { pieces.concat() } else { written.to_owned() };
    (Part { text, pieces: if pieces.len() > 1 { pieces } else { Vec::new() } }, length)
}

/// Returns what most words are, letters of ASCII between punctuation, in the quickest way; `None` for all others.
fn plain(word: &str, longest: usize) -> Option<String> {
    if !word.is_ascii() {
        return None;
    }
    let core = word.trim_matches(|sign: char| !sign.is_ascii_alphanumeric());
    let letters = !core.is_empty() && core.len() <= longest && core.bytes().all(|byte| byte.is_ascii_alphabetic());
    letters.then(|| core.to_ascii_lowercase())
}

fn ends_in_hyphen(word: &str) -> bool {
    word.ends_with(['-', '\u{ad}', '\u{2010}', '\u{2011}', '\u{ac}'])
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{lines, page_text};
    use super::*;

    fn analyser() -> Analyser {
        Analyser::new(AnalyserSettings::parse(include_str!("../../index/analysers.toml")).unwrap())
    }

    fn shown(word: &str) -> (Vec<String>, Vec<String>) {
        let forms = analyser().forms(word).unwrap();
        let parts = forms.part_texts().collect();
        (forms.wholes, parts)
    }

    #[test]
    fn clinical_words_are_kept_whole_and_in_parts() {
        let of = |wholes: &[&str], parts: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
            (owned(wholes), owned(parts))
        };
        assert_eq!(shown("(HTN),"), of(&["htn"], &["htn"]));
        assert_eq!(shown("3.5"), of(&["3.5"], &["3.5"]));
        assert_eq!(shown("3.5mg"), of(&["3.5mg"], &["3.5", "mg"]));
        assert_eq!(shown("q8h"), of(&["q8h"], &["q8h"]));
        assert_eq!(shown("HbA1c:"), of(&["hba1c"], &["hba1c"]));
        assert_eq!(shown("120/80"), of(&["120/80"], &["120", "80"]));
        assert_eq!(shown("2024-03-15."), of(&["2024-03-15"], &["2024", "03", "15"]));
        assert_eq!(shown("MRN-001234"), of(&["mrn-001234"], &["mrn", "001234"]));
        assert_eq!(shown("x-ray"), of(&["x-ray", "xray"], &["x", "ray"]));
        assert_eq!(shown("O'Brien's"), of(&["o'brien", "obrien"], &["o", "brien"]));
        assert_eq!(shown("b.i.d."), of(&["bid"], &["bid"]));
        assert_eq!(shown("150,000"), of(&["150000"], &["150000"]));
        assert_eq!(shown("h/o"), of(&["h/o"], &["h", "o"]));
        assert!(analyser().forms("—***—").is_none());
    }

    #[test]
    fn a_word_broken_at_the_end_of_a_line_is_joined() {
        let page = page_text(1, &lines(&["history of hyper-", "tension treated"]));
        let tokens = analyser().page(&page);
        let joined = tokens.iter().find(|token| token.text == "hypertension\u{ad}").unwrap();
        assert_eq!((joined.position, joined.words), (2, (2, 3)));
        let treated = tokens.iter().find(|token| token.text == "treated").unwrap();
        assert_eq!(treated.position, 4);
        assert!(tokens.windows(2).all(|pair| pair[0].position <= pair[1].position));
    }

    #[test]
    fn hostile_words_end() {
        let mut analyser = analyser();
        let long = "1/".repeat(5000);
        let forms = analyser.forms(&long).unwrap();
        assert!(forms.parts.len() <= 16 && forms.wholes[0].chars().count() <= 64);
        for word in ["\u{ad}", "'s", "....", "1.,2", "9".repeat(10_000).as_str(), "é\u{301}-"] {
            let _ = analyser.forms(word);
        }
    }
}
