//! Whether the store's locks are what policy and holds ask for.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::plan::{Plan, Reason};
use super::record_facts::Today;
use crate::chart::{LastDay, RecordId};

/// What the store should do with every version of every object of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExpectedLock {
    /// The record.
    pub record: RecordId,
    /// Whether the hold bit is set.
    pub held: bool,
    /// Whether a lock must be in force now.
    pub locked: bool,
    /// The end of the last day, which no lock is set beyond; none where no end is known.
    pub end: Option<Timestamp>,
    /// The end beyond which a lock is a difference: that of the last day, with some grace.
    pub at_most: Option<Timestamp>,
}

/// What the store really does with one version of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActualLock {
    /// The object's key.
    pub key: String,
    /// The version's id.
    pub version: String,
    /// When its lock ends.
    pub until: Option<Timestamp>,
    /// Whether its hold bit is set.
    pub held: bool,
}

/// One difference between what should be and what is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The record.
    pub record: RecordId,
    /// The object's key; none when the record has no object at all.
    pub key: Option<String>,
    /// The version's id.
    pub version: Option<String>,
    /// What differs.
    pub what: Mismatch,
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mismatch {
    /// The store has nothing of the record.
    NothingStored,
    /// A hold covers the record, and the version is not held.
    HoldMissing,
    /// No hold covers the record, and the version is held.
    HoldLeftOver,
    /// The record must be kept, and the version has no lock.
    LockMissing,
    /// The record must be kept, and the version's lock has ended.
    LockEnded {
        /// When.
        at: Timestamp,
    },
    /// The version's lock ends later than the policy allows.
    LockTooLong {
        /// When it ends.
        until: Timestamp,
        /// When it should at the latest.
        at_most: Timestamp,
    },
}

