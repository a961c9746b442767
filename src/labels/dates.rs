//! Dates in the styles that charts are written in. One that can be read in two ways has two readings, and keeps them until
//! something settles it: other dates of the same document, or the facility's rule.

use jiff::civil::Date;

use super::matching::digits_of;

/// In which order a date of numbers is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateOrder {
    /// 03/15/2024.
    MonthFirst,
    /// 15/03/2024.
    DayFirst,
}

/// A date as it stands in a line of words.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ReadDate {
    /// Every way to read it, at least one; those of the order month first before the others.
    pub(super) readings: Vec<Date>,
    /// How many words it takes.
    pub(super) words: usize,
    /// What it tells of the order, when only one is possible.
    pub(super) order: Option<DateOrder>,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// The first and the last year that a chart can speak of.
const YEARS: std::ops::RangeInclusive<i16> = 1850..=2150;

/// Returns every date that a text can mean, for whoever types one.
pub fn readings_of(text: &str) -> Vec<Date> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match read(&words) {
        Some(date) if date.words == words.len() => date.readings,
        _ => Vec::new(),
    }
}

/// Reads the date that `words` begin with.
pub(super) fn read(words: &[&str]) -> Option<ReadDate> {
    // A reader may break a date of numbers at its signs: 07/ 22/1990.
    for taken in 1..=words.len().min(3) {
        let joined: String = words[..taken].concat();
        if let Some((readings, order)) = of_numbers(&joined).filter(|(readings, _)| !readings.is_empty()) {
            return Some(ReadDate { readings, words: taken, order });
        }
    }
    for taken in 1..=words.len().min(4) {
        let joined = words[..taken].join(" ");
        if let Some(readings) = in_words(&joined).filter(|readings| !readings.is_empty()) {
            return Some(ReadDate { readings, words: taken, order: None });
        }
    }
    None
}

impl ReadDate {
    /// Returns the reading of `order`, or the only one there is.
    pub(super) fn settled(&self, order: Option<DateOrder>) -> Option<Date> {
        match (self.readings.as_slice(), order) {
            ([only], _) => Some(*only),
            // Only a pair of the same year is a question of order; two centuries are another.
            ([first, second], Some(order)) if first.year() == second.year() => {
                Some(if order == DateOrder::MonthFirst { *first } else { *second })
            }
            _ => None,
        }
    }
}

/// Reads 2024-03-15, 03/15/2024, 15.03.24 and such.
fn of_numbers(text: &str) -> Option<(Vec<Date>, Option<DateOrder>)> {
    let text = text.trim_matches(|sign: char| !sign.is_alphanumeric());
    let parts: Vec<&str> = text.split(['/', '-', '.', '\u{2010}', '\u{2013}']).collect();
    let [a, b, c] = parts.as_slice() else { return None };
    let (a, b, c) = (digits_of(a)?, digits_of(b)?, digits_of(c)?);
    let number = |text: &str| text.parse::<i16>().ok();
    if a.len() == 4 && b.len() <= 2 && c.len() <= 2 {
        let date = day(number(&a)?, number(&b)?, number(&c)?);
        return Some((date.into_iter().collect(), None));
    }
    if a.len() > 2 || b.len() > 2 || !matches!(c.len(), 2 | 4) {
        return None;
    }
    let (first, second) = (number(&a)?, number(&b)?);
    let years = years(number(&c)?, c.len());
    let with = |month, of_month| years.iter().filter_map(move |year| day(*year, month, of_month));
    let month_first: Vec<Date> = with(first, second).collect();
    let day_first: Vec<Date> = with(second, first).collect();
    let order = match (month_first.is_empty(), day_first.is_empty()) {
        (false, true) => Some(DateOrder::MonthFirst),
        (true, false) => Some(DateOrder::DayFirst),
        _ => None,
    };
    let mut readings = month_first;
    readings.extend(day_first);
    let mut distinct: Vec<Date> = Vec::new();
    for date in readings {
        if !distinct.contains(&date) {
            distinct.push(date);
        }
    }
    Some((distinct, order))
}

