//! What may stand after the colon of a field.

use jiff::civil::Date;

use super::{MOST_PHRASE_WORDS, Node, Span, Value};
use crate::chart::{BatchId, DocumentId, PageId, PatientId};
use crate::search::entry::page_key;
use crate::search::error::QueryError;
use crate::search::schema::{Fact, Kind};

/// Understands `text` as the value of `name`; `quoted` when it stood in quotes.
pub(super) fn field(name: &str, fact: Fact, text: &str, quoted: bool, span: Span) -> Result<Node, QueryError> {
    let value = match fact.kind() {
        Kind::Words | Kind::Unsure => return words(text, quoted, span),
        Kind::Name | Kind::Keyword => {
            if !text.chars().any(char::is_alphanumeric) {
                return Err(span.error(format!("{name}: needs at least one letter or digit after the colon")));
            }
            match text.strip_suffix('*').filter(|_| !quoted) {
                Some(start) => Value::Prefix(start.to_owned()),
                None => Value::Text(text.to_owned()),
            }
        }
        Kind::Identity => Value::Identity { bytes: identity(fact, text, span)?, written: text.to_owned() },
        Kind::Number => {
            let numbers = |text: &str| text.parse().ok().map(|number: u64| (number, number));
            let (from, to) = range(text, &numbers, |number| number.checked_add(1), |number| number.checked_sub(1))
                .ok_or_else(|| {
                    span.error(format!("{name}: takes a number or a range: {name}:3, {name}:3..5, {name}:>=3"))
                })?;
            Value::Numbers { from, to }
        }
        Kind::Date => {
            let (from, to) = range(text, &dates, |date| date.tomorrow().ok(), |date| date.yesterday().ok())
                .ok_or_else(|| {
                    span.error(format!(
                        "{name}: takes a date or a range: {name}:2024, {name}:2024-03, {name}:2024-03-15, \
                     {name}:2024-01-01..2024-12-31, {name}:>=2024"
                    ))
                })?;
            Value::Dates { from, to }
        }
        Kind::Flag => match text.to_ascii_lowercase().as_str() {
            "yes" | "true" | "y" | "1" => Value::Flag(true),
            "no" | "false" | "n" | "0" => Value::Flag(false),
            _ => return Err(span.error(format!("{name}: takes yes or no"))),
        },
    };
    Ok(Node::Field { name: name.to_owned(), fact, value, span })
}

/// Understands a word, a prefix or a phrase.
pub(super) fn words(text: &str, quoted: bool, span: Span) -> Result<Node, QueryError> {
    if !text.chars().any(char::is_alphanumeric) {
        return Err(span.error(match text {
            "*" => "* stands for the rest of a word: write the beginning before it, as in card*".to_owned(),
            "-" => "a lone - says nothing: write it right before the word that must not occur, as in -word".to_owned(),
            _ => "there is nothing to look for here: a word needs at least one letter or digit".to_owned(),
        }));
    }
    if quoted {
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.len() > MOST_PHRASE_WORDS {
            return Err(span.error(format!("a phrase has at most {MOST_PHRASE_WORDS} words: shorten it")));
        }
        return Ok(Node::Phrase { text: words.join(" "), span });
    }
    match text.strip_suffix('*') {
        Some(start) if !start.contains('*') => Ok(Node::Prefix { text: start.to_owned(), span }),
        None if !text.contains('*') => Ok(Node::Word { text: text.to_owned(), span }),
        _ => {
            Err(span
                .error("* is understood at the end of a word only, as in card*; put the word in quotes to find a *"))
        }
    }
}

fn identity(fact: Fact, text: &str, span: Span) -> Result<Vec<u8>, QueryError> {
    let bytes = match fact {
        Fact::Page => text.parse::<PageId>().map(|page| page_key(page).to_vec()).map_err(|error| error.to_string()),
        Fact::Batch => {
            text.parse::<BatchId>().map(|id| id.as_uuid().as_bytes().to_vec()).map_err(|error| error.to_string())
        }
        Fact::Patient => {
            text.parse::<PatientId>().map(|id| id.as_uuid().as_bytes().to_vec()).map_err(|error| error.to_string())
        }
        _ => text.parse::<DocumentId>().map(|id| id.as_uuid().as_bytes().to_vec()).map_err(|error| error.to_string()),
    };
    bytes.map_err(|message| span.error(message))
}

/// Reads `value`, `from..to`, `from..`, `..to`, `>=value`, `>value`, `<=value`, `<value`; both ends included.
fn range<T: PartialOrd + Copy>(
    text: &str,
    read: &dyn Fn(&str) -> Option<(T, T)>,
    next: impl Fn(T) -> Option<T>,
    previous: impl Fn(T) -> Option<T>,
) -> Option<(Option<T>, Option<T>)> {
    if let Some((from, to)) = text.split_once("..") {
        let side = |text: &str| if text.is_empty() { Some(None) } else { read(text).map(Some) };
        let (from, to) = (side(from)?.map(|(first, _)| first), side(to)?.map(|(_, last)| last));
        let ordered = from.zip(to).is_none_or(|(from, to)| from <= to);
        return (ordered && (from.is_some() || to.is_some())).then_some((from, to));
    }
    if let Some(value) = text.strip_prefix(">=") {
        return read(value).map(|(first, _)| (Some(first), None));
    }
    if let Some(value) = text.strip_prefix("<=") {
        return read(value).map(|(_, last)| (None, Some(last)));
    }
    if let Some(value) = text.strip_prefix('>') {
        return read(value).and_then(|(_, last)| next(last)).map(|from| (Some(from), None));
    }
    if let Some(value) = text.strip_prefix('<') {
        return read(value).and_then(|(first, _)| previous(first)).map(|to| (None, Some(to)));
    }
    read(text).map(|(first, last)| (Some(first), Some(last)))
}

/// Reads a day, a month or a year, as its first and last day.
fn dates(text: &str) -> Option<(Date, Date)> {
    let mut numbers = text.split('-').map(|part| {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        if digits { part.parse::<i16>().ok() } else { None }
    });
    let year = numbers.next()?.filter(|_| text.find('-').unwrap_or(text.len()) == 4)?;
    let month = numbers.next();
    let day = numbers.next();
    if numbers.next().is_some() {
        return None;
    }
    match (month, day) {
        (None, _) => Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?)),
        (Some(month), None) => {
            let first = Date::new(year, i8::try_from(month?).ok()?, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        (Some(month), Some(day)) => {
            let date = Date::new(year, i8::try_from(month?).ok()?, i8::try_from(day?).ok()?).ok()?;
            Some((date, date))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_ranges_are_read() {
        let read = |text: &str| {
            range(text, &dates, |date| date.tomorrow().ok(), |date| date.yesterday().ok()).map(|(from, to)| {
                let show = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
                format!("{}..{}", show(from), show(to))
            })
        };
        for (text, expected) in [
            ("2024", "2024-01-01..2024-12-31"),
            ("2024-02", "2024-02-01..2024-02-29"),
            ("2024-03-15", "2024-03-15..2024-03-15"),
            ("2023-12..2024-02", "2023-12-01..2024-02-29"),
            (">=2024", "2024-01-01.."),
            (">2024", "2025-01-01.."),
            ("<2024-03-01", "..2024-02-29"),
            ("<=2024", "..2024-12-31"),
            ("..2024", "..2024-12-31"),
            ("2024-01-01..", "2024-01-01.."),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in
            ["", "..", "24", "2024-13", "2024-02-30", "2024-1-1-1", "2025..2024", ">", "+024", "2024-", "9999-12-31-"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
