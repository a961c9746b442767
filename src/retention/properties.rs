//! What holds for any sequence of events: nothing held or unexpired is ever proposed, nothing is shortened without approval,
//! time alone only ever makes a record eligible.

use jiff::civil::Date;
use proptest::prelude::*;

use super::fixture::{event, facts, hold, house, patient, record, today, version};
use super::{Decision, PolicyVersion, RecordFacts, Today, compute, load, plan};
use crate::chart::{BirthDate, Hold, HoldId, HoldScope, LastDay, TriggerKind, Withdrawal};

/// Something that happens to the archive.
#[derive(Debug, Clone)]
enum Step {
    Record(TriggerKind, i64),
    Correct(usize, i64),
    ConfirmCorrection(usize),
    ProposeWithdrawal(usize),
    ConfirmWithdrawal(usize),
    MergePatient(i16),
    NewVersion { sets: usize, years: u32, in_days: i64 },
    ApproveShortening(usize),
    PlaceHold(u8),
    ReleaseHold(usize),
    Wait(i64),
}

impl Step {
    /// Whether a second person agreed to something that may shorten.
    const fn is_approval(&self) -> bool {
        matches!(self, Self::ConfirmCorrection(_) | Self::ConfirmWithdrawal(_) | Self::ApproveShortening(_))
    }
}

fn kind() -> impl Strategy<Value = TriggerKind> {
    proptest::sample::select(TriggerKind::ALL.to_vec())
}

fn step() -> impl Strategy<Value = Step> {
    let days = -4000_i64..4000;
    prop_oneof![
        3 => (kind(), days.clone()).prop_map(|(kind, days)| Step::Record(kind, days)),
        2 => (0..8_usize, days).prop_map(|(which, days)| Step::Correct(which, days)),
        2 => (0..8_usize).prop_map(Step::ConfirmCorrection),
        1 => (0..8_usize).prop_map(Step::ProposeWithdrawal),
        1 => (0..8_usize).prop_map(Step::ConfirmWithdrawal),
        1 => (1940..2030_i16).prop_map(Step::MergePatient),
        2 => (0..4_usize, 1..30_u32, 0..900_i64).prop_map(|(sets, years, in_days)| Step::NewVersion { sets, years, in_days }),
        1 => (0..4_usize).prop_map(Step::ApproveShortening),
        1 => (0..3_u8).prop_map(Step::PlaceHold),
        1 => (0..4_usize).prop_map(Step::ReleaseHold),
        4 => (1..2000_i64).prop_map(Step::Wait),
    ]
}

/// One record, what is known of it, and the day.
#[derive(Clone)]
struct Archive {
    facts: RecordFacts,
    versions: Vec<PolicyVersion>,
    holds: Vec<Hold>,
    today: Today,
}

impl Archive {
    fn new(class: &str, births: Vec<BirthDate>) -> Self {
        Self {
            facts: RecordFacts { births, ..facts(class, "", &[]) },
            versions: vec![version(1, "2020-01-01", vec![load("us-california", None).expect("a rule set"), house(5)])],
            holds: vec![],
            today: today("2024-06-01"),
        }
    }

    fn day(&self, days: i64) -> Date {
        self.today.date.saturating_add(jiff::Span::new().days(days))
    }

    fn take(&mut self, step: &Step) {
        let count = self.facts.events.len();
        match *step {
            Step::Record(kind, days) => {
                let date = self.day(days).to_string();
                self.facts.events.push(event(count as u128 + 1, kind, &date));
            }
            Step::Correct(which, days) if which < count => {
                let date = self.day(days).to_string();
                let corrected = &self.facts.events[which];
                let mut correction = event(count as u128 + 1, corrected.kind, &date);
                correction.supersedes = Some(corrected.id);
                self.facts.events.push(correction);
            }
            Step::ConfirmCorrection(which) if which < count => self.facts.events[which].confirmed = true,
            Step::ProposeWithdrawal(which)
                if which < count && self.facts.events[which].withdrawal == Withdrawal::None =>
            {
                self.facts.events[which].withdrawal = Withdrawal::Proposed;
            }
            Step::ConfirmWithdrawal(which)
                if which < count && self.facts.events[which].withdrawal == Withdrawal::Proposed =>
            {
                self.facts.events[which].withdrawal = Withdrawal::Confirmed;
            }
            Step::MergePatient(year) => {
                self.facts.patients.insert(patient(u128::from(year.unsigned_abs())));
                self.facts.births.push(BirthDate::Year(year));
            }
            Step::NewVersion { sets, years, in_days } => {
                let names = ["us-california", "us-new-york", "us-north-carolina", "us-mammography"];
                let from = self.day(in_days).to_string();
                let number = self.versions.len() as u32 + 1;
                let sets = vec![load(names[sets], None).expect("a rule set"), house(years)];
                self.versions.push(version(number, &from, sets));
            }
            Step::ApproveShortening(which) => {
                if let Some(version) = self.versions.get_mut(which) {
                    version.may_shorten_from = Some(self.today.date);
                }
            }
            Step::PlaceHold(scope) => {
                let scope = match scope {
                    0 => HoldScope::Patient(patient(1)),
                    1 => HoldScope::Records([record(1)].into()),
                    _ => HoldScope::Dates { from: Date::constant(1990, 1, 1), to: Date::constant(2060, 1, 1) },
                };
                let id = HoldId::from_uuid(uuid::Uuid::from_u128(self.holds.len() as u128));
                self.holds.push(Hold { id, ..hold(scope) });
            }
            Step::ReleaseHold(which) => self.holds.iter_mut().skip(which).take(1).for_each(|hold| hold.released = true),
            Step::Wait(days) => self.today.date = self.day(days),
            _ => {}
        }
    }

