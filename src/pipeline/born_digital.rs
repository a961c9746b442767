//! Judges the text that a program wrote into a file: used as it is, unless it is garbage.
//!
//! A page with its own text is not recognised, unless it shows much more writing than that text covers ([`stages::mixed`]).

use super::sections::BornDigital;
use super::stages;
use crate::chart::{Block, Finding, FindingKind, Rect, Severity, Size, Word};

/// Least characters and words before shares mean anything.
const LEAST_CHARACTERS: usize = 12;
/// Longest word that natural text has; addresses and numbers are shorter still.
const LONGEST_WORD: usize = 80;
/// Share of the page that the boxes of usable text cover at least.
const LEAST_COVER: f64 = 0.00005;

/// What is wrong with a text layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Garbage {
    /// It holds no words.
    Empty,
    /// Its characters are replacement, private-use or control characters.
    Unreadable,
    /// Hardly any character is a letter or a digit.
    NoLetters,
    /// Most words are single letters.
    SingleLetters,
    /// Words run together.
    NoSpaces,
    /// Its boxes cover next to nothing, or lie outside of the page.
    Nowhere,
}

impl Garbage {
    /// Says it to a person.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Empty => "The file's own text of this page is empty.",
            Self::Unreadable => "The file's own text of this page consists of characters that stand for nothing.",
            Self::NoLetters => "The file's own text of this page has hardly any letters.",
            Self::SingleLetters => "The file's own text of this page falls apart into single letters.",
            Self::NoSpaces => "The words of the file's own text of this page run together.",
            Self::Nowhere => "The file's own text of this page has no place on the page.",
        }
    }
}

/// The text that a program wrote into the file of a page, judged.
#[derive(Debug, Clone)]
pub enum OwnText {
    /// There is none, or the pipeline does not ask for it.
    None,
    /// It is used as it is.
    Usable(Vec<Block>),
    /// It is of no use.
    Garbage(Garbage),
}

impl OwnText {
    /// Judges the text layer of a page of `size`.
    pub fn judge(text: Option<Vec<Block>>, size: Size, settings: &BornDigital) -> Self {
        let Some(text) = text.filter(|_| settings.enabled) else { return Self::None };
        match garbage(&text, size, settings) {
            None => Self::Usable(text),
            Some(garbage) => Self::Garbage(garbage),
        }
    }

    /// Says whether it is used.
    pub const fn is_usable(&self) -> bool {
        matches!(self, Self::Usable(_))
    }
}

/// Judges the text layer of a page of `size`; `None` when it can be used.
fn garbage(blocks: &[Block], size: Size, settings: &BornDigital) -> Option<Garbage> {
    let words: Vec<&Word> = blocks.iter().flat_map(|block| &block.lines).flat_map(|line| &line.words).collect();
    let characters: usize = words.iter().map(|word| word.text.chars().count()).sum();
    if characters == 0 {
        return Some(Garbage::Empty);
    }
    let count =
        |is: fn(char) -> bool| words.iter().flat_map(|word| word.text.chars()).filter(|letter| is(*letter)).count();
    let share = |part: usize| part as f32 / characters as f32;
    if share(count(is_unreadable)) > settings.most_unreadable {
        return Some(Garbage::Unreadable);
    }
    if covered(&words, size) < LEAST_COVER {
        return Some(Garbage::Nowhere);
    }
    if characters < LEAST_CHARACTERS {
        return None;
    }
    if share(count(char::is_alphanumeric)) < settings.least_letters {
        return Some(Garbage::NoLetters);
    }
    let single = words.iter().filter(|word| word.text.chars().nth(1).is_none()).count();
    if words.len() >= LEAST_CHARACTERS && single as f32 / words.len() as f32 > settings.most_single_letters {
        return Some(Garbage::SingleLetters);
    }
    let run_together: usize =
        words.iter().map(|word| word.text.chars().count()).filter(|length| *length > LONGEST_WORD).sum();
    (share(run_together) > 0.5).then_some(Garbage::NoSpaces)
}

/// Reports a text layer that was not used.
pub fn report(garbage: Garbage) -> Finding {
    let message = format!("{} The page was read from its image.", garbage.message());
    stages::finding("born-digital", FindingKind::UnusableTextLayer, Severity::Note, 0.9, message)
}

fn is_unreadable(letter: char) -> bool {
    letter == char::REPLACEMENT_CHARACTER
        || letter.is_control()
        || matches!(letter, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}' | '\u{fff0}'..='\u{ffff}')
}

fn covered(words: &[&Word], size: Size) -> f64 {
    let area = |rect: Rect| {
        let inside = rect.clipped(size);
        f64::from(inside.width) * f64::from(inside.height)
    };
    words.iter().map(|word| area(word.rect)).sum::<f64>() / (size.pixels().max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Confidence, Line};

    const PAGE: Size = Size { width: 1000, height: 1400 };

    fn judged(text: &str) -> Option<Garbage> {
        judged_at(text, Rect::new(100, 100, 60, 12))
    }

    fn judged_at(text: &str, rect: Rect) -> Option<Garbage> {
        let word = |text: &str| Word::new(text.to_owned(), rect, Confidence::CERTAIN);
        let words = text.split_whitespace().map(word).collect();
        garbage(&[Block { rect, lines: vec![Line { rect, words }] }], PAGE, &BornDigital::default())
    }

    #[test]
    fn ordinary_text_is_used_even_when_short_or_in_tables() {
        assert_eq!(judged("Discharge summary: the patient was seen on 3/4."), None);
        assert_eq!(judged("Page 2"), None);
        assert_eq!(judged("Na 140 K 4.1 Cl 101 A 3 B 4 x 9 12.5 mg/dL 7.40"), None);
        assert_eq!(judged("患者は 入院した"), None);
    }

    #[test]
    fn garbage_is_told_by_kind() {
        assert_eq!(judged(""), Some(Garbage::Empty));
        assert_eq!(judged("\u{fffd}\u{fffd}\u{fffd} ab"), Some(Garbage::Unreadable));
        assert_eq!(judged("\u{e012}\u{e013} \u{e014}"), Some(Garbage::Unreadable));
        assert_eq!(judged("!\"# $%& /() =?* +~# ,.-"), Some(Garbage::NoLetters));
        assert_eq!(judged("T h e p a t i e n t w a s s e e n"), Some(Garbage::SingleLetters));
        assert_eq!(judged(&"ab".repeat(90)), Some(Garbage::NoSpaces));
        assert_eq!(judged_at("Discharge summary of the patient", Rect::new(2000, 3000, 50, 9)), Some(Garbage::Nowhere));
    }
}
