//! Letters: the faces of the DejaVu family, their widths, and their shapes at a resolution.

use std::collections::HashMap;
use std::sync::LazyLock;

use ab_glyph::{Font as _, FontRef, GlyphId, PxScale, point};

/// A type face of the DejaVu family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Face {
    Sans,
    SansBold,
    SansItalic,
    Serif,
    SerifBold,
    SerifItalic,
    Mono,
    MonoBold,
    Narrow,
    NarrowBold,
    NarrowItalic,
}

/// The shape of a letter: how much of each pixel it covers (0 to 255), placed relative to the pen on the baseline.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) coverage: Vec<u8>,
}

/// Remembers the shapes that were drawn before.
#[derive(Debug, Default)]
pub(super) struct Lettering {
    shapes: HashMap<(Face, u32, u8, char), Shape>,
}

/// Parts of a pixel that the pen distinguishes, so that letters of small images do not jump.
const PARTS: f32 = 4.0;

/// Coverage below which ink is not seen.
const FAINT: u8 = 24;

static FONTS: LazyLock<[FontRef<'static>; 11]> = LazyLock::new(|| {
    [
        dejavu::sans::regular(),
        dejavu::sans::bold(),
        dejavu::sans::oblique(),
        dejavu::serif::regular(),
        dejavu::serif::bold(),
        dejavu::serif::italic(),
        dejavu::sans_mono::regular(),
        dejavu::sans_mono::bold(),
        dejavu::sans_condensed::regular(),
        dejavu::sans_condensed::bold(),
        dejavu::sans_condensed::oblique(),
    ]
    .map(|bytes| FontRef::try_from_slice(bytes).expect("the fonts are compiled in and whole"))
});

impl Lettering {
    /// Measures `text` in points; the same at every resolution.
    pub(super) fn width(face: Face, size: f32, text: &str) -> f32 {
        text.chars().map(|letter| Self::advance(face, size, letter)).sum()
    }

    /// Returns how far the pen moves for `letter`, in the unit of `size`.
    pub(super) fn advance(face: Face, size: f32, letter: char) -> f32 {
        let font = font(face);
        font.h_advance_unscaled(font.glyph_id(letter)) * size / units_per_em(font)
    }

    /// Returns the shape of `letter` at `size` pixels per em with the pen at `x`, and the column that the pen is in.
    pub(super) fn shape(&mut self, face: Face, size: f32, letter: char, x: f32) -> (i32, &Shape) {
        let parts = (x * PARTS).round() as i32;
        let (column, part) = (parts.div_euclid(PARTS as i32), parts.rem_euclid(PARTS as i32));
        let shape = self
            .shapes
            .entry((face, size.to_bits(), part as u8, letter))
            .or_insert_with(|| draw(font(face), size, letter, part as f32 / PARTS));
        (column, shape)
    }
}

fn font(face: Face) -> &'static FontRef<'static> {
    &FONTS[face as usize]
}

fn units_per_em(font: &FontRef<'_>) -> f32 {
    font.units_per_em().unwrap_or(2048.0)
}

fn draw(font: &FontRef<'_>, size: f32, letter: char, offset: f32) -> Shape {
    let empty = Shape { left: 0, top: 0, width: 0, height: 0, coverage: Vec::new() };
    let id: GlyphId = font.glyph_id(letter);
    let scale = PxScale::from(size * font.height_unscaled() / units_per_em(font));
    let Some(outline) = font.outline_glyph(id.with_scale_and_position(scale, point(offset, 0.0))) else { return empty };
    let bounds = outline.px_bounds();
    let (width, height) = (bounds.width() as u32, bounds.height() as u32);
    let mut coverage = vec![0; (width as usize) * (height as usize)];
    outline.draw(|x, y, part| {
        if let Some(pixel) = coverage.get_mut((y * width + x) as usize) {
            *pixel = (part * 255.0 + 0.5).clamp(0.0, 255.0) as u8;
        }
    });
    trimmed(&Shape { left: bounds.min.x as i32, top: bounds.min.y as i32, width, height, coverage })
}

/// Cuts off rows and columns at the sides that hardly any ink reaches, so that boxes are those of visible ink.
fn trimmed(shape: &Shape) -> Shape {
    let stride = shape.width.max(1) as usize;
    let inked = |at: usize| shape.coverage[at] >= FAINT;
    let places = (0..shape.coverage.len()).filter(|&at| inked(at)).map(|at| (at % stride, at / stride));
    let start = (usize::MAX, usize::MAX, 0, 0);
    let (left, top, right, bottom) = places.fold(start, |(left, top, right, bottom), (x, y)| {
        (left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1))
    });
    if left >= right {
        return Shape { left: 0, top: 0, width: 0, height: 0, coverage: Vec::new() };
    }
    let coverage =
        (top..bottom).flat_map(|y| &shape.coverage[y * stride + left..y * stride + right]).copied().collect();
    Shape {
        left: shape.left + left as i32,
        top: shape.top + top as i32,
        width: (right - left) as u32,
        height: (bottom - top) as u32,
        coverage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_follow_the_size_and_every_face_has_letters() {
        let mut lettering = Lettering::default();
        for face in [
            Face::Sans,
            Face::SansBold,
            Face::SansItalic,
            Face::Serif,
            Face::SerifBold,
            Face::SerifItalic,
            Face::Mono,
            Face::MonoBold,
            Face::Narrow,
            Face::NarrowBold,
            Face::NarrowItalic,
        ] {
            let (small, large) = (Lettering::width(face, 10.0, "mg/dL"), Lettering::width(face, 20.0, "mg/dL"));
            assert!((large - 2.0 * small).abs() < 0.01 && small > 20.0);
            let (column, shape) = lettering.shape(face, 40.0, 'H', 7.0);
            assert_eq!(column, 7);
            assert!(shape.coverage.contains(&255), "{face:?}");
        }
    }
}
