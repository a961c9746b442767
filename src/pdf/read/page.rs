//! One page: which way its image is made, and what text comes with it.

use hayro_interpret::kurbo::Rect;
use hayro_syntax::page::Page;
use image::DynamicImage;
use image::metadata::Orientation;

use super::bombs::oversized_stream;
use super::canvas::Canvas;
use super::document::size_points;
use super::fields;
use super::glyphs::Glyph;
use super::layout::{self, ToPixels};
use super::raster::{self, Plan, decode, image_share, is_ink, orientation, oriented, plan};
use super::render::render;
use super::survey::{Survey, page_rect, survey};
use super::unwinding::{Unwound, contain};
use super::words::{self, PlacedWord};
use crate::chart::{Block, PageNumber, Reject, RejectReason, Size};
use crate::pdf::{ImageStream, Limits};

/// The resolution for pages that have to be recognised and hold no image to go by.
const RECOGNITION_DPI: f64 = 300.0;
/// The resolution for pages that bring their own text.
const VIEWING_DPI: f64 = 150.0;
/// The share of a page from which on images, not letters, are what the page is about.
const PICTURE_SHARE: f64 = 0.5;
/// The share of a page from which on an image counts for the resolution: that of a label whose bars have to be read.
const LAYER_SHARE: f64 = 0.01;
/// The share of unknown letters from which on a page's own text is of no use.
const UNKNOWN_SHARE: f64 = 0.2;
/// What stands for a letter that the file does not name.
const UNKNOWN: char = '\u{FFFD}';
/// As many letters over a full image are more than a stamp or a running number: the image is a background.
const STAMP_LETTERS: usize = 300;

/// One page of a PDF.
#[derive(Debug, Clone)]
pub struct PdfPage {
    /// The page as a viewer shows it; only `ImageLuma8` or `ImageRgb8`.
    pub image: DynamicImage,
    /// Pixels per inch across and down.
    pub dpi: (f32, f32),
    /// Width and height in points of 1/72 inch, as a viewer shows the page.
    pub size_points: (f32, f32),
    /// The text that the file holds, in pixels of `image`; `None` when there is none.
    pub text: Option<Vec<Block>>,
    /// What kind of text `text` is.
    pub text_origin: TextOrigin,
    /// The share of the page that images cover, 0 to 1. A page of letters over a full image is a scan with a stamp.
    pub image_share: f32,
    /// The page's only image, still encoded, when it covers the page and nothing else is painted.
    pub stream: Option<ImageStream>,
    /// What makes the image in `stream` look as `image` does.
    pub stream_orientation: Orientation,
    /// Whether the image came out white although the page paints something: another renderer should be asked.
    pub suspect_blank: bool,
    /// Whether `image` lacks something that the page holds: form fields without an appearance, letters that no font at
    /// hand has. Another renderer may draw them.
    pub incomplete: bool,
    /// Whether data is missing: an image is cut off or cannot be decoded, or the page passes the survey's bounds.
    pub damaged: bool,
}

/// What kind of text a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextOrigin {
    /// Letters that a viewer shows: text written by a program.
    Visible,
    /// Letters that nobody sees, laid over or under a scan by someone's earlier recognition.
    Hidden,
    /// No letters at all.
    Absent,
}

impl PdfPage {
    /// Says whether the page brings its own text, so that it needs no recognition: letters that a viewer shows, readable
    /// for the most part, and more than a stamp on a scan.
    pub fn is_born_digital(&self) -> bool {
        let words = || self.text.iter().flatten().flat_map(|block| &block.lines).flat_map(|line| &line.words);
        let (letters, unknown) = words().fold((0, 0), |(letters, unknown), word| {
            (letters + word.text.chars().count(), unknown + word.text.matches(UNKNOWN).count())
        });
        self.text_origin == TextOrigin::Visible
            && is_readable(letters, unknown)
            && (f64::from(self.image_share) < PICTURE_SHARE || letters >= STAMP_LETTERS)
    }
}

