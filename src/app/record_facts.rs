//! What retention has to know of a record, gathered from what its versions said, events, merges and exceptions.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{App, AppError};
use crate::chart::{
    BirthDate, Digest, Encounter, EventId, EventSubject, PatientId, RecordId, TriggerEvent, TriggerKind, Withdrawal,
};
use crate::retention::{Exception, RecordFacts};
use crate::store::{RecordHistory, VersionHistory};

impl App {
    /// Gathers what retention has to know of a record.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn record_facts(&self, record: RecordId) -> Result<RecordFacts, AppError> {
        let history = self.store.record_history(record).await?;
        let counting = counting(&history.versions);
        let mut patients = BTreeSet::new();
        for patient in counting.iter().map(|version| version.patient) {
            if !patients.contains(&patient) {
                patients.extend(self.store.merged_patients(patient).await?);
            }
        }
        let mut births: Vec<BirthDate> = counting.iter().filter_map(|version| version.born).collect();
        let told = |patient: &PatientId| {
            let known = |version: &VersionHistory| version.born.is_some_and(|born| born != BirthDate::Unknown);
            counting.iter().any(|version| version.patient == *patient && known(version))
        };
        for patient in patients.iter().filter(|patient| !told(patient)) {
            births.extend(self.store.patient(*patient).await?.map(|patient| patient.born));
        }
        let mut events = encounter_events(record, counting, &self.zone());
        events.extend(late_filings(&history, &self.zone()));
        events.extend(self.store.events_about(record, &patients).await?.into_iter().map(|row| row.event));
        let exceptions = self.store.exceptions_of(record).await?.into_iter();
        Ok(RecordFacts {
            record,
            classes: counting.iter().map(|version| version.class.clone()).collect(),
            patients,
            births,
            events,
            open_encounters: encounters(counting)
                .filter(|encounter| encounter.to.is_none())
                .map(|one| one.from)
                .collect(),
            exceptions: exceptions.map(|(until, reason)| Exception { until, reason }).collect(),
        })
    }
}

/// Returns the versions that count: the newest, and those before it back to the newest that a second person has looked at.
fn counting(versions: &[VersionHistory]) -> &[VersionHistory] {
    let confirmed = versions.iter().rposition(|version| version.confirmed);
    &versions[confirmed.unwrap_or(0)..]
}

fn encounters(versions: &[VersionHistory]) -> impl Iterator<Item = Encounter> {
    versions.iter().flat_map(|version| version.encounters.iter().copied())
}

/// Makes events of the ends of encounters: a visit where it began and ended on one day, else a discharge.
fn encounter_events(record: RecordId, versions: &[VersionHistory], zone: &TimeZone) -> Vec<TriggerEvent> {
    let ended: BTreeSet<Encounter> = encounters(versions).filter(|encounter| encounter.to.is_some()).collect();
    let event = |encounter: Encounter| {
        let date = encounter.to?;
        let kind = if encounter.from == date { TriggerKind::Encounter } else { TriggerKind::Discharge };
        Some(derived(record, kind, date, zone, "encounter of the record"))
    };
    ended.into_iter().filter_map(event).collect()
}

/// Makes an event of each version that was made because pages came late, also of those that no longer count.
fn late_filings(history: &RecordHistory, zone: &TimeZone) -> Vec<TriggerEvent> {
    let late = history.versions.iter().filter(|version| version.late_pages);
    let date = |version: &VersionHistory| version.accepted_at.to_zoned(zone.clone()).date();
    let mut events: Vec<TriggerEvent> = late
        .map(|version| {
            derived(history.record, TriggerKind::LateFiling, date(version), zone, "late pages of the record")
        })
        .collect();
    events.dedup_by_key(|event| event.id);
    events
}

/// Makes an event out of what a record says itself; the same words always give the same id.
fn derived(
    record: RecordId,
    kind: TriggerKind,
    date: jiff::civil::Date,
    zone: &TimeZone,
    source: &str,
) -> TriggerEvent {
    let digest = Digest::of(format!("{record} {kind} {date}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    TriggerEvent {
        id: EventId::from_uuid(Uuid::from_bytes(bytes)),
        subject: EventSubject::Record(record),
        kind,
        date,
        zone: zone.iana_name().unwrap_or("UTC").to_owned(),
        source: source.to_owned(),
        supersedes: None,
        confirmed: false,
        withdrawal: Withdrawal::None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn version(number: u32, confirmed: bool, encounters: &[(&str, Option<&str>)]) -> VersionHistory {
        let day = |text: &str| text.parse().expect("a date");
        VersionHistory {
            version: number,
            patient: PatientId::from_uuid(Uuid::from_u128(1)),
            class: "chart".parse().expect("a class"),
            born: None,
            encounters: encounters.iter().map(|(from, to)| Encounter { from: day(from), to: to.map(day) }).collect(),
            late_pages: number == 2,
            accepted_at: Timestamp::from_second(1_900_000_000).expect("an instant"),
            confirmed,
        }
    }

    #[test]
    fn a_correction_counts_beside_what_it_corrects_until_a_second_person_has_looked_at_it() {
        let numbers = |confirmed: [bool; 3]| {
            let versions: Vec<VersionHistory> =
                (1..).zip(confirmed).map(|(number, confirmed)| version(number, confirmed, &[])).collect();
            counting(&versions).iter().map(|version| version.version).collect::<Vec<_>>()
        };
        assert_eq!(numbers([false, false, false]), [1, 2, 3]);
        assert_eq!(numbers([true, false, false]), [1, 2, 3]);
        assert_eq!(numbers([false, true, false]), [2, 3]);
        assert_eq!(numbers([false, false, true]), [3]);
        assert!(counting(&[]).is_empty());
    }

    #[test]
    fn encounters_become_events_once_and_late_pages_reopen() {
        let record = RecordId::from_uuid(Uuid::from_u128(9));
        let same = [("2024-01-01", Some("2024-03-15")), ("2024-05-01", Some("2024-05-01")), ("2025-01-01", None)];
        let versions = vec![version(1, false, &same), version(2, false, &same)];
        let events = encounter_events(record, &versions, &TimeZone::UTC);
        let told: Vec<(TriggerKind, String)> =
            events.iter().map(|event| (event.kind, event.date.to_string())).collect();
        assert_eq!(
            told,
            [(TriggerKind::Discharge, "2024-03-15".into()), (TriggerKind::Encounter, "2024-05-01".into())]
        );
        let late = late_filings(&RecordHistory { record, versions }, &TimeZone::UTC);
        assert_eq!(
            (late.len(), late[0].kind, late[0].date.to_string()),
            (1, TriggerKind::LateFiling, "2030-03-17".into())
        );
    }
}
