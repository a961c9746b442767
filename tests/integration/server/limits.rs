//! What keeps one person from taking the server from the others, and what is noted of those who are refused.

use muniment::chart::Role;
use serde_json::json;

use super::site::Site;

#[tokio::test]
async fn who_asks_too_fast_is_told_when_to_go_on_and_nobody_else_waits() {
    let site = Site::with(&[("MUNIMENT_SERVER_REQUESTS_PER_MINUTE", "60")]).await;
    let (hasty, calm) = (site.add_with_password("hasty", &[Role::Technician]).await, site.add("calm", &[]).await);
    let program = site.program(hasty, None).await;
    let mut refused = None;
    for _ in 0..200 {
        let answer = program.get("/api/v1/session").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("200 requests at once are more than 60 a minute");
    assert_eq!(refused.code(), "too-many");
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=5).contains(&seconds), "{seconds}");
    assert_eq!(site.program(calm, None).await.get("/api/v1/session").await.status, 200);
    // What a person's programs use up does not keep them out of their browser.
    let mut browser = site.browser();
    assert_eq!(browser.sign_in("hasty", super::site::PASSWORD, None).await.status, 200);
    assert_eq!(browser.get("/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn who_is_refused_is_noted_once_in_a_while() {
    let site = Site::open().await;
    let tom = site.add("tom", &[Role::Technician]).await;
    let browser = site.program(tom, None).await;
    for _ in 0..20 {
        assert_eq!(browser.get("/api/v1/people").await.status, 403);
    }
    assert_eq!(browser.post("/api/v1/policies", json!({})).await.status, 403);
    assert_eq!(browser.get("/api/v1/documents/01890000-0000-7000-8000-000000000000").await.status, 404);
    let noted: Vec<String> = site.ledger().await.into_iter().filter(|entry| entry.contains("\"refused\"")).collect();
    assert_eq!(noted.len(), 2, "{noted:?}");
    assert!(noted.iter().all(|entry| entry.contains(&tom.to_string())), "{noted:?}");
    assert!(noted[0].contains("view-people") && noted[1].contains("set-policy"), "{noted:?}");
}
