//! `muniment fixity`: re-reads the archive, repairs it from the replica, and says where that stands.

use std::fmt::Write;

use super::counting::Counting;
use super::exit::{CommandError, Ended, error};
use super::ingest::stop_on_ctrl_c;
use super::output::{Output, counted};
use super::start::Place;
use crate::app::fixity::{FixityOrder, FixityRun, FixityStatus};
use crate::chart::RecordId;
use crate::store::{OpenDifference, OpenProblem};

/// Problems that are printed one by one; --json has all.
const SHOWN: usize = 50;

/// Reads the archive again and compares every byte with the inventories.
///
/// Each record is checked once in so many days (fixity.every_days), at a pace (fixity.mib_per_second). With a replica, it is
/// copied there and checked there too; what is damaged in one location is brought back from the other.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Run(RunArgs),
    Status(StatusArgs),
}

/// Checks the records that are due; run it every day.
///
/// Ends with code 3 when something is damaged and could not be repaired.
#[derive(Debug, clap::Args)]
struct RunArgs {
    /// Checks every record, whether due or not
    #[arg(long)]
    all: bool,
    /// Checks these records only, whether due or not
    #[arg(long, value_name = "ID", conflicts_with = "all")]
    record: Vec<String>,
    /// Only looks: repairs and copies nothing
    #[arg(long)]
    look_only: bool,
}

/// Says when what was checked, and what is damaged.
#[derive(Debug, clap::Args)]
struct StatusArgs {}

/// Does it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    match &args.action {
        Action::Run(args) => check(args, place, output).await,
        Action::Status(StatusArgs {}) => status(place, output).await,
    }
}

async fn check(args: &RunArgs, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let stop = stop_on_ctrl_c();
    let records: Result<Vec<RecordId>, _> = args
        .record
        .iter()
        .map(|id| {
            id.parse().map_err(|_| error(format!("{id:?} is no record's id; `muniment archive list` names them")))
        })
        .collect();
    let order = FixityOrder { records: records?, all: args.all, look_only: args.look_only };
    let mut counting = Counting::begin("records", 0, output.json);
    let done = app
        .run_fixity(&order, &stop, |records, bytes| counting.show(records, &format!("{} MB", bytes / 1_000_000)))
        .await?;
    counting.end();
    output.value(&done, describe_run);
    Ok(match (done.stopped, done.needs_attention()) {
        (true, _) => Ended::Interrupted,
        (false, true) => Ended::NeedsAttention,
        (false, false) => Ended::Well,
    })
}

async fn status(place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let status = place.open().await?.fixity_status().await?;
    output.value(&status, describe_status);
    Ok(if status.alerts.is_empty() { Ended::Well } else { Ended::NeedsAttention })
}

// Writing into a String cannot fail.
fn describe_run(run: &FixityRun) -> String {
    let mut text = String::new();
    for key in &run.repaired {
        let _ = writeln!(text, "repaired  {key}");
    }
    describe_damage(&mut text, &run.damaged);
    for failure in run.failures.iter().take(SHOWN) {
        let _ = writeln!(text, "FAILED    {failure}");
    }
    let _ = write!(
        text,
        "{} checked, {} not due yet; {}, {} MB read at {:.0} MB/s; {} copied to the replica; ",
        counted(run.records, "record"),
        run.not_due,
        counted(run.files, "file"),
        run.bytes / 1_000_000,
        run.megabytes_per_second,
        counted(run.copied, "file")
    );
    let _ = match run.damaged.len() {
        0 => write!(text, "{} repaired, nothing is damaged.", run.repaired.len()),
        damaged => write!(
            text,
            "{} repaired, {damaged} DAMAGED. Restore these files from a backup of the archive, then run this again.",
            run.repaired.len()
        ),
    };
    text
}

fn describe_status(status: &FixityStatus) -> String {
    let mut text = String::new();
    describe_damage(&mut text, &status.damaged);
    let locations = [("archive", Some(&status.archive)), ("replica", status.replica.as_ref())];
    for (name, figures) in locations.into_iter().filter_map(|(name, figures)| Some((name, figures?))) {
        let oldest = figures.oldest.map_or_else(|| "never".to_owned(), |at| at.strftime("%Y-%m-%d").to_string());
        let _ = writeln!(
            text,
            "{name}: {} checked, {} MB; the longest ago {oldest}; {} due again; {} repaired so far",
            counted(figures.records, "record"),
            figures.bytes / 1_000_000,
            figures.due,
            counted(figures.repaired, "file")
        );
    }
    if let Some(copies) = &status.copies {
        let _ = writeln!(text, "copies: {} in the replica, {} behind", counted(copies.copied, "record"), copies.behind);
    }
    for duty in &status.duties {
        let ended = duty.ended_at.map_or_else(|| "never".to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string());
        let state = match (duty.running, duty.failures) {
            (true, _) => " (running)".to_owned(),
            (false, 0) => String::new(),
            (false, failures) => format!(" (FAILED {failures} times)"),
        };
        let _ = writeln!(text, "{:<13} last done {ended}{state}: {}", duty.name, duty.told);
    }
    for differing in status.lock_differences.iter().take(SHOWN) {
        let OpenDifference { record, location, difference, .. } = differing;
        let key = if difference.key.is_empty() { record.to_string() } else { difference.key.clone() };
        let _ = writeln!(text, "DIFFERS   {location}: {key}: {}", difference.told);
    }
    let _ = writeln!(
        text,
        "Never checked: {}. Each is due every {} days: `muniment worker` does it, or `muniment fixity run`.",
        counted(status.never_checked, "record"),
        status.every_days
    );
    for alert in &status.alerts {
        let _ = writeln!(text, "ALERT     {alert}");
    }
    text.push_str(if status.alerts.is_empty() { "Nothing is amiss." } else { "Something needs a person." });
    text
}

fn describe_damage(text: &mut String, damaged: &[OpenProblem]) {
    for problem in damaged.iter().take(SHOWN) {
        let OpenProblem { location, problem, .. } = problem;
        let _ = writeln!(text, "DAMAGED   {location}: {}: {} ({})", problem.key, problem.what, problem.kind);
    }
    if damaged.len() > SHOWN {
        let _ = writeln!(text, "          and {} more; --json lists them", damaged.len() - SHOWN);
    }
}
