//! Words of retention: the events that periods run from, how long a record is kept.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{EventId, PatientId, RecordId};

/// A word that names nothing known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not {what}: {hint}")]
pub struct UnknownWord {
    what: &'static str,
    text: String,
    hint: String,
}

impl UnknownWord {
    /// Says that `text` is not `what`, and what to write instead.
    pub fn new(what: &'static str, text: &str, hint: impl Into<String>) -> Self {
        Self { what, text: text.to_owned(), hint: hint.into() }
    }
}

/// What happened, so that a period runs or is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TriggerKind {
    /// A stay ended.
    Discharge,
    /// A visit or treatment without a stay ended.
    Encounter,
    /// An examination was made, for example a mammogram.
    Examination,
    /// A later examination of the same kind, of the same patient, at this facility.
    FurtherExamination,
    /// A report was issued.
    Report,
    /// The patient died.
    Death,
    /// An employment ended.
    EmploymentEnd,
    /// An exposure at work was measured or happened.
    Exposure,
    /// A document came into a chart whose period ran already.
    LateFiling,
}

impl TriggerKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Discharge,
        Self::Encounter,
        Self::Examination,
        Self::FurtherExamination,
        Self::Report,
        Self::Death,
        Self::EmploymentEnd,
        Self::Exposure,
        Self::LateFiling,
    ];

    /// Returns the word as files and commands write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Discharge => "discharge",
            Self::Encounter => "encounter",
            Self::Examination => "examination",
            Self::FurtherExamination => "further-examination",
            Self::Report => "report",
            Self::Death => "death",
            Self::EmploymentEnd => "employment-end",
            Self::Exposure => "exposure",
            Self::LateFiling => "late-filing",
        }
    }

    /// Says whether the patient was there alive: none of these can come after a death.
    pub const fn needs_a_living_patient(self) -> bool {
        matches!(self, Self::Discharge | Self::Encounter | Self::Examination | Self::FurtherExamination)
    }
}

impl fmt::Display for TriggerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TriggerKind {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|kind| kind.as_str()).collect();
            UnknownWord::new("an event that a period runs from", text, format!("one of {}", known.join(", ")))
        })
    }
}

/// Whom an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventSubject {
    /// One record only.
    Record(RecordId),
    /// Every record of a patient.
    Patient(PatientId),
}

/// Whether an event has been taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Withdrawal {
    /// It stands.
    #[default]
    None,
    /// One person says that it never happened; a second has not confirmed it.
    Proposed,
    /// Two people say that it never happened.
    Confirmed,
}

/// An event that a period runs from, as it was recorded. Events are never changed: a correction is another event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TriggerEvent {
    /// Its id.
    pub id: EventId,
    /// Whom it is about.
    pub subject: EventSubject,
    /// What happened.
    pub kind: TriggerKind,
    /// The day, in the calendar of `zone`.
    pub date: Date,
    /// The facility's time zone, for example `America/Los_Angeles`.
    pub zone: String,
    /// Where it is known from, for example `admissions register`. No text about a patient.
    pub source: String,
    /// The event that it corrects.
    pub supersedes: Option<EventId>,
    /// Whether a second person has confirmed it.
    pub confirmed: bool,
    /// Whether it has been taken back.
    pub withdrawal: Withdrawal,
}

/// The last day on which a record must be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LastDay {
    /// Through this day, in the facility's time zone.
    On(Date),
    /// Without an end that is known today. Longer than every date.
    Indefinite,
}

impl LastDay {
    /// Returns the day, if one is known.
    pub const fn date(self) -> Option<Date> {
        match self {
            Self::On(date) => Some(date),
            Self::Indefinite => None,
        }
    }
}

impl fmt::Display for LastDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On(date) => date.fmt(f),
            Self::Indefinite => f.write_str("indefinite"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written_and_others_are_refused_with_advice() {
        for kind in TriggerKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).expect("a word"), kind.as_str());
        }
        let message = "dicharge".parse::<TriggerKind>().expect_err("unknown").to_string();
        assert!(message.contains("dicharge") && message.contains("discharge, encounter"), "{message}");
    }

    #[test]
    fn no_end_is_longer_than_every_day() {
        assert!(LastDay::Indefinite > LastDay::On(Date::MAX));
        assert!(LastDay::On(Date::constant(2031, 3, 16)) > LastDay::On(Date::constant(2031, 3, 15)));
    }
}
