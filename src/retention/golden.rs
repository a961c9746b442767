//! Last days computed by hand from each citation, compared with what the rule sets of the program give.

use super::fixture::{day, event, facts, policy, today};
use super::{Action, LeapDay, RecordFacts, compute};
use crate::chart::TriggerKind::{self, *};

fn last_day(sets: &[&str], record: &RecordFacts) -> String {
    compute(record, &[policy(sets)], &today("2026-11-22")).last_day.to_string()
}

fn one(set: &str, class: &str, born: &str, kind: TriggerKind, date: &str) -> String {
    last_day(&[set], &facts(class, born, &[(kind, date)]))
}

#[test]
fn california_seven_years_and_minors_to_nineteen() {
    for (born, discharged, expected) in [
        ("2010-06-01", "2024-03-15", "2031-03-15"),
        ("2020-06-01", "2024-03-15", "2039-06-01"),
        ("1950-01-01", "2024-03-15", "2031-03-15"),
        // Of age on the very day; a minor by one day, whose birthday 19 comes before the seven years are over.
        ("2006-03-15", "2024-03-15", "2031-03-15"),
        ("2006-03-16", "2024-03-15", "2031-03-15"),
        // The birthday 19 and the seven years meet: 12 years old at discharge.
        ("2012-03-15", "2024-03-15", "2031-03-15"),
        ("2012-03-16", "2024-03-15", "2031-03-16"),
        ("1950-01-01", "2024-02-29", "2031-03-01"),
        ("2020-02-29", "2024-03-15", "2039-03-01"),
    ] {
        let found = one("us-california", "chart", born, Discharge, discharged);
        assert_eq!(found, expected, "born {born}, discharged {discharged}");
    }
}

#[test]
fn california_with_the_leap_day_put_forward() {
    let mut version = policy(&["us-california"]);
    version.policy.leap_day = LeapDay::February28;
    let found = |born, date| {
        let record = facts("chart", born, &[(Discharge, date)]);
        compute(&record, &[version.clone()], &today("2026-11-22")).last_day.date()
    };
    assert_eq!(found("1950-01-01", "2024-02-29"), Some(day("2031-02-28")));
    assert_eq!(found("2020-02-29", "2024-03-15"), Some(day("2039-02-28")));
}

#[test]
fn new_york_six_years_minors_to_twenty_one_and_six_years_after_death() {
    let new_york = |born, date| one("us-new-york", "chart", born, Discharge, date);
    assert_eq!(new_york("1950-01-01", "2024-03-15"), "2030-03-15");
    assert_eq!(new_york("2010-06-01", "2024-03-15"), "2031-06-01");
    assert_eq!(new_york("2008-01-01", "2024-03-15"), "2030-03-15");
    let died = facts("chart", "1950-01-01", &[(Discharge, "2024-03-15"), (Death, "2026-01-10")]);
    assert_eq!(last_day(&["us-new-york"], &died), "2032-01-10");
    let died_unseen = facts("chart", "1950-01-01", &[(Death, "2026-01-10")]);
    assert_eq!(last_day(&["us-new-york"], &died_unseen), "indefinite");
}

#[test]
fn massachusetts_twenty_years_and_thirty_days_of_notice() {
    let record = facts("chart", "2020-06-01", &[(Discharge, "2024-03-15")]);
    let computed = compute(&record, &[policy(&["us-massachusetts"])], &today("2026-11-22"));
    assert_eq!(computed.last_day.to_string(), "2044-03-15");
    assert_eq!(computed.notice.expect("a notice").days, 30);
}

#[test]
fn north_carolina_eleven_years_and_minors_to_thirty() {
    let carolina = |born, date| one("us-north-carolina", "chart", born, Discharge, date);
    assert_eq!(carolina("1950-01-01", "2024-03-15"), "2035-03-15");
    assert_eq!(carolina("2020-06-01", "2024-03-15"), "2050-06-01");
    assert_eq!(carolina("2006-03-16", "2024-03-15"), "2036-03-16");
    assert_eq!(carolina("2006-03-15", "2024-03-15"), "2035-03-15");
}

