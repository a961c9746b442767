//! Pages drawn for the tests: an image and the exact boxes of its words.

use ab_glyph::{Font as _, FontRef, PxScale, ScaleFont as _, point};
use image::{GrayImage, Luma, imageops};
use muniment::chart::{
    Block, Confidence, Digest, Line, PageId, PageImage, PageNumber, PageText, PipelineStamp, QuarterTurns, Rect, Word,
};

use crate::support::page_text::empty;

/// Pixels per inch of all pages here: two to the point, so that no viewer has to round.
pub const DPI: f32 = 144.0;

/// Lines of a page: left edge, height of the letters, words.
pub type Lines<'a> = &'a [(u32, f32, &'a str)];

/// An ordinary page: a heading, paragraphs in two sizes, a table row with wide gaps.
pub const NOTE: Lines<'static> = &[
    (130, 44.0, "PROGRESS NOTE"),
    (130, 24.0, "Seen on the ward today, comfortable at rest; apyrexial throughout the last two days."),
    (130, 24.0, "BP 132/84 mmHg, pulse 76 regular, SpO2 97 % on air."),
    (130, 24.0, "as seen on a mean xray, no acute change was ever seen"),
    (130, 24.0, "Plan: continue furosemide 40 mg (oral), review Ü-shaped ß µg ≥ 5."),
    (130, 20.0, "Potassium 4.1 mmol/l Sodium 139 mmol/l Creatinine 88 umol/l"),
    (700, 24.0, "Signed: the registrar"),
];

/// Draws black on white and returns the boxes of the ink.
pub fn draw(width: u32, height: u32, lines: Lines<'_>) -> (GrayImage, PageText) {
    let font = FontRef::try_from_slice(dejavu::sans::regular()).expect("a font");
    let mut image = GrayImage::from_pixel(width, height, Luma([255]));
    let mut top = 160.0;
    let mut block = Vec::new();
    for &(left, letters, text) in lines {
        let scale = PxScale::from(letters);
        let mut x = left as f32;
        let mut words = Vec::new();
        for text in text.split(' ') {
            let mut ink: Option<Rect> = None;
            for character in text.chars() {
                let glyph = font.glyph_id(character).with_scale_and_position(scale, point(x, top + letters));
                x += font.as_scaled(scale).h_advance(glyph.id);
                let Some(outline) = font.outline_glyph(glyph) else { continue };
                let bounds = outline.px_bounds();
                let (min_x, min_y) = (bounds.min.x as u32, bounds.min.y as u32);
                outline.draw(|dx, dy, cover| {
                    let pixel = image.get_pixel_mut(min_x + dx, min_y + dy);
                    pixel.0[0] = pixel.0[0].min(255 - (cover * 255.0) as u8);
                });
                let rect = Rect::new(min_x, min_y, bounds.width() as u32, bounds.height() as u32);
                ink = Some(ink.map_or(rect, |ink| ink.union(&rect)));
            }
            words.push(Word::new(text.to_owned(), ink.expect("ink"), Confidence::clamped(0.93)));
            x += letters * 0.35;
        }
        block.push(line(words));
        top += letters * 1.9;
    }
    let text = page_text(width, height, vec![self::block(block)]);
    (image, text)
}

/// The same page, leaning clockwise by `degrees` about its centre.
pub fn lean(image: &GrayImage, text: &PageText, degrees: f32) -> (GrayImage, PageText) {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (cx, cy) = (image.width() as f32 / 2.0, image.height() as f32 / 2.0);
    let mut leaning = GrayImage::from_pixel(image.width(), image.height(), Luma([255]));
    for (x, y, pixel) in leaning.enumerate_pixels_mut() {
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        let (sx, sy) = (cx + dx * cosine + dy * sine, cy - dx * sine + dy * cosine);
        if sx >= 0.0 && sy >= 0.0 && (sx as u32) < image.width() && (sy as u32) < image.height() {
            *pixel = *image.get_pixel(sx as u32, sy as u32);
        }
    }
    let turn = |x: f32, y: f32| {
        let (dx, dy) = (x - cx, y - cy);
        (cx + dx * cosine - dy * sine, cy + dx * sine + dy * cosine)
    };
    let text = moved(text, |rect| {
        let (left, top) = (rect.left as f32, rect.top as f32);
        let (right, bottom) = (rect.right() as f32, rect.bottom() as f32);
        let corners = [turn(left, top), turn(right, top), turn(left, bottom), turn(right, bottom)];
        let low = |pick: fn(&(f32, f32)) -> f32| corners.iter().map(pick).fold(f32::MAX, f32::min).round() as u32;
        let high = |pick: fn(&(f32, f32)) -> f32| corners.iter().map(pick).fold(0.0, f32::max).round() as u32;
        let (left, top) = (low(|c| c.0), low(|c| c.1));
        Rect::new(left, top, high(|c| c.0) - left, high(|c| c.1) - top)
    });
    (leaning, PageText { skew_degrees: degrees, ..text })
}

/// The same page as it lies in a feeder: `upright` is the clockwise turn that would right it.
pub fn lay(image: &GrayImage, text: &PageText, upright: QuarterTurns) -> (GrayImage, PageText) {
    let (width, height) = image.dimensions();
    let (laid, place): (GrayImage, fn(&Rect, u32, u32) -> Rect) = match upright {
        QuarterTurns::None => (image.clone(), |rect, _, _| *rect),
        QuarterTurns::One => (imageops::rotate270(image), |r, w, _| Rect::new(r.top, w - r.right(), r.height, r.width)),
        QuarterTurns::Two => {
            (imageops::rotate180(image), |r, w, h| Rect::new(w - r.right(), h - r.bottom(), r.width, r.height))
        }
        QuarterTurns::Three => {
            (imageops::rotate90(image), |r, _, h| Rect::new(h - r.bottom(), r.left, r.height, r.width))
        }
    };
    let mut text = moved(text, |rect| place(rect, width, height));
    (text.image.width, text.image.height) = laid.dimensions();
    text.upright = upright;
    (laid, text)
}

/// A page of the given blocks.
pub fn page_text(width: u32, height: u32, blocks: Vec<Block>) -> PageText {
    let page = PageId { scan: Digest::of(b"scan"), number: PageNumber::FIRST };
    let pipeline = PipelineStamp { name: "chart-standard".to_owned(), revision: 1, digest: Digest::of(b"pipeline") };
    PageText {
        engine: "tesseract 5.3.0 eng".to_owned(),
        image: PageImage { width, height, dpi: (DPI, DPI) },
        blocks,
        ..empty(page, pipeline)
    }
}

/// A block that covers its lines.
pub fn block(lines: Vec<Line>) -> Block {
    let rect = lines.iter().map(|line| line.rect).reduce(|a, b| a.union(&b)).expect("lines");
    Block { rect, lines }
}

/// A line that covers its words.
pub fn line(words: Vec<Word>) -> Line {
    let rect = words.iter().map(|word| word.rect).reduce(|a, b| a.union(&b)).expect("words");
    Line { rect, words }
}

/// Size in points of a page image.
pub fn points(image: &GrayImage) -> (f32, f32) {
    (image.width() as f32 * 72.0 / DPI, image.height() as f32 * 72.0 / DPI)
}

fn moved(text: &PageText, place: impl Fn(&Rect) -> Rect) -> PageText {
    let mut text = text.clone();
    text.blocks = text
        .blocks
        .iter()
        .map(|old| {
            let lines = old.lines.iter().map(|old| {
                line(old.words.iter().map(|word| Word { rect: place(&word.rect), ..word.clone() }).collect())
            });
            block(lines.collect())
        })
        .collect();
    text
}
