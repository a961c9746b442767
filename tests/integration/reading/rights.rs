//! Nobody learns of a document that they may not see: not by hits, counts, facets, suggestions, ids or images.

use reqwest::Method;
use serde_json::{Value, json};

use super::site::{Client, Site};
use crate::support::clinic::Clinic;

/// Two batches with a chart each; of the second, the first document is a record.
fn two_batches(clinic: &Clinic) {
    let scans = clinic.program.charts("charts", 2, "tiff-g4", 100);
    let half = scans.len() / 2;
    for (batch, scans) in [("open", &scans[..half]), ("closed", &scans[half..])] {
        let mut arguments = vec!["ingest"];
        arguments.extend(scans.iter().map(|scan| scan.to_str().unwrap()));
        arguments.extend(["--batch", batch]);
        clinic.program.json(&arguments);
    }
}

async fn batch(site: &Site, name: &str) -> String {
    let batches = site.administrator.json("/api/v1/batches").await;
    let found = batches["items"].as_array().unwrap().iter().find(|batch| batch["name"] == name).unwrap();
    found["id"].as_str().unwrap().to_owned()
}

async fn documents(client: &Client, query: &str) -> Vec<String> {
    let answer = client.json(&format!("/api/v1/search?limit=200{query}")).await;
    let mut found: Vec<String> =
        (answer["items"].as_array().unwrap().iter()).map(|hit| hit["document"].as_str().unwrap().to_owned()).collect();
    found.dedup();
    assert_eq!(answer["documents"].as_u64().unwrap() as usize, found.len(), "{}", answer["documents"]);
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_is_the_work_of_others_does_not_exist() {
    let site = Site::open(two_batches);
    let closed = batch(&site, "closed").await;
    let all = documents(&site.technician, "").await;
    let theirs = documents(&site.technician, &format!("&batch={closed}")).await;
    assert!(!theirs.is_empty() && theirs.len() < all.len());
    let secret = &theirs[0];
    let hit = site.technician.json(&format!("/api/v1/search?batch={closed}")).await["items"][0].clone();
    let image = hit["image"].as_str().unwrap().to_owned();
    // A word that stands in that batch only.
    let words = site.clinic.program.json(&["export", secret, "--format", "json", "-o", "-"]);
    let reviewer = site.person("Rita Reviewer");
    let put = format!("/api/v1/batches/{closed}/staff/{reviewer}");
    let refused = site.technician.send(Method::PUT, &put, json!({})).await;
    assert_eq!(refused.status, 403);
    assert_eq!(site.administrator.send(Method::PUT, &put, json!({})).await.status, 204);

    assert_eq!(documents(&site.reviewer, "").await, all, "the reviewer is assigned");
    let left = documents(&site.technician, "").await;
    assert_eq!(left.len(), all.len() - theirs.len());
    assert!(left.iter().all(|document| !theirs.contains(document)));
    assert!(documents(&site.technician, &format!("&batch={closed}")).await.is_empty());
    assert!(documents(&site.technician, &format!("&q=document:{secret}")).await.is_empty());
    let answer = site.technician.json("/api/v1/search").await;
    let text = answer["facets"].to_string();
    assert!(!text.contains(&closed) && !text.contains("\"closed\""), "{text}");
    assert_eq!(answer["unseen"], Value::Null, "how much waits would tell of others' batches");
    let pages: u64 =
        answer["facets"]["batch"].as_array().unwrap().iter().map(|value| value["count"].as_u64().unwrap()).sum();
    assert_eq!(pages as usize, left.len());
    // Suggestions know words of pages in scope only.
    let word = lonely_word(&site, &words, &left).await;
    let suggest = format!("/api/v1/search/suggest?q={word}");
    assert_eq!(site.technician.json(&suggest).await["items"].as_array().unwrap().len(), 0, "{word}");
    assert_ne!(site.reviewer.json(&suggest).await["items"].as_array().unwrap().len(), 0, "{word}");
    // What is there and not theirs is answered like what is not there.
    let unknown = "01890000-0000-7000-8000-000000000000";
    for (path, other) in [
        (format!("/api/v1/documents/{secret}"), format!("/api/v1/documents/{unknown}")),
        (
            format!("/api/v1/iiif/presentation/{secret}/manifest"),
            format!("/api/v1/iiif/presentation/{unknown}/manifest"),
        ),
        (format!("/api/v1/iiif/search/2/{secret}?q=a"), format!("/api/v1/iiif/search/2/{unknown}?q=a")),
        (format!("{image}/info.json"), format!("/api/v1/iiif/3/{}:1/info.json", "ab".repeat(32))),
        (
            format!("{image}/full/max/0/default.jpg"),
            format!("/api/v1/iiif/3/{}:1/full/max/0/default.jpg", "ab".repeat(32)),
        ),
        (format!("/api/v1/batches/{closed}"), format!("/api/v1/batches/{unknown}")),
    ] {
        assert_eq!(site.reviewer.get(&path).await.status, 200, "{path}");
        let (one, none) = (site.technician.get(&path).await, site.technician.get(&other).await);
        assert_eq!((one.status, none.status), (404, 404), "{path}");
        assert_eq!((&one.json()["code"], &one.json()["detail"]), (&none.json()["code"], &none.json()["detail"]));
    }
    let export = json!({ "documents": [secret], "format": "txt", "reason": "test" });
    assert_eq!(site.technician.send(Method::POST, "/api/v1/exports", export).await.status, 404);
    assert_eq!(site.support.get("/api/v1/search").await.status, 403);
}

/// Finds a word of a document that stands in none of the others.
async fn lonely_word(site: &Site, document: &Value, others: &[String]) -> String {
    let mut texts = String::new();
    for other in others {
        texts.push_str(&site.clinic.program.run(&["export", other, "--format", "txt", "-o", "-"]).out.to_lowercase());
    }
    let mut words: Vec<String> = Vec::new();
    collect(document, &mut words);
    words.retain(|word| {
        word.len() > 5 && word.chars().all(|letter| letter.is_ascii_lowercase()) && !texts.contains(word)
    });
    for word in words {
        let found = site.reviewer.json(&format!("/api/v1/search/suggest?q={word}")).await;
        if found["items"].as_array().is_some_and(|items| items.iter().any(|item| item["value"] == word.as_str())) {
            return word;
        }
    }
    panic!("every word stands elsewhere too")
}

fn collect(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(text) = members.get("text").and_then(Value::as_str) {
                words.push(text.to_lowercase());
            }
            members.values().for_each(|value| collect(value, words));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, words)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn requesters_and_administrators_read_what_was_granted_and_said() {
    let mut record = String::new();
    let site = Site::open(|clinic| {
        two_batches(clinic);
        let list = clinic.program.json(&["show", "--batch", "open"]);
        let document = list[0]["id"].as_str().unwrap().to_owned();
        let patient =
            ["--patient", "4711", "--name", "Example, Ann", "--born", "1950-06-01", "--type", "progress-note"];
        record = clinic.accept(&document, &patient).to_string();
        assert_eq!(clinic.deposit(), 1);
        clinic.program.json(&["index", "update"]);
    });
    assert_eq!(documents(&site.requester, "").await, Vec::<String>::new(), "nothing was granted");
    let first = site.administrator.get("/api/v1/search").await;
    assert_eq!((first.status, first.json()["code"].as_str()), (403, Some("reason-needed")));
    let path = format!("/api/v1/records/{record}");
    assert_eq!(site.requester.get(&path).await.status, 404);
    let person = site.person("Rolf Requester");
    let grant = json!({ "person": person, "record": record, "reason": "request 12", "minutes": 60 });
    let own = site.requester.send(Method::POST, "/api/v1/grants", grant.clone()).await;
    assert_eq!(own.status, 403, "nobody grants themselves anything: {}", own.text());
    let given = site.administrator.send(Method::POST, "/api/v1/grants", grant).await;
    assert_eq!(given.status, 201, "{}", given.text());
    let seen = site.requester.json(&path).await;
    assert_eq!(seen["document"]["patient"]["name"], "Example, Ann");
    assert_eq!(seen["versions"].as_array().unwrap().len(), 1);
    assert!(!seen["retention"]["why"].as_array().unwrap().is_empty(), "{}", seen["retention"]);
    assert_eq!(documents(&site.requester, "").await, [seen["document"]["id"].as_str().unwrap()]);
    let patient = seen["document"]["patient"]["id"].as_str().unwrap();
    let chart = site.requester.json(&format!("/api/v1/patients/{patient}/chart")).await;
    assert_eq!(chart["items"][0]["record"], record.as_str());
    let facets = site.requester.json("/api/v1/search").await["facets"].clone();
    assert_eq!(facets["patient"][0]["label"], "Example, Ann · 4711");
    // An administrator says why, and for how long.
    let reason =
        site.administrator.send(Method::POST, "/api/v1/grants", json!({ "reason": "inquiry 7", "minutes": 5 })).await;
    assert_eq!(reason.status, 201, "{}", reason.text());
    assert!(!documents(&site.administrator, "").await.is_empty());
    let too_long = json!({ "reason": "for ever", "minutes": 100_000 });
    assert_eq!(site.administrator.send(Method::POST, "/api/v1/grants", too_long).await.status, 409);
    // What was taken back is gone at once.
    let id = given.json()["id"].as_str().unwrap().to_owned();
    let revoke = site.administrator.send(Method::DELETE, &format!("/api/v1/grants/{id}"), json!({})).await;
    assert_eq!(revoke.status, 204);
    assert_eq!(site.requester.get(&path).await.status, 404);
    assert!(documents(&site.requester, "").await.is_empty());
    let accesses = site.accesses().join("\n");
    for fact in ["record-viewed", "chart-viewed", "searched"] {
        assert!(accesses.contains(fact), "{fact} is not in the ledger: {accesses}");
    }
    assert!(!accesses.contains("Example") && !site.log().contains("Example"), "no patient text in ledger or log");
}
