//! Who may decide what, and when: on SQLite and on PostgreSQL.

use jiff::SignedDuration;
use muniment::chart::facts::{Beginning, DisposalFact, KeptBack, PeopleFact};
use muniment::chart::{Fact, RecordId, Role};
use muniment::disposal::{Outcome, RecordOutcome, verify};
use muniment::store::{DisposalRecordState, DisposalState, RecordState, Store};

use super::{ANN, BEN, CYD, LAST_DAY, Site, disposal, person, record, why};
use crate::support::postgres::Postgres;

#[tokio::test]
async fn the_rules_hold_on_sqlite() {
    the_rules_hold(Site::new(2).await).await;
    from_proposal_to_certificate(Site::new(3).await).await;
}

#[test]
fn the_rules_hold_on_postgres() {
    let Some(postgres) = Postgres::start() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let site = |name, people| {
            let url = postgres.database(name);
            async move {
                let store = Store::open(&url).await.unwrap();
                Site::with(tempfile::tempdir().unwrap(), store, people).await
            }
        };
        the_rules_hold(site("rules", 2).await).await;
        from_proposal_to_certificate(site("flow", 3).await).await;
    });
}

async fn the_rules_hold(site: Site) {
    let one = site.archive(1).await;
    let refused = why(site.fact(ANN, site.proposal(1, &[one])).await);
    assert!(refused.contains("it takes 3 administrators") && refused.contains("there are 2"), "{refused}");
    let added = PeopleFact::Added { person: person(CYD), name: "Cyd".into(), login: None };
    let granted = PeopleFact::Granted { person: person(CYD), role: Role::Administrator };
    site.enter(ANN, [Fact::People(added), Fact::People(granted)]).await.unwrap();
    let added = PeopleFact::Added { person: person(4), name: "Dan".into(), login: None };
    site.enter(ANN, [Fact::People(added)]).await.unwrap();

    let unknown = why(site.fact(ANN, site.proposal(1, &[record(99)])).await);
    assert!(unknown.contains("is not in the archive"), "{unknown}");
    assert!(why(site.fact(ANN, site.proposal(1, &[])).await).contains("1 to 4000"));
    assert!(why(site.fact(4, site.proposal(1, &[one])).await).contains("only administrators"));
    site.fact(ANN, site.proposal(1, &[one])).await.unwrap();
    assert!(why(site.fact(BEN, site.proposal(2, &[one])).await).contains("another proposal"));

    let reviewed = || DisposalFact::Reviewed { disposal: disposal(1), kept: vec![] };
    let approved = || DisposalFact::Approved { disposal: disposal(1) };
    assert!(why(site.fact(BEN, approved()).await).contains("only one that is reviewed"));
    assert!(why(site.fact(ANN, reviewed()).await).contains("nobody reviews their own"));
    let all =
        DisposalFact::Reviewed { disposal: disposal(1), kept: vec![KeptBack { record: one, reason: "needed".into() }] };
    assert!(why(site.fact(BEN, all).await).contains("nothing would be left"));
    site.fact(BEN, reviewed()).await.unwrap();
    assert!(why(site.fact(ANN, approved()).await).contains("nobody approves their own"));
    assert!(why(site.fact(4, approved()).await).contains("only administrators"));
    site.fact(BEN, approved()).await.unwrap();
    assert!(why(site.fact(BEN, approved()).await).contains("twice"));
    assert!(why(site.fact(ANN, begin(one)).await).contains("only one that is approved"));
    site.fact(CYD, approved()).await.unwrap();

    assert!(why(site.fact(ANN, begin(one)).await).contains("period of grace is not over"));
    site.clock.advance(SignedDuration::from_hours(24 * 30));
    let mut early = begin(one);
    if let DisposalFact::Begun(beginning) = &mut early {
        beginning.today = LAST_DAY;
    }
    assert!(why(site.fact(ANN, early).await).contains("must be kept through 2029-12-31"));
    site.hold(1, one).await;
    assert!(why(site.fact(ANN, begin(one)).await).contains("is held"));
    site.fact(CYD, DisposalFact::Cancelled { disposal: disposal(1), reason: "a case came up".into() }).await.unwrap();
    let row = site.store.disposal(disposal(1)).await.unwrap().unwrap();
    assert_eq!((row.state, row.ended_why.as_deref()), (DisposalState::Cancelled, Some("a case came up")));
    assert!(why(site.fact(ANN, site.proposal(3, &[one])).await).contains("is held"));
    assert!(site.keys_of(one).await.len() > 5);
    // Misfiled pages have to be safe in the right record before the wrong one may go.
    let two = site.archive(2).await;
    site.enter(ANN, [site.acceptance(2, 3)]).await.unwrap();
    assert!(why(site.fact(ANN, site.proposal(4, &[two])).await).contains("waits for its deposit"));
    site.store.close().await;
}

