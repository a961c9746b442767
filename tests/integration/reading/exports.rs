//! What is exported over HTTP is what the command line exports; never without a reason, never without a note.

use reqwest::Method;
use serde_json::json;

use super::site::Site;

#[tokio::test(flavor = "multi_thread")]
async fn exports_are_those_of_the_command_line_and_noted() {
    let site = Site::open(|clinic| {
        let scan = clinic.program.charts("charts", 1, "tiff-g4", 100).remove(0);
        clinic.program.json(&["ingest", scan.to_str().unwrap(), "--batch", "one"]);
    });
    let list = site.clinic.program.json(&["show", "--batch", "one"]);
    let document = list[0]["id"].as_str().unwrap().to_owned();
    for format in ["txt", "hocr", "alto", "json", "original"] {
        let path = site.clinic.program.path(&format!("export.{format}"));
        let file = path.to_str().unwrap();
        let run = site.clinic.program.run(&["export", &document, "--format", format, "-o", file]);
        assert_eq!(run.code, 0, "{format}: {}", run.err);
        let asked =
            json!({ "documents": [document], "format": format, "reason": "request 12", "purpose": "treatment" });
        let answer = site.technician.send(Method::POST, "/api/v1/exports", asked).await;
        assert_eq!(answer.status, 200, "{format}: {}", answer.text());
        assert!(answer.header("content-disposition").contains(&document));
        assert!(answer.bytes == std::fs::read(&path).unwrap(), "{format} differs");
    }
    let pdf = json!({ "documents": [document], "format": "pdf", "reason": "request 12" });
    let pdf = site.technician.send(Method::POST, "/api/v1/exports", pdf).await;
    assert!(pdf.status == 200 && pdf.bytes.starts_with(b"%PDF-"), "{}", pdf.status);
    let print = json!({ "document": document, "reason": "for the ward" });
    let print = site.technician.send(Method::POST, "/api/v1/prints", print).await;
    assert!(print.bytes.starts_with(b"%PDF-") && print.header("content-disposition").starts_with("inline"));
    for bad in [
        json!({ "documents": [document], "format": "txt", "reason": " " }),
        json!({ "documents": [document], "format": "exe", "reason": "x" }),
        json!({ "documents": [], "format": "txt", "reason": "x" }),
    ] {
        assert_eq!(site.technician.send(Method::POST, "/api/v1/exports", bad.clone()).await.status, 422, "{bad}");
    }
    let accesses = site.accesses();
    let exported = accesses.iter().filter(|line| line.contains("\"exported\"")).count();
    assert_eq!(exported, 6, "{accesses:?}");
    assert!(accesses.iter().any(|line| line.contains("\"printed\"") && line.contains("for the ward")));
    assert!(accesses.iter().any(|line| line.contains("treatment: request 12")));
}
