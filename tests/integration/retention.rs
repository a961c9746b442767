//! Facts about policies, events, merges and holds: what they make, what is refused, and that a replay makes the same.

use jiff::Timestamp;
use jiff::civil::Date;
use muniment::chart::facts::{Acceptance, HoldFact, PeopleFact, RecordFact, RetentionFact};
use muniment::chart::{
    Actor, Digest, DocumentId, Encounter, EventId, EventSubject, Fact, HoldId, HoldScope, LastDay, LedgerEntry,
    PatientId, PersonId, RecordId, Role, TriggerKind, Withdrawal,
};
use muniment::store::{ComputationRow, Store, StoreError};
use uuid::Uuid;

use crate::support::postgres::Postgres;

/// Three administrators and one who has no role.
const ANN: u128 = 1;
const BEN: u128 = 2;
const CAT: u128 = 3;
const NOBODY: u128 = 4;

macro_rules! contract {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                let folder = tempfile::tempdir().unwrap();
                let url = |name: &str| format!("sqlite:{}", folder.path().join(name).display());
                let (site, copy) = (super::Site::open(&url("a.db")).await, url("b.db"));
                super::$name(&site).await;
                site.is_replayed_into(&copy).await;
            })*
        }

        /// One server for all: each part of the contract has databases of its own.
        #[test]
        fn contract_on_postgres() {
            let Some(postgres) = Postgres::start() else { return };
            let runtime = tokio::runtime::Runtime::new().unwrap();
            $(runtime.block_on(async {
                let site = Site::open(&postgres.database(stringify!($name))).await;
                $name(&site).await;
                site.is_replayed_into(&postgres.database(concat!("copy_of_", stringify!($name)))).await;
                println!("on PostgreSQL: {} holds", stringify!($name));
            });)*
        }
    };
}

contract! {
    a_policy_is_approved_by_a_second_person_and_never_deleted,
    a_version_keeps_shorter_once_two_people_have_approved_it_in_force,
    events_are_corrected_and_withdrawn_by_two,
    merges_are_taken_back_by_two,
    a_hold_is_placed_by_one_and_released_by_two,
    exceptions_are_for_administrators,
    computations_are_added_and_never_changed,
}

struct Site {
    store: Store,
    begun: Timestamp,
}

impl Site {
    /// Opens a database with people, two patients and two records.
    async fn open(url: &str) -> Self {
        let store = Store::open(url).await.unwrap();
        let site = Self { store, begun: "2026-11-22T12:00:00Z".parse().unwrap() };
        for (number, name) in [(ANN, "Ann"), (BEN, "Ben"), (CAT, "Cat"), (NOBODY, "Dan")] {
            let added = PeopleFact::Added { person: person(number), name: name.into(), login: None };
            site.tell(ANN, Fact::People(added)).await.unwrap();
            if number != NOBODY {
                let granted = PeopleFact::Granted { person: person(number), role: Role::Administrator };
                site.tell(ANN, Fact::People(granted)).await.unwrap();
            }
        }
        for number in [1, 2] {
            let acceptance = Acceptance {
                record: record(number),
                version: 1,
                document: DocumentId::from_uuid(Uuid::from_u128(number)),
                patient: patient(number),
                kind: "discharge-summary".parse().unwrap(),
                class: "chart".parse().unwrap(),
                encounters: vec![Encounter { from: day("2024-03-01"), to: Some(day("2024-03-15")) }],
                scans: vec![Digest::of(b"scan")],
                pages: 3,
                rule: None,
                correction: None,
                final_at: site.begun,
                second_review: false,
            };
            site.tell(ANN, Fact::Record(RecordFact::Accepted(acceptance))).await.unwrap();
        }
        site
    }

    async fn tell(&self, by: u128, fact: Fact) -> Result<(), StoreError> {
        self.store.record(Actor::Person(person(by)), self.begun, &[fact]).await.map(drop)
    }

    async fn retention(&self, by: u128, fact: RetentionFact) -> Result<(), StoreError> {
        self.tell(by, Fact::Retention(fact)).await
    }

    async fn hold(&self, by: u128, fact: HoldFact) -> Result<(), StoreError> {
        self.tell(by, Fact::Hold(fact)).await
    }

