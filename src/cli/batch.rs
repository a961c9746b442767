//! `muniment batch`: the batches, and what became of each.

use std::fmt::Write;

use super::exit::{CommandError, Ended};
use super::output::Output;
use super::start::Place;
use crate::app::batch_report::{BatchReport, FileReport, Outcome, Sheets};

/// Lists batches, and accounts for every file and page of one.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Lists the batches, oldest first
    List,
    /// Accounts for every file and page of one batch, with the reason of each rejection
    Show {
        /// Name or id of the batch
        batch: String,
        /// Lists every file, not only those that need a person
        #[arg(long)]
        files: bool,
    },
}

/// Runs the action.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    match &args.action {
        Action::List => {
            let mut reports = Vec::new();
            let mut after = None;
            loop {
                let batches = app.store.batches(after, 200).await?;
                let Some(last) = batches.last() else { break };
                after = Some(last.id);
                for batch in batches {
                    reports.push(app.batch_report(batch).await?);
                }
            }
            output.value(&reports, |reports| list(reports));
            Ok(Ended::Well)
        }
        Action::Show { batch, files } => {
            let batch = app.batch(batch).await?;
            let rows = app.file_reports(batch.id).await?;
            let report = app.batch_report(batch).await?;
            let ended = if needs_a_person(&report) { Ended::NeedsAttention } else { Ended::Well };
            print(&report, &rows, *files, output);
            Ok(ended)
        }
    }
}

/// Prints the account of a batch; every file, or only those that need a person.
pub fn print(report: &BatchReport, files: &[FileReport], every: bool, output: Output) {
    output.value(&serde_json::json!({ "report": report, "files": files }), |_| {
        let mut text = account(report);
        for file in files.iter().filter(|file| every || !file.rejects.is_empty() || file.repeats.is_some()) {
            describe(file, &mut text);
        }
        text
    });
}

/// Says whether something of the batch needs a person.
pub fn needs_a_person(report: &BatchReport) -> bool {
    let counts = &report.counts;
    counts.files_rejected + counts.pages_failed + counts.pages_rejected > 0
        || !report.adds_up
        || matches!(report.sheets, Sheets::Missing(_) | Sheets::TooMany(_))
}

fn list(reports: &[BatchReport]) -> String {
    if reports.is_empty() {
        return "There are no batches yet. Bring in the first: muniment ingest FOLDER --batch NAME".into();
    }
    let mut text =
        format!("{:<32} {:>7} {:>8} {:>8} {:>9} {:>9}\n", "batch", "files", "pages", "read", "waiting", "rejected");
    for BatchReport { batch, counts, .. } in reports {
        let rejected = counts.files_rejected + counts.pages_rejected + counts.pages_failed;
        // Writing into a String cannot fail.
        let _ = writeln!(
            text,
            "{:<32} {:>7} {:>8} {:>8} {:>9} {:>9}",
            batch.name,
            counts.deliveries,
            counts.pages,
            counts.pages_done,
            counts.pages_waiting + counts.files_waiting,
            rejected
        );
    }
    text
}

fn account(report: &BatchReport) -> String {
    let BatchReport { batch, counts, .. } = report;
    let mut lines = vec![
        format!("Batch {} (pipeline {} revision {})", batch.name, batch.pipeline.name, batch.pipeline.revision),
        format!(
            "  files   {} delivered: {} new, {} repeated, {} rejected, {} waiting",
            counts.deliveries,
            counts.deliveries - counts.repeated,
            counts.repeated,
            counts.files_rejected,
            counts.files_waiting
        ),
        format!(
            "  pages   {} in = {} read ({} of them blank and hidden) + {} left to a person + {} rejected + {} waiting{}",
            counts.pages,
            counts.pages_done,
            counts.pages_blank,
            counts.pages_failed,
            counts.pages_rejected,
            counts.pages_waiting,
            if report.adds_up { "" } else { "  DOES NOT ADD UP" }
        ),
        format!("  text    {} pages have no reliable text", report.unreliable_pages),
    ];
    let expected = batch.expected_sheets.unwrap_or(0);
    match report.sheets {
        Sheets::NotCounted => {}
        Sheets::Plausible => lines.push(format!("  sheets  {expected} expected, {} pages: plausible", counts.pages)),
        Sheets::Missing(missing) => {
            lines.push(format!("  sheets  {expected} expected: at least {missing} MISSING. Count the paper, rescan"));
        }
        Sheets::TooMany(extra) => lines.push(format!(
            "  sheets  {expected} expected: at least {extra} pages TOO MANY. Something was fed twice, or the count is wrong"
        )),
    }
    lines.join("\n") + "\n"
}

fn describe(file: &FileReport, text: &mut String) {
    let outcome = match file.outcome {
        Outcome::Waiting => "waiting",
        Outcome::Ok => "ok",
        Outcome::Reject => "reject",
        Outcome::NeedsPassword => "needs-password",
    };
    let repeated = if file.repeats.is_some() { " (the same bytes were delivered before)" } else { "" };
    let document = file.document.map(|id| format!(" document {id}")).unwrap_or_default();
    let _ = writeln!(text, "  {outcome:<14} {}{document}{repeated}", file.source);
    for reject in &file.rejects {
        let page = reject.page.map(|page| format!("page {page}: ")).unwrap_or_default();
        let _ = writeln!(text, "      {page}{}: {}", reject.reason.name(), reject.message);
    }
}