    fn last_day(&self) -> LastDay {
        compute(&self.facts, &self.versions, &self.today).last_day
    }

    /// Whether a hold covers the record, told without the code under test.
    fn is_held(&self) -> bool {
        let within = |date: Date| (Date::constant(1990, 1, 1)..=Date::constant(2060, 1, 1)).contains(&date);
        self.holds.iter().any(|hold| {
            let by_dates = matches!(hold.scope, HoldScope::Dates { .. });
            let events = &self.facts.events;
            !hold.released && (!by_dates || events.is_empty() || events.iter().any(|event| within(event.date)))
        })
    }
}

fn births() -> impl Strategy<Value = Vec<BirthDate>> {
    let one = prop_oneof![
        (1930..2024_i16, 1..13_i8, 1..29_i8)
            .prop_map(|(year, month, day)| BirthDate::Day(Date::constant(year, month, day))),
        (1930..2024_i16, 1..13_i8).prop_map(|(year, month)| BirthDate::Month(year, month)),
        (1930..2024_i16).prop_map(BirthDate::Year),
    ];
    proptest::collection::vec(one, 1..3)
}

fn class() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec!["chart", "mammography", "x-ray-film"])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_held_or_not_over_is_never_proposed(
        class in class(), births in births(), steps in proptest::collection::vec(step(), 1..40)
    ) {
        let mut archive = Archive::new(class, births);
        for step in &steps {
            archive.take(step);
            if let LastDay::On(date) = archive.last_day() && date >= archive.today.date {
                let on_the_day = Today { date, ..archive.today.clone() };
                prop_assert!(!plan(&archive.facts, &archive.versions, &archive.holds, None, &on_the_day).is_eligible());
            }
            let planned = plan(&archive.facts, &archive.versions, &archive.holds, None, &archive.today);
            if let Decision::Eligible { since } = planned.decision {
                // Each of these is worked out anew from the facts, not taken from the plan.
                prop_assert!(!archive.is_held());
                prop_assert!(since <= archive.today.date);
                prop_assert!(archive.last_day() < LastDay::On(archive.today.date));
                // No rule of this program keeps a patient's record for less than five years, whichever event counts.
                let newest = archive.facts.standing().iter().filter(|event| {
                    matches!(event.kind, TriggerKind::Discharge | TriggerKind::Encounter | TriggerKind::Examination | TriggerKind::Report)
                }).map(|event| event.date).max();
                let shortest = jiff::Span::new().years(1);
                prop_assert!(newest.is_some_and(|date| date.saturating_add(shortest) < archive.today.date));
            }
        }
    }

    #[test]
    fn nothing_is_shortened_without_an_approval(
        class in class(), births in births(), steps in proptest::collection::vec(step(), 1..40)
    ) {
        let mut archive = Archive::new(class, births);
        for step in &steps {
            let before = archive.last_day();
            archive.take(step);
            // Before anything has happened there is no end; what happens first gives one.
            let begins = before == LastDay::Indefinite && matches!(step, Step::Record(..) | Step::Correct(..));
            if !step.is_approval() && !begins {
                prop_assert!(archive.last_day() >= before, "{step:?}: {before} became {}", archive.last_day());
            }
        }
    }

    #[test]
    fn time_alone_never_takes_eligibility_back(
        class in class(), births in births(), steps in proptest::collection::vec(step(), 1..40), days in 1..40_000_i64
    ) {
        let mut archive = Archive::new(class, births);
        steps.iter().for_each(|step| archive.take(step));
        // A policy that comes into force meanwhile is more than time.
        archive.versions.retain(|version| version.in_force_from <= archive.today.date);
        let before = plan(&archive.facts, &archive.versions, &archive.holds, None, &archive.today);
        archive.take(&Step::Wait(days));
        let after = plan(&archive.facts, &archive.versions, &archive.holds, None, &archive.today);
        prop_assert!(!before.is_eligible() || after.is_eligible());
        prop_assert_eq!(before.computation.last_day, after.computation.last_day);
        prop_assert_eq!(before.computation.inputs_digest, after.computation.inputs_digest);
    }

    #[test]
    fn the_order_in_which_events_are_told_changes_nothing(
        births in births(), steps in proptest::collection::vec(step(), 1..30)
    ) {
        let mut archive = Archive::new("chart", births);
        steps.iter().for_each(|step| archive.take(step));
        let told = compute(&archive.facts, &archive.versions, &archive.today);
        archive.facts.events.reverse();
        archive.facts.births.reverse();
        let reversed = compute(&archive.facts, &archive.versions, &archive.today);
        prop_assert_eq!(told.last_day, reversed.last_day);
        prop_assert_eq!(told.inputs_digest, reversed.inputs_digest);
        prop_assert_eq!(told.doubts, reversed.doubts);
    }
}
