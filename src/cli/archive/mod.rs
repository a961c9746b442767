//! `muniment archive`: the archived records themselves, without any database.

mod extract;
mod list;
mod show;
mod validate;

use futures::TryStreamExt;

use super::exit::{CommandError, Ended, error};
use super::output::Output;
use super::start::Place;
use crate::app::archive_place::ArchivePlace;
use crate::archive::ocfl::{Object, OcflError, Root};
use crate::chart::RecordId;

/// Lists, shows, checks and copies archived records; needs the archive only, no database and no index.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
    Validate(validate::Args),
    Extract(extract::Args),
}

/// Which archive.
#[derive(Debug, clap::Args)]
struct From {
    /// Folder of the archive, or s3://BUCKET/PREFIX [default: the configured archive]
    #[arg(long, value_name = "LOCATION")]
    from: Option<ArchivePlace>,
}

impl From {
    /// Opens the records that were named, or the configured ones.
    async fn open(&self, place: &Place<'_>) -> Result<Root, CommandError> {
        let vault = match &self.from {
            Some(from) => from.open().await?,
            None => ArchivePlace::open_configured(&place.load()?.archive).await?,
        };
        Ok(Root::existing(vault).await?)
    }

    /// Opens them, and the record with this id, or the only one whose id begins so.
    async fn record(&self, text: &str, place: &Place<'_>) -> Result<(Root, Object), CommandError> {
        let root = self.open(place).await?;
        let object = root.object(find(&root, text).await?).await?;
        Ok((root, object))
    }
}

/// Does it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    match &args.command {
        Command::List(args) => list::run(args, place, output).await,
        Command::Show(args) => show::run(args, place, output).await,
        Command::Validate(args) => validate::run(args, place, output).await,
        Command::Extract(args) => extract::run(args, place, output).await,
    }
}

/// Returns the record with this id, or the only one whose id begins so.
async fn find(root: &Root, text: &str) -> Result<RecordId, CommandError> {
    if let Ok(record) = text.parse() {
        return Ok(record);
    }
    if text.len() < 4 || !text.chars().all(|sign| sign.is_ascii_hexdigit() || sign == '-') {
        return Err(error(format!("{text:?} is no record's id; give at least the first four digits of one")));
    }
    let text = text.to_lowercase();
    let ids = root.ids().try_filter(|id| std::future::ready(id.to_string().starts_with(&text)));
    let mut found = std::pin::pin!(ids);
    let Some(first) = found.try_next().await? else {
        return Err(error(format!("no record's id begins with {text}; `muniment archive list` names them")));
    };
    match found.try_next().await? {
        Some(_) => Err(error(format!("more than one record's id begins with {text}; give more of it"))),
        None => Ok(first),
    }
}

/// Lists the records by id, which is by the time they were made.
async fn sorted(root: &Root) -> Result<Vec<RecordId>, OcflError> {
    let mut ids: Vec<RecordId> = root.ids().try_collect().await?;
    ids.sort_unstable();
    Ok(ids)
}

/// Returns a number of bytes for people.
fn size(bytes: u64) -> String {
    match bytes {
        0..10_000 => format!("{bytes} bytes"),
        10_000..10_000_000 => format!("{} kB", bytes / 1000),
        _ => format!("{} MB", bytes / 1_000_000),
    }
}
