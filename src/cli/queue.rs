//! `muniment queue`: the waiting room between acceptance and archive.

use std::fmt::Write;

use jiff::Timestamp;
use serde::Serialize;

use super::exit::{CommandError, Ended};
use super::output::{Output, counted, minute};
use super::start::Place;
use crate::chart::{DocumentId, RecordId};
use crate::store::{DepositState, WaitingRow};

/// Lists what waits for its deposit in the archive, and for what.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Puts deposits that failed at every attempt back in the queue
    #[arg(long)]
    retry: bool,
}

#[derive(Serialize)]
struct Shown {
    record: RecordId,
    version: u32,
    document: DocumentId,
    accepted_at: Timestamp,
    final_at: Timestamp,
    waits_for: &'static str,
    attempts: u32,
    failure: Option<String>,
}

/// Lists them.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    if args.retry {
        let count = app.store.retry_deposits(app.clock.now()).await?;
        output.line(format!("{} put back in the queue.", counted(count, "deposit")));
    }
    let (now, zone) = (app.clock.now(), app.zone());
    let waiting: Vec<Shown> = app.waiting_room().await?.into_iter().map(|row| shown(row, now)).collect();
    let failed = waiting.iter().any(|row| row.failure.is_some());
    output.value(&waiting, |waiting| {
        if waiting.is_empty() {
            return "Nothing waits for its deposit.".into();
        }
        let mut text = String::new();
        for row in waiting {
            // Writing into a String cannot fail.
            let _ = write!(text, "{}  version {}  waits for {}", row.document, row.version, row.waits_for);
            if row.final_at > now {
                let _ = write!(text, ", {}", minute(row.final_at, &zone));
            }
            text.push('\n');
            if let Some(failure) = &row.failure {
                let _ = writeln!(text, "    attempt {} failed: {failure}", row.attempts);
            }
        }
        text
    });
    Ok(if failed { Ended::NeedsAttention } else { Ended::Well })
}

fn shown(row: WaitingRow, now: Timestamp) -> Shown {
    let waits_for = match row.state {
        DepositState::Failed => "a person: every attempt failed (muniment queue --retry)",
        DepositState::Claimed => "the end of its deposit, which is under way",
        _ if now < row.final_at => "the end of the time to undo it",
        _ if !row.reviewed => "a second person's review",
        _ if !row.released => "the release of its lot (muniment lot list)",
        _ => "a worker (muniment deposit)",
    };
    Shown {
        record: row.record,
        version: row.version,
        document: row.document,
        accepted_at: row.accepted_at,
        final_at: row.final_at,
        waits_for,
        attempts: row.attempts,
        failure: row.failure,
    }
}
