//! Requests for records, what was given out for them, and who read what.

use muniment::chart::facts::{
    Acceptance, AccessFact, PeopleFact, RecordFact, ReleasedRecord, RequestFact, RetentionFact,
};
use muniment::chart::{
    Actor, Encounter, Fact, PatientId, PersonId, RecordId, RequestAuthority, RequestId, RequestPurpose, RequestScope,
    Role, answer_due,
};
use muniment::store::{AccessFilter, RequestFilter, RequestState};

use super::*;

const ADMINISTRATOR: u128 = 1;
const REQUESTER: u128 = 2;
const REVIEWER: u128 = 3;

fn person(number: u128) -> PersonId {
    PersonId::from_uuid(uuid(0x7100_0000 + number))
}

fn patient(number: u128) -> PatientId {
    PatientId::from_uuid(uuid(0x7200_0000 + number))
}

fn record(number: u128) -> RecordId {
    RecordId::from_uuid(uuid(0x7300_0000 + number))
}

fn request(number: u128) -> RequestId {
    RequestId::from_uuid(uuid(0x7400_0000 + number))
}

async fn tell(store: &Store, by: u128, fact: Fact) -> Result<(), StoreError> {
    store.record(Actor::Person(person(by)), at(0), &[fact]).await.map(drop)
}

/// Three people; a record each of three patients, of whom the first two are one.
async fn filled(store: &Store) {
    for (number, role) in
        [(ADMINISTRATOR, Role::Administrator), (REQUESTER, Role::Requester), (REVIEWER, Role::Reviewer)]
    {
        let added = PeopleFact::Added { person: person(number), name: role.name().into(), login: None };
        tell(store, ADMINISTRATOR, Fact::People(added)).await.expect("adds");
        let granted = PeopleFact::Granted { person: person(number), role };
        tell(store, ADMINISTRATOR, Fact::People(granted)).await.expect("grants");
    }
    let march = Encounter { from: "2023-03-01".parse().expect("a day"), to: None };
    for (number, encounters) in [(1, vec![march]), (2, vec![]), (3, vec![march])] {
        let accepted = RecordFact::Accepted(Acceptance {
            record: record(number),
            version: 1,
            document: document_id(number),
            patient: patient(number),
            kind: "progress-note".parse().expect("a type"),
            class: "chart".parse().expect("a class"),
            encounters,
            scans: vec![Digest::of(b"scan")],
            pages: 1,
            rule: None,
            correction: None,
            final_at: at(0),
            second_review: false,
        });
        let inventory = "ab".repeat(64);
        let deposited =
            RecordFact::Deposited { record: record(number), version: 1, inventory, bytes: 1, locked_until: None };
        for fact in [accepted, deposited] {
            tell(store, ADMINISTRATOR, Fact::Record(fact)).await.expect("archives");
        }
    }
    let merged = RetentionFact::PatientsMerged { from: patient(2), into: patient(1), source: "index".into() };
    tell(store, ADMINISTRATOR, Fact::Retention(merged)).await.expect("merges");
}

fn opened(number: u128, scope: RequestScope) -> RequestFact {
    let received = "2023-11-14".parse().expect("a day");
    RequestFact::Opened {
        request: request(number),
        patient: patient(1),
        scope,
        purpose: RequestPurpose::Judicial,
        authority: RequestAuthority::Subpoena,
        received,
        due: answer_due(received, false),
        recipient: Digest::of(b"somebody"),
    }
}

fn released(number: u128, records: &[(u128, u32)]) -> Fact {
    let records = records.iter().map(|(number, version)| ReleasedRecord { record: record(*number), version: *version });
    Fact::Request(RequestFact::Released {
        request: request(number),
        records: records.collect(),
        format: "pdf".into(),
        manifest: Digest::of(b"manifest"),
    })
}

fn refused(result: Result<(), StoreError>, part: &str) {
    match result {
        Err(StoreError::Refused { why }) => assert!(why.contains(part), "{part:?} is missing in: {why}"),
        other => panic!("{part}: {other:?} instead of a refusal"),
    }
}

