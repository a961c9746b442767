//! `muniment reprocess`: reads pages again with another pipeline, beside the result that counts.

use super::compare;
use super::exit::{CommandError, Ended, error};
use super::ingest::stop_on_ctrl_c;
use super::output::Output;
use super::reading::{Indexed, Reading, read};
use super::start::Place;
use crate::app::App;
use crate::pipeline::shelf::Shelf;
use crate::store::PageSelection;
use crate::worker::Stop;

/// Reads pages again with a newer pipeline; the old results count until the new ones are accepted.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    /// Only pages of this batch
    #[arg(long, value_name = "NAME")]
    batch: Option<String>,
    /// Only this document
    #[arg(long, value_name = "ID", conflicts_with = "batch")]
    document: Option<String>,
    /// Every page of the archive
    #[arg(long, conflicts_with_all = ["batch", "document"])]
    all: bool,
    /// Pipeline to use [default: the configured one]
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
    /// Makes the waiting results count, instead of reading
    #[arg(long, conflicts_with = "pipeline")]
    accept: bool,
    /// Sets the waiting results aside, instead of reading
    #[arg(long, conflicts_with_all = ["pipeline", "accept"])]
    decline: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Compare(compare::Args),
}

/// Reads, compares, accepts or declines.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    if let Some(Action::Compare(args)) = &args.action {
        return compare::run(args, &app, output).await;
    }
    let selection = selection(args, &app).await?;
    let now = app.clock.now();
    if args.accept || args.decline {
        let count = if args.accept {
            app.store.accept_candidates(selection, now).await?
        } else {
            app.store.decline_candidates(selection).await?
        };
        if args.accept {
            let done = Stop::new();
            done.raise();
            app.keep_index(&done, &stop_on_ctrl_c()).await?;
        }
        let what = if args.accept { "accepted" } else { "declined" };
        output.value(&serde_json::json!({ what: count }), |_| format!("{count} results {what}."));
        return Ok(Ended::Well);
    }
    let definition = app.definition(args.pipeline.as_deref())?;
    Shelf::keep(&app.store, &definition).await?;
    let stamp = definition.stamp();
    let count = app.store.reprocess(selection, &stamp, now).await?;
    output.line(format!("{count} pages to read with {} revision {}.", stamp.name, stamp.revision));
    let stop = stop_on_ctrl_c();
    let reading = Reading::Pages { selection, pipeline: stamp.digest, count };
    let indexed = read(&app, &reading, Vec::new(), &stop, output).await?;
    output.value(&serde_json::json!({ "pages": count, "pipeline": stamp }), |_| {
        "New results of pages that had one wait. Next: muniment reprocess compare BATCH (or DOCUMENT); then\n\
         muniment reprocess --accept (or --decline) with the same selection."
            .into()
    });
    Ok(match (stop.is_raised(), indexed) {
        (true, _) => Ended::Interrupted,
        (false, Indexed::Behind) => Ended::NeedsAttention,
        (false, Indexed::InStep) => Ended::Well,
    })
}

async fn selection(args: &Args, app: &App) -> Result<PageSelection, CommandError> {
    match (&args.batch, &args.document, args.all) {
        (Some(name), _, _) => Ok(PageSelection::Batch(app.batch(name).await?.id)),
        (None, Some(id), _) => Ok(PageSelection::Document(app.document(id).await?.id)),
        (None, None, true) => Ok(PageSelection::All),
        (None, None, false) => Err(error("say what to read again: --batch NAME, --document ID or --all")),
    }
}
