//! People at the desk: claims, drafts, decisions, steps with pages, patients that are found.

use muniment::chart::facts::{Arranged, ArrangementStep};
use muniment::chart::{ArrangementId, PageView, PatientId, PatientRef, PersonId, RejectionReason};
use muniment::store::{DeskClaim, HeldClaim, NewArrangement, PatientTerm};

use super::*;

fn person(number: u128) -> PersonId {
    PersonId::from_uuid(uuid(0x7000_0000 + number))
}

fn shown(held: &HeldClaim, person: PersonId) -> DeskClaim {
    DeskClaim { document: held.document, person, token: held.token.clone(), revision: None }
}

/// Documents of one page each, read and waiting for a person.
async fn waiting(store: &Store, documents: u128) -> Batch {
    let batch = store.open_batch(&batch(1, "box 1")).await.expect("batch").batch;
    for number in 1..=documents {
        opened_in(store, &batch, number, 2).await;
    }
    loop {
        let pages = claim(store, 1, 50, at(1001)).await;
        if pages.is_empty() {
            return batch;
        }
        for page in &pages {
            finish(store, page, at(1002)).await.expect("finishes");
        }
    }
}

async fn next(store: &Store, number: u128, token: &str, now: i64) -> Option<HeldClaim> {
    store.claim_next(person(number), token, (None, None), at(now), LEASE).await.expect("asks")
}

pub async fn nobody_gets_a_document_that_somebody_has(store: Store) {
    waiting(&store, 24).await;
    let mut people = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = store.clone();
        people.spawn(async move {
            let mut got = Vec::new();
            while let Some(held) = next(&store, number, &format!("t{number}-{}", got.len()), 2000).await {
                got.push(held.document);
            }
            got
        });
    }
    let mut given: Vec<DocumentId> = people.join_all().await.into_iter().flatten().collect();
    assert_eq!(given.len(), 24, "every document was given out");
    given.sort_unstable();
    given.dedup();
    assert_eq!(given.len(), 24, "and none twice");
    let counts = store.queue_counts(person(0), at(2001)).await.expect("counts");
    assert_eq!(counts.ready, 0);
    // Once the leases are over, all of them are due again.
    let counts = store.queue_counts(person(0), at(2100)).await.expect("counts");
    assert_eq!((counts.ready, counts.mine), (24, 0));
}

pub async fn a_lost_lease_keeps_what_was_typed_and_decides_nothing(store: Store) {
    waiting(&store, 1).await;
    let ann = next(&store, 1, "ann", 2000).await.expect("a document");
    let anns = shown(&ann, person(1));
    assert!(next(&store, 2, "ben", 2010).await.is_none());
    let taken = store.claim_document(ann.document, person(2), "ben", at(2010), LEASE).await;
    assert!(matches!(taken, Err(StoreError::Refused { .. })), "{taken:?}");
    // A lease that ran out still counts as long as nobody else asked.
    assert_eq!(store.renew_claim(&anns, at(2090), LEASE).await.expect("renews"), at(2150));
    assert_eq!(store.save_draft(&anns, "{\"fields\":{}}", at(2100)).await.expect("saves"), (1, true));
    let ben = next(&store, 2, "ben", 2200).await.expect("it is due again");
    assert_eq!(ben.document, ann.document);
    assert!(matches!(store.renew_claim(&anns, at(2201), LEASE).await, Err(StoreError::ClaimLost { .. })));
    let (_, held) = store.save_draft(&anns, "{\"note\":\"late\"}", at(2202)).await.expect("keeps");
    assert!(!held, "and says that the claim is lost");
    let draft = store.draft(ann.document, person(1)).await.expect("reads").expect("is there");
    assert_eq!(draft.body, "{\"note\":\"late\"}");
    let reason = RejectionReason::Duplicate;
    let late = store.reject_document(person(1), at(2203), ann.document, reason, None, Some((&anns, false))).await;
    assert!(matches!(late, Err(StoreError::ClaimLost { .. })), "{late:?}");
    let without = store.reject_document(person(1), at(2203), ann.document, reason, None, None).await;
    assert!(
        matches!(without, Err(StoreError::Refused { .. })),
        "whoever has no claim does not decide over Ben: {without:?}"
    );
    let bens = shown(&ben, person(2));
    store.reject_document(person(2), at(2204), ann.document, reason, None, Some((&bens, true))).await.expect("decides");
    assert!(store.draft(ann.document, person(1)).await.expect("reads").is_none(), "nothing is left to type");
    let work = store.work_since(person(2), at(2000)).await.expect("counts");
    assert_eq!((work.rejected, work.pages, work.seconds_per_document), (1, 2, Some(4.0)));
    assert_eq!(store.queue_counts(person(2), at(2205)).await.expect("counts").rescan, 1);
    assert_eq!(store.last_decision(person(2), at(2000)).await.expect("reads"), Some(ann.document));
    store.undo_decision(person(2), at(2206), ann.document, at(2000)).await.expect("undoes");
    assert_eq!(store.last_decision(person(2), at(2000)).await.expect("reads"), None);
    assert_eq!(store.queue_counts(person(2), at(2207)).await.expect("counts").rescan, 0);
    let again = store.give_back(&bens, Some("{}"), at(2208), LEASE).await.expect("gives back");
    assert_eq!(again.document, ann.document);
}

