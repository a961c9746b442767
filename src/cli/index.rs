//! `muniment index`: the search index, which can be thrown away at any time.

use std::path::Path;
use std::time::Instant;

use super::exit::{CommandError, Ended, error};
use super::ingest::stop_on_ctrl_c;
use super::output::{Output, warn};
use super::start::Place;
use crate::app::App;
use crate::worker::Stop;

/// The search index, which can be thrown away and built again from the stored results at any time.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Copy, clap::Subcommand)]
enum Action {
    /// Says how large the index is and what it lacks
    Status,
    /// Deletes the index and builds it again from the stored results; mends a damaged one
    Rebuild {
        /// Goes on where an interrupted rebuild stopped, instead of deleting first
        #[arg(long)]
        resume: bool,
    },
    /// Puts in what changed since the last run
    Update,
    /// Reads every byte of the index and compares it with its checksums
    Verify,
}

/// Runs the action.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    match args.action {
        Action::Status => {
            let index = app.index()?;
            let pages = index.searcher()?.page_count();
            let (bytes, unseen) = (index.bytes()?, app.unseen().await?);
            let (behind, complete) = (unseen.changes_not_indexed, unseen.index_complete);
            output.value(
                &serde_json::json!({ "pages": pages, "bytes": bytes, "behind": behind, "complete": complete }),
                |_| {
                    let state =
                        if complete { "complete" } else { "not built to the end: muniment index rebuild --resume" };
                    format!("{pages} pages in {bytes} bytes, {behind} changes behind; {state}.")
                },
            );
            Ok(Ended::Well)
        }
        Action::Rebuild { resume } => {
            if !resume {
                clear(&app)?;
            }
            bring_up_to_date(&app, output).await
        }
        Action::Update => bring_up_to_date(&app, output).await,
        Action::Verify => {
            let index = app.index()?;
            tokio::task::spawn_blocking(move || index.verify()).await??;
            output.value(&serde_json::json!({ "damaged": false }), |_| "Every checksum fits.".into());
            Ok(Ended::Well)
        }
    }
}

/// Deletes the index, unless somebody writes to it.
pub(super) fn clear(app: &App) -> Result<(), CommandError> {
    let folder = &app.config.index.folder;
    if let Ok(index) = app.index() {
        // Holding the writer for a moment shows that nobody else does.
        index.writer(crate::search::Budget::default())?;
    }
    refuse_foreign(app, folder)?;
    match std::fs::remove_dir_all(folder) {
        Ok(()) => Ok(()),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(error(format!("{} cannot be deleted: {cause}", folder.display()))),
    }
}

/// Refuses a folder that is no index, or that holds the archive: only an index may be thrown away.
fn refuse_foreign(app: &App, folder: &Path) -> Result<(), CommandError> {
    let Ok(own) = folder.canonicalize() else { return Ok(()) };
    for kept in [&app.config.data.folder, &app.config.store.folder] {
        if kept.canonicalize().is_ok_and(|kept| kept.starts_with(&own)) {
            return Err(error(format!(
                "index.folder names {}, which holds the archive. Nothing was deleted; name another folder",
                folder.display()
            )));
        }
    }
    let mut entries = std::fs::read_dir(&own)?.flatten().peekable();
    let empty = entries.peek().is_none();
    let folders = entries.any(|entry| entry.path().is_dir());
    if folders || !(empty || own.join("meta.json").is_file() || own.join(".managed.json").is_file()) {
        return Err(error(format!(
            "{} holds something that is no search index. Nothing was deleted; look at it, or name another index.folder",
            folder.display()
        )));
    }
    Ok(())
}

async fn bring_up_to_date(app: &App, output: Output) -> Result<Ended, CommandError> {
    let stop = stop_on_ctrl_c();
    let begun = Instant::now();
    let mut indexer = app.indexer().await?;
    let pages = indexer
        .build(&stop, |done| {
            if !output.json {
                warn(&format!("{done} pages, {:.0} pages/s", done as f64 / begun.elapsed().as_secs_f64().max(0.001)));
            }
        })
        .await?;
    let done = Stop::new();
    done.raise();
    indexer.run(&done, &stop).await?;
    output.value(&serde_json::json!({ "pages": pages, "interrupted": stop.is_raised() }), |_| {
        format!("{pages} pages put into the index.")
    });
    Ok(if stop.is_raised() { Ended::Interrupted } else { Ended::Well })
}
