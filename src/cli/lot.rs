//! `muniment lot`: lots of accepted documents, their samples, and their release.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Serialize;

use super::exit::{CommandError, Ended};
use super::output::Output;
use super::start::Place;
use crate::app::App;
use crate::chart::{BatchId, Defect, DocumentId, LotId, PersonId, RecordId, Sampled, Stringency};
use crate::store::{LotDocument, LotRow, LotState};

/// Samples what was accepted: a lot of documents is archived once a second person has checked its sample.
///
/// Where the configuration says so (quality.lots), the accepted documents of a batch wait as a lot. Its sample is drawn by a
/// recorded seed; somebody who did not accept a document compares it with its image. A critical defect, or more major ones than
/// the plan tolerates, keeps the lot from being released: it is held back, and every document of it is checked.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Lists every lot, the oldest first
    List,
    /// Shows a lot with its documents
    Show {
        /// Id of the lot, or its beginning
        lot: String,
    },
    /// Makes a lot of a batch's accepted documents; `muniment deposit` does so by itself once all of them are decided
    Draw {
        /// Name or id of the batch
        batch: String,
        /// Although other documents of the batch are not ready
        #[arg(long)]
        part: bool,
    },
    /// Records what you found when you compared a document of an open lot with its image
    Check {
        /// Id of the document, or its beginning
        document: String,
        #[command(flatten)]
        finding: Finding,
        /// What is wrong, for whoever accepted it
        #[arg(long, requires = "defects")]
        note: Option<String>,
    },
    /// Releases a lot whose sample was checked
    Release {
        /// Id of the lot, or its beginning
        lot: String,
    },
    /// Holds a lot back; its documents are drawn again, and every one of them is checked
    HoldBack {
        /// Id of the lot, or its beginning
        lot: String,
        /// Why; no patient's name
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Finding {
    /// It is right
    #[arg(long)]
    right: bool,
    /// What is wrong, for example wrong-patient or skew; several with commas
    #[arg(long = "defect", value_name = "DEFECT", value_delimiter = ',')]
    defects: Vec<Defect>,
}

#[derive(Serialize)]
struct Line {
    id: LotId,
    batch: BatchId,
    state: &'static str,
    plan: String,
    stringency: Stringency,
    documents: u32,
    sampled: u32,
    unchecked: u32,
    accepts: u32,
    seed: String,
    drawn_at: Timestamp,
    decided_at: Option<Timestamp>,
    decided_by: Option<PersonId>,
    reason: Option<String>,
}

#[derive(Serialize)]
struct DocumentLine {
    document: DocumentId,
    record: RecordId,
    accepted_by: Option<PersonId>,
    sampled: Sampled,
    checked_by: Option<PersonId>,
    defects: Vec<Defect>,
}

/// Does it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    match &args.action {
        Action::List => {
            let lots: Vec<Line> = app.lots().await?.into_iter().map(shown).collect();
            output.value(&lots, |lots| match lots.is_empty() {
                true => "There are no lots. `muniment lot draw BATCH` makes one.".to_owned(),
                false => lots.iter().map(line).collect::<Vec<_>>().join("\n"),
            });
        }
        Action::Show { lot } => show(&app, app.lot(lot).await?, output).await?,
        Action::Draw { batch, part } => {
            let batch = app.batch(batch).await?;
            show(&app, app.draw_lot(batch.id, *part).await?, output).await?;
        }
        Action::Check { document, finding, note } => {
            let document = app.document(document).await?;
            let checked = app.check_in_lot(&document, None, &finding.defects, note.as_deref()).await?;
            let value = serde_json::json!({
                "lot": checked.lot,
                "document": checked.document,
                "defects": finding.defects,
                "unchecked": checked.unchecked,
            });
            output.value(&value, |_| match checked.unchecked {
                0 => format!("Checked. The sample of lot {} is complete: release it, or hold it back.", checked.lot),
                left => format!("Checked. {left} documents of lot {} are left to check.", checked.lot),
            });
        }
        Action::Release { lot } => {
            let lot = app.lot(lot).await?;
            app.release_lot(lot.id).await?;
            done(&app, lot.id, output).await?;
        }
        Action::HoldBack { lot, reason } => {
            let lot = app.lot(lot).await?;
            app.hold_back_lot(lot.id, reason).await?;
            done(&app, lot.id, output).await?;
        }
    }
    Ok(Ended::Well)
}

async fn done(app: &App, lot: LotId, output: Output) -> Result<(), CommandError> {
    output.value(&shown(app.lot(&lot.to_string()).await?), line);
    Ok(())
}

async fn show(app: &App, lot: LotRow, output: Output) -> Result<(), CommandError> {
    let documents: Vec<DocumentLine> = app.store.lot_documents(lot.id).await?.into_iter().map(shown_document).collect();
    let open = lot.state == LotState::Open;
    let lot = shown(lot);
    output.value(&serde_json::json!({ "lot": lot, "documents": documents }), |_| {
        let mut text = line(&lot);
        for document in documents.iter().filter(|document| document.sampled != Sampled::No) {
            let state = match (document.checked_by, document.defects.as_slice()) {
                (None, _) => "to be checked".to_owned(),
                (Some(_), []) => "right".to_owned(),
                (Some(_), defects) => defects.iter().map(|defect| defect.name()).collect::<Vec<_>>().join(", "),
            };
            // Writing into a String cannot fail.
            let _ = write!(text, "\n  {}  {state}", document.document);
        }
        if open && lot.unchecked > 0 {
            text.push_str("\nCheck each with muniment lot check DOCUMENT --right, or --defect.");
        }
        text
    });
    Ok(())
}

fn shown(lot: LotRow) -> Line {
    let (decided_at, decided_by) = lot.decided.unzip();
    Line {
        id: lot.id,
        batch: lot.batch,
        state: lot.state.name(),
        plan: lot.plan,
        stringency: lot.stringency,
        documents: lot.documents,
        sampled: lot.sampled,
        unchecked: lot.unchecked,
        accepts: lot.accepts,
        seed: lot.seed.to_string(),
        drawn_at: lot.drawn_at,
        decided_at,
        decided_by,
        reason: lot.reason,
    }
}

fn shown_document(document: LotDocument) -> DocumentLine {
    let LotDocument { record, document, accepted_by, sampled, checked_by, defects } = document;
    DocumentLine { document, record, accepted_by, sampled, checked_by, defects }
}

fn line(lot: &Line) -> String {
    let reason = lot.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!(
        "{}  {}{reason}\n  {} documents, plan {} ({}): {} to check, {} left; {} may have a major defect",
        lot.id,
        lot.state,
        lot.documents,
        lot.plan,
        lot.stringency.name(),
        lot.sampled,
        lot.unchecked,
        lot.accepts
    )
}
