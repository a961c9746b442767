//! `muniment rebuild`: database and index out of the archive alone.

use std::fmt::Write;

use super::counting::Counting;
use super::exit::{CommandError, Ended};
use super::ingest::stop_on_ctrl_c;
use super::output::{Output, counted};
use super::restore::build_index;
use super::start::Place;
use crate::app::App;
use crate::app::archive_place::ArchivePlace;
use crate::app::rebuild::{NotDeposited, Rebuilt};
use crate::chart::Digest;

/// Makes database and index again out of the archive alone; into an empty database, or its own unfinished one.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the archive, or s3://BUCKET/PREFIX [default: the configured archive]
    #[arg(long, value_name = "LOCATION")]
    from: Option<ArchivePlace>,
    /// Fingerprint of the ledger's key, as it was noted elsewhere: whoever could write to the archive cannot pass off
    /// another ledger then
    #[arg(long, value_name = "FINGERPRINT")]
    key: Option<Digest>,
}

/// Makes them.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let config = place.load()?;
    let vault = match &args.from {
        Some(from) => from.open().await?,
        None => ArchivePlace::open_configured(&config.archive).await?,
    };
    let app = App::open(config).await?;
    let stop = stop_on_ctrl_c();
    let mut counting: Option<Counting> = None;
    let rebuilt = app
        .rebuild(&vault, args.key, &stop, |done, all| {
            counting.get_or_insert_with(|| Counting::begin("records", all, output.json)).show(done, "");
        })
        .await?;
    if let Some(counting) = counting {
        counting.end();
    }
    let pages = if rebuilt.interrupted { 0 } else { build_index(&app, &stop, output).await? };
    let value = serde_json::json!({ "rebuilt": &rebuilt, "indexed_pages": pages });
    output.value(&value, |_| describe(&rebuilt, pages, args.key.is_some()));
    Ok(match (stop.is_raised(), rebuilt.needs_attention()) {
        (true, _) => Ended::Interrupted,
        (false, true) => Ended::NeedsAttention,
        (false, false) => Ended::Well,
    })
}

/// Says what was rebuilt, and what a person has to look at.
pub(super) fn describe(rebuilt: &Rebuilt, indexed: u64, pinned: bool) -> String {
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = writeln!(
        text,
        "{} of {} ledger entries under a signed checkpoint; {} ({:.0}/s), of which {} with {} were restored in this run; {} put \
         into the index.",
        rebuilt.signed_entries,
        rebuilt.entries,
        counted(rebuilt.records, "record"),
        rebuilt.records_per_second,
        counted(rebuilt.versions, "version"),
        counted(rebuilt.pages, "page"),
        counted(indexed, "page")
    );
    for unreadable in &rebuilt.unreadable {
        let _ = writeln!(text, "Record {} cannot be read: {}", unreadable.record, unreadable.error);
    }
    for (records, what) in [
        (&rebuilt.missing, "is in the archive by the ledger, but is not there; restore it from a replica or a backup"),
        (&rebuilt.destroyed_but_there, "was destroyed, but the store still holds something of it; it stays out"),
        (&rebuilt.not_in_ledger, "is not known to the ledger, and stays out; was the archive's ledger cut off?"),
    ] {
        for record in records {
            let _ = writeln!(text, "Record {record} {what}.");
        }
    }
    for version in &rebuilt.not_deposited {
        let NotDeposited { record, version } = version;
        let _ = write!(text, "Version {version} of record {record} was accepted but not deposited; a backup has it.");
        text.push_str(match version {
            1 => " Without one, its paper has to be scanned again.\n",
            _ => " Without one, `muniment undo` gives it up, and the record can be corrected again.\n",
        });
    }
    for hold in &rebuilt.holds_without_query {
        let _ = writeln!(text, "Hold {hold} lacks its query: give it again with `muniment hold query`.");
    }
    for request in &rebuilt.requests_without_recipient {
        let _ = writeln!(text, "The archive does not say who received what of request {request}; a backup does.");
    }
    if !pinned {
        text.push_str("The ledger's key was not compared with a fingerprint: --key does that.\n");
    }
    if rebuilt.interrupted {
        text.push_str("Stopped before the end; the same command goes on.\n");
    }
    text
}
