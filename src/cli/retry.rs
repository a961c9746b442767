//! `muniment retry`: another try for what failed, or for what needs a password.

use super::exit::{CommandError, Ended};
use super::ingest::{Passwords, work_off};
use super::output::Output;
use super::start::Place;

/// Tries a batch's rejects and failed pages again: with a password, or after raising a limit.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name or id of the batch
    batch: String,
    #[command(flatten)]
    passwords: Passwords,
}

/// Puts them back in the queue and works them off.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let passwords = args.passwords.read()?;
    let batch = app.batch(&args.batch).await?;
    let count = app.retry_batch(batch.id).await?;
    output.line(format!("{count} put back in the queue."));
    work_off(&app, batch, passwords, output).await
}
