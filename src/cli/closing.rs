//! `muniment batch prepare|close|confirm`: what was counted before scanning, and the end of a batch.

use serde::Serialize;

use super::exit::{CommandError, Ended};
use super::output::{Output, counted};
use crate::app::batch_report::BatchReport;
use crate::app::{App, AppError};
use crate::chart::{Batch, BoxLabel, Preparation, Sheets, Sides};
use crate::store::BatchPaper;

/// What was counted, and how it is scanned.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("sides").required(true).args(["simplex", "duplex"])))]
pub struct Prepared {
    /// Sheets of charts that were counted; separator sheets are not
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    sheets: u32,
    /// The front of each sheet is scanned
    #[arg(long)]
    simplex: bool,
    /// Both sides of each sheet are scanned, blank ones too
    #[arg(long)]
    duplex: bool,
    /// Box that the paper is from, by its label
    #[arg(long = "box", value_name = "LABEL")]
    label: Option<BoxLabel>,
    /// Charts that were counted
    #[arg(long, value_name = "N")]
    charts: Option<u32>,
    /// Pipeline, where the batch is made now [default: the configured one]
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
}

/// What these commands print.
#[derive(Serialize)]
struct Shown<'a> {
    batch: &'a Batch,
    state: &'static str,
    sheets: Sheets,
    difference: &'a str,
    paper: &'a BatchPaper,
}

/// Says how a batch is prepared; makes it if there is none.
pub async fn prepare(app: &App, name: &str, args: &Prepared, output: Output) -> Result<Ended, CommandError> {
    let preparation = Preparation {
        paper_box: args.label.clone(),
        sheets: args.sheets,
        sides: if args.duplex { Sides::Duplex } else { Sides::Simplex },
        charts: args.charts,
    };
    let batch = match app.batch(name).await {
        Ok(batch) => batch,
        Err(AppError::NotFound(_)) => app.open_for_paper(name, args.pipeline.as_deref(), &preparation).await?,
        Err(cause) => return Err(cause.into()),
    };
    app.prepare_batch(batch.id, preparation).await?;
    show(app, batch, output).await
}

/// Closes a batch, or keeps the reason why it is closed although its counts differ.
pub async fn close(app: &App, name: &str, reason: Option<&str>, output: Output) -> Result<Ended, CommandError> {
    let batch = app.batch(name).await?;
    app.close_batch(batch.id, reason).await?;
    show(app, batch, output).await
}

/// Confirms a difference.
pub async fn confirm(app: &App, name: &str, output: Output) -> Result<Ended, CommandError> {
    let batch = app.batch(name).await?;
    app.confirm_batch(batch.id).await?;
    show(app, batch, output).await
}

/// Says whether a batch is closed.
pub fn is_closed(report: &BatchReport) -> bool {
    report.paper.closing.as_ref().is_some_and(|closing| closing.closed_at.is_some())
}

/// Lines about the preparation and the closing of a batch.
pub fn describe(report: &BatchReport) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(prepared) = &report.paper.prepared {
        let Preparation { paper_box, sides, charts, .. } = &prepared.preparation;
        let mut words = vec![sides.name().to_owned()];
        words.extend(paper_box.as_ref().map(|label| format!("box {label}")));
        words.extend(charts.map(|charts| counted(charts, "chart")));
        lines.push(format!("  paper   {}", words.join(", ")));
    }
    if let Some(closing) = &report.paper.closing {
        let reason = closing.reason.as_ref().map(|reason| format!(" ({}): {reason}", closing.account));
        let reason = reason.unwrap_or_default();
        lines.push(match closing.closed_at {
            Some(_) => format!("  closed  it takes in no more files{reason}"),
            None => format!("  closing waits for a second person{reason}. Next: muniment batch confirm BATCH"),
        });
    }
    lines
}

async fn show(app: &App, batch: Batch, output: Output) -> Result<Ended, CommandError> {
    let report = app.batch_report(app.batch(&batch.id.to_string()).await?).await?;
    let state = match &report.paper.closing {
        None => "open",
        Some(closing) if closing.closed_at.is_none() => "waits",
        Some(_) => "closed",
    };
    let (sheets, difference, paper) = (report.sheets, report.difference.as_str(), &report.paper);
    output.value(&Shown { batch: &report.batch, state, sheets, difference, paper }, |shown| {
        let mut lines = vec![format!("Batch {}: {difference}", super::batch::printable(&shown.batch.name))];
        lines.extend(describe(&report));
        lines.join("\n")
    });
    Ok(Ended::Well)
}
