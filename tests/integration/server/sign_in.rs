//! Signing in and out: links, passwords, sessions that end, attempts that are counted.

use muniment::app::App;
use muniment::app::config::Config;
use muniment::chart::Role;
use reqwest::Method;
use serde_json::json;

use super::site::{Browser, PASSWORD, Site, start};

#[tokio::test]
async fn the_first_administrator_comes_in_by_a_link_that_works_once() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(Config::load(None, std::iter::empty(), Some(folder.path())).unwrap()).await.unwrap();
    let (address, stop) = start(&app).await;
    let mut browser = Browser { base: format!("http://{address}"), ..Browser::default() };
    let (link, another) = (app.first_link().await.unwrap().unwrap(), app.first_link().await.unwrap().unwrap());
    assert_eq!(browser.sign_in_by("link-0000").await.status, 401);
    let body = json!({ "token": link, "name": "Ada Adams", "login": "ada" });
    let answer = browser.post("/api/v1/session/link", body).await;
    browser.keep(&answer);
    let told = answer.json();
    assert_eq!(
        (answer.status, &told["person"]["roles"], &told["needs"]),
        (200, &json!(["administrator"]), &json!("password"))
    );
    // Nothing but setting a password is open to them yet.
    let people = browser.get("/api/v1/people").await;
    assert_eq!((people.status, people.code()), (403, "not-set-up".to_owned()));
    let set = browser.send(Method::PUT, "/api/v1/me/password", Some(json!({ "new": PASSWORD }))).await;
    browser.keep(&set);
    assert_eq!((set.status, &set.json()["needs"]), (200, &json!(null)));
    assert_eq!(browser.get("/api/v1/people").await.status, 200);
    // Neither link makes another one, and no more are made.
    for used in [link, another] {
        assert_eq!(browser.clone().sign_in_by(&used).await.status, 401);
    }
    assert_eq!(app.first_link().await.unwrap(), None);
    assert_eq!(app.store.people().await.unwrap().len(), 1);
    stop.raise();
}

#[tokio::test]
async fn a_session_is_not_the_one_that_the_browser_came_with() {
    let site = Site::open().await;
    site.add_with_password("tom", &[Role::Technician]).await;
    let mut attacker = site.browser();
    assert_eq!(attacker.sign_in("tom", PASSWORD, None).await.status, 200);
    // The victim's browser was given the attacker's cookie; signing in makes another session, and ends that one.
    let mut victim = Browser { cookie: attacker.cookie.clone(), ..site.browser() };
    assert_eq!(victim.sign_in("tom", PASSWORD, None).await.status, 200);
    assert_ne!(victim.cookie, attacker.cookie);
    assert_eq!(attacker.get("/api/v1/session").await.status, 401);
    assert_eq!(victim.get("/api/v1/session").await.status, 200);
    // A cookie that the server never gave is no session, either.
    let invented = Browser { cookie: Some("muniment=session-0123".into()), ..site.browser() };
    assert_eq!(invented.get("/api/v1/session").await.status, 401);
    let cookie = victim.cookie.clone().unwrap();
    assert!(cookie.starts_with("muniment=session-"), "{cookie}");
    let stored = cookie.strip_prefix("muniment=").unwrap();
    let database = std::fs::read(site.app.config.data.folder.join("muniment.db")).unwrap();
    assert!(!database.windows(stored.len()).any(|window| window == stored.as_bytes()), "only its digest is kept");
}

#[tokio::test]
async fn signing_out_ends_the_session_and_clears_the_browser() {
    let site = Site::open().await;
    site.add_with_password("tom", &[Role::Technician]).await;
    let mut browser = site.browser();
    let answer = browser.sign_in("tom", PASSWORD, None).await;
    let line = answer.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(line.contains(part), "{line}");
    }
    let out = browser.send(Method::DELETE, "/api/v1/session", None).await;
    assert_eq!(out.status, 204, "{}", out.text);
    assert!(out.header("clear-site-data").contains("\"storage\"") && out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(browser.get("/api/v1/session").await.status, 401);
    let ledger = site.ledger().await.join("\n");
    for fact in ["password-set", "signed-in", "signed-out"] {
        assert!(ledger.contains(fact), "{fact} in {ledger}");
    }
}

