//! `muniment purge`: removes scan files whose pages are all archived or rejected from the intake area.

use std::fmt::Write;

use super::exit::{CommandError, Ended};
use super::output::Output;
use super::start::Place;
use crate::app::purging::{Purge, Stays};

/// Removes scan files that are no longer needed: every page is in the archive or rejected, and the time to dispute that is
/// over (`intake.dispute_days`). Records in the archive are not touched.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only says what would be removed
    #[arg(long)]
    dry_run: bool,
}

/// Removes them.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let purge = app.purge_intake(args.dry_run).await?;
    output.value(&purge, |purge| describe(purge, args.dry_run));
    Ok(Ended::Well)
}

fn describe(purge: &Purge, rehearsed: bool) -> String {
    let done = if rehearsed { "would be removed" } else { "removed" };
    let mut text = format!("{} scan files ({} bytes) {done}.\n", purge.purged.len(), purge.bytes);
    for (stays, count) in &purge.stay {
        let why = match stays {
            Stays::PagesUndecided => "have pages that are not decided about or not archived yet",
            Stays::PagesNowhere => "have pages that are in no document",
            Stays::InDispute => "were decided about too recently",
            Stays::NotInTheArchive => {
                "have pages whose record is not whole in the archive; run muniment archive validate"
            }
            Stays::Held => "have pages of a record under a hold",
        };
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{count} stay: they {why}.");
    }
    text
}
