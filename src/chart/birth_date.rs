//! Birth dates as charts give them: a day, a month, a year, "born by", or unknown.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::retention::UnknownWord;

/// What is known of the day on which a patient was born. Patient data: it has no `Display`, and `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BirthDate {
    /// The day.
    Day(Date),
    /// The month only.
    Month {
        /// Year.
        year: i16,
        /// Month, 1 to 12.
        month: i8,
    },
    /// The year only.
    Year(i16),
    /// No later than this day: a person who looked at the chart says so.
    NotAfter(Date),
    /// Nothing.
    Unknown,
}

impl BirthDate {
    /// Returns the latest day on which the patient can have been born; none when nothing is known.
    pub fn latest(self) -> Option<Date> {
        match self {
            Self::Day(day) | Self::NotAfter(day) => Some(day),
            Self::Month { year, month } => Some(Date::new(year, month, 1).ok()?.last_of_month()),
            Self::Year(year) => Date::new(year, 12, 31).ok(),
            Self::Unknown => None,
        }
    }

    /// Returns the earliest day on which the patient can have been born; none when that is open.
    pub fn earliest(self) -> Option<Date> {
        match self {
            Self::Day(day) => Some(day),
            Self::Month { year, month } => Date::new(year, month, 1).ok(),
            Self::Year(year) => Date::new(year, 1, 1).ok(),
            Self::NotAfter(_) | Self::Unknown => None,
        }
    }

    /// Returns it as [`BirthDate::from_str`] reads it. Only for places that may show patient data.
    pub fn reveal(self) -> String {
        match self {
            Self::Day(day) => day.to_string(),
            Self::Month { year, month } => format!("{year:04}-{month:02}"),
            Self::Year(year) => format!("{year:04}"),
            Self::NotAfter(day) => format!("not after {day}"),
            Self::Unknown => "unknown".to_owned(),
        }
    }
}

impl FromStr for BirthDate {
    type Err = UnknownWord;

    /// Reads `2010-06-01`, `2010-06`, `2010`, `not after 2010-06-01` or `unknown`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The text is patient data: the error does not repeat it.
        let wrong = || UnknownWord::new("a birth date", "...", "write 2010-06-01, 2010-06, 2010 or unknown");
        if text == "unknown" {
            return Ok(Self::Unknown);
        }
        if let Some(day) = text.strip_prefix("not after ") {
            return day.parse().map(Self::NotAfter).map_err(|_| wrong());
        }
        let parts: Vec<&str> = text.split('-').collect();
        let year = |part: &str| match part.len() {
            4 => part.parse::<i16>().map_err(|_| wrong()),
            _ => Err(wrong()),
        };
        match parts[..] {
            [_, month, day] if month.len() == 2 && day.len() == 2 => text.parse().map(Self::Day).map_err(|_| wrong()),
            [of, month] if month.len() == 2 => {
                let first = Date::new(year(of)?, month.parse().map_err(|_| wrong())?, 1).map_err(|_| wrong())?;
                Ok(Self::Month { year: first.year(), month: first.month() })
            }
            [of] => Ok(Self::Year(year(of)?)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Debug for BirthDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BirthDate(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_bounds_the_day() {
        let latest = |text: &str| text.parse::<BirthDate>().expect("a birth date").latest().map(|day| day.to_string());
        assert_eq!(latest("2010-06-01").as_deref(), Some("2010-06-01"));
        assert_eq!(latest("2012-02").as_deref(), Some("2012-02-29"));
        assert_eq!(latest("2010").as_deref(), Some("2010-12-31"));
        assert_eq!(latest("not after 1950-01-01").as_deref(), Some("1950-01-01"));
        assert_eq!(latest("unknown"), None);
        assert_eq!("2010".parse::<BirthDate>().expect("a year").earliest(), Date::new(2010, 1, 1).ok());
    }

    #[test]
    fn every_form_is_read_back_and_others_are_refused_without_being_repeated() {
        for text in ["2010-06-01", "2010-06", "2010", "not after 2010-06-01", "unknown"] {
            assert_eq!(text.parse::<BirthDate>().expect("a birth date").reveal(), text);
        }
        for text in ["", "10", "2010-13", "2010-6-1", "2010-02-30", "June 2010"] {
            let message = text.parse::<BirthDate>().expect_err("no birth date").to_string();
            assert!(text.is_empty() || !message.contains(&format!("{text:?}")), "{message}");
        }
    }

    #[test]
    fn debugging_shows_no_birth_date() {
        assert!(!format!("{:?}", BirthDate::Year(2010)).contains("2010"));
    }
}
