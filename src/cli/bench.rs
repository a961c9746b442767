//! `muniment bench`: measures. `make bench` runs all of it, beside other programs.

use std::path::{Path, PathBuf};

use super::exit::{CommandError, Ended, error};
use super::output::{Output, warn};
use super::start::{self, Place};
use crate::app::archive_place::ArchivePlace;
use crate::app::archive_rates;
use crate::app::measure::{self, Slice};
use crate::app::rebuild_rate;
use crate::search;

/// Measures accuracy, search and the archive.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Reads the images of folders that have NAME.gt.txt beside them, and compares: character and word error rates, recall
    Accuracy {
        /// Folders with images and texts; each is a slice of its own
        #[arg(required = true)]
        folders: Vec<PathBuf>,
        /// Pipeline [default: the configured one]
        #[arg(long, value_name = "NAME")]
        pipeline: Option<String>,
        /// Measures the bare tesseract command line on the same files too
        #[arg(long)]
        bare: bool,
    },
    /// Builds an index of generated page texts and measures building and searching
    Search {
        /// Number of pages
        #[arg(long, default_value_t = 1_000_000)]
        pages: u64,
        /// The same seed gives the same texts
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Folder for the index [default: a temporary one]
        #[arg(long, value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
    /// Deposits generated records and reads them again: rates of deposit, fixity and rebuild, cost per record
    Archive {
        /// Number of records
        #[arg(long, default_value_t = 200)]
        records: u64,
        /// Content of each, in kB
        #[arg(long, default_value_t = 2_000)]
        kilobytes: u32,
        /// Folder or s3://BUCKET/PREFIX; what is written there is removed again [default: a temporary folder]
        #[arg(long, value_name = "LOCATION")]
        to: Option<ArchivePlace>,
    },
    /// Fills an empty data folder with documents of generated text, and people with tokens, for measuring a server under load
    LoadData {
        /// Documents of one page
        #[arg(long, default_value_t = 100_000)]
        documents: u64,
        /// Technicians
        #[arg(long, default_value_t = 50)]
        technicians: u32,
        /// People who search
        #[arg(long, default_value_t = 200)]
        searchers: u32,
        /// The same seed gives the same texts
        #[arg(long, default_value_t = 1)]
        seed: u64,
    },
    /// Makes one PDF of that many pages, for measuring memory
    LongPdf {
        /// File to write
        out: PathBuf,
        /// Number of pages
        #[arg(long, default_value_t = 1_000)]
        pages: u32,
    },
}

/// Measures.
pub fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    match &args.what {
        What::Accuracy { folders, pipeline, bare } => {
            start::block_on(accuracy(folders, pipeline.as_deref(), *bare, place, output))
        }
        What::Search { pages, seed, folder } => {
            let temporary = tempfile::tempdir()?;
            let folder = folder.as_deref().unwrap_or(temporary.path());
            let report = search::measure::run(*pages, *seed, folder)?;
            output.value(&report, ToString::to_string);
            Ok(Ended::Well)
        }
        What::Archive { records, kilobytes, to } => start::block_on(archive(*records, *kilobytes, to.as_ref(), output)),
        What::LoadData { documents, technicians, searchers, seed } => {
            start::block_on(load_data(*documents, (*technicians, *searchers), *seed, place, output))
        }
        What::LongPdf { out, pages } => {
            crate::samples::long_pdf(*pages, 1, out)?;
            output.value(&serde_json::json!({ "file": out, "pages": pages }), |_| {
                format!("{pages} pages in {}", out.display())
            });
            Ok(Ended::Well)
        }
    }
}

async fn archive(
    records: u64,
    kilobytes: u32,
    to: Option<&ArchivePlace>,
    output: Output,
) -> Result<Ended, CommandError> {
    let temporary = tempfile::tempdir()?;
    let in_temporary = ArchivePlace::Folder(temporary.path().to_owned());
    let vault = to.unwrap_or(&in_temporary).open().await?;
    let rates = archive_rates::measure(&vault, records, kilobytes as usize * 1000).await?;
    // A ledger of its own must not come into an archive that is in use.
    let own = to.unwrap_or(&in_temporary).within(&format!("measured-{}", crate::app::new_id()));
    let rebuild = rebuild_rate::measure(&own.make().await?, records).await?;
    let value = serde_json::json!({ "archive": &rates, "rebuild": &rebuild });
    output.value(&value, |_| format!("{rates}\n{rebuild}"));
    Ok(Ended::Well)
}

async fn load_data(
    documents: u64,
    people: (u32, u32),
    seed: u64,
    place: &Place<'_>,
    output: Output,
) -> Result<Ended, CommandError> {
    let made = place.open().await?.make_load_data(documents, people, seed).await?;
    output.value(&made, |made| {
        let people = made.technicians.iter().chain(&made.searchers).map(String::as_str).collect::<Vec<_>>().join("\n");
        format!(
            "{} documents. `muniment index update` makes them searchable. Tokens, for a day:\n{people}",
            made.documents
        )
    });
    Ok(Ended::Well)
}

async fn accuracy(
    folders: &[PathBuf],
    pipeline: Option<&str>,
    bare: bool,
    place: &Place<'_>,
    output: Output,
) -> Result<Ended, CommandError> {
    let config = place.load()?;
    let mut slices = Vec::new();
    for folder in folders {
        let slice = measure::accuracy(&config, pipeline, folder, bare, |name, why| {
            warn(&format!("muniment: {} was not read: {why}", Path::new(name).display()));
        })
        .await?;
        if slice.pages == 0 {
            return Err(error(format!("{} holds no image with a text NAME.gt.txt beside it", folder.display())));
        }
        slices.push(slice);
    }
    output.value(&slices, |slices| table(slices));
    Ok(Ended::Well)
}

fn table(slices: &[Slice]) -> String {
    let head =
        "slice                 pages  CER %  WER %  recall %  digits %  exact recall %  exact digits %  CPU s/page";
    let row = |slice: &Slice, name: &str, measured: &measure::Measured| {
        let percent = |share: f64| 100.0 * share;
        let accuracy = &measured.accuracy;
        format!(
            "{name:<21} {:>5} {:>6.2} {:>6.2} {:>9.2} {:>9.2} {:>15.2} {:>15.2} {:>11.2}",
            slice.pages,
            percent(accuracy.character_error_rate()),
            percent(accuracy.word_error_rate()),
            percent(accuracy.folded.recall()),
            percent(accuracy.folded.digit_recall()),
            percent(accuracy.exact.recall()),
            percent(accuracy.exact.digit_recall()),
            measured.cpu_seconds / slice.pages as f64
        )
    };
    let mut lines = vec![head.to_owned()];
    for slice in slices {
        lines.push(row(slice, &slice.name, &slice.muniment));
        if let Some(bare) = &slice.bare {
            lines.push(row(slice, &format!("{} (bare)", slice.name), bare));
        }
    }
    lines.join("\n")
}
