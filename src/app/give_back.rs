//! Gives documents back: drawings of pages, searchable PDFs, the text in formats of others, the original bytes.

use std::fs::File;
use std::io::{Seek, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use super::{App, AppError, parts};
use crate::chart::{DocumentId, PageId, PageText, QuarterTurns, Size};
use crate::export::{alto, hocr, json, text};
use crate::pipeline::child::message::{Mark, Request, Response};
use crate::sandbox::Leased;
use crate::store::{DocumentPage, DocumentRecord};

/// Pages that are read from the database at a time.
const ROWS: u32 = 200;
/// The program and its version, as exports state it.
const SYSTEM: &str = concat!("Muniment ", env!("CARGO_PKG_VERSION"));

/// A format of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// Words and line ends.
    Plain,
    /// hOCR.
    Hocr,
    /// ALTO 4.
    Alto,
    /// This program's own JSON.
    Json,
}

impl App {
    /// Returns all pages of a document in its order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn pages(&self, document: DocumentId) -> Result<Vec<DocumentPage>, AppError> {
        let mut pages: Vec<DocumentPage> = Vec::new();
        loop {
            let after = pages.last().map_or(0, |page| page.position);
            let mut rows = self.store.document_pages(document, after, ROWS).await?;
            if rows.is_empty() {
                return Ok(pages);
            }
            pages.append(&mut rows);
        }
    }

    /// Returns what was read on a page; `None` while nothing is.
    ///
    /// # Errors
    /// The result is missing or damaged.
    pub async fn page_text(&self, page: &DocumentPage) -> Result<Option<PageText>, AppError> {
        Ok(match &page.current {
            Some(result) => Some(self.areas.results.get(&result.object_key).await?),
            None => None,
        })
    }

    /// Writes the text of a document; hidden pages are left out.
    ///
    /// # Errors
    /// A result cannot be read, or `out` cannot be written.
    pub async fn write_text(
        &self,
        document: &DocumentRecord,
        format: TextFormat,
        out: impl Write,
    ) -> Result<(), AppError> {
        let pages = self.pages(document.id).await?;
        let title = title(document);
        let failed = |cause| AppError::Write { what: "the export".into(), cause };
        let mut processing: Vec<alto::Processing> = Vec::new();
        if format == TextFormat::Alto {
            // ALTO states every way of reading before the first page.
            for page in &pages {
                if let Some(text) = self.page_text(page).await?
                    && !processing.contains(&alto::Processing::of(&text))
                {
                    processing.push(alto::Processing::of(&text));
                }
            }
        }
        let mut writer = TextWriter::begin(format, out, document.id, &title, &processing).map_err(failed)?;
        for page in pages.iter().filter(|page| !page.view.hidden) {
            if let Some(text) = self.page_text(page).await? {
                writer.add(&text).map_err(failed)?;
            }
        }
        writer.end().map_err(failed)
    }

    /// Writes a searchable PDF/A of a document; hidden pages are left out. Returns the pages that could not be drawn and
    /// are missing in it.
    ///
    /// # Errors
    /// A result cannot be read, no child can work, or `out` cannot be written.
    pub async fn write_pdf(&self, document: &DocumentRecord, out: &File) -> Result<Vec<PageId>, AppError> {
        let pool = parts::pool(&self.config, false, 1)?;
        let mut child = pool.lease().await?;
        let begin = Request::BeginPdf { title: title(document), made_at: self.clock.now() };
        self.ask(&mut child, &begin, out).await?;
        let mut missing = Vec::new();
        for page in self.pages(document.id).await?.iter().filter(|page| !page.view.hidden) {
            let id = page.view.page;
            let text = self.page_text(page).await?.map(Box::new);
            let request = |drawn_elsewhere| Request::AddPdfPage {
                page: id,
                turn: page.view.turn,
                text: text.clone(),
                drawn_elsewhere,
            };
            let mut answer = self.ask_with_scan(&mut child, &request(false), id).await?;
            if matches!(answer, Response::DrawElsewhere) {
                answer = match self.redraw(id).await {
                    Ok(drawing) => self.ask(&mut child, &request(true), &drawing).await?,
                    Err(_) => Response::DrawElsewhere,
                };
            }
            if !matches!(answer, Response::Done) {
                missing.push(id);
            }
        }
        if let Response::Failed(why) = self.ask(&mut child, &Request::EndPdf, out).await? {
            return Err(AppError::Child(format!("the PDF cannot be written: {why}")));
        }
        drop(child);
        pool.shut_down().await;
        Ok(missing)
    }

    /// Draws a page with marks on it; returns the PNG and its size.
    ///
    /// # Errors
    /// The page cannot be drawn.
    pub async fn draw_page(
        &self,
        page: PageId,
        turn: QuarterTurns,
        longest_side: u32,
        marks: Vec<Mark>,
    ) -> Result<(Size, Vec<u8>), AppError> {
        let pool = parts::pool(&self.config, false, 1)?;
        let mut child = pool.lease().await?;
        let request = |drawn_elsewhere| Request::Draw {
            scan: page.scan,
            number: page.number,
            longest_side,
            turn,
            marks: marks.clone(),
            drawn_elsewhere,
        };
        let file = self.scan_file(page).await?;
        let mut answer = self.call(&mut child, &request(false), &file).await?;
        if matches!(answer.0, Response::DrawElsewhere) {
            let drawing = self.redraw(page).await?;
            answer = self.call(&mut child, &request(true), &drawing).await?;
        }
        drop(child);
        pool.shut_down().await;
        match answer {
            (Response::Drawn(size), png) => Ok((size, png)),
            (Response::Rejected(reject), _) => Err(AppError::Child(reject.message)),
            (Response::Failed(why), _) => Err(AppError::Child(format!("the page cannot be drawn: {why}"))),
            _ => Err(AppError::Child("the page cannot be drawn".into())),
        }
    }

    /// Copies the original bytes of a document's scan file.
    ///
    /// # Errors
    /// They are missing, or `out` cannot be written.
    pub async fn write_original(&self, document: &DocumentRecord, mut out: impl Write) -> Result<u64, AppError> {
        let mut file = self.areas.intake.open(document.scan).await?;
        std::io::copy(&mut file, &mut out).map_err(|cause| AppError::Write { what: "the original".into(), cause })
    }

    /// Opens the file that a page is read from: the scan file, or its copy without encryption.
    async fn scan_file(&self, page: PageId) -> Result<File, AppError> {
        let copy = self.store.scan(page.scan).await?.and_then(|scan| scan.decrypted_key);
        Ok(match copy {
            Some(key) => self.areas.copies.open(&key).await?,
            None => self.areas.intake.open(page.scan).await?,
        })
    }

    async fn redraw(&self, page: PageId) -> Result<File, AppError> {
        let mut file = self.scan_file(page).await?;
        file.rewind().map_err(|cause| AppError::Write { what: "the drawing".into(), cause })?;
        self.redrawer()?.draw(file, page.number).await.map_err(AppError::Child)
    }

    async fn ask_with_scan(
        &self,
        child: &mut Leased<'_>,
        request: &Request,
        page: PageId,
    ) -> Result<Response, AppError> {
        let file = self.scan_file(page).await?;
        self.ask(child, request, &file).await
    }

    async fn ask(&self, child: &mut Leased<'_>, request: &Request, file: &File) -> Result<Response, AppError> {
        Ok(self.call(child, request, file).await?.0)
    }

    async fn call(
        &self,
        child: &mut Leased<'_>,
        request: &Request,
        file: &File,
    ) -> Result<(Response, Vec<u8>), AppError> {
        let deadline = Duration::from_secs(self.config.recognition.page_seconds);
        child
            .call(request, &[file.as_fd()], deadline)
            .await
            .map_err(|cause| AppError::Child(format!("a page cannot be drawn: {cause}")))
    }
}

