//! `muniment batch`: the batches, and what became of each.

use std::fmt::Write as _;
use std::io::{self, BufWriter, ErrorKind, Write as _};

use serde::Serialize;

use super::closing;
use super::exit::{CommandError, Ended};
use super::ingest::Sources;
use super::output::{Output, warn};
use super::start::Place;
use crate::app::batch_report::{BatchReport, FileReport, Outcome};
use crate::chart::Sheets;

/// Lists batches, accounts for every file and page of one, and closes it.
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
        /// Lists every file, also those that were read without trouble or were delivered before
        #[arg(long)]
        files: bool,
    },
    /// Says how a batch is prepared, before it is scanned; makes the batch if there is none of its name
    Prepare {
        /// Name or id of the batch
        batch: String,
        #[command(flatten)]
        prepared: closing::Prepared,
    },
    /// Closes a batch: it takes in no more files
    ///
    /// The sheets that were prepared are compared with the sides that were found. Where they differ, a reason is needed, and
    /// somebody else who may review others' work has to confirm it (muniment batch confirm). Both are kept in the ledger.
    Close {
        /// Name or id of the batch
        batch: String,
        /// Why it is closed although the counts differ, without naming a patient
        #[arg(long)]
        reason: Option<String>,
    },
    /// Confirms the difference for which somebody else gave a reason, which closes the batch
    Confirm {
        /// Name or id of the batch
        batch: String,
    },
}

impl Args {
    /// Says whether it records administrative facts.
    pub const fn records(&self) -> bool {
        matches!(self.action, Action::Prepare { .. } | Action::Close { .. } | Action::Confirm { .. })
    }
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
            let rows = if *files || output.json {
                app.file_reports(batch.id).await?
            } else {
                app.files_to_check(batch.id).await?
            };
            let report = app.batch_report(batch).await?;
            let ended = if needs_a_person(&report) { Ended::NeedsAttention } else { Ended::Well };
            print(&report, &rows, None, *files, output);
            Ok(ended)
        }
        Action::Prepare { batch, prepared } => closing::prepare(&app, batch, prepared, output).await,
        Action::Close { batch, reason } => closing::close(&app, batch, reason.as_deref(), output).await,
        Action::Confirm { batch } => closing::confirm(&app, batch, output).await,
    }
}

/// Prints the account of a batch; for people with `every` file, or only those of `files` that need a person. `sources`
/// are for programs: people have been told as it went on.
pub fn print(report: &BatchReport, files: &[FileReport], sources: Option<&Sources>, every: bool, output: Output) {
    if output.quiet {
        return;
    }
    if output.json {
        // A batch may have very many files: nothing of them is built a second time.
        let mut out = BufWriter::new(StandardOutput(output));
        let written =
            serde_json::to_writer_pretty(&mut out, &Account { report, files, sources }).map_err(io::Error::from);
        if let Err(cause) = written.and_then(|()| writeln!(out)).and_then(|()| out.flush())
            && cause.kind() != ErrorKind::BrokenPipe
        {
            warn(&format!("standard output cannot be written: {cause}"));
        }
        return;
    }
    let mut text = account(report);
    for file in files.iter().filter(|file| every || !file.rejects.is_empty() || file.pages_failed > 0) {
        describe(file, &mut text);
    }
    text.push_str(&advice(report));
    output.line(text.trim_end());
}

/// The account of a batch as programs read it.
#[derive(Serialize)]
struct Account<'a> {
    report: &'a BatchReport,
    files: &'a [FileReport],
    #[serde(skip_serializing_if = "Option::is_none")]
    sources: Option<&'a Sources>,
}

/// Standard output as a writer.
struct StandardOutput(Output);

