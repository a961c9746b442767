//! Whoever audits learns who read which page, by record, by person and by days; and that they asked is known too.

use serde_json::Value;

use super::site::Site;
use crate::support::born_digital::shared_file;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_seen_is_in_the_report_of_its_record_alone() {
    let mut records = Vec::new();
    let mut auditor = String::new();
    let site = Site::open(|clinic| {
        auditor = clinic.program.staff("Aud Auditor", &["auditor"]);
        for patient in ["4711", "4712"] {
            let document = clinic.ingest(&format!("{patient}.pdf"), &shared_file(&[&format!("ZZ{patient}")]));
            let document = document.as_str();
            records.push(clinic.accept(document, &["--patient", patient, "--type", "progress-note"]).to_string());
        }
        clinic.deposit();
    });
    let auditor = site.holder(&auditor);
    let (seen, unseen) = (&records[0], &records[1]);
    let shown = site.technician.json(&format!("/api/v1/records/{seen}")).await;
    let image = shown["document"]["pages"][0]["image"].as_str().unwrap().to_owned();
    assert_eq!(site.technician.get(&format!("{image}/full/max/0/default.jpg")).await.status, 200);

    let items = |report: Value| report["items"].as_array().unwrap().clone();
    let report = items(auditor.json(&format!("/api/v1/audit/access?record={seen}")).await);
    assert!(
        report.iter().all(|item| item["name"] == "Tom Technician" && item["record"] == seen.as_str()),
        "{report:?}"
    );
    let page = report.iter().find(|item| item["page"] == 1).unwrap_or_else(|| panic!("no page: {report:?}"));
    assert_eq!((&page["action"], &page["document"]), (&Value::from("viewed"), &shown["document"]["id"]));
    assert!(report.iter().any(|item| item["action"] == "record-viewed"));
    assert!(items(auditor.json(&format!("/api/v1/audit/access?record={unseen}")).await).is_empty());
    let patient = shown["document"]["patient"]["id"].as_str().unwrap();
    assert_eq!(items(auditor.json(&format!("/api/v1/audit/access?patient={patient}")).await).len(), report.len());

    // By person, in parts, the newest first; by days.
    let technician = site.person("Tom Technician");
    let path = format!("/api/v1/audit/access?person={technician}&limit=1");
    let first = auditor.json(&path).await;
    let next = auditor.json(&format!("{path}&after={}", first["next"].as_str().unwrap())).await;
    assert_eq!((items(first.clone()).len(), items(next.clone()).len()), (1, 1));
    assert!(first["items"][0]["entry"].as_u64() > next["items"][0]["entry"].as_u64());
    assert!(items(auditor.json(&format!("/api/v1/audit/access?record={seen}&to=2020-01-01")).await).is_empty());
    assert_eq!(auditor.get("/api/v1/audit/access?from=yesterday").await.status, 422);

    // As a file, with the same lines; and nobody else may ask.
    let file = auditor.get(&format!("/api/v1/audit/access.csv?record={seen}")).await;
    assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert_eq!(file.text().lines().count(), report.len() + 1);
    assert!(file.text().contains("\"Tom Technician\",viewed,"), "{}", file.text());
    for client in [&site.technician, &site.reviewer, &site.requester, &site.support] {
        assert_eq!(client.get("/api/v1/audit/access").await.status, 403);
    }
    assert!(site.accesses().iter().any(|fact| fact.contains("access-reported") && fact.contains(seen)));
}
