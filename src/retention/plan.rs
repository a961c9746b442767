//! What may be done with a record today: keep it, or propose it for destruction; with the reasons in words.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::compute::{Computation, compute};
use super::doubt::Doubt;
use super::hold_scope::holds_of;
use super::policy::PolicyVersion;
use super::record_facts::{RecordFacts, Today};
use super::rule_set::Action;
use crate::chart::{Hold, HoldId, LastDay, RecordId};

/// What may be done with a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// The record.
    pub record: RecordId,
    /// Keep, or eligible.
    pub decision: Decision,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What the dates rest on.
    pub computation: Computation,
}

/// Whether a record may be proposed for destruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It may not.
    Keep,
    /// It may, since a day.
    Eligible {
        /// The day after the last day.
        since: Date,
    },
}

/// Why a record is kept or eligible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A hold covers it.
    Held {
        /// The hold.
        hold: HoldId,
        /// Its case.
        matter: String,
    },
    /// Its last day is not over.
    NotYet {
        /// The last day.
        last_day: Date,
    },
    /// No end is known.
    NoEnd,
    /// A person has to look at something.
    Doubtful(Doubt),
    /// Its last day is over.
    Over {
        /// The last day.
        last_day: Date,
    },
    /// Somebody decides case by case.
    CaseByCase,
    /// Notice comes first.
    NoticeFirst {
        /// Days before.
        days: u32,
        /// To whom.
        to: String,
    },
    /// The store keeps it longer than the policy asks.
    LockedUntil {
        /// When the store's lock ends.
        until: Timestamp,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Held { hold, matter } => write!(f, "held for matter {matter} (hold {hold})"),
            Self::NotYet { last_day } => write!(f, "kept through {last_day}"),
            Self::NoEnd => f.write_str("no end of its period is known"),
            Self::Doubtful(doubt) => write!(f, "needs a review: {doubt}"),
            Self::Over { last_day } => write!(f, "its period ended with {last_day}"),
            Self::CaseByCase => f.write_str("its rule asks for a decision case by case"),
            Self::NoticeFirst { days, to } => write!(f, "notice is due {days} days before destruction, to {to}"),
            Self::LockedUntil { until } => write!(f, "eligible, but locked in the store until {until}"),
        }
    }
}

impl Plan {
    /// Says whether the record may be proposed for destruction.
    pub const fn is_eligible(&self) -> bool {
        matches!(self.decision, Decision::Eligible { .. })
    }
}

/// Plans what may be done with a record today. `locked_until` is when the store's longest lock on it ends, if known.
pub fn plan(
    facts: &RecordFacts,
    versions: &[PolicyVersion],
    holds: &[Hold],
    locked_until: Option<Timestamp>,
    today: &Today,
) -> Plan {
    let computation = compute(facts, versions, today);
    let mut keep: Vec<Reason> = holds_of(facts, holds)
        .into_iter()
        .map(|hold| Reason::Held { hold: hold.id, matter: hold.matter.clone() })
        .collect();
    keep.extend(computation.doubts.iter().cloned().map(Reason::Doubtful));
    let over = match computation.last_day {
        LastDay::Indefinite => {
            keep.push(Reason::NoEnd);
            None
        }
        LastDay::On(last_day) if last_day >= today.date => {
            keep.push(Reason::NotYet { last_day });
            None
        }
        // A last day at the end of representable time is never over.
        LastDay::On(last_day) => last_day.tomorrow().ok().map(|since| (last_day, since)),
    };
    let (decision, reasons) = match over {
        Some((last_day, since)) if keep.is_empty() => {
            (Decision::Eligible { since }, conditions(&computation, last_day, locked_until, today))
        }
        _ => (Decision::Keep, keep),
    };
    Plan { record: facts.record, decision, reasons, computation }
}

/// Lists what has to be observed when an eligible record is destroyed.
fn conditions(
    computation: &Computation,
    last_day: Date,
    locked_until: Option<Timestamp>,
    today: &Today,
) -> Vec<Reason> {
    let mut reasons = vec![Reason::Over { last_day }];
    if computation.action == Action::Review {
        reasons.push(Reason::CaseByCase);
    }
    if let Some(notice) = &computation.notice {
        let to = notice.to.iter().cloned().collect::<Vec<_>>().join(" and ");
        reasons.push(Reason::NoticeFirst { days: notice.days, to });
    }
    let locked = locked_until.filter(|until| until.to_zoned(today.zone.clone()).date() >= today.date);
    reasons.extend(locked.map(|until| Reason::LockedUntil { until }));
    reasons
}
