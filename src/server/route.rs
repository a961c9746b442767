//! Routes with who may use them: the router, the OpenAPI document and the list that tests go through come out of one table.

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use serde::Serialize;
use serde_json::json;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use utoipa::openapi::path::{HttpMethod, Operation, PathItem};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, Content, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, ResponseBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::UtoipaMethodRouter;

use super::guard::guard;
use super::problem::ProblemDocument;
use super::routes;
use super::state::Server;
use crate::access::Permission;

/// Largest body of a request, in bytes; uploads have limits of their own.
const LARGEST_BODY: usize = 1 << 20;
/// How long a handler may take until its answer begins.
const LONGEST: Duration = Duration::from_secs(60);
/// How long a body may stand still.
const BODY_STILL: Duration = Duration::from_secs(30);

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Whoever is signed in, for what is theirs alone; even before they have set a password.
    Own,
    /// Whoever is signed in; what they get is decided by the application.
    SignedIn,
    /// Who has the permission.
    May(Permission),
    /// Who asks from this machine itself, or has the permission.
    Local(Permission),
}

/// Handlers of one path with who may use them.
pub struct Route {
    methods: UtoipaMethodRouter<Server>,
    access: Access,
    long: bool,
}

/// One line of the table of rights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RouteAccess {
    /// `GET`, `POST`, ...
    pub method: String,
    /// Path with its parameters in braces.
    pub path: String,
    /// Who may use it.
    #[serde(skip)]
    pub access: Access,
}

impl Route {
    /// Makes a route of what `utoipa_axum::routes!` made of handlers.
    pub fn new(access: Access, methods: UtoipaMethodRouter<Server>) -> Self {
        Self { methods, access, long: false }
    }

    /// Lets it take as long and as much as it likes while bytes come in: for uploads and streams, which limit themselves.
    #[must_use]
    pub fn long(mut self) -> Self {
        self.long = true;
        self
    }
}

impl Access {
    /// Returns the name in the OpenAPI document: a permission, or a word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Own => "own",
            Self::SignedIn => "signed-in",
            Self::May(permission) | Self::Local(permission) => permission.name(),
        }
    }
}

/// Returns who may use which route.
pub fn access_table() -> Vec<RouteAccess> {
    let mut lines = Vec::new();
    for route in routes::table() {
        for (path, item) in &route.methods.1.paths {
            for (method, _) in operations(&mut item.clone()) {
                lines.push(RouteAccess { method: name(&method).to_owned(), path: path.clone(), access: route.access });
            }
        }
    }
    lines
}

/// Returns the OpenAPI document of the server.
pub fn openapi() -> OpenApi {
    assemble(None).1
}

/// Returns the OpenAPI document as text, as it is kept in `docs/openapi.json`.
pub fn describe() -> String {
    openapi().to_pretty_json().map_or_else(|cause| cause.to_string(), |text| text + "\n")
}

/// Makes the router: every route behind the guard with its access.
pub(super) fn router(server: &Server) -> Router<Server> {
    assemble(Some(server)).0
}

fn assemble(server: Option<&Server>) -> (Router<Server>, OpenApi) {
    let mut document = empty();
    let mut router = Router::new();
    for route in routes::table() {
        let (schemas, paths, mut methods) = route.methods;
        if let Some(server) = server {
            methods = methods.route_layer(from_fn_with_state((server.clone(), route.access), guard));
            methods = match route.long {
                true => methods
                    .route_layer(DefaultBodyLimit::disable())
                    .route_layer(RequestBodyTimeoutLayer::new(BODY_STILL)),
                false => methods
                    .route_layer(RequestBodyLimitLayer::new(LARGEST_BODY))
                    .route_layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, LONGEST)),
            };
        }
        for (path, mut item) in paths.paths {
            router = router.route(&path, methods.clone());
            for (method, operation) in operations(&mut item) {
                operation.operation_id = Some(operation_id(name(&method), &path));
                mark(operation, route.access);
            }
            match document.paths.paths.get_mut(&path) {
                Some(known) => known.merge_operations(item),
                None => drop(document.paths.paths.insert(path, item)),
            }
        }
        if let Some(components) = document.components.as_mut() {
            components.schemas.extend(schemas);
        }
    }
    (router, document)
}

