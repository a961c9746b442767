//! Signing in at an identity provider: a real one within the test, which signs its tokens with RSA; and every way in which
//! its answer can be wrong.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use base64ct::{Base64UrlUnpadded, Encoding};
use muniment::chart::Role;
use openidconnect::core::{CoreJwsSigningAlgorithm, CoreRsaPrivateSigningKey};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use serde_json::{Value, json};
use sha2::Digest as _;

use super::site::{Answer, Browser, Site};

const CLIENT: &str = "muniment-test";

/// What the provider says wrongly, when it is to.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Lie {
    None,
    OtherKey,
    OtherNonce,
    OtherAudience,
    OtherIssuer,
    Expired,
    NoSignature,
}

/// A provider: its address, who signs in, and what it was asked.
#[derive(Clone)]
struct Provider {
    issuer: String,
    state: Arc<Mutex<Asked>>,
}

struct Asked {
    lie: Lie,
    subject: String,
    login: String,
    /// Challenge and nonce of each code.
    codes: HashMap<String, (String, String)>,
}

impl Provider {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let asked = Asked { lie: Lie::None, subject: "s-1".into(), login: "tom".into(), codes: HashMap::new() };
        let provider = Self { issuer, state: Arc::new(Mutex::new(asked)) };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(Self::discovery))
            .route("/keys", get(Self::keys))
            .route("/token", post(Self::token))
            .with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    async fn discovery(State(provider): State<Self>) -> Json<Value> {
        let issuer = &provider.issuer;
        Json(json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }))
    }

    async fn keys() -> Json<Value> {
        Json(json!({ "keys": [key("provider-key.pem").as_verification_key()] }))
    }

    /// Exchanges a code, when whoever asks knows what its challenge was made of.
    async fn token(State(provider): State<Self>, form: String) -> Json<Value> {
        let form = pairs(&form);
        let mut asked = provider.state.lock().unwrap();
        let Some((challenge, nonce)) = asked.codes.remove(&form["code"]) else {
            return Json(json!({ "error": "invalid_grant" }));
        };
        let proven = Base64UrlUnpadded::encode_string(&sha2::Sha256::digest(form["code_verifier"].as_bytes()));
        assert_eq!(proven, challenge, "the code was not asked for by whoever exchanges it");
        let now = jiff::Timestamp::now().as_second();
        let lie = asked.lie;
        let claims = json!({
            "iss": if lie == Lie::OtherIssuer { "http://127.0.0.1:1" } else { &provider.issuer },
            "aud": if lie == Lie::OtherAudience { "somebody else" } else { CLIENT },
            "sub": asked.subject,
            "preferred_username": asked.login,
            "nonce": if lie == Lie::OtherNonce { "another" } else { nonce.as_str() },
            "iat": now - 7200,
            "exp": if lie == Lie::Expired { now - 3600 } else { now + 600 },
        });
        let signer = key(if lie == Lie::OtherKey { "other-key.pem" } else { "provider-key.pem" });
        let algorithm = if lie == Lie::NoSignature { "none" } else { "RS256" };
        let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(&json!({ "alg": algorithm, "kid": "k" })), part(&claims));
        let signature = signer.sign(&CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256, signed.as_bytes()).unwrap();
        let signature = if lie == Lie::NoSignature { Vec::new() } else { signature };
        let token = format!("{signed}.{}", Base64UrlUnpadded::encode_string(&signature));
        Json(json!({ "access_token": "a", "token_type": "Bearer", "id_token": token }))
    }

    /// Signs somebody in: what the provider's own page would do with the address it was opened at.
    fn approve(&self, address: &str) -> String {
        let query = pairs(address.split_once('?').unwrap().1);
        assert_eq!((query["code_challenge_method"].as_str(), query["client_id"].as_str()), ("S256", CLIENT));
        assert!(query["scope"].contains("openid") && query["redirect_uri"].ends_with("oidc%2Fcallback"), "{address}");
        let mut asked = self.state.lock().unwrap();
        let code = format!("code-{}", asked.codes.len());
        asked.codes.insert(code.clone(), (query["code_challenge"].clone(), query["nonce"].clone()));
        format!("/oidc/callback?state={}&code={code}", query["state"])
    }
}

