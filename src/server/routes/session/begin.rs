//! `POST /api/v1/session` and `POST /api/v1/session/link`: signs in.

use axum::Extension;
use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::SessionView;
use crate::app::sign_in::SignInError;
use crate::chart::Digest;
use crate::chart::facts::AccessFact;
use crate::server::problem::Problem;
use crate::server::{Client, Json, Server, origin};
use crate::store::{PersonRecord, SignInMethod};

/// What somebody signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Login.
    login: String,
    /// Password.
    password: String,
    /// Code of the authenticator, or a recovery code, where a second factor is set up.
    code: Option<String>,
}

/// A link that signs in once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// What stands behind the # of the link.
    token: String,
    /// The second code, where another administrator had to give one out.
    second: Option<String>,
    /// For the first administrator: their name.
    name: Option<String>,
    /// For the first administrator: their login.
    login: Option<String>,
}

/// Signs in with a password. 401 `wrong` does not say what is; 401 `code-needed` asks for the code; 429 `too-many` says when
/// to try again.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn,
    responses((status = 200, body = SessionView)))]
pub async fn sign_in(
    State(server): State<Server>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Json(given): Json<SignIn>,
) -> Result<Response, Problem> {
    let address = client.address.to_string();
    let checked = server.app.check_sign_in(&given.login, &given.password, given.code.as_deref(), &address).await;
    match checked {
        Ok(person) => open(&server, &client, &headers, person, SignInMethod::Password).await,
        Err(cause) => Err(refuse(&server, &client, cause).await),
    }
}

/// Signs in with a link that works once. The first administrator may say how they are called.
#[utoipa::path(post, path = "/api/v1/session/link", tag = "session", request_body = Link,
    responses((status = 200, body = SessionView)))]
pub async fn sign_in_by_link(
    State(server): State<Server>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    Json(given): Json<Link>,
) -> Result<Response, Problem> {
    let first = given.name.as_deref().zip(given.login.as_deref());
    let address = client.address.to_string();
    match server.app.use_link(&given.token, given.second.as_deref(), first, &address).await {
        Ok(person) => open(&server, &client, &headers, person, SignInMethod::Link).await,
        Err(cause) => Err(refuse(&server, &client, cause).await),
    }
}

/// Opens a session in the place of the one that the browser may have had, and answers with it.
pub async fn open(
    server: &Server,
    client: &Client,
    headers: &HeaderMap,
    person: PersonRecord,
    method: SignInMethod,
) -> Result<Response, Problem> {
    let (token, view) = open_session(server, client, headers, person, method).await?;
    let mut answer = Json(view).into_response();
    if let Some(line) = session_cookie(server, &token) {
        answer.headers_mut().append(SET_COOKIE, line);
    }
    Ok(answer)
}

/// Opens a session and returns its token with what a page is told.
pub async fn open_session(
    server: &Server,
    client: &Client,
    headers: &HeaderMap,
    person: PersonRecord,
    method: SignInMethod,
) -> Result<(String, SessionView), Problem> {
    let fact = AccessFact::SignedIn { method: method.name().to_owned(), address: client.address };
    server.journal.note(person.id, fact).await?;
    let before = origin::cookie(headers, origin::cookie_name(server.is_secure()));
    let replaced = before.map(|token| Digest::of(token.as_bytes()));
    let opened = server.app.open_session(person.id, method, replaced).await?;
    let token = opened.token.reveal().to_owned();
    let view = SessionView::of_session(server, &person, &opened.session, &token).await?;
    Ok((token, view))
}

/// Makes the line that gives the browser its session; it forgets it when it is closed.
pub fn session_cookie(server: &Server, token: &str) -> Option<axum::http::HeaderValue> {
    let secure = server.is_secure();
    origin::set_cookie(origin::cookie_name(secure), token, secure, true, None)
}

/// Notes that somebody was not signed in, and tells them no more than they need.
pub async fn refuse(server: &Server, client: &Client, cause: SignInError) -> Problem {
    let (person, why) = match &cause {
        SignInError::Wrong { person } => (*person, "wrong"),
        SignInError::Blocked { .. } => (None, "blocked"),
        SignInError::Link => (None, "link"),
        SignInError::CodeNeeded | SignInError::App(_) => return cause.into(),
    };
    // Whoever is turned away again and again writes nothing: the ledger does not grow by it.
    if !matches!(cause, SignInError::Blocked { .. }) {
        let fact = AccessFact::SignInFailed { person, address: client.address, why: why.to_owned() };
        if let Err(problem) = server.journal.note_event(fact).await {
            return problem;
        }
    }
    metrics::counter!("muniment_sign_ins_refused_total", "why" => why).increment(1);
    match cause {
        SignInError::Blocked { until } => {
            let seconds = until.duration_since(server.app.clock.now()).as_secs().max(1);
            let problem: Problem = SignInError::Blocked { until }.into();
            problem.with("retry_after", seconds)
        }
        cause => cause.into(),
    }
}

impl From<SignInError> for Problem {
    fn from(cause: SignInError) -> Self {
        let told = cause.to_string();
        match cause {
            SignInError::Wrong { .. } => Self::new(StatusCode::UNAUTHORIZED, "wrong", told),
            SignInError::CodeNeeded => Self::new(StatusCode::UNAUTHORIZED, "code-needed", told),
            SignInError::Link => Self::new(StatusCode::UNAUTHORIZED, "link", told),
            SignInError::Blocked { .. } => Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", told),
            SignInError::App(cause) => cause.into(),
        }
    }
}
