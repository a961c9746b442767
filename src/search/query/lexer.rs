//! From the text of a query to its signs: words, phrases, parentheses, operators.

use super::Span;
use crate::search::error::QueryError;

/// One sign of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sign {
    Open,
    Close,
    And,
    Or,
    Not,
    /// What stands between quotes.
    Quoted(String),
    /// A word as written, perhaps with `*` at its end.
    Word(String),
    /// `name:` before a word or quotes; the value follows in the pair.
    Field(String, Box<Sign>),
}

/// Takes `text` apart.
///
/// # Errors
/// Quotes are not closed, or a field has no value.
pub(super) fn signs(text: &str) -> Result<Vec<(Sign, Span)>, QueryError> {
    let mut lexer = Lexer { text: text.chars().collect(), at: 0 };
    let mut signs = Vec::new();
    while let Some(found) = lexer.next()? {
        signs.push(found);
    }
    Ok(signs)
}

struct Lexer {
    text: Vec<char>,
    at: usize,
}

impl Lexer {
    fn next(&mut self) -> Result<Option<(Sign, Span)>, QueryError> {
        while self.peek().is_some_and(|sign| sign.is_whitespace() || sign.is_control()) {
            self.at += 1;
        }
        let start = self.at;
        let Some(first) = self.peek() else { return Ok(None) };
        let sign = match first {
            '(' => self.one(Sign::Open),
            ')' => self.one(Sign::Close),
            '-' if self.text.get(start + 1).is_some_and(|next| !next.is_whitespace() && *next != ')') => {
                self.one(Sign::Not)
            }
            quote if is_quote(quote) => self.quoted()?,
            _ => self.word()?,
        };
        Ok(Some((sign, Span { at: start, length: self.at - start })))
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn one(&mut self, sign: Sign) -> Sign {
        self.at += 1;
        sign
    }

    fn quoted(&mut self) -> Result<Sign, QueryError> {
        let start = self.at;
        self.at += 1;
        let from = self.at;
        while let Some(sign) = self.peek() {
            self.at += 1;
            if is_quote(sign) {
                let inside = &self.text[from..self.at - 1];
                return Ok(Sign::Quoted(
                    inside.iter().map(|sign| if sign.is_control() { ' ' } else { *sign }).collect(),
                ));
            }
        }
        let span = Span { at: start, length: 1 };
        Err(span.error("these quotes are not closed: add \" after the last word of the phrase"))
    }

    fn word(&mut self) -> Result<Sign, QueryError> {
        let start = self.at;
        while let Some(sign) = self.peek() {
            if sign.is_whitespace() || sign.is_control() || matches!(sign, '(' | ')') || is_quote(sign) {
                break;
            }
            self.at += 1;
            if sign == ':' && is_name(&self.text[start..self.at - 1]) {
                return self.field(start);
            }
        }
        let word: String = self.text[start..self.at].iter().collect();
        Ok(match word.as_str() {
            "AND" | "&&" => Sign::And,
            "OR" | "||" => Sign::Or,
            "NOT" => Sign::Not,
            _ => Sign::Word(word),
        })
    }

    fn field(&mut self, start: usize) -> Result<Sign, QueryError> {
        let name: String = self.text[start..self.at - 1].iter().collect();
        let value = match self.peek() {
            Some(quote) if is_quote(quote) => self.quoted()?,
            _ => {
                let from = self.at;
                while self.peek().is_some_and(|sign| {
                    !(sign.is_whitespace() || sign.is_control() || matches!(sign, '(' | ')') || is_quote(sign))
                }) {
                    self.at += 1;
                }
                Sign::Word(self.text[from..self.at].iter().collect())
            }
        };
        if value == Sign::Word(String::new()) {
            let span = Span { at: start, length: self.at - start };
            return Err(span.error(format!("{name}: has no value: write it right after the colon, as in {name}:value")));
        }
        Ok(Sign::Field(name, Box::new(value)))
    }
}

fn is_quote(sign: char) -> bool {
    matches!(sign, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

fn is_name(signs: &[char]) -> bool {
    signs.first().is_some_and(char::is_ascii_alphabetic)
        && signs.iter().all(|sign| sign.is_ascii_alphabetic() || *sign == '-')
}