/// Reads July 22, 1990; 22 July 1990; 22-Jul-1990; 22JUL90.
fn in_words(text: &str) -> Option<Vec<Date>> {
    let mut parts: Vec<String> = Vec::new();
    for sign in text.chars() {
        let kind = |sign: char| if sign.is_alphabetic() { 1 } else { i32::from(sign.is_ascii_digit()) * 2 };
        let last = parts.last().and_then(|part| part.chars().last()).map_or(0, kind);
        match (kind(sign), last) {
            (0, 0) => {}
            (0, _) => parts.push(String::new()),
            (now, before) if now == before => {
                if let Some(part) = parts.last_mut() {
                    part.push(sign);
                }
            }
            _ => {
                parts.retain(|part| !part.is_empty());
                parts.push(sign.to_string());
            }
        }
    }
    parts.retain(|part| !part.is_empty());
    // 22nd, 1st.
    parts.retain(|part| !matches!(part.to_lowercase().as_str(), "st" | "nd" | "rd" | "th" | "of"));
    let [a, b, c] = parts.as_slice() else { return None };
    let (month, of_month) = match (month(a), month(b)) {
        (Some(month), None) => (month, b),
        (None, Some(month)) => (month, a),
        _ => return None,
    };
    if of_month.len() > 2 || !matches!(c.len(), 2 | 4) {
        return None;
    }
    let (of_month, year) = (of_month.parse().ok()?, c.parse().ok()?);
    Some(years(year, c.len()).into_iter().filter_map(|year| day(year, month, of_month)).collect())
}

/// Returns the number of a month that is written out, or shortened to three letters or more.
fn month(text: &str) -> Option<i16> {
    let text = text.to_lowercase();
    if text.len() < 3 || !text.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let exact = MONTHS.iter().position(|month| month.starts_with(&text) || (text == "sept" && *month == "september"));
    // One letter may be read wrong in a long name.
    let near = || MONTHS.iter().position(|month| text.len() > 4 && strsim::osa_distance(month, &text) == 1);
    exact.or_else(near).and_then(|index| i16::try_from(index + 1).ok())
}

/// Returns the years that two or four digits can mean.
fn years(number: i16, digits: usize) -> Vec<i16> {
    if digits == 4 {
        return vec![number].into_iter().filter(|year| YEARS.contains(year)).collect();
    }
    vec![1900 + number, 2000 + number]
}

fn day(year: i16, month: i16, day: i16) -> Option<Date> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Date::new(year, month, day).ok().filter(|date| YEARS.contains(&date.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        readings_of(text).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn many_styles_are_read() {
        for text in [
            "2024-03-15",
            "03/15/2024",
            "15.03.2024",
            "3/15/2024",
            "March 15, 2024",
            "15 March 2024",
            "Mar 15 2024",
            "15-MAR-2024",
            "15MAR2024",
            "15th of March 2024",
            "O3/l5/2O24",
            "03/ 15/2024",
            "Narch 15, 2024",
        ] {
            assert_eq!(texts(text), ["2024-03-15"], "{text}");
        }
        for wrong in ["13/13/2024", "02/30/2024", "120/80", "1.5.2", "ZZ1234567", "15 March", "", "99/99/99", "a/b/c"] {
            assert!(texts(wrong).is_empty(), "{wrong}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_has_both_readings() {
        assert_eq!(texts("03/04/2024"), ["2024-03-04", "2024-04-03"]);
        assert_eq!(texts("05/05/2024"), ["2024-05-05"]);
        assert_eq!(texts("03/25/24"), ["1924-03-25", "2024-03-25"]);
        let ambiguous = read(&["03/04/2024"]).unwrap();
        assert_eq!(ambiguous.settled(None), None);
        assert_eq!(ambiguous.settled(Some(DateOrder::DayFirst)).unwrap().to_string(), "2024-04-03");
        assert_eq!(read(&["03/25/24"]).unwrap().settled(Some(DateOrder::MonthFirst)), None);
        assert_eq!(read(&["03/25/2024"]).unwrap().order, Some(DateOrder::MonthFirst));
        assert_eq!(read(&["25.3.2024"]).unwrap().order, Some(DateOrder::DayFirst));
    }
}
