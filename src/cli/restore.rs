//! `muniment restore`: an instance out of a backup and the archive.

use std::fmt::Write;
use std::path::PathBuf;

use super::counting::{Counting, Steps};
use super::exit::{CommandError, Ended, error};
use super::ingest::stop_on_ctrl_c;
use super::output::Output;
use super::start::Place;
use super::{index, rebuild};
use crate::app::App;
use crate::app::archive_place::ArchivePlace;
use crate::app::backup::{Backup, Restored, restore};
use crate::chart::Digest;
use crate::worker::Stop;

/// Restores a backup into an empty instance, then brings it up to date from the archive.
///
/// The backup is verified before anything is written. The archive's ledger has the last word: what was entered since the
/// backup is replayed, records that were archived since come back, what was destroyed since stays destroyed. Interrupted, the
/// same command goes on.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder of the backup
    backup: PathBuf,
    /// Folder of the archive, or s3://BUCKET/PREFIX [default: the configured archive]
    #[arg(long, value_name = "LOCATION")]
    from: Option<ArchivePlace>,
    /// Fingerprint of the ledger's key, as it was noted elsewhere: backup and ledger must be signed by it, or by a key that
    /// follows from it
    #[arg(long, value_name = "FINGERPRINT")]
    key: Option<Digest>,
    /// Takes a backup that nobody signed, because the key was not at hand when it was made
    #[arg(long)]
    unsigned: bool,
    /// Only verifies the backup; writes nothing
    #[arg(long)]
    check: bool,
}

/// Restores it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let stop = stop_on_ctrl_c();
    let backup = Backup::read(&args.backup, args.key)?;
    if backup.signer.is_none() && backup.manifest.ledger.key.is_some() && !args.unsigned {
        return Err(error(
            "nobody signed this backup: the key was not at hand when it was made, or the signature was taken away. Use a \
             signed one; or, if you know where it comes from, --unsigned",
        ));
    }
    let mut steps = Steps::begin(output.json);
    let whole = backup.verify(&stop, |step| steps.show(step.what, step.done, step.all)).await;
    steps.end();
    if !whole? {
        return Ok(Ended::Interrupted);
    }
    if args.check {
        output
            .value(&serde_json::json!({ "backup": &backup.manifest, "signer": backup.signer }), |_| verified(&backup));
        return Ok(Ended::Well);
    }
    let config = place.load()?;
    let vault = match &args.from {
        Some(from) => from.open().await?,
        None => ArchivePlace::open_configured(&config.archive).await?,
    };
    let mut steps = Steps::begin(output.json);
    let outcome =
        restore(config, &backup, &vault, args.key, &stop, |step| steps.show(step.what, step.done, step.all)).await;
    steps.end();
    let (app, restored) = outcome?;
    let pages = if restored.archive.interrupted { 0 } else { build_index(&app, &stop, output).await? };
    let value = serde_json::json!({ "restored": &restored, "indexed_pages": pages });
    output.value(&value, |_| describe(&restored, pages, args.key.is_some()));
    Ok(match (stop.is_raised(), restored.needs_attention()) {
        (true, _) => Ended::Interrupted,
        (false, true) => Ended::NeedsAttention,
        (false, false) => Ended::Well,
    })
}

/// Builds the index of a database that came back; an index that was there before is of another.
pub(super) async fn build_index(app: &App, stop: &Stop, output: Output) -> Result<u64, CommandError> {
    if !app.index_is_owned().await? {
        index::clear(app)?;
    }
    let mut counting: Option<Counting> = None;
    let all = app.store.indexable_pages().await?;
    let mut indexer = app.indexer().await?;
    let pages = indexer
        .build(stop, |done| {
            counting.get_or_insert_with(|| Counting::begin("pages", all, output.json)).show(done, "into the index");
        })
        .await?;
    if let Some(counting) = counting {
        counting.end();
    }
    Ok(pages)
}

fn verified(backup: &Backup) -> String {
    let manifest = &backup.manifest;
    let rows: u64 = manifest.tables.iter().map(|table| table.file.lines).sum();
    let files = manifest.objects.as_ref().map_or(0, |objects| objects.list.lines);
    let signed = backup.signer.map_or_else(|| "signed by nobody".to_owned(), |key| format!("signed by the key {key}"));
    format!(
        "The backup of {} is whole: {rows} rows, {files} files, {} entries of the ledger; {signed}.",
        manifest.made_at, manifest.ledger.entries
    )
}

fn describe(restored: &Restored, indexed: u64, pinned: bool) -> String {
    let mut text = String::new();
    let made = restored.made_at.map_or_else(String::new, |at| format!(" of {at}"));
    // Writing into a String cannot fail.
    let _ = writeln!(
        text,
        "Backup{made}: {} rows and {} files brought back in this run; {} newer entries of the ledger replayed.",
        restored.rows, restored.objects, restored.newer_entries
    );
    if restored.unshipped_entries > 0 {
        let _ = writeln!(
            text,
            "{} entries of the ledger are not in the archive yet; the next command that records ships them.",
            restored.unshipped_entries
        );
    }
    for record in &restored.destroyed_again {
        let _ =
            writeln!(text, "Record {record} had been destroyed and was back in the archive; it was destroyed again.");
    }
    text.push_str(&rebuild::describe(&restored.archive, indexed, pinned));
    if !restored.archive.interrupted && !restored.key_is_here {
        text.push_str(
            "The signing key is not here: bring its file back to `ledger.key`, or run `muniment audit key replace`.\n",
        );
    }
    text
}
