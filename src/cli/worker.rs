//! `muniment worker`: takes part in the work of other machines on the same database and object store.

use super::exit::{CommandError, Ended};
use super::ingest::stop_on_ctrl_c;
use super::output::{Output, warn};
use super::start::Place;
use crate::chart::BatchId;
use crate::worker::{Stop, Until};

/// Reads pages until stopped; any number of workers share one PostgreSQL and one store.
///
/// The index is not the workers' matter: `muniment ingest` and `muniment index update` keep it, where searches run.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Ends when nothing is left, instead of waiting for more
    #[arg(long)]
    until_done: bool,
    /// With --until-done: only this batch decides when nothing is left
    #[arg(long, requires = "until_done", value_name = "NAME")]
    batch: Option<String>,
}

/// Runs the worker.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let stop = stop_on_ctrl_c();
    let batch: Option<BatchId> = match &args.batch {
        Some(name) => Some(app.batch(name).await?.id),
        None => None,
    };
    let until = if args.until_done {
        let complete = Stop::new();
        complete.raise();
        Until::NothingLeft { batch, complete }
    } else {
        Until::Stopped
    };
    if !output.json {
        warn(&format!("Working with {} children on {}. Ctrl-C stops.", app.config.children(), app.store.engine()));
    }
    let worker = app.worker(Vec::new()).await?;
    let done = Stop::new();
    let work = async {
        let outcome = worker.run(&until, &stop).await;
        done.raise();
        outcome
    };
    let (worked, ()) = tokio::join!(work, app.keep_ledger_shipped(&done));
    worked?;
    let behind = app.store.outbox_length().await?;
    let stopped = stop.is_raised();
    output.value(&serde_json::json!({ "interrupted": stopped, "changes_not_indexed": behind }), |_| {
        let left = if stopped { "Stopped" } else { "Nothing is left to read" };
        match behind {
            0 => format!("{left}; the index knows every page."),
            behind => format!("{left}; {behind} changes are not in the index yet: muniment index update"),
        }
    });
    Ok(if stopped { Ended::Interrupted } else { Ended::Well })
}
