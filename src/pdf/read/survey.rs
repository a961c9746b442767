//! What a page paints: the images with their places, the glyphs with their letters, and whether there is anything else.
//!
//! Coordinates are points of the page as a viewer shows it, origin at the top left, y downwards, before `UserUnit`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro_interpret::font::GlyphRun;
use hayro_interpret::kurbo::{Affine, BezPath, Rect, Shape as _};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, InterpreterWarning, Paint, SoftMask, interpret_page,
};
use hayro_syntax::object::{Dict, String as PdfString};
use hayro_syntax::page::Page;

use super::glyphs::{Glyph, Placement, Shape, Shapes, letters};
use super::unwinding::stop;

/// More glyphs than any page of paper holds; beyond, the page is given up.
const MAX_GLYPHS: usize = 400_000;
/// More operations than any page that was printed needs; beyond, the page is given up, since rendering would take as long
/// again and memory with it.
const MAX_OPERATIONS: u64 = 3_000_000;
/// More images than any page that is put together from strips or tiles has.
const MAX_IMAGES: usize = 20_000;
/// The share of the page below which a stencil is a part of a drawing, not of a scan.
const STENCIL_SHARE: f64 = 0.02;
/// The share of the page that images cover on a scan with a layer of text.
const SCAN_SHARE: f64 = 0.5;
/// Opacity below which nothing is seen, and above which nothing shines through.
const CLEAR: f32 = 0.01;
const SOLID: f32 = 0.99;
/// Light enough to be the paper.
const WHITE: f32 = 0.985;

/// Everything that a page paints, in order.
#[derive(Default)]
pub(super) struct Survey {
    /// Images; `order` rises.
    pub(super) images: Vec<PaintedImage>,
    /// Glyphs; `order` rises.
    pub(super) glyphs: Vec<Glyph>,
    /// The last path or pattern that leaves a mark, white ones included: they hide what is below.
    pub(super) last_mark: Option<u32>,
    /// The first mark that is not white.
    pub(super) first_dark_mark: Option<u32>,
    /// Whether a limit of the survey was passed, so that something is missing from it.
    pub(super) truncated: bool,
    /// Whether a visible letter has no shape in the font at hand, so that it is missing from a rendered image.
    pub(super) letters_missing: bool,
    /// Whether a font could not be read.
    pub(super) font_missing: bool,
}

/// One painted image.
#[derive(Debug, Clone)]
pub(super) struct PaintedImage {
    /// Place in the order of painting.
    pub(super) order: u32,
    /// Place among the images that the interpreter hands out, skipped ones included.
    pub(super) index: usize,
    /// From pixels of the image (origin top left) to points of the page.
    pub(super) transform: Affine,
    /// Columns and rows that the file declares.
    pub(super) size: (u32, u32),
    /// What it does to what is below.
    pub(super) ink: ImageInk,
    /// What of it can be seen.
    pub(super) clip: Rect,
    /// Whether it is cut by a shape other than a rectangle.
    pub(super) cut_to_shape: bool,
}

/// How an image covers what is below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ImageInk {
    /// Every pixel is opaque.
    Opaque,
    /// A stencil in plain black: its unset pixels are clear.
    BlackStencil,
    /// Anything else: masks, transparency, coloured stencils.
    Mixed,
}

impl PaintedImage {
    /// Returns the rectangle that the whole image covers.
    pub(super) fn rect(&self) -> Rect {
        self.transform.transform_rect_bbox(Rect::new(0.0, 0.0, f64::from(self.size.0), f64::from(self.size.1)))
    }

    /// Returns what can be seen of the image: the part within `page` and the clip.
    pub(super) fn visible(&self, page: Rect) -> Rect {
        intersection(intersection(self.rect(), self.clip), page)
    }
}

/// Surveys a page. Leaves by [`stop`] when it paints more than a page can hold.
pub(super) fn survey(page: &Page<'_>) -> Survey {
    let font_missing = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&font_missing);
    let settings = InterpreterSettings {
        warning_sink: Arc::new(move |warning| {
            if matches!(warning, InterpreterWarning::UnsupportedFont) {
                seen.store(true, Ordering::Relaxed);
            }
        }),
        ..InterpreterSettings::default()
    };
    let mut surveyor = Surveyor { page: page_rect(page), ..Surveyor::default() };
    interpret(page, settings, &mut surveyor);
    let mut survey = surveyor.settle();
    survey.font_missing = font_missing.load(Ordering::Relaxed);
    survey
}

