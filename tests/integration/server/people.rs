//! People, roles, links and tokens over HTTP; nobody changes themselves, nobody is somebody else.

use muniment::chart::Role;
use reqwest::Method;
use serde_json::json;

use super::site::{PASSWORD, Site};

#[tokio::test]
async fn an_administrator_adds_people_who_come_in_by_their_link() {
    let site = Site::open().await;
    let ada = site.program(site.administrator, None).await;
    let body = json!({ "name": "Tom <script>alert(1)</script>", "login": "tom", "roles": ["technician"] });
    let added = ada.post("/api/v1/people", body.clone()).await;
    assert_eq!(added.status, 201, "{}", added.text);
    let (person, link) = (added.json()["person"].clone(), added.json()["link"].clone());
    assert!(link["url"].as_str().unwrap().ends_with(&format!("/link#{}", link["token"].as_str().unwrap())));
    assert_eq!((&link["needs_second"], ada.post("/api/v1/people", body).await.status), (&json!(false), 409));
    let mut tom = site.browser();
    assert_eq!(tom.sign_in_by(link["token"].as_str().unwrap()).await.status, 200);
    assert_eq!(tom.clone().sign_in_by(link["token"].as_str().unwrap()).await.status, 409, "a link works once");
    let path = format!("/api/v1/people/{}", person["id"].as_str().unwrap());
    let changed = ada.send(Method::PATCH, &path, Some(json!({ "name": "Tom Tailor" }))).await;
    assert_eq!(
        (changed.status, &changed.json()["name"], &changed.json()["login"]),
        (200, &json!("Tom Tailor"), &json!("tom"))
    );
    let roles = json!({ "roles": ["reviewer", "auditor"] });
    let put = ada.send(Method::PUT, &format!("{path}/roles"), Some(roles)).await;
    assert_eq!((put.status, &put.json()["roles"]), (200, &json!(["reviewer", "auditor"])), "{}", put.text);
    let unknown = ada.send(Method::PUT, &format!("{path}/roles"), Some(json!({ "roles": ["king"] }))).await;
    assert_eq!(unknown.status, 422);
    let own = format!("/api/v1/people/{}/roles", site.administrator);
    let granted = ada.send(Method::PUT, &own, Some(json!({ "roles": ["administrator", "technician"] }))).await;
    assert_eq!((granted.status, granted.code().as_str()), (403, "denied"), "nobody changes their own roles");
    assert_eq!(ada.send(Method::PATCH, &path, Some(json!({ "disabled": true }))).await.json()["disabled"], true);
    assert_eq!(tom.get("/api/v1/session").await.status, 401);
    assert_eq!(ada.send(Method::PATCH, &path, Some(json!({ "disabled": false }))).await.status, 409);
}

#[tokio::test]
async fn two_administrators_are_needed_to_let_somebody_in_anew() {
    let site = Site::open().await;
    let ben = site.add_with_password("ben", &[Role::Administrator]).await;
    let tom = site.add("tom", &[Role::Technician]).await;
    let (first, second) = (site.program(site.administrator, None).await, site.program(ben, None).await);
    let path = format!("/api/v1/people/{tom}/link");
    let one = first.send(Method::POST, &path, None).await.json();
    assert_eq!((&one["needs_second"], &one["is_second"]), (&json!(true), &json!(false)));
    let alone = site.browser().sign_in_by(one["token"].as_str().unwrap()).await;
    assert_eq!(alone.status, 409, "{}", alone.text);
    let two = second.send(Method::POST, &path, None).await.json();
    assert_eq!(two["is_second"], true);
    let both = json!({ "token": one["token"], "second": two["token"] });
    assert_eq!(site.browser().post("/api/v1/session/link", both).await.status, 200);
}

