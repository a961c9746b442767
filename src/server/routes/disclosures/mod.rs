//! The accounting of a patient's disclosures.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::access::Permission;
use crate::app::requests::Disclosure;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::routes::requests::view::RecipientView;
use crate::server::{Json, Query, SignedIn};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![Route::new(Access::May(Permission::SeeDisclosures), routes!(disclosures))]
}

/// Whose disclosures are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// Id of the patient, or their record number.
    patient: String,
}

/// What was given out of a patient's records, but for treatment, payment and operations, to the patient, or as the patient
/// authorised.
#[derive(Serialize, ToSchema)]
pub struct AccountingView {
    /// Id of the patient.
    patient: String,
    /// The first day that it reaches back to.
    from: String,
    /// The day on which it was made.
    to: String,
    /// The disclosures, the oldest first.
    items: Vec<DisclosureView>,
}

/// One disclosure.
#[derive(Serialize, ToSchema)]
pub struct DisclosureView {
    /// The day.
    day: String,
    /// When.
    at: String,
    /// To whom.
    recipient: RecipientView,
    /// What, in a few words.
    description: String,
    /// What for.
    purpose: String,
    /// What it rested on.
    authority: String,
    /// Id of the request.
    request: String,
    /// SHA-256 of the manifest of what was given out.
    manifest: String,
}

/// Accounts for what was given out of a patient's records within six years.
#[utoipa::path(get, path = "/api/v1/disclosures", tag = "requests", params(Whose),
    responses((status = 200, body = AccountingView)))]
async fn disclosures(signed_in: SignedIn, Query(whose): Query<Whose>) -> Result<Json<AccountingView>, Problem> {
    let patient = signed_in.app.patient_named(&whose.patient).await?;
    let accounting = signed_in.app.disclosures(patient).await?;
    Ok(Json(AccountingView {
        patient: accounting.patient.to_string(),
        from: accounting.from.to_string(),
        to: accounting.to.to_string(),
        items: accounting.disclosures.iter().map(DisclosureView::of).collect(),
    }))
}

impl DisclosureView {
    fn of(disclosure: &Disclosure) -> Self {
        Self {
            day: disclosure.day.to_string(),
            at: disclosure.at.to_string(),
            recipient: RecipientView::of(&disclosure.recipient),
            description: disclosure.description.clone(),
            purpose: disclosure.purpose.name().to_owned(),
            authority: disclosure.authority.name().to_owned(),
            request: disclosure.request.to_string(),
            manifest: disclosure.manifest.to_string(),
        }
    }
}
