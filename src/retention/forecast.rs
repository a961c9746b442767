//! What the coming years bring: how many records become eligible in which year, under the policy as it binds today.

use std::collections::BTreeMap;

use serde::Serialize;

use super::plan::Plan;
use crate::chart::LastDay;

/// How many records become eligible when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Forecast {
    /// Records that are eligible already.
    pub eligible_now: u64,
    /// The years to come, each with its records, without gaps.
    pub years: Vec<YearCount>,
    /// Records that become eligible later than the last of these years.
    pub later: u64,
    /// Records without an end that is known today.
    pub indefinite: u64,
    /// Records, of all these, that a hold keeps; they are counted where their dates put them.
    pub held: u64,
    /// Records, of all these, that need a review first; they are counted where their dates put them.
    pub doubtful: u64,
}

/// The records of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct YearCount {
    /// The year.
    pub year: i16,
    /// Records whose last day is over within it.
    pub records: u64,
}

/// Counts plans by the year in which their records become eligible, from the year `from` through `until`.
pub fn forecast<'a>(plans: impl IntoIterator<Item = &'a Plan>, from: i16, until: i16) -> Forecast {
    let mut forecast = Forecast::default();
    let mut years: BTreeMap<i16, u64> = (from..=until).map(|year| (year, 0)).collect();
    for plan in plans {
        let has = |wanted: fn(&super::Reason) -> bool| u64::from(plan.reasons.iter().any(wanted));
        forecast.held += has(|reason| matches!(reason, super::Reason::Held { .. }));
        forecast.doubtful += has(|reason| matches!(reason, super::Reason::Doubtful(_)));
        if plan.is_eligible() {
            forecast.eligible_now += 1;
            continue;
        }
        let eligible = match plan.computation.last_day {
            LastDay::Indefinite => {
                forecast.indefinite += 1;
                continue;
            }
            LastDay::On(day) => day.tomorrow().map_or(i16::MAX, |day| day.year()),
        };
        // What is kept by a hold or a doubt beyond its last day belongs to the first year.
        match years.get_mut(&eligible.max(from)) {
            Some(count) => *count += 1,
            None => forecast.later += 1,
        }
    }
    forecast.years = years.into_iter().map(|(year, records)| YearCount { year, records }).collect();
    forecast
}
