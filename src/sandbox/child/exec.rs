//! Becomes an external program after giving up what it does not need.

use super::lockdown;
use crate::sandbox::program::{MISSING, Specification, UNCONTAINED};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Restricts this process as the specification says (the JSON that [`Program::run`](crate::sandbox::Program::run) passes as
/// the last argument) and becomes the program. Returns only when that fails.
#[must_use]
pub fn exec_contained(specification: &str) -> ExitCode {
    let Ok(Specification { program, args, readable, limits }) = serde_json::from_str(specification) else {
        return ExitCode::from(UNCONTAINED);
    };
    let Some(program) = found(&program) else { return ExitCode::from(MISSING) };
    let in_force = lockdown::lock_down_for_program(&limits, &program, &readable);
    // Landlock may be missing from the kernel; the rest may not.
    if !(in_force.rlimits && in_force.no_new_privs && in_force.seccomp) {
        return ExitCode::from(UNCONTAINED);
    }
    let _error = Command::new(&program).args(args).exec();
    ExitCode::from(MISSING)
}

fn found(program: &Path) -> Option<PathBuf> {
    let candidates = match program.is_absolute() {
        true => vec![program.to_owned()],
        false => ["/usr/bin", "/bin"].iter().map(|folder| Path::new(folder).join(program)).collect(),
    };
    candidates.into_iter().find(|path| path.is_file())
}
