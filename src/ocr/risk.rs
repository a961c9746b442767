//! Words in which a misreading may harm a patient: numbers, units, dates, names of drugs that look alike.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::chart::{ReadingRisk, Word};

const EMBEDDED: &str = include_str!("../../pipelines/doubt/risks.toml");
/// Shortest name of a drug in which one wrong letter is looked past.
const LONG_NAME: usize = 6;
/// Names of months, by their first three letters.
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Knows words in which a misreading may harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risks {
    units: HashSet<String>,
    drug_names: HashSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    schema: u32,
    units: Vec<String>,
    drug_names: Vec<Vec<String>>,
}

impl Risks {
    /// Reads `risks.toml`.
    ///
    /// # Errors
    /// The text is no such list; the message says where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        if file.schema != 1 {
            return Err(format!("schema is {}, this program reads 1", file.schema));
        }
        let drug_names: HashSet<String> = file.drug_names.into_iter().flatten().collect();
        if let Some(name) = file.units.iter().chain(&drug_names).find(|name| **name != folded(name) || name.is_empty())
        {
            return Err(format!("{name:?} is not in lower case, empty, or has punctuation at its ends"));
        }
        Ok(Self { units: file.units.into_iter().collect(), drug_names })
    }

    /// Returns the list that the program brings along.
    pub fn embedded() -> &'static Self {
        static RISKS: LazyLock<Risks> = LazyLock::new(|| {
            let nothing = Risks { units: HashSet::new(), drug_names: HashSet::new() };
            Risks::parse(EMBEDDED).unwrap_or(nothing)
        });
        &RISKS
    }

    /// Returns what a mistake in a doubtful word would change, going by all that the word may say; `None` where it is nothing
    /// of the kind, or where nothing is in doubt.
    pub fn of(&self, word: &Word) -> Option<ReadingRisk> {
        word.doubt.as_ref()?;
        let readings = || std::iter::once(&word.text).chain(word.other_readings().iter().map(|other| &other.text));
        // The more particular kind counts: a date has digits too.
        [
            (ReadingRisk::DrugName, Self::is_drug_name as fn(&Self, &str) -> bool),
            (ReadingRisk::Date, |_, text| is_date(text)),
            (ReadingRisk::Number, |_, text| text.contains(|letter: char| letter.is_ascii_digit())),
            (ReadingRisk::Unit, Self::is_unit),
        ]
        .into_iter()
        .find_map(|(risk, is)| readings().any(|text| is(self, &folded(text))).then_some(risk))
    }

    fn is_unit(&self, text: &str) -> bool {
        let plain: String = text.chars().filter(|letter| *letter != '.').collect();
        self.units.contains(text) || self.units.contains(&plain)
    }

    fn is_drug_name(&self, text: &str) -> bool {
        self.drug_names.contains(text)
            || text.chars().count() >= LONG_NAME
                && self
                    .drug_names
                    .iter()
                    .any(|name| name.len().abs_diff(text.len()) <= 2 && strsim::damerau_levenshtein(name, text) <= 1)
    }
}

/// Returns a word in lower case without punctuation at its ends.
fn folded(text: &str) -> String {
    let kept = |letter: char| letter.is_alphanumeric() || letter == '%';
    text.trim_matches(|letter: char| !kept(letter)).to_lowercase()
}

/// Says whether a text looks like a date: numbers parted by signs, or with a month's name.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let number = |part: &&str| (1..=4).contains(&part.len()) && part.bytes().all(|digit| digit.is_ascii_digit());
    let month = |part: &str| part.len() >= 3 && MONTHS.iter().any(|month| part.starts_with(month));
    match parts.as_slice() {
        [one, two, three] => {
            let numbers = [one, two, three].into_iter().filter(|part| number(part)).count();
            numbers == 3 || numbers == 2 && parts.iter().any(|part| month(part))
        }
        // 03/15 is a date or a fraction; both are numbers to be looked at.
        [one, two] => (month(one) && number(two)) || (number(one) && month(two)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chart::{Confidence, OtherReading, ReadingDoubt, Rect};

    fn risk(text: &str, others: &[&str]) -> Option<ReadingRisk> {
        let others = others.iter().map(|text| OtherReading { text: (*text).to_owned(), probability: 0.2 }).collect();
        let mut word = Word::new(text.to_owned(), Rect::new(0, 0, 9, 9), Confidence::clamped(0.5));
        word.doubt = Some(Box::new(ReadingDoubt { probability: 0.6, others, risk: None }));
        Risks::embedded().of(&word)
    }

    #[test]
    fn the_embedded_list_is_sound() {
        let risks = Risks::parse(EMBEDDED).expect("a sound list");
        assert!(risks.drug_names.len() > 100 && risks.units.len() > 40);
        assert!(Risks::parse("schema = 2\nunits = []\ndrug_names = []").is_err());
        assert!(Risks::parse("schema = 1\nunits = [\"Mg\"]\ndrug_names = []").is_err());
    }

    #[test]
    fn what_a_mistake_would_change_is_told() {
        assert_eq!(risk("3.5", &["35"]), Some(ReadingRisk::Number));
        assert_eq!(risk("Alc", &["A1c"]), Some(ReadingRisk::Number));
        assert_eq!(risk("qsh", &["q8h"]), Some(ReadingRisk::Number));
        assert_eq!(risk("mg,", &["mcg"]), Some(ReadingRisk::Unit));
        assert_eq!(risk("SE", &["SL"]), Some(ReadingRisk::Unit));
        assert_eq!(risk("b.i.d.", &[]), Some(ReadingRisk::Unit));
        assert_eq!(risk("2024-03-15", &["2024-08-15"]), Some(ReadingRisk::Date));
        assert_eq!(risk("(15-Mar-2024)", &[]), Some(ReadingRisk::Date));
        assert_eq!(risk("hydroxyzine", &["hydralazine"]), Some(ReadingRisk::DrugName));
        assert_eq!(risk("predniscne", &[]), Some(ReadingRisk::DrugName));
        assert_eq!(risk("the", &["tbe"]), None);
    }

    #[test]
    fn what_is_in_no_doubt_is_no_risk() {
        let word = Word::new("3.5".into(), Rect::new(0, 0, 9, 9), Confidence::CERTAIN);
        assert_eq!(Risks::embedded().of(&word), None);
    }
}