/// Has `device` receive what the page paints, in points of the page as a viewer shows it.
pub(super) fn interpret<'a>(page: &Page<'a>, settings: InterpreterSettings, device: &mut impl Device<'a>) {
    let cache = InterpreterCache::new();
    let transform = Affine::new(page.initial_transform(true).as_coeffs());
    let mut context = Context::new(transform, page_rect(page), &cache, page.xref(), settings);
    interpret_page(page, &mut context, device);
}

/// Returns the page as a rectangle in the survey's coordinates.
pub(super) fn page_rect(page: &Page<'_>) -> Rect {
    let (width, height) = page.render_dimensions();
    Rect::new(0.0, 0.0, f64::from(width), f64::from(height))
}

/// Returns the common part of two rectangles; empty, never negative, when there is none.
pub(super) fn intersection(one: Rect, other: Rect) -> Rect {
    let (x0, y0) = (one.x0.max(other.x0), one.y0.max(other.y0));
    Rect::new(x0, y0, one.x1.min(other.x1).max(x0), one.y1.min(other.y1).max(y0))
}

#[derive(Default)]
struct Surveyor {
    survey: Survey,
    page: Rect,
    order: u32,
    images_seen: usize,
    operations: u64,
    clips: Vec<(Rect, bool)>,
    groups: Vec<(f32, bool)>,
    /// Open spans of marked content, with the letters that stand for all of one.
    spans: Vec<Option<Box<str>>>,
    shapes: Shapes,
    /// Letters, painted visibly, for which the font draws nothing.
    shapeless: Vec<usize>,
}

impl Surveyor {
    /// Decides about letters without a shape: when most are like that, and over a scan, they are a hidden layer in a font
    /// made for it; otherwise the font at hand lacks them.
    fn settle(mut self) -> Survey {
        let visible = self.survey.glyphs.iter().filter(|glyph| !glyph.hidden).count();
        let pictures: f64 = self.survey.images.iter().map(|image| image.visible(self.page).area()).sum();
        if self.shapeless.len() * 2 > visible && pictures > self.page.area() * SCAN_SHARE {
            for place in self.shapeless {
                self.survey.glyphs[place].hidden = true;
            }
        } else {
            self.survey.letters_missing |= !self.shapeless.is_empty();
        }
        self.survey
    }

    fn count(&mut self) {
        self.operations += 1;
        if self.operations > MAX_OPERATIONS {
            stop();
        }
    }

    fn next(&mut self) -> u32 {
        self.count();
        self.order += 1;
        self.order
    }

    fn clip(&self) -> (Rect, bool) {
        self.clips.last().copied().unwrap_or((self.page, false))
    }

    fn push(&mut self, rect: Rect, shaped: bool) {
        self.count();
        let (current, was_shaped) = self.clip();
        self.clips.push((intersection(current, rect), was_shaped || shaped));
    }

    /// Returns the opacity of the open groups, and whether all of them merely copy.
    fn group(&self) -> (f32, bool) {
        self.groups.iter().fold((1.0, true), |(opacity, plain), group| (opacity * group.0, plain && group.1))
    }

    fn mark(&mut self, bounds: Rect, props: &DrawProps<'_>) {
        let order = self.next();
        let (clip, _) = self.clip();
        let seen = intersection(bounds, clip);
        let (opacity, _) = self.group();
        let Some(color) = solid(&props.paint) else {
            self.leave_mark(order, true);
            return;
        };
        // A hair line has no area but leaves a mark.
        let outside = seen.width() <= 0.0 && seen.height() <= 0.0;
        if outside || color[3] * opacity < CLEAR {
            return;
        }
        self.leave_mark(order, color[..3].iter().any(|component| *component < WHITE));
    }

    fn leave_mark(&mut self, order: u32, dark: bool) {
        self.survey.last_mark = Some(order);
        if dark && self.survey.first_dark_mark.is_none() {
            self.survey.first_dark_mark = Some(order);
        }
    }
}

