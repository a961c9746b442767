//! Rows made again out of a version, on SQLite and on PostgreSQL.

use std::collections::BTreeMap;

use muniment::chart::{
    Digest, DocumentState, PageId, PageNumber, PageText, PipelineStamp, QuarterTurns, RecordDescription,
};
use muniment::store::{ArchivedVersion, Store};
use serde_json::json;

use crate::support::page_text::empty;
use crate::support::postgres::Postgres;

const ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

#[tokio::test]
async fn on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    restored_rows(&format!("sqlite:{}", folder.path().join("muniment.db").display())).await;
}

#[test]
fn on_postgres() {
    let Some(postgres) = Postgres::start() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(restored_rows(&postgres.database("restored")));
}

fn description(scan: Digest) -> RecordDescription {
    let page = |number: u32, pipeline: serde_json::Value| {
        json!({ "page": format!("{scan}:{number}"), "hidden": false, "turn": QuarterTurns::One, "pipeline": pipeline,
            "engine": null })
    };
    let read = json!({ "name": "fax", "revision": 3, "digest": Digest::of(b"fax 3") });
    let description = json!({
        "schema": 1,
        "description": {
            "record": ID, "version": 1, "document": ID, "batch": ID, "batch_name": "Box 1", "source_name": "a.tif",
            "patient": { "id": ID, "number": "ZZ-1", "authority": "", "name": "Adams, Ann", "born": "1950-06" },
            "kind": "progress-note", "class": "adult-chart", "labels": ["ward-3"], "encounters": [], "note": null,
            "pages": [page(1, read), page(2, json!(null))], "correction": null,
        },
        "verification": { "by": { "person": ID }, "at": "2026-01-02T03:04:05Z", "second": null },
        "originals": [{ "path": "original/0001.tif", "sha256": scan, "size": 4, "format": "tiff", "scan": scan,
            "received_at": "2026-01-01T00:00:00Z", "cut": "whole", "pages": [format!("{scan}:1"), format!("{scan}:2")] }],
        "not_in_access": [],
        "program": "test",
    });
    serde_json::from_value(description).unwrap()
}

async fn restored_rows(url: &str) {
    let store = Store::open(url).await.unwrap();
    assert!(store.is_untouched().await.unwrap());
    let scan = Digest::of(b"scan");
    let description = description(scan);
    let pipeline = PipelineStamp { name: "fax".into(), revision: 3, digest: Digest::of(b"fax 3") };
    let page = PageId { scan, number: PageNumber::new(1).unwrap() };
    let text = PageText { upright: QuarterTurns::One, ..empty(page, pipeline.clone()) };
    let (texts, scan_sizes) = ([(text, "results/1".to_owned())], BTreeMap::from([(scan, 4)]));
    let version =
        ArchivedVersion { description: &description, texts: &texts, scan_sizes: &scan_sizes, pipeline: &pipeline };
    let (record, document) = (description.draft.record, description.draft.document);
    assert!(!store.is_restored(record, 1).await.unwrap());
    // The same again changes nothing: whoever was interrupted may have come to the end.
    for _ in 0..2 {
        store.restore(version).await.unwrap();
        assert!(store.is_restored(record, 1).await.unwrap() && !store.is_untouched().await.unwrap());
        let documents = store.documents(None, None, 10).await.unwrap();
        assert_eq!(documents.len(), 1);
        assert_eq!(documents[0].state, DocumentState::Archived { record, pages_failed: 1 });
        assert_eq!((documents[0].source_name.as_str(), documents[0].pages), ("a.tif", 2));
        let pages = store.document_pages(document, 0, 10).await.unwrap();
        assert_eq!(pages[0].current.as_ref().unwrap().object_key, "results/1");
        assert!(pages[1].current.is_none() && pages[1].record.work.name() == "failed");
        assert_eq!(pages[0].view.turn, QuarterTurns::One);
        assert_eq!(store.description(record, 1).await.unwrap().as_ref(), Some(&description.draft));
        assert_eq!(
            store.patient(description.draft.patient.id).await.unwrap().as_ref(),
            Some(&description.draft.patient)
        );
        assert_eq!(store.undeposited().await.unwrap(), []);
    }
    store.close().await;
}
