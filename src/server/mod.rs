//! The server: what people do in a browser and programs over HTTP, with the same functions of [`app`](crate::app) as the
//! command line.
//!
//! Every route stands in one table ([`routes::table`]) together with who may use it ([`Access`]); the router is made of that
//! table and nothing else. Before a handler runs, one guard finds out who asks, refuses writes that another site could have
//! caused, and asks [`access`](crate::access) for a decision. A handler gets [`SignedIn`] and calls the application as that
//! person. What goes wrong is a [`Problem`].

mod allowance;
mod assets;
mod extract;
mod frame;
mod guard;
mod journal;
mod metrics;
mod origin;
mod paging;
mod problem;
mod refusals;
mod route;
pub mod routes;
mod serving;
mod signed_in;
mod state;
mod tls;
mod view;

pub use extract::{Json, Path, Query};
pub use problem::{Problem, ProblemDocument};
pub use route::{Access, Route, RouteAccess, access_table, describe, openapi};
pub use serving::{ServeError, serve};
pub use signed_in::{Credential, SignedIn};
pub use state::{Client, Server};
