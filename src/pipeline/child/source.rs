//! A scan file opened for reading its pages, whatever its format.

use std::io::Write;
use std::sync::Arc;

use crate::chart::{Block, PageNumber, Reject, RejectReason, Secret, Size};
use crate::imaging::decode::{self, FileInfo, Format};
use crate::imaging::{Limits, Raster};
use crate::pdf::read::{CopyError, Document, PdfPage};
use crate::pdf::stream_of_file::placed_image;
use crate::pdf::write::OutputImage;
use crate::pdf::{self, PlacedImage};

use super::message::{Drawing, FileLimits, InspectedPage, Inspection};

/// The bytes of a scan file, mapped or in memory.
pub type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Resolution at which a PDF page is measured before it is decoded.
const NOMINAL_DPI: f32 = 300.0;

/// An opened scan file.
pub struct Source {
    data: Bytes,
    kind: Kind,
    limits: FileLimits,
}

enum Kind {
    Raster(FileInfo),
    Pdf(Box<Document>),
}

/// What our own drawing of a page lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// Nothing.
    Nothing,
    /// Form fields without an appearance, or letters that no font at hand has.
    Parts,
    /// All of it: the drawing is empty although the page is not.
    Everything,
}

impl Lack {
    const fn of(page: &PdfPage) -> Self {
        match (page.suspect_blank, page.incomplete) {
            (true, _) => Self::Everything,
            (false, true) => Self::Parts,
            (false, false) => Self::Nothing,
        }
    }

    /// Says whether another renderer should draw the page. With [`Drawing::AsIs`] none can: then a part is better than
    /// nothing, but an empty drawing would pass for a blank page.
    pub const fn wants_another(self, drawing: Drawing) -> bool {
        match self {
            Self::Nothing => false,
            Self::Parts => !matches!(drawing, Drawing::AsIs),
            Self::Everything => true,
        }
    }
}

/// One page of a scan file as it was found: nothing is prepared yet.
pub struct SourcePage {
    /// Its pixels.
    pub raster: Raster,
    /// Text that the program which made the file wrote into it, in pixels of the page image.
    pub text: Option<Vec<Block>>,
    /// What the drawing lacks.
    pub lack: Lack,
}

/// One page as a PDF carries it.
pub struct OutputSource {
    /// The image: its encoded stream where PDF can carry it, else pixels.
    pub image: OutputImage,
    /// Pixels per inch of the page image.
    pub dpi: Option<(f32, f32)>,
    /// Size of the page image in pixels.
    pub size: Size,
    /// Size in points, where the file is a PDF and tells.
    pub points: Option<(f32, f32)>,
    /// What the drawing lacks.
    pub lack: Lack,
}

impl Source {
    /// Opens a file. `passwords` are tried in turn on an encrypted one.
    ///
    /// # Errors
    /// What is wrong with the file and what to do.
    pub fn open(data: Bytes, passwords: &[Secret], limits: FileLimits) -> Result<Self, Reject> {
        let bytes: &[u8] = (*data).as_ref();
        if bytes.is_empty() {
            return Err(Reject::file(RejectReason::Empty, "The file has no bytes. Scan or export it again."));
        }
        let kind = match decode::sniff(bytes) {
            Some(Format::Pdf) => Kind::Pdf(Box::new(open_pdf(&data, passwords, &pdf_limits(limits))?)),
            _ => Kind::Raster(decode::inspect(bytes, &raster_limits(limits))?),
        };
        Ok(Self { data, kind, limits })
    }

    /// Says what the file holds.
    pub fn inspection(&self) -> Inspection {
        match &self.kind {
            Kind::Raster(info) => Inspection {
                format: info.format.name().to_owned(),
                encrypted: false,
                damaged: info.damaged,
                pages: info.pages.iter().map(|page| InspectedPage { size: page.size, dpi: page.dpi }).collect(),
            },
            Kind::Pdf(document) => Inspection {
                format: Format::Pdf.name().to_owned(),
                encrypted: document.is_encrypted(),
                damaged: document.is_damaged(),
                pages: (0..document.page_count())
                    .map(|index| nominal(document, PageNumber::from_index(index)))
                    .collect(),
            },
        }
    }

    /// Decodes one page.
    ///
    /// # Errors
    /// What is wrong with the page.
    pub fn page(&self, number: PageNumber) -> Result<SourcePage, Reject> {
        match &self.kind {
            Kind::Raster(_) => {
                let raster = decode::page(self.bytes(), number, &raster_limits(self.limits))?;
                Ok(SourcePage { raster, text: None, lack: Lack::Nothing })
            }
            Kind::Pdf(document) => {
                let page = document.page(number, &pdf_limits(self.limits))?;
                let born_digital = page.is_born_digital();
                Ok(pdf_page(page, born_digital))
            }
        }
    }

