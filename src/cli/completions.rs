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
    if output.json {
        let script = String::from_utf8_lossy(&script);
        output.value(&serde_json::json!({ "shell": args.shell.to_string(), "script": script }), |_| String::new());
    } else {
        output.raw(&script)?;
    }
    Ok(Ended::Well)
}