/// Reads a page, with or without its own text; a panic on the way becomes a reject.
pub(super) fn read_page<'a>(
    page: &'a Page<'a>,
    number: PageNumber,
    limits: &Limits,
    own_text: bool,
) -> Result<PdfPage, Reject> {
    if let Some(bound) = oversized_stream(page) {
        return Err(Reject::page(
            number,
            RejectReason::MemoryLimit,
            format!("A stream of page {number} unpacks to more than {bound} bytes, the limit for its kind."),
        ));
    }
    contain(|| read(page, number, limits, own_text)).unwrap_or_else(|unwound| {
        Err(match unwound {
            Unwound::Stopped => Reject::page(
                number,
                RejectReason::MemoryLimit,
                format!("Page {number} paints more letters or shapes than a page can hold. Ask for a print of it."),
            ),
            Unwound::Panicked => Reject::page(
                number,
                RejectReason::Crash,
                format!("The reader of PDF files failed on page {number}. Ask for a print of it."),
            ),
        })
    })
}

fn read<'a>(page: &'a Page<'a>, number: PageNumber, limits: &Limits, own_text: bool) -> Result<PdfPage, Reject> {
    let survey = survey(page);
    check_images(&survey, number, limits)?;
    let area = page_rect(page);
    let plan = plan(&survey, area);
    let made = match &plan {
        Plan::Cover(place) => cover(page, &survey, *place),
        Plan::Canvas(places) => canvas(page, &survey, places, area, limits),
        Plan::Render => None,
    };
    // A plain scan that cannot be decoded still goes to the renderer, which shows whatever else there is.
    let broken = made.is_none() && matches!(plan, Plan::Cover(_));
    let under = match &plan {
        Plan::Cover(place) => survey.images.get(*place).map_or(0, |image| image.order),
        Plan::Canvas(places) if places.len() == 1 => survey.images.get(places[0]).map_or(0, |image| image.order),
        _ => 0,
    };
    let unpainted = fields::unpainted_words(page);
    let seen = |glyph: &&Glyph| own_text && !glyph.hidden && glyph.order > under;
    let visible = words::words(survey.glyphs.iter().filter(seen));
    let size = size_points(page);
    let made = match made {
        Some(made) => made,
        None => rendered(page, &survey, size, area, &visible, limits).ok_or_else(|| no_pixels(number))?,
    };
    let image_size = Size { width: made.image.width(), height: made.image.height() };
    let to_pixels = ToPixels {
        scale: (f64::from(image_size.width) / area.width(), f64::from(image_size.height) / area.height()),
        size: image_size,
    };
    let incomplete = !unpainted.is_empty() || survey.letters_missing;
    let (text, text_origin) = if own_text {
        let shown = visible.into_iter().chain(unpainted).collect();
        text(shown, || words::words(survey.glyphs.iter().filter(|glyph| !seen(glyph))), to_pixels)
    } else {
        (Vec::new(), TextOrigin::Absent)
    };
    Ok(PdfPage {
        dpi: (
            (f64::from(image_size.width) * 72.0 / f64::from(size.0)) as f32,
            (f64::from(image_size.height) * 72.0 / f64::from(size.1)) as f32,
        ),
        image: made.image,
        size_points: size,
        text: (!text.is_empty()).then_some(text),
        text_origin,
        image_share: image_share(&survey.images, area) as f32,
        stream: made.stream,
        stream_orientation: made.orientation,
        suspect_blank: made.suspect_blank,
        incomplete,
        damaged: made.damaged || broken || survey.truncated,
    })
}

/// Arranges the words that are shown, or else those that are not.
fn text(
    shown: Vec<PlacedWord>,
    hidden: impl FnOnce() -> Vec<PlacedWord>,
    to_pixels: ToPixels,
) -> (Vec<Block>, TextOrigin) {
    let blocks = layout::blocks(shown, to_pixels);
    if !blocks.is_empty() {
        return (blocks, TextOrigin::Visible);
    }
    let blocks = layout::blocks(hidden(), to_pixels);
    let origin = if blocks.is_empty() { TextOrigin::Absent } else { TextOrigin::Hidden };
    (blocks, origin)
}

