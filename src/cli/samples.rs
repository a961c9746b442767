//! `muniment samples`: synthetic charts with their exact text.

use std::path::PathBuf;

use super::exit::{CommandError, Ended};
use super::output::Output;
use crate::samples::{self, Container, Options, Profile};

/// Makes synthetic charts; no real person appears in them.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Makes charts with their exact text, word boxes and labels beside each page
    Generate {
        /// Folder to write into; it must be empty or missing
        out: PathBuf,
        /// Number of charts
        #[arg(long, default_value_t = 3)]
        charts: u32,
        /// The same seed gives the same bytes
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How worn the pages are
        #[arg(long, value_enum, default_value_t = Profile::Office, value_name = "PROFILE")]
        degrade: Profile,
        /// Pixels per inch
        #[arg(long, default_value_t = 300)]
        dpi: u32,
        /// Kind of files
        #[arg(long, value_enum, default_value_t = Container::Mixed, value_name = "KIND")]
        container: Container,
    },
}

/// Generates.
pub fn run(args: &Args, output: Output) -> Result<Ended, CommandError> {
    let Action::Generate { out, charts, seed, degrade, dpi, container } = &args.action;
    let options = Options { charts: *charts, seed: *seed, degrade: *degrade, dpi: *dpi, containers: *container };
    let summary = samples::generate(&options, out)?;
    output.value(&summary, |summary| {
        format!(
            "{} charts: {} files, {} pages ({} blank, {} turned, {} of another patient) in {}.",
            summary.charts,
            summary.files,
            summary.pages,
            summary.blank,
            summary.turned,
            summary.foreign,
            out.display()
        )
    });
    Ok(Ended::Well)
}
