//! `GET /api/v1/search`: words and conditions, within what the person may know of.

use axum::http::StatusCode;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;

use super::answer::SearchView;
use crate::app::searching::Asked;
use crate::chart::facts::AccessFact;
use crate::search::Narrowing;
use crate::server::problem::Problem;
use crate::server::{Json, Query, SignedIn};

/// Hits of one part where nobody says how many.
const USUAL: usize = 20;
/// Hits of one part, at most.
const MOST: usize = 200;
/// Values of one condition, at most.
const MOST_VALUES: usize = 50;

/// What is asked for. Several values of a condition are parted by commas.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct SearchQuery {
    /// The words, in the query language.
    q: String,
    /// Types of documents.
    kind: String,
    /// Labels.
    label: String,
    /// Batches, by id.
    batch: String,
    /// Patients, by id.
    patient: String,
    /// States.
    state: String,
    /// First date: 2024-03-15.
    from: String,
    /// Last date: 2024-03-15.
    to: String,
    /// `reliable` or `unreliable`.
    confidence: String,
    /// Where the part begins: `next` of the one before.
    after: String,
    /// Hits at most; 200 is the most.
    limit: Option<usize>,
}

/// Finds pages by their words and by what is known about them.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(SearchQuery),
    responses((status = 200, body = SearchView)))]
pub async fn search(signed_in: SignedIn, Query(query): Query<SearchQuery>) -> Result<Json<SearchView>, Problem> {
    let reader = signed_in.app.reader().await?;
    let asked = query.asked()?;
    let (batch, patient) = (only(&asked.narrowing.batches), only(&asked.narrowing.patients));
    let answer = signed_in.app.search_for(&reader, asked).await?;
    signed_in.noted(AccessFact::Searched { batch, patient, found: answer.pages }).await?;
    let unseen = signed_in.app.unseen_by(&reader).await?;
    Ok(Json(SearchView::of(&signed_in.app, answer, unseen).await?))
}

impl SearchQuery {
    fn asked(self) -> Result<Asked, Problem> {
        let reliable = match self.confidence.as_str() {
            "" => None,
            "reliable" | "yes" => Some(true),
            "unreliable" | "no" => Some(false),
            _ => return Err(wrong("confidence", "reliable or unreliable")),
        };
        let narrowing = Narrowing {
            kinds: values(&self.kind, "kind")?,
            labels: values(&self.label, "label")?,
            states: values(&self.state, "state")?,
            batches: parsed(&self.batch, "batch")?,
            patients: parsed(&self.patient, "patient")?,
            document: None,
            from: day(&self.from, "from")?,
            to: day(&self.to, "to")?,
            reliable,
        };
        let offset = match self.after.as_str() {
            "" => 0,
            after => after.parse().map_err(|_| wrong("after", "what an earlier answer gave as next"))?,
        };
        let limit = self.limit.unwrap_or(USUAL).clamp(1, MOST);
        Ok(Asked { text: self.q, narrowing, offset, limit })
    }
}

fn values(text: &str, name: &str) -> Result<Vec<String>, Problem> {
    let values = text.split(',').map(str::trim).filter(|value| !value.is_empty());
    let values: Vec<String> = values.map(str::to_owned).collect();
    if values.len() > MOST_VALUES {
        return Err(wrong(name, "fewer values"));
    }
    Ok(values)
}

fn parsed<T: std::str::FromStr>(text: &str, name: &str) -> Result<Vec<T>, Problem> {
    let read = |value: String| value.parse().map_err(|_| wrong(name, "ids"));
    values(text, name)?.into_iter().map(read).collect()
}

fn day(text: &str, name: &str) -> Result<Option<Date>, Problem> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| wrong(name, "a day such as 2024-03-15")),
    }
}

fn wrong(name: &str, takes: &str) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "query-wrong", format!("{name} takes {takes}")).with("parameter", name)
}

fn only<T: Copy>(values: &[T]) -> Option<T> {
    match values {
        [value] => Some(*value),
        _ => None,
    }
}
