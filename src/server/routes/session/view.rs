//! What a page is told about the person who is signed in.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{Permission, Person, decide};
use crate::server::problem::Problem;
use crate::server::{Credential, Server, SignedIn, guard, origin};
use crate::store::{PersonRecord, SessionRow};

/// A person as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PersonView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Name for signing in.
    pub login: Option<String>,
    /// Roles.
    pub roles: Vec<String>,
    /// Whether they may do nothing any more.
    pub disabled: bool,
}

/// Where this is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilityView {
    /// Time zone: days are its days.
    pub zone: String,
}

/// The session of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionView {
    /// Who is signed in.
    pub person: PersonView,
    /// What they may do, and how far.
    pub permissions: BTreeMap<String, String>,
    /// What has to be sent with every write, in the header X-Muniment-CSRF; empty for a token.
    pub csrf: String,
    /// When it ends, however much it is used.
    pub expires_at: Option<String>,
    /// After how many seconds without use it ends.
    pub idle_seconds: i64,
    /// Where this is.
    pub facility: FacilityView,
    /// What has to be set up before anything else: `password` or `totp`.
    pub needs: Option<String>,
    /// Version of the program.
    pub version: String,
}

impl PersonView {
    /// Describes a person.
    pub fn of(person: &PersonRecord) -> Self {
        Self {
            id: person.id.to_string(),
            name: person.name.clone(),
            login: person.login.clone(),
            roles: person.roles.iter().map(|role| role.name().to_owned()).collect(),
            disabled: person.disabled_at.is_some(),
        }
    }
}

impl SessionView {
    /// Describes the session that a request came with.
    pub async fn of(signed_in: &SignedIn, headers: &HeaderMap) -> Result<Self, Problem> {
        let server = &signed_in.server;
        match &signed_in.credential {
            Credential::Session(session) => {
                let token = origin::cookie(headers, origin::cookie_name(server.is_secure())).unwrap_or_default();
                Self::of_session(server, &signed_in.person, session, token).await
            }
            Credential::Token { .. } => Ok(Self::new(server, &signed_in.person, None, "", None)),
        }
    }

    /// Describes a session by its token.
    pub async fn of_session(
        server: &Server,
        person: &PersonRecord,
        session: &SessionRow,
        token: &str,
    ) -> Result<Self, Problem> {
        let needs = guard::needs(server, session).await?;
        Ok(Self::new(server, person, Some(session.expires_at), &origin::csrf_token(token), needs))
    }

    fn new(server: &Server, record: &PersonRecord, ends: Option<Timestamp>, csrf: &str, needs: Option<&str>) -> Self {
        let person = Person { id: record.id, roles: record.roles.clone(), disabled: record.disabled_at.is_some() };
        let may = |permission: Permission| {
            let extent = decide(&person, permission, &[]).ok()?;
            Some((permission.name().to_owned(), extent.name().to_owned()))
        };
        Self {
            person: PersonView::of(record),
            permissions: Permission::ALL.into_iter().filter_map(may).collect(),
            csrf: csrf.to_owned(),
            expires_at: ends.map(|at| at.to_string()),
            idle_seconds: server.app.idle_limit().as_secs(),
            facility: FacilityView { zone: server.app.config.facility.zone.clone() },
            needs: needs.map(str::to_owned),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}
