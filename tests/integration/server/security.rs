//! What somebody tries who should not: requests of other sites, addresses that climb, headers that break lines, requests that
//! are too large or too slow, ids that are guessed.

use std::time::{Duration, Instant};

use muniment::chart::Role;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::site::{Browser, PASSWORD, Site};

/// Sends bytes as they are and returns the answer.
async fn raw(site: &Site, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    // The server may have had enough before everything is sent.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_write_that_another_site_caused_is_refused() {
    let site = Site::open().await;
    site.add_with_password("ben", &[Role::Administrator]).await;
    let mut ben = site.browser();
    ben.sign_in("ben", PASSWORD, None).await;
    let body = json!({ "name": "Eve", "login": "eve", "roles": ["administrator"] });
    let without = Browser { csrf: None, ..ben.clone() };
    let of_another = Browser { csrf: Some("0".repeat(64)), ..ben.clone() };
    for browser in [without, of_another] {
        let answer = browser.post("/api/v1/people", body.clone()).await;
        assert_eq!((answer.status, answer.code().as_str()), (403, "csrf"));
    }
    // What a browser says of another site counts before the token.
    let client = super::site::client();
    for (name, value) in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")]
    {
        let request = client.post(format!("{}/api/v1/people", ben.base)).header(name, value);
        let request =
            request.header("cookie", ben.cookie.clone().unwrap()).header("x-muniment-csrf", ben.csrf.clone().unwrap());
        let answer = request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{name}: {value}");
    }
    // Nobody is signed in by another site as somebody whom they did not choose to be, either.
    let request = client.post(format!("{}/api/v1/session", ben.base)).header("sec-fetch-site", "cross-site");
    let given = json!({ "login": "ben", "password": PASSWORD }).to_string();
    let answer = request.header("content-type", "application/json").body(given).send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert_eq!(site.app.store.people().await.unwrap().len(), 2);
    assert_eq!(ben.post("/api/v1/people", body).await.status, 201, "and a page of ours may");
}

#[tokio::test]
async fn addresses_that_climb_reach_no_file() {
    let site = Site::open().await;
    for path in [
        "/../Cargo.toml",
        "/..%2fCargo.toml",
        "/assets/../../Cargo.toml",
        "/assets/%2e%2e/%2e%2e/Cargo.toml",
        "/assets//etc/passwd",
        "//etc/passwd",
        "/assets/..\\..\\Cargo.toml",
        "/%00/index.html",
        "/assets/x.js%00.html",
        "/index.html/../../data/muniment.db",
        "/api/v1/../../etc/passwd",
        "/api/v1/people/..%2f..%2fetc%2fpasswd",
        "/api/v1/me/tokens/..%2f..%2f",
    ] {
        let answer =
            raw(&site, format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 "), "{path}: {answer}");
        for secret in ["root:", "[package]", "SQLite format"] {
            assert!(!answer.contains(secret), "{path}: {answer}");
        }
        let status: u16 = answer[9..12].parse().unwrap();
        assert!(status < 500, "{path}: {answer}");
    }
}

#[tokio::test]
async fn no_line_of_ours_is_broken_by_what_is_sent() {
    let site = Site::open().await;
    for request in [
        "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: a\r\n Set-Cookie: evil=1\r\n\r\n"
            .to_owned(),
        "GET /oidc/callback?state=%0d%0aSet-Cookie:%20evil=1&code=x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            .to_owned(),
        "GET /sign-in%0d%0aSet-Cookie:%20evil=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: evil\r\n\tx\r\nConnection: close\r\nCookie: muniment=a\r\nX: \u{1}\r\n\r\n".to_owned(),
    ] {
        let answer = raw(&site, request.as_bytes()).await;
        let head = answer.split("\r\n\r\n").next().unwrap().to_lowercase();
        assert!(!head.contains("evil"), "{request}: {answer}");
    }
    // Two lengths, or a length and chunks, are how one request is smuggled within another.
    for lines in [
        "Content-Length: 4\r\nContent-Length: 40",
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    ] {
        let request =
            format!("POST /api/v1/session HTTP/1.1\r\nHost: x\r\n{lines}\r\n\r\nabcdGET /metrics HTTP/1.1\r\n\r\n");
        let answer = raw(&site, request.as_bytes()).await;
        assert!(!answer.contains("muniment_http_requests_total"), "{answer}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_turned_away_early() {
    let site = Site::open().await;
    // Before a single byte of it has come.
    let large = "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000000\r\n\
                 Connection: close\r\n\r\n";
    let answer = raw(&site, large.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("too-large"), "{answer}");
    let endless = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(1 << 20));
    let answer = raw(&site, endless.as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    let many: String = (0..1000).map(|number| format!("X-{number}: a\r\n")).collect();
    let answer = raw(&site, format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{many}\r\n").as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let request = super::site::client().post(format!("http://{}/api/v1/session", site.address));
    let answer = request.header("content-type", "application/json").body(deep).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    assert_eq!(site.browser().get("/healthz").await.status, 200);
}

#[tokio::test]
async fn who_sends_slowly_holds_nobody_up_and_is_cut_off() {
    let site = Site::open().await;
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ").await.unwrap();
        slow.push(stream);
    }
    let begun = Instant::now();
    assert_eq!(site.browser().get("/healthz").await.status, 200);
    assert!(begun.elapsed() < Duration::from_secs(5), "others wait for the slow ones");
    let mut answer = Vec::new();
    for stream in &mut slow {
        let ended = tokio::time::timeout(Duration::from_secs(25), stream.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "a slow request was not cut off within 25 s");
    }
    assert!(begun.elapsed() < Duration::from_secs(25));
}

#[tokio::test]
async fn ids_that_are_unknown_foreign_or_no_ids_are_answered_alike() {
    let site = Site::open().await;
    let tom = site.add("tom", &[Role::Technician]).await;
    let ada = site.program(site.administrator, None).await;
    let foreign = site.app.asked_by(tom).make_program_token("t", None, 1).await.unwrap().digest.to_string();
    let mut seen = Vec::new();
    for id in [foreign.as_str(), &"0".repeat(64), "1", "%F0%9F%92%A9", "'%20OR%201=1", "a%00b"] {
        let answer = ada.send(Method::DELETE, &format!("/api/v1/me/tokens/{id}"), None).await;
        seen.push((answer.status, answer.code()));
    }
    assert!(seen.iter().all(|answer| *answer == (404, "not-found".to_owned())), "{seen:?}");
    for id in ["01890000-0000-7000-8000-000000000000", "tom", "../tom", "1'--"] {
        let path = format!("/api/v1/people/{}/link", id.replace('/', "%2f"));
        let answer = ada.send(Method::POST, &path, None).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "not-found"), "{id}");
    }
}

#[tokio::test]
async fn what_people_type_is_given_back_as_text_and_never_as_a_page() {
    let site = Site::open().await;
    let ada = site.program(site.administrator, None).await;
    let name = "<img src=x onerror=alert(1)>\"'`";
    assert_eq!(ada.post("/api/v1/people", json!({ "name": name, "login": "eve" })).await.status, 201);
    let listed = ada.get("/api/v1/people").await;
    assert_eq!(listed.header("content-type"), "application/json");
    assert_eq!(listed.header("x-content-type-options"), "nosniff");
    assert!(listed.json()["items"].as_array().unwrap().iter().any(|person| person["name"] == name));
    for login in ["<b>", "a b", "a\r\nSet-Cookie: x=1", ""] {
        assert_eq!(ada.post("/api/v1/people", json!({ "name": "x", "login": login })).await.status, 422, "{login:?}");
    }
}