    /// Replays the ledger into an empty database: every table must say the same, and refused facts must have left nothing.
    async fn is_replayed_into(&self, url: &str) {
        let copy = Store::open(url).await.unwrap();
        let entries: Vec<LedgerEntry> = self
            .store
            .ledger_entries(0, 1000)
            .await
            .unwrap()
            .iter()
            .map(|entry| serde_json::from_str(&entry.text).unwrap())
            .collect();
        copy.replay(&entries).await.unwrap();
        assert_eq!(copy.policies().await.unwrap(), self.store.policies().await.unwrap());
        assert_eq!(copy.holds(true).await.unwrap(), self.store.holds(true).await.unwrap());
        assert_eq!(copy.merges().await.unwrap(), self.store.merges().await.unwrap());
        for number in [1, 2] {
            let patients = self.store.merged_patients(patient(number)).await.unwrap();
            assert_eq!(copy.merged_patients(patient(number)).await.unwrap(), patients);
            let events = self.store.events_about(record(number), &patients).await.unwrap();
            assert_eq!(copy.events_about(record(number), &patients).await.unwrap(), events);
            let exceptions = self.store.exceptions_of(record(number)).await.unwrap();
            assert_eq!(copy.exceptions_of(record(number)).await.unwrap(), exceptions);
            let history = self.store.record_history(record(number)).await.unwrap();
            assert_eq!(copy.record_history(record(number)).await.unwrap(), history);
        }
        copy.close().await;
        self.store.close().await;
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn person(number: u128) -> PersonId {
    PersonId::from_uuid(Uuid::from_u128(0x1000 + number))
}

fn record(number: u128) -> RecordId {
    RecordId::from_uuid(Uuid::from_u128(0x2000 + number))
}

fn patient(number: u128) -> PatientId {
    PatientId::from_uuid(Uuid::from_u128(0x3000 + number))
}

fn event(number: u128) -> EventId {
    EventId::from_uuid(Uuid::from_u128(0x4000 + number))
}

fn refused(result: Result<(), StoreError>, part: &str) {
    match result {
        Err(StoreError::Refused { why }) => assert!(why.contains(part), "{part:?} is missing in: {why}"),
        other => panic!("{part}: {other:?} instead of a refusal"),
    }
}

fn draft(version: u32, effective_from: &str) -> RetentionFact {
    RetentionFact::PolicyDrafted {
        version,
        effective_from: day(effective_from),
        policy: format!("{{\"version\":{version}}}"),
        reason: "state law".into(),
    }
}

fn approval(version: u32) -> RetentionFact {
    RetentionFact::PolicyApproved { version, on: day("2026-11-22") }
}

async fn a_policy_is_approved_by_a_second_person_and_never_deleted(site: &Site) {
    refused(site.retention(NOBODY, draft(1, "2026-12-01")).await, "administrator");
    refused(site.retention(ANN, draft(2, "2026-12-01")).await, "draft again");
    site.retention(ANN, draft(1, "2026-12-01")).await.unwrap();
    refused(site.retention(ANN, approval(1)).await, "second person");
    refused(site.retention(NOBODY, approval(1)).await, "administrator");
    refused(site.retention(BEN, approval(7)).await, "no version 7");
    let back_dated = RetentionFact::PolicyApproved { version: 1, on: day("2026-11-01") };
    refused(site.retention(BEN, back_dated).await, "past day");
    assert_eq!(site.store.policies().await.unwrap()[0].in_force_from(), None);
    site.retention(BEN, approval(1)).await.unwrap();
    refused(site.retention(CAT, approval(1)).await, "approved already");
    refused(site.retention(BEN, RetentionFact::PolicyWithdrawn { version: 1 }).await, "stays for good");
    site.retention(ANN, draft(2, "2026-01-01")).await.unwrap();
    site.retention(CAT, RetentionFact::PolicyWithdrawn { version: 2 }).await.unwrap();
    refused(site.retention(BEN, approval(2)).await, "was withdrawn");
    // A version that was to be in force before its approval is in force from the approval.
    site.retention(ANN, draft(3, "2026-01-01")).await.unwrap();
    site.retention(BEN, approval(3)).await.unwrap();
    let rows = site.store.policies().await.unwrap();
    let days: Vec<_> = rows.iter().map(|row| row.in_force_from().map(|day| day.to_string())).collect();
    assert_eq!(days, [Some("2026-12-01".into()), None, Some("2026-11-22".into())]);
}

async fn a_version_keeps_shorter_once_two_people_have_approved_it_in_force(site: &Site) {
    let shorten = |version| RetentionFact::ShorteningApproved {
        version,
        on: day("2026-11-22"),
        review: "looked at 40 records that become shorter".into(),
    };
    for (version, from) in [(1, "2026-11-01"), (2, "2026-11-20"), (3, "2026-12-01")] {
        site.retention(ANN, draft(version, from)).await.unwrap();
        site.retention(BEN, approval(version)).await.unwrap();
    }
    refused(site.retention(BEN, shorten(1)).await, "not in force");
    refused(site.retention(BEN, shorten(3)).await, "not in force");
    refused(site.retention(ANN, shorten(2)).await, "their own policy");
    site.retention(BEN, shorten(2)).await.unwrap();
    assert_eq!(site.store.policies().await.unwrap()[1].may_shorten_from, None);
    refused(site.retention(BEN, shorten(2)).await, "second person");
    site.retention(CAT, shorten(2)).await.unwrap();
    let row = &site.store.policies().await.unwrap()[1];
    assert_eq!((row.may_shorten_from, row.shortening_approvers.len()), (Some(day("2026-11-22")), 2));
}

async fn events_are_corrected_and_withdrawn_by_two(site: &Site) {
    let recorded = |number, subject, date: &str, supersedes| RetentionFact::EventRecorded {
        event: event(number),
        subject,
        kind: TriggerKind::Discharge,
        date: day(date),
        zone: "America/Los_Angeles".into(),
        source: "admissions register".into(),
        supersedes,
    };
    let of_record = EventSubject::Record(record(1));
    site.retention(NOBODY, recorded(1, of_record, "2024-03-15", None)).await.unwrap();
    refused(site.retention(ANN, recorded(1, of_record, "2024-03-15", None)).await, "recorded already");
    refused(site.retention(ANN, recorded(2, EventSubject::Record(record(9)), "2024-03-15", None)).await, "no record");
    let other = EventSubject::Patient(patient(1));
    refused(site.retention(ANN, recorded(2, other, "2023-03-15", Some(event(1)))).await, "same record");
    refused(site.retention(ANN, recorded(2, of_record, "2023-03-15", Some(event(8)))).await, "no event");
    site.retention(ANN, recorded(2, of_record, "2023-03-15", Some(event(1)))).await.unwrap();
    site.retention(ANN, recorded(3, other, "2025-01-01", None)).await.unwrap();
    let confirm = |number| RetentionFact::EventConfirmed { event: event(number) };
    refused(site.retention(ANN, confirm(2)).await, "second person");
    site.retention(BEN, confirm(2)).await.unwrap();
    let withdraw = RetentionFact::EventWithdrawn { event: event(3), reason: "another patient's".into() };
    let agree = RetentionFact::WithdrawalConfirmed { event: event(3) };
    refused(site.retention(BEN, agree.clone()).await, "nobody has withdrawn");
    site.retention(BEN, withdraw).await.unwrap();
    refused(site.retention(BEN, agree.clone()).await, "second person");
    let events = site.store.events_about(record(1), &[patient(1)].into()).await.unwrap();
    assert_eq!(events[2].event.withdrawal, Withdrawal::Proposed);
    site.retention(ANN, agree).await.unwrap();
    let events = site.store.events_about(record(1), &[patient(1)].into()).await.unwrap();
    assert_eq!(events.len(), 3);
    assert_eq!(events[2].event.withdrawal, Withdrawal::Confirmed);
    assert!(events[1].event.confirmed && events[1].event.supersedes == Some(event(1)));
    assert!(site.store.events_about(record(2), &[patient(2)].into()).await.unwrap().is_empty());
}

async fn merges_are_taken_back_by_two(site: &Site) {
    let merged = |from, into| RetentionFact::PatientsMerged {
        from: patient(from),
        into: patient(into),
        source: "ADT A40".into(),
    };
    refused(site.retention(ANN, merged(1, 1)).await, "themselves");
    site.retention(ANN, merged(1, 2)).await.unwrap();
    site.retention(ANN, merged(2, 3)).await.unwrap();
    refused(site.retention(ANN, merged(1, 3)).await, "merged into another");
    let group = |number| site.store.merged_patients(patient(number));
    assert_eq!(group(1).await.unwrap(), [patient(1), patient(2), patient(3)].into());
    assert_eq!(group(3).await.unwrap().len(), 3);
    let (from, into) = (patient(1), patient(2));
    let undo = RetentionFact::UnmergeProposed { from, into, reason: "two people".into() };
    refused(site.retention(ANN, RetentionFact::UnmergeConfirmed { from, into }).await, "nobody has proposed");
    site.retention(ANN, undo.clone()).await.unwrap();
    refused(site.retention(BEN, undo).await, "proposed already");
    refused(site.retention(ANN, RetentionFact::UnmergeConfirmed { from, into }).await, "second person");
    // For retention and holds the two are one until a second person has agreed.
    assert_eq!(group(1).await.unwrap().len(), 3);
    site.retention(BEN, RetentionFact::UnmergeConfirmed { from, into }).await.unwrap();
    assert_eq!(group(1).await.unwrap(), [patient(1)].into());
    assert_eq!(group(3).await.unwrap(), [patient(2), patient(3)].into());
    refused(site.retention(BEN, RetentionFact::UnmergeConfirmed { from, into }).await, "not merged");
    // Merged once more, it is a merge of its own.
    site.retention(ANN, merged(1, 3)).await.unwrap();
    assert_eq!(group(1).await.unwrap().len(), 3);
}

async fn a_hold_is_placed_by_one_and_released_by_two(site: &Site) {
    let id = HoldId::from_uuid(Uuid::from_u128(0x5001));
    let placed = |matter: &str| HoldFact::Placed {
        hold: id,
        matter: matter.into(),
        reason: "subpoena of 2026-11-20".into(),
        custodian: "legal department".into(),
        scope: HoldScope::Patient(patient(1)),
        members: [record(1)].into(),
    };
    refused(site.hold(NOBODY, placed("2026-CV-0042")).await, "administrator");
    refused(site.hold(ANN, placed(" ")).await, "matter is empty");
    site.hold(ANN, placed("2026-CV-0042")).await.unwrap();
    refused(site.hold(ANN, placed("2026-CV-0042")).await, "placed already");
    let matched = HoldFact::Matched { hold: id, records: [record(1), record(2)].into() };
    let fact = [Fact::Hold(matched)];
    site.store.record(Actor::Program, site.begun, &fact).await.unwrap();
    assert_eq!(site.store.holds_of(record(2)).await.unwrap(), [id]);
    refused(site.hold(BEN, HoldFact::ReleaseConfirmed { hold: id }).await, "nobody has proposed");
    let propose = HoldFact::ReleaseProposed { hold: id, reason: "settled".into() };
    site.hold(ANN, propose.clone()).await.unwrap();
    refused(site.hold(BEN, propose.clone()).await, "proposed already");
    refused(site.hold(ANN, HoldFact::ReleaseConfirmed { hold: id }).await, "second person");
    site.hold(BEN, HoldFact::ReleaseDeclined { hold: id }).await.unwrap();
    refused(site.hold(BEN, HoldFact::ReleaseConfirmed { hold: id }).await, "nobody has proposed");
    assert_eq!(site.store.holds_of(record(1)).await.unwrap(), [id]);
    site.hold(ANN, propose).await.unwrap();
    refused(site.hold(NOBODY, HoldFact::ReleaseConfirmed { hold: id }).await, "administrator");
    site.hold(CAT, HoldFact::ReleaseConfirmed { hold: id }).await.unwrap();
    assert!(site.store.holds_of(record(1)).await.unwrap().is_empty());
    assert!(site.store.holds(false).await.unwrap().is_empty());
    let row = &site.store.holds_named("2026-CV-0042", 2).await.unwrap()[0];
    assert!(row.hold.released && row.hold.members.len() == 2);
    refused(site.hold(ANN, HoldFact::Matched { hold: id, records: [].into() }).await, "is released");
}

async fn exceptions_are_for_administrators(site: &Site) {
    let exception = |record, until| RetentionFact::ExceptionGranted { record, until, reason: "study 7".into() };
    let until = LastDay::On(day("2050-01-01"));
    refused(site.retention(NOBODY, exception(record(1), until)).await, "administrator");
    refused(site.retention(ANN, exception(record(9), until)).await, "no record");
    site.retention(ANN, exception(record(1), until)).await.unwrap();
    site.retention(ANN, exception(record(1), LastDay::Indefinite)).await.unwrap();
    let kept: Vec<LastDay> =
        site.store.exceptions_of(record(1)).await.unwrap().into_iter().map(|(until, _)| until).collect();
    assert_eq!(kept, [until, LastDay::Indefinite]);
}

async fn computations_are_added_and_never_changed(site: &Site) {
    let row = |last_day: LastDay, inputs: &str| ComputationRow {
        record: record(1),
        computed_at: site.begun,
        for_day: day("2026-11-22"),
        last_day,
        inputs_digest: Digest::of(inputs.as_bytes()),
        body: "{}".into(),
    };
    let (one, other) = (row(LastDay::Indefinite, "a"), row(LastDay::On(day("2031-03-15")), "b"));
    assert_eq!(site.store.keep_computations(&[one.clone(), one.clone(), other.clone()]).await.unwrap(), 2);
    assert_eq!(site.store.keep_computations(std::slice::from_ref(&other)).await.unwrap(), 0);
    assert_eq!(site.store.keep_computations(std::slice::from_ref(&one)).await.unwrap(), 1);
    assert_eq!(site.store.computations(record(1)).await.unwrap(), [one.clone(), other, one]);
    site.store.blank_computations(record(1)).await.unwrap();
    let rows = site.store.computations(record(1)).await.unwrap();
    assert!(rows.len() == 3 && rows.iter().all(|row| row.body.is_empty()));
}
