//! The cases that practice gets wrong, one test each.

use jiff::Timestamp;

use super::fixture::{day, event, facts, hold, house, patient, policy, record, today, version};
use super::{
    Action, Computation, Coverage, Decision, Doubt, Exception, PolicyVersion, Reason, RecordFacts, compute, coverage,
    forecast, plan,
};
use crate::chart::TriggerKind::*;
use crate::chart::{BirthDate, Digest, HoldScope, LastDay, Withdrawal};

const TODAY: &str = "2040-01-01";

fn california() -> Vec<PolicyVersion> {
    vec![policy(&["us-california"])]
}

fn computed(facts: &RecordFacts) -> Computation {
    compute(facts, &california(), &today(TODAY))
}

fn adult() -> RecordFacts {
    facts("chart", "1950-01-01", &[(Discharge, "2024-03-15")])
}

fn decision(facts: &RecordFacts, date: &str) -> Decision {
    plan(facts, &california(), &[], None, &today(date)).decision
}

#[test]
fn kept_through_the_last_day_and_eligible_on_the_next() {
    assert_eq!(decision(&adult(), "2031-03-15"), Decision::Keep);
    assert_eq!(decision(&adult(), "2031-03-16"), Decision::Eligible { since: day("2031-03-16") });
    let reasons = plan(&adult(), &california(), &[], None, &today("2031-03-15")).reasons;
    assert_eq!(reasons[0].to_string(), "kept through 2031-03-15");
}

#[test]
fn a_partial_birth_date_counts_as_the_latest_possible_day() {
    let until = |born: &str| computed(&facts("chart", born, &[(Discharge, "2024-03-15")])).last_day.to_string();
    assert_eq!(until("2020"), "2039-12-31");
    assert_eq!(until("2020-02"), "2039-03-01");
    // Born 2006-12-31 at the latest: may have been a minor on the day.
    assert_eq!(until("2006"), "2031-03-15");
    assert_eq!(until("2013"), "2032-12-31");
}

#[test]
fn nobody_is_taken_for_an_adult_because_the_birth_date_is_unknown() {
    for births in [vec![], vec![BirthDate::Unknown]] {
        let record = RecordFacts { births, ..adult() };
        let computed = computed(&record);
        assert_eq!(computed.last_day.to_string(), "2043-03-15");
        assert!(computed.doubts.contains(&Doubt::UnknownBirthDate));
        assert_eq!(decision(&record, "2099-01-01"), Decision::Keep);
    }
    // A rule without a word on minors does not need the birth date.
    let record = RecordFacts { births: vec![], ..adult() };
    let massachusetts = [policy(&["us-massachusetts"])];
    assert!(plan(&record, &massachusetts, &[], None, &today("2050-01-01")).is_eligible());
}

#[test]
fn a_birth_after_the_event_is_a_doubt() {
    let computed = computed(&facts("chart", "2025-01-01", &[(Discharge, "2024-03-15")]));
    assert_eq!(computed.doubts, [Doubt::BeforeBirth { kind: Discharge, date: day("2024-03-15") }]);
}

#[test]
fn no_trigger_yet_means_no_end() {
    let record = facts("chart", "1950-01-01", &[]);
    assert_eq!(computed(&record).last_day, LastDay::Indefinite);
    let planned = plan(&record, &california(), &[], None, &today("2200-01-01"));
    assert_eq!((planned.decision, &planned.reasons[..]), (Decision::Keep, &[Reason::NoEnd][..]));
}

#[test]
fn of_several_encounters_the_longest_and_the_strictest_win() {
    // Seen as a child and again as an adult, on one scan: the minor's rule and the later discharge both count.
    let mut record = facts(
        "chart",
        "2004-06-01",
        &[(Discharge, "2021-01-01"), (Encounter, "2024-03-15"), (Discharge, "2023-05-01")],
    );
    assert_eq!(computed(&record).last_day.to_string(), "2031-03-15");
    let carolina = compute(&record, &[policy(&["us-north-carolina"])], &today(TODAY));
    assert_eq!(carolina.last_day.to_string(), "2035-03-15");
    let carolina = compute(&record, &[policy(&["us-north-carolina", "us-massachusetts"])], &today(TODAY));
    assert_eq!(
        (carolina.last_day.to_string(), carolina.notice.map(|notice| notice.days)),
        ("2044-03-15".into(), Some(30))
    );
    // Two classes on one scan: the strictest action and the longest period.
    record.classes.insert("pathology-report".parse().expect("a class"));
    record.events.push(event(9, Report, "2026-01-01"));
    let both = compute(&record, &[policy(&["us-laboratory", "neutral-default"])], &today(TODAY));
    assert_eq!((both.last_day.to_string(), both.action), ("2036-01-01".into(), Action::Review));
}

