//! `muniment archive validate`: everything is there, as it was archived, and nothing else is.

use std::fmt::Write;

use serde::Serialize;

use super::{From, find, size};
use crate::archive::ocfl::{Depth, Problem};
use crate::cli::counting::Counting;
use crate::cli::exit::{CommandError, Ended};
use crate::cli::output::{Output, counted};
use crate::cli::start::Place;

/// Checks records against their inventories: structure, every digest, and files that do not belong there.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Ids of records, or their beginnings [default: the whole archive]
    records: Vec<String>,
    /// Does not read the files: only that each is there, and known
    #[arg(long)]
    structure: bool,
    #[command(flatten)]
    from: From,
}

#[derive(Default, Serialize)]
struct Verdict {
    place: String,
    records: u64,
    versions: u64,
    files: u64,
    bytes: u64,
    digests_checked: bool,
    problems: Vec<Problem>,
}

/// Checks them.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let root = args.from.open(place).await?;
    let mut verdict =
        Verdict { place: root.vault().describes(), digests_checked: !args.structure, ..Verdict::default() };
    let mut records = std::collections::BTreeSet::new();
    if args.records.is_empty() {
        (verdict.problems, records) = root.validate_root().await?;
    }
    for text in &args.records {
        records.insert(find(&root, text).await?);
    }
    let depth = if args.structure { Depth::Structure } else { Depth::Digests };
    let mut counting = Counting::begin("records", records.len() as u64, output.json);
    for record in records {
        let found = root.validate(record, depth).await?;
        verdict.records += 1;
        verdict.versions += u64::from(found.versions);
        verdict.files += found.files;
        verdict.bytes = verdict.bytes.saturating_add(found.bytes);
        verdict.problems.extend(found.problems);
        counting.show(verdict.records, &size(verdict.bytes));
    }
    counting.end();
    output.value(&verdict, describe);
    Ok(if verdict.problems.is_empty() { Ended::Well } else { Ended::NeedsAttention })
}

fn describe(verdict: &Verdict) -> String {
    let mut text = String::new();
    for problem in &verdict.problems {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "{:<18} {}: {}", problem.kind.name(), problem.key, problem.what);
    }
    let how = if verdict.digests_checked { "every byte read" } else { "files not read" };
    let _ = writeln!(
        text,
        "{}, {}, {}, {}; {how}",
        counted(verdict.records, "record"),
        counted(verdict.versions, "version"),
        counted(verdict.files, "file"),
        size(verdict.bytes)
    );
    let _ = match verdict.problems.len() {
        0 => writeln!(text, "Nothing is wrong in {}", verdict.place),
        problems => writeln!(
            text,
            "{problems} problems in {}. Restore what is damaged from a replica or a backup of the archive.",
            verdict.place
        ),
    };
    text
}
