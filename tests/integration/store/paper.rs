//! Boxes, prepared batches, and their closing.

use muniment::chart::facts::PaperFact;
use muniment::chart::{Actor, BoxLabel, CustodyStep, Fact, PersonId, Preparation, Sheets, Sides};
use muniment::store::Closing;

use super::*;

fn person(number: u128) -> PersonId {
    PersonId::from_uuid(uuid(0x8000_0000 + number))
}

fn label(text: &str) -> BoxLabel {
    text.parse().expect("label")
}

fn prepared(sheets: u32, sides: Sides) -> Preparation {
    Preparation { paper_box: Some(label("BX-0004")), sheets, sides, charts: Some(2) }
}

async fn tell(store: &Store, number: u128, seconds: i64, fact: PaperFact) -> Result<(), StoreError> {
    store.record(Actor::Person(person(number)), at(seconds), &[Fact::Paper(fact)]).await.map(drop)
}

async fn receive(store: &Store, text: &str) -> Result<(), StoreError> {
    tell(store, 1, 10, PaperFact::BoxReceived { label: label(text), place: "Receiving room".into() }).await
}

async fn carry(store: &Store, text: &str, seconds: i64, step: CustodyStep, place: &str) -> Result<(), StoreError> {
    tell(store, 2, seconds, PaperFact::BoxMoved { label: label(text), step, place: place.into() }).await
}

fn why<T: std::fmt::Debug>(result: Result<T, StoreError>) -> String {
    match result.expect_err("refused") {
        StoreError::Refused { why } => why,
        other => panic!("{other:?}"),
    }
}

/// A prepared batch with a scan of so many pages, of which those in `separators` are separator sheets. All are read.
async fn scanned(store: &Store, preparation: Preparation, pages: u32, separators: &[u32]) -> Batch {
    let batch = store.open_batch(&batch(1, "box 1")).await.expect("opens").batch;
    store.prepare_batch(person(1), at(20), batch.id, preparation).await.expect("prepares");
    opened_in(store, &batch, 1, pages).await;
    read_all(store, separators).await;
    batch
}

async fn read_all(store: &Store, separators: &[u32]) {
    for page in claim(store, 1, 50, at(1001)).await {
        let kinds: &[_] =
            if separators.contains(&page.claim.page.number.get()) { &[FindingKind::ChartBegins] } else { &[] };
        let mut text = text_of(page.claim.page, page.pipeline.clone(), kinds);
        text.hidden = !kinds.is_empty();
        store.finish_page(&page.claim, &text, "results/1", at(1002)).await.expect("finishes");
    }
}

async fn close(store: &Store, number: u128, batch: &Batch, reason: Option<&str>) -> Result<Closing, StoreError> {
    store.close_batch(person(number), at(2000), batch.id, reason).await
}

pub async fn a_box_is_where_its_last_move_took_it(store: Store) {
    receive(&store, "BX-0004").await.expect("comes in");
    receive(&store, "bx-0003").await.expect("comes in");
    assert!(why(receive(&store, "BX-0003").await).contains("already"));
    assert!(why(carry(&store, "BX-9", 20, CustodyStep::ToShelf, "Shelf 1").await).contains("no box BX-9"));
    assert!(why(carry(&store, "BX-0004", 20, CustodyStep::ToShelf, " ").await).contains("place is empty"));
    carry(&store, "BX-0004", 30, CustodyStep::ToScanning, "Scanner 2").await.expect("moves");
    carry(&store, "BX-0004", 40, CustodyStep::Returned, "Clinic").await.expect("moves");
    assert!(why(carry(&store, "BX-0004", 50, CustodyStep::ToShelf, "Shelf 1").await).contains("received again"));
    carry(&store, "BX-0004", 60, CustodyStep::Received, "Receiving room").await.expect("moves");

    let boxes = store.boxes(None, 10).await.expect("lists");
    let told: Vec<_> = boxes.iter().map(|row| (row.label.as_str(), row.last.step, row.last.at)).collect();
    assert_eq!(told, [("BX-0003", CustodyStep::Received, at(10)), ("BX-0004", CustodyStep::Received, at(60))]);
    assert_eq!(store.boxes(Some(&label("BX-0003")), 10).await.expect("lists").len(), 1);
    let moves = store.box_moves(&label("BX-0004")).await.expect("lists");
    let told: Vec<_> = moves.iter().map(|step| (step.step.name(), step.place.as_str(), step.by.0)).collect();
    assert_eq!(
        told,
        [
            ("received", "Receiving room", person(1)),
            ("to-scanning", "Scanner 2", person(2)),
            ("returned", "Clinic", person(2)),
            ("received", "Receiving room", person(2)),
        ]
    );
    assert_eq!(store.paper_box(&label("BX-1")).await.expect("reads"), None);
}