/// Returns the title of a document's export: its id, never a name.
fn title(document: &DocumentRecord) -> String {
    format!("Document {}", document.id)
}

/// A writer of one of the formats.
enum TextWriter<'a, W: Write> {
    Plain(text::Writer<W>),
    Hocr(hocr::Writer<W>),
    Alto(alto::Writer<'a, W>),
    Json(json::Writer<W>),
}

impl<'a, W: Write> TextWriter<'a, W> {
    fn begin(
        format: TextFormat,
        out: W,
        document: DocumentId,
        title: &str,
        processing: &'a [alto::Processing],
    ) -> std::io::Result<Self> {
        Ok(match format {
            TextFormat::Plain => Self::Plain(text::Writer::new(out)),
            TextFormat::Hocr => Self::Hocr(hocr::Writer::new(out, title, SYSTEM)?),
            TextFormat::Alto => Self::Alto(alto::Writer::new(out, SYSTEM, processing)?),
            TextFormat::Json => Self::Json(json::Writer::new(out, document)?),
        })
    }

    fn add(&mut self, page: &PageText) -> std::io::Result<()> {
        match self {
            Self::Plain(writer) => writer.add_page(page),
            Self::Hocr(writer) => writer.add_page(page),
            Self::Alto(writer) => writer.add_page(page),
            Self::Json(writer) => writer.add_page(page),
        }
    }

    fn end(self) -> std::io::Result<()> {
        let mut out = match self {
            Self::Plain(writer) => writer.finish()?,
            Self::Hocr(writer) => writer.finish()?,
            Self::Alto(writer) => writer.finish()?,
            Self::Json(writer) => writer.finish()?,
        };
        out.flush()
    }
}
