//! Gives documents back: drawings of pages, searchable PDFs, the text in formats of others, the original bytes.

mod sources;
mod text_writer;

use std::fs::File;
use std::io::{Seek, Write};
use std::os::fd::AsFd;
use std::time::Duration;

pub use sources::{Original, original_ending};
pub use text_writer::TextFormat;

use super::{App, AppError, parts};
use crate::chart::{
    DocumentId, PAGE_TEXT_SCHEMA, PageId, PageImage, PageText, PipelineStamp, Reject, RejectReason, Size, TextSource,
};
use crate::export::alto;
use crate::imaging::resolution::from_size;
use crate::pipeline::child::message::{Drawing, Mark, Request, Response};
use crate::sandbox::{CallError, Leased, Pool};
use crate::store::{DocumentPage, DocumentRecord};

pub(super) use self::sources::Sources;
use self::text_writer::TextWriter;

/// Pages that are read from the database at a time.
const ROWS: u32 = 200;
/// How often a PDF is begun again because a page ended the child.
const MOST_RESTARTS: usize = 20;

/// What an export lacks: positions of pages in the document, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shortfall {
    /// Pages that could not be drawn and are missing in the PDF.
    pub not_drawn: Vec<u32>,
    /// Pages that are not read yet, or could not be: they have no text.
    pub without_result: Vec<u32>,
    /// Pages whose text does not fit their image and was left out.
    pub without_text: Vec<u32>,
}

impl Shortfall {
    /// Says whether nothing is lacking.
    pub const fn is_none(&self) -> bool {
        self.not_drawn.is_empty() && self.without_result.is_empty() && self.without_text.is_empty()
    }
}

/// How an attempt to write a PDF ended.
enum Attempt {
    /// The file is whole, but for what the shortfall names.
    Written(Shortfall),
    /// The child ended over a page, and the file with it.
    Lost { position: u32, why: String },
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

    /// Writes the text of a document. A page without a result becomes an empty page, so that the numbers of the others
    /// stay right. Hidden pages are left out unless `hidden`, or unless there are no others.
    ///
    /// # Errors
    /// A result cannot be read, or `out` cannot be written.
    pub async fn write_text(
        &self,
        document: &DocumentRecord,
        format: TextFormat,
        hidden: bool,
        out: impl Write,
    ) -> Result<Shortfall, AppError> {
        let pages = self.exported(document.id, hidden).await?;
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
        let batch = self.store.batch(document.batch).await?;
        let mut shortfall = Shortfall::default();
        let mut writer = TextWriter::begin(format, out, document.id, &title, &processing).map_err(failed)?;
        for page in &pages {
            let text = match (self.page_text(page).await?, &batch) {
                (Some(text), _) => text,
                (None, batch) => {
                    shortfall.without_result.push(page.position);
                    // A document without its batch does not exist; without a pipeline there is nothing to state.
                    let Some(batch) = batch else { continue };
                    unread(page, &batch.pipeline)
                }
            };
            writer.add(&text).map_err(failed)?;
        }
        writer.end().map_err(failed)?;
        Ok(shortfall)
    }

