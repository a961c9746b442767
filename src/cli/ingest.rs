//! `muniment ingest`: takes files in, reads their pages and puts them into the index.

use std::path::{Path, PathBuf};

use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

use super::batch;
use super::exit::{CommandError, Ended, error};
use super::output::{Output, warn};
use super::reading::{Indexed, Reading, read};
use super::start::Place;
use crate::app::deliver::{Delivering, Delivery, Rule};
use crate::app::{App, AppError};
use crate::chart::{Batch, Secret};
use crate::worker::Stop;

/// What to do after everything was read.
const NEXT: &str = "Next: muniment search WORDS";

/// Takes files and folders in as one batch, reads every page and makes them searchable.
///
/// Each file is copied, flushed and confirmed before anything else happens to it. The same bytes are recognised and not
/// read twice. Stop at any time with Ctrl-C: the same command goes on where it stopped.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Files and folders
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Name of the batch; an existing batch is added to [default: today's date]
    #[arg(long, value_name = "NAME")]
    batch: Option<String>,
    /// Sheets of paper that were counted before scanning
    #[arg(long, value_name = "N")]
    sheets: Option<u32>,
    /// Pipeline [default: the configured one]
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
    /// Goes on taking what arrives in the folders, until Ctrl-C
    #[arg(long)]
    watch: bool,
    /// What becomes of a source once it is safe
    #[arg(long, value_enum, default_value_t = SourceRule::Keep, value_name = "RULE")]
    source: SourceRule,
    /// Folder for sources that are moved [default: "taken" in the data folder]
    #[arg(long, value_name = "FOLDER")]
    taken: Option<PathBuf>,
    /// Takes files in without reading them; `muniment worker` or a later ingest reads them
    #[arg(long)]
    no_read: bool,
    #[command(flatten)]
    passwords: Passwords,
}

/// Passwords for encrypted PDF files.
#[derive(Debug, clap::Args)]
pub struct Passwords {
    /// File with passwords for encrypted PDFs, one a line, for this run only; - reads standard input.
    /// The variable MUNIMENT_PDF_PASSWORD gives one too
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum SourceRule {
    /// It stays where it is
    Keep,
    /// It is moved away, once its copy is confirmed and recorded
    Move,
}

impl Args {
    /// Makes the arguments of a plain run over `paths`.
    pub fn of(paths: Vec<PathBuf>, batch: &str) -> Self {
        Self {
            paths,
            batch: Some(batch.to_owned()),
            sheets: None,
            pipeline: None,
            watch: false,
            source: SourceRule::Keep,
            taken: None,
            no_read: false,
            passwords: Passwords { password_file: None },
        }
    }
}

impl Passwords {
    /// Reads the passwords. They are held in memory only, for as long as the command runs.
    #[expect(clippy::disallowed_methods, reason = "a password is no part of the configuration, which is kept")]
    pub fn read(&self) -> Result<Vec<Secret>, CommandError> {
        let mut passwords: Vec<Secret> = std::env::var("MUNIMENT_PDF_PASSWORD").into_iter().map(Secret::new).collect();
        if let Some(path) = &self.password_file {
            let text = if path == Path::new("-") {
                std::io::read_to_string(std::io::stdin())
            } else {
                std::fs::read_to_string(path)
            };
            let text = text.map_err(|cause| error(format!("the password file cannot be read: {cause}")))?;
            passwords.extend(text.lines().filter(|line| !line.is_empty()).map(Secret::new));
        }
        Ok(passwords)
    }
}

/// Takes the files in and works them off.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let passwords = args.passwords.read()?;
    let batch = open_batch(args, &app, output).await?;
    let rule = match args.source {
        SourceRule::Keep => Rule::Keep,
        SourceRule::Move => Rule::Move(args.taken.clone().unwrap_or_else(|| app.config.data.folder.join("taken"))),
    };
    let stop = stop_on_ctrl_c();
    let delivering = app.delivering(&batch, rule);
    let delivered = Stop::new();
    let deliver = async {
        let outcome = take(&delivering, args, &stop, output).await;
        if outcome.is_err() {
            stop.raise();
        }
        delivered.raise();
        outcome
    };
    let (sources, indexed) = if args.no_read {
        (deliver.await, Ok(Indexed::InStep))
    } else {
        let reading = Reading::Batch { id: batch.id, delivered: delivered.clone() };
        tokio::join!(deliver, read(&app, &reading, passwords, &stop, output))
    };
    let (sources, indexed) = (sources?, indexed?);
    let ended = report(&app, batch, Some(&sources), indexed, stop.is_raised(), output).await?;
    if ended == Ended::Well && !args.no_read {
        output.line(NEXT);
    }
    Ok(ended)
}

