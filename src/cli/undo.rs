//! `muniment undo`: takes back what was decided about a document a moment ago.

use super::exit::{CommandError, Ended};
use super::output::Output;
use super::start::Place;

/// Takes back an acceptance, rejection or correction, as long as it is not final.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of the document, or its beginning
    document: String,
}

/// Takes it back.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let document = app.document(&args.document).await?;
    app.undo(&document).await?;
    let document = app.document(&document.id.to_string()).await?;
    output.value(&serde_json::json!({ "document": document.id, "state": document.state }), |_| {
        format!("Taken back: document {} stands at \"{}\" again.", document.id, document.state.name())
    });
    Ok(Ended::Well)
}
