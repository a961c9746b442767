//! `muniment archive list`: the records of an archive.

use serde::Serialize;

use super::{From, size, sorted};
use crate::archive::ocfl::{Object, Root, VersionNumber};
use crate::chart::RecordId;
use crate::cli::exit::{CommandError, Ended};
use crate::cli::output::{Output, counted, warn};
use crate::cli::start::Place;

/// Lists the records: their versions, files and size.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    from: From,
}

#[derive(Serialize)]
struct Listed {
    record: RecordId,
    /// The newest version.
    version: VersionNumber,
    created: jiff::Timestamp,
    files: usize,
    bytes: u64,
    /// What an interrupted deposit has left to do.
    unfinished: Option<String>,
}

#[derive(Serialize)]
struct Unreadable {
    record: RecordId,
    error: String,
}

/// Lists them.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let root = args.from.open(place).await?;
    let (mut listed, mut unreadable) = (Vec::new(), Vec::new());
    let mut count = 0;
    for record in sorted(&root).await? {
        match describe(&root, record).await {
            Ok(one) => {
                let unfinished = if one.unfinished.is_some() { "  deposit not finished" } else { "" };
                output.line(format!(
                    "{record}  {:<4} {}  {:>3} files, {}{unfinished}",
                    one.version.to_string(),
                    one.created.strftime("%Y-%m-%d %H:%M"),
                    one.files,
                    size(one.bytes)
                ));
                count += 1;
                // Only JSON is one value; lines need no memory.
                if output.json {
                    listed.push(one);
                }
            }
            Err(error) => {
                warn(&format!("muniment: record {record} cannot be read: {error}"));
                unreadable.push(Unreadable { record, error: error.to_string() });
            }
        }
    }
    let ended = if unreadable.is_empty() { Ended::Well } else { Ended::NeedsAttention };
    output.value(&serde_json::json!({ "records": listed, "unreadable": unreadable }), |_| {
        format!("{} in {}", counted(count, "record"), root.vault().describes())
    });
    Ok(ended)
}

async fn describe(root: &Root, record: RecordId) -> Result<Listed, CommandError> {
    let object: Object = root.object(record).await?;
    let version = object.head();
    let files = object.files(version)?;
    let created = object.versions().get(&version).map_or(jiff::Timestamp::UNIX_EPOCH, |version| version.created);
    Ok(Listed {
        record,
        version,
        created,
        bytes: files.iter().filter_map(|file| file.size).sum(),
        files: files.len(),
        unfinished: object.root_fault().map(str::to_owned),
    })
}