pub async fn a_request_gives_out_what_it_asks_for_and_nothing_else(store: Store) {
    filled(&store).await;
    let by = Actor::Person(person(REQUESTER));
    let march = RequestScope::Encounter { from: "2023-03-01".parse().expect("a day") };
    for (number, scope) in [(1, march), (2, RequestScope::Everything)] {
        let fact = Fact::Request(opened(number, scope));
        store.open_request(by, at(0), fact, request(number), "somebody").await.expect("opens");
    }
    let twice =
        store.open_request(by, at(0), Fact::Request(opened(1, RequestScope::Everything)), request(1), "x").await;
    refused(twice, "exists already");
    assert_eq!(store.request_recipient(request(1)).await.expect("reads").as_deref(), Some("somebody"));

    // The answer is put off once, in time.
    let on = "2023-11-14".parse().expect("a day");
    let extended = |number, due| {
        let reason = "storage".to_owned();
        Fact::Request(RequestFact::Extended { request: request(number), on, due, reason })
    };
    let due = answer_due(on, true);
    refused(tell(&store, REVIEWER, extended(2, answer_due(on, false))).await, "30 days");
    refused(tell(&store, REQUESTER, extended(2, due)).await, "asked for themselves");
    tell(&store, REVIEWER, extended(2, due)).await.expect("extends");
    refused(tell(&store, REVIEWER, extended(2, due)).await, "no second time");
    let waiting = store.requests(RequestFilter::default(), None, 1).await.expect("lists");
    assert_eq!(waiting[0].id, request(1), "what is due first comes first");
    let rest = store.requests(RequestFilter::default(), Some(request(1)), 9).await.expect("lists");
    assert_eq!(rest.iter().map(|row| (row.id, row.state)).collect::<Vec<_>>(), [(request(2), RequestState::Extended)]);

    // Patients who were found to be one are one; nobody else's record, and no other version.
    refused(tell(&store, REVIEWER, released(1, &[(3, 1)])).await, "of this patient");
    refused(tell(&store, REVIEWER, released(1, &[(1, 2)])).await, "newer version");
    refused(tell(&store, REQUESTER, released(1, &[(1, 1)])).await, "asked for themselves");
    assert!(store.releases(request(1)).await.expect("lists").is_empty(), "nothing is left of what was refused");
    tell(&store, REVIEWER, released(1, &[(1, 1), (2, 1)])).await.expect("releases");
    let releases = store.releases(request(1)).await.expect("lists");
    assert_eq!((releases.len(), releases[0].records.len()), (1, 2));
    let mine = RequestFilter { opened_by: Some(person(REVIEWER)), assigned_to: Some(person(REVIEWER)), closed: true };
    assert!(store.requests(mine, None, 9).await.expect("lists").is_empty());
    let all = RequestFilter { closed: true, ..RequestFilter::default() };
    assert_eq!(store.requests(all, None, 9).await.expect("lists")[0].state, RequestState::Released);
    assert!(store.requests(all, Some(request(1)), 9).await.expect("lists").is_empty());
}

pub async fn accesses_are_found_by_person_by_record_and_by_chart(store: Store) {
    filled(&store).await;
    let viewed = |number, page| AccessFact::Viewed { document: document_id(number), page };
    for (by, fact) in [
        (REVIEWER, viewed(1, Some(2))),
        (REVIEWER, viewed(3, None)),
        (REQUESTER, AccessFact::RecordViewed { record: record(2) }),
        (REQUESTER, AccessFact::SignedOut),
        (REVIEWER, AccessFact::ChartViewed { patient: patient(1) }),
    ] {
        tell(&store, by, Fact::Access(fact)).await.expect("notes");
    }
    for _ in 0..2 {
        store.follow_accesses().await.expect("follows");
    }
    let ask = |filter: AccessFilter| {
        let store = store.clone();
        async move { store.accesses(&filter, None, 50).await.expect("lists") }
    };
    let all = ask(AccessFilter::default()).await;
    assert_eq!(all.len(), 4, "signing out reads nothing: {all:?}");
    assert!(all.windows(2).all(|pair| pair[0].place > pair[1].place));
    let of_record = ask(AccessFilter { record: Some(record(1)), ..AccessFilter::default() }).await;
    assert_eq!(of_record.len(), 1);
    assert_eq!(
        (of_record[0].page, of_record[0].record, of_record[0].patient),
        (Some(2), Some(record(1)), Some(patient(1)))
    );
    assert_eq!(of_record[0].name, "reviewer");
    let chart = ask(AccessFilter { patients: vec![patient(1), patient(2)], ..AccessFilter::default() }).await;
    let actions: Vec<&str> = chart.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(actions, ["chart-viewed", "record-viewed", "viewed"]);
    let narrow =
        AccessFilter { patients: vec![patient(1)], person: Some(person(REQUESTER)), ..AccessFilter::default() };
    assert!(ask(narrow).await.is_empty());
    assert!(ask(AccessFilter { until: Some(at(0)), ..AccessFilter::default() }).await.is_empty());
    assert_eq!(ask(AccessFilter { from: Some(at(0)), ..AccessFilter::default() }).await.len(), 4);
    let rest = store.accesses(&AccessFilter::default(), Some(all[1].place), 1).await.expect("lists");
    assert_eq!(rest, all[2..3]);
}