#[tokio::test]
async fn a_token_is_good_for_its_scopes_until_it_is_revoked() {
    let site = Site::open().await;
    site.add_with_password("ben", &[Role::Administrator]).await;
    let mut ben = site.browser();
    ben.sign_in("ben", PASSWORD, None).await;
    let wrong = ben.post("/api/v1/me/tokens", json!({ "name": "x", "scopes": ["everything"] })).await;
    assert_eq!(wrong.status, 422, "{}", wrong.text);
    let made = ben.post("/api/v1/me/tokens", json!({ "name": "report", "scopes": ["view-people"], "days": 7 })).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let token = made.json()["token"].as_str().unwrap().to_owned();
    let mut program = site.browser();
    program.headers.push(("authorization", format!("Bearer {token}")));
    assert_eq!(program.get("/api/v1/people").await.status, 200);
    let more = program.post("/api/v1/people", json!({ "name": "Eve", "login": "eve" })).await;
    assert_eq!((more.status, &more.json()["permission"]), (403, &json!("manage-people")));
    assert_eq!(program.get("/api/v1/me/tokens").await.status, 403, "what is one's own is a scope of its own");
    let listed = ben.get("/api/v1/me/tokens").await;
    assert!(!listed.text.contains(&token) && listed.json()["items"][0]["name"] == "report", "{}", listed.text);
    let path = format!("/api/v1/me/tokens/{}", made.json()["id"].as_str().unwrap());
    let other = site.program(site.administrator, None).await;
    assert_eq!(other.send(Method::DELETE, &path, None).await.status, 404, "another's token is nobody's business");
    assert_eq!(ben.send(Method::DELETE, &path, None).await.status, 204);
    assert_eq!(program.get("/api/v1/people").await.status, 401);
}

#[tokio::test]
async fn an_emergency_takes_the_password_again_and_somebody_else_reviews_it() {
    let site = Site::open().await;
    let rosa = site.add_with_password("rosa", &[Role::Requester, Role::Auditor]).await;
    let olga = site.add("olga", &[Role::Auditor]).await;
    let patient = muniment::chart::PatientId::from_uuid(muniment::app::new_id());
    let reference = muniment::chart::PatientRef {
        id: patient,
        number: "M-1".into(),
        authority: "HOSPITAL".into(),
        name: "Test Patient".into(),
        born: muniment::chart::BirthDate::default(),
    };
    site.app.store.keep_patient(&reference, site.app.clock.now()).await.unwrap();
    let mut browser = site.browser();
    browser.sign_in("rosa", PASSWORD, None).await;
    let ask = |patient: String, reason: &str, password: &str| {
        browser.post("/api/v1/break-glass", json!({ "patient": patient, "reason": reason, "password": password }))
    };
    let reason = "unconscious in the emergency room";
    assert_eq!(ask(patient.to_string(), reason, "wrong password").await.status, 401);
    assert_eq!(ask(patient.to_string(), "x", PASSWORD).await.status, 422);
    assert_eq!(ask(muniment::app::new_id().to_string(), reason, PASSWORD).await.status, 404);
    let opened = ask(patient.to_string(), reason, PASSWORD).await;
    assert_eq!(opened.status, 201, "{}", opened.text);
    assert!(site.app.store.has_emergency(rosa, patient, site.app.clock.now()).await.unwrap());
    let later = site.app.clock.now().checked_add(jiff::SignedDuration::from_mins(61)).unwrap();
    assert!(!site.app.store.has_emergency(rosa, patient, later).await.unwrap(), "it ends by itself");
    assert!(site.app.alerts().await.unwrap().iter().any(|alert| alert.to_string().contains("emergenc")));
    let path = format!("/api/v1/emergencies/{}/review", opened.json()["opened"]);
    let finding = json!({ "justified": true, "note": "the ward confirms it" });
    let own = browser.post(&path, finding.clone()).await;
    assert_eq!(own.status, 409, "nobody reviews their own: {}", own.text);
    let auditor = site.program(olga, None).await;
    assert_eq!(auditor.post("/api/v1/break-glass", json!({})).await.status, 403);
    assert_eq!(auditor.post(&path, finding.clone()).await.status, 204);
    assert_eq!(auditor.post(&path, finding).await.status, 409);
    assert!(auditor.get("/api/v1/emergencies").await.json()["items"][0]["reviewed_by"] == json!(olga.to_string()));
    assert!(!site.app.alerts().await.unwrap().iter().any(|alert| alert.to_string().contains("emergenc")));
}
