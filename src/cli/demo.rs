//! `muniment demo`: the whole way once, on synthetic charts, up to the working place in a browser.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::exit::{CommandError, Ended, error};
use super::output::Output;
use super::start::Place;
use super::{demo_people, ingest, search, serve};
use crate::app::listening::{Listening, ServerEntry};
use crate::samples::{self, Container, Options, Profile};

/// Makes synthetic charts, digitises them, searches, draws the hit on the page, and serves the working place.
///
/// It ends with the server running and a link for each part of the work, which signs in once. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder for the demonstration; made anew
    #[arg(default_value = "muniment-demo")]
    folder: PathBuf,
    /// Number of charts
    #[arg(long, default_value_t = 2)]
    charts: u32,
    /// What to look for
    #[arg(long, default_value = "metformin")]
    query: String,
    /// Ends after the search, without a server: for scripts; so does --json
    #[arg(long)]
    no_serve: bool,
    /// Address and port of the server
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// File that marks a folder as made by this command, so that nothing else is ever deleted.
const MARK: &str = ".muniment-demo";

/// Runs the demonstration.
pub async fn run(args: &Args, place: &Place<'_>, server: ServerEntry, output: Output) -> Result<Ended, CommandError> {
    prepare(&args.folder)?;
    let charts = args.folder.join("charts");
    let data = args.folder.join("data");
    let place = Place { data: Some(&data), ..*place };
    output.line("1. Synthetic charts (nobody in them exists)");
    let options =
        Options { charts: args.charts, seed: 7, degrade: Profile::Office, dpi: 200, containers: Container::Mixed };
    let target = charts.clone();
    let summary = tokio::task::spawn_blocking(move || samples::generate(&options, &target)).await??;
    output.line(format!(
        "   {} charts, {} files, {} pages in {}",
        summary.charts,
        summary.files,
        summary.pages,
        charts.display()
    ));
    output.line("\n2. Digitising them");
    let scans = files(&charts)?;
    let step = Output { quiet: output.json, ..output };
    let ended = ingest::run(&ingest::Args::of(scans, "Demo"), &place, step).await?;
    if ended == Ended::Interrupted {
        return Ok(ended);
    }
    let drawing = args.folder.join("hit.png");
    output.line(format!("\n3. Searching for {}", args.query));
    let found = search::run(&search::Args::of(&args.query, &drawing), &place, step).await?;
    if found != Ended::Well {
        return Err(error("the demonstration found nothing; run muniment doctor"));
    }
    let program = std::env::current_exe().map_or_else(|_| "muniment".into(), |path| path.display().to_string());
    let made = serde_json::json!({
        "charts": charts, "data": data, "samples": summary, "query": args.query, "drawing": drawing
    });
    output.value(&made, |_| {
        format!(
            "\nTry next (in this folder):
  {program} --data {data} search 'HTN OR \"blood pressure\"'
  {program} --data {data} batch show Demo --files
  {program} --data {data} show --batch Demo
  {program} --data {data} export DOCUMENT --format pdf
  {program} --data {data} doctor
Your own scans: {program} ingest FOLDER --batch NAME",
            data = data.display()
        )
    });
    // A program that asks for JSON wants one value, and the end.
    if args.no_serve || output.json {
        return Ok(Ended::Well);
    }
    let app = place.open().await?;
    let invited = demo_people::invite(&app).await?;
    let listening = Listening { address: args.listen, tls: None, behind_proxy: false, work: true };
    output.line("\n4. The working place. Each link signs in once, and asks for a password to be chosen:");
    serve::serve(&app, listening, server, &invited, output).await
}

/// Makes the folder anew if an earlier demonstration made it.
fn prepare(folder: &Path) -> Result<(), CommandError> {
    let shown = folder.display();
    if folder.exists() && !folder.join(MARK).exists() && std::fs::read_dir(folder)?.next().is_some() {
        return Err(error(format!("{shown} is not empty and was not made by a demonstration; name another folder")));
    }
    if folder.join(MARK).exists() {
        std::fs::remove_dir_all(folder).map_err(|cause| error(format!("{shown} cannot be emptied: {cause}")))?;
    }
    std::fs::create_dir_all(folder).map_err(|cause| error(format!("{shown} cannot be made: {cause}")))?;
    std::fs::write(folder.join(MARK), "")?;
    Ok(())
}

/// Lists the scans, without the texts and labels beside them.
fn files(charts: &Path) -> Result<Vec<PathBuf>, CommandError> {
    let scans = crate::intake::walk(&[charts.to_path_buf()], &crate::intake::WalkLimits::default()).files;
    Ok(scans.into_iter().filter(|path| path.extension().is_some_and(|end| end != "json" && end != "txt")).collect())
}
