//! The person who asks, as the guard found them.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::problem::Problem;
use super::state::{Client, Server};
use crate::access::Extent;
use crate::app::App;
use crate::chart::Digest;
use crate::chart::facts::AccessFact;
use crate::store::{PersonRecord, SessionRow};

/// A person who proved who they are and may use the route.
#[derive(Clone)]
pub struct SignedIn {
    /// The program, which decides by this person's rights.
    pub app: App,
    /// Who.
    pub person: PersonRecord,
    /// How far the route's permission goes for them; none where the route asks for no permission.
    pub extent: Option<Extent>,
    /// With what they proved who they are.
    pub credential: Credential,
    /// From where.
    pub client: Client,
    pub(super) server: Server,
}

/// With what somebody proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// A browser's session.
    Session(SessionRow),
    /// A program's token.
    Token {
        /// SHA-256 of the token.
        digest: Digest,
        /// What it is good for; none: for everything that the person may do.
        scopes: Option<Vec<String>>,
    },
}

impl SignedIn {
    /// Notes in the ledger what the person is about to see, before they see it. Many notes share one transaction.
    ///
    /// # Errors
    /// It cannot be noted: then it must not be shown.
    pub async fn noted(&self, fact: AccessFact) -> Result<(), Problem> {
        self.server.journal.note(self.person.id, fact).await
    }
}

impl FromRequestParts<Server> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Server) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::not_signed_in)
    }
}
