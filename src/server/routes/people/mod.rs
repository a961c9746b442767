//! People and their roles.

mod add;
mod change;
mod link;
mod list;
mod roles;

use utoipa_axum::routes;

use crate::access::Permission::{ManagePeople, ViewPeople};
use crate::chart::{PersonId, Role};
use crate::server::problem::Problem;
use crate::server::route::{Access, Route};

/// Routes of this noun.
pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Access::May(ViewPeople), routes!(list::list_people)),
        Route::new(Access::May(ManagePeople), routes!(add::add_person)),
        Route::new(Access::May(ManagePeople), routes!(change::change_person)),
        Route::new(Access::May(ManagePeople), routes!(roles::set_roles)),
        Route::new(Access::May(ManagePeople), routes!(link::make_link)),
        Route::new(Access::May(ManagePeople), routes!(link::remove_factor)),
    ]
}

fn person_id(id: &str) -> Result<PersonId, Problem> {
    id.parse().map_err(|_| Problem::not_found("person"))
}

fn parse_roles(names: &[String]) -> Result<Vec<Role>, Problem> {
    names
        .iter()
        .map(|name| name.parse().map_err(|cause: crate::chart::RoleParseError| Problem::unfit(cause.to_string())))
        .collect()
}
