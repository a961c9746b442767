//! `muniment deposit`: puts what is due into the archive.

use std::io::IsTerminal;

use super::exit::{CommandError, Ended};
use super::ingest::stop_on_ctrl_c;
use super::output::{Output, warn};
use super::start::Place;

/// Archives every accepted record that waits for nothing more.
///
/// `muniment worker` does the same on its own when no page waits to be read.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// Makes the deposits.
pub async fn run(_: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let stop = stop_on_ctrl_c();
    let shows = !output.json && std::io::stderr().is_terminal();
    let done = app
        .make_deposits(&stop, |done| {
            if shows && done % 10 == 0 {
                warn(&format!("{done} deposited"));
            }
        })
        .await?;
    let waiting = app.waiting_room().await?;
    let failed = waiting.iter().filter(|row| row.failure.is_some()).count();
    let value = serde_json::json!({ "deposited": done.deposited, "failed": failed, "waiting": waiting.len() });
    output.value(&value, |_| {
        let more = if waiting.is_empty() { String::new() } else { " `muniment queue` says what they wait for.".into() };
        format!("{} deposited, {} wait ({failed} after a failed attempt).{more}", done.deposited, waiting.len())
    });
    Ok(match (stop.is_raised(), failed) {
        (true, _) => Ended::Interrupted,
        (false, 0) => Ended::Well,
        (false, _) => Ended::NeedsAttention,
    })
}
