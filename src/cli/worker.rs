//! `muniment worker`: takes part in the work of other machines on the same database and object store.

use super::exit::{CommandError, Ended};
use super::ingest::stop_on_ctrl_c;
use super::output::{Output, warn};
use super::start::Place;
use crate::chart::BatchId;
use crate::worker::{Stop, Until};

/// Reads pages and looks after the archive until stopped; any number of workers share one PostgreSQL and one store.
///
/// What comes again and again (fixity, copies to the replica, locks, holds, their comparison with the policy) has its turn on
/// the schedule of the configuration, one worker at a time; `muniment fixity status` tells of it. Exit code 3 says that
/// something in the archive needs a person.
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
    let until_done = args.until_done;
    let work = async {
        let outcome = worker.run(&until, &stop).await;
        if until_done && outcome.is_ok() {
            // What was deposited is locked, copied and checked before the run is called done.
            if let Err(cause) = app.have_custody_turns(&stop).await {
                tracing::error!(%cause, "the archive could not be looked after");
            }
        }
        done.raise();
        outcome
    };
    let custody = async {
        match until_done {
            true => Ok(()),
            false => app.keep_custody(&done).await,
        }
    };
    let (worked, (), kept) = tokio::join!(work, app.keep_ledger_shipped(&done), custody);
    worked?;
    kept?;
    let alerts = app.alerts().await?;
    for alert in &alerts {
        tracing::error!(%alert, "the archive needs a person");
    }
    let behind = app.store.outbox_length().await?;
    let stopped = stop.is_raised();
    output.value(
        &serde_json::json!({ "interrupted": stopped, "changes_not_indexed": behind, "alerts": &alerts }),
        |_| {
            let left = if stopped { "Stopped" } else { "Nothing is left to read" };
            let mut text = match behind {
                0 => format!("{left}; the index knows every page."),
                behind => format!("{left}; {behind} changes are not in the index yet: muniment index update"),
            };
            for alert in &alerts {
                text.push_str(&format!("\nALERT  {alert}"));
            }
            text
        },
    );
    Ok(match (stopped, alerts.is_empty()) {
        (true, _) => Ended::Interrupted,
        (false, false) => Ended::NeedsAttention,
        (false, true) => Ended::Well,
    })
}
