//! Words of requests for records: what somebody asks for, what for, on what it rests, and when an answer is due.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use serde::{Deserialize, Serialize};

use super::{Encounter, RecordId};

/// Days until a request has to be answered, and days that its one extension gives (45 CFR 164.524(b)(2)).
pub const ANSWER_DAYS: i64 = 30;
/// Years that an accounting of disclosures reaches back (45 CFR 164.528(a)(1)).
pub const ACCOUNTING_YEARS: i64 = 6;
/// Records that one request names, and one release gives out, at most.
pub const MOST_REQUESTED: usize = 200;

/// Defines a closed list of words: how each is stored and printed, and all of them.
macro_rules! words {
    ($(#[$doc:meta])* $kind:ident { $($(#[$word_doc:meta])* $word:ident = $name:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $kind {
            $($(#[$word_doc])* #[serde(rename = $name)] $word),*
        }

        impl $kind {
            /// Every word.
            pub const ALL: &[Self] = &[$(Self::$word),*];

            /// Returns the name as it is stored and printed.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$word => $name),*
                }
            }
        }

        impl std::str::FromStr for $kind {
            type Err = RequestWordError;

            fn from_str(name: &str) -> Result<Self, RequestWordError> {
                let words = || Self::ALL.iter().map(|word| word.name()).collect::<Vec<_>>().join(", ");
                Self::ALL.iter().copied().find(|word| word.name() == name).ok_or_else(|| RequestWordError(words()))
            }
        }
    };
}

words! {
    /// What records are asked for.
    RequestPurpose {
        /// To treat the patient.
        Treatment = "treatment",
        /// To be paid for care.
        Payment = "payment",
        /// To run a health care organisation: quality, training, audits.
        Operations = "operations",
        /// For the patient's own use.
        Personal = "personal",
        /// To protect public health.
        PublicHealth = "public-health",
        /// To oversee health care.
        Oversight = "oversight",
        /// For a court or another tribunal.
        Judicial = "judicial",
        /// For the police or a prosecutor.
        LawEnforcement = "law-enforcement",
        /// For research.
        Research = "research",
        /// For an insurance against accidents at work.
        WorkersCompensation = "workers-compensation",
        /// To find out why somebody died.
        Coroner = "coroner",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// What a request rests on: why the records may be given out at all.
    RequestAuthority {
        /// The patient, or who stands for them, asks for the patient's own records (45 CFR 164.524).
        Patient = "patient",
        /// The patient has authorised it in writing (45 CFR 164.508).
        Authorization = "authorization",
        /// It is for treatment, payment or operations (45 CFR 164.506).
        Care = "care",
        /// An order of a court or tribunal (45 CFR 164.512(e)).
        CourtOrder = "court-order",
        /// A subpoena or another lawful process without an order (45 CFR 164.512(e), (f)).
        Subpoena = "subpoena",
        /// A law that demands or permits it (45 CFR 164.512).
        Law = "law",
        /// The waiver of a review board (45 CFR 164.512(i)).
        Waiver = "waiver",
    }
}

words! {
    /// Why a request was refused.
    RefusalReason {
        /// What it rests on is missing, has expired or does not cover it.
        NotAuthorised = "not-authorised",
        /// It is not certain who asks, or whom it is about.
        NotIdentified = "not-identified",
        /// There are no such records here.
        NoRecords = "no-records",
        /// They are kept from access, such as notes of psychotherapy (45 CFR 164.524(a)(1), (2)).
        Excepted = "excepted",
        /// Giving them out would endanger somebody (45 CFR 164.524(a)(3)).
        Endangers = "endangers",
    }
}

/// A text that is none of the words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {0}")]
pub struct RequestWordError(String);

/// Which records of the patient are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestScope {
    /// Every record.
    Everything,
    /// The records of the encounter that began on this day.
    Encounter {
        /// First day of the encounter.
        from: Date,
    },
    /// The records of encounters within these days.
    Dates {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
    /// These records.
    Records(BTreeSet<RecordId>),
}

/// Whether a record of the patient is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InScope {
    /// It is.
    Yes,
    /// It says nothing of encounters: somebody has to look and choose it.
    Unclear,
    /// It is not, or not all of it is.
    No,
}

