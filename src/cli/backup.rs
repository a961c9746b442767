//! `muniment backup`: what the archive does not hold, into a folder.

use std::fmt::Write;
use std::path::PathBuf;

use super::counting::Steps;
use super::exit::{CommandError, Ended};
use super::ingest::stop_on_ctrl_c;
use super::output::Output;
use super::start::Place;
use crate::app::backup::BackedUp;

/// Backs up what the archive does not hold: people, drafts, the queue, deliveries, settings, and the files they need.
///
/// Others may work meanwhile: the backup is of one moment. It is a new folder that only its owner may read; it holds patient
/// data, so keep it on an encrypted volume. Tokens are in it as digests; the signing key and passwords are not.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder to make; it must not be there
    out: PathBuf,
    /// Leaves out scan files and page results that are not archived yet: where the object store is copied by other means
    #[arg(long)]
    without_files: bool,
}

/// Makes it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let stop = stop_on_ctrl_c();
    let mut steps = Steps::begin(output.json);
    let done =
        app.back_up(&args.out, !args.without_files, &stop, |step| steps.show(step.what, step.done, step.all)).await;
    steps.end();
    let done = done?;
    output.value(&done, |done| describe(done, args.without_files));
    Ok(match (done.interrupted, done.signed || done.key.is_none(), done.unreadable.is_empty()) {
        (true, ..) => Ended::Interrupted,
        (false, true, true) => Ended::Well,
        _ => Ended::NeedsAttention,
    })
}

fn describe(done: &BackedUp, without_files: bool) -> String {
    if done.interrupted {
        return "Stopped before the end; nothing was kept.".to_owned();
    }
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = writeln!(
        text,
        "{} rows and {} files, {} kB, in {}; read back and verified.",
        done.rows,
        done.objects,
        done.bytes / 1000,
        done.folder.display()
    );
    if without_files {
        text.push_str("Scan files and results are not in it: copy the object store too.\n");
    }
    for unreadable in &done.unreadable {
        let _ = writeln!(text, "Not as it must be: {unreadable}");
    }
    let unshipped = done.ledger_entries.saturating_sub(done.shipped_entries);
    if unshipped > 0 {
        let _ =
            writeln!(text, "{unshipped} entries of the ledger are in this backup only: the archive did not answer.");
    }
    match (&done.key, done.signed) {
        (Some(key), true) => {
            let _ = writeln!(text, "Signed by the ledger's key {key}, which is not inside: keep its file apart.");
        }
        (Some(_), false) => {
            text.push_str("NOT signed: the ledger's key is not here. A restore takes it with --unsigned only.\n");
        }
        (None, _) => text.push_str("Nothing was ever entered in the ledger, so nothing signs this backup.\n"),
    }
    text
}
