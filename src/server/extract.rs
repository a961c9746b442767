//! Extractors that fail as a [`Problem`]: axum's own, with answers that programs understand.

use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// A body or an answer of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

/// The parameters of the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path<T>(pub T);

/// The parameters behind the question mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(JsonRejection::BytesRejection(cause)) => Err(Problem::of_status(cause.status())),
            Err(JsonRejection::MissingJsonContentType(_)) => {
                Err(Problem::of_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
            }
            // What is said may quote what was sent: it goes back to whoever sent it, and into no log.
            Err(cause) => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unfit", cause.body_text())),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    /// What is no id names nothing: the same answer as for an id that is not known.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let taken: Result<axum::extract::Path<T>, PathRejection> =
            axum::extract::Path::from_request_parts(parts, state).await;
        taken.map(|axum::extract::Path(value)| Self(value)).map_err(|_| Problem::not_found("thing"))
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let taken: Result<axum::extract::Query<T>, QueryRejection> =
            axum::extract::Query::from_request_parts(parts, state).await;
        taken
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|cause| Problem::new(StatusCode::BAD_REQUEST, "query-wrong", cause.body_text()))
    }
}