impl RequestScope {
    /// Says whether a record with these encounters is asked for. A record of several encounters is only where all of them
    /// are: whoever asks for one visit must not be given another.
    pub fn covers(&self, record: RecordId, encounters: &[Encounter]) -> InScope {
        let all = |within: &dyn Fn(&Encounter) -> bool| match encounters {
            [] => InScope::Unclear,
            encounters if encounters.iter().all(within) => InScope::Yes,
            _ => InScope::No,
        };
        match self {
            Self::Everything => InScope::Yes,
            Self::Encounter { from } => all(&|encounter| encounter.from == *from),
            Self::Dates { from, to } => {
                all(&|encounter| encounter.from >= *from && encounter.to.unwrap_or(encounter.from) <= *to)
            }
            Self::Records(records) if records.contains(&record) => InScope::Yes,
            Self::Records(_) => InScope::No,
        }
    }

    /// Says what is wrong with it.
    ///
    /// # Errors
    /// It covers nothing, or too many records are named.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Dates { from, to } if from > to => Err("the first day is after the last: exchange them".into()),
            Self::Records(records) if records.is_empty() => Err("name at least one record".into()),
            Self::Records(records) if records.len() > MOST_REQUESTED => {
                Err(format!("more than {MOST_REQUESTED} records are named: ask for days, or for everything"))
            }
            _ => Ok(()),
        }
    }
}

/// Says whether a disclosure stands in the patient's accounting: not where it was for treatment, payment or operations,
/// went to the patient, or was authorised by the patient (45 CFR 164.528(a)(1)).
pub const fn is_accounted(purpose: RequestPurpose, authority: RequestAuthority) -> bool {
    use RequestAuthority::{Authorization, Care, Patient};
    use RequestPurpose::{Operations, Payment, Personal, Treatment};
    !matches!(purpose, Treatment | Payment | Operations | Personal)
        && !matches!(authority, Patient | Authorization | Care)
}

/// Returns the last day on which a request that came on `received` is answered in time; with `extended`, after its one
/// extension.
pub fn answer_due(received: Date, extended: bool) -> Date {
    let days = if extended { 2 * ANSWER_DAYS } else { ANSWER_DAYS };
    received.saturating_add(SignedDuration::from_hours(24 * days))
}

/// Returns the first day that an accounting made on `today` reaches back to.
pub fn accounting_from(today: Date) -> Date {
    today.saturating_sub(ACCOUNTING_YEARS.years())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn stay(from: &str, to: &str) -> Encounter {
        Encounter { from: day(from), to: Some(day(to)) }
    }

    #[test]
    fn thirty_days_and_one_extension_of_thirty() {
        assert_eq!(answer_due(day("2026-01-01"), false), day("2026-01-31"));
        assert_eq!(answer_due(day("2026-01-01"), true), day("2026-03-02"));
        assert_eq!(accounting_from(day("2026-02-28")), day("2020-02-28"));
    }

    #[test]
    fn a_request_for_one_encounter_covers_that_one_alone() {
        let record = RecordId::from_uuid(Uuid::nil());
        let scope = RequestScope::Encounter { from: day("2024-03-10") };
        let (asked, other) = (stay("2024-03-10", "2024-03-15"), stay("2024-05-01", "2024-05-01"));
        assert_eq!(scope.covers(record, &[asked]), InScope::Yes);
        assert_eq!(scope.covers(record, &[other]), InScope::No);
        assert_eq!(scope.covers(record, &[asked, other]), InScope::No, "it would give the other visit out too");
        assert_eq!(scope.covers(record, &[]), InScope::Unclear);
        let days = RequestScope::Dates { from: day("2024-03-01"), to: day("2024-03-14") };
        assert_eq!(days.covers(record, &[asked]), InScope::No, "the stay ended later");
        assert_eq!(RequestScope::Everything.covers(record, &[]), InScope::Yes);
        assert_eq!(RequestScope::Records(BTreeSet::new()).covers(record, &[asked]), InScope::No);
    }

    #[test]
    fn the_accounting_leaves_out_what_the_rule_leaves_out() {
        use RequestAuthority as On;
        use RequestPurpose as For;
        assert!(is_accounted(For::PublicHealth, On::Law) && is_accounted(For::Judicial, On::Subpoena));
        assert!(!is_accounted(For::Treatment, On::Law) && !is_accounted(For::Personal, On::Patient));
        assert!(!is_accounted(For::Judicial, On::Authorization), "the patient authorised it");
    }

    #[test]
    fn words_are_read_as_they_are_written() {
        for purpose in RequestPurpose::ALL {
            assert_eq!(purpose.name().parse::<RequestPurpose>().as_ref(), Ok(purpose));
            assert_eq!(serde_json::to_value(purpose).unwrap(), purpose.name());
        }
        let said = "curiosity".parse::<RequestAuthority>().unwrap_err().to_string();
        assert!(said.contains("court-order"), "{said}");
    }
}
