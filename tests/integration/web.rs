//! The browser application on the real server, driven by Chromium: `tests/web/run.mjs`, with a deadline. Times are printed,
//! and fail nothing: what the run checks is true on any machine.

use std::path::Path;
use std::process::{Command, Stdio};

/// Seconds after which the run is given up: ten times what it takes on a busy machine of two cores.
const DEADLINE: &str = "1500";

#[test]
fn people_work_with_it_in_a_browser() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some(node) = node(root) else { return };
    let pictures = root.join("web/screenshots");
    let output = Command::new("timeout")
        .args(["--kill-after=20", DEADLINE])
        .arg(Path::new(&node).join("node"))
        .arg(root.join("tests/web/run.mjs"))
        .arg(env!("CARGO_BIN_EXE_muniment"))
        .arg(pictures)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    print!("{said}");
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

/// Finds everything that the run needs, or says "not run".
fn node(root: &Path) -> Option<String> {
    for (place, what) in [
        ("/usr/bin/chromium", "Chromium is missing; scripts/setup.sh test installs it"),
        ("/usr/bin/tiffcp", "tiffcp is missing; scripts/setup.sh test installs it"),
    ] {
        if !Path::new(place).exists() {
            println!("not run: {what}");
            return None;
        }
    }
    if !root.join("web/node_modules/playwright-core").exists() || !root.join("web/dist/index.html").exists() {
        println!("not run: the browser application is not built; `make web` builds it");
        return None;
    }
    let found = Command::new(root.join("scripts/web.sh")).arg("node").stdin(Stdio::null()).output().ok()?;
    if !found.status.success() {
        println!("not run: there is no Node; scripts/web.sh setup installs one");
        return None;
    }
    Some(String::from_utf8_lossy(&found.stdout).trim().to_owned())
}
