//! Boxes, prepared batches and their closing, over HTTP.

use reqwest::Method;
use serde_json::{Value, json};

use super::site::{Client, Site};
use super::uploads;

async fn put(client: &Client, path: &str, body: Value) -> (u16, Value) {
    let answer = client.send(Method::PUT, path, body).await;
    (answer.status, answer.json())
}

async fn post(client: &Client, path: &str, body: Value) -> (u16, Value) {
    let answer = client.send(Method::POST, path, body).await;
    (answer.status, answer.json())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_prepared_and_closed_by_two_people() {
    let site = Site::open(|_| {});
    let (technician, reviewer) = (&site.technician, &site.reviewer);
    let (status, made) = post(technician, "/api/v1/boxes", json!({ "box": "BX-0004", "place": "Receiving" })).await;
    assert_eq!((status, &made["last"]["step"]), (201, &json!("received")), "{made}");
    let (status, why) = post(technician, "/api/v1/boxes", json!({ "box": "Smith", "place": "Receiving" })).await;
    assert!(status == 422 && why["detail"].as_str().unwrap().contains("patient's name"), "{why}");
    let moves = "/api/v1/boxes/BX-0004/moves";
    let (status, moved) = post(technician, moves, json!({ "step": "to-scanning", "place": "Scanner 2" })).await;
    assert_eq!((status, moved["moves"].as_array().unwrap().len()), (200, 2), "{moved}");
    assert_eq!(post(technician, moves, json!({ "step": "away", "place": "Scanner 2" })).await.0, 422);
    assert_eq!(post(technician, "/api/v1/boxes/BX-7/moves", json!({ "step": "to-shelf", "place": "1" })).await.0, 409);

    let batch = uploads::batch(technician).await;
    let path = |end: &str| format!("/api/v1/batches/{batch}{end}");
    let preparation = json!({ "sheets": 4, "sides": "duplex", "box": "BX-0004", "charts": 1 });
    let (status, prepared) = put(technician, &path("/preparation"), preparation).await;
    assert_eq!((status, &prepared["paper"]["prepared"]["box"]), (200, &json!("BX-0004")), "{prepared}");
    assert_eq!(prepared["paper"]["found"]["sentence"], "4 sheets prepared, 0 found: 4 missing");
    assert_eq!(put(technician, &path("/preparation"), json!({ "sheets": 4, "sides": "both" })).await.0, 422);

    let (status, why) = post(technician, &path("/close"), json!({})).await;
    assert!(status == 409 && why["detail"].as_str().unwrap().contains("4 missing"), "{why}");
    let (status, waits) = post(reviewer, &path("/close"), json!({ "reason": "The box was empty" })).await;
    assert_eq!((status, &waits["paper"]["closing"]["state"]), (200, &json!("waits")), "{waits}");
    assert_eq!(post(reviewer, &path("/close/confirm"), json!({})).await.0, 403, "nobody confirms their own reason");
    assert_eq!(post(technician, &path("/close/confirm"), json!({})).await.0, 403);
    let (status, waits) = post(technician, &path("/close"), json!({ "reason": "The box was empty" })).await;
    assert_eq!((status, &waits["paper"]["closing"]["state"]), (200, &json!("waits")), "{waits}");
    let (status, closed) = post(reviewer, &path("/close/confirm"), json!({})).await;
    assert_eq!((status, &closed["paper"]["closing"]["state"]), (200, &json!("closed")), "{closed}");

    let begun = uploads::begin(technician, "late.pdf", &batch, 5).await;
    assert!(begun.status == 409 && begun.text().contains("open another batch"), "{}", begun.text());
    let listed = site.administrator.json("/api/v1/boxes").await;
    assert_eq!((&listed["items"][0]["batches_closed"], &listed["next"]), (&json!(1), &Value::Null), "{listed}");
    let shown = site.administrator.json("/api/v1/boxes/bx-0004").await;
    assert_eq!(shown["made_of_it"][0]["id"], json!(batch));
}
