//! `muniment cover-sheets`: sheets that part documents in a stack of paper, to be printed and put between them.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::exit::{CommandError, Ended, error};
use super::output::{Output, counted};
use super::start::Place;
use crate::app::cover_sheets::cover_sheets;
use crate::barcode::print::{MOST_SHEETS, Paper};
use crate::chart::SheetKind;
use crate::labels::DocumentKinds;

/// Makes separator and cover sheets to print: PDF with codes that survive skew, fading and fax.
///
/// Put the sheets between the documents of a stack before it is scanned. The scan is split at them, and what they say labels
/// the document behind them. Sheets are kept with the scan and hidden. See docs/separator-sheets.md.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Sheets that begin a batch
    Batch {
        /// Name of the batch: up to 40 letters, digits and signs of an English keyboard
        name: String,
        #[command(flatten)]
        printing: Printing,
    },
    /// Sheets that begin a document of a patient's chart
    Chart {
        /// The patient's record number, one sheet for each; - reads them from standard input, a line each, which keeps them out of the shell's history
        #[arg(required = true)]
        numbers: Vec<String>,
        #[command(flatten)]
        printing: Printing,
    },
    /// Sheets that begin a document of a type
    Type {
        /// Names of document types, one sheet for each; all types where none is named
        names: Vec<String>,
        #[command(flatten)]
        printing: Printing,
    },
    /// Sheets that end a document
    End {
        #[command(flatten)]
        printing: Printing,
    },
}

#[derive(Debug, clap::Args)]
struct Printing {
    /// Copies of each sheet
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=500))]
    count: u16,
    /// Paper
    #[arg(long, value_enum, default_value_t = PaperName::A4)]
    paper: PaperName,
    /// PDF to write
    #[arg(long, short, value_name = "FILE", default_value = "cover-sheets.pdf")]
    output: PathBuf,
    /// Replaces a file that exists
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum PaperName {
    /// ISO A4
    A4,
    /// US letter
    Letter,
}

/// Makes them.
pub fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let (kind, printing, values) = match &args.what {
        What::Batch { name, printing } => (SheetKind::Batch, printing, vec![name.clone()]),
        What::Chart { numbers, printing } => {
            (SheetKind::Chart, printing, if numbers == &["-"] { lines()? } else { numbers.clone() })
        }
        What::Type { names, printing } => (SheetKind::Type, printing, names.clone()),
        What::End { printing } => (SheetKind::End, printing, Vec::new()),
    };
    let paper = match printing.paper {
        PaperName::A4 => Paper::A4,
        PaperName::Letter => Paper::Letter,
    };
    let kinds = DocumentKinds::load(place.load()?.document_types().as_deref())?;
    let (bytes, sheets) = cover_sheets(kind, &values, printing.count.into(), paper, &kinds)?;
    write(&bytes, &printing.output, printing.force)?;
    // What is on the sheets stays on the sheets.
    let value = serde_json::json!({ "file": printing.output, "kind": kind, "sheets": sheets });
    output.value(&value, |_| {
        format!(
            "{} in {}. Print at full size, without fitting to the page.",
            counted(sheets, "sheet"),
            printing.output.display()
        )
    });
    Ok(Ended::Well)
}

/// Reads the lines of standard input that hold something.
fn lines() -> Result<Vec<String>, CommandError> {
    let lines = std::io::stdin().lines().take(MOST_SHEETS + 1);
    let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
    Ok(lines.into_iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect())
}

/// Writes a file that has its name only when it is whole.
fn write(bytes: &[u8], path: &Path, force: bool) -> Result<(), CommandError> {
    let exists = || error(format!("{} exists; name another file, or replace it with --force", path.display()));
    if !force && path.exists() {
        return Err(exists());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)
        .map_err(|cause| error(format!("nothing can be written in {}: {cause}", folder.display())))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    let named = if force { file.persist(path) } else { file.persist_noclobber(path) };
    named.map(drop).map_err(|cause| match cause.error.kind() {
        std::io::ErrorKind::AlreadyExists => exists(),
        _ => error(format!("{} cannot be written: {}", path.display(), cause.error)),
    })
}