#[test]
fn an_encounter_that_goes_on_keeps_the_record_until_its_end_is_recorded() {
    let mut record = adult();
    record.open_encounters.insert(day("2025-01-01"));
    assert_eq!(computed(&record).last_day, LastDay::Indefinite);
    record.events.push(event(2, Discharge, "2025-02-01"));
    assert_eq!(computed(&record).last_day.to_string(), "2032-02-01");
    // One that began before the last discharge and has no end of its own is over with it.
    record.open_encounters = [day("2025-01-20")].into();
    assert_eq!(computed(&record).last_day.to_string(), "2032-02-01");
}

#[test]
fn a_record_is_only_as_free_as_its_strictest_class() {
    let mut record = facts("laboratory-report", "1950", &[(Report, "2024-03-15")]);
    record.classes.insert("occupational-health".parse().expect("a class"));
    let both = compute(&record, &[policy(&["us-laboratory", "us-occupational-health"])], &today(TODAY));
    assert_eq!(both.last_day, LastDay::Indefinite);
}

#[test]
fn a_class_without_a_rule_and_a_record_without_a_class_are_kept() {
    let unknown = computed(&facts("x-ray-film", "1950", &[(Discharge, "1990-01-01")]));
    assert!(matches!(&unknown.doubts[..], [Doubt::NoRule { class }] if class.as_str() == "x-ray-film"));
    assert_eq!(unknown.last_day, LastDay::Indefinite);
    let none = computed(&RecordFacts { classes: [].into(), ..adult() });
    assert_eq!((none.last_day, &none.doubts[..]), (LastDay::Indefinite, &[Doubt::NoClass][..]));
    let lawless = compute(&adult(), &[], &today(TODAY));
    assert_eq!((lawless.last_day, &lawless.doubts[..]), (LastDay::Indefinite, &[Doubt::NoPolicy][..]));
}

#[test]
fn late_filing_reopens_the_period_but_is_no_trigger_of_its_own() {
    let mut record = adult();
    record.events.push(event(2, LateFiling, "2030-01-01"));
    let computed_late = computed(&record);
    assert_eq!(computed_late.last_day.to_string(), "2037-01-01");
    assert!(computed_late.explanation.iter().any(|line| line.contains("reopens")));
    assert_eq!(computed(&facts("chart", "1950", &[(LateFiling, "2030-01-01")])).last_day, LastDay::Indefinite);
}

#[test]
fn a_correction_that_shortens_waits_for_a_second_person_and_one_that_lengthens_does_not() {
    let mut record = adult();
    record.events.push(event(2, Discharge, "2020-03-15"));
    record.events[1].supersedes = Some(record.events[0].id);
    assert_eq!(computed(&record).last_day.to_string(), "2031-03-15");
    assert!(matches!(computed(&record).doubts[..], [Doubt::UnconfirmedCorrection { .. }]));
    record.events[1].confirmed = true;
    assert_eq!(computed(&record).last_day.to_string(), "2027-03-15");
    assert!(computed(&record).doubts.is_empty());
    record.events[1].confirmed = false;
    record.events[1].date = day("2025-03-15");
    assert_eq!(computed(&record).last_day.to_string(), "2032-03-15");
}

#[test]
fn a_confirmed_correction_of_a_correction_replaces_both() {
    let mut record = adult();
    record.events.extend([event(2, Discharge, "2026-01-01"), event(3, Discharge, "2020-03-15")]);
    record.events[1].supersedes = Some(record.events[0].id);
    record.events[2].supersedes = Some(record.events[1].id);
    record.events[2].confirmed = true;
    assert_eq!(computed(&record).last_day.to_string(), "2027-03-15");
    // Corrections in a circle leave nothing standing, and so no end.
    record.events[0].supersedes = Some(record.events[2].id);
    record.events.iter_mut().for_each(|event| event.confirmed = true);
    assert_eq!(computed(&record).last_day, LastDay::Indefinite);
}

