//! `GET /api/v1/patients`: patients, while somebody types.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::access::Permission;
use crate::chart::facts::AccessFact;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::routes::desk::view::CandidateView;
use crate::server::{Json, Query, SignedIn};

/// What was typed.
#[derive(Deserialize, IntoParams)]
pub struct Typed {
    /// Beginnings of names and numbers, and a birth date, in any order.
    #[serde(default)]
    q: String,
}

/// Patients.
#[derive(Serialize, ToSchema)]
pub struct PatientsView {
    /// By name.
    items: Vec<CandidateView>,
    /// Always null: type more.
    next: Option<String>,
}

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![Route::new(Access::May(Permission::Label), routes!(patients))]
}

/// Finds up to 20 patients by name, number or birth date.
#[utoipa::path(get, path = "/api/v1/patients", tag = "station", params(Typed),
    responses((status = 200, body = PatientsView)))]
async fn patients(signed_in: SignedIn, Query(typed): Query<Typed>) -> Result<Json<PatientsView>, Problem> {
    let found = signed_in.app.find_patients(&typed.q).await?;
    let fact = AccessFact::Searched { batch: None, patient: None, found: found.len() as u64 };
    signed_in.noted(fact).await?;
    Ok(Json(PatientsView { items: found.iter().map(CandidateView::known).collect(), next: None }))
}
