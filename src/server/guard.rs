//! The one guard before every handler: who asks, could another site have caused it, may they.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;

use super::origin;
use super::problem::Problem;
use super::refusals::refused;
use super::route::Access;
use super::signed_in::{Credential, SignedIn};
use super::state::{Client, Server};
use crate::access::{Denied, Extent, Permission, Person, decide};
use crate::app::credentials::OWN_SCOPE;
use crate::chart::{Digest, PersonId};
use crate::store::{PersonRecord, SessionRow, SignInMethod};

/// A session's last use is noted to this precision: not every request has to write.
const SEEN_EVERY: SignedDuration = SignedDuration::from_secs(60);

/// Lets a request through to its handler, or answers it.
pub async fn guard(State((server, access)): State<(Server, Access)>, mut request: Request, next: Next) -> Response {
    let mut known = None;
    let answer = match admit(&server, access, &mut request, &mut known).await {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    if let (Some(person), Some(permission)) = (known, refused(&answer)) {
        server.refusals.note(&server.journal, person, permission, server.app.clock.now()).await;
    }
    answer
}

/// Checks a request. `known` becomes whoever proved who they are, although they are refused.
async fn admit(
    server: &Server,
    access: Access,
    request: &mut Request,
    known: &mut Option<PersonId>,
) -> Result<(), Problem> {
    let writes = !origin::is_safe(request.method());
    let client = request.extensions().get::<Client>().cloned().ok_or_else(Problem::internal)?;
    match access {
        Access::Public => return if writes { origin::same_origin(request.headers()) } else { Ok(()) },
        Access::Local(_) if client.local => return Ok(()),
        _ => {}
    }
    let (person, credential) = authenticate(server, request.method(), request.headers()).await?;
    if person.disabled_at.is_some() {
        return Err(Problem::not_signed_in());
    }
    server.allowance.take(person.id, &credential, Instant::now())?;
    *known = Some(person.id);
    let extent = decided(&person, access)?;
    check_scope(&credential, access)?;
    check_enrolled(server, &credential, access).await?;
    let app = server.app.asked_by(person.id);
    let signed_in = SignedIn { app, person, extent, credential, client, server: server.clone() };
    request.extensions_mut().insert(signed_in);
    Ok(())
}

/// Finds out who asks.
async fn authenticate(
    server: &Server,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(PersonRecord, Credential), Problem> {
    let (app, now) = (&server.app, server.app.clock.now());
    if let Some(token) = origin::bearer(headers) {
        let digest = Digest::of(token.as_bytes());
        let person = app.store.person_by_token(digest, now).await?.ok_or_else(Problem::not_signed_in)?;
        let scopes = app.store.token_scopes(digest).await?;
        return Ok((person, Credential::Token { digest, scopes }));
    }
    let token = origin::cookie(headers, origin::cookie_name(server.is_secure())).ok_or_else(Problem::not_signed_in)?;
    let session = app.session(token).await?.ok_or_else(Problem::not_signed_in)?;
    if !origin::is_safe(method) {
        origin::same_origin(headers)?;
        origin::check_csrf(headers, token)?;
    }
    let person = app.store.person(session.person).await?.ok_or_else(Problem::not_signed_in)?;
    if now.duration_since(session.seen_at) > SEEN_EVERY {
        app.store.session_seen(session.digest, now).await?;
    }
    Ok((person, Credential::Session(session)))
}

fn decided(record: &PersonRecord, access: Access) -> Result<Option<Extent>, Denied> {
    let person = Person { id: record.id, disabled: record.disabled_at.is_some(), roles: record.roles.clone() };
    match access {
        Access::May(permission) | Access::Local(permission) => decide(&person, permission, &[]).map(Some),
        Access::Public | Access::Own | Access::SignedIn => Ok(None),
    }
}

/// A token may be good for less than its person.
fn check_scope(credential: &Credential, access: Access) -> Result<(), Problem> {
    let Credential::Token { scopes: Some(scopes), .. } = credential else { return Ok(()) };
    let asked = match access {
        Access::May(permission) | Access::Local(permission) => Permission::name(permission),
        Access::Public | Access::Own | Access::SignedIn => OWN_SCOPE,
    };
    if scopes.iter().any(|scope| scope == asked) {
        return Ok(());
    }
    let detail = format!("this token is not good for {asked:?}; make one with that scope");
    Err(Problem::new(StatusCode::FORBIDDEN, "denied", detail).with("permission", asked))
}

/// Who came in by a link sets a password before anything else.
async fn check_enrolled(server: &Server, credential: &Credential, access: Access) -> Result<(), Problem> {
    let Credential::Session(session) = credential else { return Ok(()) };
    if access == Access::Own {
        return Ok(());
    }
    match needs(server, session).await? {
        None => Ok(()),
        Some(needed) => {
            let detail =
                "finish setting up how you sign in first: a password, and a second factor where your role asks for it";
            Err(Problem::new(StatusCode::FORBIDDEN, "not-set-up", detail).with("needs", needed))
        }
    }
}

/// Returns what the person of a session still has to set up: `password` or `totp`.
pub async fn needs(server: &Server, session: &SessionRow) -> Result<Option<&'static str>, Problem> {
    if session.method == SignInMethod::Provider {
        return Ok(None);
    }
    Ok(server.app.asked_by(session.person).sign_in_needs().await?)
}
