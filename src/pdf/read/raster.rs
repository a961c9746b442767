//! Decides whether a page is a plain scan, and decodes its images at their own resolution in the viewer's orientation.

use std::collections::BTreeMap;

use hayro_interpret::font::GlyphRun;
use hayro_interpret::kurbo::{BezPath, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps, InterpreterSettings, LumaData,
    SoftMask,
};
use hayro_syntax::Filter;
use hayro_syntax::object::Stream;
use hayro_syntax::page::Page;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};

use super::stream::image_stream;
use super::survey::{ImageInk, PaintedImage, Survey, interpret};
use crate::pdf::ImageStream;

/// How far an image may miss the edges of the page, as a share of the page's side, and still be the page.
const EDGE: f64 = 0.01;
/// By how many pixels an image may lean and still count as upright.
const LEAN: f64 = 1.5;
/// The share of the page that pictures must cover for the page to be a scan.
const SCAN_SHARE: f64 = 0.3;

/// How the image of a page is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Plan {
    /// The image at this place in the survey is the page.
    Cover(usize),
    /// These images, put together, are the page.
    Canvas(Vec<usize>),
    /// The page has to be rendered.
    Render,
}

/// A decoded image, still as stored.
pub(super) struct Decoded {
    /// The pixels; of a stencil: black where it paints.
    pub(super) pixels: DynamicImage,
    /// The encoded bytes, where they can be passed through.
    pub(super) stream: Option<ImageStream>,
    /// Whether data is missing at the end, or sizes contradict each other.
    pub(super) damaged: bool,
}

/// Chooses the way for a page.
pub(super) fn plan(survey: &Survey, page: Rect) -> Plan {
    if survey.truncated {
        return Plan::Render;
    }
    let base = survey.images.iter().rposition(|image| {
        image.ink == ImageInk::Opaque && !image.cut_to_shape && hides_all(image.visible(page), page)
    });
    let above = base.map_or(0, |base| survey.images[base].order);
    let visible_text = survey.glyphs.iter().any(|glyph| glyph.order > above && !glyph.hidden && is_ink(&glyph.text));
    let upright = |image: &PaintedImage| !image.cut_to_shape && orientation(image).is_some();
    match base {
        Some(base) => {
            let covered = survey.last_mark.is_some_and(|mark| mark > above) || survey.images.len() > base + 1;
            let image = &survey.images[base];
            if visible_text || covered || !upright(image) {
                Plan::Render
            } else if is_page(image.rect(), page) {
                Plan::Cover(base)
            } else {
                Plan::Canvas(vec![base])
            }
        }
        None => {
            let first = survey.images.first().map_or(0, |image| image.order);
            let marked = survey.first_dark_mark.is_some() || survey.last_mark.is_some_and(|mark| mark > first);
            let plain = |image: &PaintedImage| image.ink != ImageInk::Mixed && upright(image);
            if visible_text || marked || !survey.images.iter().all(plain) {
                return Plan::Render;
            }
            match survey.images.as_slice() {
                [stencil] if is_page(stencil.rect(), page) && hides_all(stencil.visible(page), page) => Plan::Cover(0),
                images if image_share(images, page) >= SCAN_SHARE => Plan::Canvas((0..images.len()).collect()),
                _ => Plan::Render,
            }
        }
    }
}

/// Returns the share of the page that images cover, 0 to 1; overlaps count twice, up to 1.
pub(super) fn image_share(images: &[PaintedImage], page: Rect) -> f64 {
    let covered: f64 = images.iter().map(|image| image.visible(page).area()).sum();
    (covered / page.area().max(1.0)).clamp(0.0, 1.0) + 0.0
}

/// Returns what makes the stored image look as it lies on the page; `None` when it leans.
pub(super) fn orientation(image: &PaintedImage) -> Option<Orientation> {
    let [a, b, c, d, ..] = image.transform.as_coeffs();
    let (width, height) = (f64::from(image.size.0), f64::from(image.size.1));
    if ![a, b, c, d].iter().all(|value| value.is_finite()) {
        return None;
    }
    if b.abs() * width <= LEAN * d.abs() && c.abs() * height <= LEAN * a.abs() {
        Some(match (a > 0.0, d > 0.0) {
            (true, true) => Orientation::NoTransforms,
            (false, false) => Orientation::Rotate180,
            (false, true) => Orientation::FlipHorizontal,
            (true, false) => Orientation::FlipVertical,
        })
    } else if a.abs() * width <= LEAN * c.abs() && d.abs() * height <= LEAN * b.abs() {
        Some(match (b > 0.0, c > 0.0) {
            (true, false) => Orientation::Rotate90,
            (false, true) => Orientation::Rotate270,
            (true, true) => Orientation::Rotate90FlipH,
            (false, false) => Orientation::Rotate270FlipH,
        })
    } else {
        None
    }
}