pub async fn sheets_are_counted_before_they_are_scanned(store: Store) {
    let batch = store.open_batch(&batch(1, "box 1")).await.expect("opens").batch;
    let prepare = |sheets, sides| store.prepare_batch(person(1), at(20), batch.id, prepared(sheets, sides));
    assert!(why(prepare(4, Sides::Simplex).await).contains("no box BX-0004"));
    receive(&store, "BX-0004").await.expect("comes in");
    assert!(why(prepare(0, Sides::Simplex).await).contains("at least one sheet"));
    prepare(5, Sides::Simplex).await.expect("prepares");
    prepare(4, Sides::Duplex).await.expect("counted again");
    let paper = store.batch_paper(batch.id).await.expect("reads");
    assert_eq!(paper.prepared.expect("is there").preparation, prepared(4, Sides::Duplex));
    assert_eq!(store.batches_of_box(&label("BX-0004")).await.expect("lists"), [batch.id]);
    // A count that somebody gives later does not stand above it.
    let again = store.open_batch(&Batch { expected_sheets: Some(40), ..batch.clone() }).await.expect("opens");
    assert_eq!(again.batch.expected_sheets, Some(4));
    deliver(&store, 1, &batch, "scan 1", "/in/1.tif").await;
    assert!(why(prepare(3, Sides::Duplex).await).contains("before they are scanned"));
    assert!(why(close(&store, 1, &batch, Some("never mind")).await).contains("still to be opened"));
}

pub async fn counts_that_agree_close_a_batch_for_good(store: Store) {
    receive(&store, "BX-0004").await.expect("comes in");
    // Two sheets, and a separator sheet with its blank back.
    let batch = scanned(&store, prepared(2, Sides::Duplex), 6, &[1]).await;
    let counts = store.batch_counts(batch.id).await.expect("counts");
    assert_eq!((counts.pages, counts.separators, counts.separator_sheets), (6, 1, 1));
    let closing = close(&store, 1, &batch, None).await.expect("closes");
    assert_eq!((closing.by, closing.confirmed_by, closing.closed_at), (person(1), None, Some(at(2000))));
    assert_eq!((closing.account.sheets(), closing.account.sheets_found()), (Sheets::Agree, Some((2, 0))));
    assert_eq!(store.boxes(None, 1).await.expect("lists")[0].batches_closed, 1);

    for refused in [close(&store, 2, &batch, None).await, close(&store, 2, &batch, Some("again")).await] {
        assert!(why(refused).contains("closed"));
    }
    assert!(why(store.open_batch(&batch).await).contains("open another batch"));
    assert!(why(store.takes_files(batch.id, None).await).contains("open another batch"));
    let new = NewDelivery {
        id: delivery_id(2),
        batch: batch.id,
        scan: Digest::of(b"late"),
        size: 4,
        source_key: Digest::of(b"/in/2.tif"),
        source_name: "/in/2.tif",
        received_at: at(2001),
        priority: 0,
        reject: None,
    };
    assert!(why(store.record_delivery(&new).await).contains("open another batch"));
    assert_eq!(store.batch_counts(batch.id).await.expect("counts").deliveries, 1, "nothing of it is left");
    // The same file again is the delivery that is known.
    store.takes_files(batch.id, Some(Digest::of(b"/in/1.tif"))).await.expect("is known");
    let same = deliver(&store, 3, &batch, "scan 1", "/in/1.tif").await;
    assert_eq!(same, Recorded::Known { delivery: delivery_id(1) });
}