#[test]
fn a_withdrawn_event_counts_until_a_second_person_agrees() {
    let mut record = adult();
    record.events.push(event(2, Encounter, "2028-01-01"));
    record.events[1].withdrawal = Withdrawal::Proposed;
    assert_eq!(computed(&record).last_day.to_string(), "2035-01-01");
    record.events[1].withdrawal = Withdrawal::Confirmed;
    assert_eq!(computed(&record).last_day.to_string(), "2031-03-15");
    // The only event in doubt: the longer of the two readings is that nothing has happened yet.
    record.events[0].withdrawal = Withdrawal::Proposed;
    assert_eq!(computed(&record).last_day, LastDay::Indefinite);
}

#[test]
fn a_merge_brings_the_other_patients_events_and_birth_date_and_an_unmerge_takes_them_back() {
    let alone = adult();
    let mut merged = adult();
    merged.patients.insert(patient(2));
    merged.births.push("2015-06-01".parse().expect("a birth date"));
    assert_eq!(computed(&merged).last_day.to_string(), "2034-06-01");
    assert!(computed(&merged).doubts.contains(&Doubt::BirthDatesDiffer));
    assert!(computed(&alone).is_superseded_by(&computed(&merged)));
    assert!(computed(&merged).is_superseded_by(&computed(&alone)));
    assert!(!computed(&alone).is_superseded_by(&computed(&adult())));
}

#[test]
fn holds_follow_a_merge_and_frozen_members_stay_after_it() {
    let mut by_patient = hold(HoldScope::Patient(patient(2)));
    let mut merged = adult();
    merged.patients.insert(patient(2));
    assert!(!plan(&merged, &california(), std::slice::from_ref(&by_patient), None, &today(TODAY)).is_eligible());
    assert!(plan(&adult(), &california(), std::slice::from_ref(&by_patient), None, &today(TODAY)).is_eligible());
    by_patient.members.insert(record(1));
    assert!(!plan(&adult(), &california(), std::slice::from_ref(&by_patient), None, &today(TODAY)).is_eligible());
}

#[test]
fn scopes_cover_what_they_name_and_a_record_without_dates() {
    let dates = HoldScope::Dates { from: day("2024-01-01"), to: day("2024-03-15") };
    assert_eq!(coverage(&dates, &adult()), Coverage::Covered);
    assert_eq!(coverage(&dates, &facts("chart", "1950", &[])), Coverage::Covered);
    let later = HoldScope::Dates { from: day("2024-03-16"), to: day("2025-01-01") };
    assert_eq!(coverage(&later, &adult()), Coverage::NotCovered);
    assert_eq!(coverage(&HoldScope::Records([record(2)].into()), &adult()), Coverage::NotCovered);
    assert_eq!(coverage(&HoldScope::Query { digest: Digest::of(b"q") }, &adult()), Coverage::AskSearch);
}

#[test]
fn a_released_hold_holds_nothing_and_another_one_still_does() {
    let mut released = hold(HoldScope::Patient(patient(1)));
    released.released = true;
    assert!(plan(&adult(), &california(), std::slice::from_ref(&released), None, &today(TODAY)).is_eligible());
    let other = hold(HoldScope::Records([record(1)].into()));
    let planned = plan(&adult(), &california(), &[released, other], None, &today(TODAY));
    assert!(matches!(&planned.reasons[..], [Reason::Held { matter, .. }] if matter == "2026-CV-0042"));
}

#[test]
fn a_policy_that_keeps_longer_applies_at_once_and_a_shorter_one_after_approval() {
    let longer = [version(1, "2020-01-01", vec![house(7)]), version(2, "2026-01-01", vec![house(10)])];
    let until = |versions: &[PolicyVersion], date: &str| compute(&adult(), versions, &today(date)).last_day.to_string();
    assert_eq!(until(&longer, "2025-12-31"), "2031-03-15");
    assert_eq!(until(&longer, "2026-01-01"), "2034-03-15");
    let mut shorter = [version(1, "2020-01-01", vec![house(10)]), version(2, "2026-01-01", vec![house(7)])];
    assert_eq!(until(&shorter, "2026-01-01"), "2034-03-15");
    shorter[1].may_shorten_from = Some(day("2026-02-01"));
    assert_eq!(until(&shorter, "2026-01-31"), "2034-03-15");
    assert_eq!(until(&shorter, "2026-02-01"), "2031-03-15");
}