#[tokio::test]
async fn sessions_end_by_time_by_disuse_and_with_their_person() {
    let site = Site::open().await;
    let tom = site.add_with_password("tom", &[Role::Technician]).await;
    let mut browser = site.browser();
    browser.sign_in("tom", PASSWORD, None).await;
    let token = browser.cookie.clone().unwrap().strip_prefix("muniment=").unwrap().to_owned();
    let digest = muniment::chart::Digest::of(token.as_bytes());
    let now = site.app.clock.now();
    let (idle, long) = (site.app.idle_limit(), jiff::SignedDuration::from_hours(24));
    let at = |after: jiff::SignedDuration| now.checked_add(after).unwrap();
    let store = &site.app.store;
    assert!(store.session(digest, at(idle - jiff::SignedDuration::from_secs(5)), idle).await.unwrap().is_some());
    assert!(store.session(digest, at(idle + jiff::SignedDuration::from_secs(5)), idle).await.unwrap().is_none());
    store.session_seen(digest, at(jiff::SignedDuration::from_hours(11))).await.unwrap();
    assert!(store.session(digest, at(jiff::SignedDuration::from_hours(11)), idle).await.unwrap().is_some());
    store.session_seen(digest, at(long)).await.unwrap();
    assert!(store.session(digest, at(long), idle).await.unwrap().is_none(), "twelve hours are the most");
    assert_eq!(browser.get("/api/v1/session").await.status, 200);
    site.app.asked_by(site.administrator).dismiss(tom).await.unwrap();
    assert_eq!(browser.get("/api/v1/session").await.status, 401);
    assert_eq!(site.browser().sign_in("tom", PASSWORD, None).await.status, 401);
}

#[tokio::test]
async fn wrong_passwords_are_answered_alike_and_block_the_account() {
    let site = Site::open().await;
    site.add_with_password("tom", &[Role::Technician]).await;
    let nobody = site.browser().sign_in("nobody", "wrong password", None).await;
    let mut last = nobody.json();
    for attempt in 0..5 {
        let answer = site.browser().sign_in("tom", "wrong password", None).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "wrong"), "attempt {attempt}");
        last = answer.json();
    }
    assert_eq!(last["detail"], nobody.json()["detail"], "who exists is not told");
    assert_eq!(site.browser().sign_in("tom", "wrong password", None).await.status, 401, "the sixth begins the pause");
    // The right password does not get through the pause, however the login is written.
    for login in ["tom", "TOM", " tom "] {
        let answer = site.browser().sign_in(login, PASSWORD, None).await;
        assert_eq!((answer.status, answer.code().as_str()), (429, "too-many"), "{login}");
        let seconds = answer.json()["retry_after"].as_u64().unwrap();
        assert!((1..=30).contains(&seconds) && answer.header("retry-after") == seconds.to_string(), "{}", answer.text);
    }
    let ledger = site.ledger().await;
    let failed = ledger.iter().filter(|entry| entry.contains("sign-in-failed")).count();
    assert_eq!(failed, 7, "each attempt that was judged, and none that was turned away");
    assert!(!ledger.join("").contains("wrong password"));
}

#[tokio::test]
async fn many_attempts_at_once_are_not_more_than_one_after_the_other() {
    let site = Site::open().await;
    site.add_with_password("tom", &[Role::Technician]).await;
    let attempts = (0..24).map(|_| {
        let mut browser = site.browser();
        async move { browser.sign_in("tom", "wrong password", None).await.status }
    });
    let statuses = futures::future::join_all(attempts).await;
    let judged = statuses.iter().filter(|status| **status == 401).count();
    assert!(judged <= 6, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 401 | 429)), "{statuses:?}");
}

#[tokio::test]
async fn a_password_is_changed_with_the_old_one_and_ends_other_sessions() {
    let site = Site::open().await;
    site.add_with_password("tom", &[Role::Technician]).await;
    let (mut one, mut two) = (site.browser(), site.browser());
    one.sign_in("tom", PASSWORD, None).await;
    two.sign_in("tom", PASSWORD, None).await;
    let new = "four small boats";
    let wrong = one.send(Method::PUT, "/api/v1/me/password", Some(json!({ "old": "wrong", "new": new }))).await;
    assert_eq!(wrong.status, 401);
    let missing = one.send(Method::PUT, "/api/v1/me/password", Some(json!({ "new": new }))).await;
    assert_eq!(missing.status, 401);
    let easy = json!({ "old": PASSWORD, "new": "password1234" });
    assert_eq!(one.send(Method::PUT, "/api/v1/me/password", Some(easy)).await.status, 422);
    let set = one.send(Method::PUT, "/api/v1/me/password", Some(json!({ "old": PASSWORD, "new": new }))).await;
    assert_eq!(set.status, 200, "{}", set.text);
    assert_eq!(two.get("/api/v1/session").await.status, 401);
    assert_eq!(one.get("/api/v1/session").await.status, 401, "the browser has a new session");
    one.keep(&set);
    assert_eq!(one.get("/api/v1/session").await.status, 200);
    assert_eq!(site.browser().sign_in("tom", PASSWORD, None).await.status, 401);
    assert_eq!(site.browser().sign_in("tom", new, None).await.status, 200);
}