/// Returns columns and rows after `orientation`.
pub(super) const fn oriented_size(size: (u32, u32), orientation: Orientation) -> (u32, u32) {
    match orientation {
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH => {
            (size.1, size.0)
        }
        _ => size,
    }
}

/// Returns the image as it lies on the page.
pub(super) fn oriented(mut image: DynamicImage, orientation: Orientation) -> DynamicImage {
    image.apply_orientation(orientation);
    image
}

/// Decodes the images at the given places of the survey and hands each to `receive`, in order of painting.
///
/// Images that cannot be decoded, or have transparent pixels after all, are handed over as `None`.
pub(super) fn decode(page: &Page<'_>, wanted: &[&PaintedImage], receive: &mut dyn FnMut(usize, Option<Decoded>)) {
    let wanted = wanted.iter().enumerate().map(|(place, image)| (image.index, place)).collect();
    let mut picker = Picker { wanted, seen: 0, receive };
    interpret(page, InterpreterSettings::default(), &mut picker);
}

/// Says whether letters leave ink.
pub(super) fn is_ink(letters: &str) -> bool {
    letters.chars().any(|letter| !letter.is_whitespace() && !letter.is_control())
}

fn hides_all(seen: Rect, page: Rect) -> bool {
    let (x, y) = (page.width() * EDGE, page.height() * EDGE);
    seen.x0 <= page.x0 + x && seen.y0 <= page.y0 + y && seen.x1 >= page.x1 - x && seen.y1 >= page.y1 - y
}

fn is_page(rect: Rect, page: Rect) -> bool {
    let (x, y) = (page.width() * EDGE, page.height() * EDGE);
    hides_all(rect, page)
        && rect.x0 >= page.x0 - x
        && rect.y0 >= page.y0 - y
        && rect.x1 <= page.x1 + x
        && rect.y1 <= page.y1 + y
}

struct Picker<'r> {
    wanted: BTreeMap<usize, usize>,
    seen: usize,
    receive: &'r mut dyn FnMut(usize, Option<Decoded>),
}

impl<'a> Device<'a> for Picker<'_> {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}

    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        let index = self.seen;
        self.seen += 1;
        if let Some(place) = self.wanted.get(&index) {
            (self.receive)(*place, decode_image(&image));
        }
    }
}

fn decode_image(image: &Image<'_, '_>) -> Option<Decoded> {
    let mut decoded = None;
    let declared = (image.width(), image.height());
    match image {
        Image::Raster(raster) => {
            raster.with_rgba(
                |data, alpha| {
                    let opaque = alpha.is_none_or(|alpha| alpha.data.iter().all(|value| *value == u8::MAX));
                    decoded = opaque.then(|| pixels(data)).flatten();
                },
                None,
            );
            finish(decoded?, raster.stream(), false, declared)
        }
        Image::Stencil(stencil) => {
            stencil.with_stencil(|data, _| decoded = stencil_pixels(data), None);
            finish(decoded?, stencil.stream(), true, declared)
        }
    }
}

fn finish(pixels: DynamicImage, stream: &Stream<'_>, stencil: bool, declared: (u32, u32)) -> Option<Decoded> {
    let complete = (pixels.width(), pixels.height()) == declared;
    let gray = matches!(pixels, DynamicImage::ImageLuma8(_));
    let encoded = complete.then(|| image_stream(stream, stencil, gray)).flatten();
    Some(Decoded { pixels, stream: encoded, damaged: !complete || is_cut_off(stream) })
}

fn pixels(data: ImageData) -> Option<DynamicImage> {
    match data {
        ImageData::Luma(luma) => GrayImage::from_raw(luma.width, luma.height, luma.data).map(DynamicImage::ImageLuma8),
        ImageData::Rgb(rgb) => {
            let image = RgbImage::from_raw(rgb.width, rgb.height, rgb.data)?;
            Some(gray_if_colorless(image))
        }
    }
}

