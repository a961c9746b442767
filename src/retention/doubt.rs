//! What a person has to look at before a record may be destroyed.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use super::record_facts::{RecordFacts, Today};
use crate::chart::{EventId, RecordClass, TriggerKind, Withdrawal};

/// Something that makes a date doubtful. Every doubt keeps the record until a person has settled it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// No policy is in force.
    NoPolicy,
    /// The record has no class.
    NoClass,
    /// The policy has no rule for a class.
    NoRule {
        /// The class.
        class: RecordClass,
    },
    /// The date depends on a birth date that nobody knows.
    UnknownBirthDate,
    /// Birth dates contradict each other.
    BirthDatesDiffer,
    /// Something happened to the patient before they were born.
    BeforeBirth {
        /// What.
        kind: TriggerKind,
        /// When.
        date: Date,
    },
    /// The patient was seen after their death.
    AfterDeath {
        /// What happened.
        kind: TriggerKind,
        /// When.
        date: Date,
        /// The day of death.
        death: Date,
    },
    /// Days of death contradict each other.
    DeathDatesDiffer,
    /// An event lies in the future.
    InTheFuture {
        /// What.
        kind: TriggerKind,
        /// When.
        date: Date,
    },
    /// A correction waits for a second person.
    UnconfirmedCorrection {
        /// The correcting event.
        event: EventId,
    },
    /// A withdrawal waits for a second person.
    UnconfirmedWithdrawal {
        /// The event.
        event: EventId,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPolicy => f.write_str("no policy is in force: draft one and have it approved"),
            Self::NoClass => f.write_str("the record has no class: give it one"),
            Self::NoRule { class } => write!(f, "the policy has no rule for {class}: add one, or change the class"),
            Self::UnknownBirthDate => f.write_str(
                "the birth date is not known and the patient may have been a minor: enter it, or the latest year \
                 that it can be",
            ),
            Self::BirthDatesDiffer => {
                f.write_str("the birth dates contradict each other: the youngest counts; correct the wrong one")
            }
            Self::BeforeBirth { kind, date } => {
                write!(f, "the {kind} on {date} lies before the patient's birth: correct one of the two")
            }
            Self::AfterDeath { kind, date, death } => {
                write!(f, "the {kind} on {date} lies after the death on {death}: correct one of the two")
            }
            Self::DeathDatesDiffer => f.write_str("there are different days of death: correct the wrong one"),
            Self::InTheFuture { kind, date } => {
                write!(f, "the {kind} on {date} lies in the future: correct it if it is wrong")
            }
            Self::UnconfirmedCorrection { event } => write!(
                f,
                "the correction {event} waits for a second person; until then the corrected event counts as well"
            ),
            Self::UnconfirmedWithdrawal { event } => {
                write!(
                    f,
                    "the withdrawal of event {event} waits for a second person; until then the longer reading counts"
                )
            }
        }
    }
}

/// Finds the doubts that lie in the facts themselves, whatever the rules.
pub(super) fn in_facts(facts: &RecordFacts, today: &Today) -> Vec<Doubt> {
    let events = facts.standing();
    let mut doubts = Vec::new();
    for event in &events {
        let (kind, date) = (event.kind, event.date);
        if date > today.date {
            doubts.push(Doubt::InTheFuture { kind, date });
        }
        if facts.births.iter().filter_map(|birth| birth.earliest()).any(|birth| birth > date) {
            doubts.push(Doubt::BeforeBirth { kind, date });
        }
        if event.withdrawal == Withdrawal::Proposed {
            doubts.push(Doubt::UnconfirmedWithdrawal { event: event.id });
        }
    }
    doubts.extend(facts.unconfirmed().iter().map(|event| Doubt::UnconfirmedCorrection { event: event.id }));
    let earliest = facts.births.iter().filter_map(|birth| birth.earliest()).max();
    let latest = facts.births.iter().filter_map(|birth| birth.latest()).min();
    if earliest > latest && latest.is_some() {
        doubts.push(Doubt::BirthDatesDiffer);
    }
    let deaths: Vec<Date> =
        events.iter().filter(|event| event.kind == TriggerKind::Death).map(|event| event.date).collect();
    if deaths.iter().any(|death| *death != deaths[0]) {
        doubts.push(Doubt::DeathDatesDiffer);
    }
    for event in events.iter().filter(|event| event.kind.needs_a_living_patient()) {
        if let Some(death) = deaths.iter().min().filter(|death| **death < event.date) {
            doubts.push(Doubt::AfterDeath { kind: event.kind, date: event.date, death: *death });
        }
    }
    doubts
}