impl<'a> Device<'a> for Surveyor {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, draw_mode: &DrawMode) {
        let bounds = props.transform.transform_rect_bbox(path.bounding_box());
        let bounds = match draw_mode {
            DrawMode::Invisible => return,
            DrawMode::Fill(_) => bounds,
            DrawMode::Stroke(_) | DrawMode::FillAndStroke(..) => bounds.inflate(0.1, 0.1),
        };
        self.mark(bounds, &props);
    }

    fn push_clip_path(&mut self, clip_path: &ClipPath) {
        let bounds = clip_path.path.bounding_box();
        let shaped = (clip_path.path.area().abs() - bounds.area()).abs() > bounds.area() * 1e-3 + 0.01;
        self.push(bounds, shaped);
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        self.push(*rect, false);
    }

    fn push_transparency_group(&mut self, opacity: f32, mask: Option<SoftMask<'a>>, blend_mode: BlendMode) {
        let plain = mask.is_none() && blend_mode == BlendMode::Normal && opacity > SOLID;
        self.groups.push((opacity, plain));
    }

    fn draw_glyph_run(&mut self, glyph_run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, draw_mode: &DrawMode) {
        let order = self.next();
        let opacity = self.group().0 * solid(&props.paint).map_or(1.0, |color| color[3]);
        let unseen = matches!(draw_mode, DrawMode::Invisible) || opacity < CLEAR;
        let (clip, _) = self.clip();
        let placement = Placement::new(glyph_run, props.transform);
        for glyph in glyph_run.glyphs() {
            if self.survey.glyphs.len() >= MAX_GLYPHS {
                stop();
            }
            let Some((origin, advance, up)) = placement.of(glyph) else { continue };
            if !clip.inflate(0.5, 0.5).contains(origin + advance * 0.5 + up * 0.3) {
                continue;
            }
            let text = match self.spans.last_mut().and_then(Option::as_mut) {
                Some(actual) => std::mem::take(actual),
                None => letters(glyph),
            };
            let shape = if unseen { Shape::Drawn } else { self.shapes.of(glyph, &text) };
            self.survey.letters_missing |= shape == Shape::Missing;
            if shape == Shape::Empty {
                self.shapeless.push(self.survey.glyphs.len());
            }
            self.survey.glyphs.push(Glyph { order, text, origin, advance, up, hidden: unseen });
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let order = self.next();
        let index = self.images_seen;
        self.images_seen += 1;
        let (clip, cut_to_shape) = self.clip();
        let (opacity, plain) = self.group();
        if opacity < CLEAR {
            return;
        }
        if self.survey.images.len() >= MAX_IMAGES {
            self.survey.truncated = true;
            return;
        }
        let plain = plain && props.soft_mask.is_none() && props.blend_mode == BlendMode::Normal;
        let size = (image.width(), image.height());
        let mut painted =
            PaintedImage { order, index, transform: props.transform, size, ink: ImageInk::Mixed, clip, cut_to_shape };
        let large = painted.visible(self.page).area() > self.page.area() * STENCIL_SHARE;
        painted.ink = match &image {
            Image::Raster(raster) if plain && !has_mask(raster.stream().dict()) => ImageInk::Opaque,
            Image::Stencil(stencil) if plain && large && paints_black(stencil) => ImageInk::BlackStencil,
            _ => ImageInk::Mixed,
        };
        self.survey.images.push(painted);
    }

    fn pop_clip(&mut self) {
        self.clips.pop();
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }

    fn begin_marked_content(&mut self, _tag: &[u8], properties: Option<&Dict<'_>>) {
        let actual = properties
            .and_then(|properties| properties.get::<PdfString<'_>>(b"ActualText"))
            .map(|text| lopdf::Object::string_literal(text.as_bytes()))
            .and_then(|text| lopdf::decode_text_string(&text).ok())
            // One glyph cannot stand for several words; the glyphs' own letters are better then.
            .filter(|text| !text.is_empty() && !text.contains(char::is_whitespace))
            .map(String::into_boxed_str);
        self.spans.push(actual);
    }

    fn end_marked_content(&mut self) {
        self.spans.pop();
    }
}

/// Returns red, green, blue and opacity of a plain colour; `None` for a pattern.
fn solid(paint: &Paint<'_>) -> Option<[f32; 4]> {
    match paint {
        Paint::Color(color) => Some(color.to_rgba().components()),
        Paint::Pattern(_) => None,
    }
}

fn has_mask(dict: &Dict<'_>) -> bool {
    [&b"SMask"[..], b"Mask"].iter().any(|key| dict.contains_key(key))
        || dict.get::<u8>(b"SMaskInData").is_some_and(|mode| mode != 0)
}

fn paints_black(stencil: &hayro_interpret::StencilImage<'_, '_>) -> bool {
    let mut black = false;
    // The paint is only handed out together with the decoded pixels; a size of one by one keeps that cheap for the
    // codecs that can reduce.
    stencil.with_stencil(
        |_, paint| {
            black = solid(paint).is_some_and(|color| color[3] > SOLID && color[..3].iter().all(|c| *c < 1.0 - WHITE));
        },
        Some((1, 1)),
    );
    black
}
