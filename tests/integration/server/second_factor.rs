//! The second factor: asked for once it was confirmed, each code once, recovery codes when it is lost.

use muniment::chart::Role;
use reqwest::Method;
use serde_json::json;

use super::site::{Browser, PASSWORD, Site};

/// Returns the code that an authenticator shows so many half minutes from now.
fn code(site: &Site, secret: &str, steps: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build_noncompliant();
    let seconds = u64::try_from(site.app.clock.now().as_second() + steps * 30).unwrap();
    totp.generate(seconds).to_string()
}

async fn set_up(site: &Site) -> (Browser, String, Vec<String>) {
    site.add_with_password("tom", &[Role::Technician]).await;
    let mut browser = site.browser();
    browser.sign_in("tom", PASSWORD, None).await;
    let begun = browser.send(Method::POST, "/api/v1/me/totp", None).await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    let secret = begun.json()["secret"].as_str().unwrap().to_owned();
    assert!(begun.json()["svg"].as_str().unwrap().contains("<svg") && !begun.text.contains("<script"));
    // Not confirmed, it is not asked for.
    assert_eq!(site.browser().sign_in("tom", PASSWORD, None).await.status, 200);
    let wrong = browser.send(Method::PUT, "/api/v1/me/totp", Some(json!({ "code": "000000" }))).await;
    assert_eq!(wrong.status, 422);
    let first = code(site, &secret, 0);
    let confirmed = browser.send(Method::PUT, "/api/v1/me/totp", Some(json!({ "code": first }))).await;
    assert_eq!(confirmed.status, 200, "{}", confirmed.text);
    let codes = confirmed.json()["recovery_codes"].as_array().unwrap().clone();
    (browser, secret, codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect())
}

#[tokio::test]
async fn a_code_counts_once_and_so_does_a_recovery_code() {
    let site = Site::open().await;
    let (browser, secret, recovery) = set_up(&site).await;
    let needed = site.browser().sign_in("tom", PASSWORD, None).await;
    assert_eq!((needed.status, needed.code().as_str()), (401, "code-needed"));
    // Without the right password nobody learns that there is a second factor.
    assert_eq!(site.browser().sign_in("tom", "wrong password", None).await.code(), "wrong");
    let next = code(&site, &secret, 1);
    assert_eq!(site.browser().sign_in("tom", PASSWORD, Some(&next)).await.status, 200);
    let replayed = site.browser().sign_in("tom", PASSWORD, Some(&next)).await;
    assert_eq!((replayed.status, replayed.code().as_str()), (401, "wrong"), "a code was used twice");
    let one = recovery[0].to_uppercase().replace('-', " ");
    assert_eq!(site.browser().sign_in("tom", PASSWORD, Some(&one)).await.status, 200);
    assert_eq!(site.browser().sign_in("tom", PASSWORD, Some(&recovery[0])).await.status, 401);
    assert_eq!(recovery.len(), 10);
    // It is taken away with the password only.
    let remove =
        |password: &str| browser.send(Method::DELETE, "/api/v1/me/totp", Some(json!({ "password": password })));
    assert_eq!(remove("wrong password").await.status, 401);
    assert_eq!(remove(PASSWORD).await.status, 204);
    assert_eq!(site.browser().sign_in("tom", PASSWORD, None).await.status, 200);
    let ledger = site.ledger().await.join("");
    assert!(ledger.contains("second-factor-set") && ledger.contains("second-factor-removed"));
    assert!(!ledger.contains(&secret) && !ledger.contains(&recovery[1]));
}

#[tokio::test]
async fn roles_that_need_a_second_factor_set_it_up_before_anything_else() {
    let site = Site::with(&[("MUNIMENT_SERVER_SECOND_FACTOR", "auditor, it-support")]).await;
    site.add_with_password("olga", &[Role::Auditor]).await;
    site.add_with_password("tim", &[Role::Technician]).await;
    let (mut auditor, mut technician) = (site.browser(), site.browser());
    assert_eq!(auditor.sign_in("olga", PASSWORD, None).await.json()["needs"], "totp");
    assert_eq!(auditor.get("/api/v1/people").await.json()["needs"], "totp");
    assert_eq!(technician.sign_in("tim", PASSWORD, None).await.json()["needs"], json!(null));
}
