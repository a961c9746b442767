//! The requests, one function each. What the child keeps between them: the recogniser, the file opened last, and the
//! PDF being written.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::os::fd::OwnedFd;
use std::process::ExitCode;
use std::sync::Arc;

use crate::chart::{Digest, Finding, FindingKind, PageId, PageNumber, Reject, RejectReason, Secret, Severity};
use crate::ocr::models::Models;
use crate::ocr::user_words::UserWords;
use crate::pipeline::born_digital::OwnText;
use crate::pipeline::definition::Definition;
use crate::pipeline::engines::Engines;
use crate::pipeline::phases::ScannedPage;
use crate::pipeline::{page, stages};
use crate::sandbox::{self, map_file};

use super::message::{Drawing, Request, Response, Setup};
use super::source::{Bytes, Lack, Source, SourcePage};
use super::write_pdf::{Added, PdfInProgress};
use super::{cut, draw, pieces};

/// A response with its attachment.
type Answer = (Response, Option<Vec<u8>>);
/// A failure to answer that is no fault of the file.
type Failure = String;

/// What the child keeps.
struct Desk {
    setup: Setup,
    engines: Option<Engines>,
    opened: Option<(Digest, Source)>,
    pdf: Option<PdfInProgress>,
}

/// Serves the parent until it closes the channel.
pub fn serve() -> ExitCode {
    sandbox::child::serve(Desk::set_up, Desk::answer)
}

impl Desk {
    fn set_up(setup: Setup) -> Result<Self, String> {
        let engines = match &setup.languages {
            Some(languages) => Some(load_engines(languages, &setup)?),
            None => None,
        };
        Ok(Self { setup, engines, opened: None, pdf: None })
    }

    fn answer(&mut self, request: Request, files: Vec<OwnedFd>) -> (Response, Option<Vec<u8>>) {
        let mut files = files.into_iter();
        let own_drawing = is_about_own_drawing(&request);
        match self.carry_out(request, &mut files) {
            Ok(Ok(answer)) => answer,
            // A decoder gave up on the page; another program's may not.
            Ok(Err(reject)) if reject.reason == RejectReason::Crash && own_drawing => (Response::DrawElsewhere, None),
            Ok(Err(reject)) => (Response::Rejected(reject), None),
            Err(failure) => (Response::Failed(failure), None),
        }
    }

