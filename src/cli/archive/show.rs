//! `muniment archive show`: the versions and files of one record.

use std::fmt::Write;

use serde::Serialize;

use super::{From, size};
use crate::archive::ocfl::{ArchivedFile, Object, VersionNumber};
use crate::chart::RecordId;
use crate::cli::exit::{CommandError, Ended};
use crate::cli::output::Output;
use crate::cli::start::Place;

/// Shows a record: its versions, who made them and why, and each file with its digests.
#[derive(Debug, clap::Args)]
#[command(disable_version_flag = true)]
pub struct Args {
    /// Id of the record, or its beginning
    record: String,
    /// Shows the files of this version [default: the newest]
    #[arg(long, value_name = "vN")]
    version: Option<VersionNumber>,
    #[command(flatten)]
    from: From,
}

#[derive(Serialize)]
struct Shown {
    record: RecordId,
    folder: String,
    versions: Vec<ShownVersion>,
    /// The version whose files are shown.
    version: VersionNumber,
    files: Vec<ArchivedFile>,
    /// What an interrupted deposit has left to do.
    unfinished: Option<String>,
}

#[derive(Serialize)]
struct ShownVersion {
    number: VersionNumber,
    created: jiff::Timestamp,
    message: String,
    author: String,
    address: String,
    files: usize,
}

/// Shows it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let (_, object) = args.from.record(&args.record, place).await?;
    let shown = shown(&object, args.version.unwrap_or_else(|| object.head()))?;
    let missing = shown.files.iter().any(|file| file.size.is_none());
    output.value(&shown, describe);
    Ok(if missing || shown.unfinished.is_some() { Ended::NeedsAttention } else { Ended::Well })
}

fn shown(object: &Object, version: VersionNumber) -> Result<Shown, CommandError> {
    let versions = object.versions().iter().map(|(number, version)| ShownVersion {
        number: *number,
        created: version.created,
        message: version.message.clone(),
        author: version.author.name.clone(),
        address: version.author.address.clone(),
        files: version.state.len(),
    });
    Ok(Shown {
        record: object.record(),
        folder: object.folder().to_owned(),
        versions: versions.collect(),
        version,
        files: object.files(version)?,
        unfinished: object.root_fault().map(str::to_owned),
    })
}

fn describe(shown: &Shown) -> String {
    let mut text = format!("Record {}\n  in {}\n", shown.record, shown.folder);
    for version in &shown.versions {
        // Writing into a String cannot fail.
        let _ = writeln!(
            text,
            "  {:<4} {}  {} files  {}, by {}",
            version.number.to_string(),
            version.created,
            version.files,
            version.message,
            version.author
        );
    }
    let _ = writeln!(text, "Files of {}", shown.version);
    for file in &shown.files {
        let size = file.size.map_or_else(|| "MISSING".to_owned(), size);
        let _ = writeln!(text, "  {:<28} {size:>12}  SHA-256 {}", file.path.to_string(), file.sha256);
    }
    if let Some(fault) = &shown.unfinished {
        let _ =
            writeln!(text, "The last deposit was interrupted: {fault}. It goes on when the program deposits again.");
    }
    text
}