    /// Writes a searchable PDF/A of a document; hidden pages as for [`App::write_text`]. A page that ends the child is
    /// left out: the file is begun again without it.
    ///
    /// # Errors
    /// A result cannot be read, no child can work, no page can be drawn, or `out` cannot be written.
    pub async fn write_pdf(
        &self,
        document: &DocumentRecord,
        hidden: bool,
        out: &mut File,
    ) -> Result<Shortfall, AppError> {
        let pages = self.exported(document.id, hidden).await?;
        let pool = parts::pool(&self.config, false, 1)?;
        let mut sources = Sources::of(Some(document.id));
        let mut fatal: Vec<u32> = Vec::new();
        let written = loop {
            out.set_len(0)
                .and_then(|()| out.rewind())
                .map_err(|cause| AppError::Write { what: "the PDF".into(), cause })?;
            let left = pages.iter().filter(|page| !fatal.contains(&page.position));
            match self.try_pdf(&pool, document, left, &mut sources, out).await? {
                Attempt::Written(shortfall) => break shortfall,
                Attempt::Lost { position, why } => {
                    fatal.push(position);
                    if fatal.len() > MOST_RESTARTS {
                        return Err(AppError::Child(format!(
                            "the PDF cannot be written: more than {MOST_RESTARTS} pages ended the process that draws \
                             them, at last page {position}: {why}"
                        )));
                    }
                }
            }
        };
        pool.shut_down().await;
        let mut shortfall = written;
        shortfall.not_drawn.append(&mut fatal);
        shortfall.not_drawn.sort_unstable();
        Ok(shortfall)
    }

