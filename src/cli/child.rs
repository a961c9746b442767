//! The hidden command that child processes run. Nobody needs to call it by hand.

use std::process::ExitCode;

use crate::pipeline;
use crate::sandbox;

/// Serves a parent process.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    role: Role,
}

#[derive(Debug, clap::Subcommand)]
enum Role {
    /// Reads files and pages
    Read,
    /// Restricts itself, then becomes another program
    Exec { specification: String },
    /// Tries to get out of its containment, for the tests and for `doctor`
    Probe,
    /// Starts a probe and waits, for the tests
    ProbeParent { role: String },
}

/// Runs the role to its end.
pub fn run(args: &Args) -> ExitCode {
    match &args.role {
        Role::Read => pipeline::child::work::serve(),
        Role::Exec { specification } => sandbox::child::exec_contained(specification),
        Role::Probe => sandbox::probe::child(),
        Role::ProbeParent { role } => sandbox::probe::parent(role),
    }
}
