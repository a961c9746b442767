//! The session: who is signed in, signing in and out.

mod end;
mod show;
mod view;

use utoipa_axum::routes;

use crate::server::route::{Access, Route};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![Route::new(Access::Own, routes!(show::session)), Route::new(Access::Own, routes!(end::end_session))]
}