/// Reads the pairs of a form or a query; nothing in these has to be decoded.
fn pairs(text: &str) -> HashMap<String, String> {
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn key(file: &str) -> CoreRsaPrivateSigningKey {
    let path = format!("{}/tests/integration/server/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let pem = std::fs::read_to_string(path).unwrap();
    CoreRsaPrivateSigningKey::from_pem(&pem, Some(JsonWebKeyId::new("k".into()))).unwrap()
}

async fn site(provider: &Provider) -> Site {
    Site::with(&[("MUNIMENT_OIDC_ISSUER", &provider.issuer), ("MUNIMENT_OIDC_CLIENT_ID", CLIENT)]).await
}

/// Goes to the provider and comes back; returns the browser and the answer to coming back.
async fn sign_in(site: &Site, provider: &Provider) -> (Browser, Answer) {
    let mut browser = site.browser();
    let started = browser.get("/oidc/start").await;
    assert_eq!(started.status, 303, "{}", started.text);
    browser.keep(&started);
    let back = browser.get(&provider.approve(started.header("location"))).await;
    browser.keep(&back);
    (browser, back)
}

#[tokio::test]
async fn who_is_known_by_login_is_signed_in_and_known_by_subject_from_then_on() {
    let provider = Provider::start().await;
    let site = site(&provider).await;
    let tom = site.add("tom", &[Role::Technician]).await;
    site.add("eve", &[Role::Technician]).await;
    let (browser, back) = sign_in(&site, &provider).await;
    assert_eq!((back.status, back.header("location")), (303, "/"), "{}", back.text);
    let session = browser.get("/api/v1/session").await;
    assert_eq!((session.status, &session.json()["person"]["id"]), (200, &json!(tom.to_string())), "{}", session.text);
    assert_eq!(session.json()["needs"], Value::Null, "who signs in elsewhere needs no password here");
    // The provider's own name for a person counts, not the login that it tells today.
    provider.state.lock().unwrap().login = "eve".into();
    let (browser, _) = sign_in(&site, &provider).await;
    assert_eq!(browser.get("/api/v1/session").await.json()["person"]["id"], tom.to_string());
    // Another subject does not become Tom by telling his login.
    *provider.state.lock().unwrap() =
        Asked { lie: Lie::None, subject: "s-2".into(), login: "tom".into(), codes: HashMap::new() };
    let (browser, back) = sign_in(&site, &provider).await;
    assert_eq!(back.header("location"), "/sign-in?problem=unknown");
    assert_eq!(browser.get("/api/v1/session").await.status, 401);
}

#[tokio::test]
async fn a_token_that_is_wrong_in_any_way_signs_nobody_in() {
    let provider = Provider::start().await;
    let site = site(&provider).await;
    site.add("tom", &[Role::Technician]).await;
    let lies = [Lie::OtherKey, Lie::OtherNonce, Lie::OtherAudience, Lie::OtherIssuer, Lie::Expired, Lie::NoSignature];
    for lie in lies {
        provider.state.lock().unwrap().lie = lie;
        let (browser, back) = sign_in(&site, &provider).await;
        assert_eq!(back.header("location"), "/sign-in?problem=provider", "{lie:?}");
        assert_eq!(browser.get("/api/v1/session").await.status, 401, "{lie:?}");
    }
    provider.state.lock().unwrap().lie = Lie::None;
    assert_eq!(sign_in(&site, &provider).await.1.header("location"), "/");
    let failed = site.ledger().await.iter().filter(|entry| entry.contains("sign-in-failed")).count();
    assert_eq!(failed, lies.len());
}

#[tokio::test]
async fn an_answer_counts_once_and_in_the_browser_that_asked() {
    let provider = Provider::start().await;
    let site = site(&provider).await;
    site.add("tom", &[Role::Technician]).await;
    let mut browser = site.browser();
    let started = browser.get("/oidc/start").await;
    browser.keep(&started);
    let address = provider.approve(started.header("location"));
    // The attacker's answer in the victim's browser, which began none, or another one.
    let mut victim = site.browser();
    assert_eq!(victim.get(&address).await.header("location"), "/sign-in?problem=state");
    let other = victim.get("/oidc/start").await;
    victim.keep(&other);
    assert_eq!(victim.get(&address).await.header("location"), "/sign-in?problem=state");
    assert_eq!(browser.get(&address).await.header("location"), "/");
    assert_eq!(browser.get(&address).await.header("location"), "/sign-in?problem=state", "once only");
    assert_eq!(browser.get("/oidc/callback?state=x").await.header("location"), "/sign-in?problem=state");
}

#[tokio::test]
async fn without_a_provider_there_is_no_such_address() {
    let site = Site::open().await;
    assert_eq!(site.browser().get("/oidc/start").await.status, 404);
    let provider = Provider::start().await;
    let with = self::site(&provider).await;
    let asked = with.browser().send(reqwest::Method::HEAD, "/oidc/start", None).await;
    assert_eq!(asked.status, 303);
    // A provider that does not answer is said so, and nothing hangs.
    let gone = Site::with(&[("MUNIMENT_OIDC_ISSUER", "http://127.0.0.1:9"), ("MUNIMENT_OIDC_CLIENT_ID", "x")]).await;
    let answer = gone.browser().get("/oidc/start").await;
    assert_eq!((answer.status, answer.code().as_str()), (502, "provider"));
}