impl io::Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.raw(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// Says whether something of the batch needs a person.
pub fn needs_a_person(report: &BatchReport) -> bool {
    let counts = &report.counts;
    counts.files_rejected + counts.pages_failed + counts.pages_rejected > 0
        || !report.adds_up
        || matches!(report.sheets, Sheets::Missing(_) | Sheets::TooMany(_)) && !closing::is_closed(report)
}

fn list(reports: &[BatchReport]) -> String {
    if reports.is_empty() {
        return "There are no batches yet. Bring in the first: muniment ingest FOLDER --batch NAME".into();
    }
    let mut text =
        format!("{:<32} {:>7} {:>8} {:>8} {:>9} {:>9}\n", "batch", "files", "pages", "read", "waiting", "not read");
    for report @ BatchReport { batch, counts, .. } in reports {
        // Writing into a String cannot fail.
        let _ = writeln!(
            text,
            "{:<32} {:>7} {:>8} {:>8} {:>9} {:>9}{}",
            printable(&batch.name),
            counts.deliveries,
            counts.pages,
            counts.pages_done,
            counts.pages_waiting + counts.files_waiting,
            counts.files_rejected + counts.pages_rejected + counts.pages_failed,
            if closing::is_closed(report) { "  closed" } else { "" }
        );
    }
    text.push_str("waiting, not read: pages, and files whose pages are not known. More: muniment batch show NAME");
    text
}

fn account(report: &BatchReport) -> String {
    let BatchReport { batch, counts, .. } = report;
    let mut lines = vec![
        format!(
            "Batch {} (pipeline {} revision {})",
            printable(&batch.name),
            batch.pipeline.name,
            batch.pipeline.revision
        ),
        format!(
            "  files   {} delivered{}; {} rejected, {} still to be opened",
            counts.deliveries,
            match counts.repeated {
                0 => String::new(),
                repeated => format!(", {repeated} of them with bytes that had been delivered before"),
            },
            counts.files_rejected,
            counts.files_waiting
        ),
        format!(
            "  pages   {} found = {} read ({} of them blank, {} separator sheets, hidden) + {} failed + {} rejected + {} waiting{}",
            counts.pages,
            counts.pages_done,
            counts.pages_blank,
            counts.separators,
            counts.pages_failed,
            counts.pages_rejected,
            counts.pages_waiting,
            if report.adds_up { "" } else { "  DOES NOT ADD UP: keep the paper and report this" }
        ),
        format!("  text    {} pages have no text that a search can rely on", report.unreliable_pages),
    ];
    lines.extend(sheets(report).map(|text| format!("  sheets  {text}")));
    lines.extend(closing::describe(report));
    lines.join("\n") + "\n"
}

fn sheets(report: &BatchReport) -> Option<String> {
    let counts = &report.counts;
    // The pages of a file that cannot be opened are not known, and need not be missing.
    let rejected = match counts.files_rejected {
        0 => "",
        _ => " (unless they are in the rejected files)",
    };
    let difference = &report.difference;
    match report.sheets {
        Sheets::NotCounted => None,
        Sheets::Missing(_) => Some(format!("{difference}{rejected}. Count the paper and scan again what is missing")),
        Sheets::TooMany(_) => Some(format!("{difference}. Something was fed twice, or the count is wrong")),
        Sheets::NotYet | Sheets::Plausible | Sheets::Agree => Some(difference.clone()),
    }
}

/// What to do next about what was not read.
fn advice(report: &BatchReport) -> String {
    let counts = &report.counts;
    let mut text = String::new();
    if counts.files_waiting + counts.pages_waiting > 0 {
        text.push_str("  To read what waits: muniment worker, or the same ingest again\n");
    }
    if counts.files_rejected + counts.pages_failed + counts.pages_rejected > 0 {
        text.push_str(
            "  To try again what was not read: muniment retry BATCH (encrypted files: with --password-file FILE)\n",
        );
    }
    text
}

fn describe(file: &FileReport, text: &mut String) {
    let outcome = match file.outcome {
        Outcome::Waiting => "waiting",
        Outcome::Ok => "ok",
        Outcome::Reject => "rejected",
        Outcome::NeedsPassword => "needs-password",
    };
    let repeated = if file.repeats.is_some() { " (the same bytes were delivered before)" } else { "" };
    let document = file.document.map(|id| format!(", document {id}")).unwrap_or_default();
    let _ = writeln!(text, "  {outcome:<14} {}{document}{repeated}", printable(&file.source));
    for reject in &file.rejects {
        let page = reject.page.map(|page| format!("page {page}: ")).unwrap_or_default();
        let _ = writeln!(text, "      {page}{}: {}", reject.reason.name(), printable(&reject.message));
    }
    if file.pages_failed > 0 {
        let _ = writeln!(text, "      {} of {} pages failed at every attempt", file.pages_failed, file.pages);
    }
}

/// Replaces what would steer the terminal, or reorder what it shows, in a text from outside.
pub fn printable(text: &str) -> String {
    let steers = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|letter| if steers(letter) { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_do_not_steer_the_terminal() {
        assert_eq!(printable("Müller, scan 1.tif"), "Müller, scan 1.tif");
        assert_eq!(printable("a\x1b[2J\nb\u{9b}c\u{202e}d"), "a\u{fffd}[2J\u{fffd}b\u{fffd}c\u{fffd}d");
    }
}
