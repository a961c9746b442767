//! What every answer has: an id, security headers, problems as JSON; and what is not let in.

use super::site::{Browser, Site};

#[tokio::test]
async fn every_answer_has_its_headers_and_an_id_of_its_own() {
    let site = Site::open().await;
    let browser = site.browser();
    let mut ids = Vec::new();
    for path in ["/", "/search", "/healthz", "/api/v1/session", "/api/v1/openapi.json", "/nothing.js", "/metrics"] {
        let answer = browser.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
        assert!(answer.header("permissions-policy").contains("camera=()"));
        assert!(
            !answer.header("cache-control").is_empty() && !answer.header("cache-control").contains("public"),
            "{path}"
        );
        ids.push(answer.header("x-request-id").to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 7);
    // An id that somebody sends is not taken over.
    let mut sent = site.browser();
    sent.headers.push(("x-request-id", "mine".into()));
    assert_ne!(sent.get("/healthz").await.header("x-request-id"), "mine");
}

#[tokio::test]
async fn problems_are_json_with_the_id_of_the_request() {
    let site = Site::open().await;
    let ada = site.program(site.administrator, None).await;
    let nothing = ada.get("/api/v1/nothing").await;
    assert_eq!((nothing.status, nothing.header("content-type")), (404, "application/problem+json"));
    assert_eq!(nothing.json()["request_id"], nothing.header("x-request-id"));
    let method = ada.send(reqwest::Method::PUT, "/api/v1/people", Some(serde_json::json!({}))).await;
    assert_eq!((method.status, method.code().as_str()), (405, "method"));
    let body = ada.post("/api/v1/people", serde_json::json!({ "name": 1 })).await;
    assert_eq!((body.status, body.code().as_str()), (422, "unfit"));
    let page = ada.send(reqwest::Method::POST, "/search", Some(serde_json::json!({}))).await;
    assert_eq!(page.status, 405);
}

#[tokio::test]
async fn figures_are_for_this_machine_and_for_those_who_run_it() {
    let site = Site::open().await;
    site.browser().get("/api/v1/session").await;
    let figures = site.browser().get("/metrics").await;
    assert_eq!(figures.status, 200);
    for name in
        ["muniment_http_requests_total", "muniment_http_seconds_bucket", "muniment_ledger_entries", "/api/v1/session"]
    {
        assert!(figures.text.contains(name), "{name} in {}", figures.text);
    }
    // Behind a proxy everything seems to come from this machine.
    let listening = muniment::app::listening::Listening {
        address: ([127, 0, 0, 1], 0).into(),
        tls: None,
        behind_proxy: true,
        work: false,
    };
    let (address, stop) = super::site::start_listening(&site.app, listening).await;
    let outside = Browser { base: format!("http://{address}"), ..Browser::default() };
    assert_eq!(outside.get("/metrics").await.status, 401);
    let program = Browser { base: outside.base.clone(), ..site.program(site.administrator, None).await };
    let answer = program.get("/metrics").await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("strict-transport-security").contains("max-age"));
    stop.raise();
}

#[tokio::test]
async fn words_that_were_searched_for_are_no_label_of_a_figure() {
    let site = Site::open().await;
    site.browser().get("/api/v1/session?q=hypertension-of-mister-x").await;
    site.browser().get("/mister-x-in-the-path").await;
    let figures = site.browser().get("/metrics").await.text;
    assert!(!figures.contains("mister-x"), "{figures}");
}
