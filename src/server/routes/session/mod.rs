//! The session: who is signed in, signing in and out.

pub mod begin;
mod end;
mod show;
pub mod view;

use utoipa_axum::routes;

use crate::server::route::{Access, Route};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Access::Own, routes!(show::session)),
        Route::new(Access::Public, routes!(begin::sign_in)),
        Route::new(Access::Public, routes!(begin::sign_in_by_link)),
        Route::new(Access::Own, routes!(end::end_session)),
    ]
}