    fn carry_out(
        &mut self,
        request: Request,
        files: &mut impl Iterator<Item = OwnedFd>,
    ) -> Result<Result<Answer, Reject>, Failure> {
        let mut next = || files.next().ok_or_else(|| Failure::from("the request came without its file"));
        let plain = |response| (response, None);
        Ok(match request {
            Request::Inspect { scan, passwords } => {
                self.source(scan, next()?, &passwords)?.map(|source| plain(Response::Inspected(source.inspection())))
            }
            Request::Decrypt { scan, passwords } => {
                let (file, copy) = (next()?, next()?);
                match self.source(scan, file, &passwords)? {
                    Ok(source) => decrypt(source, copy)?.map(|()| plain(Response::Done)),
                    Err(reject) => Err(reject),
                }
            }
            Request::Read { page, definition, drawing } => self.read(page, &definition, drawing, next()?)?.map(plain),
            Request::Draw { scan, number, longest_side, turn, marks, marked, drawing } => {
                match self.page(scan, number, drawing, next()?)? {
                    Ok(page) if page.lack.wants_another(drawing) => Ok(plain(Response::DrawElsewhere)),
                    Ok(page) => draw::png(&page.raster, longest_side, turn, &marks, marked)
                        .map(|(size, png)| Ok((Response::Drawn(size), Some(png))))?,
                    Err(reject) => Err(reject),
                }
            }
            Request::Pieces { scan, number, size, turn, levels, drawing } => {
                if size.pixels() > self.setup.limits.max_pixels {
                    return Err("the page is too large to be shown".into());
                }
                match self.page(scan, number, drawing, next()?)? {
                    Ok(page) if page.lack.wants_another(drawing) => Ok(plain(Response::DrawElsewhere)),
                    Ok(page) => pieces::pieces(page.raster, size, turn, &levels)
                        .map(|(lengths, bytes)| Ok((Response::Pieces(lengths), Some(bytes))))?,
                    Err(reject) => Err(reject),
                }
            }
            Request::Cut { scan, pages, lossless } => {
                let (file, copy) = (next()?, next()?);
                let limits = self.setup.limits;
                match self.source(scan, file, &[])? {
                    Ok(source) => match cut::cut(source, &pages, lossless, limits) {
                        Ok((cut, bytes)) => write_whole(copy, &bytes).map(|()| Ok(plain(Response::Cut(cut))))?,
                        Err(reject) => Err(reject),
                    },
                    Err(reject) => Err(reject),
                }
            }
            Request::BeginPdf { title, made_at } => {
                self.pdf = Some(PdfInProgress::begin(File::from(next()?), &title, made_at)?);
                Ok(plain(Response::Done))
            }
            Request::AddPdfPage { page, turn, text, drawing } => {
                let file = next()?;
                let mut pdf = self.pdf.take().ok_or("no PDF was begun")?;
                let added = if drawing == Drawing::Elsewhere {
                    self.drawing(file).and_then(|source| match source {
                        Ok(source) => pdf.add(&source, PageNumber::FIRST, turn, text.as_deref(), drawing),
                        Err(reject) => Ok(Err(reject)),
                    })
                } else {
                    self.source(page.scan, file, &[]).and_then(|source| match source {
                        Ok(source) => pdf.add(source, page.number, turn, text.as_deref(), drawing),
                        Err(reject) => Ok(Err(reject)),
                    })
                };
                // Kept whatever became of this page, so that a later request is answered with its own failure.
                self.pdf = Some(pdf);
                added?.map(|added| {
                    plain(match added {
                        Added::Whole => Response::PageAdded { text_left_out: false },
                        Added::WithoutText => Response::PageAdded { text_left_out: true },
                        Added::DrawElsewhere => Response::DrawElsewhere,
                    })
                })
            }
            Request::EndPdf => {
                self.pdf.take().ok_or("no PDF was begun")?.end()?;
                Ok(plain(Response::Done))
            }
        })
    }

    /// Opens the file, or takes the one that is open already: pages of one file tend to come in a row.
    fn source(
        &mut self,
        scan: Digest,
        file: OwnedFd,
        passwords: &[Secret],
    ) -> Result<Result<&Source, Reject>, Failure> {
        if self.opened.as_ref().is_none_or(|(digest, _)| *digest != scan) {
            self.opened = None;
            let data: Bytes = match map_file(&file) {
                Ok(data) => Arc::new(data),
                Err(cause) if cause.kind() == ErrorKind::OutOfMemory => return Ok(Err(larger_than_memory())),
                Err(cause) => return Err(format!("the file cannot be mapped: {cause}")),
            };
            match Source::open(data, passwords, self.setup.limits) {
                Ok(source) => self.opened = Some((scan, source)),
                Err(reject) => return Ok(Err(reject)),
            }
        }
        self.opened.as_ref().map(|(_, source)| Ok(source)).ok_or_else(|| "no file is open".into())
    }

    /// Opens a page as another renderer drew it.
    fn drawing(&self, file: OwnedFd) -> Result<Result<Source, Reject>, Failure> {
        let data: Bytes = Arc::new(map_file(&file).map_err(|cause| format!("the drawing cannot be mapped: {cause}"))?);
        Ok(Source::open(data, &[], self.setup.limits))
    }

    fn page(
        &mut self,
        scan: Digest,
        number: PageNumber,
        drawing: Drawing,
        file: OwnedFd,
    ) -> Result<Result<SourcePage, Reject>, Failure> {
        let page = if drawing == Drawing::Elsewhere {
            let page = self.drawing(file)?.and_then(|drawing| drawing.page(PageNumber::FIRST));
            page.map(|page| SourcePage { lack: Lack::Nothing, ..page })
        } else {
            self.source(scan, file, &[])?.and_then(|source| source.page(number))
        };
        Ok(page.map_err(|reject| Reject { page: Some(number), ..reject }))
    }

