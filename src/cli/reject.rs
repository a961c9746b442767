//! `muniment reject`: a document is not archived, for a recorded reason.

use super::exit::{CommandError, Ended};
use super::output::Output;
use super::start::Place;
use crate::chart::RejectionReason;

/// Rejects a document: it will not be archived. Its bytes stay until the intake area is purged.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of the document, or its beginning
    document: String,
    /// Why
    #[arg(long, value_enum)]
    reason: Reason,
    /// A remark for other staff
    #[arg(long)]
    note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Reason {
    /// The same paper is archived already
    Duplicate,
    /// It is nothing that belongs into a chart
    NotARecord,
    /// It cannot be read and has to be scanned again
    Unreadable,
    /// It belongs to another facility
    OtherFacility,
    /// It was scanned by mistake, for example a separator sheet
    ScannedByMistake,
}

impl From<Reason> for RejectionReason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::Duplicate => Self::Duplicate,
            Reason::NotARecord => Self::NotARecord,
            Reason::Unreadable => Self::Unreadable,
            Reason::OtherFacility => Self::OtherFacility,
            Reason::ScannedByMistake => Self::ScannedByMistake,
        }
    }
}

/// Rejects it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let document = app.document(&args.document).await?;
    let reason = RejectionReason::from(args.reason);
    app.reject(&document, reason, args.note.as_deref()).await?;
    output.value(&serde_json::json!({ "document": document.id, "rejected": reason }), |_| {
        format!("Document {} is rejected: {}. `muniment undo` takes it back for a while.", document.id, reason.name())
    });
    Ok(Ended::Well)
}