impl Mismatch {
    /// Returns the name as it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NothingStored => "nothing-stored",
            Self::HoldMissing => "hold-missing",
            Self::HoldLeftOver => "hold-left-over",
            Self::LockMissing => "lock-missing",
            Self::LockEnded { .. } => "lock-ended",
            Self::LockTooLong { .. } => "lock-too-long",
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingStored => f.write_str("the store has nothing of it"),
            Self::HoldMissing => f.write_str("a hold covers it, but the store does not hold it"),
            Self::HoldLeftOver => f.write_str("the store holds it, but no hold covers it"),
            Self::LockMissing => f.write_str("it must be kept, but the store has no lock on it"),
            Self::LockEnded { at } => write!(f, "it must be kept, but the store's lock ended at {at}"),
            Self::LockTooLong { until, at_most } => {
                write!(f, "the store locks it until {until}, the policy until {at_most} at most")
            }
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {}", self.record)?;
        if let (Some(key), Some(version)) = (&self.key, &self.version) {
            write!(f, ", {key} (version {version})")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// Locks shorter than this are not set: they would end while they are being set.
const SHORTEST: SignedDuration = SignedDuration::from_secs(10);
/// A record whose locks need nothing is looked at again after this, since the policy may have changed.
const AGAIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Returns what the store should do with a record. `grace` is how far beyond the last day a lock may reach before it is a
/// difference, for clocks that differ a little.
pub fn expected_lock(plan: &Plan, today: &Today, grace: SignedDuration) -> ExpectedLock {
    // While somebody has to look at a record, its date is not the last word.
    let doubtful = !plan.computation.doubts.is_empty();
    let end = match plan.computation.last_day {
        LastDay::On(day) if !doubtful => today.end_of(day),
        _ => None,
    };
    ExpectedLock {
        record: plan.record,
        held: plan.reasons.iter().any(|reason| matches!(reason, Reason::Held { .. })),
        // Beyond the last day a hold keeps the record; a lock would outlast the policy.
        locked: doubtful || plan.computation.last_day >= LastDay::On(today.date),
        end,
        at_most: end.and_then(|end| end.checked_add(grace).ok()),
    }
}

/// Returns until when something new is to be locked: for `length`, but never beyond the last day; none when there is nothing
/// to lock any more. Where no end is known, the lock is as short as any other and is renewed.
pub fn first_end(expected: &ExpectedLock, now: Timestamp, length: SignedDuration) -> Option<Timestamp> {
    let whole = now.saturating_add(length).ok()?;
    let wanted = expected.end.map_or(whole, |end| whole.min(end));
    let shortest = now.saturating_add(SHORTEST.min(length)).ok()?;
    (expected.locked && length.is_positive() && wanted >= shortest).then_some(wanted)
}

/// Returns until when a lock is to be extended now: when less than half of `length` is left of it, by the whole of
/// `length`, but never beyond the last day.
pub fn renewal(
    expected: &ExpectedLock,
    until: Option<Timestamp>,
    now: Timestamp,
    length: SignedDuration,
) -> Option<Timestamp> {
    let half = now.saturating_add(length / 2).ok()?;
    let wanted = first_end(expected, now, length)?;
    let runs_out = until.is_none_or(|until| until < half);
    (runs_out && until.is_none_or(|until| until < wanted)).then_some(wanted)
}

/// Returns when locks that end at `ends` have to be looked at again: when the first of them is past half its life, unless
/// it ends where the policy does; after a week at the latest.
pub fn look_again(
    expected: &ExpectedLock,
    ends: impl IntoIterator<Item = Option<Timestamp>>,
    now: Timestamp,
    length: SignedDuration,
) -> Timestamp {
    let latest = now.saturating_add(AGAIN).unwrap_or(Timestamp::MAX);
    if !expected.locked || !length.is_positive() {
        return latest;
    }
    let half_life = |end: Timestamp| end.checked_sub(length / 2).unwrap_or(now);
    let renewable = ends.into_iter().map(|end| end.unwrap_or(now));
    let renewable = renewable.filter(|end| expected.end.is_none_or(|last| *end < last));
    renewable.map(half_life).fold(latest, Timestamp::min).max(now)
}

/// Compares what should be with what is, for every version of every object of a record.
pub fn compare(expected: &ExpectedLock, actual: &[ActualLock], now: Timestamp) -> Vec<Difference> {
    let record = expected.record;
    if actual.is_empty() {
        return vec![Difference { record, key: None, version: None, what: Mismatch::NothingStored }];
    }
    let mut differences = Vec::new();
    for lock in actual {
        let mut add = |what| {
            let (key, version) = (Some(lock.key.clone()), Some(lock.version.clone()));
            differences.push(Difference { record, key, version, what });
        };
        match (expected.held, lock.held) {
            (true, false) => add(Mismatch::HoldMissing),
            (false, true) => add(Mismatch::HoldLeftOver),
            _ => {}
        }
        match lock.until {
            None if expected.locked => add(Mismatch::LockMissing),
            Some(at) if expected.locked && at <= now => add(Mismatch::LockEnded { at }),
            Some(until) => {
                if let Some(at_most) = expected.at_most.filter(|at_most| until > *at_most && until > now) {
                    add(Mismatch::LockTooLong { until, at_most });
                }
            }
            None => {}
        }
    }
    differences
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{facts, hold, patient, policy, today};
    use super::super::plan;
    use super::*;
    use crate::chart::{Hold, HoldScope, TriggerKind};

    const GRACE: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

    fn expected(on: &str, holds: &[Hold]) -> ExpectedLock {
        let record = facts("chart", "1950-01-01", &[(TriggerKind::Discharge, "2024-03-15")]);
        let planned = plan(&record, &[policy(&["us-california"])], holds, None, &today(on));
        expected_lock(&planned, &today(on), GRACE)
    }

    fn lock(until: Option<&str>, held: bool) -> ActualLock {
        let until = until.map(|until| until.parse().expect("an instant"));
        ActualLock { key: "records/a/original".into(), version: "1".into(), until, held }
    }

    fn found(on: &str, holds: &[Hold], actual: &[ActualLock]) -> Vec<Mismatch> {
        let now = today(on).date.to_zoned(today(on).zone).expect("a time").timestamp();
        compare(&expected(on, holds), actual, now).into_iter().map(|difference| difference.what).collect()
    }

    #[test]
    fn a_store_that_does_what_it_should_differs_in_nothing() {
        let kept = lock(Some("2027-01-01T00:00:00Z"), false);
        assert!(found("2026-11-22", &[], &[kept.clone(), kept]).is_empty());
        // After the last day no lock is needed, and one that has ended is none.
        assert!(found("2031-03-16", &[], &[lock(None, false), lock(Some("2030-01-01T00:00:00Z"), false)]).is_empty());
        let holds = [hold(HoldScope::Patient(patient(1)))];
        assert!(found("2031-04-01", &holds, &[lock(None, true)]).is_empty());
    }

    #[test]
    fn a_doubtful_record_is_locked_whatever_its_date() {
        let record = facts("chart", "", &[(TriggerKind::Discharge, "1990-03-15")]);
        let planned = plan(&record, &[policy(&["us-california"])], &[], None, &today("2026-11-22"));
        let expected = expected_lock(&planned, &today("2026-11-22"), GRACE);
        assert_eq!((expected.locked, expected.at_most), (true, None));
    }

    #[test]
    fn each_difference_is_listed_for_its_version() {
        let ended = "2026-01-01T00:00:00Z";
        let holds = [hold(HoldScope::Patient(patient(1)))];
        assert_eq!(found("2026-11-22", &[], &[]), [Mismatch::NothingStored]);
        assert_eq!(found("2026-11-22", &[], &[lock(None, false)]), [Mismatch::LockMissing]);
        assert!(matches!(found("2026-11-22", &[], &[lock(Some(ended), false)])[..], [Mismatch::LockEnded { .. }]));
        let good = "2027-01-01T00:00:00Z";
        assert_eq!(
            found("2026-11-22", &holds, &[lock(Some(good), true), lock(Some(good), false)]),
            [Mismatch::HoldMissing]
        );
        assert_eq!(found("2026-11-22", &[], &[lock(Some(good), true)]), [Mismatch::HoldLeftOver]);
        let long = found("2026-11-22", &[], &[lock(Some("2031-03-18T00:00:00Z"), false)]);
        assert!(matches!(long[..], [Mismatch::LockTooLong { .. }]), "{long:?}");
        // The lock may reach a day beyond the facility's midnight after the last day.
        assert!(found("2026-11-22", &[], &[lock(Some("2031-03-17T06:59:00Z"), false)]).is_empty());
    }

    #[test]
    fn a_lock_is_renewed_at_half_its_life_and_never_beyond_the_policy() {
        let year = jiff::SignedDuration::from_hours(365 * 24);
        let instant = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let wanted = |on: &str, until: Option<&str>| {
            let now = instant(&format!("{on}T12:00:00Z"));
            renewal(&expected(on, &[]), until.map(instant), now, year).map(|until| until.to_string())
        };
        assert_eq!(wanted("2026-01-01", None).as_deref(), Some("2027-01-01T12:00:00Z"));
        assert_eq!(wanted("2026-01-01", Some("2026-08-01T00:00:00Z")), None);
        assert_eq!(wanted("2026-01-01", Some("2026-06-01T00:00:00Z")).as_deref(), Some("2027-01-01T12:00:00Z"));
        // The last day is 2031-03-15, in Los Angeles.
        assert_eq!(wanted("2031-01-01", Some("2031-02-01T00:00:00Z")).as_deref(), Some("2031-03-16T07:00:00Z"));
        assert_eq!(wanted("2031-01-01", Some("2031-03-16T07:00:00Z")), None);
        assert_eq!(wanted("2031-03-16", None), None);
    }

    #[test]
    fn the_first_lock_ends_with_the_last_day_or_sooner() {
        let instant = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let year = SignedDuration::from_hours(365 * 24);
        let first = |on: &str, now: &str, length| {
            first_end(&expected(on, &[]), instant(now), length).map(|until| until.to_string())
        };
        assert_eq!(first("2026-01-01", "2026-01-01T12:00:00Z", year).as_deref(), Some("2027-01-01T12:00:00Z"));
        assert_eq!(first("2031-03-13", "2031-03-13T12:00:00Z", year).as_deref(), Some("2031-03-16T07:00:00Z"));
        assert_eq!(first("2031-03-15", "2031-03-16T06:59:30Z", year).as_deref(), Some("2031-03-16T07:00:00Z"));
        assert_eq!(first("2031-03-15", "2031-03-16T06:59:58Z", year), None, "it would end while it is set");
        assert_eq!(first("2031-03-16", "2031-03-16T12:00:00Z", year), None);
        assert_eq!(first("2026-01-01", "2026-01-01T12:00:00Z", SignedDuration::ZERO), None, "a site may lock nothing");
        // No policy knows an end: as short as any other lock.
        let mut endless = expected("2026-01-01", &[]);
        endless.end = None;
        let short = first_end(&endless, instant("2026-01-01T00:00:00Z"), SignedDuration::from_hours(1));
        assert_eq!(short, Some(instant("2026-01-01T01:00:00Z")));
    }

    #[test]
    fn locks_are_looked_at_when_the_first_is_past_half_its_life() {
        let instant = |text: &str| text.parse::<Timestamp>().expect("an instant");
        let (now, day) = (instant("2031-01-01T00:00:00Z"), SignedDuration::from_hours(24));
        let look = |on: &str, ends: &[&str]| {
            let ends: Vec<_> = ends.iter().map(|end| Some(instant(end))).collect();
            look_again(&expected(on, &[]), ends, now, 2 * day).to_string()
        };
        assert_eq!(look("2031-01-01", &["2031-01-03T00:00:00Z", "2031-01-02T12:00:00Z"]), "2031-01-01T12:00:00Z");
        assert_eq!(look("2031-01-01", &["2031-01-01T06:00:00Z"]), "2031-01-01T00:00:00Z", "it is late already");
        assert_eq!(look("2031-01-01", &["2031-03-16T07:00:00Z"]), "2031-01-08T00:00:00Z", "it cannot be extended");
        assert_eq!(look("2032-01-01", &["2031-01-01T06:00:00Z"]), "2031-01-08T00:00:00Z", "nothing is to be locked");
    }

    #[test]
    fn a_difference_is_told_in_words() {
        let now = "2026-11-22T00:00:00Z".parse().expect("an instant");
        let text = compare(&expected("2026-11-22", &[]), &[lock(None, true)], now)[0].to_string();
        assert!(text.ends_with("records/a/original (version 1): the store holds it, but no hold covers it"), "{text}");
    }
}
