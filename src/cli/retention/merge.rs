//! `muniment retention merge`: two patients are one, or are not after all.

use crate::app::App;
use crate::cli::exit::{CommandError, Ended};
use crate::cli::output::Output;
use crate::cli::private::Private;

/// Merges two patients who are one. Nothing is rewritten: the one is another name for the other.
///
/// The events and birth dates of both count for the records of both, the longest wins, and a hold on one covers both. To
/// take it back one person proposes it with --undo and a second one confirms it with --confirm-undo.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The patient that is not used any more, by id or record number
    from: Private,
    /// The patient that stays, by id or record number
    into: Private,
    /// Where it is known from, for example "ADT A40"; never a patient's name
    #[arg(long, required_unless_present_any = ["undo", "confirm_undo"])]
    source: Option<String>,
    /// Proposes to take the merge back, with this reason
    #[arg(long, value_name = "REASON", conflicts_with_all = ["source", "confirm_undo"])]
    undo: Option<String>,
    /// Confirms that the merge is taken back
    #[arg(long, conflicts_with = "source")]
    confirm_undo: bool,
}

/// Does it.
pub async fn run(args: &Args, app: &App, output: Output) -> Result<Ended, CommandError> {
    let from = app.patient_named(args.from.reveal()).await?;
    let into = app.patient_named(args.into.reveal()).await?;
    let (state, words) = match (&args.source, &args.undo) {
        (Some(source), _) => {
            app.merge_patients(from, into, source).await?;
            ("merged", "Merged: for retention and holds the two are one patient.")
        }
        (None, Some(reason)) => {
            app.unmerge_patients(from, into, Some(reason)).await?;
            ("unmerge-proposed", "Proposed. The two count as one until a second person confirms with --confirm-undo.")
        }
        (None, None) => {
            app.unmerge_patients(from, into, None).await?;
            (
                "unmerged",
                "Taken back: the two are two patients again. What a hold found while they were one stays held.",
            )
        }
    };
    output.value(&serde_json::json!({ "from": from, "into": into, "state": state }), |_| words.to_owned());
    Ok(Ended::Well)
}
