//! Retention: versions of the policy with what they would change, and what the coming years bring.

use axum::http::StatusCode;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::access::Permission;
use crate::retention::LeapDay;
use crate::server::paging::Part;
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};
use crate::server::{Json, Path, Query, SignedIn};
use crate::store::PolicyRow;

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    use Permission::{ApprovePolicy, SetPolicy, ViewRetention};
    vec![
        Route::new(Access::May(ViewRetention), routes!(list)),
        Route::new(Access::May(SetPolicy), routes!(draft)),
        Route::new(Access::May(ViewRetention), routes!(impact)),
        Route::new(Access::May(ApprovePolicy), routes!(approve)),
        Route::new(Access::May(SetPolicy), routes!(withdraw)),
        Route::new(Access::May(ViewRetention), routes!(forecast)),
        Route::new(Access::May(ViewRetention), routes!(verify)).long(),
    ]
}

/// A version of the policy.
#[derive(Serialize, ToSchema)]
pub struct PolicyView {
    /// Number, from 1.
    version: u32,
    /// `draft`, `approved`, `in-force`, `superseded` or `withdrawn`.
    state: String,
    /// First day on which it was meant to be in force.
    effective_from: String,
    /// First day on which it is in force, once approved.
    in_force_from: Option<String>,
    /// Why it was made.
    reason: String,
    /// Who drafted it.
    author: String,
    /// When.
    drafted_at: String,
    /// Who approved it.
    approver: Option<String>,
    /// The policy with its rules.
    policy: Value,
}

/// A version to be drafted.
#[derive(Deserialize, ToSchema)]
pub struct NewPolicy {
    /// What it is called.
    title: String,
    /// Names of rule sets; of several, the longest period wins.
    rules: Vec<String>,
    /// First day on which it is to be in force.
    effective_from: String,
    /// Why it is made.
    reason: String,
    /// What an anniversary of 29 February is in other years: `march-1` (usual) or `february-28`.
    leap_day: Option<String>,
}

/// How far a forecast looks.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Until {
    /// Last year; ten years ahead when left out.
    until: Option<i16>,
}

/// Lists every version of the policy.
#[utoipa::path(get, path = "/api/v1/policies", tag = "retention", responses((status = 200, body = Part<PolicyView>)))]
async fn list(signed_in: SignedIn) -> Result<Json<Part<PolicyView>>, Problem> {
    let app = &signed_in.app;
    app.actor(Permission::ViewRetention, &[]).await?;
    let (rows, today) = (app.store.policies().await?, app.today(None).date);
    let current = rows.iter().filter(|row| row.in_force_from().is_some_and(|from| from <= today));
    let current = current.max_by_key(|row| (row.in_force_from(), row.version)).map(|row| row.version);
    let items = rows.iter().map(|row| PolicyView::of(row, current, today)).collect();
    Ok(Json(Part::whole(items)))
}

/// Drafts the next version; a second person approves it.
#[utoipa::path(post, path = "/api/v1/policies", tag = "retention", request_body = NewPolicy,
    responses((status = 201, body = Value)))]
async fn draft(signed_in: SignedIn, Json(new): Json<NewPolicy>) -> Result<(StatusCode, Json<Value>), Problem> {
    let effective = day(&new.effective_from)?;
    let leap_day = match new.leap_day.as_deref() {
        None | Some("march-1") => LeapDay::March1,
        Some("february-28") => LeapDay::February28,
        Some(_) => return Err(Problem::unfit("leap_day is march-1 or february-28")),
    };
    let version = signed_in.app.draft_policy(&new.title, &new.rules, leap_day, effective, &new.reason).await;
    let version = version.map_err(|cause| match cause {
        crate::app::AppError::RuleSet(cause) => Problem::unfit(cause.to_string()),
        cause => cause.into(),
    })?;
    Ok((StatusCode::CREATED, Json(serde_json::json!({ "version": version }))))
}

/// Says what a version would change, record by record counted.
#[utoipa::path(get, path = "/api/v1/policies/{version}/impact", tag = "retention", params(("version" = u32, Path)),
    responses((status = 200, body = Value)))]
async fn impact(signed_in: SignedIn, Path(version): Path<u32>) -> Result<Json<Value>, Problem> {
    value(&signed_in.app.policy_impact(version).await?)
}

/// Approves a draft of somebody else.
#[utoipa::path(post, path = "/api/v1/policies/{version}/approve", tag = "retention", params(("version" = u32, Path)),
    responses((status = 200, body = Value)))]
async fn approve(signed_in: SignedIn, Path(version): Path<u32>) -> Result<Json<Value>, Problem> {
    let from = signed_in.app.approve_policy(version).await?;
    Ok(Json(serde_json::json!({ "version": version, "in_force_from": from.map(|day| day.to_string()) })))
}

/// Withdraws a draft.
#[utoipa::path(post, path = "/api/v1/policies/{version}/withdraw", tag = "retention", params(("version" = u32, Path)),
    responses((status = 204)))]
async fn withdraw(signed_in: SignedIn, Path(version): Path<u32>) -> Result<StatusCode, Problem> {
    signed_in.app.policy_row(version).await?;
    signed_in.app.withdraw_policy(version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Counts the records that become eligible for destruction, year by year.
#[utoipa::path(get, path = "/api/v1/retention/forecast", tag = "retention", params(Until),
    responses((status = 200, body = Value)))]
async fn forecast(signed_in: SignedIn, Query(until): Query<Until>) -> Result<Json<Value>, Problem> {
    let year = signed_in.app.today(None).date.year();
    let until = until.until.unwrap_or(year.saturating_add(10));
    if until < year || until > year.saturating_add(200) {
        return Err(Problem::unfit(format!("until is a year between {year} and {}", year.saturating_add(200))));
    }
    value(&signed_in.app.forecast(until, None).await?)
}

/// Compares policy, holds and the store's actual locks for every record.
#[utoipa::path(get, path = "/api/v1/retention/verify", tag = "retention", responses((status = 200, body = Value)))]
async fn verify(signed_in: SignedIn) -> Result<Json<Value>, Problem> {
    signed_in.app.actor(Permission::ViewRetention, &[]).await?;
    value(&signed_in.app.verify_retention().await?)
}

fn day(text: &str) -> Result<Date, Problem> {
    text.parse().map_err(|_| Problem::unfit("effective_from is a day such as 2026-07-01"))
}

fn value<T: Serialize>(of: &T) -> Result<Json<Value>, Problem> {
    serde_json::to_value(of).map(Json).map_err(|_| Problem::internal())
}

impl PolicyView {
    fn of(row: &PolicyRow, current: Option<u32>, today: Date) -> Self {
        let state = match row.in_force_from() {
            _ if row.withdrawn_at.is_some() => "withdrawn",
            None => "draft",
            Some(from) if from > today => "approved",
            Some(_) if current == Some(row.version) => "in-force",
            Some(_) => "superseded",
        };
        Self {
            version: row.version,
            state: state.to_owned(),
            effective_from: row.effective_from.to_string(),
            in_force_from: row.in_force_from().map(|day| day.to_string()),
            reason: row.reason.clone(),
            author: row.author.to_string(),
            drafted_at: row.drafted_at.to_string(),
            approver: row.approver.map(|person| person.to_string()),
            policy: serde_json::from_str(&row.policy).unwrap_or(Value::Null),
        }
    }
}
