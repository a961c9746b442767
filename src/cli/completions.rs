//! `muniment completions`: shell completions.

use clap::CommandFactory;

use super::exit::{CommandError, Ended};
use super::output::Output;

/// Prints completions for a shell.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

/// Prints the script.
pub fn run(args: &Args, output: Output) -> Result<Ended, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "muniment", &mut script);
    output.raw(&script)?;
    Ok(Ended::Well)
}