pub async fn a_difference_takes_a_reason_and_a_second_person(store: Store) {
    receive(&store, "BX-0004").await.expect("comes in");
    let batch = scanned(&store, prepared(4, Sides::Simplex), 3, &[]).await;
    let refused = why(close(&store, 1, &batch, None).await);
    assert!(refused.contains("4 sheets prepared, 3 found: 1 missing"), "{refused}");
    assert!(why(close(&store, 1, &batch, Some(" ")).await).contains("reason is empty"));
    assert!(why(store.confirm_batch(person(2), at(2001), batch.id).await).contains("nobody has given"));
    let waits = close(&store, 1, &batch, Some("Sheet 4 was a copy")).await.expect("keeps it");
    assert_eq!((waits.closed_at, waits.reason.as_deref()), (None, Some("Sheet 4 was a copy")));
    assert!(why(store.confirm_batch(person(1), at(2001), batch.id).await).contains("second person"));
    // It is open still: the sheet that was missing comes, and the reason does not hold any more.
    opened_in(&store, &batch, 2, 2).await;
    assert!(why(store.confirm_batch(person(2), at(2002), batch.id).await).contains("still to be read"));
    read_all(&store, &[]).await;
    assert!(why(store.confirm_batch(person(2), at(2003), batch.id).await).contains("5 found: 1 too many"));
    let waits = close(&store, 2, &batch, Some("One sheet was fed twice")).await.expect("keeps it");
    assert_eq!(waits.by, person(2));
    assert!(why(store.confirm_batch(person(2), at(2004), batch.id).await).contains("second person"));
    let closed = store.confirm_batch(person(1), at(2005), batch.id).await.expect("closes");
    assert_eq!((closed.by, closed.confirmed_by, closed.closed_at), (person(2), Some(person(1)), Some(at(2005))));
    assert_eq!(closed.account.sheets(), Sheets::TooMany(1));
    assert!(why(store.confirm_batch(person(3), at(2006), batch.id).await).contains("closed already"));
}

pub async fn a_batch_that_nobody_counted_is_closed_by_two(store: Store) {
    let batch = opened(&store, 1).await;
    read_all(&store, &[]).await;
    assert!(why(close(&store, 1, &batch, None).await).contains("nobody counted"));
    close(&store, 1, &batch, Some("It was scanned elsewhere")).await.expect("keeps it");
    store.confirm_batch(person(2), at(2001), batch.id).await.expect("closes");
    // Facts alone make the same tables again, where no batch is.
    let entries = store.ledger_entries(0, 100).await.expect("reads");
    assert_eq!(entries.len(), 2);
}

/// What happens when files come while somebody closes: either they are in the counts, or they are refused.
pub async fn nothing_comes_in_while_a_batch_is_closed(store: Store) {
    let batch = opened(&store, 1).await;
    read_all(&store, &[]).await;
    close(&store, 1, &batch, Some("nobody counted")).await.expect("keeps it");
    let mut coming = tokio::task::JoinSet::new();
    for number in 100..108_u128 {
        let (store, batch) = (store.clone(), batch.id);
        coming.spawn(async move {
            let name = format!("/in/{number}.tif");
            let delivery = NewDelivery {
                id: delivery_id(number),
                batch,
                scan: Digest::of(name.as_bytes()),
                size: 9,
                source_key: Digest::of(name.as_bytes()),
                source_name: &name,
                received_at: at(2000),
                priority: 0,
                reject: None,
            };
            store.record_delivery(&delivery).await.is_ok()
        });
    }
    let confirmed = store.confirm_batch(person(2), at(2001), batch.id).await;
    let came = coming.join_all().await.into_iter().filter(|came| *came).count() as u64;
    let counts = store.batch_counts(batch.id).await.expect("counts");
    assert_eq!(counts.deliveries, 1 + came);
    match confirmed {
        Ok(closed) => assert_eq!((came, closed.account.sides_found), (0, 1), "none came before, none after"),
        Err(cause) => assert!(cause.to_string().contains("still to be opened"), "{cause}"),
    }
}
