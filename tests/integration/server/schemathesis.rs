//! The server against requests that schemathesis makes out of the OpenAPI document: `scripts/schemathesis.sh`.

use std::path::Path;
use std::process::{Command, Stdio};

/// Seconds in which requests are made. With the start of the server and its pages the whole stays below 90 seconds, but for
/// installing the tool once.
const SECONDS: &str = "40";
/// What the script ends with where the tool cannot be installed.
const NO_TOOL: i32 = 3;

#[test]
fn no_request_that_the_document_allows_or_forbids_breaks_the_server() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/schemathesis.sh");
    let mut command = Command::new("bash");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("MUNIMENT_")) {
        command.env_remove(name);
    }
    command.arg(script).arg(SECONDS).env("MUNIMENT", env!("CARGO_BIN_EXE_muniment")).stdin(Stdio::null());
    let output = command.output().unwrap();
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.code() == Some(NO_TOOL) {
        println!("not run: {}", failed.lines().last().unwrap_or_default());
        return;
    }
    assert!(output.status.success(), "{said}{failed}");
    assert!(said.contains("No issues found"), "it made no requests: {said}{failed}");
}