/// Returns a grey image where red, green and blue are equal in every pixel.
pub(super) fn gray_if_colorless(image: RgbImage) -> DynamicImage {
    if image.pixels().all(|pixel| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2]) {
        let (width, height) = image.dimensions();
        let gray = image.as_raw().as_chunks::<3>().0.iter().map(|pixel| pixel[0]).collect();
        match GrayImage::from_raw(width, height, gray) {
            Some(gray) => DynamicImage::ImageLuma8(gray),
            None => DynamicImage::ImageRgb8(image),
        }
    } else {
        DynamicImage::ImageRgb8(image)
    }
}

fn stencil_pixels(mut data: LumaData) -> Option<DynamicImage> {
    for value in &mut data.data {
        *value = u8::MAX - *value;
    }
    GrayImage::from_raw(data.width, data.height, data.data).map(DynamicImage::ImageLuma8)
}

/// Says whether a JPEG ends before its end marker: the decoder fills the rest with grey and does not complain.
fn is_cut_off(stream: &Stream<'_>) -> bool {
    if stream.filters().as_slice() != [Filter::DctDecode] {
        return false;
    }
    let data = stream.raw_data();
    let tail = &data[data.len().saturating_sub(4096)..];
    !tail.windows(2).any(|marker| marker == [0xFF, 0xD9])
}

#[cfg(test)]
mod tests {
    use hayro_interpret::kurbo::Affine;

    use super::*;

    fn image(transform: Affine) -> PaintedImage {
        let clip = Rect::new(0.0, 0.0, 100.0, 200.0);
        let size = (100, 200);
        PaintedImage { order: 1, index: 0, transform, size, ink: ImageInk::Opaque, clip, cut_to_shape: false }
    }

    #[test]
    fn every_quarter_turn_and_mirror_is_told_apart_by_moving_a_pixel() {
        // A 3 x 2 image whose first pixel is marked; the transform says where the viewer shows it.
        let cases = [
            (Affine::new([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]), (0, 0)),
            (Affine::new([-1.0, 0.0, 0.0, -1.0, 3.0, 2.0]), (2, 1)),
            (Affine::new([-1.0, 0.0, 0.0, 1.0, 3.0, 0.0]), (2, 0)),
            (Affine::new([1.0, 0.0, 0.0, -1.0, 0.0, 2.0]), (0, 1)),
            (Affine::new([0.0, 1.0, -1.0, 0.0, 2.0, 0.0]), (1, 0)),
            (Affine::new([0.0, -1.0, 1.0, 0.0, 0.0, 3.0]), (0, 2)),
            (Affine::new([0.0, 1.0, 1.0, 0.0, 0.0, 0.0]), (0, 0)),
            (Affine::new([0.0, -1.0, -1.0, 0.0, 2.0, 3.0]), (1, 2)),
        ];
        for (transform, expected) in cases {
            let mut pixels = GrayImage::from_pixel(3, 2, image::Luma([255]));
            pixels.put_pixel(0, 0, image::Luma([0]));
            pixels.put_pixel(1, 0, image::Luma([100]));
            let mut painted = image(transform);
            painted.size = (3, 2);
            let moved = oriented(DynamicImage::ImageLuma8(pixels), orientation(&painted).expect("upright")).to_luma8();
            assert_eq!(moved.get_pixel(expected.0, expected.1).0, [0], "{transform:?}");
            let second = transform * hayro_interpret::kurbo::Point::new(1.5, 0.5);
            assert_eq!(moved.get_pixel(second.x as u32, second.y as u32).0, [100], "{transform:?}");
        }
    }

    #[test]
    fn a_leaning_image_has_no_orientation() {
        assert_eq!(orientation(&image(Affine::rotate(0.1))), None);
        assert!(orientation(&image(Affine::rotate(0.001))).is_some());
    }

    #[test]
    fn the_plan_follows_what_is_painted() {
        let page = Rect::new(0.0, 0.0, 100.0, 200.0);
        let mut survey = Survey { images: vec![image(Affine::IDENTITY)], ..Survey::default() };
        assert_eq!(plan(&survey, page), Plan::Cover(0));
        survey.last_mark = Some(2);
        assert_eq!(plan(&survey, page), Plan::Render);
        survey.last_mark = Some(0);
        assert_eq!(plan(&survey, page), Plan::Cover(0));
        survey.images =
            vec![image(Affine::scale_non_uniform(1.0, 0.5)), image(Affine::new([1., 0., 0., 0.5, 0., 100.]))];
        assert_eq!(plan(&survey, page), Plan::Canvas(vec![0, 1]));
        survey.images[1].ink = ImageInk::Mixed;
        assert_eq!(plan(&survey, page), Plan::Render);
    }
}
