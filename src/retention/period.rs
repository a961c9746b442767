//! Adding years to civil dates: periods, birthdays, and what the 29th of February becomes.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::chart::UnknownWord;

/// Longest period that a rule may give: a longer one is a slip of the pen; what is kept for good has its own action.
const MOST_MONTHS: u32 = 150 * 12;

/// What an anniversary of the 29th of February is in a year without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeapDay {
    /// The day after: keeps a day longer.
    #[default]
    #[serde(rename = "march-1")]
    March1,
    /// The day before.
    #[serde(rename = "february-28")]
    February28,
}

/// A span of whole years, or of whole months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    months: u32,
}

impl Period {
    /// Returns the day on which the period that began on `from` ends; the last representable day when it is beyond that.
    pub fn after(self, from: Date, leap_day: LeapDay) -> Date {
        let months = i32::from(from.year()) * 12 + i32::from(from.month()) - 1 + self.months as i32;
        let (Ok(year), Ok(month)) = (i16::try_from(months.div_euclid(12)), i8::try_from(months.rem_euclid(12) + 1))
        else {
            return Date::MAX;
        };
        let Ok(first) = Date::new(year, month, 1) else { return Date::MAX };
        if from.day() <= first.days_in_month() {
            return Date::new(year, month, from.day()).unwrap_or(Date::MAX);
        }
        // The month has no such day. The rule for the 29th of February is the site's; any other day is put off.
        if from.month() == 2 && leap_day == LeapDay::February28 {
            return first.last_of_month();
        }
        first.last_of_month().tomorrow().unwrap_or(Date::MAX)
    }
}

/// Returns the birthday on which somebody who was born on `birth` reaches the age of `years`.
pub fn birthday(birth: Date, years: u32, leap_day: LeapDay) -> Date {
    Period { months: years.saturating_mul(12).min(MOST_MONTHS) }.after(birth, leap_day)
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) =
            if self.months.is_multiple_of(12) { (self.months / 12, "year") } else { (self.months, "month") };
        write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
    }
}

impl FromStr for Period {
    type Err = UnknownWord;

    /// Reads `7 years` or `18 months`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |hint: &str| UnknownWord::new("a period", text, hint);
        let (count, unit) =
            text.split_once(' ').ok_or_else(|| wrong("write a number and a unit, such as \"7 years\""))?;
        let count: u32 = count.parse().map_err(|_| wrong("it begins with a whole number, such as \"7 years\""))?;
        let months = match unit {
            "year" | "years" => count.checked_mul(12),
            "month" | "months" => Some(count),
            _ => return Err(wrong("its unit is years or months")),
        };
        match months {
            Some(0) => Err(wrong("it is at least one month")),
            Some(months) if months <= MOST_MONTHS => Ok(Self { months }),
            _ => Err(wrong("it is at most 150 years; what is kept for good has action = \"keep\"")),
        }
    }
}

impl TryFrom<String> for Period {
    type Error = UnknownWord;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().expect("a date")
    }

    fn period(text: &str) -> Period {
        text.parse().expect("a period")
    }

    #[test]
    fn years_lead_to_the_same_day() {
        assert_eq!(period("7 years").after(day("2024-03-15"), LeapDay::March1), day("2031-03-15"));
        assert_eq!(birthday(day("2020-06-01"), 19, LeapDay::March1), day("2039-06-01"));
        assert_eq!(period("18 months").after(day("2024-07-31"), LeapDay::March1), day("2026-01-31"));
        assert_eq!(period("150 years").after(day("9900-01-01"), LeapDay::March1), Date::MAX);
    }

    #[test]
    fn the_leap_day_becomes_what_the_site_chose() {
        let leap = day("2024-02-29");
        assert_eq!(period("7 years").after(leap, LeapDay::March1), day("2031-03-01"));
        assert_eq!(period("7 years").after(leap, LeapDay::February28), day("2031-02-28"));
        assert_eq!(period("8 years").after(leap, LeapDay::February28), day("2032-02-29"));
        assert_eq!(birthday(day("2008-02-29"), 19, LeapDay::March1), day("2027-03-01"));
        // 2100 has no leap day.
        assert_eq!(period("76 years").after(leap, LeapDay::March1), day("2100-03-01"));
    }

    #[test]
    fn other_days_that_a_month_lacks_are_put_off() {
        assert_eq!(period("1 month").after(day("2023-01-31"), LeapDay::February28), day("2023-03-01"));
        assert_eq!(period("13 months").after(day("2023-05-31"), LeapDay::March1), day("2024-07-01"));
    }

    #[test]
    fn periods_are_read_as_they_are_written_and_others_refused_with_advice() {
        for text in ["7 years", "1 year", "18 months", "1 month"] {
            assert_eq!(period(text).to_string(), text);
        }
        for (text, part) in
            [("7", "7 years"), ("7 yers", "years or months"), ("0 years", "one month"), ("151 years", "keep")]
        {
            let message = text.parse::<Period>().expect_err("no period").to_string();
            assert!(message.contains(part), "{message}");
        }
    }
}
