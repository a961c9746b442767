//! What a request that fails is answered: `application/problem+json` (RFC 9457), with a word for programs and a sentence for
//! people.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::access::Denied;
use crate::app::AppError;
use crate::store::StoreError;

/// Why a request was not carried out. It becomes JSON in `frame.rs`, which knows the request's id.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Status of the answer.
    pub status: StatusCode,
    /// Stable word for programs.
    pub code: &'static str,
    /// What was wrong and what to do, for the person who asked. No patient text.
    pub detail: String,
    /// Further members, such as `permission` and `retry_after`.
    pub more: Map<String, Value>,
}

/// The form of a problem, for the OpenAPI document.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemDocument {
    /// Always `about:blank`: the code says more.
    pub r#type: String,
    /// The status in words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// What was wrong and what to do.
    pub detail: String,
    /// Stable word for programs.
    pub code: String,
    /// Id of the request, as the logs have it.
    pub request_id: String,
    /// The permission that is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
}

impl Problem {
    /// Makes a problem.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), more: Map::new() }
    }

    /// Adds a member.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// Nothing is there, or the person may not know that it is.
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("there is no such {what}, or it is not for you to see"))
    }

    /// What was sent cannot be used.
    pub fn unfit(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit", detail)
    }

    /// Nobody is signed in.
    pub fn not_signed_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "not-signed-in",
            "you are not signed in, or your session has ended: sign in",
        )
    }

    /// Something else was faster.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", detail)
    }

    /// Something failed that the person who asked can do nothing about; why is in the log, with the request's id.
    pub fn internal() -> Self {
        let detail = "something failed here; it is in the log under the request's id. Try again, or tell IT support";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// Says what a status without more means: answers that the router itself gives.
    pub(super) fn of_status(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::NOT_FOUND => ("not-found", "there is nothing under this address"),
            StatusCode::METHOD_NOT_ALLOWED => ("method", "this address does not take this method"),
            StatusCode::PAYLOAD_TOO_LARGE => ("too-large", "the request is larger than this address takes"),
            StatusCode::REQUEST_TIMEOUT => ("too-slow", "the request took too long; try again"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ("media-type", "the body must be application/json"),
            status if status.is_server_error() => return Self { status, ..Self::internal() },
            _ => ("unfit", "the request was not understood"),
        };
        Self::new(status, code, detail)
    }

    /// Returns the members as they are sent.
    pub(super) fn document(&self, request_id: &str) -> Value {
        let mut document = self.more.clone();
        document.insert("type".into(), "about:blank".into());
        document.insert("title".into(), self.status.canonical_reason().unwrap_or("Problem").into());
        document.insert("status".into(), json!(self.status.as_u16()));
        document.insert("detail".into(), self.detail.clone().into());
        document.insert("code".into(), self.code.into());
        document.insert("request_id".into(), request_id.into());
        Value::Object(document)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let problem = Self::new(StatusCode::FORBIDDEN, "denied", denied.to_string());
        match denied.permission() {
            Some(permission) => problem.with("permission", permission),
            None => problem,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(cause: StoreError) -> Self {
        match cause {
            StoreError::NotFound { what } => Self::not_found(&what),
            StoreError::ClaimLost { .. } => Self::new(
                StatusCode::CONFLICT,
                "claim-lost",
                "the document was given to somebody else meanwhile: your entries are kept as a draft",
            ),
            StoreError::Refused { why } => Self::conflict(why),
            StoreError::Changed { .. } => Self::conflict(cause.to_string()),
            StoreError::Transition(cause) => Self::conflict(cause.to_string()),
            cause if cause.is_transient() => {
                tracing::warn!(%cause, "the database is busy");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the database is busy; try again in a moment")
                    .with("retry_after", 2)
            }
            cause => {
                tracing::error!(%cause, "a request failed");
                Self::internal()
            }
        }
    }
}

impl From<AppError> for Problem {
    fn from(cause: AppError) -> Self {
        match cause {
            AppError::Store(cause) => cause.into(),
            AppError::Denied(denied) => denied.into(),
            AppError::NotFound(what) => Self::new(StatusCode::NOT_FOUND, "not-found", what),
            AppError::Unfit(why) => Self::unfit(why),
            AppError::Busy(why) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", why).with("retry_after", 5)
            }
            AppError::Unconfirmed { why, fields } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unconfirmed", why).with("fields", fields)
            }
            AppError::Unknown(_) => Self::not_signed_in(),
            AppError::Query(wrong) => Self::new(StatusCode::BAD_REQUEST, "query-wrong", wrong.message.clone())
                .with("position", wrong.at)
                .with("length", wrong.length),
            AppError::ReasonNeeded => {
                Self::new(StatusCode::FORBIDDEN, "reason-needed", AppError::ReasonNeeded.to_string())
            }
            cause => {
                tracing::error!(%cause, "a request failed");
                Self::internal()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_inside_is_not_told() {
        let cause = AppError::Child("libsecret at /srv/data/x failed".into());
        let problem = Problem::from(cause);
        assert_eq!(problem.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!problem.document("id").to_string().contains("/srv"), "{problem:?}");
    }

    #[test]
    fn members_of_its_own_cannot_replace_the_standard_ones() {
        let document = Problem::unfit("no").with("code", "other").with("fields", vec!["kind"]).document("r1");
        assert_eq!(
            (&document["code"], &document["request_id"], &document["fields"][0]),
            (&"unfit".into(), &"r1".into(), &"kind".into())
        );
    }
}
