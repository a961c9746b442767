//! Signing in at the hospital's identity provider. These are addresses that a browser goes to, not calls of a page.

use axum::Extension;
use axum::extract::State;
use axum::http::header::{HeaderValue, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::routes;

use crate::app::provider::ProviderError;
use crate::chart::facts::AccessFact;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::routes::session::begin::{open_session, session_cookie};
use crate::server::{Client, Query, Server, origin};
use crate::store::SignInMethod;

/// How long the cookie lasts that knows the browser again, in seconds.
const COOKIE_LASTS: i64 = 600;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![Route::new(Access::Public, routes!(start)), Route::new(Access::Public, routes!(callback))]
}

/// What the provider sends the browser back with.
#[derive(Deserialize, IntoParams)]
pub struct Answer {
    /// What was sent there.
    state: Option<String>,
    /// What the token is asked for with.
    code: Option<String>,
}

/// Sends the browser to the identity provider; 404 where there is none.
#[utoipa::path(get, path = "/oidc/start", tag = "session", responses((status = 303)))]
async fn start(State(server): State<Server>, method: Method) -> Result<Response, Problem> {
    if !server.app.has_provider() {
        return Err(Problem::not_found("identity provider"));
    }
    if method == Method::HEAD {
        // A page only asks whether there is one.
        return Ok(redirect("/sign-in", None));
    }
    let begun = server.app.begin_provider_sign_in(&callback_url(&server)).await?;
    let secure = server.is_secure();
    // Coming back from the provider is a step from another site: only a lax cookie is sent then.
    let cookie = origin::set_cookie(cookie_name(secure), begun.browser.reveal(), secure, false, Some(COOKIE_LASTS));
    Ok(redirect(begun.url.reveal(), cookie))
}

/// Takes the browser back from the identity provider, and signs the person in.
#[utoipa::path(get, path = "/oidc/callback", tag = "session", params(Answer), responses((status = 303)))]
async fn callback(
    State(server): State<Server>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Result<Response, Problem> {
    let secure = server.is_secure();
    let browser = origin::cookie(&headers, cookie_name(secure)).unwrap_or_default();
    let state = answer.state.unwrap_or_default();
    let app = &server.app;
    let finished = app.finish_provider_sign_in(&state, answer.code.as_deref(), browser, &callback_url(&server)).await;
    let forget = origin::set_cookie(cookie_name(secure), "", secure, false, Some(0));
    match finished {
        Ok(person) => {
            let (token, _) = open_session(&server, &client, &headers, person, SignInMethod::Provider).await?;
            let mut back = redirect("/", session_cookie(&server, &token));
            if let Some(line) = forget {
                back.headers_mut().append(SET_COOKIE, line);
            }
            Ok(back)
        }
        Err(cause) => {
            let why = match &cause {
                ProviderError::App(_) => return Err(cause.into()),
                ProviderError::None => return Err(Problem::not_found("identity provider")),
                ProviderError::State => "state",
                ProviderError::Refused => "refused",
                ProviderError::Unknown => "unknown",
                ProviderError::Token(why) | ProviderError::Unreachable(why) => {
                    tracing::warn!(why, "a sign-in at the identity provider failed");
                    "provider"
                }
            };
            let fact = AccessFact::SignInFailed { person: None, address: client.address, why: "provider".into() };
            server.journal.note_event(fact).await?;
            Ok(redirect(&format!("/sign-in?problem={why}"), forget))
        }
    }
}

fn redirect(to: &str, cookie: Option<HeaderValue>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(to) = HeaderValue::from_str(to) {
        response.headers_mut().insert(LOCATION, to);
    }
    if let Some(line) = cookie {
        response.headers_mut().append(SET_COOKIE, line);
    }
    response
}

fn callback_url(server: &Server) -> String {
    format!("{}/oidc/callback", server.public_url())
}

const fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-muniment-oidc" } else { "muniment-oidc" }
}

impl From<ProviderError> for Problem {
    fn from(cause: ProviderError) -> Self {
        let told = cause.to_string();
        match cause {
            ProviderError::App(cause) => cause.into(),
            ProviderError::None => Self::not_found("identity provider"),
            ProviderError::Unreachable(why) | ProviderError::Token(why) => {
                tracing::warn!(why, "the identity provider failed");
                Self::new(StatusCode::BAD_GATEWAY, "provider", told)
            }
            ProviderError::State | ProviderError::Refused | ProviderError::Unknown => {
                Self::new(StatusCode::UNAUTHORIZED, "provider", told)
            }
        }
    }
}