pub async fn the_queue_goes_by_importance_and_what_is_put_aside_comes_back(store: Store) {
    let first = waiting(&store, 3).await;
    let second = store.open_batch(&batch(2, "box 2")).await.expect("batch").batch;
    opened_in(&store, &second, 9, 1).await;
    for page in claim(&store, 1, 50, at(1003)).await {
        finish(&store, &page, at(1004)).await.expect("finishes");
    }
    store.prioritise(second.id, 5).await.expect("prioritises");
    let listed = store.desk_queue(None, None, 10, at(2000)).await.expect("lists");
    let ids: Vec<DocumentId> = listed.iter().map(|row| row.document).collect();
    assert_eq!(ids, [document_id(9), document_id(1), document_id(2), document_id(3)]);
    let rest = store.desk_queue(None, Some(ids[1]), 10, at(2000)).await.expect("lists");
    assert_eq!(rest.iter().map(|row| row.document).collect::<Vec<_>>(), ids[2..]);
    let urgent = next(&store, 1, "a", 2000).await.expect("a document");
    assert_eq!(urgent.document, document_id(9));
    store.postpone(&shown(&urgent, person(1)), at(2001), at(5000), "ask the ward").await.expect("postpones");
    let of_batch = store.claim_next(person(1), "b", (Some(second.id), None), at(2002), LEASE).await.expect("asks");
    assert!(of_batch.is_none(), "it is put aside");
    let passed = store.claim_next(person(1), "b", (Some(first.id), Some(document_id(1))), at(2002), LEASE).await;
    assert_eq!(passed.expect("asks").expect("another").document, document_id(2));
    let back = next(&store, 2, "c", 5001).await.expect("it is due again");
    assert_eq!(back.document, document_id(9));
    // Whoever wants a second person to look at a document does not get it again.
    store.ask_for_second(&shown(&back, person(2)), at(5002)).await.expect("asks");
    assert_eq!(next(&store, 2, "d", 5003).await.expect("another").document, document_id(1));
    assert_eq!(next(&store, 3, "e", 5004).await.expect("a document").document, document_id(9));
}