    /// Writes the PDF from its beginning, until a page ends the child.
    async fn try_pdf<'a>(
        &self,
        pool: &Pool,
        document: &DocumentRecord,
        pages: impl Iterator<Item = &'a DocumentPage>,
        sources: &mut Sources,
        out: &File,
    ) -> Result<Attempt, AppError> {
        let failed = |why: String| AppError::Child(format!("the PDF cannot be written: {why}"));
        let mut child = pool.lease().await?;
        let begin = Request::BeginPdf { title: title(document), made_at: self.clock.now() };
        let (begun, _) = self.call(&mut child, &begin, out).await.map_err(|cause| failed(cause.to_string()))?;
        plainly_done(begun).map_err(failed)?;
        let mut shortfall = Shortfall::default();
        let mut added = 0_u32;
        for page in pages {
            let text = self.page_text(page).await?.map(Box::new);
            if text.is_none() {
                shortfall.without_result.push(page.position);
            }
            let request = |drawing: Drawing, place: PageId| Request::AddPdfPage {
                page: place,
                turn: page.view.turn,
                text: text.clone(),
                drawing,
            };
            match self.ask_about(&mut child, (page.view.page, page.record.size), sources, request).await? {
                Ok((Response::PageAdded { text_left_out }, _)) => {
                    added += 1;
                    if text_left_out {
                        shortfall.without_text.push(page.position);
                    }
                }
                Ok((Response::Rejected(_), _)) => shortfall.not_drawn.push(page.position),
                Ok((answer, _)) => plainly_done(answer).map_err(failed)?,
                Err(cause) => return Ok(Attempt::Lost { position: page.position, why: cause.to_string() }),
            }
        }
        if added == 0 {
            child.discard();
            return Err(failed(
                "none of the pages can be drawn; `muniment export --format original` gives the file".into(),
            ));
        }
        let (ended, _) =
            self.call(&mut child, &Request::EndPdf, out).await.map_err(|cause| failed(cause.to_string()))?;
        plainly_done(ended).map_err(failed)?;
        Ok(Attempt::Written(shortfall))
    }

    /// Draws a page as its document shows it, with marks on it that refer to its current result; returns the PNG and its
    /// size.
    ///
    /// # Errors
    /// The page cannot be drawn.
    pub async fn draw_page(
        &self,
        page: &DocumentPage,
        longest_side: u32,
        marks: Vec<Mark>,
    ) -> Result<(Size, Vec<u8>), AppError> {
        let read = self.page_text(page).await?.map(|text| text.image);
        let pool = parts::pool(&self.config, false, 1)?;
        let mut child = pool.lease().await?;
        let request = |drawing: Drawing, place: PageId| Request::Draw {
            scan: place.scan,
            number: place.number,
            longest_side,
            turn: page.view.turn,
            marks: marks.clone(),
            marked: read.map(|image| Size { width: image.width, height: image.height }),
            drawing,
        };
        let mut sources = Sources::of(None);
        let answer = self.ask_about(&mut child, (page.view.page, page.record.size), &mut sources, request).await?;
        drop(child);
        pool.shut_down().await;
        match answer.map_err(|cause| AppError::Child(format!("the page cannot be drawn: {cause}")))? {
            (Response::Drawn(size), png) => Ok((size, png)),
            (Response::Rejected(reject), _) => Err(AppError::Child(reject.message)),
            (Response::Failed(why), _) => Err(AppError::Child(format!("the page cannot be drawn: {why}"))),
            _ => Err(AppError::Child("the page cannot be drawn".into())),
        }
    }

    /// Returns the pages that an export is made of.
    async fn exported(&self, document: DocumentId, hidden: bool) -> Result<Vec<DocumentPage>, AppError> {
        let mut pages = self.pages(document).await?;
        if !hidden && pages.iter().any(|page| !page.view.hidden) {
            pages.retain(|page| !page.view.hidden);
        }
        Ok(pages)
    }

    /// Asks about a page: as we draw it; where that lacks something, as another renderer draws it; where that cannot, as
    /// we draw it all the same. A page that nobody can draw is answered with a reject.
    pub(super) async fn ask_about(
        &self,
        child: &mut Leased<'_>,
        (id, size): (PageId, Size),
        sources: &mut Sources,
        request: impl Fn(Drawing, PageId) -> Request,
    ) -> Result<Result<(Response, Vec<u8>), CallError>, AppError> {
        let (file, place) = self.source(sources, id).await?;
        let request = |drawing| request(drawing, place);
        let answer = self.call(child, &request(Drawing::Own), &file).await;
        if !matches!(answer, Ok((Response::DrawElsewhere, _))) {
            return Ok(answer);
        }
        let copy = file.try_clone().map_err(|cause| AppError::Write { what: "the drawing".into(), cause })?;
        let why = match self.redrawer()?.draw(copy, place.number, size).await {
            Ok(drawing) => match self.call(child, &request(Drawing::Elsewhere), &drawing).await {
                Ok((Response::Rejected(reject), _)) => reject.message,
                answer => return Ok(answer),
            },
            Err(why) => why,
        };
        Ok(match self.call(child, &request(Drawing::AsIs), &file).await {
            Ok((Response::DrawElsewhere, png)) => {
                let message = format!("Page {} cannot be drawn: {why}.", id.number);
                Ok((Response::Rejected(Reject::page(id.number, RejectReason::Crash, message)), png))
            }
            answer => answer,
        })
    }

    async fn call(
        &self,
        child: &mut Leased<'_>,
        request: &Request,
        file: &File,
    ) -> Result<(Response, Vec<u8>), CallError> {
        let deadline = Duration::from_secs(self.config.recognition.page_seconds);
        child.call(request, &[file.as_fd()], deadline).await
    }
}

/// Takes an answer that can only be yes or no.
fn plainly_done(answer: Response) -> Result<(), String> {
    match answer {
        Response::Done => Ok(()),
        Response::Failed(why) => Err(why),
        _ => Err("the child gave an answer to another question".into()),
    }
}

/// Makes the empty text of a page that has no result; its findings say why.
fn unread(page: &DocumentPage, pipeline: &PipelineStamp) -> PageText {
    let Size { width, height } = page.record.size;
    let estimated = from_size(width, height);
    PageText {
        schema: PAGE_TEXT_SCHEMA,
        page: page.view.page,
        pipeline: pipeline.clone(),
        engine: "none".into(),
        source: TextSource::None,
        image: PageImage { width, height, dpi: page.record.dpi.unwrap_or((estimated, estimated)) },
        upright: page.view.turn,
        skew_degrees: 0.0,
        hidden: page.view.hidden,
        codes: Vec::new(),
        separators: Vec::new(),
        blocks: Vec::new(),
        findings: page.record.findings.clone(),
    }
}

/// Returns the title of a document's export: its id, never a name.
fn title(document: &DocumentRecord) -> String {
    format!("Document {}", document.id)
}
