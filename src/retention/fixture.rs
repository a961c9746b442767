//! Records, events and policies for the tests of this module.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{LeapDay, Policy, PolicyVersion, RecordFacts, RuleSet, Today, load};
use crate::chart::{
    EventId, EventSubject, Hold, HoldId, HoldScope, PatientId, RecordId, TriggerEvent, TriggerKind, Withdrawal,
};

pub fn day(text: &str) -> Date {
    text.parse().expect("a date")
}

pub fn today(text: &str) -> Today {
    Today { date: day(text), zone: TimeZone::get("America/Los_Angeles").expect("a zone") }
}

pub fn record(number: u128) -> RecordId {
    RecordId::from_uuid(Uuid::from_u128(number))
}

pub fn patient(number: u128) -> PatientId {
    PatientId::from_uuid(Uuid::from_u128(number))
}

/// A version of a policy of these rule sets, in force from the beginning of 2020.
pub fn policy(sets: &[&str]) -> PolicyVersion {
    version(1, "2020-01-01", sets.iter().map(|name| load(name, None).expect("a rule set")).collect())
}

pub fn version(number: u32, from: &str, sets: Vec<RuleSet>) -> PolicyVersion {
    let policy = Policy::new("Charts", LeapDay::March1, sets).expect("a policy");
    PolicyVersion { number, policy, in_force_from: day(from), may_shorten_from: None }
}

/// A house rule for health records: years after discharge.
pub fn house(years: u32) -> RuleSet {
    let mut set = load("us-federal-hospital", None).expect("a rule set");
    set.name = "house".into();
    set.rules[0].period = format!("{years} years").parse().expect("a period");
    set
}

pub fn event(number: u128, kind: TriggerKind, date: &str) -> TriggerEvent {
    TriggerEvent {
        id: EventId::from_uuid(Uuid::from_u128(number)),
        subject: EventSubject::Record(record(1)),
        kind,
        date: day(date),
        zone: "America/Los_Angeles".into(),
        source: "register".into(),
        supersedes: None,
        confirmed: false,
        withdrawal: Withdrawal::None,
    }
}

/// A record of this class and birth date with one event.
pub fn facts(class: &str, born: &str, events: &[(TriggerKind, &str)]) -> RecordFacts {
    RecordFacts {
        record: record(1),
        classes: [class.parse().expect("a class")].into(),
        patients: [patient(1)].into(),
        births: vec![born.parse().expect("a birth date")],
        events: (1..).zip(events).map(|(number, (kind, date))| event(number, *kind, date)).collect(),
        open_encounters: [].into(),
        exceptions: vec![],
    }
}

pub fn hold(scope: HoldScope) -> Hold {
    Hold {
        id: HoldId::from_uuid(Uuid::from_u128(1)),
        matter: "2026-CV-0042".into(),
        scope,
        members: [].into(),
        released: false,
    }
}
