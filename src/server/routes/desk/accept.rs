//! `POST /api/v1/documents/{id}/accept`: accepts a document.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::ClaimView;
use super::{document_id, lease};
use crate::app::review::PatientSaid;
use crate::app::station::{ChosenPatient, StationAcceptance};
use crate::chart::facts::AccessFact;
use crate::chart::{BirthDate, Encounter, Label};
use crate::server::problem::Problem;
use crate::server::{Json, Path, SignedIn};

/// What is said about a document.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptBody {
    /// Token of the lease; or in the header.
    lease: Option<String>,
    /// The document's version that was looked at.
    version: u32,
    /// Values by the names of their fields.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// Fields that were confirmed.
    #[serde(default)]
    confirmed: Vec<String>,
    /// The patient, who is known.
    patient: Option<String>,
    /// Or somebody new.
    new_patient: Option<NewPatient>,
    /// The type.
    kind: String,
    /// Labels.
    #[serde(default)]
    labels: Vec<String>,
    /// Days in care that it belongs to.
    #[serde(default)]
    encounters: Vec<EncounterBody>,
    /// A remark for other staff.
    note: Option<String>,
}

/// A patient who is not known yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPatient {
    /// Record number.
    number: String,
    /// Who gave it out; left out for this facility.
    #[serde(default)]
    authority: String,
    /// Name.
    name: Option<String>,
    /// Birth date, as far as it is known: 1950-12-31, 1950-12, 1950.
    born: Option<String>,
}

/// Days in care.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EncounterBody {
    /// First day.
    from: String,
    /// Last day.
    until: Option<String>,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
pub struct AcceptedView {
    /// The record.
    record: String,
    /// Until when it can be taken back.
    final_at: String,
    /// Whether a second person has to look at it.
    second_review: bool,
    /// The next document.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<ClaimView>,
}

/// Accepts a document as a record. Refused with 422 and the code `unconfirmed` while `fields` have to be confirmed, or
/// identifiers on pages are another patient's.
#[utoipa::path(post, path = "/api/v1/documents/{id}/accept", tag = "station", params(("id" = String, Path)),
    request_body = AcceptBody, responses((status = 200, body = AcceptedView)))]
pub async fn accept(
    signed_in: SignedIn,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<AcceptBody>,
) -> Result<Json<AcceptedView>, Problem> {
    let document = document_id(&id)?;
    let said = StationAcceptance {
        lease: lease(body.lease.as_deref(), &headers)?,
        revision: body.version,
        fields: body.fields,
        confirmed: body.confirmed,
        patient: chosen(body.patient.as_deref(), body.new_patient)?,
        kind: body.kind.trim().parse().map_err(|_| Problem::unfit("choose a document type from the list"))?,
        labels: labels(&body.labels)?,
        encounters: body.encounters.iter().map(encounter).collect::<Result<_, _>>()?,
        note: body.note,
    };
    let done = signed_in.app.accept_at_station(document, &said).await?;
    if let Some(next) = &done.next {
        signed_in.noted(AccessFact::Viewed { document: next.lease.document, page: None }).await?;
    }
    Ok(Json(AcceptedView {
        record: done.accepted.record.to_string(),
        final_at: done.accepted.final_at.to_string(),
        second_review: done.accepted.second_review,
        next: done.next.as_ref().map(ClaimView::of),
    }))
}

/// Reads labels.
pub(super) fn labels(texts: &[String]) -> Result<Vec<Label>, Problem> {
    let read = |text: &String| text.trim().parse::<Label>().map_err(|cause| Problem::unfit(cause.to_string()));
    texts.iter().map(read).collect()
}

fn chosen(known: Option<&str>, new: Option<NewPatient>) -> Result<ChosenPatient, Problem> {
    match (known, new) {
        (Some(id), None) => {
            let id = id.parse().map_err(|_| Problem::unfit("this patient is not known; choose again"))?;
            Ok(ChosenPatient::Known(id))
        }
        (None, Some(new)) => {
            let born = new.born.as_deref().map(str::trim).filter(|born| !born.is_empty());
            let born =
                born.map(str::parse::<BirthDate>).transpose().map_err(|cause| Problem::unfit(cause.to_string()))?;
            Ok(ChosenPatient::New(PatientSaid { number: new.number, authority: new.authority, name: new.name, born }))
        }
        _ => Err(Problem::unfit("choose a patient, or say who the new one is: either, not both")),
    }
}

fn encounter(body: &EncounterBody) -> Result<Encounter, Problem> {
    let day = |text: &str| text.trim().parse().map_err(|_| Problem::unfit("a day is written 2024-03-15"));
    Ok(Encounter { from: day(&body.from)?, to: body.until.as_deref().map(day).transpose()? })
}