#[test]
fn a_death_before_a_later_encounter_is_a_doubt() {
    let record = facts("chart", "1950", &[(Death, "2020-01-01"), (Discharge, "2024-03-15"), (Report, "2020-02-01")]);
    let doubts = computed(&record).doubts;
    assert_eq!(
        doubts,
        [Doubt::AfterDeath { kind: Discharge, date: day("2024-03-15"), death: day("2020-01-01") }],
        "a report after the death is normal"
    );
    assert_eq!(decision(&record, "2200-01-01"), Decision::Keep);
    let two = facts("chart", "1950", &[(Discharge, "2020-01-01"), (Death, "2020-01-01"), (Death, "2021-01-01")]);
    assert_eq!(computed(&two).doubts, [Doubt::DeathDatesDiffer]);
}

#[test]
fn an_event_in_the_future_is_a_doubt_until_its_day_has_come() {
    let record = facts("chart", "1950", &[(Discharge, "2024-03-15")]);
    let doubts = |date: &str| compute(&record, &california(), &today(date)).doubts;
    assert_eq!(doubts("2024-03-14"), [Doubt::InTheFuture { kind: Discharge, date: day("2024-03-15") }]);
    assert!(doubts("2024-03-15").is_empty());
}

#[test]
fn an_exception_only_lengthens() {
    let with = |until| {
        let exceptions = vec![Exception { until, reason: "study 7".into() }];
        computed(&RecordFacts { exceptions, ..adult() }).last_day
    };
    assert_eq!(with(LastDay::On(day("2045-01-01"))), LastDay::On(day("2045-01-01")));
    assert_eq!(with(LastDay::On(day("2025-01-01"))), LastDay::On(day("2031-03-15")));
    assert_eq!(with(LastDay::Indefinite), LastDay::Indefinite);
}

#[test]
fn what_is_kept_for_good_is_never_eligible() {
    let mut forever = house(7);
    forever.rules[0].action = Action::Keep;
    let versions = [version(1, "2020-01-01", vec![forever])];
    assert!(!plan(&adult(), &versions, &[], None, &today("2999-01-01")).is_eligible());
}

#[test]
fn a_lock_longer_than_the_policy_is_shown() {
    let until: Timestamp = "2041-01-01T00:00:00Z".parse().expect("an instant");
    let planned = plan(&adult(), &california(), &[], Some(until), &today(TODAY));
    assert!(planned.is_eligible());
    let words: Vec<String> = planned.reasons.iter().map(ToString::to_string).collect();
    assert_eq!(words[1], "eligible, but locked in the store until 2041-01-01T00:00:00Z");
    assert_eq!(plan(&adult(), &california(), &[], Some(until), &today("2042-01-01")).reasons.len(), 1);
}

#[test]
fn notice_is_a_condition_of_destruction() {
    let planned = plan(&adult(), &[policy(&["us-massachusetts"])], &[], None, &today("2050-01-01"));
    assert!(planned.reasons.iter().any(|reason| matches!(reason, Reason::NoticeFirst { days: 30, .. })));
}

#[test]
fn debugging_shows_no_patient_data() {
    let planned = plan(&adult(), &california(), &[], None, &today(TODAY));
    let shown = format!("{:?} {planned:?} {:?}", adult(), planned.computation.inputs);
    assert!(!shown.contains("1950"), "{shown}");
}

#[test]
fn the_forecast_counts_every_record_once() {
    let records = [
        adult(),
        facts("chart", "2020-06-01", &[(Discharge, "2024-03-15")]),
        facts("chart", "1950", &[]),
        facts("chart", "1950", &[(Discharge, "1990-01-01")]),
        facts("chart", "", &[(Discharge, "1990-01-01")]),
        facts("chart", "1950", &[(Discharge, "2050-01-01")]),
    ];
    let plans: Vec<_> =
        records.iter().map(|record| plan(record, &california(), &[], None, &today("2026-11-22"))).collect();
    let counted = forecast(&plans, 2026, 2040);
    let year = |wanted: i16| counted.years.iter().find(|count| count.year == wanted).map(|count| count.records);
    assert_eq!((counted.eligible_now, counted.indefinite, counted.later), (1, 1, 1));
    assert_eq!((year(2031), year(2039), year(2026), counted.doubtful), (Some(1), Some(1), Some(1), 2));
    let total: u64 = counted.years.iter().map(|count| count.records).sum();
    assert_eq!(total + counted.eligible_now + counted.indefinite + counted.later, 6);
}
