//! Charts opened in an emergency, and what came of looking at that.

use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::routes;

use crate::access::Permission::{OpenInEmergency, ReviewEmergency};
use crate::chart::PatientId;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::routes::session::begin::refuse;
use crate::server::{Credential, Json, Path, Server, SignedIn};
use crate::store::EmergencyRow;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Access::May(OpenInEmergency), routes!(open)),
        Route::new(Access::May(ReviewEmergency), routes!(list)),
        Route::new(Access::May(ReviewEmergency), routes!(review)),
    ]
}

/// A chart that has to be read at once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Emergency {
    /// Id of the patient.
    patient: String,
    /// Why, without naming the patient.
    reason: String,
    /// The password once more.
    password: String,
}

/// Until when the chart is open.
#[derive(Serialize, ToSchema)]
pub struct Opened {
    /// Number of the ledger's entry.
    opened: u64,
    /// Until when it can be read.
    until: String,
    /// By when somebody else looks at it.
    review_by: String,
}

/// An emergency.
#[derive(Serialize, ToSchema)]
pub struct EmergencyView {
    /// Number of the ledger's entry.
    opened: u64,
    /// Id of the person who opened it.
    person: String,
    /// Id of the patient.
    patient: String,
    /// When.
    opened_at: String,
    /// Until when.
    until: String,
    /// By when somebody else has to look at it.
    review_by: String,
    /// Id of the person who looked at it.
    reviewed_by: Option<String>,
    /// When they did.
    reviewed_at: Option<String>,
}

/// Emergencies.
#[derive(Serialize, ToSchema)]
pub struct Emergencies {
    /// Those nobody looked at first.
    items: Vec<EmergencyView>,
}

/// What came of looking at an emergency.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmergencyReview {
    /// Whether it was right to open the chart.
    justified: bool,
    /// What was found.
    note: String,
}

/// Opens one patient's chart to read, for an hour, after the password was given once more. Somebody else reviews it.
#[utoipa::path(post, path = "/api/v1/break-glass", tag = "emergencies", request_body = Emergency,
    responses((status = 201, body = Opened)))]
async fn open(
    State(server): State<Server>,
    signed_in: SignedIn,
    Json(given): Json<Emergency>,
) -> Result<(StatusCode, Json<Opened>), Problem> {
    if matches!(signed_in.credential, Credential::Token { .. }) {
        return Err(Problem::unfit("a program opens no chart in an emergency: a person does, in a browser"));
    }
    let patient: PatientId = given.patient.parse().map_err(|_| Problem::not_found("patient"))?;
    match signed_in.app.open_in_emergency(patient, &given.reason, &given.password).await {
        Ok(opened) => {
            metrics::counter!("muniment_emergencies_opened_total").increment(1);
            let (until, review_by) = (opened.until.to_string(), opened.review_by.to_string());
            Ok((StatusCode::CREATED, Json(Opened { opened: opened.opened, until, review_by })))
        }
        Err(cause) => Err(refuse(&server, &signed_in.client, cause).await),
    }
}

/// Lists emergencies, those nobody looked at first.
#[utoipa::path(get, path = "/api/v1/emergencies", tag = "emergencies", responses((status = 200, body = Emergencies)))]
async fn list(signed_in: SignedIn) -> Result<Json<Emergencies>, Problem> {
    let rows = signed_in.app.emergencies().await?;
    Ok(Json(Emergencies { items: rows.into_iter().map(view).collect() }))
}

/// Says what came of looking at an emergency. Nobody looks at their own.
#[utoipa::path(post, path = "/api/v1/emergencies/{opened}/review", tag = "emergencies", request_body = EmergencyReview,
    params(("opened" = u64, Path, description = "Number of the ledger's entry")), responses((status = 204)))]
async fn review(
    signed_in: SignedIn,
    Path(opened): Path<u64>,
    Json(given): Json<EmergencyReview>,
) -> Result<StatusCode, Problem> {
    signed_in.app.review_emergency(opened, given.justified, &given.note).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn view(row: EmergencyRow) -> EmergencyView {
    let (reviewed_by, reviewed_at) = row.reviewed.map(|(who, at)| (who.to_string(), at.to_string())).unzip();
    EmergencyView {
        opened: row.opened,
        person: row.person.to_string(),
        patient: row.patient.to_string(),
        opened_at: row.opened_at.to_string(),
        until: row.until.to_string(),
        review_by: row.review_by.to_string(),
        reviewed_by,
        reviewed_at,
    }
}
