//! What retention needs to know of one record, and which of its events stand.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::chart::{
    BirthDate, Digest, EventId, LastDay, PatientId, RecordClass, RecordId, TriggerEvent, TriggerKind, Withdrawal,
};

/// What retention needs to know of one record. Holds patient data: `Debug` hides it.
#[derive(Clone, Serialize)]
pub struct RecordFacts {
    /// The record.
    pub record: RecordId,
    /// Its classes; with several, or while a change of class is not confirmed, every one counts.
    pub classes: BTreeSet<RecordClass>,
    /// Its patient, and every patient merged with them.
    pub patients: BTreeSet<PatientId>,
    /// The birth dates of these patients, corrected ones too as long as the correction is not confirmed.
    pub births: Vec<BirthDate>,
    /// The events of the record and of these patients, corrected and withdrawn ones too.
    pub events: Vec<TriggerEvent>,
    /// First days of encounters whose last day is not known.
    pub open_encounters: BTreeSet<Date>,
    /// Decisions to keep it longer.
    pub exceptions: Vec<Exception>,
}

/// A decision to keep one record longer than the rules ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// Until when.
    pub until: LastDay,
    /// Why. No text about a patient.
    pub reason: String,
}

/// A day in the facility's time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Today {
    /// The day.
    pub date: Date,
    /// The facility's time zone.
    pub zone: TimeZone,
}

impl Today {
    /// Returns the day that it is at the facility.
    pub fn at(now: Timestamp, zone: TimeZone) -> Self {
        Self { date: now.to_zoned(zone.clone()).date(), zone }
    }

    /// Returns the zone's name.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// Returns the first instant after `day` in the facility's time zone; none at the end of representable time.
    pub fn end_of(&self, day: Date) -> Option<Timestamp> {
        let next = day.tomorrow().ok()?;
        Some(next.to_zoned(self.zone.clone()).ok()?.timestamp())
    }
}

impl RecordFacts {
    /// Returns the digest of everything that a computation depends on, in whichever order it was given.
    pub fn digest(&self) -> Digest {
        let mut sorted = self.clone();
        sorted.events.sort_by_key(|event| event.id);
        sorted.births.sort_by_key(|birth| birth.text());
        sorted.exceptions.sort_by_key(|exception| (exception.until, exception.reason.clone()));
        Digest::of(&serde_json_canonicalizer::to_vec(&sorted).unwrap_or_default())
    }

    /// Returns the events that count: neither corrected nor taken back, as far as a second person has confirmed that.
    pub(super) fn standing(&self) -> Vec<&TriggerEvent> {
        let replaced = self.replaced();
        let stands = |event: &&TriggerEvent| event.withdrawal != Withdrawal::Confirmed && !replaced.contains(&event.id);
        self.events.iter().filter(stands).collect()
    }

    /// Returns the corrections that nobody has confirmed; what they correct counts as well.
    pub(super) fn unconfirmed(&self) -> Vec<&TriggerEvent> {
        let open = |event: &&&TriggerEvent| event.supersedes.is_some() && !event.confirmed;
        self.standing().iter().filter(open).copied().collect()
    }

    /// Returns the events of one of `kinds` that count.
    pub(super) fn standing_of(&self, kinds: &BTreeSet<TriggerKind>) -> Vec<&TriggerEvent> {
        self.standing().into_iter().filter(|event| kinds.contains(&event.kind)).collect()
    }

    /// Returns the first day of an encounter that goes on, or whose end nobody has recorded.
    pub(super) fn going_on(&self) -> Option<Date> {
        let ends = |event: &&TriggerEvent| {
            matches!(event.kind, TriggerKind::Discharge | TriggerKind::Encounter | TriggerKind::Death)
        };
        let last = self.standing().into_iter().filter(ends).map(|event| event.date).max();
        self.open_encounters.iter().copied().find(|from| last.is_none_or(|last| last < *from))
    }

    /// Returns every event that a confirmed correction stands for, directly or through corrections in between.
    fn replaced(&self) -> BTreeSet<EventId> {
        let mut replaced = BTreeSet::new();
        let confirmed = self.events.iter().filter(|event| event.confirmed);
        let mut open: Vec<EventId> = confirmed.filter_map(|event| event.supersedes).collect();
        while let Some(id) = open.pop() {
            // A circle of corrections ends here too.
            if replaced.insert(id) {
                open.extend(self.events.iter().filter(|event| event.id == id).filter_map(|event| event.supersedes));
            }
        }
        replaced
    }
}

impl fmt::Debug for RecordFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordFacts").field("record", &self.record).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_that_of_the_facility() {
        let now: Timestamp = "2031-03-16T03:00:00Z".parse().expect("an instant");
        let day = |zone: &str| Today::at(now, TimeZone::get(zone).expect("a zone")).date.to_string();
        assert_eq!(day("America/Los_Angeles"), "2031-03-15");
        assert_eq!(day("Asia/Tokyo"), "2031-03-16");
    }

    #[test]
    fn a_day_ends_with_the_facilitys_midnight() {
        let zone = TimeZone::get("America/Los_Angeles").expect("a zone");
        let today = Today { date: Date::constant(2031, 3, 1), zone };
        let end = today.end_of(Date::constant(2031, 3, 15)).expect("a time").to_string();
        assert_eq!(end, "2031-03-16T07:00:00Z");
        assert_eq!(today.end_of(Date::MAX), None);
    }
}
