//! Whom a record is about. Nothing here may reach a log, an error, an object key or a fact of the ledger.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::PatientId;

/// Longest record number, authority or name, in characters.
const LONGEST: usize = 200;

/// A patient as a record names them: record number and the authority that gave it out, name, birth date.
///
/// `Debug` redacts, and there is no `Display`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatientRef {
    /// The archive's own identity for the patient.
    pub id: PatientId,
    /// Record number.
    pub number: String,
    /// Who gave the number out, for example a hospital; empty for the facility itself.
    pub authority: String,
    /// Name as the chart files it; empty while it is not known.
    pub name: String,
    /// Birth date, as far as it is known.
    pub born: BirthDate,
}

/// A birth date, possibly known in part: the year, or year and month, or nothing.
///
/// Written `1950`, `1950-06`, `1950-06-01`, or empty when nothing is known.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum BirthDate {
    /// Nothing is known.
    #[default]
    Unknown,
    /// The year.
    Year(i16),
    /// Year and month.
    Month(i16, i8),
    /// The day.
    Day(Date),
}

/// What is wrong with patient data; says nothing of the data itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatientError {
    /// The birth date has another form.
    #[error("a birth date is written 1950-06-01, or 1950-06 or 1950 where no more is known")]
    BirthDate,
    /// There is no number.
    #[error("the patient's record number is missing")]
    NoNumber,
    /// A text is too long or cannot be printed.
    #[error("the patient's {0} is longer than {LONGEST} characters or holds characters that cannot be printed")]
    Unprintable(&'static str),
}

impl PatientRef {
    /// Says what is wrong with the texts, if anything is.
    ///
    /// # Errors
    /// The number is empty; a text is too long or holds control characters.
    pub fn check(&self) -> Result<(), PatientError> {
        if self.number.trim().is_empty() {
            return Err(PatientError::NoNumber);
        }
        for (what, text) in [("record number", &self.number), ("authority", &self.authority), ("name", &self.name)] {
            if text.chars().count() > LONGEST || text.chars().any(char::is_control) {
                return Err(PatientError::Unprintable(what));
            }
        }
        Ok(())
    }
}

impl fmt::Debug for PatientRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PatientRef").field("id", &self.id).finish_non_exhaustive()
    }
}

impl BirthDate {
    /// Returns the first day that it can be; `None` when nothing is known.
    pub fn earliest(self) -> Option<Date> {
        match self {
            Self::Unknown => None,
            Self::Year(year) => Date::new(year, 1, 1).ok(),
            Self::Month(year, month) => Date::new(year, month, 1).ok(),
            Self::Day(day) => Some(day),
        }
    }

    /// Returns the last day that it can be; `None` when nothing is known. Retention never takes a child for an adult.
    pub fn latest(self) -> Option<Date> {
        match self {
            Self::Unknown => None,
            Self::Year(year) => Date::new(year, 12, 31).ok(),
            Self::Month(year, month) => Date::new(year, month, 1).ok().map(Date::last_of_month),
            Self::Day(day) => Some(day),
        }
    }

    /// Returns the date as it is stored; empty when nothing is known.
    pub fn text(self) -> String {
        match self {
            Self::Unknown => String::new(),
            Self::Year(year) => format!("{year:04}"),
            Self::Month(year, month) => format!("{year:04}-{month:02}"),
            Self::Day(day) => day.to_string(),
        }
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(..)")
    }
}

impl FromStr for BirthDate {
    type Err = PatientError;

    fn from_str(text: &str) -> Result<Self, PatientError> {
        let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<&str> = text.split('-').collect();
        let lengths = [4, 2, 2];
        if text.is_empty() {
            return Ok(Self::Unknown);
        }
        if parts.len() > lengths.len() || !parts.iter().zip(lengths).all(|(part, length)| digits(part, length)) {
            return Err(PatientError::BirthDate);
        }
        let number = |index: usize| parts.get(index).and_then(|part| part.parse::<i16>().ok());
        let day = |year, month: i16, day: i16| {
            let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
            Date::new(year, month, day).ok()
        };
        let date = match (number(0), number(1), number(2)) {
            (Some(year), None, None) => day(year, 1, 1).map(|_| Self::Year(year)),
            (Some(year), Some(month), None) => day(year, month, 1).map(|day| Self::Month(year, day.month())),
            (Some(year), Some(month), Some(number)) => day(year, month, number).map(Self::Day),
            _ => None,
        };
        date.ok_or(PatientError::BirthDate)
    }
}

impl Serialize for BirthDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for BirthDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_birth_date_may_be_known_in_part_and_says_its_latest_day() {
        let latest = |text: &str| text.parse::<BirthDate>().unwrap().latest().map(|day| day.to_string());
        assert_eq!(latest("2024"), Some("2024-12-31".into()));
        assert_eq!(latest("2024-02"), Some("2024-02-29".into()));
        assert_eq!(latest("2010-06-01"), Some("2010-06-01".into()));
        assert_eq!(latest(""), None);
        for text in ["2024", "2024-02", "2010-06-01", ""] {
            assert_eq!(text.parse::<BirthDate>().unwrap().text(), text);
        }
        for wrong in ["24", "2024-13", "2023-02-29", "2024-1", "2024-01-01-01", "0000-00", "+024", "-1"] {
            assert_eq!(wrong.parse::<BirthDate>(), Err(PatientError::BirthDate), "{wrong}");
        }
    }

    #[test]
    fn a_patient_is_redacted_wherever_it_is_printed() {
        let patient = PatientRef {
            id: PatientId::from_uuid(Uuid::nil()),
            number: "ZZ-4711".into(),
            authority: "North Hospital".into(),
            name: "Example, Ann".into(),
            born: "1950-12-31".parse().unwrap(),
        };
        let printed = format!("{patient:?} {:?}", patient.born);
        for secret in ["4711", "North", "Ann", "1950"] {
            assert!(!printed.contains(secret), "{printed}");
        }
        assert_eq!(patient.check(), Ok(()));
        let wrong = PatientRef { name: "a\u{1b}[2J".into(), ..patient };
        let said = wrong.check().unwrap_err().to_string();
        assert!(said.contains("name") && !said.contains("[2J"), "{said}");
    }
}