pub async fn pages_are_split_merged_and_moved_and_every_step_undone(store: Store) {
    waiting(&store, 2).await;
    let ann = store.claim_document(document_id(1), person(1), "ann", at(2000), LEASE).await.expect("claims");
    let claim = shown(&ann, person(1));
    let view = |document, number| PageView {
        page: PageId {
            scan: Digest::of(format!("scan {document}").as_bytes()),
            number: PageNumber::from_index(number),
        },
        hidden: false,
        // As the reader found them.
        turn: QuarterTurns::Two,
    };
    let document = |number: u128, pages: Vec<PageView>| Arranged { document: document_id(number), pages };
    let own = document(1, vec![view(1, 0), view(1, 1)]);
    let id = |number: u128| ArrangementId::from_uuid(uuid(0x6000_0000 + number));
    let split = NewArrangement {
        id: id(1),
        step: ArrangementStep::Split,
        before: vec![own.clone()],
        after: vec![document(1, vec![view(1, 0)]), document(7, vec![view(1, 1)])],
        new: vec![(document_id(7), "part".into())],
        tokens: Vec::new(),
    };
    let lossy = NewArrangement { after: vec![document(1, vec![view(1, 0)])], new: Vec::new(), ..split.clone() };
    assert!(matches!(store.arrange(&claim, &lossy, at(2001), LEASE).await, Err(StoreError::Refused { .. })));
    let stale = DeskClaim { revision: Some(9), ..claim.clone() };
    assert!(matches!(store.arrange(&stale, &split, at(2001), LEASE).await, Err(StoreError::Changed { .. })));
    let claims = store.arrange(&claim, &split, at(2002), LEASE).await.expect("splits");
    assert_eq!(claims.len(), 2, "both parts are hers");
    let part = store.document(document_id(7)).await.expect("reads").expect("exists");
    assert_eq!((part.pages, part.state), (1, DocumentState::Read { pages_failed: 0 }));
    assert_eq!(store.parent_of(document_id(7)).await.expect("reads"), Some(document_id(1)));

    // Somebody else's document is not merged away.
    let bens = store.claim_document(document_id(2), person(2), "ben", at(2003), LEASE).await.expect("claims");
    let merge = NewArrangement {
        id: id(2),
        step: ArrangementStep::Merged,
        before: vec![document(1, vec![view(1, 0)]), document(2, vec![view(2, 0), view(2, 1)])],
        after: vec![document(1, vec![view(1, 0), view(2, 0), view(2, 1)]), document(2, Vec::new())],
        new: Vec::new(),
        tokens: vec![(document_id(2), "other".into())],
    };
    let claim = shown(&claims[0], person(1));
    assert!(matches!(store.arrange(&claim, &merge, at(2004), LEASE).await, Err(StoreError::Refused { .. })));
    store.release_claim(&shown(&bens, person(2))).await.expect("releases");
    store.arrange(&claim, &merge, at(2005), LEASE).await.expect("merges");
    assert_eq!(state(&store, 2).await, DocumentState::Split);
    assert!(store.undo_arrangement(id(1), person(1), &[(document_id(1), "x".into())], at(2006), LEASE).await.is_err());
    let tokens = [(document_id(1), "u1".to_owned()), (document_id(2), "u2".to_owned())];
    store.undo_arrangement(id(2), person(1), &tokens, at(2007), LEASE).await.expect("undoes the merge");
    assert_eq!(state(&store, 2).await, DocumentState::Read { pages_failed: 0 });
    store.undo_arrangement(id(1), person(1), &tokens, at(2008), LEASE).await.expect("undoes the split");
    assert!(store.undo_arrangement(id(1), person(1), &tokens, at(2009), LEASE).await.is_err(), "once only");
    assert_eq!(state(&store, 7).await, DocumentState::Split);
    let pages = store.document_pages(document_id(1), 0, 10).await.expect("lists");
    assert_eq!(pages.into_iter().map(|page| page.view).collect::<Vec<_>>(), own.pages);
    let steps = store.arrangements_of(document_id(1), 10).await.expect("lists");
    assert_eq!(steps.len(), 2);
    assert!(steps.iter().all(|step| step.undone_at.is_some()));
    let ledger = store.ledger_entries(0, 10).await.expect("reads");
    let told: Vec<&str> = ["arranged", "arrangement-undone"]
        .into_iter()
        .filter(|word| ledger.iter().any(|one| one.text.contains(word)))
        .collect();
    assert_eq!(told, ["arranged", "arrangement-undone"]);
}

pub async fn patients_are_found_while_somebody_types_and_by_what_was_read(store: Store) {
    for (number, name, born) in [
        ("ZZ1234567", "O'Dunmorrow, Ann-Marie", "1950-12-31"),
        ("ZZ1234568", "Dunmore, Anna", "1950-12-31"),
        ("ZZ7654321", "Ménière, Zoë", "1961"),
    ] {
        let id = PatientId::from_uuid(uuid(0x5000_0000 + number[2..].parse::<u128>().expect("digits")));
        let patient = PatientRef {
            id,
            number: number.into(),
            authority: String::new(),
            name: name.into(),
            born: born.parse().expect("a date"),
        };
        store.keep_patient(&patient, at(0)).await.expect("keeps");
    }
    let find = async |terms: &[&str]| -> Vec<String> {
        let terms: Vec<PatientTerm> = terms.iter().map(|term| PatientTerm::Prefix((*term).into())).collect();
        let found = store.find_patients(&terms, 20).await.expect("finds");
        found.into_iter().map(|patient| patient.number).collect()
    };
    assert_eq!(find(&["odun"]).await, ["ZZ1234567"]);
    assert_eq!(find(&["ann", "dun"]).await, ["ZZ1234568"]);
    assert_eq!(find(&["meni", "zoe"]).await, ["ZZ7654321"]);
    assert_eq!(find(&["zz123456"]).await, ["ZZ1234568", "ZZ1234567"]);
    assert!(find(&["ann' OR 1=1 --"]).await.is_empty() && find(&["%"]).await.is_empty() && find(&[]).await.is_empty());
    let born = PatientTerm::Born(vec!["1950-12-31".parse().expect("a date")]);
    assert_eq!(store.find_patients(&[born], 20).await.expect("finds").len(), 2);
    // One sign read wrong, left out, or confused: the patient is among those who are looked at.
    for read in ["ZZ7654327", "ZZ765432", "2Z7654321", "ZZ76543Z1", "ZZ76543211"] {
        let found = store.patients_alike(&[read.to_owned()], &[], &[]).await.expect("finds");
        assert!(found.iter().any(|patient| patient.number == "ZZ7654321"), "{read}");
    }
    assert!(store.patients_alike(&["ZZ0000000".into()], &[], &[]).await.expect("finds").is_empty());
    assert_eq!(store.make_patient_keys().await.expect("makes"), 0, "every patient has keys");
}