    /// Decodes one page whose own text is of no use, finely enough for recognition.
    ///
    /// # Errors
    /// What is wrong with the page.
    pub fn page_for_recognition(&self, number: PageNumber) -> Result<SourcePage, Reject> {
        match &self.kind {
            Kind::Raster(_) => self.page(number),
            Kind::Pdf(document) => {
                Ok(pdf_page(document.page_for_recognition(number, &pdf_limits(self.limits))?, false))
            }
        }
    }

    /// Returns a page as a PDF carries it.
    ///
    /// # Errors
    /// What is wrong with the page.
    pub fn output_page(&self, number: PageNumber) -> Result<OutputSource, Reject> {
        match &self.kind {
            Kind::Raster(info) => {
                let page = usize::try_from(number.index()).ok().and_then(|index| info.pages.get(index));
                if let (Some(page), false) = (page, info.damaged)
                    && let Some(placed) = placed_image(self.bytes(), number)
                    && placed.shown_size() == page.size
                {
                    return Ok(OutputSource {
                        image: OutputImage::Placed(placed),
                        dpi: page.dpi,
                        size: page.size,
                        points: None,
                        lack: Lack::Nothing,
                    });
                }
                let raster = decode::page(self.bytes(), number, &raster_limits(self.limits))?;
                let (dpi, size) = (raster.dpi, raster.size());
                Ok(OutputSource {
                    image: OutputImage::Pixels(raster.image),
                    dpi,
                    size,
                    points: None,
                    lack: Lack::Nothing,
                })
            }
            Kind::Pdf(document) => {
                let page = document.page(number, &pdf_limits(self.limits))?;
                let size = Size { width: page.image.width(), height: page.image.height() };
                let lack = Lack::of(&page);
                let image = match page.stream {
                    Some(stream) => OutputImage::Placed(PlacedImage { stream, orientation: page.stream_orientation }),
                    None => OutputImage::Pixels(page.image),
                };
                Ok(OutputSource { image, dpi: Some(page.dpi), size, points: Some(page.size_points), lack })
            }
        }
    }

    /// Writes a copy of an encrypted PDF without its encryption.
    ///
    /// # Errors
    /// The file is no PDF, or no faithful copy can be made; `Ok(Err)` when `out` fails.
    pub fn decrypted_copy(&self, out: &mut dyn Write) -> Result<std::io::Result<()>, Reject> {
        let Kind::Pdf(document) = &self.kind else {
            return Err(Reject::file(RejectReason::UnsupportedFeature, "Only PDF files are decrypted."));
        };
        match document.decrypted_copy(out) {
            Ok(()) => Ok(Ok(())),
            Err(CopyError::Io(cause)) => Ok(Err(cause)),
            Err(CopyError::Rejected(reject)) => Err(reject),
        }
    }

    /// Returns the bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        (*self.data).as_ref()
    }
}

/// Takes over a page of a PDF. Text that an earlier recogniser hid over a scan is not trusted: nobody knows how it was made.
fn pdf_page(page: PdfPage, born_digital: bool) -> SourcePage {
    SourcePage {
        lack: Lack::of(&page),
        text: page.text.filter(|_| born_digital),
        raster: Raster { image: page.image, dpi: Some(page.dpi), bilevel: false, damaged: page.damaged },
    }
}

/// Opens a PDF without a password, then with each that was given.
fn open_pdf(data: &Bytes, passwords: &[Secret], limits: &pdf::Limits) -> Result<Document, Reject> {
    let mut outcome = Document::open(data.clone(), None, limits);
    for password in passwords {
        match &outcome {
            Err(reject) if reject.reason == RejectReason::NeedsPassword => {
                outcome = Document::open(data.clone(), Some(password.reveal()), limits);
            }
            _ => break,
        }
    }
    outcome
}

/// What a PDF page measures at the usual resolution of a scan; its real pixels are known once it is decoded.
fn nominal(document: &Document, number: PageNumber) -> InspectedPage {
    let (width, height) = document.page_size_points(number).unwrap_or((612.0, 792.0));
    let pixels = |points: f32| (points / 72.0 * NOMINAL_DPI).round().clamp(1.0, 1e6) as u32;
    InspectedPage { size: Size { width: pixels(width), height: pixels(height) }, dpi: Some((NOMINAL_DPI, NOMINAL_DPI)) }
}

fn pdf_limits(limits: FileLimits) -> pdf::Limits {
    pdf::Limits { max_file_bytes: limits.max_file_bytes, max_pages: limits.max_pages, max_pixels: limits.max_pixels }
}

fn raster_limits(limits: FileLimits) -> Limits {
    Limits { max_file_bytes: limits.max_file_bytes, max_pages: limits.max_pages, max_pixels: limits.max_pixels }
}
