//! `muniment review`: a second person approves or returns what was accepted.

use super::exit::{CommandError, Ended};
use super::output::Output;
use super::start::Place;

/// Approves what somebody else accepted, or returns it to them. Nobody reviews their own work.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of the document, or its beginning
    document: String,
    #[command(flatten)]
    verdict: Verdict,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Verdict {
    /// Approves it
    #[arg(long)]
    approve: bool,
    /// Returns it, with what is wrong
    #[arg(long = "return", value_name = "REASON")]
    returned: Option<String>,
}

/// Records the verdict.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let document = app.document(&args.document).await?;
    app.second_review(&document, args.verdict.returned.as_deref()).await?;
    let approved = args.verdict.approve;
    output.value(&serde_json::json!({ "document": document.id, "approved": approved }), |_| {
        let became = if approved { "approved" } else { "returned; it can be accepted anew" };
        format!("Document {} is {became}.", document.id)
    });
    Ok(Ended::Well)
}
