//! `muniment export`: a document as a file.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::exit::{CommandError, Ended, error};
use super::output::{Output, warn};
use super::start::Place;
use crate::app::App;
use crate::app::give_back::TextFormat;
use crate::store::DocumentRecord;

/// Writes a document as searchable PDF/A, text, hOCR, ALTO, JSON, or as its original bytes.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Id of the document, or its beginning
    document: String,
    /// The format
    #[arg(long, value_enum, default_value_t = Format::Pdf)]
    format: Format,
    /// File to write; - writes to standard output [default: the document's id with the format's ending]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replaces a file that exists
    #[arg(long)]
    force: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Searchable PDF/A-2b around the original image streams
    Pdf,
    /// Plain text; pages are parted by form feeds
    Txt,
    /// hOCR
    Hocr,
    /// ALTO 4.4
    Alto,
    /// Words with boxes and confidence; see docs/text-json.md
    Json,
    /// The scan file, bit for bit
    Original,
}

/// Writes it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let document = app.document(&args.document).await?;
    let to_standard_output = args.output.as_deref() == Some(Path::new("-"));
    let path =
        args.output.clone().unwrap_or_else(|| format!("{}.{}", document.id, ending(args.format, &document)).into());
    // A temporary file beside the target: what has the target's name is whole.
    let folder = if to_standard_output { std::env::temp_dir() } else { parent(&path) };
    if !to_standard_output && path.exists() && !args.force {
        return Err(error(format!("{} exists; name another file, or replace it with --force", path.display())));
    }
    let file = tempfile::NamedTempFile::new_in(&folder)
        .map_err(|cause| error(format!("nothing can be written in {}: {cause}", folder.display())))?;
    let missing = write(&app, &document, args.format, file.as_file()).await?;
    if to_standard_output {
        output.raw(&std::fs::read(file.path())?)?;
    } else {
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|cause| error(format!("{} cannot be written: {}", path.display(), cause.error)))?;
        let bytes = std::fs::metadata(&path)?.len();
        output.value(
            &serde_json::json!({ "file": &path, "bytes": bytes, "document": document.id, "pages_missing": missing }),
            |_| format!("Wrote {} ({bytes} bytes).", path.display()),
        );
    }
    if missing > 0 {
        warn(&format!("muniment: {missing} pages could not be drawn and are missing; `muniment show` names them"));
        return Ok(Ended::NeedsAttention);
    }
    Ok(Ended::Well)
}

async fn write(app: &App, document: &DocumentRecord, format: Format, file: &File) -> Result<usize, CommandError> {
    let text = match format {
        Format::Pdf => return Ok(app.write_pdf(document, file).await?.len()),
        Format::Original => {
            let mut out = BufWriter::new(file);
            app.write_original(document, &mut out).await?;
            out.flush()?;
            return Ok(0);
        }
        Format::Txt => TextFormat::Plain,
        Format::Hocr => TextFormat::Hocr,
        Format::Alto => TextFormat::Alto,
        Format::Json => TextFormat::Json,
    };
    app.write_text(document, text, BufWriter::new(file)).await?;
    Ok(0)
}

fn ending(format: Format, document: &DocumentRecord) -> String {
    match format {
        Format::Pdf => "pdf".into(),
        Format::Txt => "txt".into(),
        Format::Hocr => "hocr".into(),
        Format::Alto => "alto.xml".into(),
        Format::Json => "json".into(),
        // The source's own ending is what its makers' programs know it by.
        Format::Original => Path::new(&document.source_name)
            .extension()
            .and_then(|end| end.to_str())
            .filter(|end| end.len() <= 8 && end.chars().all(|letter| letter.is_ascii_alphanumeric()))
            .map_or_else(|| "original".into(), str::to_lowercase),
    }
}

fn parent(path: &Path) -> PathBuf {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or_else(|| ".".into(), Path::to_path_buf)
}
