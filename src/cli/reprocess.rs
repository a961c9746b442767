//! `muniment reprocess`: reads pages again with another pipeline, beside the result that counts.

use super::exit::{CommandError, Ended, error};
use super::ingest::stop_on_ctrl_c;
use super::output::Output;
use super::progress::{LOOK_EVERY, Progress};
use super::start::Place;
use crate::app::App;
use crate::chart::BatchCounts;
use crate::pipeline::shelf::Shelf;
use crate::store::PageSelection;
use crate::worker::{Stop, Until};

/// Reads pages again with a newer pipeline; the old results count until the new ones are accepted.
#[derive(Debug, clap::Args)]
pub struct Args {
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

/// Reads, accepts or declines.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
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
    work(&app, count, &stop, output).await?;
    output.value(&serde_json::json!({ "pages": count, "pipeline": stamp }), |_| {
        "The new results wait. Compare, then: muniment reprocess --accept (or --decline) with the same selection."
            .into()
    });
    Ok(if stop.is_raised() { Ended::Interrupted } else { Ended::Well })
}

async fn selection(args: &Args, app: &App) -> Result<PageSelection, CommandError> {
    match (&args.batch, &args.document, args.all) {
        (Some(name), _, _) => Ok(PageSelection::Batch(app.batch(name).await?.id)),
        (None, Some(id), _) => Ok(PageSelection::Document(app.document(id).await?.id)),
        (None, None, true) => Ok(PageSelection::All),
        (None, None, false) => Err(error("say what to read again: --batch NAME, --document ID or --all")),
    }
}

async fn work(app: &App, pages: u64, stop: &Stop, output: Output) -> Result<(), CommandError> {
    let complete = Stop::new();
    complete.raise();
    let worker = app.worker(Vec::new()).await?;
    let until = Until::NothingLeft { batch: None, complete };
    let done = Stop::new();
    let work = async {
        let outcome = worker.run(&until, stop).await;
        done.raise();
        outcome
    };
    let watching = async {
        let mut progress = Progress::begin(output.json);
        while !done.is_raised() {
            if let Ok(left) = app.store.work_left(None).await {
                let ended = pages.saturating_sub(left.pages);
                progress.show(&BatchCounts {
                    pages,
                    pages_waiting: left.pages,
                    pages_done: ended,
                    ..BatchCounts::default()
                });
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = done.raised() => {}
            }
        }
        progress.end();
    };
    let (outcome, ()) = tokio::join!(work, watching);
    Ok(outcome?)
}
