//! `muniment export`: a document as a file.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::path::{Path, PathBuf};

use super::exit::{CommandError, Ended, error};
use super::output::{Output, warn};
use super::start::Place;
use crate::app::App;
use crate::app::give_back::{Original, Shortfall, TextFormat};
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
    /// Includes pages that are hidden (blank ones) too
    #[arg(long)]
    hidden: bool,
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
    /// The scan file, bit for bit; once it was purged, what the archive holds of it
    Original,
}

/// Writes it.
pub async fn run(args: &Args, place: &Place<'_>, output: Output) -> Result<Ended, CommandError> {
    let app = place.open().await?;
    let document = app.document(&args.document).await?;
    let shortfall = if args.output.as_deref() == Some(Path::new("-")) {
        // Beside the data: what is exported is a patient's, and the system's temporary folder is everybody's.
        let mut file = tempfile::tempfile_in(&app.config.data.folder)?;
        let shortfall = write(&app, &document, args, &mut file).await?;
        file.rewind()?;
        std::io::copy(&mut file, &mut StandardOutput(output))?;
        shortfall
    } else {
        to_file(&app, &document, args, output).await?
    };
    for (positions, what) in [
        (&shortfall.not_drawn, "could not be drawn and are missing"),
        (&shortfall.without_result, "have no text, because they are not read yet or could not be read"),
        (&shortfall.without_text, "have no text, because it does not fit their image; read them again"),
    ] {
        if !positions.is_empty() {
            let positions: Vec<String> = positions.iter().map(u32::to_string).collect();
            warn(&format!("muniment: pages that {what}: {}", positions.join(", ")));
        }
    }
    Ok(if shortfall.is_none() { Ended::Well } else { Ended::NeedsAttention })
}

/// Standard output as the place to write bytes to.
struct StandardOutput(Output);

impl Write for StandardOutput {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.raw(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes a file that has its name only when it is whole.
async fn to_file(app: &App, document: &DocumentRecord, args: &Args, output: Output) -> Result<Shortfall, CommandError> {
    let path =
        args.output.clone().unwrap_or_else(|| format!("{}.{}", document.id, ending(args.format, document)).into());
    let exists = || error(format!("{} exists; name another file, or replace it with --force", path.display()));
    if !args.force && path.exists() {
        return Err(exists());
    }
    let folder = parent(&path);
    let mut file = tempfile::NamedTempFile::new_in(&folder)
        .map_err(|cause| error(format!("nothing can be written in {}: {cause}", folder.display())))?;
    let shortfall = write(app, document, args, file.as_file_mut()).await?;
    file.as_file().sync_all()?;
    // The file may have come to be in the meantime.
    let named = if args.force { file.persist(&path) } else { file.persist_noclobber(&path) };
    let file = named.map_err(|cause| match cause.error.kind() {
        std::io::ErrorKind::AlreadyExists => exists(),
        _ => error(format!("{} cannot be written: {}", path.display(), cause.error)),
    })?;
    // The name is on the disk only once its folder is.
    File::open(&folder)?.sync_all()?;
    let bytes = file.metadata()?.len();
    output.value(
        &serde_json::json!({
            "file": &path,
            "bytes": bytes,
            "document": document.id,
            "pages_missing": &shortfall.not_drawn,
            "pages_without_result": &shortfall.without_result,
            "pages_without_their_text": &shortfall.without_text,
        }),
        |_| format!("Wrote {} ({bytes} bytes).", path.display()),
    );
    Ok(shortfall)
}

async fn write(app: &App, document: &DocumentRecord, args: &Args, file: &mut File) -> Result<Shortfall, CommandError> {
    let text = match args.format {
        Format::Pdf => return Ok(app.write_pdf(document, args.hidden, file).await?),
        Format::Original => {
            let mut out = BufWriter::new(file);
            if let Original::CutOut { record } = app.write_original(document, &mut out).await? {
                warn(&format!(
                    "muniment: the scan file was purged, or holds other documents too; this is what was cut out of it for record \
                     {record}"
                ));
            }
            out.flush()?;
            return Ok(Shortfall::default());
        }
        Format::Txt => TextFormat::Plain,
        Format::Hocr => TextFormat::Hocr,
        Format::Alto => TextFormat::Alto,
        Format::Json => TextFormat::Json,
    };
    Ok(app.write_text(document, text, args.hidden, BufWriter::new(file)).await?)
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
