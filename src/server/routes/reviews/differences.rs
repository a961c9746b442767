//! `/api/v1/reviews/differences`: where two people typed different things, for a third.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rekey::{OutcomeView, RekeyedValues};
use crate::app::station::{Difference, Settlement};
use crate::chart::facts::AccessFact;
use crate::server::problem::Problem;
use crate::server::{Json, Path, SignedIn};

/// Differences.
#[derive(Serialize, ToSchema)]
pub struct DifferencesView {
    /// Those that the person may settle.
    items: Vec<DifferenceView>,
    /// Always null: what is settled makes room for more.
    next: Option<String>,
}

/// A difference.
#[derive(Serialize, ToSchema)]
pub struct DifferenceView {
    /// Its id: that of the record.
    id: String,
    /// The document.
    document: String,
    /// What the first person accepted.
    first: ValuesView,
    /// What the second person typed.
    second: ValuesView,
}

/// Record number and birth date.
#[derive(Serialize, ToSchema)]
pub struct ValuesView {
    /// The record number.
    patient_number: String,
    /// The birth date.
    birth_date: String,
}

/// How it is settled.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleBody {
    /// `first` or `second`; or left out, with a value.
    choice: Option<String>,
    /// What is right, where neither is.
    value: Option<RekeyedValues>,
}

/// Shows differences between two other people.
#[utoipa::path(get, path = "/api/v1/reviews/differences", tag = "station",
    responses((status = 200, body = DifferencesView)))]
pub async fn differences(signed_in: SignedIn) -> Result<Json<DifferencesView>, Problem> {
    let found = signed_in.app.differences().await?;
    for one in &found {
        signed_in.noted(AccessFact::Viewed { document: one.document, page: None }).await?;
    }
    Ok(Json(DifferencesView { items: found.iter().map(DifferenceView::of).collect(), next: None }))
}

/// Settles a difference.
#[utoipa::path(post, path = "/api/v1/reviews/differences/{id}", tag = "station", params(("id" = String, Path)),
    request_body = SettleBody, responses((status = 200, body = OutcomeView)))]
pub async fn settle(
    signed_in: SignedIn,
    Path(id): Path<String>,
    Json(body): Json<SettleBody>,
) -> Result<Json<OutcomeView>, Problem> {
    let record = id.parse().map_err(|_| Problem::not_found("difference"))?;
    let settlement = match (body.choice.as_deref(), body.value) {
        (Some("first"), None) => Settlement::First,
        (Some("second"), None) => {
            let found = signed_in.app.differences().await?.into_iter().find(|one| one.record == record);
            let (number, born) = found.ok_or_else(|| Problem::not_found("difference"))?.second;
            Settlement::Returned { number, born }
        }
        (None, Some(value)) => Settlement::Returned { number: value.patient_number, born: value.birth_date },
        _ => return Err(Problem::unfit("choose first or second, or say what is right instead")),
    };
    signed_in.app.settle_difference(record, &settlement).await?;
    Ok(Json(OutcomeView { outcome: "settled".to_owned() }))
}

impl DifferenceView {
    fn of(one: &Difference) -> Self {
        let values =
            |(number, born): &(String, String)| ValuesView { patient_number: number.clone(), birth_date: born.clone() };
        Self {
            id: one.record.to_string(),
            document: one.document.to_string(),
            first: values(&one.first),
            second: values(&one.second),
        }
    }
}
