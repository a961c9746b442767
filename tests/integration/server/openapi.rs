//! The OpenAPI document that is committed is the one of the program.

use muniment::server::{access_table, describe};
use serde_json::Value;

#[test]
fn the_committed_document_is_the_programs_own() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    let committed = std::fs::read_to_string(path).unwrap();
    assert!(
        committed == describe(),
        "docs/openapi.json is out of date: run `muniment serve --print-openapi > docs/openapi.json`"
    );
}

#[test]
fn every_route_says_who_may_use_it_and_how_it_fails() {
    let document: Value = serde_json::from_str(&describe()).unwrap();
    for route in access_table() {
        let operation = &document["paths"][&route.path][route.method.to_lowercase()];
        assert_eq!(operation["x-permission"], route.access.name(), "{} {}", route.method, route.path);
        let problem = &operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"];
        assert_eq!(problem, "#/components/schemas/ProblemDocument", "{} {}", route.method, route.path);
        assert!(operation["operationId"].is_string(), "{}", route.path);
    }
    // Every reference leads somewhere, and no two operations have one name.
    let text = describe();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"][name].is_object(), "{name} is not described");
    }
    let mut names: Vec<&str> =
        text.split("\"operationId\": \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "operations of one name: {names:?}");
}
