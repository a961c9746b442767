//! Manifests and searches for image viewers, over a chart whose words are known.

use serde_json::Value;

use super::site::Site;
use crate::support::clinic::Clinic;

fn chart(clinic: &Clinic) {
    let scans = clinic.program.charts("charts", 1, "tiff-g4", 150);
    clinic.program.json(&["ingest", scans[0].to_str().unwrap(), "--batch", "viewed"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_leads_to_every_page_and_its_words() {
    let site = Site::open(chart);
    let document = site.technician.json("/api/v1/search").await["items"][0]["document"].as_str().unwrap().to_owned();
    let seen = site.technician.json(&format!("/api/v1/documents/{document}")).await;
    let manifest = site.technician.get(seen["manifest"].as_str().unwrap()).await;
    assert!(manifest.header("content-type").starts_with("application/ld+json"));
    let text = manifest.text();
    let manifest = manifest.json();
    assert!(text.starts_with("{\"@context\""), "the context comes first: {}", &text[..80]);
    assert_eq!(manifest["@context"], "http://iiif.io/api/presentation/3/context.json");
    assert_eq!((&manifest["type"], manifest["label"]["none"].is_array()), (&"Manifest".into(), true));
    let shown = seen["pages"].as_array().unwrap().iter().filter(|page| page["hidden"] == false).count();
    let canvases = manifest["items"].as_array().unwrap();
    assert_eq!(canvases.len(), shown);
    for canvas in canvases {
        assert_eq!(canvas["type"], "Canvas");
        let painting = &canvas["items"][0]["items"][0];
        assert_eq!((&painting["motivation"], &painting["target"]), (&"painting".into(), &canvas["id"]));
        let body = &painting["body"];
        assert_eq!((&body["width"], &body["height"]), (&canvas["width"], &canvas["height"]));
        let info = site.technician.json(&format!("{}/info.json", body["service"][0]["id"].as_str().unwrap())).await;
        assert_eq!((&info["width"], &info["height"]), (&canvas["width"], &canvas["height"]));
        assert_eq!(info["id"], body["service"][0]["id"]);
        let thumbnail = site.technician.get(canvas["thumbnail"][0]["id"].as_str().unwrap()).await;
        assert_eq!(thumbnail.status, 200, "{}", thumbnail.text());
    }
    // A word that search has found is found by viewers at the same place.
    let suggested = site.technician.json("/api/v1/search/suggest?q=pa").await;
    let word = suggested["items"][0]["value"].as_str().unwrap().to_owned();
    let hits = site.technician.json(&format!("/api/v1/search?q={word}")).await;
    let first = hits["items"].as_array().unwrap().iter().find(|hit| hit["document"] == document.as_str()).unwrap();
    let boxes: usize = hits["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|hit| hit["document"] == document.as_str())
        .map(|hit| hit["boxes"].as_array().unwrap().len())
        .sum();
    let service = |version: u32| format!("/api/v1/iiif/search/{version}/{document}?q={word}");
    let second = site.technician.json(&service(2)).await;
    assert_eq!(second["@context"], "http://iiif.io/api/search/2/context.json");
    let annotations = second["items"].as_array().unwrap();
    assert_eq!(annotations.len(), boxes);
    let rect = &first["boxes"][0]["rect"];
    let numbers = |of: &Value| ["left", "top", "width", "height"].map(|side| of[side].as_u64().unwrap());
    let place = annotations[0]["target"].as_str().unwrap().split("xywh=").nth(1).unwrap();
    let place: Vec<u64> = place.split(',').map(|number| number.parse().unwrap()).collect();
    for (told, expected) in place.iter().zip(numbers(rect)) {
        assert!(told.abs_diff(expected) <= 1, "{place:?} {rect}");
    }
    let first_version = site.technician.json(&service(1)).await;
    assert_eq!(first_version["resources"].as_array().unwrap().len(), boxes);
    assert!(canvases.iter().any(|canvas| {
        let target = first_version["resources"][0]["on"].as_str().unwrap();
        target.starts_with(&format!("{}#xywh=", canvas["id"].as_str().unwrap()))
    }));
    let wrong = site.technician.get(&format!("/api/v1/iiif/search/2/{document}?q=%22open")).await;
    assert_eq!((wrong.status, wrong.json()["code"].as_str()), (400, Some("query-wrong")));
}