#[test]
fn federal_five_years() {
    assert_eq!(one("us-federal-hospital", "chart", "2020-06-01", Discharge, "2024-03-15"), "2029-03-15");
    assert_eq!(one("us-federal-hospital", "chart", "", Encounter, "2024-03-15"), "2029-03-15");
}

#[test]
fn mammograms_ten_years_or_five_after_a_confirmed_further_one_and_the_state_if_longer() {
    let mut record = facts("mammography", "1960-01-01", &[(Examination, "2024-03-15")]);
    assert_eq!(last_day(&["us-mammography"], &record), "2034-03-15");
    record.events.push(event(9, FurtherExamination, "2025-04-01"));
    assert_eq!(last_day(&["us-mammography"], &record), "2034-03-15");
    record.events[1].confirmed = true;
    assert_eq!(last_day(&["us-mammography"], &record), "2029-03-15");
    assert_eq!(last_day(&["us-mammography", "us-california"], &record), "2031-03-15");
    assert_eq!(last_day(&["us-mammography", "us-massachusetts"], &record), "2044-03-15");
    // A mammogram made before this one is no further one.
    record.events[1].date = day("2023-04-01");
    assert_eq!(last_day(&["us-mammography"], &record), "2034-03-15");
}

#[test]
fn laboratory_two_years_and_pathology_ten() {
    assert_eq!(one("us-laboratory", "laboratory-report", "1950", Report, "2024-03-15"), "2026-03-15");
    assert_eq!(one("us-laboratory", "pathology-report", "1950", Report, "2024-03-15"), "2034-03-15");
}

#[test]
fn occupational_health_thirty_years_after_the_employment() {
    let osha = |class, kind| one("us-occupational-health", class, "1950", kind, "2024-03-15");
    assert_eq!(osha("occupational-health", EmploymentEnd), "2054-03-15");
    assert_eq!(osha("occupational-health", Encounter), "indefinite");
    assert_eq!(osha("occupational-exposure", Exposure), "2054-03-15");
}

#[test]
fn the_neutral_default_is_cautious_and_asks_for_a_decision() {
    let record = facts("chart", "2020-06-01", &[(Discharge, "2024-03-15")]);
    let computed = compute(&record, &[policy(&["neutral-default"])], &today("2026-11-22"));
    assert_eq!((computed.last_day.to_string(), computed.action), ("2048-06-01".to_owned(), Action::Review));
    assert_eq!(one("neutral-default", "chart", "1950-01-01", Discharge, "2024-03-15"), "2034-03-15");
}

#[test]
fn of_federal_and_state_rules_the_longest_wins() {
    let record = facts("chart", "1950-01-01", &[(Discharge, "2024-03-15")]);
    assert_eq!(last_day(&["us-federal-hospital", "us-california"], &record), "2031-03-15");
    assert_eq!(last_day(&["us-california", "us-north-carolina", "us-federal-hospital"], &record), "2035-03-15");
}

#[test]
fn the_explanation_of_a_date_reads_like_this() {
    let record = facts("chart", "2020-06-01", &[(Discharge, "2024-03-15")]);
    let computed = compute(&record, &[policy(&["us-california"])], &today("2026-11-22"));
    insta::assert_snapshot!(computed.explanation.join("\n"), @"
    Policy version 1, us-california revision 1, rule patient-record for chart (22 CCR 70751(c) (general acute care hospitals); likewise 22 CCR 75055(a) (primary care clinics); a secondary page was read, not the official text):
      7 years after the discharge on 2024-03-15: through 2031-03-15.
      The patient (born 2020-06-01) was a minor on 2024-03-15: through 2039-06-01, the day of turning 19.
    The latest day counts: kept through 2039-06-01 in America/Los_Angeles.
    ");
}
