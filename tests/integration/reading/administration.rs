//! What administrators, auditors and IT support look at, over HTTP.

use reqwest::Method;
use serde_json::json;

use super::site::Site;

#[tokio::test(flavor = "multi_thread")]
async fn figures_policies_holds_and_the_log_are_served() {
    let site = Site::open(|clinic| {
        let scan = clinic.program.charts("charts", 1, "tiff-g4", 100).remove(0);
        clinic.program.json(&["ingest", scan.to_str().unwrap(), "--batch", "one"]);
        let list = clinic.program.json(&["show", "--batch", "one"]);
        let document = list[0]["id"].as_str().unwrap().to_owned();
        let said = [
            "--patient",
            "4711",
            "--born",
            "1950-06-01",
            "--type",
            "progress-note",
            "--encounter",
            "2001-02-01..2001-02-03",
        ];
        clinic.accept(&document, &said);
        assert_eq!(clinic.deposit(), 1);
    });
    let (admin, support) = (&site.administrator, &site.support);
    let dashboard = support.json("/api/v1/dashboard").await;
    assert_eq!(dashboard["backlog"]["documents_to_verify"], 0, "{dashboard}");
    assert!(dashboard["throughput"]["pages_by_hour"][0]["pages"].as_u64().unwrap() > 0);
    assert_eq!(dashboard["throughput"]["accepted_last_day"], 1);
    assert_eq!(support.json("/api/v1/failures").await["items"], json!([]));
    assert!(support.json("/api/v1/fixity").await["archive"].is_object());
    let health = support.json("/api/v1/health/system").await;
    assert!(
        health["checks"].as_array().unwrap().iter().any(|check| check["name"] == "database" && check["good"] == true)
    );
    assert_eq!(site.technician.get("/api/v1/dashboard").await.status, 403);

    let draft =
        json!({ "title": "Ours", "rules": ["us-california"], "effective_from": "2020-01-01", "reason": "first" });
    let drafted = admin.send(Method::POST, "/api/v1/policies", draft).await;
    assert_eq!(drafted.status, 201, "{}", drafted.text());
    let impact = admin.json("/api/v1/policies/1/impact").await;
    assert_eq!((&impact["records"], &impact["shorter"]), (&json!(1), &json!(1)), "{impact}");
    assert_eq!(admin.json("/api/v1/policies").await["items"][0]["state"], "draft");
    let own = admin.send(Method::POST, "/api/v1/policies/1/approve", json!({})).await;
    assert_eq!(own.status, 403, "nobody approves their own draft: {}", own.text());
    assert!(admin.json("/api/v1/retention/forecast").await["years"].is_array());

    let hold = json!({ "matter": "C-1", "reason": "inquiry", "custodian": "Legal", "query": "patient" });
    let placed = admin.send(Method::POST, "/api/v1/holds", hold).await;
    assert_eq!(placed.status, 201, "{}", placed.text());
    let id = placed.json()["id"].as_str().unwrap().to_owned();
    let release = format!("/api/v1/holds/{id}/release");
    assert_eq!(admin.send(Method::POST, &release, json!({ "reason": "over" })).await.status, 200);
    assert_eq!(admin.send(Method::POST, &release, json!({ "confirm": true })).await.status, 403);
    let disposals = admin.json("/api/v1/disposals").await;
    assert_eq!((&disposals["people"], &disposals["people_needed"]), (&json!(1), &json!(3)));

    let log = admin.json("/api/v1/audit?limit=3").await;
    assert_eq!((log["items"].as_array().unwrap().len(), &log["next"]), (3, &json!("2")));
    let after = admin.json("/api/v1/audit?limit=3&after=2").await;
    assert_eq!(after["items"][0]["sequence"], 3);
    let own = site.technician.json("/api/v1/audit?limit=200").await;
    let person = site.person("Tom Technician");
    assert!(!own["items"].as_array().unwrap().is_empty());
    assert!(own["items"].as_array().unwrap().iter().all(|entry| entry["actor"].to_string().contains(&person)));
    let proof = admin.json("/api/v1/audit/0/proof").await;
    assert!(proof["checkpoint"].as_str().unwrap().contains('\n'), "{proof}");
    let status = admin.json("/api/v1/audit/status").await;
    assert_eq!(status["fits"], true, "{status}");

    let events = site.technician.request(Method::GET, "/api/v1/events").send().await.unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let mut events = events;
    let mut text = String::new();
    while !(text.contains("event: queue") && text.contains("event: jobs")) {
        let next = tokio::time::timeout(std::time::Duration::from_secs(20), events.chunk()).await.unwrap();
        text.push_str(&String::from_utf8_lossy(&next.unwrap().unwrap()));
    }
}
