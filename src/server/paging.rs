//! Lists in parts: how many at a time, and where the next part begins.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;

/// Items of one part, at most.
pub const MOST: u32 = 200;
/// Items of one part where nobody says how many.
const USUAL: u32 = 50;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Where it begins: `next` of the part before.
    pub after: Option<String>,
    /// How many items at most; 200 is the most.
    pub limit: Option<u32>,
}

/// One part of a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Part<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next part begins; none after the last.
    pub next: Option<String>,
}

impl Paging {
    /// Returns how many items are wanted.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(USUAL).clamp(1, MOST)
    }

    /// Reads where the part begins.
    ///
    /// # Errors
    /// It is not what a part before said.
    pub fn after<T: std::str::FromStr>(&self) -> Result<Option<T>, Problem> {
        let after = self.after.as_deref().filter(|after| !after.is_empty());
        after.map(|after| after.parse().map_err(|_| wrong())).transpose()
    }
}

impl<T> Part<T> {
    /// Makes a part; when it is full, the next one begins after its last item.
    pub fn of(items: Vec<T>, limit: u32, place: impl Fn(&T) -> String) -> Self {
        let next = (items.len() >= limit as usize).then(|| items.last().map(place)).flatten();
        Self { items, next }
    }

    /// Makes a list that is whole.
    pub const fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

fn wrong() -> Problem {
    let detail = "after is not what an earlier answer gave as next: leave it out to begin again";
    Problem::new(axum::http::StatusCode::BAD_REQUEST, "query-wrong", detail)
}
