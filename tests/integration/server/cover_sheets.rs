//! Cover sheets over HTTP: a PDF that holds what was asked for, and plain words where it cannot.

use muniment::chart::Role;
use serde_json::json;

use super::site::Site;

#[tokio::test]
async fn sheets_are_printed_by_those_who_scan() {
    let site = Site::open().await;
    let technician = site.add("tess", &[Role::Technician]).await;
    let browser = site.program(technician, None).await;
    let asked = json!({ "kind": "type", "values": ["consent", "discharge-summary"], "copies": 2, "paper": "letter" });
    let answer = browser.post("/api/v1/cover-sheets", asked).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/pdf"), "{}", answer.text);
    assert!(answer.text.starts_with("%PDF") && answer.text.contains("/Count 4"));
    for (asked, says) in [
        (json!({ "kind": "type", "values": ["consnet"] }), "Did you mean consent?"),
        (json!({ "kind": "chart" }), "needs a value"),
        (json!({ "kind": "chart", "values": ["\u{e4}"] }), "English keyboard"),
        (json!({ "kind": "end", "copies": 0 }), "1 to 500 copies"),
        (json!({ "kind": "chart", "values": vec!["1"; 100], "copies": 500 }), "print fewer at a time"),
        (json!({ "kind": "box" }), "kind"),
    ] {
        let answer = browser.post("/api/v1/cover-sheets", asked).await;
        assert!((400..500).contains(&answer.status) && answer.text.contains(says), "{}", answer.text);
    }
}