/// Reads whatever of a batch waits, and reports on it.
pub async fn work_off(app: &App, batch: Batch, passwords: Vec<Secret>, output: Output) -> Result<Ended, CommandError> {
    let stop = stop_on_ctrl_c();
    let delivered = Stop::new();
    delivered.raise();
    let indexed = read(app, &Reading::Batch { id: batch.id, delivered }, passwords, &stop, output).await?;
    let ended = report(app, batch, None, indexed, stop.is_raised(), output).await?;
    if ended == Ended::Well {
        output.line(NEXT);
    }
    Ok(ended)
}

/// Returns a signal that the first Ctrl-C (or SIGTERM) raises; the second ends the program at once.
#[expect(clippy::disallowed_methods, reason = "the second signal asks to end without closing anything")]
pub fn stop_on_ctrl_c() -> Stop {
    let stop = Stop::new();
    let raised = stop.clone();
    // Listening begins here, not when the task first runs, and goes on between two signals.
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        warn("muniment: Ctrl-C cannot be listened for; it will end the program at once. Nothing is lost by that");
        return stop;
    };
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if raised.is_raised() {
                // Nothing is lost: claims run out by themselves and every write is whole or absent.
                std::process::exit(130);
            }
            raised.raise();
            warn("Stopping: pages that are being read are finished first. Again to stop at once; nothing is lost.");
        }
    });
    stop
}

/// What this run did not take in as usual. Sources that were are in the account.
#[derive(Default, Serialize)]
pub struct Sources {
    /// Files that could not be taken in; they are where they were.
    not_taken: Vec<Source>,
    /// Files and folders that were left out on purpose.
    left_out: Vec<Source>,
    /// Files that are safe and recorded, but could not be moved away.
    not_moved: Vec<Source>,
}

/// A source and what hindered.
#[derive(Serialize)]
struct Source {
    path: String,
    why: String,
}

impl Source {
    fn new(path: &Path, why: String) -> Self {
        Self { path: path.display().to_string(), why }
    }
}

async fn open_batch(args: &Args, app: &App, output: Output) -> Result<Batch, CommandError> {
    let name = match &args.batch {
        Some(name) if name.trim().is_empty() => return Err(error("--batch needs a name that is not empty")),
        Some(name) => name.clone(),
        None => app.clock.now().to_zoned(app.zone()).strftime("%Y-%m-%d").to_string(),
    };
    let opened = app.open_batch(&name, args.pipeline.as_deref(), args.sheets).await?;
    if opened.resumed {
        output.line(format!("Adding to batch {name}."));
        if args.sheets.is_some() && opened.batch.expected_sheets != args.sheets {
            warn(&format!(
                "muniment: batch {name} was opened with {}; --sheets is not changed",
                opened
                    .batch
                    .expected_sheets
                    .map_or("no expected sheets".into(), |sheets| format!("{sheets} expected sheets"))
            ));
        }
        let wanted = app.definition(args.pipeline.as_deref())?.stamp();
        if args.pipeline.is_some() && opened.batch.pipeline != wanted {
            warn(&format!(
                "muniment: batch {name} keeps its pipeline {} revision {}; see `muniment reprocess`",
                opened.batch.pipeline.name, opened.batch.pipeline.revision
            ));
        }
    }
    Ok(opened.batch)
}

async fn take(delivering: &Delivering<'_>, args: &Args, stop: &Stop, output: Output) -> Result<Sources, AppError> {
    let mut sources = Sources::default();
    let mut note = |delivery: Delivery| match delivery {
        Delivery::Taken => {}
        Delivery::NotMoved { path, why } => {
            warn(&format!("muniment: {}: {why}", path.display()));
            sources.not_moved.push(Source::new(&path, why));
        }
        Delivery::Skipped { path, why } => {
            if !output.json {
                warn(&format!("left out {}: {why}", path.display()));
            }
            sources.left_out.push(Source::new(&path, why));
        }
        Delivery::Failed { path, why } => {
            warn(&format!("muniment: {} was not taken in: {why}", path.display()));
            sources.not_taken.push(Source::new(&path, why));
        }
    };
    if args.watch {
        delivering.watch(&args.paths, stop, &mut note).await?;
    } else {
        delivering.take_all(&args.paths, stop, &mut note).await?;
    }
    Ok(sources)
}

async fn report(
    app: &App,
    batch: Batch,
    sources: Option<&Sources>,
    indexed: Indexed,
    stopped: bool,
    output: Output,
) -> Result<Ended, CommandError> {
    let id = batch.id;
    let report = app.batch_report(batch).await?;
    let files = if output.json { app.file_reports(id).await? } else { app.files_to_check(id).await? };
    batch::print(&report, &files, sources, false, output);
    if stopped {
        warn("Stopped. The same command goes on where this one stopped.");
        return Ok(Ended::Interrupted);
    }
    let hindered = sources.is_some_and(|sources| !sources.not_taken.is_empty() || !sources.not_moved.is_empty());
    if hindered || indexed == Indexed::Behind || batch::needs_a_person(&report) {
        return Ok(Ended::NeedsAttention);
    }
    Ok(Ended::Well)
}