fn empty() -> OpenApi {
    let mut schemas: Vec<(String, RefOr<Schema>)> = Vec::new();
    ProblemDocument::schemas(&mut schemas);
    schemas.push((ProblemDocument::name().into_owned(), ProblemDocument::schema()));
    let session = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("__Host-muniment")));
    let token = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
    let components = ComponentsBuilder::new()
        .schemas_from_iter(schemas)
        .security_scheme("session", session)
        .security_scheme("token", token)
        .build();
    let info = InfoBuilder::new()
        .title("Muniment")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "Paper patient charts as a trustworthy digital archive. `x-permission` says what a route takes; what a person \
             may not see answers 404. Writes with a session need the header X-Muniment-CSRF.",
        ))
        .build();
    OpenApiBuilder::new().info(info).components(Some(components)).build()
}

/// Says who may use an operation and how it fails.
fn mark(operation: &mut Operation, access: Access) {
    let extensions = operation.extensions.get_or_insert_default();
    extensions.insert("x-permission".into(), json!(access.name()));
    let none: [&str; 0] = [];
    if access != Access::Public {
        operation.security =
            Some(vec![SecurityRequirement::new("session", none), SecurityRequirement::new("token", none)]);
    }
    let problem = Content::new(Some(Ref::from_schema_name(ProblemDocument::name())));
    let response = ResponseBuilder::new()
        .description("Not carried out; the code says why")
        .content("application/problem+json", problem)
        .build();
    operation.responses.responses.entry("default".into()).or_insert(RefOr::T(response));
}

/// Returns a name that no other operation has: the method and the path.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.trim_start_matches("/api/v1").split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.fold(method.to_ascii_lowercase(), |id, word| format!("{id}_{word}"))
}

fn operations(item: &mut PathItem) -> Vec<(HttpMethod, &mut Operation)> {
    let all = [
        (HttpMethod::Get, item.get.as_mut()),
        (HttpMethod::Put, item.put.as_mut()),
        (HttpMethod::Post, item.post.as_mut()),
        (HttpMethod::Delete, item.delete.as_mut()),
        (HttpMethod::Options, item.options.as_mut()),
        (HttpMethod::Head, item.head.as_mut()),
        (HttpMethod::Patch, item.patch.as_mut()),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation?))).collect()
}

const fn name(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Put => "PUT",
        HttpMethod::Post => "POST",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Head => "HEAD",
        HttpMethod::Patch => "PATCH",
        _ => "OTHER",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    /// One would silently take the other's place in the document.
    #[test]
    fn no_two_forms_have_one_name() {
        let mut known: HashMap<String, serde_json::Value> = HashMap::new();
        let mut twice = Vec::new();
        for (name, schema) in routes::table().into_iter().flat_map(|route| route.methods.0) {
            let mut form = serde_json::to_value(schema).unwrap();
            without_words(&mut form);
            let first = known.entry(name.clone()).or_insert_with(|| form.clone());
            if *first != form {
                twice.push(name);
            }
        }
        assert!(twice.is_empty(), "different forms of one name: {twice:?}; rename one, or give it `schema(as = ..)`");
    }

    fn without_words(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(members) => {
                members.remove("description");
                members.values_mut().for_each(without_words);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(without_words),
            _ => {}
        }
    }

    #[test]
    fn operations_are_named_after_their_address() {
        assert_eq!(operation_id("GET", "/api/v1/people"), "get_people");
        assert_eq!(operation_id("PUT", "/api/v1/people/{id}/roles"), "put_people_id_roles");
        assert_eq!(operation_id("GET", "/healthz"), "get_healthz");
    }
}