    fn read(
        &mut self,
        id: PageId,
        definition: &Definition,
        drawing: Drawing,
        file: OwnedFd,
    ) -> Result<Result<Response, Reject>, Failure> {
        let mut page = match self.page(id.scan, id.number, drawing, file)? {
            Ok(page) => page,
            Err(reject) => return Ok(Err(reject)),
        };
        let has_text = page.text.is_some();
        let own_text = OwnText::judge(page.text.take(), page.raster.size(), &definition.born_digital);
        let own_text_serves = own_text.is_usable();
        let lack = page.lack;
        // A drawing that lacks parts only does not matter where the file itself says what stands on the page.
        if lack.wants_another(if own_text_serves { Drawing::AsIs } else { drawing }) {
            return Ok(Ok(Response::DrawElsewhere));
        }
        let page = match &self.opened {
            Some((_, source)) if has_text && !own_text_serves => match source.page_for_recognition(id.number) {
                Ok(page) => page,
                Err(reject) => return Ok(Err(Reject { page: Some(id.number), ..reject })),
            },
            _ => page,
        };
        let engines = self.engines.as_mut().ok_or("this child has no recogniser")?;
        let mut recognizer = engines.recognizer(definition.recognise.engine);
        let page = ScannedPage { raster: page.raster, own_text };
        let mut text = page::read(page, definition, recognizer.as_mut(), id).map_err(|cause| cause.to_string())?;
        if lack == Lack::Parts && !own_text_serves {
            text.findings.push(parts_missing());
        }
        Ok(Ok(Response::Read(Box::new(text))))
    }
}

/// Says whether the request is about a page as we draw it.
const fn is_about_own_drawing(request: &Request) -> bool {
    match request {
        Request::Read { drawing, .. }
        | Request::Draw { drawing, .. }
        | Request::Pieces { drawing, .. }
        | Request::AddPdfPage { drawing, .. } => !matches!(drawing, Drawing::Elsewhere),
        _ => false,
    }
}

fn larger_than_memory() -> Reject {
    let message = "The file does not fit into the memory allowed. Raise recognition.memory_mib above the file's size.";
    Reject::file(RejectReason::MemoryLimit, message)
}

fn parts_missing() -> Finding {
    let message = "Form fields or letters of this page could not be drawn, and pdftoppm failed or is not installed: \
                   the text may lack them. Install poppler-utils and read the page again."
        .to_owned();
    stages::finding("decode", FindingKind::Damaged, Severity::Check, 1.0, message)
}

fn load_engines(languages: &str, setup: &Setup) -> Result<Engines, String> {
    let languages: Vec<String> = languages.split('+').map(str::to_owned).collect();
    let models = Models::find(setup.tessdata.as_deref()).map_err(|cause| cause.to_string())?;
    let words = setup.user_words.as_deref().map(UserWords::read).transpose().map_err(|cause| cause.to_string())?;
    Engines::load_with(&models, &languages, &words.unwrap_or_default()).map_err(|cause| cause.to_string())
}

fn decrypt(source: &Source, copy: OwnedFd) -> Result<Result<(), Reject>, Failure> {
    let mut out = BufWriter::new(File::from(copy));
    match source.decrypted_copy(&mut out) {
        Ok(written) => {
            let written = written.and_then(|()| out.flush());
            written.map(Ok).map_err(|cause| format!("the decrypted copy cannot be written: {cause}"))
        }
        Err(reject) => Ok(Err(reject)),
    }
}

fn write_whole(file: OwnedFd, bytes: &[u8]) -> Result<(), Failure> {
    let mut out = File::from(file);
    out.write_all(bytes).and_then(|()| out.flush()).map_err(|cause| format!("the cut cannot be written: {cause}"))
}