/// The pixels of a page, however they were made.
struct Made {
    image: DynamicImage,
    stream: Option<ImageStream>,
    orientation: Orientation,
    suspect_blank: bool,
    damaged: bool,
}

fn cover(page: &Page<'_>, survey: &Survey, place: usize) -> Option<Made> {
    let image = survey.images.get(place)?;
    let orientation = orientation(image)?;
    let mut decoded = None;
    decode(page, &[image], &mut |_, found| decoded = found);
    let raster::Decoded { pixels, stream, damaged } = decoded?;
    Some(Made { image: oriented(pixels, orientation), stream, orientation, suspect_blank: false, damaged })
}

fn canvas(page: &Page<'_>, survey: &Survey, places: &[usize], area: Rect, limits: &Limits) -> Option<Made> {
    let parts: Vec<_> = places.iter().filter_map(|place| survey.images.get(*place)).collect();
    let (image, damaged) = Canvas::new(&parts, area, limits.max_pixels)?.paint(page, &parts)?;
    Some(Made { image, stream: None, orientation: Orientation::NoTransforms, suspect_blank: false, damaged })
}

fn rendered<'a>(
    page: &'a Page<'a>,
    survey: &Survey,
    size: (f32, f32),
    area: Rect,
    visible: &[PlacedWord],
    limits: &Limits,
) -> Option<Made> {
    let unit = f64::from(size.0) / area.width();
    let dpi = resolution(survey, area, unit, visible);
    let rendered = render(page, size, dpi, limits.max_pixels)?;
    let paints = survey.first_dark_mark.is_some()
        || survey.images.iter().any(|image| image.visible(area).area() > 0.0)
        || survey.glyphs.iter().any(|glyph| !glyph.hidden && is_ink(&glyph.text));
    Some(Made {
        image: rendered.image,
        stream: None,
        orientation: Orientation::NoTransforms,
        suspect_blank: rendered.blank && (paints || survey.font_missing),
        damaged: rendered.image_failed,
    })
}

/// Chooses the resolution to render at: the images' own within bounds, less where the page brings its own text.
fn resolution(survey: &Survey, area: Rect, unit: f64, visible: &[PlacedWord]) -> f64 {
    // Of the layers of one scan the finest holds the letters.
    let finest = survey
        .images
        .iter()
        .filter(|image| image.visible(area).area() > area.area() * LAYER_SHARE)
        .map(|image| (f64::from(image.size.0) * f64::from(image.size.1) / image.rect().area().max(1e-6)).sqrt())
        .reduce(f64::max);
    let native = finest.map(|per_point| per_point * 72.0 / unit);
    let letters: usize = visible.iter().map(|word| word.text.chars().count()).sum();
    let unknown: usize = visible.iter().map(|word| word.text.matches(UNKNOWN).count()).sum();
    let readable = is_readable(letters, unknown);
    let pictures = image_share(&survey.images, area) >= PICTURE_SHARE;
    let own_text_serves = readable && !pictures;
    match native {
        Some(native) if own_text_serves || pictures => native.clamp(VIEWING_DPI, RECOGNITION_DPI),
        None if own_text_serves => VIEWING_DPI,
        _ => RECOGNITION_DPI,
    }
}

fn is_readable(letters: usize, unknown: usize) -> bool {
    letters > 0 && (unknown as f64) < letters as f64 * UNKNOWN_SHARE
}

fn check_images(survey: &Survey, number: PageNumber, limits: &Limits) -> Result<(), Reject> {
    let too_large =
        |image: &&super::survey::PaintedImage| u64::from(image.size.0) * u64::from(image.size.1) > limits.max_pixels;
    match survey.images.iter().find(too_large) {
        None => Ok(()),
        Some(image) => Err(Reject::page(
            number,
            RejectReason::TooManyPixels,
            format!(
                "Page {number} holds an image of {} x {} pixels; the limit is {} pixels. Scan it at a lower \
                 resolution, or raise the limit.",
                image.size.0, image.size.1, limits.max_pixels
            ),
        )),
    }
}

fn no_pixels(number: PageNumber) -> Reject {
    Reject::page(number, RejectReason::Damaged, format!("Page {number} could not be rendered. Ask for it again."))
}
