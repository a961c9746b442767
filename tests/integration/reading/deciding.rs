//! Lots and destruction decided over HTTP.

use reqwest::Method;
use serde_json::{Value, json};

use super::site::{Client, Site};
use crate::support::born_digital::shared_file;
use crate::support::clinic::Clinic;
use crate::support::program::Program;

/// A word that is on every page here, and nowhere else.
const WORD: &str = "quillfeather";

/// Takes in so many files of one page; returns their documents.
fn documents(clinic: &Clinic, count: usize) -> Vec<String> {
    let folder = clinic.program.path("in");
    std::fs::create_dir(&folder).unwrap();
    for number in 0..count {
        let page = format!("{WORD} visit {number}");
        std::fs::write(folder.join(format!("{number}.pdf")), shared_file(&[&page])).unwrap();
    }
    clinic.program.json(&["ingest", "in", "--batch", "box"]);
    let shown = clinic.program.json(&["show", "--batch", "box"]);
    shown.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

async fn post(who: &Client, path: &str, body: Value) -> (u16, Value) {
    let answer = who.send(Method::POST, &format!("/api/v1{path}"), body).await;
    let body = if answer.bytes.is_empty() { Value::Null } else { answer.json() };
    (answer.status, body)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sample_of_a_lot_is_checked_and_the_lot_released() {
    let program = Program::new().with("MUNIMENT_REVIEW_UNDO_MINUTES", "0").with("MUNIMENT_QUALITY_LOTS", "all");
    let site = Site::with(program, |clinic| {
        for (number, document) in documents(clinic, 2).iter().enumerate() {
            clinic.accept(document, &["--patient", &format!("ZZ-{number}"), "--type", "consent"]);
        }
        assert_eq!(clinic.deposit(), 0, "the lot is drawn first");
    });
    let rita = &site.reviewer;
    let lot = rita.json("/api/v1/lots").await["items"][0]["id"].as_str().unwrap().to_owned();
    let shown = rita.json(&format!("/api/v1/lots/{lot}")).await;
    let sample: Vec<&str> =
        shown["documents"].as_array().unwrap().iter().map(|one| one["document"].as_str().unwrap()).collect();
    assert_eq!((sample.len(), &shown["lot"]["unchecked"]), (2, &json!(2)), "{shown}");
    let check = format!("/lots/{lot}/check");
    let right = |document: &str| json!({ "document": document, "defects": [] });
    assert_eq!(post(&site.technician, &check, right(sample[0])).await.0, 403);
    let wrong = json!({ "document": sample[0], "defects": ["ugly"] });
    assert_eq!(post(rita, &check, wrong).await.0, 422);
    assert_eq!(post(rita, &check, right("01890000-0000-7000-8000-000000000000")).await.0, 404);
    let (status, checked) = post(rita, &check, right(sample[0])).await;
    assert_eq!((status, &checked["unchecked"]), (200, &json!(1)), "{checked}");
    assert_eq!(post(rita, &check, right(sample[0])).await.0, 409, "once only");
    assert_eq!(post(rita, &format!("/lots/{lot}/release"), json!({})).await.0, 409, "one is left");
    assert_eq!(post(rita, &check, right(sample[1])).await.0, 200);
    assert_eq!(post(rita, &format!("/lots/{lot}/release"), json!({})).await.0, 204);
    let shown = rita.json(&format!("/api/v1/lots/{lot}")).await;
    assert_eq!(shown["lot"]["state"], "released");
    assert!(shown["documents"].as_array().unwrap().iter().all(|one| one["checked_by"].is_string()), "{shown}");
}

/// The server that carries it out keeps the index at the same time: it has to give way to whoever makes it forget.
#[tokio::test(flavor = "multi_thread")]
async fn an_approved_destruction_is_carried_out_by_a_server_that_works() {
    let program = Program::new()
        .with("MUNIMENT_REVIEW_UNDO_MINUTES", "0")
        .with("MUNIMENT_DISPOSAL_GRACE_DAYS", "0")
        .with("MUNIMENT_DEPOSIT_LOCK_SECONDS", "0");
    let mut tokens = Vec::new();
    let site = Site::working(program, |clinic| {
        let program = &clinic.program;
        tokens.extend(["Ben", "Cyd"].map(|name| program.staff(name, &[])));
        for name in ["Ben", "Cyd"] {
            program.json(&["people", "grant", name, "administrator"]);
        }
        let document = documents(clinic, 1).remove(0);
        let said = ["--patient", "4711", "--born", "1950-06-01", "--type", "discharge-summary"];
        clinic.accept(&document, &[said.as_slice(), &["--encounter", "2001-01-01..2001-01-05"]].concat());
        assert_eq!(clinic.deposit(), 1);
        let draft = ["--rules", "neutral-default", "--effective", "2026-01-01", "--reason", "the first"];
        program.json(&[["retention", "policy", "draft"].as_slice(), &draft].concat());
        let approved = clinic.as_holder(&tokens[0], &["retention", "policy", "approve", "1"]);
        assert_eq!(approved.code, 0, "{}", approved.err);
    });
    let (ann, ben, cyd) = (&site.administrator, site.holder(&tokens[0]), site.holder(&tokens[1]));
    let search = format!("/api/v1/search?q={WORD}");
    assert_eq!(site.technician.json(&search).await["pages"], 1);
    let (status, proposal) = post(ann, "/disposals", json!({ "reason": "its retention is over" })).await;
    assert!(matches!(status, 200 | 201), "{proposal}");
    let path = |what: &str| format!("/disposals/{}/{what}", proposal["id"].as_str().unwrap());
    assert_eq!(post(ann, &path("carry-out"), json!({})).await.0, 422, "nobody has approved it");
    assert_eq!(post(&ben, &path("review"), json!({ "kept": [] })).await.0, 200);
    assert_eq!(post(&ben, &path("approve"), json!({})).await.0, 200);
    assert_eq!(post(&cyd, &path("approve"), json!({})).await.0, 200);
    assert_eq!(post(&site.technician, &path("carry-out"), json!({})).await.0, 403);
    let beside = site.clinic.program.run(&["disposal", "carry-out", proposal["id"].as_str().unwrap()]);
    assert!(beside.code == 1 && beside.err.contains("by another process"), "{}", beside.err);
    assert_eq!(site.technician.json(&search).await["pages"], 1, "nothing is destroyed that the index still tells");
    let (status, done) = post(ann, &path("carry-out"), json!({})).await;
    assert_eq!((status, &done["destroyed"], &done["stopped"]), (200, &json!(1), &json!(0)), "{done}\n{}", site.log());
    assert!(done["certificate"].is_string() && done["records"][0]["outcome"] == "destroyed", "{done}");
    assert_eq!(ann.get(&format!("/api/v1{}", path("certificate"))).await.status, 200);
    assert_eq!(site.technician.json(&search).await["pages"], 0);
    assert_eq!(post(ann, &path("carry-out"), json!({})).await.0, 422, "once only");
}