async fn from_proposal_to_certificate(site: Site) {
    let (one, two, three) = (site.archive(1).await, site.archive(2).await, site.archive(3).await);
    site.fact(ANN, site.proposal(1, &[one, two, three])).await.unwrap();
    let kept = vec![KeptBack { record: two, reason: "of historical worth".into() }];
    site.fact(BEN, DisposalFact::Reviewed { disposal: disposal(1), kept }).await.unwrap();
    for who in [BEN, CYD] {
        site.fact(who, DisposalFact::Approved { disposal: disposal(1) }).await.unwrap();
    }
    site.clock.advance(SignedDuration::from_hours(24 * 30));
    assert!(why(site.certify(1, &site.places()).await).contains("is not destroyed yet"));
    let before = site.keys_of(one).await;
    let done = site.destroy(1).await.unwrap();
    assert!(done.iter().all(|ready| ready.outcome == Outcome::Destroyed) && done.len() == 2, "{done:?}");
    assert_eq!(site.keys_of(one).await, Vec::<String>::new());
    assert_eq!(site.keys_of(two).await.len(), before.len());
    let state = async |record: RecordId| site.store.archive_record(record).await.unwrap().unwrap().state;
    assert_eq!((state(one).await, state(two).await), (RecordState::Destroyed, RecordState::Archived));
    site.store.purge_deleted().await.unwrap();

    let issued = site.certify(1, &site.places()).await.unwrap();
    let pinned = site.key.public().fingerprint();
    assert!(verify(&issued.pdf, pinned).unwrap().certificate.is_none());
    let certificate = verify(&issued.json, pinned).unwrap().certificate.unwrap();
    let of = |record| certificate.records.iter().find(|one| one.record == record).unwrap();
    assert_eq!(of(two).outcome, RecordOutcome::Kept);
    let gone = of(one);
    assert_eq!(gone.outcome, RecordOutcome::Destroyed);
    let removed: Vec<&str> = gone.removed.iter().map(|object| object.key.as_str()).collect();
    assert_eq!(removed, before, "every object version is listed");
    assert!(gone.versions.len() == 2 && gone.versions.iter().all(|version| version.inventory_sha512.is_some()));
    assert!(gone.hold_checked_at.is_some() && certificate.approvals.len() == 2);
    let row = site.store.disposal(disposal(1)).await.unwrap().unwrap();
    assert_eq!((row.state, row.certificate), (DisposalState::Certified, Some(issued.digest)));
    let rows = site.store.disposal_records(disposal(1)).await.unwrap();
    assert_eq!(rows[1].state, DisposalRecordState::Kept);
    assert!(why(site.fact(ANN, site.proposal(2, &[one])).await).contains("is not in the archive"));
    // The same facts elsewhere give the same state.
    let folder = tempfile::tempdir().unwrap();
    let other = Store::open(&format!("sqlite:{}", folder.path().join("other.db").display())).await.unwrap();
    let entries = site.store.ledger_entries(0, 1000).await.unwrap();
    let entries: Vec<_> = entries.iter().map(|entry| serde_json::from_str(&entry.text).unwrap()).collect();
    other.replay(&entries).await.unwrap();
    assert_eq!(other.disposal(disposal(1)).await.unwrap(), Some(row));
    assert_eq!(other.archive_record(one).await.unwrap(), site.store.archive_record(one).await.unwrap());
    assert_eq!(
        other.removed_objects(disposal(1), one).await.unwrap(),
        site.store.removed_objects(disposal(1), one).await.unwrap()
    );
    site.store.close().await;
}

fn begin(record: RecordId) -> DisposalFact {
    DisposalFact::Begun(Beginning {
        disposal: disposal(1),
        record,
        today: LAST_DAY.tomorrow().unwrap(),
        objects: vec![],
        scans_left: vec![],
    })
}
