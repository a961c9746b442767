//! Grants: who may read what besides what their roles give, why, and until when.

use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::access::{Permission, extent};
use crate::chart::facts::{GrantKind, GrantScope};
use crate::chart::{GrantId, Role};
use crate::server::paging::{Paging, Part};
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::{Json, Path, Query, SignedIn};
use crate::store::GrantRow;

/// How long a reason that an administrator declares counts where nobody says, in minutes.
const USUAL_MINUTES: u32 = 60;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![Route::new(Access::SignedIn, routes!(list, create)), Route::new(Access::SignedIn, routes!(revoke))]
}

/// A grant.
#[derive(Serialize, ToSchema)]
pub struct GrantView {
    /// Id.
    id: String,
    /// Who may.
    person: String,
    /// `given`, `case` or `declared`.
    kind: String,
    /// The patient whose records they may read.
    patient: Option<String>,
    /// The record that they may read.
    record: Option<String>,
    /// Whether they may read everything.
    everything: bool,
    /// Why.
    reason: String,
    /// Who granted it.
    granted_by: String,
    /// When.
    granted_at: String,
    /// From when on not any more.
    until: String,
    /// When it was ended before.
    revoked_at: Option<String>,
}

/// A grant to be made: to somebody else about a patient or a record, or an administrator's own reason to read.
#[derive(Deserialize, ToSchema)]
pub struct NewGrant {
    /// Who may; whoever asks when left out.
    person: Option<String>,
    /// The patient whose records they may read.
    patient: Option<String>,
    /// Or the record.
    record: Option<String>,
    /// Why, without naming the patient.
    reason: String,
    /// Until when; or else `minutes`.
    until: Option<String>,
    /// For how many minutes.
    minutes: Option<u32>,
}

/// Which grants are asked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Also those that have ended.
    #[serde(default)]
    ended: bool,
}

/// Lists grants: everybody's for those who may see who may do what, one's own for others.
#[utoipa::path(get, path = "/api/v1/grants", tag = "grants", params(Paging, Which),
    responses((status = 200, body = Part<GrantView>)))]
async fn list(
    signed_in: SignedIn,
    Query(paging): Query<Paging>,
    Query(which): Query<Which>,
) -> Result<Json<Part<GrantView>>, Problem> {
    let sees_all = signed_in.person.roles.iter().any(|role| extent(*role, Permission::ViewPeople).is_some());
    let person = (!sees_all).then_some(signed_in.person.id);
    let (limit, after) = (paging.limit(), paging.after::<GrantId>()?);
    let now = signed_in.app.clock.now();
    let rows = signed_in.app.store.grants(person, which.ended, now, after, limit).await?;
    Ok(Json(Part::of(rows.iter().map(GrantView::of).collect(), limit, |grant| grant.id.clone())))
}

/// Grants reading to somebody else, or declares why one reads oneself.
#[utoipa::path(post, path = "/api/v1/grants", tag = "grants", request_body = NewGrant,
    responses((status = 201, body = GrantView)))]
async fn create(signed_in: SignedIn, Json(new): Json<NewGrant>) -> Result<(StatusCode, Json<GrantView>), Problem> {
    let app = &signed_in.app;
    let person = match &new.person {
        Some(person) => person.parse().map_err(|_| Problem::not_found("person"))?,
        None => signed_in.person.id,
    };
    let scope = match (&new.patient, &new.record) {
        (Some(patient), None) => GrantScope::Patient(patient.parse().map_err(|_| Problem::not_found("patient"))?),
        (None, Some(record)) => GrantScope::Record(record.parse().map_err(|_| Problem::not_found("record"))?),
        (None, None) => GrantScope::Everything,
        (Some(_), Some(_)) => return Err(Problem::unfit("a grant is about a patient or about a record, not both")),
    };
    let until: Timestamp = match (&new.until, new.minutes) {
        (Some(until), None) => {
            until.parse().map_err(|_| Problem::unfit("until is a time such as 2026-03-15T12:00:00Z"))?
        }
        (None, minutes) => app.in_minutes(minutes.unwrap_or(USUAL_MINUTES)),
        (Some(_), Some(_)) => return Err(Problem::unfit("say until when, or for how many minutes, not both")),
    };
    let kind = if person == signed_in.person.id {
        GrantKind::Declared
    } else {
        match app.store.person(person).await? {
            Some(other) if other.roles == [Role::Auditor] => GrantKind::Case,
            _ => GrantKind::Given,
        }
    };
    let grant = app.grant(person, kind, scope, &new.reason, until).await?;
    Ok((StatusCode::CREATED, Json(GrantView::of(&grant))))
}

/// Ends a grant before its time.
#[utoipa::path(delete, path = "/api/v1/grants/{id}", tag = "grants", params(("id" = String, Path)),
    responses((status = 204)))]
async fn revoke(signed_in: SignedIn, Path(id): Path<GrantId>) -> Result<StatusCode, Problem> {
    let own = signed_in.app.store.grant(id).await?.is_some_and(|grant| grant.person == signed_in.person.id);
    if !own && !signed_in.person.roles.contains(&Role::Administrator) {
        return Err(Problem::not_found("grant"));
    }
    signed_in.app.revoke_grant(id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl GrantView {
    fn of(grant: &GrantRow) -> Self {
        let (patient, record) = match grant.scope {
            GrantScope::Patient(patient) => (Some(patient.to_string()), None),
            GrantScope::Record(record) => (None, Some(record.to_string())),
            GrantScope::Everything => (None, None),
        };
        Self {
            id: grant.id.to_string(),
            person: grant.person.to_string(),
            kind: grant.kind.name().to_owned(),
            patient,
            record,
            everything: grant.scope == GrantScope::Everything,
            reason: grant.reason.clone(),
            granted_by: grant.granted_by.to_string(),
            granted_at: grant.granted_at.to_string(),
            until: grant.until.to_string(),
            revoked_at: grant.revoked_at.map(|at| at.to_string()),
        }
    }
}
